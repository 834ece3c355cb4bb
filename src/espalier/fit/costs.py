"""What counts take, as tables that a linear programme can add up: pieces of a network, each of which depends on one or two
groups of channels; a piece of more groups is taken as the sum of what each changes from where the search stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..emit.width_prices import FREE, PRICES, price
from ..graph.ops import macs
from ..graph.types import ABSENT, DTYPES, Op, Tensor
from ..graph.view import OpView, view
from ..plan.types import Plan
from .choose import Cost, Table
from .shapes import Counts, Shapes

Levels = tuple[tuple[int, ...], ...]
"""Of each group the counts that may be taken, in falling order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a network: the groups that it depends on, and what it takes at any counts."""

    groups: tuple[int, ...]
    takes: Callable[[Counts], float]


def table_of(name: str, limit: float, pieces: Sequence[Piece], levels: Levels, at: Counts) -> Cost:
    """The pieces' sum over the levels; what depends on more than two groups as it changes around the counts `at`."""
    constant = 0.0
    single: dict[int, Table] = {}
    pairs: dict[tuple[int, int], Table] = {}
    for piece in pieces:
        here = piece.takes(at)
        if not piece.groups:
            constant += here
        elif len(piece.groups) == 2:
            g, h = piece.groups
            table = np.array([[piece.takes(_with(at, {g: a, h: b})) for b in levels[h]] for a in levels[g]])
            pairs[g, h] = pairs.get((g, h), 0.0) + table
        else:
            for group in piece.groups:
                change = np.array([piece.takes(_with(at, {group: count})) - here for count in levels[group]])
                single[group] = single.get(group, 0.0) + change
            constant += here
    return Cost(name=name, limit=limit, constant=constant, single=single, pairs=pairs)


def _with(counts: Counts, changed: Mapping[int, int]) -> Counts:
    return tuple(changed.get(group, count) for group, count in enumerate(counts))


def sized(shapes: Shapes, op: Op, counts: Counts) -> OpView:
    """An operator as it is at other counts, without the values of constants that change."""
    looked = view(shapes.graph, op)
    inputs = tuple(
        None if tensor is None or i == ABSENT else _shaped(tensor, shapes.shape(i, counts))
        for i, tensor in zip(op.inputs, looked.inputs, strict=True)
    )
    outputs = tuple(_shaped(t, shapes.shape(i, counts)) for i, t in zip(op.outputs, looked.outputs, strict=True))
    return OpView(op, inputs, outputs)


def _shaped(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    return tensor if shape == tensor.shape else replace(tensor, shape=shape, data=None)


def mac_pieces(shapes: Shapes) -> list[Piece]:
    """Multiply-accumulates of every operator."""

    def of(op: Op) -> Piece:
        return _piece(shapes, op, lambda counts: float(macs(sized(shapes, op, counts))))

    return [of(op) for op in shapes.graph.ops]


TILE = 16
"""Output channels that a matrix kernel of phones and PCs computes at a time (prune/allocate.py)."""


def tile_pieces(shapes: Shapes) -> list[Piece]:
    """Multiply-accumulates as kernels compute them that fill their last tile of output channels up: what time follows where
    nothing is counted."""

    def of(op: Op) -> Piece:
        def takes(counts: Counts) -> float:
            looked = sized(shapes, op, counts)
            channels = looked.outputs[0].shape[-1] if looked.outputs[0].shape else 1
            return macs(looked) * (-(-channels // TILE) * TILE) / max(channels, 1)

        return _piece(shapes, op, takes)

    return [of(op) for op in shapes.graph.ops]


def byte_pieces(shapes: Shapes) -> list[Piece]:
    """Bytes of the constants of every operator, each constant once."""
    seen, found = set[int](), []
    for op in shapes.graph.ops:
        own = [i for i in dict.fromkeys(op.inputs) if i != ABSENT and i not in seen and shapes.graph.tensors[i].is_constant]
        seen.update(own)

        def takes(counts: Counts, own: list[int] = own) -> float:
            return float(sum(_bytes(shapes, i, counts) for i in own))

        found.append(_piece(shapes, op, takes))
    return found


def _bytes(shapes: Shapes, tensor: int, counts: Counts) -> int:
    return math.prod(shapes.shape(tensor, counts)) * DTYPES[shapes.graph.tensors[tensor].dtype].itemsize


def work(shapes: Shapes, op: Op, counts: Counts, isa: str) -> float:
    """What an operator takes by the core's price list; where it has none, its MACs and values."""
    looked = sized(shapes, op, counts)
    if isa in PRICES:
        return price(looked, isa)
    return 0.0 if op.kind in FREE else float(macs(looked) + sum(t.elements for t in looked.outputs))


Counted = Mapping[int, float]
"""Operator -> its instructions in a program that was run."""


def instruction_pieces(shapes: Shapes, isa: str, counted: Sequence[tuple[Counts, Counted]]) -> list[Piece]:
    """Instructions of every operator: by the price list, made to pass through what was `counted` at two sets of counts."""
    found = []
    for number, op in enumerate(shapes.graph.ops):
        known = [(work(shapes, op, counts, isa), layers[number]) for counts, layers in counted if number in layers]
        base, slope = _line(known)

        def takes(counts: Counts, op: Op = op, base: float = base, slope: float = slope) -> float:
            return base + slope * work(shapes, op, counts, isa)

        found.append(_piece(shapes, op, takes))
    return found


def _line(known: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The line through the first two points, rising; through one and the origin; the identity without any."""
    if not known or not known[0][0]:
        return 0.0, 1.0
    (x, y), (a, b) = known[0], known[-1]
    if abs(x - a) > 0.05 * x and (y - b) / (x - a) > 0:
        slope = (y - b) / (x - a)
        return y - slope * x, slope
    return 0.0, y / x


def corner_price(shapes: Shapes, group: int, isa: str) -> Callable[[int], float]:
    """What the layers around a group take at a count of it, all others as they are."""
    ops = [op for op in shapes.graph.ops if group in shapes.groups_of(op)]

    def takes(count: int) -> float:
        return sum(work(shapes, op, _with(shapes.start, {group: count}), isa) for op in ops)

    return takes


def _piece(shapes: Shapes, op: Op, takes: Callable[[Counts], float]) -> Piece:
    return Piece(groups=shapes.groups_of(op), takes=takes)


Rows = tuple[tuple[int, ...], ...]
"""Tensors, one of each place of the arena, that are held at the same time; one row for each step."""


def steps_of(shapes: Shapes, plan: Plan) -> Rows:
    """What a plan of the network (at any counts) holds at each step."""
    tensors = plan.lifetimes
    rows = []
    for step in range(len(plan.used_bytes)):
        held = [row for row in tensors if row.tensors and row.first_step <= step <= row.last_step]
        rows.append(tuple(sorted(max(row.tensors, key=lambda i: shapes.graph.tensors[i].elements) for row in held)))
    return tuple(dict.fromkeys(rows))


def held(shapes: Shapes, row: Sequence[int], counts: Counts) -> float:
    """Bytes of the tensors of a row."""
    return float(sum(_bytes(shapes, tensor, counts) for tensor in row))


def step_pieces(shapes: Shapes, row: Sequence[int]) -> list[Piece]:
    """Bytes of each tensor of a row."""

    def of(tensor: int) -> Piece:
        groups = {g for (index, _), follows in shapes.extents.items() if index == tensor for g in follows.times}
        return Piece(groups=tuple(sorted(groups)), takes=lambda counts: float(_bytes(shapes, tensor, counts)))

    return [of(tensor) for tensor in row]
