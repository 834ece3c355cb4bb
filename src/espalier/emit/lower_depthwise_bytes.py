"""depthwise_conv_2d for Helium: bytes in vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .c_text import Value
from .depthwise_shape import Depthwise, Shape, byte_ring, filled, lowered
from .lowering import Constant, Lowered, ring_fields, round_up

VECTOR = 16
"""Bytes of a Helium register: 4 rows of 4 columns of one channel, 16 taps of a row, channels that are interleaved."""
SUMS_BYTES = 64
"""Of 16 sums, and of 16 channels of 4 interleaved rows (ESPALIER_SUMS_BYTES)."""
WAITING = 16
"""Pixels whose sums wait to be rescaled (ESPALIER_SUMS_WAITING)."""


def by_bytes(layer: Depthwise) -> Lowered:
    """Small windows as one gathered vector, others row by row."""
    shape = layer.shape
    widest = {1: 3, 2: 4}.get(shape.stride_w, 0)
    small = shape.kernel_h <= 4 and shape.kernel_w <= widest and shape.dilation_w == 1
    return _gathered(layer) if small else _planes(layer)


def _gathered(layer: Depthwise) -> Lowered:
    shape = layer.shape
    at_once = 2 if shape.stride_w == 1 else 1
    computed = round_up(shape.out_w, at_once)
    # The windows of the last pair are read to their end, also where a row has fewer pixels.
    reach = (computed - 1) * shape.stride_w + shape.kernel_w
    plane = SUMS_BYTES * max(shape.ring_width, reach, computed + 2 if at_once == 2 else 0)
    return lowered(
        "espalier_depthwise_bytes",
        shape,
        {
            **byte_ring(shape, layer.in_zero, shape.ring_width, block=VECTOR),
            **_fields(layer, shape.kernel_w),
            "ring_width": shape.ring_width,
            "plane_bytes": plane,
        },
        _constants(layer, vector_weights(layer.channels.weights, shape.kernel_h, shape.kernel_w)),
        work_bytes=plane + _sums(shape, at_once),
        as_they_come=True,
        more_sources=("depthwise_finish.c",),
    )


def _planes(layer: Depthwise) -> Lowered:
    shape = layer.shape
    taps = filled(layer.channels.weights, shape)
    across = taps.shape[2]
    parts = -(-across // VECTOR)
    offsets = round_up(4 * shape.kernel_h * parts, 8)
    weights = np.pad(taps, ((0, 0), (0, 0), (0, parts * VECTOR - across)))
    ring = ring_fields(
        shape.window,
        row_bytes=round_up(shape.ring_width * shape.out_c, 4),
        zero=layer.in_zero,
        left=shape.left,
        slack=VECTOR * parts + 4 * shape.stride_w,  # whole vectors of whole fours of windows are read
    )
    return lowered(
        "espalier_depthwise_planes",
        shape,
        {
            **ring,
            **_fields(layer, across),
            "parts": parts,
            "pitch": shape.ring_width,
            "offsets_bytes": offsets,
        },
        _constants(layer, np.ascontiguousarray(weights).reshape(-1)),
        work_bytes=offsets + _sums(shape, 4),
        as_they_come=False,
        more_sources=("depthwise_finish.c",),
    )


def _sums(shape: Shape, at_once: int) -> int:
    pixels = round_up(min(WAITING, shape.out_w), at_once)
    return SUMS_BYTES * (pixels - 1) + 4 * min(round_up(shape.out_c, 4), VECTOR)


def _fields(layer: Depthwise, kernel_width: int) -> dict[str, Value]:
    shape = layer.shape
    return {
        **layer.slow_fields(),
        "in_width": shape.in_w,
        "in_channels": shape.in_c,
        "out_height": shape.out_h,
        "out_width": shape.out_w,
        "out_channels": shape.out_c,
        "multiplier": shape.multiplier,
        "kernel_height": shape.kernel_h,
        "kernel_width": kernel_width,
        "dilation_height": shape.dilation_h,
        "stride_width": shape.stride_w,
        "out_zero": layer.out_zero,
        "low": layer.low,
        "high": layer.high,
    }


def _constants(layer: Depthwise, weights: NDArray[np.int8]) -> tuple[Constant, ...]:
    rows = np.pad(layer.rows, ((0, -layer.shape.out_c % 4), (0, 0)))
    return (
        Constant(field="weights", values=weights, align=VECTOR),
        Constant(field="channels", values=rows, struct="espalier_channel"),
        *layer.slow_constants(),
    )


def vector_weights(taps: NDArray[np.int8], height: int, width: int) -> NDArray[np.int8]:
    """int8 [channels, height * width] as espalier_depthwise_bytes reads them, flat: column by column."""
    kernels = taps.reshape(-1, height, width)
    spread = np.pad(kernels, ((0, 0), (0, 4 - height), (0, 4 - width)))
    return np.ascontiguousarray(spread.transpose(0, 2, 1)).reshape(-1)
