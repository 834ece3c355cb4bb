"""The well-behaved twin of a layer: counts of channels rounded up to 8, ordinary weights and ranges."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from price_nets import ACTIVATIONS, DEVIATION
from single_op_cases import ABSENT, Builder, Rng, f32

from espalier.graph.types import Graph, Quant


def twin(graph: Graph, index: int) -> Graph:
    """Operator ``index`` alone with every count of channels rounded up to 8 and ordinary ranges."""
    op, rng = graph.ops[index], np.random.default_rng([index, 21])
    b, inputs = Builder(), []
    for place, number in enumerate(op.inputs):
        if number == ABSENT:
            inputs.append(ABSENT)
            continue
        inputs.append(_twin_operand(b, graph, index, place, rng))
    results = [graph.tensors[t] for t in op.outputs]
    options = dict(op.options)
    if op.kind in ("reshape", "squeeze"):
        raise ValueError(f"{op.kind} has no twin: it costs nothing")
    if len(results) > 1:
        return b.finish(b.many(op.kind, inputs, len(results), **options))
    quant = _twin_quant(graph, index)
    return b.finish([b.op(op.kind, inputs, quant, results[0].dtype, **options)])


def round_up_to_8(count: int) -> int:
    return (count + 7) // 8 * 8


_BROADCAST = ("add", "sub", "mul", "maximum", "minimum", "squared_difference")
_FILTERED: Mapping[str, int] = {"conv_2d": 0, "depthwise_conv_2d": 3, "fully_connected": 0, "transpose_conv": 0}
"""The axis of the output channels of the weights."""


def _twin_quant(graph: Graph, index: int) -> Quant:
    op = graph.ops[index]
    if op.kind in ("softmax", "logistic", "tanh"):
        found = graph.tensors[op.outputs[0]].quant
        assert found is not None
        return found
    if op.kind in ("add", "sub"):
        return Quant(scales=(f32(0.08),), zero_points=(-10,))
    if op.kind == "mul":
        return Quant(scales=(f32(0.05),), zero_points=(-10,))
    return ACTIVATIONS


def _twin_operand(b: Builder, graph: Graph, index: int, place: int, rng: Rng) -> int:
    op = graph.ops[index]
    tensor = graph.tensors[op.inputs[place]]
    shape = (*tensor.shape[:-1], round_up_to_8(tensor.shape[-1])) if tensor.shape else tensor.shape
    axis = _FILTERED.get(op.kind)
    if tensor.data is None:
        wide = any(graph.tensors[t].shape[-1] != 1 for t in (*op.outputs, *op.inputs) if t >= 0)
        repeated = op.kind in _BROADCAST and wide and tensor.shape[-1] == 1  # along the channels
        return b.input(tensor.shape if repeated else shape, ACTIVATIONS)
    if axis is None or tensor.dtype not in ("int8", "int32") or (op.kind == "transpose_conv" and place == 0):
        if tensor.dtype == "int8":  # one value per channel
            return b.const(rng.integers(1, 100, shape), "int8", Quant(scales=(f32(0.02),), zero_points=(0,)))
        values = np.array(tensor.data)
        if op.kind == "transpose_conv":
            values[-1] = round_up_to_8(int(values[-1]))
        return b.const(values, tensor.dtype)
    units = _twin_units(graph, index)
    weights = graph.tensors[op.inputs[1]].shape
    full = list(weights)
    full[axis] = units
    if op.kind != "depthwise_conv_2d":
        full[-1] = round_up_to_8(full[-1])
    terms = int(np.prod(full)) // units
    scale = f32(1 / (DEVIATION * np.sqrt(terms)))
    if tensor.dtype == "int32":
        quant = Quant(scales=(f32(ACTIVATIONS.scale * scale),) * units, zero_points=(0,) * units, axis=0)
        return b.const(rng.integers(-2000, 2001, units), "int32", quant)
    values = np.clip(rng.normal(0, DEVIATION, full), -127, 127).round().astype(np.int64)
    return b.const(values, "int8", Quant(scales=(scale,) * units, zero_points=(0,) * units, axis=axis))


def _twin_units(graph: Graph, index: int) -> int:
    op = graph.ops[index]
    if op.kind == "depthwise_conv_2d":
        return round_up_to_8(graph.tensors[op.inputs[0]].shape[3]) * op.integer("depth_multiplier")
    return round_up_to_8(graph.tensors[op.inputs[1]].shape[0])
