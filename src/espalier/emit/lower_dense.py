"""fully_connected, pooling, softmax."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..graph import arithmetic
from ..graph.arithmetic import Multiplier
from ..graph.shapes import window_padding
from ..graph.view import OpView
from .c_text import Name
from .calm import Channels, calmed
from .conv_weights import VECTOR, WORD, pair_rows, paired_weights
from .lower_conv import folded_biases
from .lowering import READ_FIRST, Constant, How, Lowered, Window, quant_of, ring_fields, round_up
from .sparse_prices import Work

LONG_SHIFT = 64
"""ESPALIER_LONG_SHIFT in espalier.h."""
TILE_ROWS = 4
"""Fewer rows are computed one by one."""
_ROW_BYTES = 8
"""Bytes of the four widened rows of a tile per value of a row."""


def fully_connected(view: OpView, how: How) -> Lowered:
    """One or more rows through a dense layer; TFLite Micro's integer rule. A unit whose requantization is out of the short
    form's range takes the long one, alone."""
    data, target = view.input(0), quant_of(view.output.quant)
    units, depth = view.input(1).shape
    channels = channels_of(view)
    low, high = _range_of(view)
    rows = data.elements // depth
    form = form_of(rows, how)
    weights = channels.weights
    stored = unit_weights(weights) if form == "bytes" else paired_weights(weights[:, None, None, :], 1, 1)
    shifts = [
        m.shift - LONG_SHIFT if n in channels.slow else -m.shift for n, m in enumerate(channels.multipliers)
    ]
    pairs = pair_rows(channels.biases, channels.multipliers, shifts, 1)
    return Lowered(
        function="espalier_fully_connected",
        sources=_SOURCES[form],
        struct="espalier_fully_connected_layer",
        fields={
            "kernel": Name(f"espalier_dense_{form}" + ("_long" if form == "bytes" and channels.slow else "")),
            "rows": rows,
            "depth": depth,
            "units": units,
            "out_pitch": units,
            "out_zero": target.zero_point,
            "low": low,
            "high": high,
            "long_units": int(bool(channels.slow)),
        },
        constants=(
            Constant(field="weights", values=stored, align=4),
            Constant(field="pairs", values=pairs, struct="espalier_pair"),
        ),
        work_bytes=_ROW_BYTES * round_up(depth, WORD) if form == "tiles" else 0,
        uses_scratch=True,
    )


_SOURCES = {
    "rows": ("fully_connected.c", "dense.h"),
    "tiles": ("fully_connected_tiles.c", "fully_connected.c", "tiles.c", "tiles.h", "dense.h"),
    "bytes": ("fully_connected_bytes.c", "bytes.c", "bytes.h", "dense.h"),
}


def form_of(rows: int, how: How) -> str:
    """Which of the kernels runs: "rows" one by one, "tiles" of four, or "bytes" for byte dot products."""
    if how.isa == "helium":
        return "bytes"
    return "tiles" if rows >= TILE_ROWS else "rows"


def work_of(form: str, rows: int, units: int, depth: int, how: How) -> tuple[str, Work]:
    """What the kernel repeats, and the name of its price list."""
    pairs, words = -(-units // 2), -(-depth // WORD)
    if form == "bytes":
        return "dense fully connected", {
            "product": rows * -(-units // 4) * -(-depth // VECTOR),
            "four": rows * (units // 4),
            "row": rows,
            "row with an odd end": rows * int(units % 4 > 0),
            "layer": 1,
        }
    tiles, left = 0, rows
    if form == "tiles":
        tiles, left = divmod(rows, TILE_ROWS)
        if left == TILE_ROWS - 1:
            tiles, left = tiles + 1, 0
    # The dual multiplications take pairs two at a time, a last one twice.
    row_pairs = round_up(pairs, 2) if how.isa == "dsp" else pairs
    return "dense fully connected", {
        "product": left * row_pairs * words,
        "pair": left * row_pairs,
        "row": left,
        "row with an odd end": left * int(units % 4 > 0 or depth % 4 > 0),
        "tile product": tiles * pairs * words,
        "tile pair": tiles * pairs,
        "tile word": tiles * words,
        "tile with an odd end": tiles * (units % 2),
        "tile": tiles,
    }


def unit_weights(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    """Weights as espalier_dense_bytes reads them: int8 [units, an even number, depth, padded to words], flat."""
    return np.pad(weights, ((0, weights.shape[0] % 2), (0, -weights.shape[1] % WORD))).reshape(-1)


def channels_of(view: OpView) -> Channels:
    """Weights, folded biases and multipliers of a dense layer, with constants that the short requantization takes where
    there are such."""
    weights = np.asarray(view.constant(1), np.int8)
    biases = folded_biases(view, weights, quant_of(view.input(0).quant).zero_point)
    low, high = _range_of(view)
    zero_point = quant_of(view.output.quant).zero_point
    return calmed(weights, biases, multipliers_of(view), zero_point=zero_point, low=low, high=high)


def _range_of(view: OpView) -> tuple[int, int]:
    target = quant_of(view.output.quant)
    return arithmetic.activation_range(view.op.text("activation"), target.scale, target.zero_point, "int8")


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
    # Of fewer than four channels, four bytes are read where a pixel begins.
    ring = ring_fields(window, row_bytes=round_up(in_w * channels, 4), zero=0, slack=WORD if channels < WORD else 0)
    return Lowered(
        function=f"espalier_{op.kind}",
        sources=("pool.c", "pool_words.h", "ring.c", "copy.c"),
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
    """Where more exponentials are needed than differences have values, these are computed first."""
    depth, rows = view.input(0).shape[-1], math.prod(view.input(0).shape[:-1])
    p = arithmetic.softmax_parameters(quant_of(view.input(0).quant).scale, view.op.number("beta"))
    tabled = 2 * rows * depth > min(_DIFFERENCES, 1 - p.diff_min)
    return Lowered(
        function="espalier_softmax_tabled" if tabled else "espalier_softmax",
        sources=("softmax.c",),
        struct="espalier_softmax_layer",
        fields={
            "rows": rows,
            "depth": depth,
            "multiplier": p.multiplier.value,
            "shift": p.multiplier.shift,
            "least": p.diff_min,
        },
        work_bytes=4 * _DIFFERENCES if tabled else 0,
        uses_scratch=tabled,
        leads={0: 0},
    )


_DIFFERENCES = 256
"""Values of a difference of two int8 values of one sign."""
