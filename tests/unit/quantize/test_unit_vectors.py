"""Layers that divide a vector by its length: no answer of theirs is NaN, and int8 computes them."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from espalier.measure.predict import predict
from espalier.quantizer.convert import convert_model
from espalier.quantizer.quantize import quantize
from espalier.recipe import InputContract
from espalier.tflite import edit
from espalier.tflite.runtimes import litert

CONTRACT = InputContract(size=(8, 8), std=(255.0,))


def network(axis: int | tuple[int, ...] = -1, *, behind: bool = False) -> keras.Model:
    """Of a black image every value that is normalised is 0."""
    layers = keras.layers
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu", use_bias=False, name="conv")(image)
    x = layers.UnitNormalization(axis=axis)(x if axis != -1 else layers.GlobalAveragePooling2D()(x))
    x = layers.Dense(3, name="dense")(layers.Flatten()(x)) if behind or axis != -1 else x
    model = keras.Model(image, x)
    rng = np.random.default_rng(2)
    model.get_layer("conv").set_weights([rng.normal(0, 0.3, (3, 3, 3, 4)).astype(np.float32)])
    return model


def names(data: bytes) -> list[str]:
    model = edit.read_model(data)
    return [edit.operator_name(model, operator) for operator in edit.graph_of(model).operators]


@pytest.mark.parametrize(("axis", "behind"), [(-1, False), (-1, True), ((1, 2, 3), False)])
def test_a_vector_of_zeros_is_divided_by_no_zero(axis: int | tuple[int, ...], behind: bool) -> None:
    """XNNPACK's reciprocal root of 0 is NaN, and such models were refused."""
    done = convert_model(network(axis, behind=behind), CONTRACT, "values")
    assert ("L2_NORMALIZATION" in names(done.float_model)) == (axis == -1)
    assert "MINIMUM" not in names(done.float_model)
    black = np.zeros((1, 8, 8, 3), np.uint8)
    assert np.isfinite(predict(litert(), done.float_model, black, contract=CONTRACT).real()).all()


@pytest.mark.parametrize("behind", [False, True])
def test_int8_divides_vectors_by_their_length(behind: bool) -> None:
    model = network(behind=behind)
    darker = np.arange(1, 41, dtype=np.uint8)[:, None, None, None]
    pixels = np.random.default_rng(4).integers(0, 256, (40, 8, 8, 3), np.uint8) // darker
    pixels[0] = 0
    data = convert_model(model, CONTRACT, "values").float_model
    done = quantize(data, pixels, CONTRACT)
    float_, int8 = (predict(litert(), one, pixels, contract=CONTRACT).real() for one in (data, done.int8_model))
    assert "L2_NORMALIZATION" in names(done.int8_model)
    near = np.abs(float_ - int8).max(axis=1) / np.abs(float_).max()
    assert (near[0] == 0 or behind) and np.median(near) < 0.05
