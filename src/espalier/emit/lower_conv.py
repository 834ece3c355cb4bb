"""Convolutions: weights in the order in which the kernels read them, offsets folded into the biases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import UnsupportedModelError
from ..graph import arithmetic
from ..graph.view import OpView
from .c_text import Name, Value
from .calm import Channels, calmed
from .conv_weights import VECTOR as VECTOR
from .conv_weights import WORD as WORD
from .conv_weights import byte_weights, pair_rows, paired_weights
from .conv_weights import wrapped as wrapped
from .extents import EXTENT_LIMIT, Extents, extents_of, lying
from .lowering import READ_FIRST, Constant, How, Lowered, Window, quant_of, ring_fields, round_up
from .sparse_prices import Work

UNROLLED_STEPS = 24
"""Steps in the unrolled loop of espalier_tile_4x2 (STEPS in conv_2d.c), behind a first one."""
TILE_PIXELS = 4
"""Output pixels that the tile kernels compute at once."""
_LONG = frozenset(("outside", "left", "row_bytes", "state_bytes"))
"""Fields of a ring that have 32 bits."""
_WIDEST_ROW = 1 << 15
"""Bytes of a row of 16-bit values; wider ones would take more RAM than their speed is worth."""
_STEP, _PACKED_WORD, _TAILS, _TAIL_PIECE, _TAIL_BYTE, _BESIDE = 13, 14, 25, 5, 13, 14
"""Instructions on a Cortex-M4 of 4 pixels: a step, packing a word, tails at all, those of a piece and a byte of them, a
piece one byte from its neighbours' (5 more with a fifth byte)."""
_STEP_BYTES = 16
"""Bytes of the 4 packed windows per step of the tile kernels: 2 values of 16 bits of each."""
OFFSET_BYTES = 4
"""Where a piece of a window begins, as the kernel lists them."""
_OTHER = 64
"""Taken off TFLite's shift where espalier_tile_4x2 has no short form for it."""
NO_CHANNEL = -128
"""In place of a shift: a channel that only fills a pair (ESPALIERNO_CHANNEL)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape(Extents):
    """Extents of a conv_2d. `depth`: of a group's input; `direct`: 1x1 windows are read straight from the input."""

    depth: int
    direct: bool

    @property
    def groups(self) -> int:
        return self.in_c // self.depth

    @property
    def group_out(self) -> int:
        return self.out_c // self.groups

    @property
    def words_aligned(self) -> bool:
        return self.in_c % WORD == 0 and self.depth % WORD == 0

    @property
    def segments(self) -> tuple[int, int]:
        """Pieces of a window's row that lie together, and the values of each."""
        together = self.dilation_w == 1 and self.groups == 1
        return (1, self.kernel_w * self.depth) if together else (self.kernel_w, self.depth)

    @property
    def segment_words(self) -> int:
        return round_up(self.segments[1], WORD) // WORD

    @property
    def pieces(self) -> int:
        """Of a window."""
        return self.segments[0] * self.kernel_h

    @property
    def steps(self) -> int:
        """Steps of 2 values through a window, its pieces padded to words."""
        return self.segment_words * 2 * self.pieces

    @property
    def tail(self) -> int:
        """Bytes of a piece behind its whole words, where they are packed one by one behind all words: it takes fewer
        steps, and these outweigh the packing."""
        tail = self.segments[1] % WORD
        spared = self.steps - (2 * (self.segments[1] // WORD) * self.pieces + -(-self.pieces * tail // 2))
        packing = self.pieces * (_TAIL_PIECE + _TAIL_BYTE * tail - _PACKED_WORD)
        return tail if _STEP * spared * -(-self.group_out // 2) > packing else 0

    @property
    def beside(self) -> int:
        """Steps through a window one byte from its neighbours', where what they have in common is packed at once and that
        is worth more than fewer steps; 0: not so."""
        bytes_ = self.segments[1]
        if self.direct or self.stride_w * self.in_c != 1 or self.segments[0] != 1 or not 3 <= bytes_ <= WORD + 1:
            return 0
        steps, least = self.pieces * -(-bytes_ // 2), -(-self.pieces * bytes_ // 2)
        words = bytes_ // WORD
        apart = self.pieces * (words * _PACKED_WORD + _TAIL_PIECE + _TAIL_BYTE * (bytes_ % WORD)) + _TAILS
        together = self.pieces * (_BESIDE + 5 * (bytes_ > WORD))
        return steps if apart - together > _STEP * (steps - least) * -(-self.group_out // 2) else 0

    @property
    def ring_rows(self) -> int:
        return 0 if self.direct else self.window_rows

    @property
    def slack(self) -> int:
        """Bytes behind the ring that the last tile of a row may read too much."""
        return WORD + (TILE_PIXELS - 1) * self.stride_w * self.in_c

    @property
    def spare(self) -> int:
        """Bytes of a whole tile of results, where a row does not end with one."""
        odd = self.out_w % TILE_PIXELS if self.direct else self.out_w < TILE_PIXELS
        return TILE_PIXELS * self.out_c if odd else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which kernel runs and what its private memory holds."""

    window_bytes: int
    """Of a packed window for espalier_tile_bytes; 0 for the other tiles."""
    wide: int
    """1: the ring holds 16-bit values."""
    steps: int
    """Of 2 values through a window."""
    tail: int
    """Bytes of each piece that come behind the words of all pieces."""
    work_bytes: int


def conv_2d(view: OpView, how: How) -> Lowered:
    """Lowers one convolution; the ring holds 16-bit values where speed counts more than RAM."""
    shape = shape_of(view, how)
    channels = channels_of(view, shape)
    layout = layout_of(shape, how)
    ring = ring_fields(
        shape.window,
        row_bytes=round_up(shape.ring_width * shape.in_c, WORD) << layout.wide,
        zero=quant_of(view.input(0).quant).zero_point,
        wide=bool(layout.wide),
        left=shape.left * shape.in_c << layout.wide,
        slack=shape.slack << layout.wide,
    )
    fields = {
        **ring,
        **extent_fields(shape, layout),
        **value_fields(view, shape, layout),
        "short_forms": int(not channels.slow and not layout.window_bytes),
    }
    check_fields(fields)
    window = shape.window
    return Lowered(
        function="espalier_conv_2d",
        sources=("conv_2d.c", "ring.c", "copy.c", "clamp.c"),
        struct="espalier_conv_2d_layer",
        fields=fields,
        constants=constants_of(shape, layout, channels),
        state_bytes=ring["ring.state_bytes"],
        work_bytes=layout.work_bytes,
        uses_scratch=True,
        leads={0: conv_lead(window, shape.out_w, shape.out_c, shape.stride_w * shape.in_c, shape.groups)},
        window=window,
        row_form="wide window" if layout.wide else "window",
    )


def shape_of(view: OpView, how: How) -> Shape:
    given, depth = lying(extents_of(view), how), view.input(1).shape[3]
    direct = given.kernel_h == given.kernel_w == 1
    pixels = given.in_h * given.in_w
    if direct and not how.rows and given.stride_h == given.stride_w == 1 and pixels * given.in_c < EXTENT_LIMIT:
        # Rows without a border between them are one long row: fewer odd ends.
        given = replace(given, in_h=1, in_w=pixels, out_h=1, out_w=given.out_h * given.out_w)
    return Shape(**asdict(given), depth=depth, direct=direct)


def layout_of(shape: Shape, how: How) -> Layout:
    segments, segment = shape.segments
    window_bytes = round_up(shape.kernel_h * segments * segment, VECTOR) if how.isa == "helium" else 0
    may_widen = not shape.direct and not window_bytes and shape.words_aligned and shape.in_h > 1
    wide = int(may_widen and how.optimize == "speed" and 2 * shape.ring_width * shape.in_c < _WIDEST_ROW)
    steps = shape.beside if how.isa == "dsp" and not wide else 0
    tail = 0 if wide or window_bytes or steps else shape.tail
    steps = steps or shape.steps
    if tail:
        steps = shape.segments[1] // WORD * 2 * shape.pieces + -(-shape.pieces * tail // 2)
    packed = _STEP_BYTES * steps + OFFSET_BYTES * shape.pieces
    return Layout(
        window_bytes=window_bytes,
        wide=wide,
        steps=steps,
        tail=tail,
        work_bytes=round_up((TILE_PIXELS * window_bytes or packed) + shape.spare, 8),
    )


def work_of(shape: Shape, how: How) -> Work:
    """What the tile kernels repeat."""
    layout, tiles = layout_of(shape, how), shape.out_h * -(-shape.out_w // TILE_PIXELS)
    pairs, odd = -(-shape.out_c // 2), shape.out_c % 2
    steps = layout.window_bytes // VECTOR if layout.window_bytes else layout.steps
    words = shape.pieces * (shape.segments[1] // WORD if layout.tail else shape.segment_words)
    wide = "wide " if layout.wide else ""
    # One or two pixels at the end of a row have a tile of their own.
    ends = shape.out_h if how.isa == "dsp" and 1 <= shape.out_w % TILE_PIXELS <= 2 else 0
    return {
        "step": (tiles - ends) * pairs * steps,
        "pair": (tiles - ends) * (pairs if layout.window_bytes else pairs - odd),
        "odd": (tiles - ends) * odd,
        "end step": ends * pairs * steps,
        "end pair": ends * pairs,
        f"{wide}word": tiles * words,
        "tail byte": tiles * shape.pieces * layout.tail,
        f"{wide}input word": input_words(shape),
        "piece": tiles * shape.pieces,
        "tile": tiles,
        "row": shape.out_h,
        "layer": 1,
    }


def input_words(shape: Shape) -> int:
    """4-byte words that go through the ring."""
    return 0 if shape.direct else shape.in_h * shape.in_w * shape.in_c // WORD


def extent_fields(shape: Shape, layout: Layout) -> dict[str, Value]:
    return {
        "tile": Name("espalier_tile_bytes" if layout.window_bytes else "espalier_tile_4x2"),
        "window_bytes": layout.window_bytes,
        "segment_bytes": shape.segments[1],
        "in_width": shape.in_w,
        "in_channels": shape.in_c,
        "out_height": shape.out_h,
        "out_width": shape.out_w,
        "out_channels": shape.out_c,
        "groups": shape.groups,
        "group_out": shape.group_out,
        "window_rows": shape.kernel_h,
        "window_segments": shape.segments[0],
        "segment_words": shape.segment_words,
        "segment_step": shape.dilation_w * shape.in_c << layout.wide,
        "pixel_step": shape.stride_w * shape.in_c << layout.wide,
        "group_step": shape.depth << layout.wide,
    }


def value_fields(view: OpView, shape: Shape, layout: Layout) -> dict[str, Value]:
    quant = quant_of(view.output.quant)
    low, high = arithmetic.activation_range(view.op.text("activation"), quant.scale, quant.zero_point, "int8")
    return {
        "wide": layout.wide,
        "dilation": shape.dilation_h,
        "steps": layout.steps,
        "tail_bytes": layout.tail,
        "count": shape.group_out // 2 if layout.window_bytes else -(-shape.group_out // 2),
        "skip": (1 - layout.steps) % UNROLLED_STEPS,
        "out_zero": quant.zero_point,
        "low": low,
        "high": high,
    }


def channels_of(view: OpView, shape: Shape) -> Channels:
    """The output channels, those that have a short requantization under other constants with these."""
    source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
    scales = quant_of(view.input(1).quant).scales
    weights = np.asarray(view.constant(1), np.int8).reshape(shape.out_c, -1)
    low, high = arithmetic.activation_range(view.op.text("activation"), target.scale, target.zero_point, "int8")
    return calmed(
        weights,
        folded_biases(view, weights, source.zero_point),
        arithmetic.conv_multipliers(source.scale, scales, target.scale, shape.out_c),
        zero_point=target.zero_point,
        low=low,
        high=high,
    )


def constants_of(shape: Shape, layout: Layout, channels: Channels) -> tuple[Constant, ...]:
    """Weights and rescaling as the tiles read them."""
    biases, multipliers = channels.biases, channels.multipliers
    weights = channels.weights.reshape(-1, shape.kernel_h, shape.kernel_w, shape.depth)
    shifts, filling = [-m.shift for m in multipliers], 1
    if layout.window_bytes:
        values, align = byte_weights(weights, shape.groups, layout.window_bytes), VECTOR
    else:
        shifts, filling = [shift - 1 for shift in shifts], NO_CHANNEL
        for channel in channels.slow:
            shifts[channel] = multipliers[channel].shift - _OTHER
        each = None if layout.tail else layout.steps // shape.pieces
        values, align = paired_weights(weights, shape.groups, shape.segments[0], layout.tail, each), WORD
    pairs = pair_rows(biases, multipliers, shifts, shape.groups, filling)
    return (
        Constant(field="weights", align=align, values=values),
        Constant(field="pairs", values=pairs, struct="espalier_pair"),
    )


def conv_lead(
    window: Window, out_width: int, out_channels: int, pixel_bytes: int, groups: int, at_once: int = TILE_PIXELS
) -> int:
    """How far the input must lie behind the output so that no byte is overwritten before it was read."""
    leads = [READ_FIRST]
    for row in range(window.out_height):
        end = (row + 1) * window.out_row_bytes
        if window.ring_rows:
            if window.rows_read(row) < window.in_height:
                leads.append(end - window.rows_read(row) * window.in_row_bytes)
            continue
        start = row * window.stride * window.in_row_bytes
        if groups > 1:
            leads.append(end - start)
            continue
        # Tiles of pixels (the last one of those that are left) are read before they are written.
        for done in [*range(at_once, out_width, at_once), out_width]:
            written = row * window.out_row_bytes + done * out_channels
            if done < out_width:
                leads.append(written - start - done * pixel_bytes)
            elif row + 1 < window.out_height:
                leads.append(written - (row + 1) * window.stride * window.in_row_bytes)
    return max(leads)


def folded_biases(
    view: OpView, weights: NDArray[np.int8], in_zero: int, position: int = 2
) -> NDArray[np.int64]:
    """bias - input zero point * sum of the channel's weights: int64 [channels]."""
    sums = weights.astype(np.int64).sum(axis=1)
    bias = view.constant(position).astype(np.int64) if view.has(position) else np.zeros_like(sums)
    folded: NDArray[np.int64] = bias.reshape(-1) - in_zero * sums
    return folded


def fits_fields(fields: Mapping[str, Value]) -> bool:
    """Whether the numbers of a layer structure that has 16 bits for all but its ring's bytes fit it."""
    return max(_short(fields)) < EXTENT_LIMIT


def check_fields(fields: Mapping[str, Value]) -> None:
    """:class:`UnsupportedModelError` when they do not."""
    check_extents(*_short(fields))


def _short(fields: Mapping[str, Value]) -> list[int]:
    return [v for name, v in fields.items() if isinstance(v, int) and name.rpartition("ring.")[2] not in _LONG]


def check_extents(*extents: int) -> None:
    """:class:`UnsupportedModelError` when an extent does not fit its field of the layer structure."""
    if max(extents) >= EXTENT_LIMIT:
        raise UnsupportedModelError(
            f"a convolution has an extent of {max(extents)}",
            supported=f"at most {EXTENT_LIMIT - 1:,} pixels along an axis, channels, and bytes of a window's row or stride",
            next_step="use a smaller input size or fewer channels",
        )
