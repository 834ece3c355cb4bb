"""Extents of a depthwise convolution, its channels as the fast kernels take them, and what all its kernels share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..graph import arithmetic
from ..graph.arithmetic import Multiplier
from ..graph.view import OpView
from .c_text import Value
from .calm import Channels, calmed
from .extents import Extents, extents_of, lying
from .lower_conv import check_extents, conv_lead, folded_biases, wrapped
from .lower_general import channel_rows
from .lowering import Constant, How, Lowered, quant_of, ring_fields, round_up

BLOCK = 4
"""Channels that the kernels for 16-bit values compute together."""
_CALM = Multiplier(value=1 << 30, shift=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape(Extents):
    """Extents of a depthwise convolution."""

    multiplier: int

    @property
    def is_3x3(self) -> bool:
        return self.kernel_h == self.kernel_w == 3 and self.dilation_w == 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Depthwise:
    """A layer before a kernel is chosen. ``channels``: with constants that the short requantization can take; those of the
    slow ones are arbitrary there, and their taps as they were."""

    shape: Shape
    in_zero: int
    out_zero: int
    low: int
    high: int
    channels: Channels
    given: NDArray[np.int32]
    """Rows of espalier_channel with every channel's own constants, TFLite's shifts."""

    @property
    def rows(self) -> NDArray[np.int32]:
        """Rows of espalier_channel of the short requantization, with right shifts: int32 [channels, 3]."""
        biases, multipliers = self.channels.biases.copy(), list(self.channels.multipliers)
        for channel in self.channels.slow:
            biases[channel], multipliers[channel] = 0, _CALM
        rows = channel_rows(biases, multipliers)
        rows[:, 2] *= -1
        return rows

    def slow_fields(self) -> dict[str, Value]:
        return {"slow_count": len(self.channels.slow)} if self.channels.slow else {}

    def slow_constants(self) -> tuple[Constant, ...]:
        """The channels that are computed anew; none where there are none."""
        slow = np.array(self.channels.slow, np.int64)
        if not slow.size:
            return ()
        table = np.concatenate([slow[:, None], self.given[slow]], axis=1).astype(np.int32)
        return (Constant(field="slow", values=table, struct="espalier_slow_channel"),)


def shape_of(view: OpView, how: How) -> Shape:
    shape = Shape(**asdict(lying(extents_of(view), how)), multiplier=view.op.integer("depth_multiplier"))
    check_extents(shape.ring_width, shape.in_c, shape.out_c, shape.in_h, shape.out_h, shape.out_w)
    return shape


def depthwise_of(view: OpView, shape: Shape, *, largest_weight: int) -> Depthwise:
    """What ``view`` computes, its channels calmed."""
    source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
    taps = np.asarray(view.constant(1), np.int8).reshape(-1, shape.out_c).T
    biases = folded_biases(view, taps, source.zero_point)
    scales = quant_of(view.input(1).quant).scales
    multipliers = arithmetic.conv_multipliers(source.scale, scales, target.scale, shape.out_c)
    low, high = arithmetic.activation_range(view.op.text("activation"), target.scale, target.zero_point, "int8")
    channels = calmed(
        taps,
        biases,
        multipliers,
        zero_point=target.zero_point,
        low=low,
        high=high,
        largest_weight=largest_weight,
    )
    values = np.array([(m.value, m.shift) for m in channels.multipliers], np.int64).astype(np.int32)
    return Depthwise(
        shape=shape,
        in_zero=source.zero_point,
        out_zero=target.zero_point,
        low=low,
        high=high,
        channels=channels,
        given=np.concatenate([wrapped(channels.biases)[:, None], values], axis=1),
    )


def filled(weights: NDArray[Any], shape: Shape) -> NDArray[Any]:
    """Taps [channels, rows, columns], zeros between dilated columns."""
    given = weights.reshape(-1, shape.kernel_h, shape.kernel_w)
    taps = np.zeros((*given.shape[:2], (shape.kernel_w - 1) * shape.dilation_w + 1), weights.dtype)
    taps[:, :, :: shape.dilation_w] = given
    return taps


def byte_ring(shape: Shape, in_zero: int, width: int, *, block: int) -> dict[str, int]:
    """The ring of rows of ``width`` pixels as they come; ``block`` channels are read at once."""
    return ring_fields(
        shape.window,
        row_bytes=round_up(width * shape.out_c, 4),
        zero=in_zero,
        left=shape.left * shape.out_c,
        slack=block if shape.out_c % block else 0,
    )


def block_ring(shape: Shape, in_zero: int, width: int, *, narrow: bool) -> dict[str, int]:
    """The ring of rows of ``width`` pixels in blocks of 16-bit values, or ``narrow``, as they come."""
    if narrow:
        return byte_ring(shape, in_zero, width, block=BLOCK)
    row_bytes = 2 * width * round_up(shape.out_c, BLOCK)
    return ring_fields(shape.window, row_bytes=row_bytes, zero=in_zero, wide=True)


def lowered(
    function: str,
    shape: Shape,
    fields: Mapping[str, Value],
    constants: tuple[Constant, ...],
    *,
    work_bytes: int,
    as_they_come: bool,
    more_sources: tuple[str, ...] = (),
) -> Lowered:
    """``as_they_come``: rows may be written straight into the ring."""
    state = fields["ring.state_bytes"]
    assert isinstance(state, int)
    return Lowered(
        function=function,
        sources=(f"{function.removeprefix('espalier_')}.c", "ring.c", "copy.c", *more_sources),
        struct=f"{function}_layer",
        fields=fields,
        constants=constants,
        state_bytes=state,
        work_bytes=work_bytes,
        uses_scratch=True,
        leads={0: conv_lead(shape.window, shape.out_w, shape.out_c, shape.stride_w * shape.in_c, 1)},
        window=shape.window,
        row_form="window" if as_they_come and shape.multiplier == 1 else "wide window",
    )
