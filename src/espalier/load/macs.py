"""Multiply-accumulate operations per layer call, counted from shapes (batch 1), without importing Keras.

A multiplication by a constant per element (batch norm, scaling, activation) counts as none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import prod
from typing import Any

Shape = tuple[int, ...]
Counter = Callable[[Any, list[Shape], Shape], int]


def count_macs(class_name: str, layer: Any, inputs: list[Shape], output: Shape) -> int:
    """MACs of one call of a Keras layer or operation from `inputs` to `output`, batch included as 1."""
    counter = _COUNTERS.get(class_name)
    return counter(layer, inputs, output) if counter and inputs else 0


def _conv(layer: Any, inputs: list[Shape], output: Shape) -> int:
    groups = int(getattr(layer, "groups", 1) or 1)
    return int(prod(output) * prod(layer.kernel_size) * (inputs[0][-1] // groups))


def _depthwise(layer: Any, inputs: list[Shape], output: Shape) -> int:
    return int(prod(output) * prod(layer.kernel_size))


def _separable(layer: Any, inputs: list[Shape], output: Shape) -> int:
    middle = inputs[0][-1] * int(layer.depth_multiplier)
    return int(prod(output[:-1]) * middle * (prod(layer.kernel_size) + output[-1]))


def _transposed(layer: Any, inputs: list[Shape], output: Shape) -> int:
    return int(prod(inputs[0]) * prod(layer.kernel_size) * output[-1])


def _dense(layer: Any, inputs: list[Shape], output: Shape) -> int:
    return prod(output) * inputs[0][-1]


def _einsum(layer: Any, inputs: list[Shape], output: Shape) -> int:
    """Product of the lengths of all labels of the equation."""
    left, result = re.sub(r"\s", "", str(layer.equation)).split("->")
    labels: dict[str, int] = {}
    operands = [inputs[0], tuple(layer.kernel.shape)]
    for label_text, shape in zip([*left.split(","), result], [*operands, output], strict=False):
        names = label_text.replace("...", "")
        sides = shape[-len(names) :] if "..." in label_text else shape
        labels.update(zip(names, (int(s) for s in sides), strict=False))
    extra = prod(output[: len(output) - len(result.replace("...", ""))]) if "..." in result else 1
    return prod(labels.values()) * extra


def _attention(layer: Any, inputs: list[Shape], output: Shape) -> int:
    """Projections of query, key, value and output; queries times keys; weights times values."""
    query, value = inputs[0], inputs[1] if len(inputs) > 1 else inputs[0]
    key = inputs[2] if len(inputs) > 2 else value
    heads = int(layer.num_heads)
    key_dim, value_dim = int(layer.key_dim), int(layer.value_dim or layer.key_dim)
    queries, keys = prod(query[:-1]), prod(key[:-1])
    projections = queries * query[-1] * heads * key_dim + keys * key[-1] * heads * key_dim
    projections += prod(value[:-1]) * value[-1] * heads * value_dim + queries * heads * value_dim * output[-1]
    return projections + heads * queries * (keys // max(1, key[0])) * (key_dim + value_dim)


def _plain_attention(layer: Any, inputs: list[Shape], output: Shape) -> int:
    value = inputs[1] if len(inputs) > 1 else inputs[0]
    return prod(inputs[0]) * value[-2] + prod(output) * value[-2]


def _matmul(layer: Any, inputs: list[Shape], output: Shape) -> int:
    return prod(output) * inputs[0][-1]


_COUNTERS: dict[str, Counter] = {
    "Conv1D": _conv,
    "Conv2D": _conv,
    "DepthwiseConv1D": _depthwise,
    "DepthwiseConv2D": _depthwise,
    "SeparableConv1D": _separable,
    "SeparableConv2D": _separable,
    "Conv1DTranspose": _transposed,
    "Conv2DTranspose": _transposed,
    "Dense": _dense,
    "EinsumDense": _einsum,
    "MultiHeadAttention": _attention,
    "Attention": _plain_attention,
    "Matmul": _matmul,
    "Dot": _matmul,
}
"""Layer or operation class -> how its MACs are counted."""
