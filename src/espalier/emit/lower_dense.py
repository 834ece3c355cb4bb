"""fully_connected, pooling, softmax."""

from __future__ import annotations

import math

import numpy as np

from espalier.emit.lower_conv import channel_pairs, fits_fast, folded_biases, paired_weights
from espalier.emit.lowering import (
    READ_FIRST,
    Constant,
    How,
    Lowered,
    Window,
    quant_of,
    ring_fields,
    round_up,
)
from espalier.graph import arithmetic
from espalier.graph.arithmetic import Multiplier
from espalier.graph.shapes import window_padding
from espalier.graph.view import OpView


def fully_connected(view: OpView, how: How) -> Lowered:
    """One or more rows through a dense layer; TFLite Micro's integer rule."""
    data, filters, output = view.input(0), view.input(1), view.output
    units, depth = filters.shape
    weights = np.asarray(view.constant(1), np.int8)
    source, target = quant_of(data.quant), quant_of(output.quant)
    multipliers = multipliers_of(view)
    biases = folded_biases(view, weights, source.zero_point)
    low, high = arithmetic.activation_range(
        view.op.text("activation"), target.scale, target.zero_point, "int8"
    )
    count = data.elements // depth
    return Lowered(
        function="espalier_fully_connected",
        sources=("fully_connected.c",),
        struct="espalier_fully_connected_layer",
        fields={
            "rows": count,
            "depth": depth,
            "units": units,
            "fast": fits_fast(weights, biases, multipliers),
            "in_zero": source.zero_point,
            "out_zero": target.zero_point,
            "low": low,
            "high": high,
        },
        constants=(
            Constant(field="weights", values=paired_weights(weights[:, None, None, :], 1, 1), align=4),
            Constant(
                field="pairs", values=channel_pairs(biases, multipliers, 1), struct="espalier_pair"
            ),
        ),
    )


def multipliers_of(view: OpView) -> tuple[Multiplier, ...]:
    """One per unit of a dense layer; TFLite multiplies the scales of one per tensor in another order."""
    source, target, filters = (quant_of(t.quant) for t in (view.input(0), view.output, view.input(1)))
    units = view.input(1).shape[0]
    if len(filters.scales) > 1:
        return tuple(arithmetic.conv_multipliers(source.scale, filters.scales, target.scale, units))
    return (arithmetic.product_multiplier(source.scale, filters.scale, target.scale),) * units


def pool_2d(view: OpView, how: How) -> Lowered:
    """average_pool_2d and max_pool_2d."""
    op = view.op
    _, in_h, in_w, channels = view.input(0).shape
    _, out_h, out_w, _ = view.output.shape
    window_h, window_w = op.integer("filter_h"), op.integer("filter_w")
    stride_h, stride_w = op.integer("stride_h"), op.integer("stride_w")
    top, _ = window_padding(in_h, window_h, stride_h, 1, op.text("padding"))
    left, _ = window_padding(in_w, window_w, stride_w, 1, op.text("padding"))
    quant = quant_of(view.output.quant)
    low, high = arithmetic.activation_range(op.text("activation"), quant.scale, quant.zero_point, "int8")
    lead = READ_FIRST
    for y in range(out_h):
        row_start = max(0, y * stride_h - top) * in_w
        next_row = max(0, (y + 1) * stride_h - top) * in_w if y + 1 < out_h else in_h * in_w
        for x in range(out_w):
            # While pixel x is written, channel by channel, its own window and all later ones are still to
            # be read.
            lead = max(lead, y * out_w + x - min(row_start + max(0, x * stride_w - left), next_row))
    window = Window(
        in_height=in_h,
        out_height=out_h,
        in_row_bytes=in_w * channels,
        out_row_bytes=out_w * channels,
        stride=stride_h,
        pad_top=top,
        ring_rows=window_h,
    )
    ring = ring_fields(window, row_bytes=round_up(in_w * channels, 4), zero=0)
    return Lowered(
        function=f"espalier_{op.kind}",
        sources=("pool.c", "ring.c", "copy.c"),
        struct="espalier_pool_layer",
        fields={
            **ring,
            "in_width": in_w,
            "channels": channels,
            "out_height": out_h,
            "out_width": out_w,
            "window_height": window_h,
            "window_width": window_w,
            "stride_width": stride_w,
            "pad_left": left,
            "low": low,
            "high": high,
        },
        state_bytes=ring["ring.state_bytes"] if how.rows else 0,
        leads={0: lead * channels},
        window=window,
        row_form="window",
    )


def softmax(view: OpView, how: How) -> Lowered:
    depth = view.input(0).shape[-1]
    p = arithmetic.softmax_parameters(quant_of(view.input(0).quant).scale, view.op.number("beta"))
    return Lowered(
        function="espalier_softmax",
        sources=("softmax.c",),
        struct="espalier_softmax_layer",
        fields={
            "rows": math.prod(view.input(0).shape[:-1]),
            "depth": depth,
            "multiplier": p.multiplier.value,
            "shift": p.multiplier.shift,
            "least": p.diff_min,
        },
        leads={0: 0},
    )
