"""The example applications: complete for each build system, one body, and the one that can run here is right."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from test_firmware import LIBRARY, compiled_program, mcu_source, reference_run, write

from espalier.bundle import firmware, firmware_compile, firmware_examples
from espalier.facts import BundleSource
from espalier.graph.simplify import simplify
from espalier.tflite.read import read_tflite

needs_cc = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler is installed")
STRICT = ("-Wall", "-Wextra", "-Wshadow", "-Werror", "-c")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    return write(firmware.contents(mcu_source(), compiled_program()), folder) / LIBRARY


def with_first_picture(index: int) -> BundleSource:
    source = mcu_source()
    return msgspec.structs.replace(source, golden=(source.golden[index], *source.golden))


def answer(source: BundleSource, pixels: bytes) -> str:
    """The line that the numpy reference makes of a picture."""
    graph, _ = simplify(read_tflite(source.int8_model))
    output = [byte - 256 if byte > 127 else byte for byte in reference_run(graph, pixels)]
    best = output.index(max(output))
    confidence = source.output.scale * (output[best] - source.output.zero_point)
    review = "review: " if confidence < source.recipe.decision.threshold else ""
    return f"{review}{source.labels[best]} {int(1000 * confidence + 0.5)}/1000"


def test_each_build_system_has_its_example_in_one_line_of_the_readme(library: Path) -> None:
    for path in (
        "cmake/CMakeLists.txt", "cmake/main.c", "platformio/platformio.ini", "platformio/src/main.cpp",
        "esp_idf/CMakeLists.txt", "esp_idf/main/CMakeLists.txt", "esp_idf/main/main.c",
        "esp_idf/sdkconfig.defaults", "zephyr/CMakeLists.txt", "zephyr/prj.conf", "zephyr/src/main.c",
    ):  # fmt: skip
        written = (library / "examples" / path).read_text("ascii")
        assert written.endswith("\n") and "xmodel" not in written.lower() and "@" not in written, path
    lines = (library.parent / "README.md").read_text().splitlines()
    for example in firmware_examples.EXAMPLES:
        (line,) = [line for line in lines if line.startswith(f"- `examples/{example.folder}`: `")]
        assert "xmodel" not in line


def test_the_interpreters_library_has_the_sketch_only() -> None:
    paths = [artifact.path for artifact in firmware.contents(mcu_source())]
    assert [path for path in paths if "/examples/" in path] == [f"{LIBRARY}/examples/classify/classify.ino"]


def test_the_examples_find_the_library_and_give_main_the_stack_it_needs(library: Path) -> None:
    examples = library / "examples"
    for path, below in (("cmake", "${CMAKE_CURRENT_SOURCE_DIR}"), ("esp_idf", "${CMAKE_CURRENT_LIST_DIR}"),
                        ("zephyr", "${CMAKE_CURRENT_SOURCE_DIR}")):  # fmt: skip
        (relative,) = re.findall(
            re.escape(below) + r"(/[./]+)", (examples / path / "CMakeLists.txt").read_text()
        )
        assert (examples / path / relative[1:]).resolve() == library.resolve()
    settings = configparser.ConfigParser()
    settings.read(examples / "platformio" / "platformio.ini")
    board = settings["env:nucleo_f446re"]
    assert (board["board"], board["platform"]) == ("nucleo_f446re", "ststm32")
    name, _, folder = board["lib_deps"].strip().partition("=symlink://")
    assert name == LIBRARY and (examples / "platformio" / folder).resolve() == library.resolve()
    for path in ("esp_idf/sdkconfig.defaults", "zephyr/prj.conf"):
        (stack,) = re.findall(r"STACK_SIZE=(\d+)", (examples / path).read_text())
        assert int(stack) >= firmware.prepare_stack(mcu_source()) + firmware_examples.PROGRAM_STACK_BYTES
    assert "CONFIG_TOY_PARTS_MODEL=y\n" in (examples / "zephyr" / "prj.conf").read_text()


@needs_cc
@pytest.mark.parametrize("std", ["c99", "gnu17"])
@pytest.mark.parametrize("path", ["cmake/main.c", "esp_idf/main/main.c", "zephyr/src/main.c"])
def test_the_c_examples_compile_without_a_warning(library: Path, tmp_path: Path, path: str, std: str) -> None:
    flags = [f"-std={std}", *STRICT, "-Wmissing-prototypes", "-O2", f"-I{library / 'src'}"]
    subprocess.run(["cc", *flags, "-o", tmp_path / "main.o", library / "examples" / path], check=True)


@pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler is installed")
def test_the_platformio_example_compiles_against_a_stub_of_arduino(library: Path, tmp_path: Path) -> None:
    firmware_compile.write_stub(tmp_path)
    flags = ["-std=c++11", *STRICT, "-O2", f"-I{library / 'src'}", f"-I{tmp_path}"]
    path = library / "examples" / "platformio" / "src" / "main.cpp"
    subprocess.run(["c++", *flags, "-o", tmp_path / "main.o", path], check=True)


@needs_cc
@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("color", ["rgb", "bgr"])
def test_the_cmake_example_prints_the_answer_of_the_reference(tmp_path: Path, index: int, color: str) -> None:
    source = with_first_picture(index)
    contract = msgspec.structs.replace(source.recipe.input, color=color)
    source = msgspec.structs.replace(source, recipe=msgspec.structs.replace(source.recipe, input=contract))
    library = write(firmware.contents(source, compiled_program()), tmp_path) / LIBRARY
    compiler = firmware_compile.gcc("cc")
    assert compiler is not None
    program = firmware_examples._with_cc(library, source, compiler, tmp_path / "work")
    printed = firmware_examples.run_program(program).splitlines()
    assert printed == ["self-test passed", answer(source, source.golden[0].pixels)]


@needs_cc
@pytest.mark.parametrize("tool", ["cmake", "cc"])
def test_the_check_runs_the_example_and_quotes_it(
    library: Path, tmp_path: Path, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shutil.which
    if found(tool) is None:
        pytest.skip(f"{tool} is not installed")
    if tool == "cc":
        monkeypatch.setattr(shutil, "which", lambda name: None if name == "cmake" else found(name))
    check = firmware_examples.check_example(library, mcu_source(), tmp_path)
    assert (check.result, check.tool) == ("passed", tool), check.why
    assert check.why.startswith(answer(mcu_source(), mcu_source().golden[0].pixels))


@needs_cc
@pytest.mark.parametrize(
    ("path", "old", "new", "sentence"),
    [
        ("src/toy_parts_model_labels.c", '"crack', '"creak', "the example printed"),
        ("examples/cmake/main.c", "output) != TOY", "output) == TOY", "self-test FAILED"),
        ("examples/cmake/main.c", "width = TOY_PARTS_WIDTH", "width = 0", "the picture cannot be used"),
        ("examples/cmake/main.c", "run_example(say)", "run_example()", "argument"),
    ],
)
def test_a_wrong_example_is_found(
    library: Path,
    tmp_path: Path,
    path: str,
    old: str,
    new: str,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "cmake" else found(name))
    shutil.copytree(library, tmp_path / LIBRARY)
    text = (tmp_path / LIBRARY / path).read_text()
    assert old in text
    (tmp_path / LIBRARY / path).write_text(text.replace(old, new))
    check = firmware_examples.check_example(tmp_path / LIBRARY, mcu_source(), tmp_path / "work")
    assert check.result == "failed" and sentence in check.why, check.why


def test_without_compilers_the_example_is_not_run(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert firmware_examples.check_example(library, mcu_source(), tmp_path).result == "not run"


def test_without_golden_vectors_no_label_is_known() -> None:
    with pytest.raises(firmware_examples.VerificationError, match="no golden"):
        firmware_examples.golden_label(msgspec.structs.replace(mcu_source(), golden=()))
