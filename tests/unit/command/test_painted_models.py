"""Models that paint, without a task in the recipe: what init writes, what a build takes them for; classifiers are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from espalier.command.init import write_recipe
from espalier.load.keras_file import inspect_model
from espalier.recipe_file import load_recipe
from espalier.stages.find_task import found_task

LAYERS = keras.layers


def net(name: str) -> keras.Model:
    image = keras.Input((16, 16, 3))
    x = LAYERS.Conv2D(4, 3, padding="same", activation="relu")(image)
    if name == "mask":
        x = LAYERS.Conv2D(1, 1, activation="sigmoid")(LAYERS.Concatenate()([x, image]))
    elif name == "classes":
        x = LAYERS.Softmax()(LAYERS.UpSampling2D(2)(LAYERS.Conv2D(5, 1)(LAYERS.MaxPooling2D()(x))))
    elif name == "picture":
        x = LAYERS.ReLU(max_value=1.0)(LAYERS.Add()([LAYERS.Conv2D(3, 3, padding="same")(x), image]))
    elif name == "pooled":
        x = LAYERS.GlobalAveragePooling2D()(LAYERS.Conv2D(5, 1, activation="softmax")(x))
    elif name == "flat":
        x = LAYERS.Activation("softmax")(LAYERS.Reshape((5,))(LAYERS.Conv2D(5, 16)(x)))
    else:
        x = LAYERS.Dense(1, activation="sigmoid")(LAYERS.Flatten()(x))
    return keras.Model(image, x)


def written(name: str, folder: Path) -> str:
    (folder / "pictures").mkdir()
    random = np.random.default_rng(1)
    for number in range(4):
        Image.fromarray(random.integers(0, 256, (16, 16, 3)).astype(np.uint8)).save(folder / "pictures" / f"{number}.png")
    net(name).save(folder / "model.keras")
    return write_recipe(folder / "model.keras", [folder / "pictures"], ["cortex-m4"], folder / "recipe.toml").read_text()


@pytest.mark.parametrize(
    ("name", "task", "table"),
    [
        ("mask", "segment", ("background", "object")),
        ("classes", "segment", tuple(f"class_{number}" for number in range(5))),
        ("picture", "image", (0.0, 1.0)),
    ],
)
def test_init_writes_the_task_and_its_table(name: str, task: str, table: Any, tmp_path: Path) -> None:
    text = written(name, tmp_path)
    recipe = load_recipe(tmp_path / "recipe.toml")
    assert recipe.model.task == task and "CHECK" in text
    assert (recipe.segment.classes if recipe.segment else recipe.picture and recipe.picture.range) == table


@pytest.mark.parametrize(("name", "task"), [("mask", "segment"), ("classes", "segment"), ("picture", "raw")])
def test_a_build_without_a_task_takes_scores_for_classes_and_other_values_as_they_are(
    name: str, task: str, tmp_path: Path
) -> None:
    text = written(name, tmp_path)
    own = ("task =", "[segment]", "classes =", "[picture]", "range =")
    kept = [line for line in text.splitlines() if not line.startswith(own)]
    (tmp_path / "recipe.toml").write_text("\n".join(kept))
    facts = inspect_model(tmp_path / "model.keras")
    found, finding = found_task(load_recipe(tmp_path / "recipe.toml"), lambda task: facts, lambda: ())
    assert found.model.task == task and finding is not None and finding.code == "task" and "[segment]" in finding.next_step


@pytest.mark.parametrize("name", ["pooled", "flat", "dense"])
def test_a_classifier_paints_nothing(name: str, tmp_path: Path) -> None:
    net(name).save(tmp_path / "model.keras")
    assert not inspect_model(tmp_path / "model.keras").paints
