"""Remove channels that no output needs: those known for every input, and those that meet only zero weights.

Exact: a known input channel's contribution moves into the bias where it is the same at every position; a
known output channel that has to stay keeps its value with weights 0 and a bias that rescales to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .channel_links import (
    Components,
    Index,
    absorbs,
    by_channel,
    data_operand,
    foldable,
    links,
    needed_channels,
)
from .curves import quant_of
from .edit import add_constant, prune, replace_tensor
from .intervals import WEIGHTED, Analysis, analyse, channels
from .types import ABSENT, Array, Graph, Op, Quant, Tensor, constant
from .view import OpView, view


def remove_channels(graph: Graph) -> Graph:
    """`graph` without the channels that cannot matter; the same graph when there are none."""
    analysis = analyse(graph)
    kept = _kept_channels(graph, analysis)
    if all(kept[i].size == channels(t) for i, t in enumerate(graph.tensors) if not t.is_constant):
        return graph
    result = graph
    for position in range(len(graph.ops)):
        op = _rebuilt(graph, position, analysis, kept)
        result, op = _stored(result, op, graph, position, analysis, kept)
        result = replace(result, ops=(*result.ops[:position], op, *result.ops[position + 1 :]))
    for index, tensor in enumerate(graph.tensors):
        if not tensor.is_constant and kept[index].size != channels(tensor):
            result = replace_tensor(result, index, _sliced_activation(tensor, kept[index]))
    return prune(result)


def _kept_channels(graph: Graph, analysis: Analysis) -> Mapping[int, Index]:
    needed = needed_channels(graph, analysis)
    components = Components(graph)
    pinned: set[int] = set()
    for index in (*graph.inputs, *graph.outputs):
        pinned.update(components.of(index))
    tied_by_op = []
    for op in graph.ops:
        looked = view(graph, op)
        tied = () if absorbs(looked) else links(looked)
        tied_by_op.append(tied)
        for link in tied or ():
            components.tie(link)
    for op, tied in zip(graph.ops, tied_by_op, strict=True):
        if tied is None:
            for index in (*op.inputs, *op.outputs):
                if index != ABSENT:
                    pinned.update(components.of(index))
    pinned = {components.find(n) for n in pinned}
    for index, mask in needed.items():
        pinned.update(c for c, wanted in zip(components.of(index), mask.tolist(), strict=True) if wanted)
    _keep_some(graph, components, pinned)
    return {
        i: np.array(
            [k for k, c in enumerate(components.of(i)) if c in pinned or t.dtype == "int32"], np.int64
        )
        for i, t in enumerate(graph.tensors)
    }


def _keep_some(graph: Graph, components: Components, pinned: set[int]) -> None:
    """A tensor keeps one channel at least; a fully connected layer with a scale per unit keeps two.

    With one unit left it would have one scale, and one scale is rescaled by a parameter of lower precision.
    """
    least = {i: 1 for op in graph.ops for i in (*op.inputs, *op.outputs) if i != ABSENT}
    for op in graph.ops:
        quant = graph.tensors[op.inputs[1]].quant if op.kind == "fully_connected" else None
        if quant is not None and len(quant.scales) > 1:
            least[op.outputs[0]] = 2
    for index in sorted(least):
        found = components.of(index)
        for component in dict.fromkeys(found):
            if sum(c in pinned for c in found) >= min(least[index], len(found)):
                break
            pinned.add(component)


def _sliced_activation(tensor: Tensor, kept: Index) -> Tensor:
    return replace(tensor, shape=(*tensor.shape[:-1], int(kept.size)))


def _sliced_quant(quant: Quant | None, kept: Index) -> Quant | None:
    if quant is None or len(quant.scales) == 1:
        return quant
    return replace(
        quant,
        scales=tuple(quant.scales[int(k)] for k in kept),
        zero_points=tuple(quant.zero_points[int(k)] for k in kept),
    )


def _rebuilt(graph: Graph, position: int, analysis: Analysis, kept: Mapping[int, Index]) -> Op:
    """The operator with its options adapted (none of them depends on channel counts but new_shape)."""
    op = graph.ops[position]
    if op.kind == "reshape" and op.options["new_shape"]:
        shape = _sliced_activation(graph.tensors[op.outputs[0]], kept[op.outputs[0]]).shape
        return replace(op, options={**op.options, "new_shape": shape})
    return op


def _stored(
    result: Graph, op: Op, graph: Graph, position: int, analysis: Analysis, kept: Mapping[int, Index]
) -> tuple[Graph, Op]:
    """Give the operator its new constants: weights, biases, shapes, per-channel operands."""
    looked = view(graph, graph.ops[position])
    if op.kind in WEIGHTED:
        return _weighted(result, op, looked, analysis.accumulators[position], analysis, kept)
    if op.kind == "reshape" and len(op.inputs) == 2 and op.inputs[1] != ABSENT:
        shape = _sliced_activation(looked.output, kept[op.outputs[0]]).shape
        return _with_constant(result, op, 1, looked, np.array(shape), None)
    for place, tensor in enumerate(looked.inputs):
        if tensor is None or not tensor.is_constant or tensor.dtype not in ("int8", "int16"):
            continue
        keep = kept[op.inputs[place]]
        if keep.size != channels(tensor):
            values = np.asarray(tensor.data)[..., keep]
            result, op = _with_constant(result, op, place, looked, values, tensor.quant)
    return result, op


def _with_constant(
    result: Graph, op: Op, place: int, looked: OpView, values: Array, quant: Quant | None
) -> tuple[Graph, Op]:
    tensor = looked.input(place)
    result, index = add_constant(result, tensor.name, values, tensor.dtype, quant)
    inputs = tuple(index if i == place else t for i, t in enumerate(op.inputs))
    return result, replace(op, inputs=inputs)


def _weighted(
    result: Graph, op: Op, looked: OpView, low: Index, analysis: Analysis, kept: Mapping[int, Index]
) -> tuple[Graph, Op]:
    data, out = op.inputs[data_operand(op)], op.outputs[0]
    keep_in, keep_out = kept[data], kept[out]
    weights = looked.constant(1).astype(np.int64)
    axis = 3 if op.kind == "depthwise_conv_2d" else 0
    count = weights.shape[axis]
    place = 3 if op.kind == "transpose_conv" else 2
    bias = looked.constant(place).astype(np.int64) if looked.has(place) else np.zeros(count, np.int64)
    known = analysis.intervals[out].constant
    lost = np.setdiff1d(np.arange(channels(looked.input(data_operand(op)))), keep_in)
    if not lost.size and keep_out.size == count and not known.any():
        return result, op
    if op.kind == "depthwise_conv_2d":
        weights, bias = weights.copy(), np.where(known, low, bias)
        weights[..., known] = 0
        weights, bias = weights[..., keep_out], bias[keep_out]
    else:
        absorbing = absorbs(looked)
        if absorbing and lost.size:
            moved = foldable(looked, analysis)[lost]
            value = (
                analysis.intervals[data].low[lost] - quant_of(looked.input(data_operand(op)).quant).zero_point
            )
            bias = bias + (by_channel(looked)[:, :, lost].sum(axis=1) * np.where(moved, value, 0)).sum(axis=1)
            flat = by_channel(looked)[:, :, keep_in]
            shape = (*weights.shape[1:-1], -1)
            weights = flat.reshape(count, *shape)
        weights, bias = weights.copy(), np.where(known, low, bias)
        weights[known] = 0
        weights, bias = weights[keep_out], bias[keep_out]
    return _store_weights(result, op, looked, weights, bias, keep_out, place)


def _store_weights(
    result: Graph, op: Op, looked: OpView, weights: Index, bias: Index, keep_out: Index, place: int
) -> tuple[Graph, Op]:
    old = looked.input(1)
    filters = _sliced_quant(old.quant, keep_out)
    result, new = add_constant(result, old.name, weights, old.dtype, filters)
    inputs = list(op.inputs)
    inputs[1] = new
    if looked.has(place):
        old_bias = looked.input(place)
        result, new_bias = add_constant(
            result, old_bias.name, bias, old_bias.dtype, _sliced_quant(old_bias.quant, keep_out)
        )
        inputs[place] = new_bias
    elif bias.any():
        scale = quant_of(looked.input(data_operand(op)).quant).scale
        scales = tuple(float(np.float32(scale * s)) for s in quant_of(filters).scales)
        quant = Quant(scales=scales, zero_points=(0,) * len(scales), axis=0 if len(scales) > 1 else None)
        dtype = "int64" if looked.output.dtype == "int16" else "int32"
        result, new_bias = add_constant(result, f"{old.name}_bias", bias, dtype, quant)
        inputs = [*inputs[:place], new_bias]
    if op.kind == "transpose_conv":
        shape = constant([*looked.output.shape[:3], int(keep_out.size)], "int32")
        result, inputs[0] = add_constant(result, looked.input(0).name, shape, "int32")
    return result, replace(op, inputs=tuple(inputs))
