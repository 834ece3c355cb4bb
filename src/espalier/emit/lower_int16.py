"""Operators of 16-bit values whose 8-bit kernels do not fit: pools, softmax, logistic, tanh,
transpose_conv."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..graph import arithmetic, curves_int16
from ..graph.shapes import window_padding
from ..graph.view import OpView
from .conv_weights import wrapped
from .lowering import Constant, How, Lowered, quant_of

_SIXTEEN: dict[str, Any] = {"input_types": ("int16_t",), "out_type": "int16_t"}


def pool_2d(view: OpView, how: How) -> Lowered:
    op = view.op
    _, in_h, in_w, channels = view.input(0).shape
    _, out_h, out_w, _ = view.output.shape
    window = op.integer("filter_h"), op.integer("filter_w")
    stride = op.integer("stride_h"), op.integer("stride_w")
    top, _ = window_padding(in_h, window[0], stride[0], 1, op.text("padding"))
    left, _ = window_padding(in_w, window[1], stride[1], 1, op.text("padding"))
    quant = quant_of(view.output.quant)
    low, high = arithmetic.activation_range(op.text("activation"), quant.scale, quant.zero_point, "int16")
    return Lowered(
        function="espalier_pool_int16",
        sources=("pool_int16.c",),
        struct="espalier_pool_int16_layer",
        fields={
            "in_height": in_h,
            "in_width": in_w,
            "channels": channels,
            "out_height": out_h,
            "out_width": out_w,
            "window_height": window[0],
            "window_width": window[1],
            "stride_height": stride[0],
            "stride_width": stride[1],
            "pad_top": top,
            "pad_left": left,
            "largest": op.kind == "max_pool_2d",
            "low": low,
            "high": high,
        },
        **_SIXTEEN,
    )


def softmax(view: OpView, how: How) -> Lowered:
    shape, scale = view.input(0).shape, quant_of(view.input(0).quant).scale
    # TFLite multiplies scale and beta in single precision; the table covers exponents from -10 to 0.
    real = float(np.float32(scale) * np.float32(view.op.number("beta"))) / (10.0 / 65535.0)
    multiplier = arithmetic.quantize_multiplier(real)
    return Lowered(
        function="espalier_softmax_int16",
        sources=("curves_int16.c",),
        struct="espalier_softmax_int16_layer",
        fields={
            "rows": math.prod(shape[:-1]),
            "depth": shape[-1],
            "multiplier": multiplier.value,
            "shift": multiplier.shift,
        },
        constants=(
            Constant(field="exp_table", values=curves_int16.EXP_TABLE.astype(np.int16)),
            Constant(field="reciprocal_table", values=curves_int16.RECIPROCAL_TABLE.astype(np.int16)),
        ),
        **_SIXTEEN,
    )


def sigmoid(view: OpView, how: How) -> Lowered:
    """logistic and tanh: one table of the sigmoid serves both."""
    hyperbolic = view.op.kind == "tanh"
    scale = quant_of(view.input(0).quant).scale
    multiplier, shift = curves_int16.input_multiplier(scale, (0, 1) if hyperbolic else (0,))
    if multiplier == 0:
        multiplier, shift = 3 << shift, 0
    return Lowered(
        function="espalier_sigmoid_int16",
        sources=("curves_int16.c",),
        struct="espalier_sigmoid_int16_layer",
        fields={
            "count": view.output.elements,
            "multiplier": multiplier,
            "shift": shift,
            "hyperbolic": hyperbolic,
        },
        constants=(Constant(field="table", values=curves_int16.SIGMOID_TABLE.astype(np.int32)),),
        leads={0: 0},
        **_SIXTEEN,
    )


def transpose_conv(view: OpView, how: How) -> Lowered:
    op, data, filters, output = view.op, view.input(2), view.input(1), view.output
    source, target = quant_of(data.quant), quant_of(output.quant)
    out_c, kernel_h, kernel_w, in_c = filters.shape
    stride_h, stride_w = op.integer("stride_h"), op.integer("stride_w")
    _, out_h, out_w, _ = output.shape
    top, _ = window_padding(out_h, kernel_h, stride_h, 1, op.text("padding"))
    left, _ = window_padding(out_w, kernel_w, stride_w, 1, op.text("padding"))
    multipliers = arithmetic.conv_multipliers(
        source.scale, quant_of(filters.quant).scales, target.scale, out_c
    )
    bias = view.constant(3).astype(np.int64).reshape(-1) if view.has(3) else np.zeros(out_c, np.int64)
    low, high = arithmetic.activation_range(op.text("activation"), target.scale, target.zero_point, "int16")
    rows = [(0, arithmetic.reduced_multiplier(m), 15 - m.shift) for m in multipliers]
    return Lowered(
        function="espalier_transpose_conv_int16",
        sources=("transpose_conv_int16.c",),
        struct="espalier_transpose_conv_int16_layer",
        fields={
            "in_height": data.shape[1],
            "in_width": data.shape[2],
            "in_channels": in_c,
            "out_height": out_h,
            "out_width": out_w,
            "out_channels": out_c,
            "kernel_height": kernel_h,
            "kernel_width": kernel_w,
            "stride_height": stride_h,
            "stride_width": stride_w,
            "pad_top": top,
            "pad_left": left,
            "low": low,
            "high": high,
        },
        constants=(
            Constant(field="weights", values=np.asarray(view.constant(1), np.int8).reshape(-1)),
            Constant(field="biases", values=bias),
            Constant(field="channels", values=wrapped(np.array(rows, np.int64)), struct="espalier_channel"),
        ),
        inputs=(2,),
        **_SIXTEEN,
    )
