"""Interval arithmetic: for every channel of every tensor the least and the greatest stored value it can take.

A channel is a position along the last axis. The intervals hold for every possible input; where an operator is
not understood its result takes the whole range of its type. Ends are computed by the reference's own integer
rules, all of which are monotone, so that a channel with equal ends has that value for every input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np

from . import arithmetic as a
from .arithmetic import LIMITS, Ints
from .curves import CURVES, quant_of, table
from .reference import evaluate
from .shapes import axis_in_range, reduced_axes, slice_bounds, window_padding
from .types import DTYPES, Array, Graph, Tensor
from .view import OpView, view


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Stored values of each channel: low <= value <= high."""

    low: Ints
    high: Ints

    @property
    def constant(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Channels whose value is known."""
        return np.asarray(self.low == self.high)


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Intervals by tensor (quantized ones only) and, by operator, the low ends of its accumulators."""

    intervals: Mapping[int, Interval]
    accumulators: Mapping[int, Ints]


def channels(tensor: Tensor) -> int:
    return tensor.shape[-1] if tensor.shape else 1


def analyse(graph: Graph) -> Analysis:
    """Intervals of every int8, uint8 and int16 tensor, constants included."""
    intervals: dict[int, Interval] = {}
    accumulators: dict[int, Ints] = {}
    for index, tensor in enumerate(graph.tensors):
        if tensor.dtype in LIMITS:
            intervals[index] = _of_constant(tensor) if tensor.is_constant else whole(tensor)
    for position, op in enumerate(graph.ops):
        looked = view(graph, op)
        if op.kind in WEIGHTED:
            data = intervals.get(op.inputs[2 if op.kind == "transpose_conv" else 0])
            if data is not None:
                low, high = _accumulators(looked, data)
                accumulators[position] = low
                intervals[op.outputs[0]] = _requantized(looked, low, high)
            continue
        rule = RULES.get(op.kind)
        operands = [intervals.get(i) for i in op.inputs]
        if rule is None or any(t.dtype not in LIMITS for t in looked.outputs):
            continue
        for index, found in zip(op.outputs, rule(looked, operands), strict=True):
            if found is not None:
                intervals[index] = found
    return Analysis(MappingProxyType(intervals), MappingProxyType(accumulators))


def whole(tensor: Tensor) -> Interval:
    """The whole range of the tensor's type."""
    low, high = LIMITS[tensor.dtype]
    count = channels(tensor)
    return Interval(np.full(count, low, np.int64), np.full(count, high, np.int64))


def _of_constant(tensor: Tensor) -> Interval:
    values = np.asarray(tensor.data).astype(np.int64).reshape(-1, channels(tensor))
    return Interval(values.min(axis=0), values.max(axis=0))


def is_padded(looked: OpView) -> bool:
    """Whether a convolution's windows reach outside its input."""
    op = looked.op
    _, height, width, _ = looked.input(0).shape
    kernel = looked.input(1).shape
    pads = [
        window_padding(
            size, extent, op.integer(f"stride_{axis}"), op.integer(f"dilation_{axis}"), op.text("padding")
        )
        for size, extent, axis in ((height, kernel[1], "h"), (width, kernel[2], "w"))
    ]
    return any(before or after for before, after in pads)


WEIGHTED: Final = frozenset({"conv_2d", "depthwise_conv_2d", "transpose_conv", "fully_connected"})


def _accumulators(looked: OpView, data: Interval) -> tuple[Ints, Ints]:
    """Ends of the int32 sums of each output channel, bias included."""
    op = looked.op
    zero = quant_of(looked.input(2 if op.kind == "transpose_conv" else 0).quant).zero_point
    low, high = data.low - zero, data.high - zero
    if op.kind == "transpose_conv" or (op.kind != "fully_connected" and is_padded(looked)):
        # A tap outside the input, or one that meets no input pixel, contributes 0.
        low, high = np.minimum(low, 0), np.maximum(high, 0)
    weights = looked.constant(1).astype(np.int64)
    if op.kind == "depthwise_conv_2d":
        repeat = weights.shape[3] // low.size
        low, high = np.repeat(low, repeat), np.repeat(high, repeat)
        flat = weights.reshape(-1, weights.shape[3])
        ends = (np.minimum(flat * low, flat * high).sum(0), np.maximum(flat * low, flat * high).sum(0))
    else:
        flat = weights.reshape(weights.shape[0], -1, weights.shape[-1])
        groups = max(1, low.size // weights.shape[-1]) if op.kind == "conv_2d" else 1
        if op.kind == "fully_connected" and low.size != weights.shape[-1]:
            low, high = _tiled(low, weights.shape[-1]), _tiled(high, weights.shape[-1])
        low_of = np.repeat(low.reshape(groups, -1), weights.shape[0] // groups, axis=0)[:, None, :]
        high_of = np.repeat(high.reshape(groups, -1), weights.shape[0] // groups, axis=0)[:, None, :]
        ends = (
            np.minimum(flat * low_of, flat * high_of).sum((1, 2)),
            np.maximum(flat * low_of, flat * high_of).sum((1, 2)),
        )
    position = 3 if op.kind == "transpose_conv" else 2
    bias = looked.constant(position).astype(np.int64) if looked.has(position) else np.int64(0)
    return ends[0] + bias, ends[1] + bias


def _tiled(ends: Ints, size: int) -> Ints:
    """Channels of a map that is flattened without an operator (fully_connected on four axes)."""
    return np.tile(ends, size // ends.size) if size % ends.size == 0 else np.full(size, ends[0])


def _requantized(looked: OpView, low: Ints, high: Ints) -> Interval:
    """The accumulators' ends through the rescaling and the fused activation."""
    op, out = looked.op, quant_of(looked.output.quant)
    data = quant_of(looked.input(2 if op.kind == "transpose_conv" else 0).quant)
    filters = quant_of(looked.input(1).quant)
    if op.kind == "fully_connected" and len(filters.scales) == 1:
        multipliers = (a.product_multiplier(data.scale, filters.scale, out.scale),) * low.size
    else:
        multipliers = a.conv_multipliers(data.scale, filters.scales, out.scale, low.size)
    wide = looked.output.dtype == "int16"
    bounds = a.activation_range(op.text("activation"), out.scale, out.zero_point, looked.output.dtype)
    ends = [
        a.clamp((a.rescale_wide if wide else a.rescale_channels)(e, multipliers) + out.zero_point, *bounds)
        for e in (low, high)
    ]
    # Beyond these sizes the reference's own integers wrap around, and order is lost.
    spare = np.array([max(m.shift, 0) for m in multipliers], np.int64)
    safe = np.maximum(np.abs(low), np.abs(high)) < (np.int64(1) << ((46 if wide else 30) - spare))
    return Interval(np.where(safe, ends[0], bounds[0]), np.where(safe, ends[1], bounds[1]))


_Found = Interval | None
_Rule = Callable[[OpView, list[_Found]], tuple[_Found, ...]]


def _as_values(ends: Ints, tensor: Tensor) -> Array:
    shape = tensor.shape or (1,)
    return np.broadcast_to(ends, shape).astype(DTYPES[tensor.dtype]).reshape(tensor.shape)


def _one_pixel(tensor: Tensor) -> Tensor:
    """The same channels at one position: an element-wise operator does the same at all of them."""
    return replace(tensor, shape=(*(1,) * (len(tensor.shape) - 1), channels(tensor)), data=None)


def _ends(looked: OpView, choices: list[tuple[Ints, ...]]) -> Interval:
    """The operator evaluated at constant operands, one choice of ends after the other."""
    inputs = tuple(None if t is None else _one_pixel(t) for t in looked.inputs)
    small = OpView(looked.op, inputs, tuple(_one_pixel(t) for t in looked.outputs))
    values = []
    for choice in choices:
        operands = [_as_values(e, t) for e, t in zip(choice, small.present, strict=True)]
        values.append(evaluate(small, operands)[0].astype(np.int64).reshape(-1))
    stacked = np.stack(values)
    return Interval(stacked.min(axis=0), stacked.max(axis=0))


def _corners(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    """Two operands: monotone in each, or in their product, so that the extremes are at the corners."""
    left, right = operands
    if left is None or right is None or (looked.op.kind == "mul" and not _mul_keeps_order(looked)):
        return (None,)
    return (_ends(looked, [(x, y) for x in (left.low, left.high) for y in (right.low, right.high)]),)


def _mul_keeps_order(looked: OpView) -> bool:
    """Whether products, at most 2^16 for int8 and 2^30 for int16, cannot wrap around when shifted left."""
    scales = [quant_of(t.quant).scale for t in (looked.input(0), looked.input(1), looked.output)]
    return a.mul_multiplier(*scales).shift <= (12 if looked.output.dtype == "int8" else 0)


def _prelu(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    """Linear on either side of zero: the extremes are at the ends and beside zero."""
    data, slope = operands
    if data is None or slope is None or not _mul_keeps_order(looked):
        return (None,)
    zero = quant_of(looked.input(0).quant).zero_point
    beside = [np.clip(np.full_like(data.low, zero + d), data.low, data.high) for d in (-1, 0)]
    points = (data.low, *beside, data.high)
    return (_ends(looked, [(x, y) for x in points for y in (slope.low, slope.high)]),)


def _curve(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    data = operands[0]
    if data is None or looked.input(0).dtype != "int8" or looked.output.dtype != "int8":
        return (None,)
    values = table(looked).astype(np.int64)
    parts = [values[low + 128 : high + 129] for low, high in zip(data.low, data.high, strict=True)]
    return (Interval(np.array([p.min() for p in parts]), np.array([p.max() for p in parts])),)


def _pool(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    if operands[0] is None:
        return (None,)
    out = quant_of(looked.output.quant)
    bounds = a.activation_range(looked.op.text("activation"), out.scale, out.zero_point, looked.output.dtype)
    return (Interval(a.clamp(operands[0].low, *bounds), a.clamp(operands[0].high, *bounds)),)


def _mean(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    data = operands[0]
    if data is None or len(looked.input(0).shape) - 1 in reduced_axes(looked):
        return (None,)
    count = looked.input(0).elements // max(1, looked.output.elements)
    ratio = quant_of(looked.input(0).quant).scale / quant_of(looked.output.quant).scale
    if ratio * count * 65536 >= 1 << 30:
        return (None,)  # the rescaling could wrap around
    axes = looked.constant(1)
    found = [
        np.asarray(evaluate(looked, [_as_values(e, looked.input(0)), axes])[0]) for e in (data.low, data.high)
    ]
    flat = [f.astype(np.int64).reshape(-1, data.low.size)[0] for f in found]
    return (Interval(np.minimum(*flat), np.maximum(*flat)),)


def _unchanged(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    return (operands[0],) * len(looked.outputs)


def _united(parts: list[Interval], tensor: Tensor) -> Interval:
    """One interval for every channel: what holds when channels are mixed."""
    count = channels(tensor)
    low, high = min(int(p.low.min()) for p in parts), max(int(p.high.max()) for p in parts)
    return Interval(np.full(count, low), np.full(count, high))


def _reshape(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    data = operands[0]
    if data is None:
        return (None,)
    old, new = channels(looked.input(0)), channels(looked.output)
    if new % old == 0 and looked.output.shape:
        return (Interval(np.tile(data.low, new // old), np.tile(data.high, new // old)),)
    return (_united([data], looked.output),)


def _pad(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    data = operands[0]
    if data is None:
        return (None,)
    fill = looked.constant(2).reshape(-1)[0] if looked.has(2) else quant_of(looked.output.quant).zero_point
    value, pads = int(fill), looked.constant(1)
    before, after = (int(v) for v in pads[-1])
    low, high = (np.pad(e, (before, after), constant_values=value) for e in (data.low, data.high))
    if pads[:-1].any():
        low, high = np.minimum(low, value), np.maximum(high, value)
    return (Interval(low, high),)


def _concatenation(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    parts = [o for o in operands if o is not None]
    if len(parts) != len(operands):
        return (None,)
    rank = len(looked.output.shape)
    if axis_in_range(looked.op.integer("axis"), rank) == rank - 1:
        return (Interval(np.concatenate([p.low for p in parts]), np.concatenate([p.high for p in parts])),)
    return (Interval(np.min([p.low for p in parts], axis=0), np.max([p.high for p in parts], axis=0)),)


def _strided_slice(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    data, rank = operands[0], len(looked.input(0).shape)
    if data is None:
        return (None,)
    if looked.op.integer("shrink_axis_mask") >> (rank - 1) & 1:
        return (_united([data], looked.output),)
    kept = np.arange(*slice_bounds(looked)[-1])
    return (Interval(data.low[kept], data.high[kept]),)


def _transpose(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    data, order = operands[0], looked.integers(1)
    if data is None:
        return (None,)
    return (data if order[-1] == len(order) - 1 else _united([data], looked.output),)


def _split(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    position, where = (1, 0) if looked.op.kind == "split" else (0, 2)
    data, rank = operands[position], len(looked.input(position).shape)
    if data is None:
        return (None,) * len(looked.outputs)
    if axis_in_range(looked.integers(where)[0], rank) != rank - 1:
        return (data,) * len(looked.outputs)
    ends = np.cumsum([0, *(channels(t) for t in looked.outputs)])
    return tuple(Interval(data.low[s:e], data.high[s:e]) for s, e in pairwise(ends))


def _tile(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    data, times = operands[0], looked.integers(1)[-1]
    return (None if data is None else Interval(np.tile(data.low, times), np.tile(data.high, times)),)


def _gather(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    data, rank = operands[0], len(looked.input(0).shape)
    if data is None or axis_in_range(looked.op.integer("axis"), rank) != rank - 1:
        return (data,)
    taken = looked.constant(1).astype(np.int64)
    return (Interval(data.low[taken], data.high[taken]) if taken.ndim == 1 else None,)


def _blocks(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    return (None if operands[0] is None else _united([operands[0]], looked.output),)


def _mirrored(looked: OpView, operands: list[_Found]) -> tuple[_Found, ...]:
    return (None if looked.constant(1)[-1].any() else operands[0],)


RULES: Final[Mapping[str, _Rule]] = MappingProxyType(
    {
        **dict.fromkeys(("add", "sub", "mul", "maximum", "minimum"), _corners),
        **dict.fromkeys(CURVES, _curve),
        "prelu": _prelu,
        **dict.fromkeys(("average_pool_2d", "max_pool_2d"), _pool),
        "mean": _mean,
        "resize_nearest_neighbor": _unchanged,
        "resize_bilinear": _unchanged,
        "reshape": _reshape,
        "squeeze": _reshape,
        "expand_dims": _reshape,
        "pad": _pad,
        "padv2": _pad,
        "mirror_pad": _mirrored,
        **dict.fromkeys(("depth_to_space", "space_to_depth"), _blocks),
        "concatenation": _concatenation,
        "strided_slice": _strided_slice,
        "transpose": _transpose,
        "split": _split,
        "split_v": _split,
        "tile": _tile,
        "gather": _gather,
    }
)
"""kind -> intervals of the results from those of the operands; other kinds give the whole range."""
