"""depthwise_conv_2d for cores with dual 16-bit multiplications: pairs of taps and pairs of pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from espalier.emit.c_text import Name, Value
from espalier.emit.depthwise_shape import BLOCK, Depthwise, Shape, block_ring, filled, lowered
from espalier.emit.lowering import Constant, Lowered, round_up

MOST_HOLES = 2
"""Dilation across up to which windows are filled with zero taps."""


def takes(shape: Shape) -> bool:
    """Whether the kernels take such windows: rows of neighbouring taps, at stride 1 or 2."""
    return shape.stride_w in (1, 2) and shape.dilation_w <= MOST_HOLES


def dual(layer: Depthwise, *, narrow: bool) -> Lowered:
    """Windows are read to the end of their last pair of pixels and taps, also where a row ends before."""
    shape = layer.shape
    taps = filled(layer.channels.weights, shape)
    across = taps.shape[2]
    pairs, words = round_up(shape.out_w, 2), (across + 1) // 2
    reach = shape.stride_w * (pairs - 2) + (4 if shape.is_3x3 else 2 * words + 2) + (shape.stride_w - 1) * 2
    width = round_up(max(shape.ring_width, reach), 2)
    ring = block_ring(shape, layer.in_zero, width, narrow=narrow)
    weights = _weights_3x3(taps) if shape.is_3x3 else _weights(taps)
    last_at = 8 * shape.kernel_h  # pointers to the rows, on any machine
    wide_at = last_at + (BLOCK * pairs if shape.out_c % BLOCK else 0)
    fields: dict[str, Value] = {
        **ring,
        "strip": Name(f"espalier_depthwise_dual_{'' if shape.is_3x3 else 'any_'}{shape.stride_w}"),
        **layer.slow_fields(),
        "in_width": shape.in_w,
        "in_channels": shape.in_c,
        "out_height": shape.out_h,
        "out_width": shape.out_w,
        "channels": shape.out_c,
        "multiplier": shape.multiplier,
        "stride_width": shape.stride_w,
        "kernel_height": shape.kernel_h,
        "kernel_width": across,
        "dilation_height": shape.dilation_h,
        "pad_left": shape.left,
        "ring_width": width,
        "narrow": narrow,
        "block_weights": weights.size * BLOCK // round_up(shape.out_c, BLOCK),
        "last_at": last_at,
        "wide_at": wide_at,
        "out_zero": layer.out_zero,
        "low": layer.low,
        "high": layer.high,
    }
    return lowered(
        "espalier_depthwise_dual",
        shape,
        fields,
        (
            Constant(field="weights", values=weights, align=4),
            Constant(field="scales", values=_scales(layer), struct="espalier_rounded_channel"),
            *layer.slow_constants(),
            *_slow_taps(layer, taps),
        ),
        work_bytes=wide_at + (2 * BLOCK * width * shape.kernel_h if narrow else 0),
        as_they_come=narrow,
    )


def _slow_taps(layer: Depthwise, taps: NDArray[np.int16]) -> tuple[Constant, ...]:
    chosen = taps[list(layer.channels.slow)].astype(np.int8).reshape(-1)
    return (Constant(field="slow_taps", values=chosen),) if chosen.size else ()


def _scales(layer: Depthwise) -> NDArray[np.int32]:
    rows = np.pad(layer.rows, ((0, -layer.shape.out_c % BLOCK), (0, 0)))
    rows[layer.shape.out_c :, 2] = 1
    rounding = (2 * layer.out_zero + 1) * (1 << (rows[:, 2].astype(np.int64) - 1))
    return np.stack([2 * rows[:, 0], rows[:, 1], rounding.astype(np.int32), rows[:, 2]], axis=1)


def _blocks(taps: NDArray[np.int16]) -> NDArray[np.int16]:
    """Couples of channels: int16 [couples, 2, rows, columns], an even number of couples."""
    padded = np.pad(taps, ((0, -len(taps) % BLOCK), (0, 0), (0, 0)))
    return padded.reshape(-1, 2, *taps.shape[1:]).astype(np.int16)


def _weights_3x3(taps: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.ascontiguousarray(_blocks(taps).transpose(0, 2, 1, 3)[..., [0, 1, 1, 2]]).reshape(-1)


def _weights(taps: NDArray[np.int16]) -> NDArray[np.int16]:
    couples = _blocks(np.pad(taps, ((0, 0), (0, 0), (0, taps.shape[2] % 2))))
    words = couples.reshape(*couples.shape[:3], -1, 2)
    return np.ascontiguousarray(words.transpose(0, 2, 3, 1, 4)).reshape(-1)
