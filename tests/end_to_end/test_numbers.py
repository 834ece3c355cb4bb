"""A network that answers with two numbers: the csv says what is true, the Pi prints them by their names."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
from PIL import Image
from tried import tried

from espalier.bundle.archive import read_deb
from espalier.command.build import build
from espalier.store import Store

RECIPE = """
name = "light"
[model]
path = "model.keras"
task = "regress"
[regress]
tolerance = 4.0
unit = "percent"
[input]
size = [12, 12]
std = [255.0]
[calibration]
images = "calibration"
[evaluation]
csv = "truth.csv"
[budgets]
min-accuracy = 0.9
[[deploy]]
target = "raspberry-pi-4"
"""


def test_numbers_are_measured_in_their_unit_and_printed_by_their_names(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    (tmp_path / "calibration").mkdir()
    rows = ["path,red,blue"]
    for number in range(140):
        pixels = np.clip(rng.uniform(0, 255, 3) + rng.normal(0, 8, (12, 12, 3)), 0, 255).astype(np.uint8)
        name = f"calibration/{number:03d}.png" if number < 60 else f"{number:03d}.png"
        Image.fromarray(pixels).save(tmp_path / name)
        if number >= 60:
            red, _, blue = 100 * pixels.mean(axis=(0, 1)) / 255
            rows.append(f"{name},{red:.3f},{blue:.3f}")
    (tmp_path / "truth.csv").write_text("\n".join(rows))
    layers = keras.layers
    model = keras.Sequential([keras.Input((12, 12, 3)), layers.Conv2D(3, 1), layers.GlobalAveragePooling2D(), layers.Dense(2)])
    model.layers[0].set_weights([np.eye(3, dtype=np.float32)[None, None], np.zeros(3, np.float32)])
    model.layers[-1].set_weights([np.float32([[100, 0], [0, 0], [0, 100]]), np.zeros(2, np.float32)])
    model.save(tmp_path / "model.keras")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    outcome = build(tmp_path / "recipe.toml", out=tmp_path / "dist", store=Store(tmp_path / "store"))
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None and accuracy.float.top1 == 1.0 and accuracy.int8.top1 is not None
    assert [(row.name, row.unit) for row in accuracy.numbers] == [("red", "percent"), ("blue", "percent")]
    assert all(row.mae_float < 0.01 and row.mae_int8 < 1.5 and (row.r2_int8 or 0) > 0.99 for row in accuracy.numbers)
    assert not [check for check in outcome.report.checks if check.result == "failed"]
    assert {gate.name: gate.passed for gate in outcome.report.gates}["budgets.min-accuracy"]
    manifest = json.loads((outcome.folder / "raspberry-pi-4" / "manifest.json").read_text())
    assert manifest["task"] == "regress"
    assert manifest["numbers"] == {"names": ["red", "blue"], "tolerance": 4.0, "unit": "percent"}
    (package,) = (outcome.folder / "raspberry-pi-4").glob("*.deb")
    facts = json.loads(read_deb(package.read_bytes()).data["usr/share/light-model/model.json"])
    assert facts["numbers"] == ["red", "blue"] and facts["labels"] == []
    (row,) = tried(outcome.folder, next((tmp_path / "calibration").iterdir()), with_float=True)
    assert row.answer is not None and row.float is not None and set(row.answer.values) == {"red", "blue"}
    assert all(abs(row.answer.values[name] - row.float.values[name]) < 4 for name in ("red", "blue"))  # type: ignore[operator]
