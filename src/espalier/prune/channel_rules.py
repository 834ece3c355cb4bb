"""How channels go through each layer: the table `TRACES`."""

from __future__ import annotations

import math
from collections.abc import Callable

import keras
import numpy as np

from ..load.keras_table import names
from .axes import channel_axis
from .flat import Node
from .trace import Atoms, Trace, positions_of

Rule = Callable[[Trace, Node, list[Atoms]], list[Atoms]]

HEADS = "\0heads"
"""What an attention holds inside, among the atoms that layers make."""

ELEMENTWISE = names(
    """
    linear relu relu6 leaky_relu elu selu celu gelu silu swish hard_silu hard_swish sigmoid
    hard_sigmoid tanh hard_tanh softplus softsign exponential mish log_sigmoid squareplus
    soft_shrink hard_shrink tanh_shrink sparse_plus threshold ReLU LeakyReLU ELU
    """
)
"""Keras activations, functions or layers, that act on each value alone."""


def _mixes_channels(node: Node) -> bool:
    activation = getattr(node.operation, "activation", None)
    name = getattr(activation, "__name__", type(activation).__name__)
    return activation is not None and name not in ELEMENTWISE


def _made(trace: Trace, node: Node, count: int) -> Atoms:
    atoms = trace.own(node, count)
    if _mixes_channels(node):
        trace.freeze(atoms, f"{node.name} makes it: its activation works across channels")
    return atoms


def _convolution(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    layer, (given,) = node.operation, inputs
    kernel, made_shape = math.prod(layer.kernel_size), trace.shape(node.outputs[0])
    if layer.groups != 1:
        return _grouped(trace, node, given, positions_of(made_shape) * kernel)
    made = _made(trace, node, layer.filters)
    trace.bind(node, given, made)
    trace.cost(node, positions_of(made_shape) * kernel, given, made)
    return [made]


def _grouped(trace: Trace, node: Node, given: Atoms, weight: int) -> list[Atoms]:
    """Groups of one channel are a depthwise convolution. Of few wide groups each loses the same of its channels; of many
    narrow ones whole groups go.
    """
    layer, groups = node.operation, node.operation.groups
    read, written = len(given) // groups, layer.filters // groups
    if read == 1:
        if _mixes_channels(node):
            return trace.leave(node, [given], "its activation works across channels")
        made = np.repeat(given, written)
        trace.bind(node, given, made)
        trace.cost(node, weight, made)
        return [made]
    made = _made(trace, node, layer.filters)
    trace.bind(node, given, made)
    tables = given.reshape(groups, read), made.reshape(groups, written)
    if groups > read:
        for table in tables:
            trace.join_rows(table.T)
        trace.join(tables[0][:, 0], tables[1][:, 0])
        trace.cost(node, weight * read * written, tables[1][:, 0])
    else:
        for table in tables:
            trace.join_rows(table)
        trace.cost(node, weight, tables[0][0], made)
    return [made]


def _transposed(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    layer, (given,) = node.operation, inputs
    made = _made(trace, node, layer.filters)
    trace.bind(node, given, made)
    trace.cost(
        node, positions_of(trace.shape(node.inputs[0])) * math.prod(layer.kernel_size), given, made
    )
    return [made]


def _depthwise(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    if _mixes_channels(node):
        return trace.leave(node, inputs, "its activation works across channels")
    layer, (given,) = node.operation, inputs
    made = np.repeat(given, layer.depth_multiplier)
    trace.bind(node, given, made)
    trace.cost(node, positions_of(trace.shape(node.outputs[0])) * math.prod(layer.kernel_size), made)
    return [made]


def _separable(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    layer, (given,) = node.operation, inputs
    made, between = _made(trace, node, layer.filters), np.repeat(given, layer.depth_multiplier)
    positions = positions_of(trace.shape(node.outputs[0]))
    trace.bind(node, given, made)
    trace.cost(node, positions * math.prod(layer.kernel_size), between)
    trace.cost(node, positions, between, made)
    return [made]


def _dense(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    layer, (given,) = node.operation, inputs
    made = _made(trace, node, layer.units)
    trace.bind(node, given, made)
    trace.cost(node, positions_of(trace.shape(node.outputs[0])), given, made)
    return [made]


def _attention(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    """Heads may go; the channels that it reads, too, where query, key and value are one tensor."""
    layer, shapes = node.operation, [trace.shape(number) for number in node.inputs]
    named = {name for name, value in node.arguments.kwargs.items() if value is not None and value is not False}
    by_name = named & {"query", "value", "key"} and len(set(node.inputs)) > 1
    masked = named - {"query", "value", "key", "training"} or len(node.arguments.args) > 3
    gated = getattr(layer, "_use_gate", False) or getattr(layer, "_sliding_window", None)
    if masked or by_name or gated or len(node.outputs) > 1 or {len(shape) for shape in shapes} != {3}:
        return trace.leave(node, inputs, "it is an attention with a mask, a gate or more than one axis")
    query, value, key = inputs[0], inputs[1], inputs[-1]
    made = _made(trace, node, int(trace.shape(node.outputs[0])[-1] or 0))
    heads = trace.own(node, layer.num_heads, HEADS)
    trace.sizes[node.name + HEADS] = max(layer.key_dim, layer.value_dim)
    if any(not np.array_equal(query, other) for other in inputs[1:]):
        for atoms in inputs:
            trace.freeze(atoms, f"{node.name} reads it: its query, key and value are different tensors")
    trace.bind(node, query, made, heads)
    queries, keys = int(shapes[0][1] or 1), int(shapes[1][1] or 1)
    size, width = layer.key_dim, layer.value_dim
    for weight, atoms in ((queries * size, query), (keys * size, key), (keys * width, value)):
        trace.cost(node, weight, atoms, heads)
    trace.cost(node, queries * keys * (size + width), heads)
    trace.cost(node, queries * width, heads, made)
    return [made]


def _batch_norm(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    axis, rank = node.operation.axis, len(trace.shape(node.inputs[0]))
    if (axis if axis >= 0 else axis + rank) != rank - 1:
        return trace.leave(node, inputs, "it normalises another axis than the last")
    trace.bind(node, inputs[0], inputs[0])
    return [inputs[0]]


def _prelu(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    trace.bind(node, inputs[0], inputs[0])
    return [inputs[0]]


def _pass(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    if _mixes_channels(node) and not _is_softmax_elsewhere(trace, node):
        return trace.leave(node, inputs, "its activation works across channels")
    return [inputs[0]]


def _is_softmax_elsewhere(trace: Trace, node: Node) -> bool:
    name = getattr(getattr(node.operation, "activation", None), "__name__", "")
    return name == "softmax" and node.inputs[0] in trace.axes


def _softmax(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    """Over another axis than that of the channels, as over the tokens of an attention, each channel is alone."""
    axis, rank = node.operation.axis, len(trace.shape(node.inputs[0]))
    if not isinstance(axis, int) or axis % rank == channel_axis(trace, node.inputs[0]) or axis % rank == 0:
        return _across(trace, node, inputs)
    return [inputs[0]]


def _rescale(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    if np.size(node.operation.scale) > 1 or np.size(node.operation.offset) > 1:
        return trace.leave(node, inputs, "it scales each channel by a number of its own")
    return [inputs[0]]


def _across(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    return trace.leave(
        node, inputs, "its statistics run across channels, so removing one would change the others"
    )


def _tie(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    """Elementwise merge; an operand with one channel is spread over the others and stays as it is."""
    if len({channel_axis(trace, number) - len(trace.shape(number)) for number in node.inputs}) > 1:
        return trace.leave(node, inputs, "its operands have their channels along different axes")
    width = max(len(atoms) for atoms in inputs)
    full = [atoms for atoms in inputs if len(atoms) == width]
    for atoms in inputs:
        if len(atoms) != width:
            trace.freeze(atoms, f"{node.name} spreads it over {width} channels")
    for other in full[1:]:
        trace.join(full[0], other)
    return [full[0]]


def _arithmetic(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    """An operator between tensors, or a tensor and a number, as `x * y` or `x + 3.0` leaves it in the
    graph.
    """
    flat = keras.tree.flatten((node.arguments.args, node.arguments.kwargs))
    if any(
        np.size(value) > 1 for value in flat if not isinstance(value, keras.KerasTensor) and value is not None
    ):
        return trace.leave(node, inputs, "one of its operands is an array inside the graph")
    ranks = {len(trace.shape(number)) for number in node.inputs}
    if len(ranks) > 1:
        return trace.leave(node, inputs, "its operands have different ranks")
    return _tie(trace, node, inputs)


def _reduce(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    axis, rank = node.operation.axis, len(trace.shape(node.inputs[0]))
    axes = range(rank) if axis is None else [axis] if isinstance(axis, int) else list(axis)
    if any(side % rank in (0, rank - 1) for side in axes):
        return trace.leave(node, inputs, "it reduces across channels")
    return [inputs[0]]


def _concatenate(trace: Trace, node: Node, inputs: list[Atoms]) -> list[Atoms]:
    axis, rank = node.operation.axis, len(trace.shape(node.inputs[0]))
    if (axis if axis >= 0 else axis + rank) == rank - 1:
        return [np.concatenate(inputs)]
    for other in inputs[1:]:
        trace.join(inputs[0], other)
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
    **dict.fromkeys(
        (".Add", ".Subtract", ".Multiply", ".Maximum", ".Minimum", ".Divide", ".TrueDivide"), _arithmetic
    ),
    **dict.fromkeys(_ELEMENTWISE_OPERATIONS, _pass),
    **dict.fromkeys((".Mean", ".Max", ".Min", ".Sum", ".Amax", ".Amin"), _reduce),
    ".Concatenate": _concatenate,
    "Dense": _dense,
    "BatchNormalization": _batch_norm,
    "PReLU": _prelu,
    "Rescaling": _rescale,
    "Concatenate": _concatenate,
    "MultiHeadAttention": _attention,
    **dict.fromkeys(("Softmax", ".Softmax"), _softmax),
}
"""Class name of a Keras layer -> how channels go through it. To teach Espalier a layer, add a line here
(and, if it has weights that are indexed by channel, one in `narrow.NARROWERS`)."""


