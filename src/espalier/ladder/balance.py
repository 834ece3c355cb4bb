"""Balanced equalization on the float graph: undo whatever scale the training left on a channel, also through joins.

For a layer's output channel the factor s multiplies its activations a and the layer's weights w1, and divides the next
layer's weights w2. Equalizing by measured maxima alone (equalize.py) levels a and may leave w1 and w2 uneven. Here
log s is the least-squares answer to "level everything that shares one scale": a always; w1 when weights have one scale
per tensor; w2 when it does (per tensor, or the input channels of a pointwise or dense layer, which share each output
channel's scale). With a and w2 this is SmoothQuant's alpha = 0.5 (Xiao et al., ICML 2023); with w1 and w2 it is
Nagel et al., ICCV 2019, equation 11. The answer does not depend on how the channels were scaled before. Branches of a
CONCATENATION, which int8 holds to one scale, are levelled together. Chains (pointwise, depthwise, pointwise) share
layers, hence a few sweeps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from ..quantizer.bias import channel_axis, linear_operators
from ..quantizer.head import PixelInput
from ..quantizer.share import unshare_constants
from ..tflite import edit
from ..tflite.edit import constant, graph_of, name_of, operator_name, shape_of
from ..tflite.objects import ModelT, OperatorT
from .equalize import LARGEST_FACTOR, alive_channels, channel_peaks, find_pairs, reader, whole

SWEEPS = 12
_SATURATED = 5.9
_ACTIVATION = schema.ActivationFunctionType
_HOMOGENEOUS = (_ACTIVATION.NONE, _ACTIVATION.RELU, _ACTIVATION.RELU6)
_AXIS = {"CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 1}

Floats = NDArray[np.float64]
Weights = Literal["per-channel", "per-tensor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Channels [start, stop) of what a layer reads: a tensor, and the layer that writes it (None: its scale is fixed)."""

    first: OperatorT | None
    tensor: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A layer and what it reads: one part, or the branches of a join."""

    second: OperatorT
    parts: tuple[Part, ...]


def balance(entered: PixelInput, pixels: NDArray[np.uint8], weights: Weights) -> PixelInput:
    """The float graph with every group balanced. Returns the same `entered` when there is none. Same input, same
    bytes."""
    model = edit.read_model(entered.float_model)
    unshare_constants(model)
    groups = find_groups(model)
    if not groups:
        return entered
    names = sorted({part.tensor for group in groups for part in group.parts})
    peaks = channel_peaks(entered, pixels, names)
    done: dict[str, Floats] = {}
    for _ in range(SWEEPS):
        for group in groups:
            scale = _bounded(_factors(model, group, peaks, weights), group, done)
            for part in group.parts:
                own = scale[part.start : part.stop]
                peaks[part.tensor] = peaks[part.tensor] * own
                if part.first is not None:
                    name = operator_name(model, part.first)
                    _multiply(model, int(part.first.inputs[1]), own, channel_axis(name))
                    if len(part.first.inputs) > 2 and part.first.inputs[2] >= 0:
                        _multiply(model, int(part.first.inputs[2]), own, 0)
            axis = _AXIS[operator_name(model, group.second)]
            _multiply(model, int(group.second.inputs[1]), 1.0 / scale, axis)
    return replace(entered, float_model=edit.pack_model(model))


def find_groups(model: ModelT) -> list[Group]:
    """Every pair that equalize.py finds, then every join of such layers with one reader, in graph order."""
    found = []
    for pair in find_pairs(model):
        part = _part(model, pair.first, pair.tensor, 0)
        found.append(Group(second=pair.second, parts=(part,)))
    graph = graph_of(model)
    makers = {int(o.outputs[0]): o for o in linear_operators(model)}
    for join in graph.operators:
        if operator_name(model, join) != "CONCATENATION" or len({*map(int, join.inputs)}) < len(join.inputs):
            continue
        result = int(join.outputs[0])
        rank, options = len(shape_of(graph.tensors[result])), join.builtinOptions
        second = reader(model, result)
        if second is None or options.axis % rank != rank - 1 or options.fusedActivationFunction:
            continue
        parts, start = [], 0
        for tensor in map(int, join.inputs):
            first = makers.get(tensor)
            alone = sum(tensor in o.inputs for o in graph.operators) == 1 and tensor not in graph.outputs
            free = (
                first is not None
                and alone
                and whole(model, first)
                and first.builtinOptions.fusedActivationFunction in _HOMOGENEOUS
            )
            parts.append(_part(model, first if free else None, tensor, start))
            start = parts[-1].stop
        weights = constant(model, int(second.inputs[1]))
        fits = weights is not None and weights.shape[_AXIS[operator_name(model, second)]] % start == 0
        if fits and any(part.first is not None for part in parts):
            found.append(Group(second=second, parts=tuple(parts)))
    return found


def _part(model: ModelT, first: OperatorT | None, tensor: int, start: int) -> Part:
    facts = graph_of(model).tensors[tensor]
    return Part(first=first, tensor=name_of(facts), start=start, stop=start + shape_of(facts)[-1])


def _factors(model: ModelT, group: Group, peaks: dict[str, Floats], weights: Weights) -> Floats:
    """Factor per channel. A dead channel goes by its weights (left large, they would set a per-tensor scale); one that
    ReLU6 cuts keeps its scale; ReLU6 lets no other pass 6."""
    peak = np.concatenate([peaks[part.tensor] for part in group.parts])
    pulls = [_level(peak)]
    if weights == "per-tensor":
        pulls.append(np.concatenate([_own_level(model, part) for part in group.parts]))
    kind = operator_name(model, group.second)
    if weights == "per-tensor" or kind != "DEPTHWISE_CONV_2D":
        pulls.append(-_level(_largest(model, group.second, _AXIS[kind], len(peak))))
    scale = np.asarray(np.exp(-np.mean(pulls, axis=0)), np.float64)
    if len(pulls) == 1:
        scale = np.where(alive_channels(peak), scale, 1.0)
    for part in group.parts:
        own, top = scale[part.start : part.stop], peak[part.start : part.stop]
        if part.first is None:
            own[:] = 1.0
        elif part.first.builtinOptions.fusedActivationFunction == _ACTIVATION.RELU6:
            room = 6.0 / (np.where(top > 0, top, 1.0) * 1.02)
            own[:] = np.where(top >= _SATURATED, 1.0, np.minimum(own, room))
    return np.asarray(scale, np.float64)


def _bounded(scale: Floats, group: Group, done: dict[str, Floats]) -> Floats:
    """Factors that leave each channel within LARGEST_FACTOR of what it was before the first sweep (`done`: of the sweeps
    so far, by tensor; this one is added)."""
    for part in group.parts:
        own, before = scale[part.start : part.stop], done.get(part.tensor, np.ones(1))
        own[:] = np.clip(before * own, 1 / LARGEST_FACTOR, LARGEST_FACTOR) / before
        done[part.tensor] = before * own
    return scale


def _own_level(model: ModelT, part: Part) -> Floats:
    count = part.stop - part.start
    if part.first is None:
        return np.zeros(count)
    return _level(_largest(model, part.first, channel_axis(operator_name(model, part.first)), count))


def _level(values: Floats) -> Floats:
    """Logarithms without their mean; a zero, or what is as good as zero, has no say (0)."""
    alive = alive_channels(values)
    if not alive.any():
        return np.zeros(len(values))
    logs = np.log(np.where(alive, values, 1.0))
    return np.where(alive, logs - logs[alive].mean(), 0.0)


def _largest(model: ModelT, operator: OperatorT, axis: int, channels: int) -> Floats:
    """Largest absolute weight of each channel of an axis (of a depth multiplier's group together)."""
    value = constant(model, int(operator.inputs[1]))
    if value is None:
        return np.ones(channels)
    found = np.abs(np.moveaxis(value, axis, 0).reshape(value.shape[axis], -1)).max(axis=1)
    return np.asarray(found.reshape(channels, -1).max(axis=1), np.float64)


def _multiply(model: ModelT, index: int, scale: Floats, axis: int) -> None:
    value = constant(model, index)
    if value is not None:
        factors = np.repeat(scale, value.shape[axis] // len(scale))
        shape = [-1 if i == axis else 1 for i in range(value.ndim)]
        edit.set_constant(model, index, (value * factors.reshape(shape)).astype(np.float32))
