"""A number plate: three characters (a softmax each) and the plate's box (four sigmoids), in one network whose converter
orders outputs as it likes. Every head is its own answer, in every bundle."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest
from PIL import Image

from espalier.bundle.archive import read_deb, read_zip
from espalier.command.build import build
from espalier.command.verify import verify_bundle
from espalier.stages.outcome import Outcome
from espalier.store import Store

RECIPE = """
name = "plate"
[model]
path = "model.keras"
task = "several"
[[head]]
name = "box"
task = "regress"
regress = { tolerance = 0.1, names = ["x", "y"] }
[[head]]
name = "digit_2"
task = "classify"
labels = ["0", "1", "2"]
[[head]]
name = "digit_0"
task = "classify"
labels = "digits.txt"
[[head]]
name = "digit_1"
task = "raw"
[input]
size = [8, 24]
std = [255.0]
[calibration]
images = "calibration"
[evaluation]
csv = "truth.csv"
[quantize]
max-accuracy-drop = 5.0
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m7"
[[deploy]]
target = "cortex-m4"
runtime = "tflm"
"""


def network() -> keras.Model:
    """Each third of the picture is one digit, which its brightest colour names; red and green of the left say where it is."""
    layers = keras.layers
    image = keras.Input((8, 24, 3))
    x = layers.AveragePooling2D(8, name="thirds")(layers.Conv2D(3, 1, name="colours")(image))
    x = layers.Flatten()(x)
    digits = [layers.Dense(3, activation="softmax", name=f"digit-{place}")(x) for place in range(3)]
    model = keras.Model(image, [digits[0], digits[1], layers.Dense(2, activation="sigmoid", name="box")(x), digits[2]])
    model.get_layer("colours").set_weights([np.eye(3, dtype=np.float32)[None, None], np.zeros(3, np.float32)])
    for place in range(3):
        weights = np.zeros((9, 3), np.float32)
        weights[3 * place : 3 * place + 3] = 9 * np.eye(3)
        model.get_layer(f"digit-{place}").set_weights([weights, np.zeros(3, np.float32)])
    weights = np.zeros((9, 2), np.float32)
    weights[0, 0] = weights[1, 1] = 3.0
    model.get_layer("box").set_weights([weights, np.full(2, -1.5, np.float32)])
    return model


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("plate")
    rng = np.random.default_rng(9)
    (folder / "calibration").mkdir()
    (folder / "digits.txt").write_text("0\n1\n2\n")
    rows = ["path,digit_0,digit_2,box.x,box.y"]
    for number in range(140):
        digits = rng.integers(0, 3, 3)
        colours = np.where(np.eye(3)[digits] > 0, rng.uniform(170, 250, (3, 3)), rng.uniform(0, 110, (3, 3)))
        pixels = np.clip(rng.normal(colours.repeat(8, 0)[None], 8, (8, 24, 3)), 0, 255).astype(np.uint8)
        name = f"calibration/{number:03d}.png" if number < 60 else f"{number:03d}.png"
        Image.fromarray(pixels).save(folder / name)
        if number >= 60:
            x, y = 1 / (1 + np.exp(1.5 - 3 * pixels[:, :8].mean(axis=(0, 1))[:2] / 255))
            rows.append(f"{name},{digits[0]},{digits[2]},{x:.4f},{y:.4f}")
    (folder / "truth.csv").write_text("\n".join(rows))
    network().save(folder / "model.keras")
    (folder / "recipe.toml").write_text(RECIPE)
    return build(folder / "recipe.toml", out=folder / "dist", store=Store(folder / "store"))


def test_every_head_is_right_by_its_own_measure(outcome: Outcome) -> None:
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None and accuracy.float.top1 == 1.0 and (accuracy.int8.top1 or 0) > 0.95
    # As the model gives them, whatever the order of the tables.
    assert [(row.name, row.task) for row in accuracy.answers] == [
        ("digit_0", "classify"), ("digit_1", "raw"), ("box", "regress"), ("digit_2", "classify")
    ]  # fmt: skip
    rows = {row.name: row.accuracy for row in accuracy.answers}
    assert [row.name for row in rows["box"].numbers] == ["x", "y"] and rows["digit_1"].float.top1 is None
    assert [row.label for row in rows["digit_2"].classes] == ["0", "1", "2"]
    assert all(row["exact"] for row in outcome.report.emulated)


def test_the_bundles_hold_every_head_and_its_known_answers(outcome: Outcome) -> None:
    for target in ("android-arm64", "raspberry-pi-4", "cortex-m7"):
        folder = outcome.folder / target
        manifest = json.loads((folder / "manifest.json").read_text())
        assert [(one["name"], one["task"]) for one in manifest["answers"]] == [
            ("digit_0", "classify"), ("digit_1", "raw"), ("box", "regress"), ("digit_2", "classify")
        ]  # fmt: skip
        assert not [check for check in verify_bundle(folder).checks if check.result == "failed"]
    source = outcome.folder / "cortex-m7" / "plate_model" / "src"
    assert "plate_digit_2_decision plate_digit_2_decide(const int8_t *output);" in (source / "plate_digit_2_decide.h").read_text()
    assert not (source / "plate_digit_1_decide.h").exists()
    (library,) = (outcome.folder / "android-arm64" / "maven").rglob("*.aar")
    files = read_zip(library.read_bytes())
    assert files["assets/models/plate_digit_0_labels.txt"] == b"0\n1\n2\n"
    assert "dev/espalier/models/plate_digit_0/Decision.class" in read_zip(files["classes.jar"])
    (package,) = (outcome.folder / "raspberry-pi-4").glob("*.deb")
    facts = json.loads(read_deb(package.read_bytes()).data["usr/share/plate-model/model.json"])
    assert [head["name"] for head in facts["heads"]] == ["digit_0", "digit_1", "box", "digit_2"]


def test_around_tensorflow_lite_micro_each_head_decides_where_it_lies(outcome: Outcome) -> None:
    folder = outcome.folder / "cortex-m4"
    assert "plate_digit_2_decide((output + 8));" in (folder / "README.md").read_text()
    assert (folder / "plate_model" / "src" / "plate_digit_0_decide.c").is_file()
    assert not [check for check in outcome.report.checks if check.result == "failed"]
