"""A build that shows nothing does not pass: int8 that answers otherwise, a model that guesses; each stop has a way on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from espalier.command.build import build
from espalier.errors import GateError
from espalier.store import Store

L = keras.layers
RECIPE = """
name = "case"
{top}
[model]
path = "model.keras"
[input]
size = [16, 16]
std = [255.0]
[calibration]
images = "calibration"
{evaluation}
[quantize]
allow-int16 = false
[[deploy]]
target = "android-arm64"
"""


def pictures(folder: Path, labels: tuple[str, ...], count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for number in range(count):
        place = folder / (labels[number % len(labels)] if labels else "")
        place.mkdir(parents=True, exist_ok=True)
        smooth = rng.integers(0, 256, (4, 4, 3)).astype(np.uint8)
        Image.fromarray(smooth).resize((16, 16), Image.Resampling.BICUBIC).save(place / f"{number:03d}.png")


def nearly_equal_scores(folder: Path) -> None:
    """46 scores within a few thousandths of each other: the float model's best is one that int8 cannot see."""
    keras.utils.set_random_seed(3)
    given = keras.Input((16, 16, 3))
    features = L.Flatten()(L.Conv2D(8, 3, strides=2, activation="relu")(given))
    model = keras.Model(given, L.Dense(46, activation="softmax")(features))
    x = np.stack([np.asarray(Image.open(p), np.float32) / 255 for p in sorted((folder / "calibration").rglob("*.png"))])
    f = keras.Model(given, features).predict(x, verbose=0)
    weights, _ = model.layers[-1].get_weights()
    weights *= 0.03 / (f @ weights).std(axis=0)
    bias = np.random.default_rng(0).uniform(-0.1, 0.08, 46)
    bias[[3, 7, 11, 13, 17]] = 0.163
    bias[19], bias[20] = 0.2, 0.25
    weights[:, 20] *= 0.1
    model.layers[-1].set_weights([weights, (bias - (f @ weights).mean(axis=0)).astype("float32")])
    model.save(folder / "model.keras")


def run(folder: Path, top: str = "", evaluation: str = "", **options: Any) -> tuple[Any, dict[str, Any]]:
    (folder / "recipe.toml").write_text(RECIPE.format(top=top, evaluation=evaluation))
    done = build(folder / "recipe.toml", folder / "dist", tools="none", store=Store(folder / "store"), **options)
    return done, json.loads(done.report_json)


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unlabelled")
    pictures(folder / "calibration", (), 40, 0)
    nearly_equal_scores(folder)
    return folder


def test_int8_that_answers_most_images_otherwise_fails_without_labels_and_is_explained(unlabelled: Path) -> None:
    done, report = run(unlabelled)
    assert report["accuracy"]["agreement"] < 0.35
    assert isinstance(done.failure, GateError) and "nearer than int8's step" in done.failure.found
    assert 'accept = ["agreement"]' in done.failure.found
    assert any("nearly equal on every image" in text and "mean and std" in text for text in report["warnings"])
    assert not report["bundles"]


def test_what_is_accepted_passes_and_strict_fails_for_what_is_not(unlabelled: Path) -> None:
    done, report = run(unlabelled, 'accept = ["agreement", "flat-scores"]')
    assert done.failure is None and report["bundles"]
    assert any(text.startswith("accepted: the float model's scores are nearly equal") for text in report["warnings"])
    done, _ = run(unlabelled, 'accept = ["agreement", "flat-scores"]', strict=True)
    assert isinstance(done.failure, GateError) and "strict.warnings" in done.failure.found and "[few]" in done.failure.found


def test_a_float_model_that_guesses_fails_with_labels(tmp_path: Path) -> None:
    pictures(tmp_path / "calibration", (), 30, 1)
    pictures(tmp_path / "evaluation", ("a", "b", "c"), 150, 2)
    keras.utils.set_random_seed(1)
    first = [keras.Input((16, 16, 3)), L.Conv2D(4, 3, activation="relu"), L.GlobalAveragePooling2D()]
    keras.Sequential([*first, L.Dense(3, activation="softmax")]).save(tmp_path / "model.keras")
    done, report = run(tmp_path, evaluation='[evaluation]\nimages = "evaluation"')
    assert isinstance(done.failure, GateError) and "accuracy.above-chance" in done.failure.found
    assert not report["accuracy"]["skill"]["beats_chance"]
    done, report = run(tmp_path, 'accept = ["chance"]', evaluation='[evaluation]\nimages = "evaluation"')
    assert not [gate for gate in report["gates"] if gate["name"] == "accuracy.above-chance"]
