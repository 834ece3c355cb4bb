"""What a device need not compute at the end of a map: scores, lists of pixels, and (where it is left off) a resize."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from espalier.bundle.golden import ANSWER_BYTES, choose
from espalier.quantizer.convert import convert_model
from espalier.recipe import InputContract
from espalier.task.types import Ends, Task

LAYERS = keras.layers


@pytest.mark.parametrize(
    ("end", "ends", "shape", "probability", "resize"),
    [
        ("listed", "map", (8, 8, 3), False, ""),
        ("grown", "map", (8, 8, 1), False, "bilinear, 8 x 8 to 16 x 16"),
        ("grown", "whole-map", (16, 16, 1), True, ""),
    ],
)
def test_the_cut_leaves_what_decides(
    end: str, ends: Ends, shape: tuple[int, ...], probability: bool, resize: str
) -> None:
    image = keras.Input((8, 8, 3))
    if end == "listed":
        x = LAYERS.Softmax()(LAYERS.Reshape((64, 3))(LAYERS.Conv2D(3, 1)(image)))
    else:
        x = LAYERS.UpSampling2D(2, interpolation="bilinear")(LAYERS.Conv2D(1, 1, activation="sigmoid")(image))
    done = convert_model(keras.Model(image, x), InputContract(size=(8, 8)), ends)
    assert done.heads[0].shape == shape and done.heads[0].probability is probability
    assert done.whole is not None and done.whole.resize == resize
    assert bool(done.whole.whole) is bool(resize)


def test_large_answers_have_few_golden_vectors() -> None:
    outputs = np.zeros((8, ANSWER_BYTES // 3), np.int8)
    assert len(choose(outputs, Task(kind="raw"))) == 3
    assert len(choose(np.zeros((8, 2 * ANSWER_BYTES), np.int8), Task(kind="raw"))) == 1
    assert len(choose(np.zeros((8, 100), np.int8), Task(kind="raw"))) == 8
