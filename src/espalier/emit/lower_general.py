"""transpose_conv, batch_matmul, resize_bilinear, and convolutions of 16-bit activations."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..graph import arithmetic
from ..graph.arithmetic import Multiplier
from ..graph.shapes import window_padding
from ..graph.view import OpView
from .conv_weights import WORD, wrapped
from .lower_elementwise import FAST_SHIFTS
from .lowering import Constant, How, Lowered, quant_of, round_up

_SIXTEEN: Mapping[str, Any] = {"input_types": ("int16_t",), "out_type": "int16_t"}
_SIXTEEN_TWO: Mapping[str, Any] = {"input_types": ("int16_t", "int16_t"), "out_type": "int16_t"}


def channel_rows(bias: NDArray[np.int64], multipliers: Sequence[Multiplier]) -> NDArray[np.int32]:
    """Rows of espalier_channel: int32 [channels, 3]."""
    values = np.array([(m.value, m.shift) for m in multipliers], np.int64).astype(np.int32)
    return np.concatenate([wrapped(bias)[:, None], values], axis=1)


_BLOCK_BYTES = 2048
"""Packed columns of a matrix product that are held at once, at most, but one pair."""
_FAST_SUM = 1 << 30


def batch_matmul(view: OpView, how: How) -> Lowered:
    """Products of two computed matrices, transposed or not, of any depth and count of rows and columns."""
    first, second, output = view.input(0), view.input(1), view.output
    a, b, target = (quant_of(t.quant) for t in (first, second, output))
    transposed_a, transposed_b = view.op.flag("adj_x"), view.op.flag("adj_y")
    rows, columns = output.shape[-2:]
    depth = first.shape[-2 if transposed_a else -1]
    multiplier = arithmetic.product_multiplier(a.scale, b.scale, target.scale)
    wide = output.dtype == "int16"
    starts = _batch_starts(output.shape[:-2], first.shape, second.shape)
    fields = {
        "count": len(starts),
        "rows": rows,
        "depth": depth,
        "columns": columns,
        "a_row": 1 if transposed_a else depth,
        "a_step": rows if transposed_a else 1,
        "b_step": 1 if transposed_b else columns,
        "b_column": depth if transposed_b else 1,
        "a_zero": a.zero_point,
        "b_zero": b.zero_point,
        "out_zero": target.zero_point,
    }
    batches = Constant(field="batches", values=np.array(starts, np.int32).reshape(-1))
    if wide:
        return Lowered(
            function="espalier_batch_matmul_int16",
            sources=("batch_matmul_int16.c", "typed.h"),
            struct="espalier_batch_matmul_layer",
            fields={
                **fields,
                "multiplier": arithmetic.reduced_multiplier(multiplier),
                "shift": 15 - multiplier.shift,
            },
            constants=(batches,),
            inputs=(0, 1),
            **_SIXTEEN_TWO,
        )
    by_bytes, apart = how.isa == "helium", fields["a_step"] != 1 and rows * depth > 1
    block, work = _matmul_room(depth, columns, by_bytes=by_bytes, apart=apart)
    short = multiplier.value > 0 and -multiplier.shift in FAST_SHIFTS and depth * 255 * 255 < _FAST_SUM
    return Lowered(
        function="espalier_batch_matmul_bytes" if by_bytes else "espalier_batch_matmul",
        sources=("batch_matmul_bytes.c",) if by_bytes else ("batch_matmul.c", "tiles.c", "tiles.h"),
        struct="espalier_batch_matmul_layer",
        fields={
            **fields,
            "multiplier": multiplier.value,
            "shift": multiplier.shift,
            "block": block,
            "fast": int(short),
        },
        constants=(batches,),
        inputs=(0, 1),
        work_bytes=work,
        uses_scratch=True,
    )


def _matmul_room(depth: int, columns: int, *, by_bytes: bool, apart: bool) -> tuple[int, int]:
    """(columns that are brought together at a time, bytes of work). `apart`: the rows of the first matrix, too."""
    padded = round_up(depth, WORD)
    least, each = (4, depth + WORD) if by_bytes else (2, padded)
    block = min(max(least, _BLOCK_BYTES // each // least * least), round_up(columns, least))
    if by_bytes:
        return block, block * each + (depth if apart else 0)
    return block, (8 + block) * padded + (round_up(4 * depth, 4) if apart else 0)


def _batch_starts(batch: Sequence[int], *shapes: Sequence[int]) -> list[tuple[int, ...]]:
    """The first element of each operand's matrix, for every matrix of the (broadcast) result."""
    starts = []
    for index in itertools.product(*(range(extent) for extent in batch)):
        row = []
        for shape in shapes:
            padded = (1,) * (len(batch) + 2 - len(shape)) + tuple(shape)
            at, step = 0, padded[-1] * padded[-2]
            for position in range(len(batch) - 1, -1, -1):
                at += (index[position] if padded[position] > 1 else 0) * step
                step *= padded[position]
            row.append(at)
        starts.append(tuple(row))
    return starts


def resize_bilinear(view: OpView, how: How) -> Lowered:
    source, output = view.input(0), view.output
    channels = source.shape[3]
    tables = {
        name: np.array([_neighbours(view, i, source.shape[a], output.shape[a]) for i in range(output.shape[a])], np.int32)
        * np.array([1, step, step], np.int32)
        for name, a, step in (("rows", 1, source.shape[2] * channels), ("columns", 2, channels))
    }
    return Lowered(
        function="espalier_resize_bilinear" + ("_int16" if output.dtype == "int16" else ""),
        sources=("resize_bilinear.c", "typed.h"),
        struct="espalier_resize_bilinear_layer",
        fields={
            "channels": channels,
            "out_height": output.shape[1],
            "out_width": output.shape[2],
        },
        constants=tuple(Constant(field=name, values=table.reshape(-1)) for name, table in tables.items()),
        **(_SIXTEEN if output.dtype == "int16" else {}),
    )


def _neighbours(view: OpView, position: int, size: int, out: int) -> tuple[int, int, int]:
    """(fraction of 1024, lower index, upper index) by TFLite's ComputeInterpolationValues."""
    if view.op.flag("align_corners") and out > 1:
        scale = (1024 * (size - 1) + (out - 1) // 2) // (out - 1)
    else:
        scale = (1024 * size + out // 2) // out
    point = position * scale + (scale // 2 - 512 if view.op.flag("half_pixel_centers") else 0)
    lower = max(point // 1024 if point >= 0 else 0, 0)
    upper = min((point + 1023) // 1024 if point + 1023 >= 0 else 0, size - 1)
    return point - 1024 * lower, lower, upper


def conv_int16(view: OpView, how: How) -> Lowered:
    """conv_2d, depthwise_conv_2d (a convolution with one group per channel) and fully_connected on int16."""
    op = view.op
    source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
    weights, geometry = _geometry(view)
    count = weights.shape[0]
    scales = quant_of(view.input(1).quant).scales
    if op.kind == "fully_connected" and len(scales) == 1:
        multipliers = (arithmetic.product_multiplier(source.scale, scales[0], target.scale),) * count
    else:
        multipliers = arithmetic.conv_multipliers(source.scale, scales, target.scale, count)
    low, high = arithmetic.activation_range(op.text("activation"), target.scale, target.zero_point, "int16")
    bias = view.constant(2).astype(np.int64).reshape(-1) if view.has(2) else np.zeros(count, np.int64)
    rows = [(0, arithmetic.reduced_multiplier(m), 15 - m.shift) for m in multipliers]
    return Lowered(
        function="espalier_conv_int16",
        sources=("conv_int16.c",),
        struct="espalier_conv_int16_layer",
        fields={
            **geometry,
            "out_channels": count,
            "kernel_height": weights.shape[1],
            "kernel_width": weights.shape[2],
            "low": low,
            "high": high,
        },
        constants=(
            Constant(field="weights", values=np.ascontiguousarray(weights).reshape(-1)),
            Constant(field="biases", values=bias),
            Constant(field="channels", values=np.array(rows, np.int32), struct="espalier_channel"),
        ),
        input_types=("int16_t",),
        out_type="int16_t",
    )


def _geometry(view: OpView) -> tuple[NDArray[np.int8], dict[str, int]]:
    """Weights [outputs, height, width, inputs of a group], and the sizes that the kernel is told."""
    op, data, output = view.op, view.input(0), view.output
    weights = np.asarray(view.constant(1), np.int8)
    if op.kind == "fully_connected":
        units, depth = weights.shape
        return weights.reshape(units, 1, 1, depth), {
            "in_height": data.elements // depth,
            "in_width": 1,
            "in_channels": depth,
            "out_height": data.elements // depth,
            "out_width": 1,
            "group_in": depth,
            "group_out": units,
            "stride_height": 1,
            "stride_width": 1,
            "dilation_height": 1,
            "dilation_width": 1,
        }
    _, in_h, in_w, in_c = data.shape
    if op.kind == "depthwise_conv_2d":
        weights = weights.transpose(3, 1, 2, 0)
    group_in = weights.shape[3]
    stride = op.integer("stride_h"), op.integer("stride_w")
    dilation = op.integer("dilation_h"), op.integer("dilation_w")
    pads = [
        window_padding(s, k, t, d, op.text("padding"))[0]
        for s, k, t, d in zip((in_h, in_w), weights.shape[1:3], stride, dilation, strict=True)
    ]
    return weights, {
        "in_height": in_h,
        "in_width": in_w,
        "in_channels": in_c,
        "out_height": output.shape[1],
        "out_width": output.shape[2],
        "group_in": group_in,
        "group_out": weights.shape[0] * group_in // in_c,
        "stride_height": stride[0],
        "stride_width": stride[1],
        "dilation_height": dilation[0],
        "dilation_width": dilation[1],
        "pad_top": pads[0],
        "pad_left": pads[1],
    }
