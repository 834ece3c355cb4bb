"""Every Keras layer that is read compiles for a microcontroller, or docs/reference/layers.md says that it does not."""

from __future__ import annotations

import numpy as np
import pytest
from layer_models import model_of

from espalier.emit.plan_program import plan_program
from espalier.emit.program import Options, emit
from espalier.graph import reference
from espalier.graph.simplify import simplify
from espalier.load.keras_table import LAYERS, NOT_COMPILED
from espalier.quantizer.convert import convert_model
from espalier.quantizer.quantize import quantize
from espalier.recipe import InputContract
from espalier.tflite.read import read_tflite

CONTRACT = InputContract(size=(12, 12), mean=(0.0,), std=(255.0,))

def compiles(name: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 12, 12, 3)).astype(np.uint8)
    converted = convert_model(model_of(name), CONTRACT)
    given = read_tflite(quantize(converted.float_model, pixels, CONTRACT).int8_model)
    graph, _ = simplify(given)
    plan, coding = plan_program(graph, optimize="speed", isa="dsp")
    assert emit(graph, plan, "net", Options(isa="dsp", coding=coding))
    image = (pixels[:1] ^ 0x80).view(np.int8)
    assert np.array_equal(reference.run(graph, [image])[0], reference.run(given, [image])[0])


@pytest.mark.parametrize("name", sorted(LAYERS - set(NOT_COMPILED)))
def test_every_layer_of_the_page_compiles(name: str) -> None:
    compiles(name)


def test_upsampling_is_one_resize_and_keeps_nothing_between() -> None:
    converted = convert_model(model_of("UpSampling2D"), CONTRACT)
    pixels = np.zeros((4, 12, 12, 3), np.uint8)
    graph, _ = simplify(read_tflite(quantize(converted.float_model, pixels, CONTRACT).int8_model))
    kinds = [op.kind for op in graph.ops]
    assert "resize_nearest_neighbor" in kinds and "tile" not in kinds


def test_what_does_not_compile_is_a_layer_of_the_page_with_a_reason() -> None:
    assert set(NOT_COMPILED) <= LAYERS and all(NOT_COMPILED.values())
