"""Which channels of which tensors belong together, and which of them anybody needs.

A channel is (tensor, position along its last axis). An element-wise operator ties each channel of its
operands to one of its result: they can only be removed together. A convolution ties nothing: it makes its
output channels, and it can do without an input channel when that is known or meets only zero weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .curves import quant_of
from .intervals import Analysis, channels, is_padded
from .shapes import axis_in_range, reduced_axes, slice_bounds
from .types import ABSENT, Graph, Op
from .view import OpView, view

Mask: TypeAlias = npt.NDArray[np.bool_]
Index: TypeAlias = npt.NDArray[np.int64]

ONE_OPERAND: Final = frozenset(
    {"relu", "relu6", "leaky_relu", "logistic", "tanh", "gelu", "hard_swish", "elu", "rsqrt", "quantize",
     "exp", "log", "sqrt", "abs",
     "average_pool_2d", "max_pool_2d", "resize_nearest_neighbor", "resize_bilinear"}
)  # fmt: skip
TWO_OPERANDS: Final = frozenset(
    {"add", "sub", "mul", "maximum", "minimum", "squared_difference", "prelu"}
)  # fmt: skip
REDUCTIONS: Final = frozenset({"mean", "sum", "reduce_max"})
RENAMINGS: Final = frozenset({"reshape", "squeeze", "expand_dims"})


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """Channel i of `result` comes from channel `source_of[i]` of `operand` (-1: from none).

    `ties` when the two can only be removed together; a single channel that all results read ties nothing.
    """

    operand: int
    result: int
    source_of: Index
    ties: bool = True


def links(looked: OpView) -> tuple[Link, ...] | None:
    """The ties of an operator; None when its channels cannot be told apart."""
    op, kind = looked.op, looked.op.kind
    x, y = op.inputs[0], op.outputs[0]
    whole = np.arange(channels(looked.output))
    if kind in ONE_OPERAND:
        return (Link(x, y, whole),)
    if kind in TWO_OPERANDS:
        return _broadcast_links(looked)
    if kind in RENAMINGS:
        size = channels(looked.input(0))
        ties = looked.output.shape and looked.input(0).shape and whole.size % size == 0
        return (Link(x, y, whole % size),) if ties else None
    if kind in REDUCTIONS:
        return None if len(looked.input(0).shape) - 1 in reduced_axes(looked) else (Link(x, y, whole),)
    if kind in ("pad", "padv2", "mirror_pad"):
        return None if looked.constant(1)[-1].any() else (Link(x, y, whole),)
    if kind == "transpose":
        order = looked.integers(1)
        return (Link(x, y, whole),) if order[-1] == len(order) - 1 else None
    if kind == "strided_slice":
        last = len(looked.input(0).shape) - 1
        untouched = slice_bounds(looked)[last] == (0, channels(looked.input(0)), 1)
        return (Link(x, y, whole),) if untouched and not op.integer("shrink_axis_mask") >> last & 1 else None
    if kind == "concatenation":
        return _concatenation_links(looked)
    if kind in ("split", "split_v"):
        return _split_links(looked)
    if kind == "depthwise_conv_2d":
        return (Link(x, y, whole // op.integer("depth_multiplier")),)
    return None


def _broadcast_links(looked: OpView) -> tuple[Link, ...]:
    count = channels(looked.output)
    found = []
    for index, tensor in zip(looked.op.inputs, looked.inputs, strict=True):
        if tensor is not None and channels(tensor) == count:
            found.append(Link(index, looked.op.outputs[0], np.arange(count)))
        elif tensor is not None and not tensor.is_constant:
            found.append(Link(index, looked.op.outputs[0], np.zeros(count, np.int64), ties=False))
    return tuple(found)


def _concatenation_links(looked: OpView) -> tuple[Link, ...]:
    rank, count = len(looked.output.shape), channels(looked.output)
    y = looked.op.outputs[0]
    if axis_in_range(looked.op.integer("axis"), rank) != rank - 1:
        return tuple(Link(i, y, np.arange(count)) for i in looked.op.inputs)
    found, start = [], 0
    for index, tensor in zip(looked.op.inputs, looked.present, strict=True):
        source = np.full(count, -1, np.int64)
        source[start : start + channels(tensor)] = np.arange(channels(tensor))
        found.append(Link(index, y, source))
        start += channels(tensor)
    return tuple(found)


def _split_links(looked: OpView) -> tuple[Link, ...] | None:
    position, where = (1, 0) if looked.op.kind == "split" else (0, 2)
    rank = len(looked.input(position).shape)
    if axis_in_range(looked.integers(where)[0], rank) == rank - 1:
        return None
    x = looked.op.inputs[position]
    return tuple(Link(x, y, np.arange(channels(looked.input(position)))) for y in looked.op.outputs)


def data_operand(op: Op) -> int:
    """The position of a weighted operator's activations."""
    return 2 if op.kind == "transpose_conv" else 0


def absorbs(looked: OpView) -> bool:
    """Whether an operator can do without some of its input channels by changing its weights."""
    kind = looked.op.kind
    if kind == "conv_2d":
        return looked.input(1).shape[3] == channels(looked.input(0))
    if kind == "fully_connected":
        return looked.input(1).shape[1] % channels(looked.input(0)) == 0
    return kind == "transpose_conv"


def by_channel(looked: OpView) -> npt.NDArray[np.int64]:
    """The weights of an absorbing operator as (output channel, tap, input channel)."""
    weights = looked.constant(1).astype(np.int64)
    return weights.reshape(weights.shape[0], -1, channels(looked.input(data_operand(looked.op))))


def foldable(looked: OpView, analysis: Analysis) -> Mask:
    """Input channels that contribute the same constant at every position, so that a bias can hold it."""
    position = data_operand(looked.op)
    interval = analysis.intervals[looked.op.inputs[position]]
    at_zero = interval.low == quant_of(looked.input(position).quant).zero_point
    if looked.op.kind == "transpose_conv" or (looked.op.kind != "fully_connected" and is_padded(looked)):
        return np.asarray(interval.constant & at_zero)
    return interval.constant


def needed_channels(graph: Graph, analysis: Analysis) -> Mapping[int, Mask]:
    """Activation -> which of its channels can change an output of the network."""
    needed = {i: np.zeros(channels(t), bool) for i, t in enumerate(graph.tensors)}
    for index in graph.outputs:
        needed[index][:] = True
    for op in reversed(graph.ops):
        looked = view(graph, op)
        if op.kind == "depthwise_conv_2d" or absorbs(looked):
            position = data_operand(op)
            needed[op.inputs[position]] |= _needed_by_weights(looked, analysis, needed[op.outputs[0]])
            continue
        tied = links(looked)
        if tied is None:
            for index in op.inputs:
                if index != ABSENT:
                    needed[index][:] = True
            continue
        for link in tied:
            wanted = link.source_of[needed[link.result] & (link.source_of >= 0)]
            needed[link.operand][wanted] = True
    return needed


def _needed_by_weights(looked: OpView, analysis: Analysis, needed: Mask) -> Mask:
    active = needed & ~analysis.intervals[looked.op.outputs[0]].constant
    if looked.op.kind == "depthwise_conv_2d":
        used = (looked.constant(1).reshape(-1, active.size) != 0).any(axis=0) & active
        used = used.reshape(-1, looked.op.integer("depth_multiplier")).any(axis=1)
    else:
        used = (by_channel(looked)[active] != 0).any(axis=(0, 1))
    return np.asarray(used & ~foldable(looked, analysis))


class Components:
    """Channels that are tied to each other, as a union-find over consecutive numbers."""

    def __init__(self, graph: Graph) -> None:
        sizes = [channels(t) for t in graph.tensors]
        self.base = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        self.parent = list(range(int(self.base[-1])))

    def find(self, node: int) -> int:
        while self.parent[node] != node:
            self.parent[node] = self.parent[self.parent[node]]
            node = self.parent[node]
        return node

    def tie(self, link: Link) -> None:
        if not link.ties:
            return
        for result, source in enumerate(link.source_of.tolist()):
            if source >= 0:
                a = self.find(int(self.base[link.result]) + result)
                b = self.find(int(self.base[link.operand]) + source)
                self.parent[max(a, b)] = min(a, b)

    def of(self, tensor: int) -> list[int]:
        """The component of each channel of a tensor."""
        return [self.find(n) for n in range(int(self.base[tensor]), int(self.base[tensor + 1]))]
