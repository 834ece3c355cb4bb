"""Channels that are provably constant for every input, from the weights alone.

A filter whose weights are all zero (or see only channels that are 0) answers its bias everywhere; what an
activation, a batch norm or a pooling makes of that is constant again. A channel that is 0 where a
convolution or dense layer reads it can go without changing any output; any other constant can go where the
reader has no padding, because its contribution then is the same at every position and moves into the bias.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..load.keras_objects import Layer, Tensor, Weights
from ..load.keras_table import names
from .channel_rules import ELEMENTWISE
from .flat import FlatGraph, Node
from .groups import Groups
from .importance import MIXING

Known = NDArray[np.float64]
"""Value of each channel of the last axis; NaN where it is not constant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """`free` bool [components]: may go with no change of any output. `fills`: layer -> constant of each
    input channel.
    """

    free: NDArray[np.bool_]
    fills: dict[str, NDArray[np.float32]]


_ALIKE = names(
    """
    MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D
    Dropout GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling1D
    GlobalAveragePooling2D GlobalAveragePooling3D SpatialDropout1D SpatialDropout2D UpSampling1D
    UpSampling2D Identity
    """
)


def find_constants(graph: FlatGraph, groups: Groups) -> Constants:
    """Propagate constants through the graph; see the module's text."""
    known = {number: np.full(len(atoms), np.nan) for number, atoms in groups.tensors.items()}
    read: dict[str, Known] = {}
    stopped = dict(groups.left_alone)
    for node in graph.nodes:
        given = [known[number] for number in node.inputs]
        if node.kind in MIXING and node.name in groups.layouts:
            width = len(groups.layouts[node.name].inputs)
            values = np.full(width, np.nan) if node.inputs[0] in groups.axes else given[0]
            first = read.setdefault(node.name, values)
            read[node.name] = np.where(first == values, first, np.nan)
        if node.name not in stopped and not groups.axes.keys() & {*node.inputs, *node.outputs}:
            known[node.outputs[0]] = _propagate(node, given, known[node.outputs[0]])
    free = np.ones(groups.count, bool)
    for node in graph.nodes:
        if node.name in read:
            values = read[node.name]
            removable = values == 0 if _sees_padding(node) else ~np.isnan(values)
            free[groups.component[groups.layouts[node.name].inputs[~removable]]] = False
        if node.kind in (".Matmul", ".Einsum"):
            free[groups.component[np.concatenate([groups.tensors[number] for number in node.inputs])]] = False
        if node.name in groups.layouts:
            free[groups.component[groups.layouts[node.name].inner]] = False
    for family in groups.families:
        if family.frozen is not None or not family.producers:
            free[family.members] = False
    return Constants(
        free=free, fills={name: np.nan_to_num(values).astype(np.float32) for name, values in read.items()}
    )


def _propagate(node: Node, given: list[Known], unknown: Known) -> Known:
    layer, kind = node.operation, node.kind
    weights = layer.get_weights() if kind in _WEIGHTED else []
    result = unknown
    if kind in _MAKERS and getattr(layer, "groups", 1) == 1 and len(node.inputs) == 1:
        answer = _MAKERS[kind](layer, weights, given[0], not _sees_padding(node))
        answer = answer + (weights[-1] if layer.use_bias else 0)
        result = _apply(layer.activation, answer)
    elif kind == "BatchNormalization" and len(given[0]) == len(unknown):
        result = _batch_norm(layer, given[0])
    elif kind in ("Activation", "ReLU", "LeakyReLU", "ELU") and len(given[0]) == len(unknown):
        result = _apply(layer, given[0])
    elif kind in _ALIKE:
        result = given[0]
    elif kind.startswith(("ZeroPadding", "PReLU")):
        result = np.where(given[0] == 0, 0.0, np.nan)
    elif kind in ("Add", "Subtract") and len({len(values) for values in given}) == 1:
        result = given[0] - given[1] if kind == "Subtract" else np.sum(given, axis=0)
    elif kind == "Multiply":
        zero = np.any([np.broadcast_to(values == 0, unknown.shape) for values in given], axis=0)
        result = np.where(zero, 0.0, np.nan)
    elif kind == "Concatenate" and sum(len(values) for values in given) == len(unknown):
        result = np.concatenate(given)
    elif kind == "Flatten":
        result = np.tile(given[0], len(unknown) // len(given[0]))
    return result


def _sees_padding(node: Node) -> bool:
    """Whether a constant input may add different amounts at different positions, or is not folded into a bias."""
    layer = node.operation
    if "Transpose" in node.kind or node.kind == "MultiHeadAttention":
        return True
    size = getattr(layer, "kernel_size", (1,))
    return any(side != 1 for side in size) and layer.padding != "valid"


def _apply(function: Callable[..., Tensor], values: Known) -> Known:
    """An elementwise function on the constants; one that mixes channels would spoil them, so they are
    checked alone.
    """
    finite = ~np.isnan(values)
    if not finite.any():
        return values
    inner = getattr(function, "activation", function)
    if getattr(inner, "__name__", type(inner).__name__) not in ELEMENTWISE:
        return np.full_like(values, np.nan)
    answer = np.asarray(function(np.nan_to_num(values)[None].astype(np.float32)), np.float64)[0]
    return np.where(finite, answer, np.nan)


def _mixed(kernel: NDArray[Any], given: Known, exact: bool) -> Known:
    """Kernel [positions, in, out]: constant where every input with a weight is 0, or constant and nothing is
    padded.
    """
    touched = (kernel != 0).any(axis=0)
    fine = given == 0 if not exact else ~np.isnan(given)
    constant = ~(touched & ~fine[:, None]).any(axis=0)
    value = np.einsum("kio,i->o", kernel.astype(np.float64), np.nan_to_num(given))
    return np.where(constant, value, np.nan)


def _convolution(layer: Layer, weights: Weights, given: Known, exact: bool) -> Known:
    return _mixed(weights[0].reshape(-1, *weights[0].shape[-2:]), given, exact)


def _transposed(layer: Layer, weights: Weights, given: Known, exact: bool) -> Known:
    return _mixed(np.swapaxes(weights[0].reshape(-1, *weights[0].shape[-2:]), 1, 2), given, exact)


def _depthwise(layer: Layer, weights: Weights, given: Known, exact: bool) -> Known:
    kernel = weights[0].reshape(-1, *weights[0].shape[-2:])
    inputs = np.repeat(given, kernel.shape[2])
    summed = kernel.astype(np.float64).sum(axis=0).reshape(-1)
    silent = ~(kernel != 0).any(axis=0).reshape(-1) | (inputs == 0)
    constant = silent | (~np.isnan(inputs) if exact else False)
    return np.where(constant, np.where(silent, 0.0, summed * np.nan_to_num(inputs)), np.nan)


def _separable(layer: Layer, weights: Weights, given: Known, exact: bool) -> Known:
    between = _depthwise(layer, weights, given, exact)
    return _mixed(weights[1].reshape(1, *weights[1].shape[-2:]), between, True)


def _dense(layer: Layer, weights: Weights, given: Known, exact: bool) -> Known:
    return _mixed(weights[0][None], given, True)


def _batch_norm(layer: Layer, given: Known) -> Known:
    gamma = np.asarray(layer.gamma, np.float64) if layer.scale else np.ones(len(given))
    beta = np.asarray(layer.beta, np.float64) if layer.center else np.zeros(len(given))
    deviation = np.sqrt(np.asarray(layer.moving_variance, np.float64) + layer.epsilon)
    answer = (given - np.asarray(layer.moving_mean, np.float64)) / deviation * gamma + beta
    return np.where(gamma == 0, beta, answer)


_MAKERS = {
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), _convolution),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), _transposed),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), _depthwise),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), _separable),
    "Dense": _dense,
}
_WEIGHTED = frozenset(_MAKERS)
