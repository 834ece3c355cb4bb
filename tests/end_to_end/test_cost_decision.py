"""A decision by cost: the build finds the threshold, says what it costs, holds a budget, and every device decides with it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from espalier.command.build import build
from espalier.errors import RecipeError
from espalier.store import Store

RECIPE = """
name = "welds"
[model]
path = "model.keras"
labels = "labels.txt"
[input]
size = [8, 8]
color = "gray"
std = [255.0]
[calibration]
images = "calibration"
[evaluation]
images = "evaluation"
[decision]
cost = { miss = 100, false-alarm = 5, review = 1, normal = "good", labels.crack.share = 0.1 }
[budgets]
max-cost = 900
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m4"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dark images are cracks; some are between, and the model is less sure of them."""
    folder, rng = tmp_path_factory.mktemp("welds"), np.random.default_rng(5)
    for number in range(240):
        label = ("crack", "good")[number % 2]
        image = rng.normal(112 if label == "crack" else 140, 12) + rng.normal(0, 25, (8, 8))
        place = folder / ("calibration" if number < 40 else "evaluation") / label
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.clip(0, 255).astype(np.uint8)).save(place / f"{number:03d}.png")
    (folder / "labels.txt").write_text("crack\ngood\n")
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.AveragePooling2D(8), layers.Flatten(), layers.Dense(2, activation="softmax")]
    )
    model.layers[-1].set_weights([np.float32([[-24, 24]]), np.float32([12, -12])])
    model.save(folder / "model.keras")
    (folder / "recipe.toml").write_text(RECIPE)
    return folder


def test_the_cheapest_threshold_goes_to_every_device(project: Path, tmp_path: Path) -> None:
    outcome = build(project / "recipe.toml", tmp_path / "dist", store=Store(tmp_path / "store"))
    report = json.loads(outcome.report_json)
    found = report["accuracy"]["cost"]
    threshold = found["int8"]["threshold"]
    assert 0.5 < threshold <= 1 and found["people"] == 1000 and found["nothing_label"] == "good"
    assert found["nothing"] == pytest.approx(1000 * 0.1 * 100)
    assert found["int8"]["low"] <= found["int8"]["held_out"] <= found["int8"]["high"]
    assert found["int8"]["held_out"] < 900 and found["int8"]["here"] <= 1000
    (gate,) = [row for row in report["gates"] if row["name"] == "budgets.max-cost"]
    assert gate["passed"] and gate["value"] == pytest.approx(found["int8"]["held_out"])
    assert not [check for check in report["checks"] if check["result"] == "failed"], report["checks"]
    for target in ("android-arm64", "raspberry-pi-4", "cortex-m4"):
        assert json.loads((outcome.folder / target / "manifest.json").read_text())["threshold"] == threshold
    (header,) = (outcome.folder / "cortex-m4").rglob("welds_decide.h")
    least = re.search(r"WELDS_THRESHOLD \(?(-?\d+)", header.read_text())
    assert least is not None and (int(least[1]) + 128) / 256 >= threshold > (int(least[1]) + 127) / 256
    page = (outcome.folder / "report.html").read_text()
    assert "people look at all" in page and "Labels count by the shares that the recipe states" in page
    assert "1,000 images cost" in (outcome.folder / "summary.md").read_text()


def test_a_label_that_is_not_there_ends_the_build_before_anything_is_computed(project: Path, tmp_path: Path) -> None:
    (project / "wrong.toml").write_text(RECIPE.replace('normal = "good"', 'normal = "fine"'))
    with pytest.raises(RecipeError, match="'fine'"):
        build(project / "wrong.toml", tmp_path / "dist", store=Store(tmp_path / "store"))


def test_of_yes_or_no_the_cut_is_found_too(project: Path, tmp_path: Path) -> None:
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.AveragePooling2D(8), layers.Flatten(), layers.Dense(1, activation="sigmoid")]
    )
    model.layers[-1].set_weights([np.float32([[-48]]), np.float32([24])])
    model.save(project / "yes.keras")
    text = RECIPE.replace('path = "model.keras"\nlabels = "labels.txt"', 'path = "yes.keras"\ntask = "binary"')
    text = text.replace("[decision]", '[binary]\npositive = "crack"\n[decision]').replace("review = 1,", "review = 30,")
    text = text.replace("max-cost = 900", "max-cost = 20000").replace('[[deploy]]\ntarget = "android-arm64"\n', "")
    (project / "yes.toml").write_text(text)
    outcome = build(project / "yes.toml", tmp_path / "dist", store=Store(tmp_path / "store"))
    report = json.loads(outcome.report_json)
    found = report["accuracy"]["cost"]["int8"]
    # Missing a crack costs twenty false alarms, and a look six: crack is said from below one half on.
    assert found["cut"] < 0.5 and found["held_out"] < 10_000
    assert not [check for check in report["checks"] if check["result"] == "failed"], report["checks"]
    (header,) = (outcome.folder / "cortex-m4").rglob("welds_decide.h")
    least = re.search(r"WELDS_POSITIVE \(?(-?\d+)", header.read_text())
    assert least is not None and (int(least[1]) + 128) / 256 >= found["cut"] > (int(least[1]) + 127) / 256
