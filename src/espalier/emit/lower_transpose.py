"""transpose_conv: as one convolution that computes a whole stride's outputs at each pixel, or plainly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..graph import arithmetic
from ..graph.shapes import window_padding
from ..graph.view import OpView
from . import lower_conv
from .c_text import Value
from .calm import calmed
from .extents import EXTENT_LIMIT
from .lower_conv import Shape, fits_fields
from .lower_general import channel_rows
from .lowering import Constant, How, Lowered, quant_of, ring_fields, round_up


def transpose_conv(view: OpView, how: How) -> Lowered:
    """Output pixel ``stride * u + r - pad`` gathers the inputs u, u - 1, ... through the taps r, r + stride, ...: for all r
    together that is a convolution of stride 1 with stride * stride times the channels, of which some taps are zero.
    ``optimize`` flash stores no such zeros."""
    shape = _shape(view)
    wide = 2 * max(shape.ring_width * shape.in_c, shape.out_w * shape.out_c) >= EXTENT_LIMIT
    if how.optimize == "flash" or (wide and how.optimize == "ram"):
        return _plain(view)  # no row of all channels of a stride is held
    tiled = _tiled(view, how, shape)
    conv = {name: value for name, value in tiled.fields.items() if name.startswith("conv.")}
    return tiled if fits_fields(conv) else _plain(view)


def _shape(view: OpView) -> Shape:
    op, data, filters = view.op, view.input(2), view.input(1)
    out_c, kernel_h, kernel_w, in_c = filters.shape
    (top, rows, down), (left, columns, across) = (
        _axis(view.output.shape[n], size, op.integer(stride), op.text("padding"))
        for n, size, stride in ((1, kernel_h, "stride_h"), (2, kernel_w, "stride_w"))
    )
    return Shape(
        in_h=data.shape[1],
        in_w=data.shape[2],
        in_c=in_c,
        out_h=rows,
        out_w=columns,
        out_c=out_c * op.integer("stride_h") * op.integer("stride_w"),
        kernel_h=down,
        kernel_w=across,
        stride_h=1,
        stride_w=1,
        dilation_h=1,
        dilation_w=1,
        top=top,
        left=left,
        depth=in_c,
        direct=down == across == 1 and top == left == 0,
    )


def _axis(size: int, kernel: int, stride: int, padding: str) -> tuple[int, int, int]:
    """Along one axis: padding in front of the input, positions u of the convolution, taps of its window."""
    before, _ = window_padding(size, kernel, stride, 1, padding)
    taps = -(-kernel // stride)
    first, last = before // stride, (size - 1 + before) // stride
    return taps - 1 - first, last - first + 1, taps


def _tiled(view: OpView, how: How, shape: Shape) -> Lowered:
    op, output = view.op, view.output
    source, target = quant_of(view.input(2).quant), quant_of(output.quant)
    stride_h, stride_w = op.integer("stride_h"), op.integer("stride_w")
    weights = spread_taps(np.asarray(view.constant(1), np.int8), stride_h, stride_w)
    flat = weights.reshape(shape.out_c, -1)
    phases, out_c = stride_h * stride_w, output.shape[3]
    bias = view.constant(3).astype(np.int64).reshape(-1) if view.has(3) else np.zeros(out_c, np.int64)
    multipliers = arithmetic.conv_multipliers(source.scale, quant_of(view.input(1).quant).scales, target.scale, out_c)
    low, high = arithmetic.activation_range(op.text("activation"), target.scale, target.zero_point, "int8")
    channels = calmed(
        flat,
        np.tile(bias, phases) - source.zero_point * flat.astype(np.int64).sum(axis=1),
        multipliers * phases,
        zero_point=target.zero_point,
        low=low,
        high=high,
    )
    layout = lower_conv.layout_of(shape, how)
    ring = ring_fields(
        shape.window,
        row_bytes=round_up(shape.ring_width * shape.in_c, lower_conv.WORD) << layout.wide,
        zero=source.zero_point,
        wide=bool(layout.wide),
        left=shape.left * shape.in_c << layout.wide,
        slack=shape.slack << layout.wide,
    )
    conv: dict[str, Value] = {
        **ring,
        **lower_conv.extent_fields(shape, layout),
        **lower_conv.value_fields(view, shape, layout),
        "short_forms": int(not channels.slow and not layout.window_bytes),
    }
    top, _ = window_padding(output.shape[1], view.input(1).shape[1], stride_h, 1, op.text("padding"))
    left, _ = window_padding(output.shape[2], view.input(1).shape[2], stride_w, 1, op.text("padding"))
    row_at = round_up(layout.work_bytes, 8)
    return Lowered(
        function="espalier_transpose_tiles",
        sources=("transpose_tiles.c", "conv_2d.c", "ring.c", "copy.c", "clamp.c"),
        struct="espalier_transpose_tiles_layer",
        fields={
            **{f"conv.{name}": value for name, value in conv.items()},
            "first_row": -(top % stride_h),
            "first_byte": -(left % stride_w) * out_c,
            "stride_height": stride_h,
            "step": stride_w * out_c,
            "out_height": output.shape[1],
            "row_bytes": output.shape[2] * out_c,
            "row_at": row_at,
        },
        constants=tuple(_within(c) for c in lower_conv.constants_of(shape, layout, channels)),
        state_bytes=ring["ring.state_bytes"],
        work_bytes=row_at + shape.out_w * shape.out_c,
        uses_scratch=True,
        inputs=(2,),
    )


def _within(constant: Constant) -> Constant:
    return Constant(
        field=f"conv.{constant.field}", values=constant.values, struct=constant.struct, align=constant.align
    )


def spread_taps(weights: NDArray[np.int8], stride_h: int, stride_w: int) -> NDArray[np.int8]:
    """OHWI filters of the transposed convolution as those of the convolution: [stride_h * stride_w * channels, rows,
    columns, inputs], the last row first."""
    count, height, width, depth = weights.shape
    down, across = -(-height // stride_h), -(-width // stride_w)
    padded = np.zeros((count, down * stride_h, across * stride_w, depth), np.int8)
    padded[:, :height, :width] = weights
    taps = padded.reshape(count, down, stride_h, across, stride_w, depth)[:, ::-1, :, ::-1]
    return np.ascontiguousarray(taps.transpose(2, 4, 0, 1, 3, 5)).reshape(-1, down, across, depth)


def _plain(view: OpView) -> Lowered:
    op, data, filters, output = view.op, view.input(2), view.input(1), view.output
    source, target = quant_of(data.quant), quant_of(output.quant)
    out_c, kernel_h, kernel_w, in_c = filters.shape
    stride_h, stride_w = op.integer("stride_h"), op.integer("stride_w")
    _, out_h, out_w, _ = output.shape
    top, _ = window_padding(out_h, kernel_h, stride_h, 1, op.text("padding"))
    left, _ = window_padding(out_w, kernel_w, stride_w, 1, op.text("padding"))
    multipliers = arithmetic.conv_multipliers(
        source.scale, quant_of(filters.quant).scales, target.scale, out_c
    )
    bias = view.constant(3).astype(np.int64).reshape(-1) if view.has(3) else np.zeros(out_c, np.int64)
    low, high = arithmetic.activation_range(op.text("activation"), target.scale, target.zero_point, "int8")
    return Lowered(
        function="espalier_transpose_conv",
        sources=("transpose_conv.c", "typed.h"),
        struct="espalier_transpose_conv_layer",
        fields={
            "in_height": data.shape[1],
            "in_width": data.shape[2],
            "in_channels": in_c,
            "out_height": out_h,
            "out_width": out_w,
            "out_channels": out_c,
            "kernel_height": kernel_h,
            "kernel_width": kernel_w,
            "stride_height": stride_h,
            "stride_width": stride_w,
            "pad_top": top,
            "pad_left": left,
            "in_zero": source.zero_point,
            "out_zero": target.zero_point,
            "low": low,
            "high": high,
        },
        constants=(
            Constant(field="weights", values=np.asarray(view.constant(1), np.int8).reshape(-1)),
            Constant(field="channels", values=channel_rows(bias, multipliers), struct="espalier_channel"),
        ),
        inputs=(2,),
    )
