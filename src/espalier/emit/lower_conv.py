"""Convolutions: weights in the order in which the kernels read them, offsets folded into the biases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from espalier.emit.c_text import Name
from espalier.emit.lowering import READ_FIRST, Constant, How, Lowered, Window, quant_of, round_up
from espalier.errors import UnsupportedModelError
from espalier.graph import arithmetic
from espalier.graph.arithmetic import Multiplier
from espalier.graph.shapes import window_padding
from espalier.graph.view import OpView

UNROLLED_STEPS = 24
"""Steps in the unrolled loop of espalier_tile_4x2 (STEPS in conv_2d.c)."""
RING_BYTES = 16
_FAST_SHIFTS = range(1, 23)
_FAST_SUM = 1 << 30


def conv_2d(view: OpView, how: How) -> Lowered:
    """Lowers one convolution; the ring holds 16-bit values where speed counts more than RAM."""
    op, data, filters = view.op, view.input(0), view.input(1)
    _, in_h, in_w, in_c = data.shape
    _, out_h, out_w, out_c = view.output.shape
    _, kernel_h, kernel_w, depth = filters.shape
    groups = in_c // depth
    stride_h, stride_w = op.integer("stride_h"), op.integer("stride_w")
    dilation_h, dilation_w = op.integer("dilation_h"), op.integer("dilation_w")
    top, _ = window_padding(in_h, kernel_h, stride_h, dilation_h, op.text("padding"))
    left, _ = window_padding(in_w, kernel_w, stride_w, dilation_w, op.text("padding"))
    direct = kernel_h == kernel_w == 1 and in_c % 4 == 0 and depth % 4 == 0
    if direct and not how.rows and stride_h == stride_w == 1 and in_h * in_w * in_c < 1 << 15:
        in_h, in_w, out_h, out_w = 1, in_h * in_w, 1, out_h * out_w
    together = dilation_w == 1 and groups == 1
    segments, segment = (1, kernel_w * depth) if together else (kernel_w, depth)
    words = round_up(segment, 4) // 4
    steps = words * 2 * segments * kernel_h
    ring_rows = 0 if direct else (kernel_h - 1) * dilation_h + 1
    ring_width = max((out_w - 1) * stride_w + (kernel_w - 1) * dilation_w + 1, left + in_w)
    weights = np.asarray(view.constant(1), np.int8)
    multipliers = arithmetic.conv_multipliers(
        quant_of(data.quant).scale, quant_of(filters.quant).scales, quant_of(view.output.quant).scale, out_c
    )
    in_zero = quant_of(data.quant).zero_point
    biases = folded_biases(view, weights.reshape(out_c, -1), in_zero)
    fast = out_c // groups % 2 == 0 and fits_fast(weights.reshape(out_c, -1), biases, multipliers)
    window_bytes = round_up(kernel_h * segments * segment, 16) if fast and how.isa == "helium" else 0
    aligned = not direct and not window_bytes and in_c % 4 == 0 and depth % 4 == 0
    wide = int(aligned and how.optimize == "speed" and 2 * ring_width * in_c < 1 << 15)
    slack = 4 + 3 * stride_w * in_c
    out_quant = quant_of(view.output.quant)
    low, high = arithmetic.activation_range(
        op.text("activation"), out_quant.scale, out_quant.zero_point, "int8"
    )
    group_out = out_c // groups
    spare = 4 * out_c if (out_w % 4 if direct else out_w < 4) else 0
    row_bytes = round_up(ring_width * in_c, 4) << wide
    state_bytes = RING_BYTES + round_up(row_bytes * ring_rows + (slack << wide), 8) if ring_rows else 0
    window = Window(
        in_height=in_h,
        out_height=out_h,
        in_row_bytes=in_w * in_c,
        out_row_bytes=out_w * out_c,
        stride=stride_h,
        pad_top=top,
        ring_rows=ring_rows,
    )
    _check_extents(row_bytes, in_w, slack, out_w, out_c)
    return Lowered(
        function="espalier_conv_2d",
        sources=("conv_2d.c", "copy.c"),
        struct="espalier_conv_2d_layer",
        fields={
            "tile": Name(_tile(fast, window_bytes)),
            "window_bytes": window_bytes,
            "segment_bytes": segment,
            "in_height": in_h,
            "in_width": in_w,
            "in_channels": in_c,
            "out_height": out_h,
            "out_width": out_w,
            "out_channels": out_c,
            "groups": groups,
            "group_out": group_out,
            "pad_top": top,
            "pad_left": left,
            "ring_rows": ring_rows,
            "window_rows": kernel_h,
            "window_segments": segments,
            "segment_words": words,
            "segment_step": dilation_w * in_c << wide,
            "pixel_step": stride_w * in_c << wide,
            "group_step": depth << wide,
            "wide": wide,
            "dilation": dilation_h,
            "stride_height": stride_h,
            "count": group_out // 2 if fast else group_out,
            "skip": -steps % UNROLLED_STEPS,
            "row_bytes": row_bytes,
            "state_bytes": state_bytes,
            "in_zero": in_zero,
            "out_zero": out_quant.zero_point,
            "low": low,
            "high": high,
        },
        constants=(
            Constant(
                field="weights",
                align=16 if window_bytes else 4,
                values=byte_weights(weights, window_bytes)
                if window_bytes
                else paired_weights(weights, groups, segments),
            ),
            Constant(
                field="pairs", values=channel_pairs(biases, multipliers, groups, fast), struct="espalier_pair"
            ),
        ),
        state_bytes=state_bytes,
        work_bytes=(4 * window_bytes or 16 * steps) + round_up(spare, 8),
        uses_scratch=True,
        leads={0: conv_lead(window, out_w, out_c, stride_w * in_c, groups)},
        window=window,
        row_form="wide window" if wide else "window",
        start="espalier_conv_2d_start" if ring_rows else "",
    )


def conv_lead(window: Window, out_width: int, out_channels: int, pixel_bytes: int, groups: int) -> int:
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
        # Tiles of 4 pixels (single ones at the end) are read before they are written.
        tiles = [*range(4, out_width // 4 * 4 + 1, 4), *range(out_width // 4 * 4 + 1, out_width + 1)]
        for done in tiles:
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


def fits_fast(
    weights: NDArray[np.int8], biases: NDArray[np.int64], multipliers: Sequence[Multiplier]
) -> bool:
    """Whether the short requantization is exact for every possible input: |sum| < 2^30, right shifts of 1
    to 22."""
    largest = np.abs(biases) + 128 * np.abs(weights.astype(np.int64)).sum(axis=1)
    shifts_fit = all(m.value > 0 and -m.shift in _FAST_SHIFTS for m in multipliers)
    return bool(shifts_fit and (largest < _FAST_SUM).all())


def wrapped(values: NDArray[np.int64]) -> NDArray[np.int32]:
    """Two's complement wrap-around to 32 bits."""
    return (values & 0xFFFF_FFFF).astype(np.uint32).view(np.int32)


def channel_pairs(
    biases: NDArray[np.int64], multipliers: Sequence[Multiplier], groups: int, fast: bool
) -> NDArray[np.int32]:
    """Rows of espalier_pair, the last of an odd group filled with zeros: int32 [pairs, 6]."""
    shifts = np.array([-m.shift if fast else m.shift for m in multipliers], np.int32)
    values = np.array([m.value for m in multipliers], np.int64).astype(np.int32)
    table = np.stack([wrapped(biases), values, shifts], axis=1).reshape(groups, -1, 3)
    if table.shape[1] % 2:
        table = np.concatenate([table, np.zeros((groups, 1, 3), np.int32)], axis=1)
    pairs = table.reshape(-1, 2, 3)
    return np.concatenate([pairs[:, :, 0], pairs[:, 0, 1:], pairs[:, 1, 1:]], axis=1)


def paired_weights(weights: NDArray[np.int8], groups: int, segments: int) -> NDArray[np.int8]:
    """OHWI weights as espalier_conv_2d_layer documents them: int8 [pairs, words, 8], flat."""
    out_c, kernel_h = weights.shape[:2]
    pieces = weights.reshape(out_c, kernel_h * segments, -1)
    pieces = np.pad(pieces, ((0, 0), (0, 0), (0, -pieces.shape[2] % 4)))
    channels = pieces.reshape(groups, out_c // groups, -1, 4)
    if channels.shape[1] % 2:
        channels = np.pad(channels, ((0, 0), (0, 1), (0, 0), (0, 0)))
    pairs = channels.reshape(-1, 2, channels.shape[2], 4)
    first, second = pairs[:, 0], pairs[:, 1]
    order = [
        first[..., 0],
        second[..., 0],
        first[..., 2],
        second[..., 2],
        first[..., 1],
        second[..., 1],
        first[..., 3],
        second[..., 3],
    ]
    return np.ascontiguousarray(np.stack(order, axis=-1)).reshape(-1)


def _tile(fast: bool, window_bytes: int) -> str:
    if window_bytes:
        return "espalier_tile_bytes"
    return "espalier_tile_4x2" if fast else "espalier_tile_wide"


def byte_weights(weights: NDArray[np.int8], window_bytes: int) -> NDArray[np.int8]:
    """OHWI weights as espalier_tile_bytes reads them: int8 [pairs, window_bytes / 16, 2, 16], flat."""
    flat = weights.reshape(weights.shape[0], -1)
    padded = np.pad(flat, ((0, 0), (0, window_bytes - flat.shape[1])))
    blocks = padded.reshape(-1, 2, window_bytes // 16, 16)
    return np.ascontiguousarray(blocks.transpose(0, 2, 1, 3)).reshape(-1)


def _check_extents(*extents: int) -> None:
    if max(extents) >= 1 << 15:
        raise UnsupportedModelError(
            f"a convolution has a row or extent of {max(extents)}",
            supported="rows of at most 32,767 bytes on microcontrollers",
            next_step="use a smaller input size or fewer channels",
        )
