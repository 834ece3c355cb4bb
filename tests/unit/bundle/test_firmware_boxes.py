"""The firmware bundle of a detector: compiled C and TFLite Micro, whose decode finds the build machine's boxes."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
import pytest
from detector_models import LABELS, detector_source, finder, with_target
from synthetic_source import synthetic_source

from espalier.bundle import firmware, firmware_boxes, firmware_check, firmware_compile
from espalier.bundle.firmware_examples import check_example, printed_boxes
from espalier.bundle.firmware_native import run_native
from espalier.detector import Anchor
from espalier.emit.golden_boxes import packed_boxes
from espalier.emit.selftest import GoldenCase
from espalier.emulate.cross import CORES
from espalier.emulate.microcontroller import measure_program
from espalier.errors import VerificationError
from espalier.facts import Artifact, BundleSource
from espalier.graph.simplify import simplify
from espalier.stages.compile import compile_graph, entered
from espalier.target import load_target

LIBRARY = "toy_finder_model"
STRICT = ("-Wall", "-Wextra", "-Wshadow", "-Werror", "-c")
needs_cc = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler is installed")
needs_emulator = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)


def cases(source: BundleSource) -> tuple[GoldenCase, ...]:
    return tuple(GoldenCase(input=entered(v.pixels), output=v.outputs["reference"]) for v in source.golden)


@cache
def program(joined: bool) -> tuple[Artifact, ...]:
    source = detector_source(joined=joined)
    return compile_graph(
        finder(joined=joined).graph, name=source.name, target=load_target("cortex-m4"), optimize="speed", ram_limit=1e9,
        answers=cases(source), detector=source.detector, labels=source.labels,
    ).program  # fmt: skip


def write(files: Sequence[Artifact], folder: Path) -> Path:
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return folder


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = firmware.contents(detector_source(joined=False), program(False))
    return write(files, tmp_path_factory.mktemp("compiled"))


@pytest.fixture(scope="module")
def tflm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(firmware.contents(detector_source()), tmp_path_factory.mktemp("tflm"))


@needs_cc
def test_compiled_c_prepares_and_detects_as_the_build_machine(compiled: Path, tmp_path: Path) -> None:
    check = run_native(compiled / LIBRARY, detector_source(joined=False), tmp_path)
    assert (check.result, check.name) == ("passed", "prepare and detect equal the build machine's answers"), check.why


@needs_cc
def test_the_library_for_tflite_micro_detects_as_the_build_machine(tflm: Path, tmp_path: Path) -> None:
    check = run_native(tflm / LIBRARY, detector_source(), tmp_path)
    assert check.result == "passed", check.why


@needs_cc
def test_the_example_passes_its_self_test_and_prints_the_known_boxes(compiled: Path, tmp_path: Path) -> None:
    source = detector_source(joined=False)
    check = check_example(compiled / LIBRARY, source, tmp_path)
    assert check.result == "passed", check.why
    assert printed_boxes(source)[-1] == f"{len(source.golden[0].boxes['reference'])} boxes"


@needs_cc
def test_another_table_is_noticed_by_the_example_and_by_the_decode(tmp_path: Path) -> None:
    source = detector_source(joined=False)
    files = []
    for file in firmware.contents(source, program(False)):
        data = file.data
        if file.path.endswith("toy_finder_detector.c"):  # the first anchor, one unit wider
            assert data.count(b"{262144, 262144, 393216, ") == 1
            data = data.replace(b"{262144, 262144, 393216, ", b"{262144, 262144, 397312, ")
        files.append(msgspec.structs.replace(file, data=data))
    library = write(files, tmp_path / "wrong") / LIBRARY
    check = check_example(library, source, tmp_path / "example")
    assert check.result == "failed" and "self-test FAILED" in check.why


@pytest.mark.parametrize("kind", ["compiled", "tflm"])
def test_every_file_compiles_and_the_sketch_too(kind: str, request: pytest.FixtureRequest) -> None:
    source = detector_source(joined=kind == "tflm")
    folder: Path = request.getfixturevalue(kind)
    rows = firmware_check.check(folder, source, thorough=True)
    assert not [row for row in rows if row.result == "failed"], [row for row in rows if row.result == "failed"]
    names = {row.name for row in rows if row.result == "passed"}
    if shutil.which("c++"):
        assert any("sketch" in name for name in names)
    assert "build system files" in names


@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m4", "rv32imc"])
def test_an_emulated_core_decodes_every_golden_vector_to_its_boxes_within_the_stated_ram(core: str) -> None:
    source, made = detector_source(joined=False), finder(joined=False)
    target = {"cortex-m0plus": "cortex-m0plus", "cortex-m4": "cortex-m4", "rv32imc": "esp32-c3"}[core]
    compiled = compile_graph(
        made.graph, name=source.name, target=load_target(target), optimize="speed", ram_limit=1e9, answers=cases(source),
        detector=source.detector, labels=source.labels,
    )  # fmt: skip
    figures = measure_program(
        [(a.path, a.data) for a in compiled.program], CORES[core], name=source.name, graph=simplify(made.graph)[0],
        arena_bytes=compiled.arena_bytes, golden=cases(source), detector=source.detector,
    )  # fmt: skip
    assert figures.decode is not None
    assert figures.decode.boxes == sum(len(v.boxes["reference"]) for v in source.golden) > 8
    assert figures.decode.stack_bytes <= 300
    assert figures.decode.ram_bytes <= 300 + 20 * finder(joined=False).detector.room
    assert figures.decode.instructions > 0


@needs_emulator
def test_a_core_that_finds_other_boxes_fails_the_build() -> None:
    source, made = detector_source(joined=False), finder(joined=False)
    level = made.detector.levels[0]
    wider = tuple(Anchor(a.x, a.y, a.width + 4096, a.height) for a in level.anchors)
    other = msgspec.structs.replace(
        made.detector, levels=(msgspec.structs.replace(level, anchors=wider), *made.detector.levels[1:])
    )
    files = program(False)
    arena = next(int(m[1]) for a in files if (m := re.search(rb"ARENA_BYTES (\d+)", a.data)))
    with pytest.raises(VerificationError, match="golden case 0"):
        measure_program(
            [(a.path, a.data) for a in files], CORES["cortex-m4"], name=source.name, graph=simplify(made.graph)[0],
            arena_bytes=arena, golden=cases(source), detector=other,
        )  # fmt: skip


@pytest.mark.sweep  # QEMU starts slowly; test_detectors.py runs the same decode on this core by default
@needs_emulator
@pytest.mark.skipif(not shutil.which("qemu-system-arm"), reason="qemu-system-arm is not installed")
def test_the_cortex_m55_decodes_every_golden_vector_to_its_boxes() -> None:
    source, made = detector_source(joined=False), finder(joined=False)
    compiled = compile_graph(
        made.graph, name=source.name, target=load_target("cortex-m55"), optimize="speed", ram_limit=1e9, answers=cases(source),
        detector=source.detector, labels=source.labels,
    )  # fmt: skip
    figures = measure_program(
        [(a.path, a.data) for a in compiled.program], CORES["cortex-m55"], name=source.name, graph=simplify(made.graph)[0],
        arena_bytes=compiled.arena_bytes, golden=cases(source), detector=source.detector,
    )  # fmt: skip
    assert figures.decode is not None and figures.decode.boxes > 8


def test_the_readme_says_the_call_its_ram_and_what_the_boxes_are() -> None:
    source = detector_source(joined=False)
    readme = firmware.readme(source, program(False))
    assert "toy_finder_detect(outputs, boxes)" in readme and "toy_finder_to_frame(&boxes[i], width, height)" in readme
    assert "takes 640 bytes from the caller" in readme and "for 60 anchors and 3 classes" in readme
    assert "overlap by more than 2/5" in readme and "examples/detect" not in readme
    assert "> detect |" in readme and "@" not in re.sub(r"\bmodels@\S+", "", readme)
    assert "examples/detect" in firmware.readme(detector_source(), None)


def test_labels_are_c_strings_in_their_order(compiled: Path) -> None:
    text = (compiled / LIBRARY / "src" / "toy_finder_model_labels.c").read_text()
    assert [text.index(f'"{label}"') for label in LABELS] == sorted(text.index(f'"{label}"') for label in LABELS)


def test_known_boxes_lie_in_memory_as_the_c_structure_does() -> None:
    source = detector_source(joined=False)
    boxes = firmware_boxes.boxes_of(source, source.golden[0])
    first = packed_boxes(boxes)[:20]
    assert int.from_bytes(first[:4], "little") == boxes.scores[0] and int.from_bytes(first[8:10], "little") == boxes.labels[0]
    assert int.from_bytes(first[10:12], "little") == boxes.corners[0, 0] and first[18:] == b"\0\0"


def test_a_classifier_s_library_knows_nothing_of_boxes() -> None:
    source = msgspec.structs.replace(synthetic_source(), target=load_target("cortex-m4"))
    files = {file.path: file.data for file in firmware.contents(source)}
    assert not [path for path in files if "detect" in path or "frame" in path]
    assert not [path for path, data in files.items() if b"@BOXES@" in data or b"_box" in data]


@needs_cc
@pytest.mark.parametrize("path", ["cmake/main.c", "esp_idf/main/main.c", "zephyr/src/main.c"])
def test_the_c_examples_of_a_detector_compile_without_a_warning(compiled: Path, tmp_path: Path, path: str) -> None:
    example = compiled / LIBRARY / "examples" / path
    command = ["cc", "-std=c99", *STRICT, f"-I{compiled / LIBRARY / 'src'}", str(example), "-o", str(tmp_path / "main.o")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "xmodel" not in example.read_text() and "@" not in example.read_text()


@pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler is installed")
def test_the_platformio_example_of_a_detector_compiles_against_a_stub_of_arduino(tmp_path: Path) -> None:
    source = with_target(detector_source(joined=False), "nucleo-h743zi")
    library = write(firmware.contents(source, program(False)), tmp_path) / LIBRARY
    firmware_compile.write_stub(tmp_path)
    example = library / "examples" / "platformio" / "src" / "main.cpp"
    command = ["c++", "-std=c++11", *STRICT, f"-I{tmp_path}", f"-I{library / 'src'}", str(example)]
    done = subprocess.run([*command, "-o", str(tmp_path / "main.o")], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
