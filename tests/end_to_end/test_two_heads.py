"""A network of two heads of different kinds: the age and the gender of one face, each with its own truth, report, gate and
decision, in the bundles of a phone, a Pi and a microcontroller."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from PIL import Image

from espalier.command.build import build
from espalier.stages.outcome import Outcome
from espalier.store import Store

RECIPE = """
name = "two-heads"
[model]
path = "model.keras"
task = "several"
[[head]]
name = "gender"
task = "classify"
labels = ["female", "male"]
decision = { threshold = 0.7 }
budgets = { min-accuracy = 0.9 }
[[head]]
name = "age"
task = "regress"
regress = { tolerance = 6.0, unit = "years" }
budgets = { min-accuracy = 0.85 }
[input]
size = [16, 16]
std = [255.0]
[calibration]
images = "calibration"
[evaluation]
csv = "truth.csv"
[budgets]
min-accuracy = 0.8
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m4"
"""


def network() -> keras.Model:
    """Red says how old, blue against green which gender."""
    layers = keras.layers
    image = keras.Input((16, 16, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(3, 1, name="colours")(image))
    model = keras.Model(image, [layers.Dense(1, name="age")(x), layers.Dense(2, name="gender")(x)])
    model.get_layer("colours").set_weights([np.eye(3, dtype=np.float32)[None, None], np.zeros(3, np.float32)])
    model.get_layer("age").set_weights([np.float32([[80], [0], [0]]), np.zeros(1, np.float32)])
    model.get_layer("gender").set_weights([np.float32([[0, 0], [12, -12], [-12, 12]]), np.zeros(2, np.float32)])
    return model


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("two-heads")
    rng = np.random.default_rng(7)
    (folder / "calibration").mkdir()
    rows = ["path,age,gender"]
    for number in range(160):
        red, green, blue = rng.uniform(0, 255), *(rng.uniform(0, 100), rng.uniform(140, 255))[:: rng.choice([-1, 1])]
        pixels = np.clip(rng.normal((red, green, blue), 8, (16, 16, 3)), 0, 255).astype(np.uint8)
        name = f"calibration/{number:03d}.png" if number < 80 else f"{number:03d}.png"
        Image.fromarray(pixels).save(folder / name)
        if number >= 80:
            red, green, blue = pixels.mean(axis=(0, 1)) / 255
            rows.append(f"{name},{80 * red:.2f},{'male' if blue > green else 'female'}")
    (folder / "truth.csv").write_text("\n".join(rows))
    network().save(folder / "model.keras")
    (folder / "recipe.toml").write_text(RECIPE)
    return build(folder / "recipe.toml", out=folder / "dist", store=Store(folder / "store"))


def test_each_head_is_measured_by_its_own_kind(outcome: Outcome) -> None:
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None and accuracy.float.top1 == 1.0 and (accuracy.int8.top1 or 0) > 0.95
    assert [(row.name, row.task) for row in accuracy.answers] == [("age", "regress"), ("gender", "classify")]
    age, gender = (row.accuracy for row in accuracy.answers)
    assert [(row.name, row.unit, row.tolerance) for row in age.numbers] == [("age", "years", 6.0)]
    assert [row.label for row in gender.classes] == ["female", "male"]
    assert all(row["exact"] for row in outcome.report.emulated)
    assert not [check for check in outcome.report.checks if check.result == "failed"]
