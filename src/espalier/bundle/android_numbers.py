"""Numbers beside the image in the phone bundle: what Numbers.java knows of them, and what its self-test replays."""

from __future__ import annotations

from typing import Final

from ..facts import BundleSource
from .android_layout import java_package
from .number_cases import cases, columns_of, told_ranges, wanted

_RUN: Final = "interpreter.run(Preprocessor.prepareBuffer(@GIVEN@), output)"
_ALL: Final = "arrayOf(Preprocessor.prepareBuffer(@GIVEN@))"
_TESTED: Final = "interpreter.run(ByteBuffer.allocateDirect(input.size).put(input).rewind(), output)"
_GIVEN: Final = "    val given = ByteBuffer.allocateDirect(input.size).put(input).rewind()\n"


def texts(source: BundleSource) -> dict[str, str]:
    """As Numbers.java reads them: name, input, range, mean, std, scale and the uint8 model's zero point, a line for each."""
    if not source.numbers:
        return {}
    rows = [
        (column, one.name, *one.ends[at], one.column_mean[at], one.column_std[at], facts.scale)
        for column, one, at, facts in columns_of(source)
    ]
    zeros = [facts.zero_point + 128 for *_, facts in columns_of(source)]
    lines = [
        "\t".join([*row[:2], *(repr(float(value)) for value in row[2:]), str(zero)])
        for row, zero in zip(rows, zeros, strict=True)
    ]
    return {"numbers": "\n".join(lines)}


def resources(source: BundleSource) -> dict[str, bytes]:
    """Files of the self-test: each golden vector with its numbers behind the pixels, and rows of numbers with their bytes."""
    if not source.numbers:
        return {}
    rows = ["\t".join([wanted(values, source).hex(), *map(repr, values)]) for values in cases(source)]
    vectors = {f"vector-{place}.bin": vector.fed for place, vector in enumerate(source.golden)}
    return {**vectors, "numbers.tsv": "".join(f"{row}\n" for row in rows).encode("ascii")}


def with_numbers(words: dict[str, str], source: BundleSource) -> dict[str, str]:
    """The README's lines of an app that gives the numbers, too."""
    if not source.numbers:
        return words
    count = len(source.contract.columns)
    given = f"arrayOf(Preprocessor.prepareBuffer(@GIVEN@), *Numbers.buffers({', '.join(['...'] * count)}))"
    changes = {
        _RUN: f"interpreter.runForMultipleInputsOutputs({given}, mapOf(0 to output))",
        _ALL: given,
        _TESTED: "interpreter.runForMultipleInputsOutputs(Numbers.split(input), mapOf(0 to output))",
        _GIVEN: "",
        "arrayOf(given)": "Numbers.split(input)",
        "\n- @MEDIAPIPE@": "",
    }
    for old, new in changes.items():
        words = {key: text.replace(old, new) for key, text in words.items()}
    told = told_ranges(source)
    words["answer"] = f"// import {java_package(source)}.Numbers\n{words['answer']}"
    words["selftest"] += "\nassertTrue(SelfTestNumbers.run().toString(), SelfTestNumbers.run().isEmpty())"
    words["said"] += (
        f"\n- `Numbers.buffers` takes what the model is fed beside the image, in this order and held to its\n  range: {told}. "
        "MediaPipe Tasks cannot feed\n  this model: they feed an image alone."
    )
    return words
