"""A model of five bands: from .npy files to bundles of a phone, a Pi and a microcontroller that all take the array."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np

from espalier.command.build import build
from espalier.store import Store

BANDS = 5
RECIPE = """
name = "soil"
[model]
path = "model.keras"
labels = "labels.txt"
[input]
size = [12, 12]
color = "bands"
bands = 5
fit = "crop"
mean = [100.0, 90.0, 80.0, 70.0, 60.0]
std = [50.0]
[calibration]
images = "calibration"
[evaluation]
images = "evaluation"
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m4"
"""


def test_arrays_of_five_bands_are_built_measured_and_packed(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for number in range(80):
        label = number % BANDS
        array = rng.normal(80, 20, (14, 16, BANDS))
        array[..., label] += 60
        folder = tmp_path / ("calibration" if number < 30 else "evaluation") / f"band-{label}"
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / f"{number:02d}.npy", array.clip(0, 255).astype(np.uint8))
    (tmp_path / "labels.txt").write_text("".join(f"band-{k}\n" for k in range(BANDS)))
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((12, 12, BANDS)),
            layers.Conv2D(BANDS, 1),
            layers.GlobalAveragePooling2D(),
            layers.Dense(BANDS, activation="softmax"),
        ]
    )
    # Undo what differs between the means of the bands, then let the largest win.
    model.layers[0].set_weights([np.eye(BANDS, dtype=np.float32)[None, None], np.float32([1.0, 0.8, 0.6, 0.4, 0.2])])
    model.layers[-1].set_weights([4 * np.eye(BANDS, dtype=np.float32), np.zeros(BANDS, np.float32)])
    model.save(tmp_path / "model.keras")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    outcome = build(tmp_path / "recipe.toml", tmp_path / "dist", store=Store(tmp_path / "store"))
    report = json.loads(outcome.report_json)
    assert report["accuracy"]["float"]["top1"] == report["accuracy"]["int8"]["top1"] == 1.0
    assert [row["exact"] for row in report["emulated"]] == [True]
    passed = {check["name"] for check in report["checks"] if check["result"] == "passed"}
    assert not [check for check in report["checks"] if check["result"] == "failed"]
    assert {"raspberry-pi-4: image file in, label out", "raspberry-pi-4: self-test: preprocessing and golden vectors"} <= passed
    golden = json.loads((outcome.folder / "cortex-m4/golden/golden.json").read_text())
    assert golden["shape"] == [12, 12, 5]
    case = golden["cases"][0]
    assert (outcome.folder / "cortex-m4/golden" / case["rgb"]).stat().st_size == case["rows"] * case["columns"] * 5
    assert "prepare_bands" in "".join(p.read_text() for p in (outcome.folder / "cortex-m4").rglob("soil_prepare.h"))
    assert "no bitmap has them" in " ".join((outcome.folder / "android-arm64/README.md").read_text().split())
