"""`espalier estimate`, and `inspect` of a Keras file: no TensorFlow is started."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from espalier import cli
from espalier.command import estimate as command
from espalier.command import inspect as inspecting
from espalier.command.schema import schema
from espalier.worker.client import Worker

ROOT = Path(__file__).parents[3]
DIGITS = ROOT / "examples/digits/model.keras"


@pytest.fixture
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_the_container(name: str, *rest: Any, **more: Any) -> Worker:
        assert name == "container", f"the process {name} was started"
        return Worker(name, *rest, **more)

    monkeypatch.setattr(inspecting, "Worker", only_the_container)
    monkeypatch.setattr(command, "Worker", only_the_container)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["espalier", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.mark.usefixtures("no_tensorflow")
def test_every_target_is_told_as_its_schema_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "estimate", str(DIGITS), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(json.loads(schema("estimate"))).validate(found)
    rows = {row["target"]: row for row in found["targets"]}
    assert {"cortex-m4", "esp32-c3", "android-arm64", "raspberry-pi-4"} <= set(rows)
    # A build of the example without pruning takes 13,728 bytes of RAM on a Cortex-M4 and 3.9 million MACs.
    assert found["model"]["macs"] == 3_887_424
    assert rows["cortex-m4"]["fits"] == "yes"
    assert rows["cortex-m4"]["ram"]["least"] <= 13_728 <= rows["cortex-m4"]["ram"]["most"]
    assert all(
        row["instructions"]
        for row in found["targets"]
        if row["target"] in ("cortex-m0plus", "cortex-m4", "esp32-c3")
    )


@pytest.mark.usefixtures("no_tensorflow")
def test_the_table_has_the_targets_that_hold_it_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reserve = ["--reserve-flash", "500000"]
    assert run(monkeypatch, "estimate", str(DIGITS), *reserve) == 0
    lines = capsys.readouterr().out.splitlines()
    words = [line.split()[0] for line in lines if line and line[0] in "ypn" and not line.startswith("note")]
    assert (
        words == sorted(words, key=["yes", "perhaps", "no"].index) and words[0] == "yes" and words[-1] == "no"
    )


def test_a_named_target_that_cannot_hold_it_ends_with_5(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(monkeypatch, "estimate", str(DIGITS), "--target", "cortex-m4", "--reserve-flash", "500000") == 5
    )
    assert "at least" in capsys.readouterr().err


@pytest.mark.usefixtures("no_tensorflow")
def test_inspect_starts_no_tensorflow(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "inspect", str(DIGITS), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parameters"] == 42_170 and found["output_shape"] == [1, 10]
    assert [layer["class"] for layer in found["layers"]][:3] == ["Conv2D", "BatchNormalization", "ReLU"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip", b"\x89HDF\r\n\x1a\n" + bytes(600), bytes(8)])
def test_a_file_that_is_no_model_is_refused(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model.keras").write_bytes(data)
    assert run(monkeypatch, "estimate", str(tmp_path / "model.keras")) == 3
    told = capsys.readouterr().err
    assert told.startswith("error: ") and "Traceback" not in told


def test_a_changed_suffix_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "tests/models/resnet8_int8.tflite", tmp_path / "model.keras")
    assert run(monkeypatch, "estimate", str(tmp_path / "model.keras"), "--target", "cortex-m4") == 0
