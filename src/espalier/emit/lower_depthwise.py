"""depthwise_conv_2d: which kernel takes a layer; the plain one with 16-bit weights in blocks of four channels."""

from __future__ import annotations

import numpy as np

from ..graph.view import OpView
from . import lower_depthwise_dual
from .c_text import Value
from .calm import LARGEST_WEIGHT
from .depthwise_shape import BLOCK, Depthwise, block_ring, depthwise_of, lowered, shape_of
from .lower_depthwise_bytes import by_bytes
from .lower_tables import depthwise_by_table
from .lowering import Constant, How, Lowered, round_up


def depthwise_conv_2d(view: OpView, how: How) -> Lowered:
    """Lowers one depthwise convolution: bytes for Helium's dot products, pairs of 16-bit values for dual multiplications,
    one by one elsewhere. Any count of channels; those with hostile ranges get other constants or are computed anew."""
    if (table := depthwise_by_table(view, how)) is not None:
        return table
    shape = shape_of(view, how)
    # Coded weights are decoded for the general kernel, so that is what optimize = "flash" takes.
    dual = how.isa == "dsp" and how.optimize != "flash" and lower_depthwise_dual.takes(shape)
    layer = depthwise_of(view, shape, largest_weight=lower_depthwise_dual.LARGEST_WEIGHT if dual else LARGEST_WEIGHT)
    if how.isa == "helium":
        return by_bytes(layer)
    narrow = how.optimize == "ram" or shape.in_h == 1  # a row that is read once is widened once
    return lower_depthwise_dual.dual(layer, narrow=narrow) if dual else _halfwords(layer, narrow=narrow)


def _halfwords(layer: Depthwise, *, narrow: bool) -> Lowered:
    """``narrow``: the ring holds bytes, and each window's rows are widened anew."""
    shape, fast = layer.shape, not layer.channels.slow
    padded = round_up(shape.out_c, BLOCK)
    spare = ((0, padded - shape.out_c), (0, 0))
    blocks = np.pad(layer.channels.weights, spare).reshape(padded // BLOCK, BLOCK, -1)
    weights = blocks[:, [0, 2, 1, 3], :].transpose(0, 2, 1).astype(np.int16)
    ring = block_ring(shape, layer.in_zero, shape.ring_width, narrow=narrow)
    plain = shape.dilation_h == shape.dilation_w == 1 and shape.stride_w in (1, 2) and shape.is_3x3
    fields: dict[str, Value] = {
        **ring,
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
        "pad_left": shape.left,
        "ring_width": shape.ring_width,
        "narrow": narrow,
        "fast": fast,
        "pairs": fast and plain and shape.out_w >= 2,
        "out_zero": layer.out_zero,
        "low": layer.low,
        "high": layer.high,
    }
    channels = layer.rows if fast else layer.given
    return lowered(
        "espalier_depthwise_conv_2d",
        shape,
        fields,
        (
            Constant(field="weights", values=np.ascontiguousarray(weights).reshape(-1), align=4),
            Constant(field="channels", values=np.pad(channels, spare), struct="espalier_channel"),
        ),
        work_bytes=2 * BLOCK * shape.ring_width * shape.kernel_h if narrow else 0,
        as_they_come=narrow,
    )
