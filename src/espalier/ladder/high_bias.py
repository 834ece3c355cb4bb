"""High-bias absorption on the float graph: what a channel always holds goes into the next layer's bias.

A channel that is never below c > 0 behind its ReLU, as equalization makes them, spends its range on a constant: with
y - c in its place and the next layer's weights times c added to that layer's bias, the function stays
(Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, section 4.1.3; c
there from batch normalization's mean and deviation, here the least value on the calibration images, so that on them
the function is exactly the same). Without an activation any c will do: the middle of the channel's range.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from ..fed import Inputs
from ..quantizer.head import PixelInput
from ..quantizer.ranges import normalised, open_interpreter
from ..quantizer.share import unshare_constants
from ..tflite import edit
from ..tflite.edit import constant, graph_of, name_of, operator_name
from ..tflite.objects import ModelT, OperatorT
from .equalize import Pair, find_pairs

_WORTH = 0.95
"""A tensor is left alone unless its range shrinks to this share."""

_SATURATED = 5.9
_ACTIVATION = schema.ActivationFunctionType

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEnds:
    """Least and largest value of each channel (last axis): float64 [channels]."""

    low: Floats
    high: Floats


def absorb_biases(entered: PixelInput, pixels: NDArray[np.uint8]) -> PixelInput:
    """The float graph with every pair's constant part moved into the second layer's bias, where that narrows the range
    between them. Returns the same `entered` when there is none. Same input, same bytes."""
    model = edit.read_model(entered.float_model)
    unshare_constants(model)
    pairs = [pair for pair in find_pairs(model) if _carries_shift(model, pair)]
    if not pairs:
        return entered
    names = [name_of(graph_of(model).tensors[pair.tensor]) for pair in pairs]
    ends = channel_ends(entered, pixels, names)
    changed = False
    for pair, name in zip(pairs, names, strict=True):
        shift = shifts(ends[name], pair.first.builtinOptions.fusedActivationFunction)
        if shift.any():
            _absorb(model, pair, shift)
            changed = True
    return replace(entered, float_model=edit.pack_model(model)) if changed else entered


def channel_ends(entered: PixelInput, pixels: NDArray[np.uint8], names: list[str]) -> dict[str, ChannelEnds]:
    """Ends of the channels of the named tensors over all images."""
    interpreter = open_interpreter(entered.float_model, experimental_preserve_all_tensors=True)
    index = {d["name"]: d["index"] for d in interpreter.get_tensor_details()}
    source = Inputs(interpreter)
    low: dict[str, Any] = dict.fromkeys(names, np.inf)
    high: dict[str, Any] = dict.fromkeys(names, -np.inf)
    for image in normalised(pixels, entered.feed):
        source.put(image)
        interpreter.invoke()
        for name in names:
            value = interpreter.get_tensor(index[name])
            flat = value.reshape(-1, value.shape[-1])
            low[name] = np.minimum(low[name], flat.min(axis=0))
            high[name] = np.maximum(high[name], flat.max(axis=0))
    return {name: ChannelEnds(low=low[name], high=high[name]) for name in names}


def shifts(ends: ChannelEnds, activation: int) -> Floats:
    """What to take off each channel; all zero when the tensor's range would hardly shrink."""
    low, high = ends.low.astype(np.float64), ends.high.astype(np.float64)
    if activation == _ACTIVATION.NONE:
        shift = (low + high) / 2
    else:
        shift = np.maximum(low, 0.0)
    if activation == _ACTIVATION.RELU6:
        shift = np.where(high < _SATURATED, shift, 0.0)
    before = max(high.max(), 0.0) - min(low.min(), 0.0)
    after = max((high - shift).max(), 0.0) - min((low - shift).min(), 0.0)
    return shift if after <= _WORTH * before else np.zeros_like(shift)


def _carries_shift(model: ModelT, pair: Pair) -> bool:
    """Whether a constant on a channel reaches every tap of the second layer as it is: no zero padding on the way, no
    activation that would cut it, and biases to write to."""
    graph = graph_of(model)
    if not all(_has_bias(model, operator) for operator in (pair.first, pair.second)):
        return False
    tensor = pair.tensor
    while True:
        only = next(operator for operator in graph.operators if tensor in operator.inputs)
        if only is pair.second:
            return operator_name(model, only) == "FULLY_CONNECTED" or not _pads(model, only)
        activation = getattr(only.builtinOptions, "fusedActivationFunction", _ACTIVATION.NONE)
        if operator_name(model, only) == "PAD" or activation != _ACTIVATION.NONE:
            return False
        tensor = int(only.outputs[0])


def _has_bias(model: ModelT, operator: OperatorT) -> bool:
    return len(operator.inputs) > 2 and constant(model, int(operator.inputs[2])) is not None


def _pads(model: ModelT, operator: OperatorT) -> bool:
    weights = constant(model, int(operator.inputs[1]))
    return (
        operator.builtinOptions.padding == schema.Padding.SAME
        and weights is not None
        and weights.shape[1:3] != (1, 1)
    )


def _absorb(model: ModelT, pair: Pair, shift: Floats) -> None:
    """First bias - c, second bias + weights times c; in place."""
    _add_to_bias(model, pair.first, -shift)
    weights = constant(model, int(pair.second.inputs[1]))
    if weights is None:
        return
    name = operator_name(model, pair.second)
    if name == "DEPTHWISE_CONV_2D":
        _, _, _, channels = weights.shape
        added = weights.astype(np.float64).sum(axis=(0, 1, 2)) * np.repeat(shift, channels // len(shift))
    elif name == "CONV_2D":
        added = weights.astype(np.float64).sum(axis=(1, 2)) @ shift
    else:
        added = weights.astype(np.float64) @ shift
    _add_to_bias(model, pair.second, added)


def _add_to_bias(model: ModelT, operator: OperatorT, added: Floats) -> None:
    """In place; the bias is the operator's own (quantizer/share.py)."""
    bias = constant(model, int(operator.inputs[2]))
    if bias is not None:
        value = (bias.astype(np.float64) + added).astype(np.float32)
        edit.set_constant(model, int(operator.inputs[2]), value)
