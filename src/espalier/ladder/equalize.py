"""Cross-layer equalization on the float graph: level a layer's channels, the next layer takes the factors
back.

For conv/depthwise -> (padding, pooling) -> conv/depthwise/dense with one reader, x -> s*x commutes with ReLU
and with ReLU6 as long as no channel passes 6, so the function stays (Nagel et al., ICCV 2019, section 4.1;
here from measured activation maxima, with a strength below 1 where the next layer's weights would suffer).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from ..fed import Inputs
from ..quantizer.bias import channel_axis, linear_operators
from ..quantizer.head import PixelInput
from ..quantizer.ranges import normalised, open_interpreter
from ..quantizer.share import unshare_constants
from ..tflite import edit
from ..tflite.edit import constant, graph_of, name_of, operator_name
from ..tflite.objects import ModelT, OperatorT

_HOMOGENEOUS = ("PAD", "MAX_POOL_2D", "AVERAGE_POOL_2D", "MEAN", "RESHAPE")
_SATURATED = 5.9
LARGEST_FACTOR = 1e4
"""That a channel is scaled by, in all sweeps together: beyond it weights and scales leave what kernels hold."""

NEAR_ZERO = 1e-6
"""Channels whose values are below this share of the largest count as zero: what is left of them is rounding noise, and
levelled it would be as large as the others."""

_ACTIVATION = schema.ActivationFunctionType


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two operators whose shared channels can be scaled; `tensor` is the first one's output."""

    first: OperatorT
    second: OperatorT
    tensor: int


def find_pairs(model: ModelT) -> list[Pair]:
    """All pairs that can be equalized, in graph order."""
    found = []
    for first in linear_operators(model):
        activation = first.builtinOptions.fusedActivationFunction
        if activation not in (_ACTIVATION.NONE, _ACTIVATION.RELU, _ACTIVATION.RELU6) or not whole(
            model, first
        ):
            continue
        second = reader(model, int(first.outputs[0]))
        if second is not None and _takes_channels(model, first, second):
            found.append(Pair(first=first, second=second, tensor=int(first.outputs[0])))
    return found


def equalize(entered: PixelInput, pixels: NDArray[np.uint8], strength: float) -> PixelInput:
    """The float graph with every pair levelled: factor (largest / own maximum) ** strength per channel, 1
    into a depthwise layer. Returns the same `entered` when there is no pair. Same input, same bytes."""
    model = edit.read_model(entered.float_model)
    unshare_constants(model)
    pairs = find_pairs(model)
    if not pairs:
        return entered
    peaks = channel_peaks(entered, pixels, [_name(model, pair.tensor) for pair in pairs])
    for pair in pairs:
        peak = peaks[_name(model, pair.tensor)]
        depthwise = operator_name(model, pair.second) == "DEPTHWISE_CONV_2D"
        six = pair.first.builtinOptions.fusedActivationFunction == _ACTIVATION.RELU6
        apply_factors(model, pair, factors(peak, 1.0 if depthwise else strength, six))
    return replace(entered, float_model=edit.pack_model(model))


def factors(peak: NDArray[np.float64], strength: float, six: bool) -> NDArray[np.float64]:
    """Scale per channel, at least 1: the largest channel stays; a dead one, or as good as dead, stays; with ReLU6 none
    passes 6."""
    alive = alive_channels(peak)
    level = float(peak.max()) if alive.any() else 1.0
    safe = np.where(alive, peak, level)
    scale = np.minimum((level / safe) ** strength, LARGEST_FACTOR)
    if six:
        scale = np.where(safe >= _SATURATED, 1.0, np.minimum(scale, 6.0 / (safe * 1.02)))
    return np.maximum(scale, 1.0)


def alive_channels(largest: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which channels hold more than NEAR_ZERO of the largest."""
    return np.asarray(largest > NEAR_ZERO * float(largest.max(initial=0.0)))


def apply_factors(model: ModelT, pair: Pair, scale: NDArray[np.float64]) -> None:
    """Multiply the first layer's channels, divide the second's; in place."""
    _scale_constant(model, int(pair.first.inputs[1]), scale, channel_axis(operator_name(model, pair.first)))
    if len(pair.first.inputs) > 2 and pair.first.inputs[2] >= 0:
        _scale_constant(model, int(pair.first.inputs[2]), scale, 0)
    name = operator_name(model, pair.second)
    weights = constant(model, int(pair.second.inputs[1]))
    if name == "DEPTHWISE_CONV_2D" and weights is not None:
        scale = np.repeat(scale, weights.shape[3] // len(scale))
    axis = {"CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 1}[name]
    _scale_constant(model, int(pair.second.inputs[1]), 1.0 / scale, axis)


def channel_peaks(
    entered: PixelInput, pixels: NDArray[np.uint8], names: list[str]
) -> dict[str, NDArray[np.float64]]:
    """Largest absolute value of each channel (last axis) of the named tensors over all images."""
    interpreter = open_interpreter(entered.float_model, experimental_preserve_all_tensors=True)
    index = {d["name"]: d["index"] for d in interpreter.get_tensor_details()}
    source = Inputs(interpreter)
    peaks: dict[str, Any] = dict.fromkeys(names, 0.0)
    for image in normalised(pixels, entered.feed):
        source.put(image)
        interpreter.invoke()
        for name in names:
            value = interpreter.get_tensor(index[name])
            peaks[name] = np.maximum(peaks[name], np.abs(value.reshape(-1, value.shape[-1])).max(axis=0))
    return {name: np.asarray(peak, np.float64) for name, peak in peaks.items()}


def _scale_constant(model: ModelT, index: int, scale: NDArray[np.float64], axis: int) -> None:
    value = constant(model, index)
    if value is not None:
        shape = [-1 if i == axis else 1 for i in range(value.ndim)]
        edit.set_constant(model, index, (value * scale.reshape(shape)).astype(np.float32))


def whole(model: ModelT, operator: OperatorT) -> bool:
    """Whether weights and bias are constants that no other operator reads (or that can be copied)."""
    return all(index < 0 or constant(model, int(index)) is not None for index in operator.inputs[1:])


def reader(model: ModelT, tensor: int) -> OperatorT | None:
    """The conv, depthwise or dense operator that alone reads a tensor, through operators that commute with
    scaling."""
    graph = graph_of(model)
    while tensor not in graph.outputs:
        readers = [operator for operator in graph.operators if tensor in operator.inputs]
        if len(readers) != 1 or int(readers[0].inputs[0]) != tensor:
            return None
        only, name = readers[0], operator_name(model, readers[0])
        if name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            return only if constant(model, int(only.inputs[1])) is not None else None
        if name not in _HOMOGENEOUS or not _commutes(model, only, name):
            return None
        tensor = int(only.outputs[0])
    return None


def _commutes(model: ModelT, operator: OperatorT, name: str) -> bool:
    """Whether the operator maps channel c (last axis) to channel c and commutes with a positive factor."""
    tensors = graph_of(model).tensors
    source, result = tensors[operator.inputs[0]].shape, tensors[operator.outputs[0]].shape
    if int(source[-1]) != int(result[-1]):
        return False
    if name == "MEAN":
        axes = constant(model, int(operator.inputs[1]))
        return axes is not None and all(
            int(axis) % len(source) != len(source) - 1 for axis in axes.reshape(-1)
        )
    if name == "RESHAPE":
        return int(np.prod(source)) == int(source[-1])
    activation = getattr(operator.builtinOptions, "fusedActivationFunction", _ACTIVATION.NONE)
    return activation in (_ACTIVATION.NONE, _ACTIVATION.RELU)


def _takes_channels(model: ModelT, first: OperatorT, second: OperatorT) -> bool:
    tensors = graph_of(model).tensors
    channels = int(tensors[first.outputs[0]].shape[-1])
    weights = constant(model, int(second.inputs[1]))
    if weights is None:
        return False
    if operator_name(model, second) == "DEPTHWISE_CONV_2D":
        return weights.shape[3] % channels == 0
    return int(weights.shape[-1]) == channels


def _name(model: ModelT, tensor: int) -> str:
    return name_of(graph_of(model).tensors[tensor])
