"""The state of a trace of channels: atoms joined by union-find, what freezes them, and what each layer's weights are indexed by.

A tensor's channels lie along one of its axes, nearly always the last; `axes` names the tensors of which they lie elsewhere,
as the heads of an attention do between two products.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..load.macs import count_macs
from .flat import FlatGraph, Node

Atoms = NDArray[np.int64]
Shape = tuple[int | None, ...]
NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The channels of a layer with weights: atoms of its input's and its output's last axis, and of what its weights are
    indexed by inside (the heads of an attention)."""

    inputs: Atoms
    outputs: Atoms
    inner: Atoms = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """MACs of one call: `weight` times the number of kept channels of each axis."""

    layer: str
    weight: int
    axes: tuple[Atoms, ...]


@dataclass(slots=True)
class Trace:
    """What is known so far; `tensors[number]` are the atoms along the channel axis."""

    graph: FlatGraph
    parent: list[int] = field(default_factory=list)
    owned: dict[str, Atoms] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)
    costs: list[Cost] = field(default_factory=list)
    frozen: list[tuple[Atoms, str]] = field(default_factory=list)
    left_alone: dict[str, str] = field(default_factory=dict)
    tensors: dict[int, Atoms] = field(default_factory=dict)
    axes: dict[int, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """Channels that one atom of `owned` stands for, where that is not one."""

    def new(self, count: int) -> Atoms:
        start = len(self.parent)
        self.parent.extend(range(start, start + count))
        return np.arange(start, start + count, dtype=np.int64)

    def find(self, atom: int) -> int:
        while self.parent[atom] != atom:
            self.parent[atom] = self.parent[self.parent[atom]]
            atom = self.parent[atom]
        return atom

    def join(self, first: Atoms, second: Atoms) -> None:
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            low, high = sorted((self.find(a), self.find(b)))
            self.parent[high] = low

    def join_rows(self, rows: Atoms) -> None:
        """Of a table [n, m] of atoms: those of a column stay or go together."""
        for row in np.unique(rows, axis=0):
            self.join(rows[0], row)

    def own(self, node: Node, count: int, part: str = "") -> Atoms:
        """The atoms that a layer makes (or holds inside, as a `part` of it); the same ones at each of its calls."""
        name = node.name + part
        if name not in self.owned:
            self.owned[name] = self.new(count)
        return self.owned[name]

    def bind(self, node: Node, inputs: Atoms, outputs: Atoms, inner: Atoms = NOTHING) -> None:
        """Record what a layer's weights are indexed by; the calls of a shared layer see tied channels."""
        first = self.layouts.setdefault(node.name, Layout(inputs=inputs, outputs=outputs, inner=inner))
        self.join(first.inputs, inputs)
        self.join(first.outputs, outputs)

    def cost(self, node: Node, weight: int, *axes: Atoms) -> None:
        self.costs.append(Cost(layer=node.name, weight=weight, axes=axes))

    def freeze(self, atoms: Atoms, reason: str) -> None:
        self.frozen.append((atoms, reason))

    def last_axis(self, node: Node, number: int) -> Atoms:
        """What a node that knows of the last axis only reads there; channels along another one stay as they are."""
        if number not in self.axes:
            return self.tensors[number]
        reason = f"{node.name} reads it along another axis than that of its channels"
        atoms = self.new(width_of(self.shape(number)))
        for frozen in (self.tensors[number], atoms):
            self.freeze(frozen, reason)
        return atoms

    def leave(self, node: Node, inputs: Sequence[Atoms], reason: str) -> list[Atoms]:
        """Stop the trace at this node: nothing that enters or leaves it is pruned."""
        self.left_alone.setdefault(node.name, reason)
        shapes = [[sides_of(self.graph.shapes[n]) for n in ns] for ns in (node.inputs, node.outputs)]
        macs = count_macs(node.kind.lstrip("."), node.operation, shapes[0], shapes[1][0])
        if macs:
            self.cost(node, macs)
        for atoms in inputs:
            self.freeze(atoms, f"{node.name} reads it: {reason}")
        outputs = [self.new(width_of(self.graph.shapes[number])) for number in node.outputs]
        for atoms in outputs:
            self.freeze(atoms, f"{node.name} makes it: {reason}")
        return outputs

    def shape(self, number: int) -> Shape:
        return self.graph.shapes[number]


def sides_of(shape: Shape) -> tuple[int, ...]:
    """The sides, with 1 for one that is not known (the batch)."""
    return tuple(int(side or 1) for side in shape)


def width_of(shape: Shape) -> int:
    """Length of the last axis."""
    return int(shape[-1] or 0) if len(shape) > 1 else 1


def positions_of(shape: Shape) -> int:
    """How many values of one channel a tensor holds."""
    return math.prod(int(side or 1) for side in shape[1:-1])
