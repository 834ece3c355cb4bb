"""Example applications around the compiled program, one per build system: each runs the self-test, then classifies
the first golden picture.

The C body is one template; each build system's file only wraps it. So every example is complete in its folder
and finds the library two folders up.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from ..errors import BugError, VerificationError
from ..facts import BundleSource, Check
from ..target import Target
from ..task.boxes.frame import to_frame, window_of
from . import firmware_boxes, golden
from . import firmware_text as text
from .answers import ANSWERS, answer_of
from .firmware_compile import WARNINGS, Compiler, cmake_works, compile_c, gcc, guarded
from .firmware_native import runs_here
from .optional_tools import run_tool

CHECK: Final = "the CMake example prints the label of the first golden picture"
RUN_SECONDS: Final = 120.0
PROGRAM_STACK_BYTES: Final = 6144
"""Stack for the network, printing and the system's own main, beside that of `prepare`. The systems' defaults (1024
bytes in Zephyr, 3584 in ESP-IDF) are less."""
CONSOLE: Final = ("example_body.c", "example_console.c")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A folder below examples/: each file is the templates that follow its path, one after another."""

    folder: str
    command: str
    files: tuple[tuple[str, ...], ...]


EXAMPLES: Final = (
    Example(
        folder="cmake",
        command="cmake -S examples/cmake -B build && cmake --build build && build/xmodel_example",
        files=(("CMakeLists.txt", "example_cmake.txt"), ("main.c", *CONSOLE, "example_main.c")),
    ),
    Example(
        folder="platformio",
        command="pio run -d examples/platformio -t upload -t monitor",
        files=(
            ("platformio.ini", "example_platformio.txt"),
            ("src/main.cpp", "example_arduino_head.cpp", "example_body.c", "example_arduino.cpp"),
        ),
    ),
    Example(
        folder="esp_idf",
        command="idf.py -C examples/esp_idf set-target CHIP build flash monitor",
        files=(
            ("CMakeLists.txt", "example_esp_idf.txt"),
            ("sdkconfig.defaults", "example_esp_idf_defaults.txt"),
            ("main/CMakeLists.txt", "example_esp_idf_main.txt"),
            ("main/main.c", *CONSOLE, "example_app_main.c"),
        ),
    ),
    Example(
        folder="zephyr",
        command="west build -b BOARD examples/zephyr && west flash",
        files=(
            ("CMakeLists.txt", "example_zephyr.txt"),
            ("prj.conf", "example_zephyr_conf.txt"),
            ("src/main.c", *CONSOLE, "example_main.c"),
        ),
    ),
)

def examples_of(target: Target) -> tuple[Example, ...]:
    """The examples for a device: PlatformIO's only where its target names the board, since another would run other code."""
    return tuple(example for example in EXAMPLES if example.folder != "platformio" or target.platformio is not None)


def example_files(
    source: text.Library,
    prepare_stack: int,
    *,
    body: str = "example_body.c",
    words: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Path below the library folder -> text. `prepare_stack`: bytes that `prepare` takes. `body`: the template that
    does the work; `words`: what stands for further marks of it."""
    stack = -(-(prepare_stack + PROGRAM_STACK_BYTES) // 1024) * 1024
    board = source.target.platformio
    marks = {"@STACK@": str(stack), **words}
    if board is not None:
        marks |= {"@PLATFORM@": board.platform, "@BOARD@": board.board}
    parts = {part for example in examples_of(source.target) for _, *parts in example.files for part in parts}
    written = {part: text.template(source, body if part == CONSOLE[0] else part) for part in parts}
    files = {}
    for example in examples_of(source.target):
        for path, *pieces in example.files:
            joined = "".join(written[piece] for piece in pieces)
            for word, value in marks.items():
                joined = joined.replace(word, value)
            files[f"examples/{example.folder}/{path}"] = joined
    return files


_CLASSIFIER: Final = re.compile(r"#ifdef [A-Z0-9_]+_CLASSES\n(.*?)#else\n.*?#endif\n", re.DOTALL)
"""What an example says of a classifier's answer, and of values."""


def shown_by(source: BundleSource, written: str) -> str:
    """An example that says what its model answers, where that is no classifier's answer."""
    answer = answer_of(source)
    if answer is None or answer.like_a_classifier:
        return written
    name = text.prefix(source)
    lines = answer.example.replace("xmodel", name).replace("XMODEL", name.upper())
    sketch = "Serial.begin" in written and "run_example" not in written
    said = lines.replace("SAY(", "Serial.print(" if sketch else "say(")
    body = f"  {{\n    char line[48];\n{said}  }}\n"
    return _CLASSIFIER.sub(lambda _: body, written).replace("#include <string.h>\n", "#include <stdio.h>\n#include <string.h>\n")


def example_lines(source: text.Library) -> str:
    """README: the examples and how each is built, one line each."""
    return "\n".join(
        f"- `examples/{example.folder}`: `{example.command.replace('xmodel', text.prefix(source))}`"
        for example in examples_of(source.target)
    )


def readme_section(source: BundleSource) -> str:
    """README: what the examples do, and their lines."""
    return (
        "\n## Examples\n\nEach runs the self-test and "
        + (
            "prints the boxes of a known picture. "
            if source.detector
            else "prints the label and the confidence of a known picture, with `review:` before them\nwhen a person should look. "
            if source.decision and ANSWERS[source.decision.source].like_a_classifier
            else "prints what a known picture is answered with. "
            if source.decision
            else "answers a known picture. "
        )
        + "The commands are for the folder "
        f"`{text.library_name(source)}`.\n\n{example_lines(source)}\n"
    )


def check_example(library: Path, source: BundleSource, work: Path) -> Check:
    """The CMake example, built with CMake or else with `cc`, and run: it must print the golden picture's label."""
    path = shutil.which("cmake")
    cmake = Compiler(command=(path,), tool="cmake", version="") if path else None
    check = Check(name=CHECK, tool="cmake", result="not run", why="neither cmake nor cc is installed")
    for compiler in filter(None, (cmake, gcc("cc"))):
        check = _built_and_run(compiler, library, source, work)
        if check.result != "not run":
            break
    return check


def _built_and_run(compiler: Compiler, library: Path, source: BundleSource, work: Path) -> Check:
    with_cmake = compiler.tool == "cmake"
    build = _with_cmake if with_cmake else _with_cc

    def run() -> str:
        printed = run_program(build(library, source, compiler, work))
        lines = printed.splitlines()
        if source.detector is not None:
            # Of a picture that is smoothed or balanced nobody recorded the boxes.
            wrong = not source.contract.retouches and lines[1:] != printed_boxes(source)
            if lines[:1] != ["self-test passed"] or wrong:
                raise VerificationError(f"the example printed {printed!r}, the known boxes are {printed_boxes(source)}")
            return f"{lines[-1]}; {lines[0]}; with the host's compiler"
        if source.decision is None:
            if lines != ["self-test passed", "the picture was answered"]:
                raise VerificationError(f"the example printed {printed!r}")
            return f"{lines[1]}; {lines[0]}; with the host's compiler"
        answer = answer_of(source)
        if answer is not None and not answer.like_a_classifier:
            wanted = answer.said(np.frombuffer(golden_output(source), np.int8), source.decision)
            told = len(lines) == 2 if source.contract.retouches else lines[1:] == [wanted]
            if lines[:1] != ["self-test passed"] or not told:
                raise VerificationError(f"the example printed {printed!r}, the known answer is {wanted!r}")
            return f"{lines[1]}; {lines[0]}; with the host's compiler"
        # Its picture is a golden one, or a case of the contract, whose answer nobody recorded.
        known = source.labels if source.contract.retouches else (golden_label(source),)
        if len(lines) != 2 or lines[1].removeprefix("review: ").rpartition(" ")[0] not in known:
            raise VerificationError(f"the example printed {printed!r}, the known label is {known[0]!r}")
        return f"{lines[1]}; {lines[0]}; with the host's compiler"

    def probe() -> str:
        return cmake_works(compiler.command[0], work / "probe") if with_cmake else runs_here(compiler, work)

    return guarded(CHECK, compiler.tool, run, compiler.version, probe)


def printed_boxes(source: BundleSource) -> list[str]:
    """What the example prints of the first golden vector's picture, which has the network's own size."""
    height, width = source.contract.size
    boxes = firmware_boxes.boxes_of(source, source.golden[0])
    window, bits = window_of(height, width, source.contract), firmware_boxes.detector_of(source).bits
    placed = to_frame(boxes.corners.astype(np.int64), window, bits, firmware_boxes.FRAME_BITS)
    lines = [
        f"{source.labels[label]} {((score >> 11) * 1000 + 524288) >> 20}/1000 at {' '.join(map(str, edges))}"
        for label, score, edges in zip(boxes.labels.tolist(), boxes.scores.tolist(), placed.tolist(), strict=True)
    ]
    return [*lines, f"{len(boxes)} boxes"]


def golden_output(source: BundleSource) -> bytes:
    """Of the first golden vector. Raises VerificationError when there is none."""
    if not source.golden:
        raise VerificationError("the bundle has no golden vectors")
    outputs = source.golden[0].outputs
    return outputs[next(kernels for kernels in golden.KERNELS if kernels in outputs)]


def golden_label(source: BundleSource) -> str:
    """What the first golden vector is answered with. Raises VerificationError when there is none."""
    known, answer = np.frombuffer(golden_output(source), np.int8), answer_of(source)
    if answer is None or source.decision is None:
        raise BugError("a label of a model without a decision")
    return source.labels[answer.answer(known, source.decision)[0]]


def run_program(program: Path) -> str:
    """What it printed. Raises VerificationError when it fails."""
    done = run_tool([str(program)], seconds=RUN_SECONDS, within=program.parent)
    printed = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        raise VerificationError(f"the example ended with {done.returncode}: {printed.strip()}")
    return printed


def _with_cmake(library: Path, source: BundleSource, cmake: Compiler, work: Path) -> Path:
    folder = ["-S", str(library / "examples" / "cmake"), "-B", str(work / "build")]
    compile_c(cmake, [*folder, "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror"], work, [str(library)])
    compile_c(cmake, ["--build", str(work / "build")], work, [str(library)])
    return work / "build" / f"{text.prefix(source)}_example"


def _with_cc(library: Path, source: BundleSource, compiler: Compiler, work: Path) -> Path:
    program = work / f"{text.prefix(source)}_example"
    files = [library / "examples" / "cmake" / "main.c", *sorted((library / "src").glob("*.c"))]
    flags = [*WARNINGS, "-O1", f"-I{library / 'src'}", "-o", str(program)]
    compile_c(compiler, [*flags, *map(str, files)], work)
    return program
