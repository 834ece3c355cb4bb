"""A box, landmarks or an angle are not taken for classes: told from the loss in the file, asked where nothing tells."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from espalier.command.check import check_recipe
from espalier.command.init import write_recipe
from espalier.errors import UnsupportedModelError
from espalier.load.keras_facts import ModelFacts
from espalier.load.keras_file import inspect_model
from espalier.load.training import number_loss
from espalier.recipe_file import load_recipe
from espalier.stages.check_outputs import number_outputs

L = keras.layers
RECIPE = """
name = "case"
{top}
[model]
path = "{model}"
{labels}
[input]
size = [8, 8]
[calibration]
images = "calibration"
[[deploy]]
target = "android-arm64"
"""


def network(units: int, activation: str | None, loss: Any = None, metrics: Any = None) -> keras.Model:
    model = keras.Sequential([keras.Input((8, 8, 3)), L.Flatten(), L.Dense(units, activation=activation)])
    if loss is not None:
        model.compile("adam", loss, metrics=metrics)
    return model


def facts(tmp_path: Path, model: keras.Model, suffix: str = ".keras") -> ModelFacts:
    model.save(tmp_path / f"m{suffix}")
    return inspect_model(str(tmp_path / f"m{suffix}"))


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize(
    ("loss", "metrics", "words"),
    [
        ("mse", None, "mean squared error"),
        (keras.losses.Huber(), ["mae"], "Huber loss"),
        (keras.losses.MeanAbsoluteError(), None, "mean absolute error"),
        ("mse", ["accuracy"], ""),
        ("binary_crossentropy", None, ""),
        (keras.losses.CategoricalCrossentropy(from_logits=True), ["accuracy"], ""),
        (None, None, ""),
    ],
)
def test_the_loss_is_read_from_both_formats(
    loss: Any, metrics: Any, words: str, suffix: str, tmp_path: Path
) -> None:
    assert facts(tmp_path, network(4, "sigmoid", loss, metrics), suffix).loss == words


@pytest.mark.parametrize(
    "text",
    [
        None,
        b"",
        b"[]",
        b"{",
        b'{"compile_config": 5}',
        b'{"loss": {"class_name": 7}}',
        b'{"loss": [null, 3]}',
        b'{"loss": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"loss": {"a": {"b": {"c": {"d": {"e": {"f": {"g": "mse"}}}}}}}}',
    ],
)
def test_a_strange_training_configuration_is_no_hint_and_no_error(text: bytes | None) -> None:
    assert number_loss(text) == ""


@pytest.mark.parametrize(
    ("output", "classes", "loss", "named", "severity"),
    [
        ("sigmoid", 4, "mean squared error", False, "error"),
        ("logits", 10, "mean squared error", False, "error"),
        ("logits", 1, "mean squared error", False, "error"),
        ("sigmoid", 4, "mean squared error", True, None),
        ("softmax", 4, "mean squared error", False, None),
        ("sigmoid", 4, "", False, "warning"),
        ("logits", 1, "", False, "warning"),
        ("sigmoid", 1, "", False, None),
        ("logits", 10, "", False, None),
        ("sigmoid", None, "", False, "warning"),
    ],
)
def test_what_speaks_for_numbers_stops_what_leaves_it_open_warns_and_named_classes_are_classes(
    output: str, classes: int | None, loss: str, named: bool, severity: str | None
) -> None:
    facts: Any = SimpleNamespace(output=output, classes=classes, loss=loss)
    found = number_outputs(facts, named=named)
    assert (found.severity if found else None) == severity
    assert found is None or ("labels" in found.next_step and "box" in found.message)


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ESPALIER_STORE", str(tmp_path / "store"))
    network(4, "sigmoid", "mse").save(tmp_path / "model.keras")
    (tmp_path / "calibration").mkdir()
    rng = np.random.default_rng(0)
    for number in range(4):
        Image.fromarray(rng.integers(0, 255, (8, 8, 3), np.uint8)).save(tmp_path / f"calibration/{number}.png")
    return tmp_path


def test_a_box_regressor_is_found_to_give_numbers_and_check_says_what_judges_them(box: Path) -> None:
    path = box / "recipe.toml"
    path.write_text(RECIPE.format(top="", model="model.keras", labels=""))
    found = check_recipe(path)
    (row,) = [row for row in found.rows if row.text.endswith("[task]")]
    assert found.error is None and row.severity == "warning"
    assert "it was trained with mean squared error" in row.text and "they are built as they are" in row.text
    assert '`task = "regress"` there measures numbers' in row.text
    path.write_text(RECIPE.format(top='accept = ["task"]', model="model.keras", labels=""))
    assert not [text for text in check_recipe(path).warnings if "numbers" in text]


def test_a_box_regressor_is_no_classifier_unless_the_recipe_insists(box: Path) -> None:
    path = box / "recipe.toml"
    path.write_text(RECIPE.format(top="", model="model.keras", labels='task = "classify"'))
    error = check_recipe(path).error
    assert isinstance(error, UnsupportedModelError)
    assert "predicts numbers, not classes" in error.found and "mean squared error" in error.found
    assert "labels" in error.next_step and 'accept = ["regression"]' in error.next_step
    path.write_text(RECIPE.format(top='accept = ["regression"]', model="model.keras", labels=""))
    assert check_recipe(path).error is None
    (box / "labels.txt").write_text("a\nb\nc\nd\n")
    path.write_text(RECIPE.format(top="", model="model.keras", labels='labels = "labels.txt"'))
    assert check_recipe(path).error is None


def test_init_writes_a_recipe_of_numbers_for_a_box_regressor(box: Path) -> None:
    recipe = load_recipe(write_recipe(box / "model.keras", [box / "calibration"], [], box / "numbers.toml"))
    assert recipe.model.task == "regress" and recipe.regress is not None and recipe.regress.tolerance == 0.1
    (box / "labels.txt").write_text(json.dumps("one") + "\nb\nc\nd\n")
    assert write_recipe(box / "model.keras", [box / "calibration"], [], box / "recipe.toml").exists()
