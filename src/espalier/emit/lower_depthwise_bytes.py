"""depthwise_conv_2d for Helium: bytes in vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from espalier.emit.c_text import Value
from espalier.emit.depthwise_shape import Depthwise, byte_ring, lowered
from espalier.emit.lowering import Constant, Lowered, round_up

VECTOR = 16
"""Bytes of a Helium register: 4 rows of 4 columns of one channel, and channels that are interleaved together."""
PIXEL_BYTES = 64
"""Of 16 channels of 4 interleaved rows, and of 16 sums (PIXEL in depthwise_bytes.c)."""
WAITING = 16
"""Pixels whose sums wait to be rescaled (PIXELS in depthwise_bytes.c)."""


def by_bytes(layer: Depthwise) -> Lowered:
    shape = layer.shape
    down, across = -(-shape.kernel_h // 4), -(-shape.kernel_w // 4)
    pairs = down == across == shape.stride_w == shape.dilation_w == 1 and shape.kernel_w <= 3
    waiting = min(WAITING, shape.out_w)
    at_once = 2 if pairs else (1 if down == across == 1 and shape.stride_w == 2 else 4)
    computed = round_up(shape.out_w, at_once)
    # The windows of the last pair or four are read to their end, also where a row has fewer pixels.
    reach = (computed - 1) * shape.stride_w + (shape.kernel_w - 1) * shape.dilation_w + 1
    plane = PIXEL_BYTES * max(shape.ring_width, reach, computed + 2 if pairs else 0)
    sums = PIXEL_BYTES * (round_up(waiting, at_once) - 1) + 4 * min(round_up(shape.out_c, 4), VECTOR)
    column = PIXEL_BYTES * shape.dilation_w
    starts = [min(4 * n, max(shape.kernel_w - 4, 0)) for n in range(across)]
    offsets = [plane * row + column * start for row in range(down) for start in starts]
    fields: dict[str, Value] = {
        **byte_ring(shape, layer.in_zero, shape.ring_width, block=VECTOR),
        **layer.slow_fields(),
        "in_width": shape.in_w,
        "in_channels": shape.in_c,
        "out_height": shape.out_h,
        "out_width": shape.out_w,
        "out_channels": shape.out_c,
        "multiplier": shape.multiplier,
        "kernel_height": shape.kernel_h,
        "kernel_width": shape.kernel_w,
        "dilation_height": shape.dilation_h,
        "dilation_width": shape.dilation_w,
        "stride_width": shape.stride_w,
        "ring_width": shape.ring_width,
        "out_zero": layer.out_zero,
        "low": layer.low,
        "high": layer.high,
        "pairs": pairs,
        "weight_bytes": VECTOR * len(offsets),
        "plane_bytes": plane,
        "planes_bytes": plane * down,
    }
    weights = vector_weights(layer.channels.weights, shape.kernel_h, shape.kernel_w)
    return lowered(
        "espalier_depthwise_bytes",
        shape,
        fields,
        (
            Constant(field="weights", values=weights, align=VECTOR),
            Constant(field="channels", values=np.pad(layer.rows, ((0, -shape.out_c % 4), (0, 0))), struct="espalier_channel"),
            Constant(field="offsets", values=np.array(offsets, np.int32)),
            *layer.slow_constants(),
        ),
        work_bytes=plane * down + sums,
        as_they_come=True,
    )


def vector_weights(taps: NDArray[np.int8], height: int, width: int) -> NDArray[np.int8]:
    """int8 [channels, height * width] as espalier_depthwise_bytes reads them, flat: per channel, per 4 rows and 4
    columns, column by column. The last 4 columns of a window that has more end with its last one."""
    kernels = taps.reshape(-1, height, width)
    spread = np.zeros((len(kernels), round_up(height, 4), round_up(width, 4)), np.int8)
    whole = max(width - 1, 0) // 4 * 4
    spread[:, :height, :whole] = kernels[:, :, :whole]
    end = spread.shape[2] if whole else width
    spread[:, :height, end - (width - whole) : end] = kernels[:, :, whole:]
    parts = spread.reshape(len(kernels), spread.shape[1] // 4, 4, spread.shape[2] // 4, 4)
    return np.ascontiguousarray(parts.transpose(0, 1, 3, 4, 2)).reshape(-1)
