"""Operators that move values without changing them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..errors import UnsupportedModelError
from ..graph.shapes import axis_in_range, reduced_axes, slice_bounds
from ..graph.types import DTYPES, Array, Tensor
from ..graph.view import OpView
from .lowering import Constant, How, Lowered

_AXES = 5
LARGEST_INDEX = 65_535
"""Indices of `espalier_pick` have 16 bits."""


def copy(view: OpView, how: How) -> Lowered:
    """reshape and its kin where both sides belong to the caller; elsewhere the planner makes them one
    place."""
    return Lowered(
        function="espalier_copy_tensor",
        sources=("copy.c",),
        struct="espalier_copy_layer",
        fields={"bytes": view.output.size_bytes},
        leads={0: 0},
    )


def transpose(view: OpView, how: How) -> Lowered:
    strides = _strides(view.input(0).shape)
    order = [axis_in_range(a, len(strides)) for a in view.integers(1)]
    shape = view.output.shape
    return _move(view.input(0), shape, [strides[a] for a in order], _strides(shape))


def strided_slice(view: OpView, how: How) -> Lowered:
    bounds = slice_bounds(view)
    strides = _strides(view.input(0).shape)
    shape = [len(range(*b)) for b in bounds]
    start = sum(b[0] * s for b, s in zip(bounds, strides, strict=True))
    steps = [b[2] * s for b, s in zip(bounds, strides, strict=True)]
    return _move(view.input(0), shape, steps, _strides(shape), in_start=start)


def slice_(view: OpView, how: How) -> Lowered:
    strides, shape = _strides(view.input(0).shape), view.output.shape
    start = sum(b * s for b, s in zip(view.integers(1), strides, strict=True))
    return _move(view.input(0), shape, strides, _strides(shape), in_start=start)


def split(view: OpView, how: How) -> tuple[Lowered, ...]:
    """split and split_v: one call per output."""
    data, axis_position = (1, 0) if view.op.kind == "split" else (0, 2)
    source = view.input(data)
    axis = axis_in_range(view.integers(axis_position)[0], len(source.shape))
    strides = _strides(source.shape)
    calls, start = [], 0
    for number, result in enumerate(view.outputs):
        calls.append(
            _move(
                source,
                result.shape,
                strides,
                _strides(result.shape),
                in_start=start * strides[axis],
                operand=data,
                output=number,
            )
        )
        start += result.shape[axis]
    return tuple(calls)


def concatenation(view: OpView, how: How) -> tuple[Lowered, ...]:
    """One call per operand."""
    axis = axis_in_range(view.op.integer("axis"), len(view.output.shape))
    strides = _strides(view.output.shape)
    calls, start = [], 0
    for number in range(len(view.inputs)):
        part = view.input(number)
        calls.append(
            _move(
                part,
                part.shape,
                _strides(part.shape),
                strides,
                out_start=start * strides[axis],
                operand=number,
            )
        )
        start += part.shape[axis]
    return tuple(calls)


def pack(view: OpView, how: How) -> tuple[Lowered, ...]:
    axis = axis_in_range(view.op.integer("axis"), len(view.output.shape))
    strides = list(_strides(view.output.shape))
    step = strides.pop(axis)
    return tuple(
        _move(
            view.input(n),
            view.input(n).shape,
            _strides(view.input(n).shape),
            strides,
            out_start=n * step,
            operand=n,
        )
        for n in range(len(view.inputs))
    )


def pad(view: OpView, how: How) -> tuple[Lowered, ...]:
    """pad and padv2: the border is filled, then the input is placed."""
    source, output = view.input(0), view.output
    if view.op.kind == "padv2":
        value = int(view.integers(2)[0])
    else:
        value = output.quant.zero_point if output.quant is not None else 0
    amounts = view.integers(1)
    strides = _strides(output.shape)
    start = sum(before * s for before, s in zip(amounts[::2], strides, strict=True))
    fill = Lowered(
        function="espalier_fill",
        sources=("move.c", "copy.c"),
        struct="espalier_fill_layer",
        fields={"elements": output.elements, "element_bytes": DTYPES[output.dtype].itemsize, "value": value},
        inputs=(),
    )
    return fill, _move(source, source.shape, _strides(source.shape), strides, out_start=start)


def tile(view: OpView, how: How) -> Lowered:
    """One strided copy: along what is repeated the source stands still."""
    source, output = view.input(0), view.output
    shape: list[int] = []
    steps: tuple[list[int], list[int]] = [], []
    rows = zip(source.shape, view.integers(1), _strides(source.shape), _strides(output.shape), strict=True)
    for extent, times, inside, outside in rows:
        shape += [times, extent]
        steps[0].extend((0, inside))
        steps[1].extend((extent * outside, outside))
    return _move(source, shape, *steps)


def gather(view: OpView, how: How) -> Lowered:
    """Entries of one axis, each as long as all behind it: rows and pixels of an image that is as high as all before it."""
    source = view.input(0)
    axis = axis_in_range(view.op.integer("axis"), len(source.shape))
    outer, indices = math.prod(source.shape[:axis]), view.integers(1)
    entry = math.prod(source.shape[axis + 1 :]) * DTYPES[source.dtype].itemsize
    _check_indices("gather", source, axis)
    return _pick(source.shape[axis] * entry, entry, np.arange(outer), np.array(indices))


def _check_indices(kind: str, source: Tensor, axis: int) -> None:
    if max(math.prod(source.shape[:axis]), source.shape[axis]) > LARGEST_INDEX:
        raise UnsupportedModelError(
            f"{kind} along axis {axis} of a tensor of shape {list(source.shape)}",
            supported=f"at most {LARGEST_INDEX} entries along the axis and before it",
            next_step="use a smaller tensor",
        )


def _pick(row_bytes: int, entry_bytes: int, rows: Array, columns: Array) -> Lowered:
    """Entry `columns[j]` of row `rows[i]`, for each i and j."""
    return Lowered(
        function="espalier_pick",
        sources=("move.c", "copy.c"),
        struct="espalier_pick_layer",
        fields={
            "out_height": len(rows),
            "out_width": len(columns),
            "in_row_bytes": row_bytes,
            "pixel_bytes": entry_bytes,
        },
        constants=tuple(
            Constant(field=name, values=table.astype(np.uint16))
            for name, table in (("rows", rows), ("columns", columns))
        ),
    )


def depth_to_space(view: OpView, how: How) -> Lowered:
    """A row of blocks is as many rows of pixels."""
    _, h, w, channels = view.input(0).shape
    block = view.op.integer("block_size")
    depth = channels // block**2
    shape = (view.input(0).shape[0] * h, block, w, block * depth)
    return _move(view.input(0), shape, (w * channels, block * depth, channels, 1), _strides(shape))


def space_to_depth(view: OpView, how: How) -> Lowered:
    n, h, w, channels = view.input(0).shape
    block = view.op.integer("block_size")
    shape = (n * h // block, block, w // block, block * channels)
    step = block * channels
    outside = (block * w * channels, step, block * step, 1)
    return _move(view.input(0), shape, _strides(shape), outside)


def mirror_pad(view: OpView, how: How) -> Lowered:
    """Rows and columns picked by tables: the last axis with a border is the columns, those before it the rows."""
    source, mode = view.input(0), ("reflect", "symmetric")[view.op.integer("mode")]
    amounts = list(zip(view.integers(1)[::2], view.integers(1)[1::2], strict=True))
    axis = max((n for n, pad in enumerate(amounts) if any(pad)), default=0)
    rows = np.arange(math.prod(source.shape[:axis])).reshape(source.shape[:axis])
    rows = np.pad(rows, amounts[:axis], mode=mode) if axis else rows  # type: ignore[call-overload]
    columns = np.pad(np.arange(source.shape[axis]), amounts[axis], mode=mode)  # type: ignore[call-overload]
    entry = math.prod(source.shape[axis + 1 :]) * DTYPES[source.dtype].itemsize
    _check_indices("mirror_pad", source, axis)
    return _pick(source.shape[axis] * entry, entry, rows.reshape(-1), columns)


def reverse(view: OpView, how: How) -> Lowered:
    """A strided copy that starts at the end of each axis that is turned round."""
    source, axes = view.input(0), reduced_axes(view)
    strides = _strides(source.shape)
    start = sum((source.shape[a] - 1) * strides[a] for a in axes)
    steps = [-s if a in axes else s for a, s in enumerate(strides)]
    return _move(source, source.shape, steps, strides, in_start=start)


def broadcast_to(view: OpView, how: How) -> Lowered:
    source, output = view.input(0), view.output
    padded = (1,) * (len(output.shape) - len(source.shape)) + source.shape
    steps = [0 if extent == 1 else step for extent, step in zip(padded, _strides(padded), strict=True)]
    return _move(source, output.shape, steps, _strides(output.shape))


def unpack(view: OpView, how: How) -> tuple[Lowered, ...]:
    """One call per output."""
    source = view.input(0)
    axis = axis_in_range(view.op.integer("axis"), len(source.shape))
    steps = _strides(source.shape)
    step = steps.pop(axis)
    return tuple(
        _move(source, result.shape, steps, _strides(result.shape), in_start=number * step, output=number)
        for number, result in enumerate(view.outputs)
    )


def resize_nearest_neighbor(view: OpView, how: How) -> Lowered:
    source, output = view.input(0), view.output
    item = DTYPES[source.dtype].itemsize
    pixel = source.shape[3] * item
    rows, columns = (
        np.array([_nearest(view, i, source.shape[a], output.shape[a]) for i in range(output.shape[a])])
        for a in (1, 2)
    )
    return _pick(source.shape[2] * pixel, pixel, rows, columns)


def _nearest(view: OpView, position: int, size: int, out: int) -> int:
    """The source index that TFLite's single-precision formula picks."""
    f32 = np.float32
    corners, half = view.op.flag("align_corners"), view.op.flag("half_pixel_centers")
    scale = f32(size - 1) / f32(out - 1) if corners and out > 1 else f32(size) / f32(out)
    point = (f32(position) + (f32(0.5) if half else f32(0))) * scale
    index = math.floor(float(point) + 0.5) if corners else math.floor(float(point))
    return min(max(index, 0), size - 1)


def _strides(shape: Sequence[int]) -> list[int]:
    """Elements from one index to the next, per axis, of a contiguous array."""
    strides, step = [], 1
    for extent in reversed(shape):
        strides.append(step)
        step *= extent
    return strides[::-1]


def _move(
    source: Tensor,
    shape: Sequence[int],
    in_strides: Sequence[int],
    out_strides: Sequence[int],
    *,
    in_start: int = 0,
    out_start: int = 0,
    operand: int = 0,
    output: int = 0,
) -> Lowered:
    """A strided copy, with the axes that lie together merged into blocks."""
    item = DTYPES[source.dtype].itemsize
    axes: list[tuple[int, int, int]] = []
    for extent, a, b in zip(shape, in_strides, out_strides, strict=True):
        if extent == 1:
            continue
        if axes and axes[-1][1] == a * extent and axes[-1][2] == b * extent:
            axes[-1] = (axes[-1][0] * extent, a, b)
        else:
            axes.append((extent, a, b))
    block = item
    if axes and axes[-1][1] == 1 and axes[-1][2] == 1:
        block *= axes.pop()[0]
    if len(axes) > _AXES:
        raise UnsupportedModelError(
            f"a tensor of shape {list(shape)} is moved along {len(axes)} separate axes",
            supported=f"{_AXES} axes",
            next_step="reshape the tensor so that fewer axes are transposed at once",
        )
    axes = [(1, 0, 0)] * (_AXES - len(axes)) + axes
    fields: dict[str, int] = {}
    for number, (extent, a, b) in enumerate(axes):
        fields |= {
            f"extent[{number}]": extent,
            f"in_stride[{number}]": a * item,
            f"out_stride[{number}]": b * item,
        }
    return Lowered(
        function="espalier_move",
        sources=("move.c", "copy.c"),
        struct="espalier_move_layer",
        fields={**fields, "in_start": in_start * item, "out_start": out_start * item, "block": block},
        inputs=(operand,),
        output=output,
    )
