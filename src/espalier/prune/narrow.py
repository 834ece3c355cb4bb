"""Build the smaller model: the same layers under the same names, each with the kept channels' weights
only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ..load.keras_objects import Layer, Model, Weights
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
        if layout is not None and narrower is not None:
            inputs, outputs = (kept[groups.component[axis]] for axis in (layout.inputs, layout.outputs))
            if not (inputs.all() and outputs.all()):
                fill = (fills or {}).get(node.name, np.zeros(len(inputs), np.float32))
                changes, old = narrower(node.operation, old, inputs, outputs, np.where(inputs, 0, fill))
        elif node.kind == "Reshape":
            changes = _reshaped(node, kept[groups.component[groups.tensors[node.outputs[0]]]])
        weights[node.name] = old
        return renew(node, changes)

    model = rebuild(graph, layer_of)
    set_weights(model, weights)
    return model


def sliced_weights(graph: FlatGraph, groups: Groups, kept: Mask) -> dict[str, tuple[Mask, Mask]]:
    """Layer name -> (kept input channels, kept output channels), for the layers with a layout."""

    def masks(layout: Layout) -> tuple[Mask, Mask]:
        return kept[groups.component[layout.inputs]], kept[groups.component[layout.outputs]]

    return {
        node.name: masks(groups.layouts[node.name]) for node in graph.nodes if node.name in groups.layouts
    }


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
    kernel, units = old[0], len(outputs)
    extra = np.einsum("kio,i->o", kernel.reshape(-1, *kernel.shape[-2:]).astype(np.float64), fill)
    changes, bias = _with_bias(layer, old, units, extra)
    new = [kernel[..., inputs, :][..., outputs]] + ([] if bias is None else [bias[outputs]])
    return {**changes, "filters": int(outputs.sum())}, new


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


def _reshaped(node: Node, outputs: Mask) -> dict[str, Any]:
    target = list(node.operation.target_shape)
    return {"target_shape": target if target[-1] == -1 else [*target[:-1], int(outputs.sum())]}


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
