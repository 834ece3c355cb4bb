"""Which channels must stay or go together: a trace of every channel through the graph, joined by union-find.

Each producing layer (convolution, dense) makes one atom per output channel. A tensor carries, for each
position of its last axis, the atom that it came from, so that concatenation, flattening and depthwise
repetition are plain array work. An addition joins the atoms of its operands. What the table `TRACES` does
not know is left alone: its input channels are frozen, with the reason, and so are the channels that it makes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import keras
import numpy as np
from numpy.typing import NDArray

from ..load.keras_table import names
from ..load.macs import count_macs
from .flat import FlatGraph, Node

Atoms = NDArray[np.int64]

ELEMENTWISE = names(
    """
    linear relu relu6 leaky_relu elu selu celu gelu silu swish hard_silu hard_swish sigmoid
    hard_sigmoid tanh hard_tanh softplus softsign exponential mish log_sigmoid squareplus
    soft_shrink hard_shrink tanh_shrink sparse_plus threshold ReLU LeakyReLU ELU
    """
)
"""Keras activations, functions or layers, that act on each value alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The channels of a layer with weights: atoms of its input's and its output's last axis."""

    inputs: Atoms
    outputs: Atoms


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """MACs of one call: `weight` times the number of kept channels of each axis."""

    layer: str
    weight: int
    axes: tuple[Atoms, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Channels that look alike to every layer: one may replace another. `members` are component numbers."""

    members: Atoms
    producers: tuple[str, ...]
    frozen: str | None
    """Why it is left alone, or None."""


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


@dataclass(slots=True)
class _Trace:
    graph: FlatGraph
    parent: list[int] = field(default_factory=list)
    owned: dict[str, Atoms] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)
    costs: list[Cost] = field(default_factory=list)
    frozen: list[tuple[Atoms, str]] = field(default_factory=list)
    left_alone: dict[str, str] = field(default_factory=dict)
    tensors: dict[int, Atoms] = field(default_factory=dict)

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

    def own(self, node: Node, count: int) -> Atoms:
        """The atoms that a layer makes; the same ones at each of its calls."""
        if node.name not in self.owned:
            self.owned[node.name] = self.new(count)
        return self.owned[node.name]

    def bind(self, node: Node, inputs: Atoms, outputs: Atoms) -> None:
        """Record what a layer's weights are indexed by; the calls of a shared layer see tied channels."""
        first = self.layouts.setdefault(node.name, Layout(inputs=inputs, outputs=outputs))
        self.join(first.inputs, inputs)
        self.join(first.outputs, outputs)

    def cost(self, node: Node, weight: int, *axes: Atoms) -> None:
        self.costs.append(Cost(layer=node.name, weight=weight, axes=axes))

    def freeze(self, atoms: Atoms, reason: str) -> None:
        self.frozen.append((atoms, reason))

    def leave(self, node: Node, inputs: Sequence[Atoms], reason: str) -> list[Atoms]:
        """Stop the trace at this node: nothing that enters or leaves it is pruned."""
        self.left_alone.setdefault(node.name, reason)
        shapes = [
            [tuple(int(side or 1) for side in self.graph.shapes[n]) for n in ns]
            for ns in (node.inputs, node.outputs)
        ]
        macs = count_macs(node.kind.lstrip("."), node.operation, shapes[0], shapes[1][0])
        if macs:
            self.cost(node, macs)
        for atoms in inputs:
            self.freeze(atoms, f"{node.name} reads it: {reason}")
        outputs = [self.new(_width(self.graph.shapes[number])) for number in node.outputs]
        for atoms in outputs:
            self.freeze(atoms, f"{node.name} makes it: {reason}")
        return outputs


Rule = Callable[[_Trace, Node, list[Atoms]], list[Atoms]]


def trace_groups(graph: FlatGraph) -> Groups:
    """Trace every channel of the graph. The model's inputs and outputs are never pruned."""
    trace = _Trace(graph)
    for number in graph.inputs:
        trace.tensors[number] = trace.new(_width(graph.shapes[number]))
        trace.freeze(trace.tensors[number], "it is the model's input")
    for node in graph.nodes:
        inputs = [trace.tensors[number] for number in node.inputs]
        rule = TRACES.get(node.kind)
        if rule is None:
            outputs = trace.leave(node, inputs, f"{node.kind.lstrip('.')} is not understood here")
        elif getattr(node.operation, "data_format", None) == "channels_first":
            outputs = trace.leave(node, inputs, "its channels come first")
        elif getattr(getattr(node.operation, "activation", None), "weights", None):
            outputs = trace.leave(node, inputs, "its activation has weights of its own")
        else:
            outputs = rule(trace, node, inputs)
        trace.tensors |= dict(zip(node.outputs, outputs, strict=True))
    # First, so that this reason wins over the softmax that usually stands there too.
    trace.frozen[:0] = [(trace.tensors[number], "it is the model's output") for number in graph.outputs]
    return _collect(trace)


def _collect(trace: _Trace) -> Groups:
    roots = np.array([trace.find(atom) for atom in range(len(trace.parent))], np.int64)
    component = np.unique(roots, return_inverse=True)[1].astype(np.int64).reshape(-1)
    count = int(component.max()) + 1 if component.size else 0
    reasons: dict[int, str] = {}
    for atoms, reason in trace.frozen:
        for number in np.unique(component[atoms]).tolist():
            reasons.setdefault(number, reason)
    ports = [axis for layout in trace.layouts.values() for axis in (layout.inputs, layout.outputs)]
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
    return Groups(
        component=component,
        families=tuple(
            Family(
                members=np.array(members, np.int64),
                producers=tuple(name for name, numbers in made.items() if np.isin(members[0], numbers)),
                frozen=reason,
            )
            for (_, reason), members in families.items()
        ),
        layouts=trace.layouts,
        costs=tuple(trace.costs),
        tensors=trace.tensors,
        left_alone=tuple(trace.left_alone.items()),
    )


def _width(shape: tuple[int | None, ...]) -> int:
    return int(shape[-1] or 0) if len(shape) > 1 else 1


def _positions(shape: tuple[int | None, ...]) -> int:
    return math.prod(int(side or 1) for side in shape[1:-1])


def _mixes_channels(node: Node) -> bool:
    activation = getattr(node.operation, "activation", None)
    name = getattr(activation, "__name__", type(activation).__name__)
    return activation is not None and name not in ELEMENTWISE


def _made(trace: _Trace, node: Node, count: int) -> Atoms:
    atoms = trace.own(node, count)
    if _mixes_channels(node):
        trace.freeze(atoms, f"{node.name} makes it: its activation works across channels")
    return atoms


def _convolution(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    layer, (given,) = node.operation, inputs
    kernel, made_shape = math.prod(layer.kernel_size), trace.graph.shapes[node.outputs[0]]
    if layer.groups != 1:
        return trace.leave(node, inputs, f"its channels are convolved in {layer.groups} groups")
    made = _made(trace, node, layer.filters)
    trace.bind(node, given, made)
    trace.cost(node, _positions(made_shape) * kernel, given, made)
    return [made]


def _transposed(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    layer, (given,) = node.operation, inputs
    made = _made(trace, node, layer.filters)
    trace.bind(node, given, made)
    trace.cost(
        node, _positions(trace.graph.shapes[node.inputs[0]]) * math.prod(layer.kernel_size), given, made
    )
    return [made]


def _depthwise(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    if _mixes_channels(node):
        return trace.leave(node, inputs, "its activation works across channels")
    layer, (given,) = node.operation, inputs
    made = np.repeat(given, layer.depth_multiplier)
    trace.bind(node, given, made)
    trace.cost(node, _positions(trace.graph.shapes[node.outputs[0]]) * math.prod(layer.kernel_size), made)
    return [made]


def _separable(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    layer, (given,) = node.operation, inputs
    made, between = _made(trace, node, layer.filters), np.repeat(given, layer.depth_multiplier)
    positions = _positions(trace.graph.shapes[node.outputs[0]])
    trace.bind(node, given, made)
    trace.cost(node, positions * math.prod(layer.kernel_size), between)
    trace.cost(node, positions, between, made)
    return [made]


def _dense(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    layer, (given,) = node.operation, inputs
    made = _made(trace, node, layer.units)
    trace.bind(node, given, made)
    trace.cost(node, _positions(trace.graph.shapes[node.outputs[0]]), given, made)
    return [made]


def _batch_norm(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    axis, rank = node.operation.axis, len(trace.graph.shapes[node.inputs[0]])
    if (axis if axis >= 0 else axis + rank) != rank - 1:
        return trace.leave(node, inputs, "it normalises another axis than the last")
    trace.bind(node, inputs[0], inputs[0])
    return [inputs[0]]


def _prelu(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    trace.bind(node, inputs[0], inputs[0])
    return [inputs[0]]


def _pass(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    if _mixes_channels(node):
        return trace.leave(node, inputs, "its activation works across channels")
    return [inputs[0]]


def _rescale(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    if np.size(node.operation.scale) > 1 or np.size(node.operation.offset) > 1:
        return trace.leave(node, inputs, "it scales each channel by a number of its own")
    return [inputs[0]]


def _across(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    return trace.leave(
        node, inputs, "its statistics run across channels, so removing one would change the others"
    )


def _tie(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    """Elementwise merge; an operand with one channel is spread over the others and stays as it is."""
    width = max(len(atoms) for atoms in inputs)
    full = [atoms for atoms in inputs if len(atoms) == width]
    for atoms in inputs:
        if len(atoms) != width:
            trace.freeze(atoms, f"{node.name} spreads it over {width} channels")
    for other in full[1:]:
        trace.join(full[0], other)
    return [full[0]]


def _arithmetic(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    """An operator between tensors, or a tensor and a number, as `x * y` or `x + 3.0` leaves it in the
    graph.
    """
    flat = keras.tree.flatten((node.arguments.args, node.arguments.kwargs))
    if any(
        np.size(value) > 1 for value in flat if not isinstance(value, keras.KerasTensor) and value is not None
    ):
        return trace.leave(node, inputs, "one of its operands is an array inside the graph")
    ranks = {len(trace.graph.shapes[number]) for number in node.inputs}
    if len(ranks) > 1:
        return trace.leave(node, inputs, "its operands have different ranks")
    return _tie(trace, node, inputs)


def _reduce(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    axis, rank = node.operation.axis, len(trace.graph.shapes[node.inputs[0]])
    axes = range(rank) if axis is None else [axis] if isinstance(axis, int) else list(axis)
    if any(side % rank in (0, rank - 1) for side in axes):
        return trace.leave(node, inputs, "it reduces across channels")
    return [inputs[0]]


def _concatenate(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    axis, rank = node.operation.axis, len(trace.graph.shapes[node.inputs[0]])
    if (axis if axis >= 0 else axis + rank) == rank - 1:
        return [np.concatenate(inputs)]
    for other in inputs[1:]:
        trace.join(inputs[0], other)
    return [inputs[0]]


def _flatten(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    return [np.tile(inputs[0], _positions(trace.graph.shapes[node.inputs[0]]))]


def _reshape(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    """Understood when every row of the new last axis holds the same channels in the same order."""
    before, after = trace.graph.shapes[node.inputs[0]], trace.graph.shapes[node.outputs[0]]
    if any(side is None for side in (*before[1:], *after[1:])):
        return trace.leave(node, inputs, "it reshapes a side of unknown length")
    rows = np.tile(inputs[0], _positions(before)).reshape(-1, _width(after))
    if (rows != rows[0]).any():
        return trace.leave(node, inputs, "it moves values between channels and positions")
    return [rows[0]]


def _permute(trace: _Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    if node.operation.dims[-1] != len(node.operation.dims):
        return trace.leave(node, inputs, "it moves the channel axis")
    return [inputs[0]]


_PASSING = names(
    """
    Activation ReLU LeakyReLU ELU Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D
    GaussianDropout GaussianNoise AlphaDropout ActivityRegularization Identity MaxPooling1D
    MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D GlobalMaxPooling1D
    GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling1D GlobalAveragePooling2D
    GlobalAveragePooling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D Cropping1D Cropping2D
    Cropping3D UpSampling1D UpSampling2D UpSampling3D Resizing CenterCrop
    """
)
"""Layers that treat each channel alone and alike."""

_ELEMENTWISE_OPERATIONS = names(
    """
    .Relu .Relu6 .LeakyRelu .Elu .Selu .Celu .Gelu .Silu .HardSilu .Sigmoid .HardSigmoid .HardTanh
    .Tanh .Softplus .Softsign .LogSigmoid .Absolute .Negative .Square .Exp .Clip .StopGradient
    .Identity
    """
)
TRACES: dict[str, Rule] = {
    **dict.fromkeys(_PASSING, _pass),
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), _convolution),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), _transposed),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), _depthwise),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), _separable),
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), _tie),
    **dict.fromkeys(
        ("LayerNormalization", "GroupNormalization", "UnitNormalization", "RMSNormalization"), _across
    ),
    **dict.fromkeys((".Add", ".Subtract", ".Multiply", ".Maximum", ".Minimum"), _arithmetic),
    **dict.fromkeys(_ELEMENTWISE_OPERATIONS, _pass),
    **dict.fromkeys((".Mean", ".Max", ".Min", ".Sum", ".Amax", ".Amin"), _reduce),
    ".Concatenate": _concatenate,
    "Dense": _dense,
    "BatchNormalization": _batch_norm,
    "PReLU": _prelu,
    "Rescaling": _rescale,
    "Concatenate": _concatenate,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "Softmax": _across,
}
"""Class name of a Keras layer -> how channels go through it. To teach Espalier a layer, add a line here
(and, if it has weights that are indexed by channel, one in `narrow.NARROWERS`)."""


def left_alone(groups: Groups) -> list[dict[str, str]]:
    """For the account: the layers that were not pruned and the operations where the trace ends, each with
    the reason.
    """
    reasons = {
        name: family.frozen for family in groups.families if family.frozen for name in family.producers
    }
    return [{"layer": name, "why": why} for name, why in sorted((reasons | dict(groups.left_alone)).items())]
