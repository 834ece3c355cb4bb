"""depthwise_conv_2d: 16-bit weights in blocks of four channels."""

from __future__ import annotations

import numpy as np

from espalier.emit.lower_conv import conv_lead, fits_fast, folded_biases
from espalier.emit.lower_general import channel_rows
from espalier.emit.lowering import Constant, How, Lowered, Window, quant_of, round_up
from espalier.graph import arithmetic
from espalier.graph.shapes import window_padding
from espalier.graph.view import OpView


def depthwise_conv_2d(view: OpView, how: How) -> Lowered:
    op, data, output = view.op, view.input(0), view.output
    _, in_h, in_w, in_c = data.shape
    _, out_h, out_w, out_c = output.shape
    filters = np.asarray(view.constant(1), np.int8)
    _, kernel_h, kernel_w, _ = filters.shape
    stride_h, stride_w = op.integer("stride_h"), op.integer("stride_w")
    dilation_h, dilation_w = op.integer("dilation_h"), op.integer("dilation_w")
    top, _ = window_padding(in_h, kernel_h, stride_h, dilation_h, op.text("padding"))
    left, _ = window_padding(in_w, kernel_w, stride_w, dilation_w, op.text("padding"))
    padded = round_up(out_c, 4)
    ring_rows = (kernel_h - 1) * dilation_h + 1
    ring_width = max((out_w - 1) * stride_w + (kernel_w - 1) * dilation_w + 1, left + in_w)
    row_bytes = 2 * ring_width * padded
    source, target = quant_of(data.quant), quant_of(output.quant)
    per_channel = filters.reshape(-1, out_c).T
    biases = folded_biases(view, per_channel, source.zero_point)
    scales = quant_of(view.input(1).quant).scales
    multipliers = arithmetic.conv_multipliers(source.scale, scales, target.scale, out_c)
    fast = fits_fast(per_channel, biases, multipliers)
    plain = dilation_h == dilation_w == 1 and stride_w in (1, 2) and out_w >= 2
    pairs = fast and kernel_h == kernel_w == 3 and plain
    rows = channel_rows(biases, multipliers)
    if fast:
        rows[:, 2] *= -1
    rows = np.pad(rows, ((0, padded - out_c), (0, 0)))
    taps = np.pad(per_channel, ((0, padded - out_c), (0, 0))).reshape(padded // 4, 4, -1)
    weights = taps[:, [0, 2, 1, 3], :].transpose(0, 2, 1).astype(np.int16)
    low, high = arithmetic.activation_range(op.text("activation"), target.scale, target.zero_point, "int8")
    window = Window(
        in_height=in_h,
        out_height=out_h,
        in_row_bytes=in_w * in_c,
        out_row_bytes=out_w * out_c,
        stride=stride_h,
        pad_top=top,
        ring_rows=ring_rows,
    )
    return Lowered(
        function="espalier_depthwise_conv_2d",
        sources=("depthwise_conv_2d.c",),
        struct="espalier_depthwise_conv_2d_layer",
        fields={
            "in_height": in_h,
            "in_width": in_w,
            "in_channels": in_c,
            "out_height": out_h,
            "out_width": out_w,
            "out_channels": out_c,
            "multiplier": op.integer("depth_multiplier"),
            "kernel_height": kernel_h,
            "kernel_width": kernel_w,
            "dilation_height": dilation_h,
            "dilation_width": dilation_w,
            "stride_height": stride_h,
            "stride_width": stride_w,
            "pad_top": top,
            "pad_left": left,
            "ring_rows": ring_rows,
            "row_bytes": row_bytes,
            "state_bytes": ring_rows * row_bytes,
            "fast": fast,
            "ring_width": ring_width,
            "pairs": pairs,
            "in_zero": source.zero_point,
            "out_zero": target.zero_point,
            "low": low,
            "high": high,
        },
        constants=(
            Constant(field="weights", values=np.ascontiguousarray(weights).reshape(-1), align=4),
            Constant(field="channels", values=rows, struct="espalier_channel"),
        ),
        state_bytes=ring_rows * row_bytes,
        uses_scratch=True,
        leads={0: conv_lead(window, out_w, out_c, stride_w * in_c, 1)},
    )
