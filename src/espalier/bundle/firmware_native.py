"""Runs the firmware bundle's `prepare` and `decide` on this machine against the build machine's answers."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import BugError, VerificationError
from ..facts import BundleSource, Check
from ..preparation import prepare
from ..task.boxes.frame import to_frame, window_of
from . import firmware_boxes, firmware_numbers, number_cases
from . import firmware_text as text
from .answers import answer_of, packed
from .firmware_compile import (
    PROBE_SECONDS,
    WARNINGS,
    Compiler,
    age_of,
    compile_c,
    environment,
    guarded,
    on_this_machine,
)
from .optional_tools import run_tool, words

CHECK: Final = "prepare and decide equal the build machine's answers"
DETECT: Final = "prepare and detect equal the build machine's answers"
PREPARE: Final = "prepare equals the build machine's answers"
RUN_SECONDS: Final = 120.0
TEMPLATE: Final = Path(__file__).parent / "firmware_template"
FORMATS: Final = (
    "RGB888", "BGR888", "RGBA8888", "GRAY8", "RGB565_LE", "RGB565_BE", "YUYV422", "UYVY422", "BANDS"
)  # fmt: skip
"""Order of the enumeration in xmodel_prepare.h."""


def run_native(library: Path, source: BundleSource, work: Path) -> Check:
    """The check, with this machine's `cc` or else with zig's. Of several outputs that decide, each is run by itself."""
    alone = {name: one for name, one in source.deciding() if one.decision is not None}
    checks = [
        on_this_machine(_name(one), partial(_run_with, library=library, source=one, work=work / name, whole=source, head=name))
        for name, one in (alone or {"": source}).items()
    ]
    wrong = [check for check in checks if check.result != "passed"]
    return wrong[0] if wrong else msgspec.structs.replace(checks[0], why="; ".join(check.why for check in checks))


def _name(source: BundleSource) -> str:
    return DETECT if source.detector else CHECK if source.decision else PREPARE


def _driver(prefix: str, head: str) -> str:
    """The program; what it decides with is that of one of several outputs, where one is named."""
    driver = (TEMPLATE / "driver.c").read_text("ascii")
    own = f"{prefix}_{head}" if head else prefix
    for word in ("xmodel_decision", "xmodel_decide", "XMODEL_CLASSES"):
        driver = driver.replace(word, word.replace("xmodel", own).replace("XMODEL", own.upper()))
    return driver.replace("xmodel", prefix).replace("XMODEL", prefix.upper())


def _run_with(
    compiler: Compiler, *, library: Path, source: BundleSource, work: Path, whole: BundleSource, head: str
) -> Check:
    def run() -> str:
        work.mkdir(parents=True, exist_ok=True)
        # Large constants that neither function reads only cost time.
        unused = {
            f"{text.prefix(whole)}_{part}.c" for part in ("model_data", "golden", "selftest", "prepare_test")
        }
        own = f"{text.prefix(whole)}_{head}" if head else text.prefix(whole)
        driver = _deciding(_driver(text.prefix(whole), head), source, own)
        (work / "driver.c").write_text(driver, "ascii")
        parts = [str(path) for path in sorted((library / "src").glob("*.c")) if path.name not in unused]
        flags = ["-O1", *WARNINGS, f"-I{library / 'src'}", "-o", "driver"]
        compile_c(compiler, [*flags, "driver.c", *parts], work)
        images, outputs = image_cases(source), output_cases(source)
        tried = number_cases.cases(source) if source.numbers else []
        sent = b"".join(struct.pack(f"<4i{len(row)}d", 2, 0, 0, 0, *row) for row in tried)
        sent += b"".join(command(0, image) for image in images)
        frames = frame_sizes(source, len(outputs))
        sent += b"".join(
            struct.pack("<4i", 1, *frame, 0) + output.tobytes() for output, frame in zip(outputs, frames, strict=True)
        )
        done = run_tool([str(work / "driver")], given=sent, seconds=RUN_SECONDS, within=work)
        if done.returncode != 0:
            raise VerificationError(f"the program ended with {done.returncode}: {words(done)}")
        firmware_numbers.compare(done.stdout, tried, source)
        compare(done.stdout[len(tried) * (4 + len(source.contract.columns)) :], images, outputs, source)
        formats = len({image.format for image in images})
        more = f", {len(tried)} rows of numbers" if tried else ""
        return f"{len(images)} images in {formats} pixel formats, {len(outputs)} outputs{more}"

    return guarded(_name(source), compiler.tool, run, compiler.version, lambda: runs_here(compiler, work))


_CLASSIFIER: Final = re.compile(r"#elif defined\([A-Z0-9_]+_CLASSES\)\n.*?#endif\n", re.DOTALL)


def _deciding(driver: str, source: BundleSource, prefix: str) -> str:
    """The driver with the decision of a model that is no classifier."""
    answer = answer_of(source)
    if answer is None or source.decision is None or answer.like_a_classifier:
        return driver
    body = (
        f"#else\n    }} else {{\n      int8_t output[{source.values}];\n"
        f"      int32_t answer[{answer.words(source.decision)}];\n"
        f"      if (!read_all(output, sizeof(output))) return 2;\n      {{\n{answer.driver}      }}\n"
        "      fwrite(answer, 1, sizeof(answer), stdout);\n#endif\n"
    )
    return _CLASSIFIER.sub(lambda _: body.replace("xmodel", prefix).replace("XMODEL", prefix.upper()), driver)


def runs_here(compiler: Compiler, work: Path) -> str:
    """Whether a compiler makes programs that this machine can run: "", or why not."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "here.c").write_text(
        "#include <stdint.h>\n#include <stdio.h>\n#include <string.h>\n"
        'int main(void) {\n  int32_t some = 0;\n  memset(&some, 1, sizeof some);\n  printf("%d\\n", (int)some);\n'
        "  return 0;\n}\n",
        "ascii",
    )
    (work / "here").unlink(missing_ok=True)
    command = [*compiler.command, "-std=c99", "here.c", "-o", "here"]
    made = run_tool(command, seconds=PROBE_SECONDS, cwd=work, environment=environment(work), within=work)
    if made.returncode != 0:
        return f"it cannot compile a program that includes stdint.h, stdio.h and string.h: {words(made)}"
    done = run_tool([str(work / "here")], seconds=PROBE_SECONDS, within=work)
    if done.stdout != b"16843009\n":
        return f"what it makes does not run on this machine: {words(done)}"
    return age_of(compiler)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCase:
    """An image in one of FORMATS and the prepared bytes it must give."""

    name: str
    format: int
    rows: int
    columns: int
    data: bytes
    expected: bytes


def image_cases(source: BundleSource) -> list[ImageCase]:
    """The contract cases in every pixel format that the model takes."""
    if source.contract.color == "bands":
        return [
            ImageCase(name=f"{case.name} bands", format=FORMATS.index("BANDS"), rows=case.rows, columns=case.columns,
                      data=case.rgb, expected=case.pixels)
            for case in source.contract_cases
        ]  # fmt: skip
    cases = []
    for case in source.contract_cases:
        rgb = np.frombuffer(case.rgb, np.uint8).reshape(case.rows, case.columns, 3)
        green = rgb[:, :, 1]
        word = (
            (rgb[:, :, 0].astype(np.uint16) >> 3 << 11)
            | (green.astype(np.uint16) >> 2 << 5)
            | rgb[:, :, 2] >> 3
        )
        expanded = expand_565(word.astype(np.uint16))
        alpha = np.concatenate([rgb, green[:, :, None]], axis=2)
        given: list[tuple[bytes, NDArray[np.uint8] | None]] = [
            (case.rgb, None),
            (rgb[:, :, ::-1].tobytes(), None),
            (alpha.tobytes(), None),
            (green.tobytes(), np.repeat(green[:, :, None], 3, axis=2)),
            (word.astype("<u2").tobytes(), expanded),
            (word.astype(">u2").tobytes(), expanded),
        ]
        if case.columns % 2 == 0:
            # The channels stand in for luma and the two chromas: any bytes are a picture.
            luma, chroma = green, rgb[:, 0::2, [0, 2]].reshape(case.rows, case.columns)
            picture = expand_yuv422(luma, chroma)
            given += [
                (np.stack([luma, chroma], axis=2).tobytes(), picture),
                (np.stack([chroma, luma], axis=2).tobytes(), picture),
            ]
        for index, (data, image) in enumerate(given):
            expected = case.pixels if image is None else prepare(image, source.contract).tobytes()
            cases.append(
                ImageCase(
                    name=f"{case.name} {FORMATS[index]}",
                    format=index,
                    rows=case.rows,
                    columns=case.columns,
                    data=data,
                    expected=expected,
                )
            )
    return cases


def expand_565(word: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """RGB565 to RGB888 by repeating the high bits: uint16 [h, w] -> uint8 [h, w, 3]."""
    r, g, b = word >> 11, word >> 5 & 63, word & 31
    rgb: NDArray[np.uint8] = np.stack([r << 3 | r >> 2, g << 2 | g >> 4, b << 3 | b >> 2], axis=2).astype(
        np.uint8
    )
    return rgb


def expand_yuv422(luma: NDArray[np.uint8], chroma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Full-range Y and alternating U, V (uint8 [h, w] each) to RGB888 in 16-bit fixed point (JFIF, Rec. 601)."""
    y = luma.astype(np.int32) * 65536 + 32768
    u = np.repeat(chroma[:, 0::2].astype(np.int32) - 128, 2, axis=1)
    v = np.repeat(chroma[:, 1::2].astype(np.int32) - 128, 2, axis=1)
    planes = [y + 91881 * v, y - 22554 * u - 46802 * v, y + 116130 * u]
    rgb: NDArray[np.uint8] = np.clip(np.stack(planes, axis=2) >> 16, 0, 255).astype(np.uint8)
    return rgb


def output_cases(source: BundleSource) -> list[NDArray[np.int8]]:
    """Golden outputs, every value in first place, ties, and noise."""
    if source.detector is not None:
        return _detector_outputs(source)
    if source.decision is None:
        return []
    classes = source.values
    random = np.random.Generator(np.random.PCG64(1))
    cases = [np.frombuffer(v, np.int8) for vector in source.golden for v in vector.outputs.values()]
    for value in range(-128, 128):
        row = np.full(classes, -128, np.int8)
        row[value % classes] = value
        cases.append(row)
    cases += list(random.integers(-128, 128, (64, classes), np.int8))
    cases += list(random.integers(-3, 0, (64, classes), np.int8))
    return cases


def _detector_outputs(source: BundleSource) -> list[NDArray[np.int8]]:
    """Golden outputs, all of them changed a little (which makes ties), and noise."""
    random = np.random.Generator(np.random.PCG64(1))
    known = [np.frombuffer(v, np.int8) for vector in source.golden for v in vector.outputs.values()]
    near = [np.clip(v.astype(np.int16) + random.integers(-2, 3, len(v)), -128, 127).astype(np.int8) for v in known]
    return [*known, *near, *random.integers(-128, 128, (8, source.values), np.int8)]


def frame_sizes(source: BundleSource, count: int) -> list[tuple[int, int]]:
    """Width and height of as many camera frames; of a classifier no matter."""
    if source.detector is None:
        return [(0, 0)] * count
    return [(640, 480), (97, 1201), (20_000, 3)] * (count // 3) + [(640, 480)] * (count % 3)


def compare_boxes(answers: bytes, outputs: Sequence[NDArray[np.int8]], source: BundleSource) -> None:
    """Raises VerificationError at the first box, or its place in the frame, that is another."""
    at, bits = 0, firmware_boxes.detector_of(source).bits
    for number, (output, (width, height)) in enumerate(zip(outputs, frame_sizes(source, len(outputs)), strict=True)):
        boxes = firmware_boxes.boxes_in(source, output.tobytes())
        window = window_of(height, width, source.contract)
        placed = to_frame(boxes.corners.astype(np.int64), window, bits, firmware_boxes.FRAME_BITS)
        wanted = struct.pack("<i", len(boxes)) + np.concatenate([boxes.rows(), placed], axis=1).astype("<i4").tobytes()
        if answers[at : at + len(wanted)] != wanted:
            raise VerificationError(f"detect of output {number} differs")
        at += len(wanted)


def command(kind: int, case: ImageCase) -> bytes:
    return struct.pack("<4i", kind, case.format, case.columns, case.rows) + case.data


def compare(
    answers: bytes, images: Sequence[ImageCase], outputs: Sequence[NDArray[np.int8]], source: BundleSource
) -> None:
    at = 0
    for image in images:
        size = len(image.expected)
        got = bytes(byte ^ 0x80 for byte in answers[at : at + size])
        at += size
        if got != image.expected:
            raise VerificationError(f"prepare of {image.name} differs")
    if source.detector is not None:
        compare_boxes(answers[at:], outputs, source)
        return
    answer = answer_of(source)
    for output in outputs:
        if answer is None or source.decision is None:
            raise BugError("outputs of a model without a decision")
        wanted = packed(answer, output, source.decision)
        given = answers[at : at + len(wanted)]
        at += len(wanted)
        if given != wanted:
            raise VerificationError(f"decide of {output.tolist()} differs")
