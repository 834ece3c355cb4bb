"""Scales and biases of conv, depthwise and dense operators of an int8 file, made right against the float
graph."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tflite import edit
from ..tflite.edit import LINEAR, constant, graph_of, name_of, operator_name, step_of
from ..tflite.objects import ModelT, OperatorT
from .multiplier import LARGEST

BIAS_LIMIT = 2.0**30
"""Larger int32 biases leave no room for the accumulator (onnxruntime#25278, edgetpu#453)."""


def channel_axis(name: str) -> int:
    """Axis of the output channels in the weights of an operator."""
    return 3 if name == "DEPTHWISE_CONV_2D" else 0


def linear_operators(model: ModelT) -> list[OperatorT]:
    """Conv, depthwise and dense operators whose weights are constants, in graph order."""
    return [
        operator
        for operator in graph_of(model).operators
        if operator_name(model, operator) in LINEAR and constant(model, int(operator.inputs[1])) is not None
    ]


def output_name(model: ModelT, operator: OperatorT) -> str:
    """Name of the tensor that an operator computes, as the float graph calls it: of an int16 one behind which the answer becomes
    int8 (interface.int8_edges) that of the answer."""
    graph, made = graph_of(model), int(operator.outputs[0])
    if edit.dtype_name(graph.tensors[made]) == "int16":
        readers = (o for o in graph.operators if int(o.inputs[0]) == made and edit.operator_name(model, o) == "QUANTIZE")
        made = next((int(o.outputs[0]) for o in readers if o.outputs[0] in graph.outputs), made)
    return name_of(graph.tensors[made])


def repair_linear(model: ModelT, float_graph: ModelT, *, rest: float, first: frozenset[str]) -> tuple[str, ...]:
    """Give dead and tiny channels a sane weight scale, write the biases anew from the float graph, and add
    `rest` times the sum of the weights to the biases of the `first` operators. In place; returns notes."""
    originals = {output_name(float_graph, o): o for o in linear_operators(float_graph)}
    notes = []
    for operator in linear_operators(model):
        name = output_name(model, operator)
        source = originals.get(name)
        tensors = graph_of(model).tensors
        if source is None or edit.dtype_name(tensors[operator.inputs[1]]) != "int8":
            continue
        kernel = constant(float_graph, int(source.inputs[1]))
        offset = constant(float_graph, int(source.inputs[2])) if len(source.inputs) > 2 else None
        if kernel is None:
            continue
        axis = channel_axis(operator_name(model, operator))
        dead = _repair_scales(model, operator, kernel, offset, axis)
        if dead:
            notes.append(f"{name}: {dead} channel(s) without weights or with weights far below their bias")
        if offset is not None:
            write_bias(
                model,
                operator,
                offset.astype(np.float64) + (rest * _sums(model, operator, axis) if name in first else 0),
            )
    return tuple(notes)


def input_scale(model: ModelT, operator: OperatorT) -> float:
    """Scale of the activation that an operator reads."""
    return step_of(graph_of(model).tensors[operator.inputs[0]])[0]


def weight_scales(model: ModelT, operator: OperatorT) -> NDArray[np.float64]:
    """Scales of the weights: float64 [channels], or [1] when they are per tensor."""
    return np.asarray(edit.quantization_held(graph_of(model).tensors[operator.inputs[1]])[0], np.float64)


def write_bias(model: ModelT, operator: OperatorT, real: NDArray[np.float64]) -> None:
    """Set an operator's bias to a real value per channel: scale = input scale x weight scale, zero point
    0."""
    index = int(operator.inputs[2])
    wide = edit.dtype_name(graph_of(model).tensors[index]) == "int64"
    scales = (
        np.float32(input_scale(model, operator)) * weight_scales(model, operator).astype(np.float32)
    ).astype(np.float64)
    limit = 2.0**39 if wide else BIAS_LIMIT
    quantized = np.clip(np.rint(real / scales), -limit, limit)
    edit.set_constant(model, index, quantized.astype(np.int64 if wide else np.int32))
    tensor = graph_of(model).tensors[index]
    tensor.quantization = edit.quantization_of(scales.tolist(), [0] * len(scales), 0)


def _repair_scales(
    model: ModelT, operator: OperatorT, kernel: NDArray[Any], offset: NDArray[Any] | None, axis: int
) -> int:
    """Give sane weight scales where the weights do not matter or the bias would not fit. Returns how many
    changed.

    A channel that is dead, or whose weights cannot move its output by a twentieth of a step, gets the median
    scale of the others (1/127 when there is none), or what XNNPACK can hold; one whose bias would pass the limit gets
    the smallest scale that holds it.
    """
    scales = weight_scales(model, operator)
    others = tuple(i for i in range(kernel.ndim) if i != axis)
    size = np.abs(kernel.astype(np.float64)).sum(axis=others)
    bound = None if offset is None else np.abs(offset.astype(np.float64))
    if len(scales) == 1:
        size, bound = size.max(keepdims=True), None if bound is None else bound.max(keepdims=True)
    step = step_of(graph_of(model).tensors[operator.outputs[0]])[0]
    alive = size * _largest_input(model, operator) >= 0.05 * step
    # XNNPACK refuses a multiplier over LARGEST, whatever the weights are; of those that count holdable() has seen to it.
    calm = min(np.median(scales[alive]) if alive.any() else 1 / 127, LARGEST * step / input_scale(model, operator))
    wanted = np.where(alive, scales, calm)
    if bound is not None:
        wanted = np.maximum(wanted, bound / (input_scale(model, operator) * BIAS_LIMIT))
    wanted = wanted.astype(np.float32).astype(np.float64)
    changed = wanted != scales
    if changed.any():
        shape = [-1 if i == axis else 1 for i in range(kernel.ndim)]
        quantized = np.clip(np.rint(kernel / wanted.reshape(shape)), -127, 127).astype(np.int8)
        edit.set_constant(model, int(operator.inputs[1]), quantized)
        tensor = graph_of(model).tensors[operator.inputs[1]]
        tensor.quantization = edit.quantization_of(wanted.tolist(), [0] * len(wanted), axis)
    return int(changed.sum())


def _largest_input(model: ModelT, operator: OperatorT) -> float:
    """The largest absolute value that an operator's input can hold."""
    tensor = graph_of(model).tensors[operator.inputs[0]]
    limits = np.iinfo(edit.dtype_name(tensor))
    zero = step_of(tensor)[1]
    return input_scale(model, operator) * max(limits.max - zero, zero - limits.min)


def _sums(model: ModelT, operator: OperatorT, axis: int) -> NDArray[np.float64]:
    """Sum of the dequantized weights of each output channel: float64 [channels]."""
    weights = constant(model, int(operator.inputs[1]))
    if weights is None:
        return np.zeros(1)
    total = weights.astype(np.float64).sum(axis=tuple(i for i in range(weights.ndim) if i != axis))
    return np.asarray(total * weight_scales(model, operator))
