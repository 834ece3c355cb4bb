"""Convolutions with one output channel, or with few inputs of one pixel: kernels of their own on cores with SMLAD.

The tiles of lower_conv pack windows for many output channels to come and compute two of them at once. Where there is one,
or where a window is a word, most of their time goes into what surrounds the products.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..graph.view import OpView
from .c_text import Value
from .calm import Channels
from .conv_weights import WORD, pair_rows, wrapped
from .lower_conv import (
    NO_CHANNEL,
    OFFSET_BYTES,
    TILE_PIXELS,
    Layout,
    Shape,
    channels_of,
    check_fields,
    conv_lead,
    extent_fields,
    shape_of,
    value_fields,
)
from .lower_conv import work_of as tiles_work
from .lowering import Constant, How, Lowered, quant_of, ring_fields, round_up
from .sparse_prices import Work, instructions

_LAST = -(1 << 31)
"""Added to the shift of the last channel's row."""
_PAIR = 2
"""Inputs of a pixel in one register."""


def conv_2d(view: OpView, how: How) -> Lowered | None:
    """None where the tiles take the layer."""
    shape = shape_of(view, how)
    if form_of(shape, how) is None:
        return None
    channels = channels_of(view, shape)
    if channels.slow:
        return None
    return (_pointwise if form_of(shape, how) == "dense pointwise" else _single)(view, shape, channels)


def form_of(shape: Shape, how: How) -> str | None:
    """The price list of a layer that a kernel of this module takes, if no channel has another requantization. Where there are
    vectors it takes what they are slower at: windows of a few bytes leave most of a vector empty."""
    if how.isa not in ("dsp", "helium") or how.optimize != "speed" or shape.groups > 1:
        return None
    if shape.direct and shape.in_c <= (WORD if shape.out_c > 1 else _PAIR):
        form = "dense pointwise"
    elif shape.out_c == 1:
        form = "dense single"
    else:
        return None
    if how.isa == "helium":
        vectors = instructions(how.isa, "dense", tiles_work(shape, how))
        return form if instructions(how.isa, form, work_of(shape, form)) < vectors else None
    return form


def work_of(shape: Shape, form: str) -> Work:
    """What the kernel repeats."""
    if form == "dense pointwise":
        at_once = _at_once(shape)
        tiles = shape.out_h * -(-shape.out_w // at_once)
        few = "pair" if at_once == TILE_PIXELS else "four"
        return {few: tiles * shape.out_c, f"tile of {few}s": tiles, "row": shape.out_h, "layer": 1}
    tiles = shape.out_h * -(-shape.out_w // TILE_PIXELS)
    words, tail = _piece(shape)
    return {
        "word": tiles * shape.pieces * words,
        "tail": tiles * shape.pieces * tail,
        "piece": tiles * shape.pieces,
        "tile": tiles,
        "input word": 0 if shape.direct else shape.in_h * shape.in_w * shape.in_c // WORD,
        "row": shape.out_h,
        "layer": 1,
    }


def _piece(shape: Shape) -> tuple[int, int]:
    """Whole words of a window's piece, and the bytes behind them, 0 or 1: more are read as a word."""
    tail = int(shape.segments[1] % WORD == 1)
    return -(-(shape.segments[1] - tail) // WORD), tail


def _at_once(shape: Shape) -> int:
    """Pixels that espalier_conv_pointwise computes at once."""
    return TILE_PIXELS if shape.in_c <= _PAIR else 2


def _fields(view: OpView, shape: Shape, tail: int) -> Mapping[str, Value]:
    layout = Layout(window_bytes=0, wide=0, steps=0, tail=tail, work_bytes=0)
    fields = {**extent_fields(shape, layout), **value_fields(view, shape, layout)}
    return {name: value for name, value in fields.items() if name != "tile"}


def _single(view: OpView, shape: Shape, channels: Channels) -> Lowered:
    words, tail = _piece(shape)
    values, pixel = WORD * words, shape.stride_w * shape.in_c
    row_bytes, left = round_up(shape.ring_width * shape.in_c, WORD), shape.left * shape.in_c
    zero = quant_of(view.input(0).quant).zero_point
    ring = ring_fields(shape.window, row_bytes=row_bytes, zero=zero, left=left, slack=shape.slack)
    fields = {**ring, **_fields(view, shape, tail), "segment_words": words}
    check_fields(fields)
    pieces = np.pad(channels.weights.reshape(shape.pieces, -1).astype(np.int16), ((0, 0), (0, WORD - 1)))
    order = [n + k for n in range(0, values, WORD) for k in (0, 2, 1, 3)] + [values, values + 1] * tail
    last = 0 if ring["ring.rows"] else TILE_PIXELS * pixel + values + WORD
    shifts = [-m.shift - 1 for m in channels.multipliers]
    pairs = pair_rows(2 * channels.biases, channels.multipliers, shifts, 1, NO_CHANNEL)
    return Lowered(
        function="espalier_conv_single",
        sources=("conv_single.c", "ring.c", "copy.c", "clamp.c"),
        struct="espalier_conv_2d_layer",
        fields=fields,
        constants=(
            Constant(field="weights", align=WORD, values=(2 * pieces[:, order]).reshape(-1).view(np.int8)),
            Constant(field="pairs", values=pairs, struct="espalier_pair"),
        ),
        state_bytes=ring["ring.state_bytes"],
        work_bytes=round_up(OFFSET_BYTES * shape.pieces, 8) + round_up(last, 8),
        uses_scratch=True,
        leads={0: conv_lead(shape.window, shape.out_w, 1, pixel, 1)},
        window=shape.window,
        row_form="window",
    )


def _pointwise(view: OpView, shape: Shape, channels: Channels) -> Lowered:
    at_once, pixel = _at_once(shape), shape.stride_w * shape.in_c
    held = _PAIR if at_once == TILE_PIXELS else WORD
    ring = ring_fields(shape.window, row_bytes=0, zero=0)
    fields = {**ring, **_fields(view, shape, 0)}
    check_fields(fields)
    weights = np.zeros((shape.out_c, held), "<i2")
    weights[:, : shape.in_c] = 2 * channels.weights.reshape(shape.out_c, -1).astype(np.int16)
    words = np.ascontiguousarray(weights if held == _PAIR else weights[:, [0, 2, 1, 3]]).view("<i4")
    shifts = np.array([-m.shift - 1 for m in channels.multipliers], np.int64)
    rounding = (2 * quant_of(view.output.quant).zero_point + 1) << shifts
    shifts[-1] += _LAST
    scale = np.array([m.value for m in channels.multipliers], np.int64)
    rest = np.stack([wrapped(v) for v in (2 * channels.biases, scale, shifts, rounding)], axis=1)
    rows = np.ascontiguousarray(np.concatenate([words.astype(np.int32), rest], axis=1))
    return Lowered(
        function="espalier_conv_pointwise",
        sources=("conv_pointwise.c", "copy.c", "clamp.c"),
        struct="espalier_conv_2d_layer",
        fields=fields,
        constants=(Constant(field="weights", align=WORD, values=rows.reshape(-1).view(np.int8)),),
        work_bytes=round_up(TILE_PIXELS * shape.out_c + TILE_PIXELS * pixel + WORD, 8),
        uses_scratch=True,
        leads={0: conv_lead(shape.window, shape.out_w, shape.out_c, pixel, 1, at_once)},
        window=shape.window,
        row_form="window",
    )
