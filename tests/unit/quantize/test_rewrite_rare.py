"""Powers, products, running sums and logarithms of a softmax: spelled out in operators that int8 has, or refused in words that
say what to do instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from espalier.emit.plan_program import plan_program
from espalier.emit.program import Options, emit
from espalier.errors import UnsupportedModelError
from espalier.graph import reference
from espalier.graph.simplify import simplify
from espalier.quantizer.convert import convert_model
from espalier.quantizer.quantize import quantize
from espalier.quantizer.rewrite_rare import LARGEST_POWER
from espalier.recipe import InputContract
from espalier.task.types import Task
from espalier.tflite import edit
from espalier.tflite.read import read_tflite

CONTRACT = InputContract(size=(8, 8), std=(255.0,))
L, ops = keras.layers, keras.ops
PIXELS = np.random.default_rng(3).integers(0, 256, (32, 1, 1, 3), np.uint8).repeat(8, 1).repeat(8, 2)
Build = Callable[[Any], Any]


def network(build: Build) -> keras.Model:
    """Six values between about 0 and 1, of which `build` makes the output."""
    keras.utils.set_random_seed(2)
    image = keras.Input((8, 8, 3))
    x = L.GlobalAveragePooling2D()(L.Conv2D(8, 3, activation="relu")(image))
    return keras.Model(image, build(L.Dense(6)(x)))


def operators(data: bytes) -> list[str]:
    model = edit.read_model(data)
    return [edit.operator_name(model, operator) for operator in edit.graph_of(model).operators]


SPELLED: dict[str, tuple[Build, str, list[str]]] = {
    "cube": (lambda x: ops.power(x, 3.0), "POW", ["MUL", "MUL"]),
    "eighth": (lambda x: ops.power(x, 8.0), "POW", ["MUL", "MUL", "MUL"]),
    "eleventh": (lambda x: ops.power(x, 11.0), "POW", ["MUL"] * 5),
    "product": (
        lambda x: ops.prod(ops.reshape(x, (-1, 3, 2)), axis=1), "REDUCE_PROD",
        ["RESHAPE", "SLICE", "SLICE", "SLICE", "MUL", "MUL", "RESHAPE"],
    ),
    "product that keeps its axis": (
        lambda x: ops.prod(ops.reshape(x, (-1, 3, 2)), axis=-1, keepdims=True), "REDUCE_PROD",
        ["RESHAPE", "SLICE", "SLICE", "MUL", "RESHAPE"],
    ),
    "running sum": (lambda x: ops.cumsum(x, axis=-1), "CUMSUM", ["FULLY_CONNECTED"]),
    "running sum of rows": (
        lambda x: ops.cumsum(ops.reshape(x, (-1, 2, 3)), axis=2), "CUMSUM", ["RESHAPE", "FULLY_CONNECTED"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLED)
def test_it_is_spelled_out_and_int8_computes_it_as_litert_does(name: str) -> None:
    build, before, after = SPELLED[name]
    model = network(build)
    converted = convert_model(model, CONTRACT, "values")  # proves that the float file equals Keras
    kinds = operators(converted.float_model)
    assert before not in kinds and kinds[3:] == after
    task = Task(kind="raw", heads=converted.heads)
    int8 = quantize(converted.float_model, PIXELS, CONTRACT, task=task).int8_model
    given = read_tflite(int8)
    graph, _ = simplify(given)
    plan, coding = plan_program(graph, optimize="speed", isa="dsp")
    assert emit(graph, plan, "net", Options(isa="dsp", coding=coding))
    images = (PIXELS ^ 0x80).view(np.int8)
    found = [reference.run(graph, [image[None]])[0] for image in images]
    # Dense layers round as TFLite Micro's do, a byte from LiteRT's now and then (docs/exact.md); all else is equal.
    assert np.abs(np.concatenate(found).astype(np.int16) - litert(int8, images)).max() <= 2
    step = given.tensors[given.outputs[0]].quant
    assert step is not None
    wanted = np.asarray(model(PIXELS.astype(np.float32) / 255))
    real = step.scale * (np.concatenate(found).astype(np.float64) - step.zero_point)
    assert np.abs(real - wanted).mean() < 0.06 * np.ptp(wanted)


def litert(int8: bytes, images: NDArray[np.int8]) -> NDArray[np.int8]:
    interpreter = Interpreter(model_content=int8, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    source, sink = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    found = []
    for image in images:
        interpreter.set_tensor(source, image[None])
        interpreter.invoke()
        found.append(interpreter.get_tensor(sink))
    return np.concatenate(found)


def test_a_classifier_that_ends_in_the_logarithm_of_a_softmax_gives_its_probabilities() -> None:
    model = network(lambda x: L.Dense(6, activation="log_softmax")(x))
    converted = convert_model(model, CONTRACT)
    assert operators(converted.float_model)[-2:] == ["FULLY_CONNECTED", "SOFTMAX"]
    assert quantize(converted.float_model, PIXELS, CONTRACT).int8_model


REFUSED: dict[str, tuple[Build, str, str]] = {
    "a fractional power": (lambda x: ops.power(ops.relu(x) + 0.1, 1.7), "POW", "a whole exponent from 2 to 16"),
    "a large power": (lambda x: ops.power(x, float(LARGEST_POWER + 1)), "POW", "a whole exponent from 2 to 16"),
    "the logarithm as an answer": (lambda x: ops.log_softmax(x), "LOG_SOFTMAX", "a softmax or the logits as the output"),
    "the largest": (lambda x: ops.top_k(x, 2)[0], "TOPK_V2", "the device picks the largest"),
    "a running sum of columns": (lambda x: ops.cumsum(ops.reshape(x, (-1, 3, 2)), axis=1), "CUMSUM", "along the last axis"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_with_what_can(name: str) -> None:
    build, operator, advice = REFUSED[name]
    converted = convert_model(network(build), CONTRACT, "values")
    with pytest.raises(UnsupportedModelError) as refused:
        quantize(converted.float_model, PIXELS, CONTRACT, task=Task(kind="raw", heads=converted.heads))
    assert f"no way to compute {operator}" in refused.value.found and advice in refused.value.next_step
