"""The bare-metal example: the firmware built around a bundle prints the label that the reference gives."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image
from test_firmware import compiled_program, mcu_source, named, reference_run

from espalier.bundle import firmware
from espalier.graph.simplify import simplify
from espalier.stages.publish import write_files
from espalier.tflite.read import read_tflite

SCRIPT = Path(__file__).parents[3] / "examples" / "firmware_console" / "run.py"
pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("unicorn", "ziglang")),
    reason="needs espalier[mcu]: ziglang and unicorn",
)


def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("firmware_console", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cortex-m4")
    write_files(firmware.contents(mcu_source(), compiled_program()), folder, durable=False)
    (folder / "manifest.json").write_text(json.dumps({"target": "cortex-m4"}))
    return folder


def picture(folder: Path) -> tuple[Path, str]:
    """An image file, and the label that the numpy reference gives it."""
    source = mcu_source()
    case = source.contract_cases[0]
    Image.frombytes("RGB", (case.columns, case.rows), case.rgb).save(folder / "image.png")
    graph, _ = simplify(read_tflite(source.int8_model))
    output = reference_run(graph, case.pixels)
    scores = [byte - 256 if byte > 127 else byte for byte in output]
    return folder / "image.png", source.labels[scores.index(max(scores))]


@pytest.mark.parametrize(
    "flags",
    [
        [],
        pytest.param(
            ["--qemu"],
            marks=pytest.mark.skipif(
                shutil.which("qemu-system-arm") is None, reason="qemu-system-arm is not installed"
            ),
        ),
    ],
)
def test_the_firmware_prints_the_label_of_the_reference(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str]
) -> None:
    image, label = picture(tmp_path)
    assert example().main([str(bundle), str(image), *flags]) == 0
    first, answer = capsys.readouterr().out.splitlines()
    assert first == "self-test passed"
    assert answer.startswith(f"{label} ")


@pytest.mark.parametrize("name", ["model", "image", "console"])
def test_a_model_may_bear_the_name_of_a_file_of_the_example(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cortex-m4"
    write_files(firmware.contents(named(mcu_source(), name), compiled_program(name)), folder, durable=False)
    (folder / "manifest.json").write_text(json.dumps({"target": "cortex-m4"}))
    image, label = picture(tmp_path)
    assert example().main([str(folder), str(image)]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith(f"{label} ")


def test_damaged_weights_are_told_and_end_with_an_error(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(bundle, damaged)
    (weights,) = damaged.glob("*_model/src/*_weights.c")
    text = weights.read_text()
    at = text.index("= {", text.index("int8_t")) + 3
    number = text[at:].split(",")[0]
    weights.write_text(text[:at] + text[at:].replace(number, f" {1 if int(number) != 1 else 2}", 1))
    image, _ = picture(tmp_path)
    assert example().main([str(damaged), str(image)]) == 1
    assert "damaged" in capsys.readouterr().out


def test_a_bundle_without_compiled_c_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"target": "cortex-m4"}))
    Image.new("RGB", (2, 2)).save(tmp_path / "image.png")
    with pytest.raises(SystemExit, match="no compiled model"):
        example().main([str(tmp_path), str(tmp_path / "image.png")])
    (tmp_path / "manifest.json").write_text(json.dumps({"target": "esp32-c3"}))
    with pytest.raises(SystemExit, match="Cortex-M3"):
        example().main([str(tmp_path), str(tmp_path / "image.png")])
