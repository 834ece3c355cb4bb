"""Which channels must stay or go together: a trace of every channel through the graph, joined by union-find.

Each producing layer (convolution, dense) makes one atom per output channel. A tensor carries, for each
position of its channel axis, the atom that it came from, so that concatenation, flattening and depthwise
repetition are plain array work. An addition joins the atoms of its operands. What the table `TRACES` does
not know is left alone: its input channels are frozen, with the reason, and so are the channels that it makes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .axes import ANY_AXIS, MOVES
from .channel_rules import HEADS, TRACES
from .flat import FlatGraph
from .trace import Atoms, Cost, Layout, Trace, width_of

__all__ = ["Atoms", "Cost", "Family", "Groups", "Layout", "left_alone", "trace_groups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Channels that look alike to every layer: one may replace another. `members` are component numbers."""

    members: Atoms
    producers: tuple[str, ...]
    frozen: str | None
    """Why it is left alone, or None."""
    channels: int = 1
    """How many channels of a producer go with one member: more than one where groups of a convolution or the parts of a
    shuffle lose as many each, or where heads of an attention go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The result. `component[atom]` is the number of the set of atoms that stay or go together."""

    component: Atoms
    families: tuple[Family, ...]
    layouts: dict[str, Layout]
    costs: tuple[Cost, ...]
    tensors: dict[int, Atoms]
    left_alone: tuple[tuple[str, str], ...]
    """(name of the operation, why the trace ends there), in graph order."""
    axes: dict[int, int] = field(default_factory=dict)
    """Tensor -> the axis of its channels, where that is not the last."""

    @property
    def count(self) -> int:
        """Number of components."""
        return int(self.component.max()) + 1 if self.component.size else 0

    def macs(self, kept: NDArray[np.bool_]) -> int:
        """Multiply-accumulates of one image when only the components in `kept` [count] remain."""
        return sum(
            cost.weight * math.prod(int(kept[self.component[axis]].sum()) for axis in cost.axes)
            for cost in self.costs
        )


def trace_groups(graph: FlatGraph) -> Groups:
    """Trace every channel of the graph. The model's inputs and outputs are never pruned."""
    trace = Trace(graph)
    for number in graph.inputs:
        trace.tensors[number] = trace.new(width_of(graph.shapes[number]))
        trace.freeze(trace.tensors[number], "it is the model's input")
    for node in graph.nodes:
        inputs = [trace.tensors[number] for number in node.inputs]
        elsewhere = any(number in trace.axes for number in node.inputs)
        rule, move = TRACES.get(node.kind), MOVES.get(node.kind)
        if rule is None and move is None:
            outputs = trace.leave(node, inputs, f"{node.kind.lstrip('.')} is not understood here")
        elif getattr(node.operation, "data_format", None) == "channels_first":
            outputs = trace.leave(node, inputs, "its channels come first")
        elif getattr(getattr(node.operation, "activation", None), "weights", None):
            outputs = trace.leave(node, inputs, "its activation has weights of its own")
        elif move is not None:
            outputs = move(trace, node)
        else:
            assert rule is not None
            known = not elsewhere or node.kind in ANY_AXIS
            outputs = rule(trace, node, inputs if known else [trace.last_axis(node, number) for number in node.inputs])
            if elsewhere and known and node.name not in trace.left_alone:
                trace.axes |= dict.fromkeys(node.outputs, next(trace.axes[n] for n in node.inputs if n in trace.axes))
        trace.tensors |= dict(zip(node.outputs, outputs, strict=True))
    # First, so that this reason wins over the softmax that usually stands there too.
    trace.frozen[:0] = [(trace.tensors[number], "it is the model's output") for number in graph.outputs]
    return _collect(trace)


def _collect(trace: Trace) -> Groups:
    roots = np.array([trace.find(atom) for atom in range(len(trace.parent))], np.int64)
    component = np.unique(roots, return_inverse=True)[1].astype(np.int64).reshape(-1)
    count = int(component.max()) + 1 if component.size else 0
    reasons: dict[int, str] = {}
    for atoms, reason in trace.frozen:
        for number in np.unique(component[atoms]).tolist():
            reasons.setdefault(number, reason)
    ports = [axis for layout in trace.layouts.values() for axis in (layout.inputs, layout.outputs)]
    ports += [layout.inner for layout in trace.layouts.values()]
    ports += [axis for cost in trace.costs for axis in cost.axes] + list(trace.owned.values())
    uses = (
        np.stack([np.bincount(component[axis], minlength=count) for axis in ports])
        if ports
        else np.zeros((0, count))
    )
    families: dict[tuple[bytes, str | None], list[int]] = {}
    for number in range(count):
        families.setdefault((uses[:, number].tobytes(), reasons.get(number)), []).append(number)
    made = {name: component[atoms] for name, atoms in trace.owned.items()}
    producers = {
        number: tuple(name for name, numbers in made.items() if np.isin(number, numbers))
        for number in {members[0] for members in families.values()}
    }
    return Groups(
        component=component,
        families=tuple(
            Family(
                members=np.array(members, np.int64),
                producers=tuple(dict.fromkeys(name.removesuffix(HEADS) for name in producers[members[0]])),
                frozen=reason,
                channels=max(
                    (int((made[name] == members[0]).sum()) * trace.sizes.get(name, 1) for name in producers[members[0]]),
                    default=1,
                ),
            )
            for (_, reason), members in families.items()
        ),
        layouts=trace.layouts,
        costs=tuple(trace.costs),
        tensors=trace.tensors,
        left_alone=tuple(trace.left_alone.items()),
        axes=trace.axes,
    )


def left_alone(groups: Groups) -> list[dict[str, str]]:
    """For the account: the layers that were not pruned and the operations where the trace ends, each with
    the reason. An attention that may lose heads is none of them.
    """
    reasons = {
        name: family.frozen for family in groups.families if family.frozen for name in family.producers
    }
    for family in groups.families:
        for name in family.producers if family.frozen is None else ():
            if name in groups.layouts and len(groups.layouts[name].inner):
                reasons.pop(name, None)
    return [{"layer": name, "why": why} for name, why in sorted((reasons | dict(groups.left_alone)).items())]
