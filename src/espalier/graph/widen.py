"""Give tensors more channels than they have, with no effect on any output: the reverse of removing dead channels.

A kernel may take 40 channels in less time than 39. The new channels come last; no weight reads them, so their own values do
not matter: their weights and biases are zero, their scales those of the first channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .channel_links import ONE_OPERAND, REDUCTIONS, RENAMINGS, TWO_OPERANDS, absorbs, data_operand, links
from .edit import add_constant, replace_tensor
from .intervals import channels
from .types import Array, Graph, Op, Quant, Tensor
from .view import OpView, view

Counts = Mapping[int, int]
"""Activation -> how many channels it is to have; tensors of a group have the same number."""
WEIGHTED = frozenset({"conv_2d", "fully_connected", "depthwise_conv_2d"})
KEEPING = ONE_OPERAND | TWO_OPERANDS | REDUCTIONS | RENAMINGS | {"pad", "padv2", "depthwise_conv_2d"}
"""Operators that may have other channels beside those they have."""


def groups(graph: Graph) -> tuple[tuple[int, ...], ...]:
    """Activations whose channels can become more, those together that must stay alike; in the order of the operators."""
    owner = {i: i for i, t in enumerate(graph.tensors) if not t.is_constant}
    fixed = {*graph.inputs, *graph.outputs}
    fixed |= {i for i in owner if graph.tensors[i].dtype != "int8" or not graph.tensors[i].shape}

    def find(index: int) -> int:
        while owner[index] != index:
            index = owner[index]
        return index

    for op in graph.ops:
        looked = view(graph, op)
        if op.kind in ("conv_2d", "fully_connected") and absorbs(looked) and _whole_depth(looked):
            if op.kind == "fully_connected" and channels(looked.output) == 1:
                fixed.add(op.outputs[0])  # a single scale is rescaled with less precision than one of many
            continue
        tied = _tied(looked)
        if tied is None:
            fixed |= {i for i in (*op.inputs, *op.outputs) if i in owner}
            continue
        for index in tied:
            owner[find(index)] = find(op.outputs[0])
    found: dict[int, list[int]] = {}
    for index in owner:
        found.setdefault(find(index), []).append(index)
    return tuple(tuple(members) for members in found.values() if not fixed & set(members))


def _whole_depth(looked: OpView) -> bool:
    """Not after a flattening: a channel of the input is one column of the weights."""
    return looked.input(1).shape[-1] == channels(looked.input(0))


def _tied(looked: OpView) -> tuple[int, ...] | None:
    """Activations among the operands with as many channels as the result, one by one; None where channels mix."""
    tied = links(looked) if looked.op.kind in KEEPING else None
    count = channels(looked.output)
    if tied is None or any(link.ties and not np.array_equal(link.source_of, np.arange(count)) for link in tied):
        return None
    sides = [
        (i, t) for i, t in zip(looked.op.inputs, looked.inputs, strict=True) if t is not None and not t.is_constant
    ]
    # An operand of one channel for all others stays as it is, so the group must not hold it.
    return tuple(i for i, _ in sides) if all(channels(t) == count for _, t in sides) else None


def widen(graph: Graph, counts: Counts) -> Graph:
    """The network with those counts; an equal one for every input. The tensors are all those of some groups."""
    counts = {i: n for i, n in counts.items() if n != channels(graph.tensors[i])}
    for position, op in enumerate(graph.ops):
        if counts.keys() & {*op.inputs, *op.outputs}:
            graph, changed = _widened(graph, op, counts)
            graph = replace(graph, ops=(*graph.ops[:position], changed, *graph.ops[position + 1 :]))
    for index, count in counts.items():
        tensor = graph.tensors[index]
        graph = replace_tensor(graph, index, replace(tensor, shape=(*tensor.shape[:-1], count)))
    return graph


def _widened(graph: Graph, op: Op, counts: Counts) -> tuple[Graph, Op]:
    """The operator with its constants for the new counts."""
    looked = view(graph, op)
    place = data_operand(op)
    more_in = counts.get(op.inputs[place], channels(looked.input(place))) - channels(looked.input(place))
    more_out = counts.get(op.outputs[0], channels(looked.output)) - channels(looked.output)
    if op.kind in WEIGHTED:
        axis = 3 if op.kind == "depthwise_conv_2d" else 0
        grown = [(0, 0)] * len(looked.input(1).shape)
        grown[axis] = (0, more_out)
        if op.kind != "depthwise_conv_2d":
            grown[-1] = (0, more_in)
        graph, op = _constant(graph, op, 1, np.pad(looked.constant(1), grown), more_out)
        if looked.has(2):
            graph, op = _constant(graph, op, 2, np.pad(looked.constant(2), (0, more_out)), more_out)
        return graph, op
    if op.kind == "reshape":
        shape = (*looked.output.shape[:-1], channels(looked.output) + more_out)
        if op.options["new_shape"]:
            op = replace(op, options={**op.options, "new_shape": shape})
        return _constant(graph, op, 1, np.array(shape), 0) if len(op.inputs) == 2 else (graph, op)
    for number, tensor in enumerate(looked.inputs):
        if tensor is not None and tensor.is_constant and _per_channel(tensor, channels(looked.output)):
            values = np.pad(np.asarray(tensor.data), [(0, 0)] * (len(tensor.shape) - 1) + [(0, more_out)])
            graph, op = _constant(graph, op, number, values, more_out)
    return graph, op


def _per_channel(tensor: Tensor, count: int) -> bool:
    return tensor.dtype == "int8" and channels(tensor) == count > 1


def _constant(graph: Graph, op: Op, place: int, values: Array, more: int) -> tuple[Graph, Op]:
    old = graph.tensors[op.inputs[place]]
    graph, index = add_constant(graph, old.name, values, old.dtype, _quant(old.quant, more))
    return graph, replace(op, inputs=tuple(index if n == place else i for n, i in enumerate(op.inputs)))


def _quant(quant: Quant | None, more: int) -> Quant | None:
    if quant is None or quant.axis is None:
        return quant
    scales = quant.scales + quant.scales[:1] * more
    return replace(quant, scales=scales, zero_points=quant.zero_points + quant.zero_points[:1] * more)
