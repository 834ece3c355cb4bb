"""What a package in JavaScript or Swift must answer: golden/answers.json, from the build's own definitions.

- `vectors`: of each golden vector, by kernel set, the answer to its output.
- `more`: outputs that no image gave (noise, all equal, both ends), the uint8 model's bytes in hexadecimal, and their answers.
- `numbers`: rows of numbers beside the image, the uint8 model's bytes first, in hexadecimal.

An answer is whole numbers: what `expected` says for each kind. Maps and pictures are told by the sha256 of their bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError
from ..facts import Artifact, BundleSource, Decision
from ..task import anomaly, binary, classify, embed, multi_label
from ..task.boxes.decode import detect
from ..task.boxes.golden import split
from ..task.painted import areas_of, map_of, picture_of
from . import golden, number_cases

NAME: Final = f"{golden.FOLDER}/answers.json"
MORE_BYTES: Final = 1 << 16
"""About how many bytes of such outputs a bundle holds (at least two outputs)."""
MOST: Final = 32
"""Of them."""
Output = NDArray[np.int8]


def artifact(source: BundleSource, digits: int = 17) -> Artifact:
    """golden/answers.json. `digits`: significant ones of the numbers beside the image, for readers that round longer ones."""
    rows = [[float(f"{value:.{digits}g}") for value in values] for values in number_cases.cases(source)] if source.numbers else []
    cases = {
        "vectors": [
            {kernels: expected(source, np.frombuffer(data, np.int8)) for kernels, data in sorted(vector.outputs.items())}
            for vector in source.golden
        ],
        "more": [
            {"bytes": (output.view(np.uint8) ^ 0x80).tobytes().hex(), "answer": expected(source, output)}
            for output in more_outputs(source)
        ],
        "numbers": [[number_cases.wanted(values, source).hex(), *values] for values in rows],
    }
    return Artifact(path=NAME, data=golden.canonical_json(cases), role="golden")


def more_outputs(source: BundleSource) -> list[Output]:
    """Noise of several widths, equal values and both ends; the same for equal models."""
    random, values = np.random.Generator(np.random.PCG64(5)), source.values
    found = [np.full(values, byte, np.int8) for byte in (-128, 127, 0)]
    found += [
        np.clip(random.normal(centre, width, values), -128, 127).astype(np.int8)
        for width in (0.7, 3, 30, 100)
        for centre in (-100, -20, 0, 20, 100)
    ]
    found += [random.integers(-128, 128, values).astype(np.int8) for _ in range(MOST)]
    return found[: max(2, min(MOST, MORE_BYTES // max(1, values)))]


def expected(source: BundleSource, output: Output) -> dict[str, object]:
    """The answer to an int8 output."""
    if source.parts:
        ends = np.cumsum([int(np.prod(head.shape)) for head in source.heads])[:-1]
        pieces = np.split(output, ends)
        return {"parts": [expected(source.alone(part), own) for part, own in zip(source.parts, pieces, strict=True)]}
    if source.detector is not None:
        return {"boxes": detect(source.detector, split(output.tobytes(), source.heads)).rows().tolist()}
    if source.map is not None:
        painted = map_of(output, source.map)
        return {"sha256": _digest(painted), "areas": areas_of(painted, source.map)}
    if source.picture is not None:
        return {"sha256": _digest(picture_of(output, source.picture))}
    if source.decision is None:
        return {"values": _values(source, output)}
    if source.decision.source not in _EXPECTED:
        raise BugError(f"no expected answer for a decision by {source.decision.source}")
    return _EXPECTED[source.decision.source](source.decision, output)


def _digest(pixels: NDArray[np.uint8]) -> str:
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


def _values(source: BundleSource, output: Output) -> list[int]:
    """Values in steps of their scale: no reader of JSON can round them."""
    zeros = np.concatenate([np.full(int(np.prod(head.shape)), head.zero_point, np.int64) for head in source.heads])
    found: list[int] = (output.astype(np.int64) - zeros).tolist()
    return found


def _one(answer: tuple[int, int, bool]) -> dict[str, object]:
    index, permille, review = answer
    return {"index": int(index), "permille": int(permille), "review": bool(review)}


def _embedded(decision: Decision, output: Output) -> dict[str, object]:
    """The vector, and the nearest of it turned round and of it with every second value at zero."""
    unit = embed.unit(output, decision.numbers["DECIDE_ZERO_POINT"])
    halved = unit.copy()
    halved[1::2] = 0
    index, cosine, known = embed.nearest(unit, np.stack([unit[::-1], halved]), decision.numbers["KNOWN_Q14"])
    return {"unit": unit.tolist(), "nearest": int(index), "cosine": int(cosine), "known": bool(known)}


def _scored(decision: Decision, output: Output) -> dict[str, object]:
    score, alert = anomaly.decide(output, decision.numbers["DECIDE_ZERO_POINT"], decision.numbers["ALERT_Q8"])
    return {"score_q8": int(score), "alert": bool(alert)}


_EXPECTED: Final[Mapping[str, Callable[[Decision, Output], dict[str, object]]]] = MappingProxyType(
    {
        "classify": lambda decision, output: _one(classify.decide(output, decision.numbers)),
        "binary": lambda decision, output: _one(binary.decide(output, decision.numbers)),
        "multi_label": lambda decision, output: {"said": [list(one) for one in multi_label.decide(output, decision)]},
        "embed": _embedded,
        "anomaly": _scored,
    }
)
