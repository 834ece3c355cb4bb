"""Pictures without a channel axis, in a row, and yes-or-no nets: which image a model takes and how many answers it gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras_files as k
import numpy as np
import pytest

from espalier.errors import ModelRefusedError, UnsupportedModelError
from espalier.load.keras_file import inspect_model
from espalier.load.keras_inputs import picture_of
from espalier.load.keras_model import rebuild


@pytest.mark.parametrize(
    ("shape", "image"),
    [
        ((28, 28), (28, 28, 1)),
        ((784,), (28, 28, 1)),
        ((3072,), (32, 32, 3)),
        ((48, 64), (48, 64, 1)),
        ((None, None, 3), (None, None, 3)),
        ((224, 224, 3), (224, 224, 3)),
        ((4,), None),
        ((13,), None),
        ((785,), None),
        ((None, 28), None),
        ((16, 112, 112, 3), None),
        ((3, 32, 32), None),
        ((24, 32, 2), (24, 32, 2)),
        ((24, 32, 5), (24, 32, 5)),
        ((24, 32, 17), None),
    ],
)
def test_the_picture_behind_an_input(shape: tuple[int | None, ...], image: tuple[int | None, ...] | None) -> None:
    assert picture_of(shape) == image


def flat_net(shape: tuple[int, ...], classes: int, activation: str) -> dict[str, Any]:
    """Input -> Flatten -> Dense."""
    flat = k.layer("Flatten", "flat", "pixels")
    return k.functional(k.pixels(shape), flat, k.dense("scores", "flat", units=classes, activation=activation))


def weights(sides: int, classes: int) -> dict[str, Any]:
    rng = np.random.default_rng(5)
    return {
        "layers/dense/vars/0": rng.normal(0, 0.1, (sides, classes)).astype(np.float32),
        "layers/dense/vars/1": rng.normal(0, 0.1, classes).astype(np.float32),
    }


@pytest.mark.parametrize("shape", [(8, 12), (64,), (192,), (8, 8, 3)])
def test_a_model_without_a_channel_axis_answers_as_it_was_saved(tmp_path: Path, shape: tuple[int, ...]) -> None:
    count = int(np.prod(shape))
    stored = weights(count, 3)
    path = k.write_keras(tmp_path / "m.keras", flat_net(shape, 3, "linear"), k.hdf5(stored))
    facts = inspect_model(str(path))
    model = rebuild(facts, path)
    image = np.random.default_rng(1).uniform(0, 1, (2, *facts.input_shape)).astype(np.float32)  # type: ignore[arg-type]
    wanted = image.reshape(2, count) @ stored["layers/dense/vars/0"] + stored["layers/dense/vars/1"]
    assert np.allclose(model(image), wanted, atol=1e-5)


def test_a_sequential_model_of_rows_begins_with_an_image(tmp_path: Path) -> None:
    first = k.dense("scores", units=3)
    first["config"]["batch_input_shape"] = [None, 784]
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": [first]}}
    facts = inspect_model(str(k.write_keras(tmp_path / "m.keras", config, k.hdf5(weights(784, 3)), version="2.4.0")))
    assert facts.input_shape == (28, 28, 1)
    assert [entry["class_name"] for entry in json.loads(facts.config)["config"]["layers"]] == [
        "InputLayer", "Reshape", "Dense"
    ]  # fmt: skip


def test_one_logit_is_a_yes_or_no(tmp_path: Path) -> None:
    path = k.write_keras(tmp_path / "m.keras", flat_net((8, 8, 1), 1, "linear"), k.hdf5(weights(64, 1)))
    facts = inspect_model(str(path))
    assert (facts.output, facts.classes) == ("logits", 1)
    assert rebuild(facts, path).output_shape == (None, 1)


def test_a_softmax_over_one_output_is_refused(tmp_path: Path) -> None:
    path = k.write_keras(tmp_path / "m.keras", flat_net((8, 8, 1), 1, "softmax"), k.hdf5(weights(64, 1)))
    with pytest.raises(UnsupportedModelError, match="always 1"):
        inspect_model(str(path))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((16, 16, 16, 3), "not a sequence"),
        ((3, 32, 32), "channels last"),
        ((13,), "row of numbers"),
        ((8, 8, 17), "17 channels are not read: 1 to 16"),
    ],
)
def test_an_input_that_is_no_picture_is_told_what_is_missing(
    tmp_path: Path, shape: tuple[int, ...], words: str
) -> None:
    path = k.write_keras(tmp_path / "m.keras", flat_net(shape, 3, "softmax"), k.hdf5(weights(int(np.prod(shape)), 3)))
    with pytest.raises(ModelRefusedError, match=words):
        inspect_model(str(path))
