"""What a convolution or dense layer multiplies its weights with: rows of a matrix, at a sample of its outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from ..tflite.edit import constant, graph_of, operator_name
from ..tflite.objects import ModelT, OperatorT

_STRIDE = 7919
"""A prime: each image is sampled at other places."""


def sampled_patches(
    model: ModelT, operator: OperatorT, values: NDArray[Any], rows: int, outside: float = 0.0
) -> NDArray[np.float32]:
    """What an operator reads for about `rows` of its outputs over all images: float32 [n, taps, channels] in the order
    of the weights (taps: kernel height x width; one for a dense layer). `values` [images, ...] are its input,
    `outside` is the value of padding. Same input, same rows."""
    weights = constant(model, int(operator.inputs[1]))
    if weights is None:
        return np.empty((0, 1, 1), np.float32)
    if operator_name(model, operator) == "FULLY_CONNECTED":
        flat = values.reshape(-1, 1, weights.shape[1])
        return np.asarray(flat[:: max(1, len(flat) // rows)], np.float32)
    shape = graph_of(model).tensors[operator.outputs[0]].shape
    height, width = int(shape[1]), int(shape[2])
    options = operator.builtinOptions
    pictures = values.reshape(-1, *values.shape[-3:])
    same = options.padding == schema.Padding.SAME
    _, rows_in, columns_in, channels = pictures.shape
    ys, above, below = _reads(
        rows_in, height, weights.shape[1], options.strideH, options.dilationHFactor, same
    )
    xs, before, after = _reads(
        columns_in, width, weights.shape[2], options.strideW, options.dilationWFactor, same
    )
    each = max(1, min(height * width, rows // len(pictures)))
    found = np.empty((len(pictures), each, ys.shape[1] * xs.shape[1], channels), np.float32)
    for number, picture in enumerate(pictures):
        padded = np.pad(picture, ((above, below), (before, after), (0, 0)), constant_values=outside)
        places = (np.arange(each) * (height * width) // each + number * _STRIDE) % (height * width)
        y, x = ys[places // width], xs[places % width]
        found[number] = padded[y[:, :, None], x[:, None, :]].reshape(each, -1, channels)
    return found.reshape(-1, *found.shape[2:])


def _reads(
    size: int, outputs: int, kernel: int, stride: int, dilation: int, same: bool
) -> tuple[NDArray[np.int64], int, int]:
    """Along one axis: which places of the padded input each output reads, int [outputs, kernel], and how much padding
    stands before and after."""
    missing = max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - size) if same else 0
    places = np.arange(outputs)[:, None] * stride + np.arange(kernel) * dilation
    return places, missing // 2, missing - missing // 2
