"""A network that gives a picture twice as large: measured against targets, its bytes drawn by the program on a Raspberry Pi."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
from PIL import Image

from espalier.bundle.archive import read_deb
from espalier.command.build import build
from espalier.store import Store

RECIPE = """
name = "larger"
accept = ["near-leakage", "near-duplicate"]
[model]
path = "model.keras"
task = "image"
[picture]
range = [0.0, 1.0]
[input]
size = [12, 16]
std = [255.0]
[calibration]
images = "calibration"
[evaluation]
images = "images"
targets = "targets"
[budgets]
min-psnr = 25.0
max-psnr-drop = 6.0
min-ssim = 0.7
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m7"
"""


def larger() -> keras.Model:
    """Bilinear, and what a transposed convolution adds, which is little."""
    layers = keras.layers
    keras.utils.set_random_seed(3)
    image = keras.Input((12, 16, 3))
    added = layers.Conv2DTranspose(3, 2, strides=2, name="added")(layers.Conv2D(4, 3, padding="same", activation="relu")(image))
    model = keras.Model(image, layers.Add()([layers.UpSampling2D(2, interpolation="bilinear")(image), added]))
    model.get_layer("added").set_weights([0.02 * weight for weight in model.get_layer("added").get_weights()])
    return model


def test_a_picture_is_measured_against_targets_and_drawn(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    for name in ("calibration", "images", "targets", "drawn"):
        (tmp_path / name).mkdir()
    for number in range(50):
        coarse = Image.fromarray(random.integers(0, 256, (5, 6, 3)).astype(np.uint8))
        picture = coarse.resize((32, 24), Image.Resampling.BICUBIC)
        small = picture.resize((16, 12), Image.Resampling.BOX)
        small.save(tmp_path / ("calibration" if number < 24 else "images") / f"{number}.png")
        if number >= 24:
            picture.save(tmp_path / "targets" / f"{number}.png")
    larger().save(tmp_path / "model.keras")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    built = build(tmp_path / "recipe.toml", out=tmp_path / "dist", store=Store(tmp_path / "store"))
    assert built.failure is None, built.failure
    accuracy = built.report.accuracy
    assert accuracy is not None and accuracy.pictures is not None
    row = accuracy.pictures
    assert row.size == (24, 32) and row.psnr_float is not None and row.psnr_float > row.psnr_int8 > 25 and row.ssim_int8 > 0.7
    assert not [check for check in built.report.checks if check.result == "failed"]
    assert all(gate.passed for gate in built.report.gates)
    assert any(built.folder.rglob("larger_picture.c"))
    manifest = json.loads((built.folder / "raspberry-pi-4" / "manifest.json").read_text())
    table = manifest["picture"]["table"]
    assert manifest["task"] == "image" and len(table) == 256 and table == sorted(table)

    (package,) = (built.folder / "raspberry-pi-4").glob("*.deb")
    for name, data in read_deb(package.read_bytes()).data.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (program,) = (tmp_path / "root").rglob("classify.py")
    command = [sys.executable, program, "--json", "--draw", tmp_path / "drawn", tmp_path / "images" / "24.png"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    row_ = json.loads(done.stdout)
    assert row_["size"] == [24, 32, 3], done.stderr
    drawn, wanted = (np.asarray(Image.open(path)).astype(float) for path in (row_["drawn"], tmp_path / "targets" / "24.png"))
    assert 10 * np.log10(255**2 / np.square(drawn - wanted).mean()) > 22
