"""depthwise_conv_2d for cores with dual 16-bit multiplications: pairs of taps, four pixels of a channel at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .c_text import Name, Value
from .depthwise_shape import BLOCK, Depthwise, Shape, filled, lowered
from .lowering import Constant, Lowered, ring_fields, round_up

LARGEST_WEIGHT = (1 << 14) - 1
"""Weights are doubled in 16 bits."""
MOST_HOLES = 2
"""Dilation across up to which windows are filled with zero taps."""


def takes(shape: Shape) -> bool:
    """Whether the kernels take such windows: rows of neighbouring taps, at stride 1 or 2."""
    return shape.stride_w in (1, 2) and shape.dilation_w <= MOST_HOLES


def dual(layer: Depthwise, *, narrow: bool) -> Lowered:
    """Windows are read to the end of their last pixels and taps, also where a row ends before: there the next channel's
    values lie, or the slack behind the last one's."""
    shape = layer.shape
    taps = _even_or_odd(filled(layer.channels.weights, shape), shape.stride_w)
    words = taps.shape[2] // 2
    width = round_up(shape.ring_width, 2)
    reach = shape.stride_w * (round_up(shape.out_w, 4) - 1) + taps.shape[2] + 4
    slack = 2 * max(0, reach - width)
    at_once = min(BLOCK, shape.in_c)
    wide_at = 8 * (shape.kernel_h + 1)  # pointers to the rows and the one that ends them, on any machine
    ring = ring_fields(
        shape.window,
        row_bytes=round_up(shape.ring_width * shape.in_c, 4) if narrow else 2 * width * shape.in_c,
        zero=layer.in_zero,
        wide=not narrow,
        left=shape.left * shape.in_c if narrow else 0,
        slack=0 if narrow else slack,
    )
    fields: dict[str, Value] = {
        **ring,
        "strip": Name(f"espalier_depthwise_dual_{_form(shape, taps.shape[2])}_{shape.stride_w}"),
        **layer.slow_fields(),
        "in_width": shape.in_w,
        "in_channels": shape.in_c,
        "out_height": shape.out_h,
        "out_width": shape.out_w,
        "channels": shape.out_c,
        "multiplier": shape.multiplier,
        "stride_width": shape.stride_w,
        "kernel_height": shape.kernel_h,
        "kernel_width": (shape.kernel_w - 1) * shape.dilation_w + 1,
        "dilation_height": shape.dilation_h,
        "pad_left": shape.left,
        "ring_width": width,
        "narrow": at_once if narrow else 0,
        "ring_pixels": shape.ring_width,
        "words": words,
        "window_weights": shape.kernel_h * words * (4 if shape.stride_w == 1 else 2),
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
            Constant(field="weights", values=_weights(taps, shape.stride_w), align=4),
            Constant(field="scales", values=_scales(layer), struct="espalier_rounded_channel"),
            *layer.slow_constants(),
            *_slow_taps(layer),
        ),
        work_bytes=wide_at + (round_up(2 * at_once * width * shape.kernel_h + slack, 4) if narrow else 0),
        as_they_come=narrow,
        more_sources=("depthwise_strips.c", "widen.c", "clamp.c"),
    )


def _form(shape: Shape, taps: int) -> str:
    """The kernel's name: rows of so many taps are unrolled."""
    if shape.is_3x3:
        return "3"
    return "5" if taps in (5, 6) else "any"


def _even_or_odd(taps: NDArray[np.int16], stride: int) -> NDArray[np.int16]:
    """Rows of an odd count of taps, at least 3, at stride 1, where the last one is multiplied alone; of an even one at
    stride 2."""
    wanted = max(3, taps.shape[2] | 1) if stride == 1 else round_up(taps.shape[2], 2)
    return np.pad(taps, ((0, 0), (0, 0), (0, wanted - taps.shape[2])))


def _weights(taps: NDArray[np.int16], stride: int) -> NDArray[np.int16]:
    """Doubled, as espalier_depthwise_dual_layer has them, flat."""
    doubled = 2 * taps.astype(np.int16)
    if stride == 1:  # tap 2k, 2k + 1 and 2k + 1, 2k + 2
        starts = np.arange(0, taps.shape[2] - 1, 2)
        doubled = doubled[..., (starts[:, None] + [0, 1, 1, 2]).reshape(-1)]
    return np.ascontiguousarray(doubled).reshape(-1)


def _slow_taps(layer: Depthwise) -> tuple[Constant, ...]:
    chosen = filled(layer.channels.weights, layer.shape)[list(layer.channels.slow)].astype(np.int8).reshape(-1)
    return (Constant(field="slow_taps", values=chosen),) if chosen.size else ()


def _scales(layer: Depthwise) -> NDArray[np.int32]:
    rows = layer.rows
    rounding = (2 * layer.out_zero + 1) * (1 << (rows[:, 2].astype(np.int64) - 1))
    return np.stack([2 * rows[:, 0], rows[:, 1], rounding.astype(np.int32), rows[:, 2]], axis=1)
