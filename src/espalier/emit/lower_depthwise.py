"""depthwise_conv_2d: 16-bit weights in blocks of four channels, or bytes in vectors for Helium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from espalier.emit.c_text import Value
from espalier.emit.lower_conv import (
    Extents,
    check_extents,
    conv_lead,
    extents_of,
    fits_fast,
    folded_biases,
    lying,
)
from espalier.emit.lower_general import channel_rows
from espalier.emit.lowering import Constant, How, Lowered, quant_of, ring_fields, round_up
from espalier.graph import arithmetic
from espalier.graph.view import OpView

BLOCK = 4
"""Channels that espalier_depthwise_conv_2d computes together."""
VECTOR = 16
"""Bytes of a Helium register: 4 rows of 4 columns of one channel, and channels that are interleaved together."""
PIXEL_BYTES = 64
"""Of 16 channels of 4 interleaved rows, and of 16 sums (PIXEL in depthwise_bytes.c)."""
WAITING = 16
"""Pixels whose sums wait to be rescaled (PIXELS in depthwise_bytes.c)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape(Extents):
    """Extents of a depthwise convolution."""

    multiplier: int

    @property
    def small(self) -> bool:
        """Whether the 3x3 kernels take it."""
        plain = self.dilation_h == self.dilation_w == 1 and self.stride_w in (1, 2)
        return self.kernel_h == self.kernel_w == 3 and plain

    @property
    def whole_blocks(self) -> bool:
        return self.multiplier == 1 and self.out_c % BLOCK == 0


def depthwise_conv_2d(view: OpView, how: How) -> Lowered:
    """Lowers one depthwise convolution; bytes where Helium's dot products are exact, 16-bit rings elsewhere."""
    shape = _Shape(**asdict(lying(extents_of(view), how)), multiplier=view.op.integer("depth_multiplier"))
    check_extents(shape.ring_width, shape.in_c, shape.out_c, shape.in_h, shape.out_h, shape.out_w)
    source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
    taps = np.asarray(view.constant(1), np.int8).reshape(-1, shape.out_c).T
    biases = folded_biases(view, taps, source.zero_point)
    scales = quant_of(view.input(1).quant).scales
    multipliers = arithmetic.conv_multipliers(source.scale, scales, target.scale, shape.out_c)
    fast = fits_fast(taps, biases, multipliers)
    channels = channel_rows(biases, multipliers)
    if fast:
        channels[:, 2] *= -1
    low, high = arithmetic.activation_range(
        view.op.text("activation"), target.scale, target.zero_point, "int8"
    )
    fields: dict[str, Value] = {
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
        "out_zero": target.zero_point,
        "low": low,
        "high": high,
    }
    if fast and how.isa == "helium":
        return _bytes(shape, fields, source.zero_point, taps, channels)
    narrow = how.optimize == "ram" or shape.in_h == 1  # a row that is read once is widened once
    # Coded weights are decoded for the general kernel, so that is what optimize = "flash" takes.
    if fast and shape.small and how.isa == "dsp" and how.optimize != "flash" and shape.whole_blocks:
        return _dual(
            shape, fields, source.zero_point, taps, channels, out_zero=target.zero_point, narrow=narrow
        )
    fields |= {"fast": fast, "pairs": fast and shape.small and shape.out_w >= 2}
    return _halfwords(shape, fields, source.zero_point, taps, channels, narrow=narrow)


def _halfwords(
    shape: _Shape,
    fields: Mapping[str, Value],
    in_zero: int,
    taps: NDArray[np.int8],
    channels: NDArray[np.int32],
    *,
    narrow: bool,
) -> Lowered:
    """``narrow``: the ring holds bytes, and each window's rows are widened anew."""
    padded = round_up(shape.out_c, BLOCK)
    spare = ((0, padded - shape.out_c), (0, 0))
    blocks = np.pad(taps, spare).reshape(padded // BLOCK, BLOCK, -1)
    weights = blocks[:, [0, 2, 1, 3], :].transpose(0, 2, 1).astype(np.int16)
    ring = _block_ring(shape, in_zero, shape.ring_width, narrow=narrow)
    return _lowered(
        "espalier_depthwise_conv_2d",
        shape,
        {**ring, **fields, "pad_left": shape.left, "narrow": narrow},
        (
            Constant(field="weights", values=np.ascontiguousarray(weights).reshape(-1), align=4),
            Constant(field="channels", values=np.pad(channels, spare), struct="espalier_channel"),
        ),
        state_bytes=ring["ring.state_bytes"],
        work_bytes=2 * BLOCK * shape.ring_width * shape.kernel_h if narrow else 0,
        row_form="window" if narrow and shape.multiplier == 1 else "wide window",
    )


def _dual(
    shape: _Shape,
    fields: Mapping[str, Value],
    in_zero: int,
    taps: NDArray[np.int8],
    channels: NDArray[np.int32],
    *,
    out_zero: int,
    narrow: bool,
) -> Lowered:
    """3x3 windows by pairs of taps and pairs of pixels, which are read to their end also where a row ends before."""
    pairs = round_up(shape.out_w, 2)
    width = round_up(max(shape.ring_width, shape.stride_w * pairs + 2), 2)
    ring = _block_ring(shape, in_zero, width, narrow=narrow)
    rounding = (2 * out_zero + 1) * (1 << (channels[:, 2].astype(np.int64) - 1))
    scales = np.stack([2 * channels[:, 0], channels[:, 1], rounding.astype(np.int32), channels[:, 2]], axis=1)
    kept = ("in_width", "out_height", "out_width", "stride_width", "low", "high")
    weights = taps.reshape(-1, 2, 3, 3).transpose(0, 2, 1, 3)[..., [0, 1, 1, 2]].astype(np.int16)
    return _lowered(
        "espalier_depthwise_dual",
        shape,
        {
            **ring,
            **{name: fields[name] for name in kept},
            "channels": shape.out_c,
            "pad_left": shape.left,
            "ring_width": width,
            "narrow": narrow,
        },
        (
            Constant(field="weights", values=np.ascontiguousarray(weights).reshape(-1), align=4),
            Constant(field="scales", values=scales, struct="espalier_rounded_channel"),
        ),
        state_bytes=ring["ring.state_bytes"],
        work_bytes=2 * BLOCK * width * shape.kernel_h if narrow else 0,
        row_form="window" if narrow else "wide window",
    )


def _block_ring(shape: _Shape, in_zero: int, width: int, *, narrow: bool) -> dict[str, int]:
    """The ring of rows of ``width`` pixels in blocks of 16-bit values, or ``narrow``, as they come."""
    if narrow:
        return _byte_ring(shape, in_zero, width, block=BLOCK)
    row_bytes = 2 * width * round_up(shape.out_c, BLOCK)
    return ring_fields(shape.window, row_bytes=row_bytes, zero=in_zero, wide=True)


def _byte_ring(shape: _Shape, in_zero: int, width: int, *, block: int) -> dict[str, int]:
    """The ring of rows of ``width`` pixels as they come; ``block`` channels are read at once."""
    return ring_fields(
        shape.window,
        row_bytes=round_up(width * shape.out_c, 4),
        zero=in_zero,
        left=shape.left * shape.out_c,
        slack=block if shape.out_c % block else 0,
    )


def _bytes(
    shape: _Shape,
    fields: Mapping[str, Value],
    in_zero: int,
    taps: NDArray[np.int8],
    channels: NDArray[np.int32],
) -> Lowered:
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
    spare = ((0, -shape.out_c % 4), (0, 0))
    ring = _byte_ring(shape, in_zero, shape.ring_width, block=VECTOR)
    more: dict[str, Value] = {"pairs": pairs, "weight_bytes": VECTOR * len(offsets), "plane_bytes": plane}
    more["planes_bytes"] = plane * down
    return _lowered(
        "espalier_depthwise_bytes",
        shape,
        {**ring, **fields, **more},
        (
            Constant(
                field="weights", values=vector_weights(taps, shape.kernel_h, shape.kernel_w), align=VECTOR
            ),
            Constant(field="channels", values=np.pad(channels, spare), struct="espalier_channel"),
            Constant(field="offsets", values=np.array(offsets, np.int32)),
        ),
        state_bytes=ring["ring.state_bytes"],
        work_bytes=plane * down + sums,
        row_form="window" if shape.multiplier == 1 else "wide window",
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


def _lowered(
    function: str,
    shape: _Shape,
    fields: Mapping[str, Value],
    constants: tuple[Constant, ...],
    *,
    state_bytes: int,
    work_bytes: int,
    row_form: str,
) -> Lowered:
    return Lowered(
        function=function,
        sources=(f"{function.removeprefix('espalier_')}.c", "ring.c", "copy.c"),
        struct=f"{function}_layer",
        fields=fields,
        constants=constants,
        state_bytes=state_bytes,
        work_bytes=work_bytes,
        uses_scratch=True,
        leads={0: conv_lead(shape.window, shape.out_w, shape.out_c, shape.stride_w * shape.in_c, 1)},
        window=shape.window,
        row_form=row_form,
    )
