"""How each extent of a network's tensors follows from how many channels each group keeps, learnt from a few narrower ones;
and the network at any counts, for the planner and the emitter.

The narrower networks (`Probe`) differ from the first in one group each. An extent is fixed, or falls by a whole number for
each channel: one for a convolution's outputs, 49 for a dense layer after a map of 7 x 7, that of several groups after a
concatenation. Values that are shapes (a reshape's operand, an option) follow in the same way. A network at other counts has
the first rows of the given one's constants: what a program takes depends on their number, not on which they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from ..graph.types import ABSENT, Graph, Op, OptionValue, Quant, Tensor, constant
from ..graph.verify import verify

Counts = tuple[int, ...]
"""How many channels each group keeps."""

WEIGHTED = frozenset({"conv_2d", "fully_connected", "depthwise_conv_2d", "transpose_conv"})
"""Operators whose constants are weights: their values are not shapes."""
MOST_VALUES = 8
"""Of a constant that holds a shape."""


class UnlikeError(ValueError):
    """A narrower network has other operators than the first, or an extent that no whole number explains."""


@dataclass(frozen=True, slots=True)
class Follows:
    """A whole number that falls with counts: what it is at the first ones, and group -> by how much for each channel."""

    base: int
    times: Mapping[int, int]

    def at(self, counts: Counts, start: Counts) -> int:
        """Its value at other counts."""
        return self.base - sum(times * (start[group] - counts[group]) for group, times in self.times.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The network with other counts, of which one differs."""

    counts: Counts
    graph: Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """The network at the counts `start`, and what of it follows the counts: extents (tensor, axis), values of constants
    (tensor, place) and of options (operator, name, place)."""

    graph: Graph
    start: Counts
    extents: Mapping[tuple[int, int], Follows]
    values: Mapping[tuple[int, int], Follows]
    options: Mapping[tuple[int, str, int], Follows]

    def shape(self, tensor: int, counts: Counts) -> tuple[int, ...]:
        """The shape of a tensor at other counts."""
        given = self.graph.tensors[tensor].shape
        return tuple(
            found.at(counts, self.start) if (found := self.extents.get((tensor, axis))) else side
            for axis, side in enumerate(given)
        )

    def groups_of(self, op: Op) -> tuple[int, ...]:
        """The groups on which an operator's shapes depend."""
        touched = {*op.inputs, *op.outputs}
        return tuple(sorted({g for (tensor, _), found in self.extents.items() if tensor in touched for g in found.times}))


def learn(graph: Graph, start: Counts, probes: Sequence[Probe]) -> Shapes:
    """Shapes from the network at the counts `start` and its probes. Raises UnlikeError."""
    extents: dict[tuple[int, int], dict[int, int]] = {}
    values: dict[tuple[int, int], dict[int, int]] = {}
    options: dict[tuple[int, str, int], dict[int, int]] = {}
    for probe in probes:
        (group,) = (g for g, (a, b) in enumerate(zip(start, probe.counts, strict=True)) if a != b)
        fewer = start[group] - probe.counts[group]
        for number, (one, other) in enumerate(_pairs(graph, probe.graph)):
            for i, k in zip((*one.inputs, *one.outputs), (*other.inputs, *other.outputs), strict=True):
                if i == ABSENT:
                    continue
                mine, theirs = graph.tensors[i], probe.graph.tensors[k]
                for axis, (a, b) in enumerate(_sides(mine.shape, theirs.shape)):
                    _record(extents, (i, axis), group, a - b, fewer)
                if one.kind not in WEIGHTED:
                    for place, (a, b) in enumerate(_shape_values(mine, theirs)):
                        _record(values, (i, place), group, a - b, fewer)
            for name, place, a, b in _option_values(one, other):
                _record(options, (number, name, place), group, a - b, fewer)
    tensors = graph.tensors
    return Shapes(
        graph=graph,
        start=start,
        extents={key: Follows(tensors[key[0]].shape[key[1]], times) for key, times in extents.items()},
        values={key: Follows(int(_flat(tensors[key[0]])[key[1]]), times) for key, times in values.items()},
        options={key: Follows(_option(graph.ops[key[0]].options[key[1]])[key[2]], t) for key, t in options.items()},
    )


def cut(shapes: Shapes, counts: Counts) -> Graph:
    """The network at other counts, not above the first ones."""
    graph = shapes.graph
    tensors = tuple(_cut_tensor(shapes, number, counts) for number in range(len(graph.tensors)))
    ops = list(graph.ops)
    for (number, name, place), found in shapes.options.items():
        op = ops[number]
        listed = list(_option(op.options[name]))
        listed[place] = found.at(counts, shapes.start)
        value: OptionValue = tuple(listed) if isinstance(op.options[name], tuple) else listed[0]
        ops[number] = replace(op, options={**op.options, name: value})
    return verify(replace(graph, tensors=tensors, ops=tuple(ops)), after="cutting channels off")


def _cut_tensor(shapes: Shapes, number: int, counts: Counts) -> Tensor:
    tensor, shape = shapes.graph.tensors[number], shapes.shape(number, counts)
    data = tensor.data
    changed = {place: f for (index, place), f in shapes.values.items() if index == number}
    if data is not None and changed:
        flat = _flat(tensor).copy()
        for place, found in changed.items():
            flat[place] = found.at(counts, shapes.start)
        data = constant(flat.reshape(tensor.shape), tensor.dtype)
    if shape == tensor.shape:
        return tensor if data is tensor.data else replace(tensor, data=data)
    if data is not None:
        data = constant(data[tuple(slice(side) for side in shape)], tensor.dtype)
    return replace(tensor, shape=shape, data=data, quant=_cut_quant(tensor.quant, shape))


def _cut_quant(quant: Quant | None, shape: tuple[int, ...]) -> Quant | None:
    if quant is None or quant.axis is None:
        return quant
    side = shape[quant.axis]
    return replace(quant, scales=quant.scales[:side], zero_points=quant.zero_points[:side])


def _pairs(one: Graph, other: Graph) -> list[tuple[Op, Op]]:
    kinds = [[(op.kind, len(op.inputs), len(op.outputs)) for op in graph.ops] for graph in (one, other)]
    if kinds[0] != kinds[1]:
        raise UnlikeError("it has other operators")
    return list(zip(one.ops, other.ops, strict=True))


T = TypeVar("T")


def _record(found: dict[T, dict[int, int]], key: T, group: int, change: int, fewer: int) -> None:
    if change % fewer:
        raise UnlikeError(f"an extent falls by {change} with {fewer} channels")
    if change:
        known = found.setdefault(key, {})
        if known.setdefault(group, change // fewer) != change // fewer:
            raise UnlikeError("an extent falls by different numbers")


def _sides(one: tuple[int, ...], other: tuple[int, ...]) -> list[tuple[int, int]]:
    if len(one) != len(other):
        raise UnlikeError("a tensor has another rank")
    return list(zip(one, other, strict=True))


def _flat(tensor: Tensor) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.asarray(tensor.data, np.int64).reshape(-1)


def _shape_values(one: Tensor, other: Tensor) -> list[tuple[int, int]]:
    """The values of a constant that may be a shape."""
    if one.data is None or other.data is None or one.dtype not in ("int32", "int64"):
        return []
    if one.shape != other.shape or one.elements > MOST_VALUES or one.quant is not None:
        return []
    return list(zip(_flat(one).tolist(), _flat(other).tolist(), strict=True))


def _option_values(one: Op, other: Op) -> list[tuple[str, int, int, int]]:
    found = []
    for name, value in one.options.items():
        mine, theirs = _option(value), _option(other.options[name])
        if len(mine) != len(theirs):
            raise UnlikeError(f"option {name} has another length")
        found += [(name, place, a, b) for place, (a, b) in enumerate(zip(mine, theirs, strict=True)) if a != b]
    return found


def _option(value: OptionValue) -> tuple[int, ...]:
    """Whole numbers of an option; none of one that holds something else."""
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, int) and not isinstance(value, bool) else ()
