"""Build the smaller model: the same layers under the same names, each with the kept channels' weights
only; what reshapes, slices or splits is told the new counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ..load.keras_objects import Layer, Model, Weights
from .axes import slice_key, split_places
from .flat import FlatGraph, Node, rebuild, renew, set_weights
from .groups import Groups, Layout

Mask = NDArray[np.bool_]
Values = NDArray[np.float32]
Change = tuple[dict[str, Any], Weights]


def narrow(graph: FlatGraph, groups: Groups, kept: Mask, *, fills: Mapping[str, Values] | None = None) -> Model:
    """A new Keras model that has only the components in `kept` (bool [groups.count]).

    `fills` gives, for a layer, the constant that each of its input channels holds (float [input channels]);
    what the removed ones contributed goes into the bias. That is exact where the layer sees no padding, or
    the constant is 0.
    """
    weights: dict[str, Weights] = {}

    def layer_of(node: Node) -> Layer:
        old = node.operation.get_weights() if isinstance(node.operation, keras.layers.Layer) else []
        layout, narrower = groups.layouts.get(node.name), NARROWERS.get(node.kind)
        changes: dict[str, Any] = {}
        if layout is not None and node.kind == "MultiHeadAttention":
            changes, old = _attention(node.operation, old, *_masks(groups, layout, kept), kept[groups.component[layout.inner]])
        elif layout is not None and narrower is not None:
            inputs, outputs = _masks(groups, layout, kept)
            if not (inputs.all() and outputs.all()):
                fill = (fills or {}).get(node.name, np.zeros(len(inputs), np.float32))
                changes, old = narrower(node.operation, old, inputs, outputs, np.where(inputs, 0, fill))
        elif node.kind in MOVED:
            given, made = (_channels(graph, groups, kept, numbers[0]) for numbers in (node.inputs, node.outputs))
            return MOVED[node.kind](node, given, made, graph.shapes[node.outputs[0]])
        weights[node.name] = old
        return renew(node, changes)

    model = rebuild(graph, layer_of)
    set_weights(model, weights)
    return model


def sliced_weights(graph: FlatGraph, groups: Groups, kept: Mask) -> dict[str, tuple[Mask, Mask]]:
    """Layer name -> (kept input channels, kept output channels), for the layers with a layout."""

    return {
        node.name: _masks(groups, groups.layouts[node.name], kept)
        for node in graph.nodes
        if node.name in groups.layouts
    }


def _masks(groups: Groups, layout: Layout, kept: Mask) -> tuple[Mask, Mask]:
    return kept[groups.component[layout.inputs]], kept[groups.component[layout.outputs]]


def _channels(graph: FlatGraph, groups: Groups, kept: Mask, number: int) -> tuple[int, Mask]:
    """The axis of a tensor's channels, and which of them stay."""
    axis = groups.axes.get(number, len(graph.shapes[number]) - 1)
    return axis, kept[groups.component[groups.tensors[number]]]


def _with_bias(
    layer: Layer, old: Weights, units: int, extra: NDArray[Any]
) -> tuple[dict[str, Any], NDArray[Any] | None]:
    """The new bias, if the layer has one or now needs one."""
    if layer.use_bias:
        return {}, old[-1] + extra
    if np.any(extra != 0):
        return {"use_bias": True}, np.zeros(units, np.float32) + extra
    return {}, None


def _convolution(layer: Layer, old: Weights, inputs: Mask, outputs: Mask, fill: Values) -> Change:
    kernel, units, groups = old[0], len(outputs), layer.groups
    summed = kernel.sum(axis=tuple(range(kernel.ndim - 2)), dtype=np.float64).reshape(len(inputs) // groups, groups, -1)
    extra = np.einsum("igo,gi->go", summed, fill.reshape(groups, -1)).reshape(-1)
    changes, bias = _with_bias(layer, old, units, extra)
    table = inputs.reshape(groups, -1)
    living = table.any(axis=1)
    new = [kernel[..., table[living][0], :][..., outputs]] + ([] if bias is None else [bias[outputs]])
    if groups != 1:
        changes = {**changes, "groups": int(living.sum())}
    return {**changes, "filters": int(outputs.sum())}, new


def _attention(layer: Layer, old: Weights, inputs: Mask, outputs: Mask, heads: Mask) -> Change:
    """Weights by their place in the layer: kernels [in, heads, size] before it, [heads, size, out] after it."""
    if inputs.all() and outputs.all() and heads.all():
        return {}, old

    def part(path: str, value: NDArray[Any]) -> NDArray[Any]:
        inner, name = path.split("/")[-2:]
        if inner == "attention_output":
            return value[outputs] if name == "bias" else value[heads][..., outputs]
        return value[heads] if name == "bias" else value[inputs][:, heads]

    new = [part(weight.path, value) for weight, value in zip(layer.weights, old, strict=True)]
    return {"num_heads": int(heads.sum()), "output_shape": (int(outputs.sum()),)}, new


def _transposed(layer: Layer, old: Weights, inputs: Mask, outputs: Mask, fill: Values) -> Change:
    """Kernel [..., out, in]. A stride makes the constant's contribution uneven, so only a zero constant may
    go.
    """
    new = [old[0][..., outputs, :][..., inputs]] + ([old[1][outputs]] if layer.use_bias else [])
    return {"filters": int(outputs.sum())}, new


def _depthwise(layer: Layer, old: Weights, inputs: Mask, outputs: Mask, fill: Values) -> Change:
    return {}, [old[0][..., inputs, :]] + ([old[1][outputs]] if layer.use_bias else [])


def _separable(layer: Layer, old: Weights, inputs: Mask, outputs: Mask, fill: Values) -> Change:
    depthwise, pointwise = old[:2]
    between = np.repeat(inputs, layer.depth_multiplier)
    passed = depthwise.reshape(-1, *depthwise.shape[-2:]).sum(axis=0) * fill[:, None]
    extra = passed.reshape(-1) @ pointwise.reshape(pointwise.shape[-2:])
    changes, bias = _with_bias(layer, old, len(outputs), extra)
    new = [depthwise[..., inputs, :], pointwise[..., between, :][..., outputs]]
    return {**changes, "filters": int(outputs.sum())}, new + ([] if bias is None else [bias[outputs]])


def _dense(layer: Layer, old: Weights, inputs: Mask, outputs: Mask, fill: Values) -> Change:
    changes, bias = _with_bias(layer, old, len(outputs), fill.astype(np.float64) @ old[0])
    new = [old[0][inputs][:, outputs]] + ([] if bias is None else [bias[outputs]])
    return {**changes, "units": int(outputs.sum())}, new


def _per_channel(layer: Layer, old: Weights, inputs: Mask, outputs: Mask, fill: Values) -> Change:
    return {}, [value[..., outputs] for value in old]


def _prelu(layer: Layer, old: Weights, inputs: Mask, outputs: Mask, fill: Values) -> Change:
    """Its slopes are per channel unless the channel axis is shared."""
    return {}, [value[..., outputs] if value.shape[-1] == len(outputs) else value for value in old]


Channels = tuple[int, Mask]


def _reshaped(node: Node, given: Channels, made: Channels, shape: Sequence[int | None]) -> Layer:
    axis, stays = made
    target = [-1 if side is None else side for side in shape]
    target[axis] = int(stays.sum())
    if node.kind == "Reshape":
        old = list(node.operation.target_shape)
        return renew(node, {"target_shape": old if stays.all() or old[axis - 1] == -1 else target[1:]})
    if node.kind != ".Reshape" or stays.all():
        return renew(node)
    operation: Any = type(node.operation)
    return operation(newshape=tuple(target))  # type: ignore[no-any-return]


def _sliced(node: Node, given: Channels, made: Channels, shape: Sequence[int | None]) -> Layer:
    """The same slice of what is left of its axis."""
    axis, stays = given
    key = list(slice_key(node, max(axis + 1, len(shape), len(node.symbols[0].shape))) or ())
    if stays.all() or not key or key[axis] == slice(None):
        return renew(node)
    start, stop, _ = key[axis].indices(len(stays))
    key[axis] = slice(int(stays[:start].sum()), int(stays[:stop].sum()))
    taken: Any = lambda given, *_, **__: given[tuple(key)]  # noqa: E731
    return taken  # type: ignore[no-any-return]


def _split(node: Node, given: Channels, made: Channels, shape: Sequence[int | None]) -> Layer:
    axis, stays = given
    if stays.all() or node.operation.axis % len(shape) != axis:
        return renew(node)
    places = [int(stays[:place].sum()) for place in split_places(node, len(stays))]
    operation: Any = type(node.operation)
    return operation(places, axis=node.operation.axis)  # type: ignore[no-any-return]


MOVED: dict[str, Callable[[Node, Channels, Channels, Sequence[int | None]], Layer]] = {
    **dict.fromkeys(("Reshape", ".Reshape"), _reshaped),
    ".GetItem": _sliced,
    ".Split": _split,
}
"""Class name -> the operation on fewer channels, from those of its input and its first output and the output's old shape."""

NARROWERS: dict[str, Callable[[Layer, Weights, Mask, Mask, Values], Change]] = {
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), _convolution),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), _transposed),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), _depthwise),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), _separable),
    "Dense": _dense,
    "BatchNormalization": _per_channel,
    "PReLU": _prelu,
}
"""Class name -> (config changes, new weights) from the layer, its weights, the kept inputs and outputs, the
fill.
"""
