"""Networks that paint: a class for each pixel from masks beside the images, built for a phone, a Pi and a microcontroller."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image
from tried import tried

from espalier.bundle.archive import read_deb
from espalier.command.build import build
from espalier.stages.outcome import Outcome
from espalier.store import Store

RECIPE = """
name = "spots"
accept = ["near-leakage", "near-duplicate"]
[model]
path = "model.keras"
task = "segment"
[segment]
classes = ["ground", "leaf", "spot"]
values = [0, 100, 200]
ignore = 255
alert = "spot"
alert-share = 0.05
[input]
size = [16, 24]
fit = "pad"
std = [255.0]
[calibration]
images = "calibration"
[evaluation]
images = "images"
masks = "masks"
[budgets]
min-miou = 0.5
max-miou-drop = 20.0
min-class-iou = 0.2
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "cortex-m4"
"""

TARGETS = ("raspberry-pi-4", "android-arm64", "cortex-m4")
COLORS = np.array([[30, 30, 30], [40, 200, 40], [220, 40, 30]])


def scene(random: np.random.Generator) -> tuple[Any, Any]:
    """A picture of 20 x 20 with a leaf and a spot in it, and its classes."""
    classes = np.zeros((20, 20), np.uint8)
    top, left = random.integers(1, 6, 2)
    classes[top : top + 12, left : left + 12] = 1
    classes[top + 3 : top + 3 + random.integers(2, 9), left + 3 : left + 9] = 2
    noisy = COLORS[classes] + random.normal(0, 6, (20, 20, 3)) + random.normal(0, 12, (5, 5, 1)).repeat(4, 0).repeat(4, 1)
    return np.clip(noisy, 0, 255).astype(np.uint8), classes


def painter() -> keras.Model:
    """1 x 1 convolutions that know the three colours, at half the size, grown at the end: softmax over classes."""
    layers = keras.layers
    image = keras.Input((16, 24, 3))
    x = layers.AveragePooling2D(2)(image)
    x = layers.Conv2D(3, 1, name="classes")(x)
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    model = keras.Model(image, layers.Softmax()(x))
    colors = COLORS / 255
    # Minus the squared distance to each colour, less what is the same for all.
    kernel, bias = 2 * colors.T, -np.square(colors).sum(axis=1)
    model.get_layer("classes").set_weights([20 * kernel[None, None].astype(np.float32), 20 * bias.astype(np.float32)])
    return model


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spots")
    random = np.random.default_rng(3)
    for name in ("calibration", "images", "masks"):
        (folder / name).mkdir()
    for number in range(24):
        Image.fromarray(scene(random)[0]).save(folder / "calibration" / f"{number}.png")
    for number in range(30):
        picture, classes = scene(random)
        mask = (100 * classes).astype(np.uint8)
        mask[0] = 255
        Image.fromarray(picture).save(folder / "images" / f"{number}.jpg", quality=95)
        Image.fromarray(mask).save(folder / "masks" / f"{number}.png")
    painter().save(folder / "model.keras")
    (folder / "recipe.toml").write_text(RECIPE)
    return folder


@pytest.fixture(scope="module")
def built(project: Path) -> Outcome:
    return build(project / "recipe.toml", out=project / "dist", store=Store(project / "store"))


def test_a_map_is_measured_on_masks_and_its_resize_priced(built: Outcome) -> None:
    assert built.failure is None, built.failure
    accuracy = built.report.accuracy
    assert accuracy is not None and accuracy.maps is not None
    row = accuracy.maps
    assert row.size == (16, 24) and [one.label for one in row.classes] == ["ground", "leaf", "spot"]
    assert row.miou_float > 0.7 and abs(row.miou_float - row.miou_int8) < 0.2 and row.miou_low < row.miou_int8 < row.miou_high
    assert accuracy.float.top1 == row.miou_float
    assert row.resize_points is not None and row.resize_points > 0  # blocks of 2 x 2 at the edges
    assert row.alert is not None and row.alert.images > 0
    gates = {gate.name: gate.passed for gate in built.report.gates}
    assert gates["budgets.min-miou"] and gates["budgets.max-miou-drop"] and gates["budgets.min-class-iou"]
    assert not [check for check in built.report.checks if check.result == "failed"]


def test_every_bundle_paints_the_map_at_the_size_that_the_device_has(built: Outcome) -> None:
    manifests = [json.loads((built.folder / name / "manifest.json").read_text()) for name in TARGETS]
    for manifest in manifests:
        assert manifest["task"] == "segment" and manifest["heads"][0]["shape"] == [1, 8, 12, 3]
        facts = manifest["map"]
        assert (facts["rows"], facts["columns"], facts["names"]) == (8, 12, ["ground", "leaf", "spot"])
        assert facts["resize"] == "bilinear, 8 x 12 to 16 x 24" and facts["alert_pixels"] == 5
    library = built.folder / "cortex-m4" / "spots-library" / "src"
    header = next((built.folder / "cortex-m4").rglob("spots_map.h")).read_text()
    assert "SPOTS_MAP_ALERT_PIXELS" in header, library
    passed = {check.name for check in built.report.checks if check.result == "passed"}
    assert any("map out" in name for name in passed)


def test_the_program_on_a_raspberry_pi_prints_shares_and_draws(built: Outcome, project: Path, tmp_path: Path) -> None:
    (package,) = (built.folder / "raspberry-pi-4").glob("*.deb")
    for name, data in read_deb(package.read_bytes()).data.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (program,) = (tmp_path / "root").rglob("classify.py")
    (tmp_path / "drawn").mkdir()
    command = [sys.executable, program, "--json", "--draw", tmp_path / "drawn", "--on", "alert", "--exec", "true", ";"]
    done = subprocess.run([*command, project / "images"], capture_output=True, text=True, timeout=120, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 30, done.stderr
    assert all(sum(row["shares"].values()) == pytest.approx(1, abs=1e-5) for row in rows)
    assert {row["decision"] for row in rows} == {"alert", "quiet"}
    assert all((row["action"] == "true") == (row["decision"] == "alert") for row in rows)
    assert all((row["decision"] == "alert") == (row["share"] >= 5 / 96 - 1e-9) for row in rows)
    drawn = np.asarray(Image.open(rows[0]["drawn"]))
    assert drawn.shape == (16, 24, 3)


def test_the_report_shows_every_class_and_the_ram_beside_the_arena(built: Outcome) -> None:
    page = (built.folder / "report.html").read_text()
    assert "Maps of 16 x 24" in page and "The last resize is left off" in page and "Alert, spot from 5.00 %" in page
    ram = next(gate for gate in built.report.gates if gate.name == "cortex-m4.ram-bytes")
    assert ram.limit == 131_072 - 288 - 16 * 24 * 3
    readme = (built.folder / "cortex-m4" / "README.md").read_text()
    assert "holds the output, 288 bytes" in readme and "spots_map_paint(output, (uint8_t *)output)" in readme


def test_run_lays_the_classes_over_the_picture(built: Outcome, project: Path, tmp_path: Path) -> None:
    images = sorted((project / "images").iterdir())[:3]
    rows = tried(built.folder, *images, out=tmp_path, with_float=True)
    for row in rows:
        assert row.answer is not None and row.float is not None
        assert abs(sum(row.answer.shares.values()) - 1) < 1e-4 and row.answer.decision in ("alert", "quiet")
        assert max(abs(row.answer.shares[name] - row.float.shares[name]) for name in row.answer.shares) < 0.05
        assert Path(row.drawn[0]).is_file()
