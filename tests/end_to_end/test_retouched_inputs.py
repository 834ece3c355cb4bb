"""Models whose images are smoothed and balanced: from photographs to bundles that do the same in C, Java and Python."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from espalier.command.build import build
from espalier.command.verify import verify_bundle as verify
from espalier.store import Store

RECIPE = """
name = "shade"
[model]
path = "model.keras"
labels = "labels.txt"
[input]
size = [12, 12]
resize = "area"
fit = "pad"
smooth = "median"
balance = "per-image"
[calibration]
images = "calibration"
[evaluation]
images = "evaluation"
[budgets]
min-accuracy = 0.9
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m4"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images of any brightness and contrast, brighter at the left or at the right: only standardized ones tell."""
    folder, rng = tmp_path_factory.mktemp("shade"), np.random.default_rng(3)
    for number in range(80):
        label = ("left", "right")[number % 2]
        ramp = np.linspace(1, -1, 20)[None, :, None] * (1 if label == "left" else -1)
        image = rng.uniform(40, 200) + rng.uniform(4, 30) * (ramp + rng.normal(0, 0.2, (20, 20, 3)))
        place = folder / ("calibration" if number < 30 else "evaluation") / label
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.clip(0, 255).astype(np.uint8)).save(place / f"{number:02d}.png")
    (folder / "labels.txt").write_text("left\nright\n")
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((12, 12, 3)), layers.AveragePooling2D((12, 6)), layers.Flatten(), layers.Dense(2, activation="softmax")]
    )
    weights = np.repeat([[1.0, -1.0], [-1.0, 1.0]], 3, axis=0).astype(np.float32)
    model.layers[-1].set_weights([weights, np.zeros(2, np.float32)])
    model.save(folder / "model.keras")
    (folder / "recipe.toml").write_text(RECIPE)
    return folder


def test_smoothed_and_standardized_images_are_built_measured_and_packed(project: Path, tmp_path: Path) -> None:
    outcome = build(project / "recipe.toml", tmp_path / "dist", store=Store(tmp_path / "store"))
    report = json.loads(outcome.report_json)
    assert report["accuracy"]["int8"]["top1"] == 1.0
    assert [row["exact"] for row in report["emulated"]] == [True]
    assert not [check for check in report["checks"] if check["result"] == "failed"], report["checks"]
    passed = {check["name"] for check in report["checks"] if check["result"] == "passed"}
    assert {"raspberry-pi-4: image file in, label out", "raspberry-pi-4: self-test: preprocessing and golden vectors"} <= passed
    golden = json.loads((outcome.folder / "cortex-m4/golden/golden.json").read_text())
    assert golden["contract"]["smooth"] == "median" and golden["contract"]["balance"] == "per-image"
    assert golden["contract"]["mean"] == [128.0] * 3 and golden["contract"]["std"] == [32.0] * 3
    for target in ("android-arm64", "raspberry-pi-4", "cortex-m4"):
        manifest = json.loads((outcome.folder / target / "manifest.json").read_text())
        assert manifest["input"]["scale"] == 1 / 32 and manifest["input"]["zero_point"] == 0
        assert [check for check in verify(outcome.folder / target).checks if check.name.startswith("contract")]
    readme = " ".join((outcome.folder / "android-arm64/README.md").read_text().split())
    assert 'MediaPipe Tasks cannot feed this model: nothing in TFLite\'s metadata says smooth = "median"' in readme
