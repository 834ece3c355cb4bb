"""Reference executors of the operators that move or compare values without rescaling them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from .curves import quant_of
from .shapes import axis_in_range, reduced_axes, slice_bounds
from .types import Array
from .view import OpView

Results = tuple[Array, ...]


def _reshape(view: OpView, x: Sequence[Array]) -> Results:
    return (x[0].reshape(view.output.shape),)


def _pad(view: OpView, x: Sequence[Array]) -> Results:
    if len(x) == 3:
        fill = x[2].reshape(-1)[0]
    else:
        quant = view.output.quant
        fill = np.asarray(0 if quant is None else quant.zero_point).astype(x[0].dtype)
    pads = [(int(before), int(after)) for before, after in x[1]]
    return (np.pad(x[0], pads, constant_values=fill),)


def _concatenation(view: OpView, x: Sequence[Array]) -> Results:
    return (np.concatenate(list(x), axis=view.op.integer("axis")),)


def _pack(view: OpView, x: Sequence[Array]) -> Results:
    return (np.stack(list(x), axis=view.op.integer("axis")),)


def _transpose(view: OpView, x: Sequence[Array]) -> Results:
    return (np.transpose(x[0], view.integers(1)),)


def _strided_slice(view: OpView, x: Sequence[Array]) -> Results:
    result = x[0]
    for axis, bounds in enumerate(slice_bounds(view)):
        result = np.take(result, np.arange(*bounds), axis=axis)
    return (result,)


def _slice(view: OpView, x: Sequence[Array]) -> Results:
    begin = view.integers(1)
    return (x[0][tuple(slice(b, b + n) for b, n in zip(begin, view.output.shape, strict=True))],)


def _split(view: OpView, x: Sequence[Array]) -> Results:
    axis = axis_in_range(view.integers(0)[0], x[1].ndim)
    return tuple(np.split(x[1], len(view.outputs), axis=axis))


def _split_v(view: OpView, x: Sequence[Array]) -> Results:
    axis = axis_in_range(view.integers(2)[0], x[0].ndim)
    ends = np.cumsum([t.shape[axis] for t in view.outputs])
    return tuple(np.split(x[0], ends[:-1].tolist(), axis=axis))


def _shape(view: OpView, x: Sequence[Array]) -> Results:
    return (np.array(x[0].shape, np.int64),)


def _reduce_max(view: OpView, x: Sequence[Array]) -> Results:
    return (x[0].max(axis=reduced_axes(view)),)


def _reduce_min(view: OpView, x: Sequence[Array]) -> Results:
    return (x[0].min(axis=reduced_axes(view)),)


def _arg_max(view: OpView, x: Sequence[Array]) -> Results:
    return (np.argmax(x[0], axis=axis_in_range(view.integers(1)[0], x[0].ndim)),)


def _arg_min(view: OpView, x: Sequence[Array]) -> Results:
    return (np.argmin(x[0], axis=axis_in_range(view.integers(1)[0], x[0].ndim)),)


def _depth_to_space(view: OpView, x: Sequence[Array]) -> Results:
    n, h, w, channels = x[0].shape
    block = view.op.integer("block_size")
    parts = x[0].reshape(n, h, w, block, block, channels // block**2)
    return (parts.transpose(0, 1, 3, 2, 4, 5),)


def _space_to_depth(view: OpView, x: Sequence[Array]) -> Results:
    n, h, w, channels = x[0].shape
    block = view.op.integer("block_size")
    parts = x[0].reshape(n, h // block, block, w // block, block, channels)
    return (parts.transpose(0, 1, 3, 2, 4, 5),)


def _mirror_pad(view: OpView, x: Sequence[Array]) -> Results:
    mode = ("reflect", "symmetric")[view.op.integer("mode")]
    pads = [(int(before), int(after)) for before, after in x[1]]
    return (np.pad(x[0], pads, mode=mode),)  # type: ignore[call-overload]


def _reverse(view: OpView, x: Sequence[Array]) -> Results:
    return (np.flip(x[0], axis=reduced_axes(view)),)


def _broadcast_to(view: OpView, x: Sequence[Array]) -> Results:
    return (np.broadcast_to(x[0], view.output.shape),)


def _unpack(view: OpView, x: Sequence[Array]) -> Results:
    return tuple(np.moveaxis(x[0], view.op.integer("axis"), 0))


def _tile(view: OpView, x: Sequence[Array]) -> Results:
    return (np.tile(x[0], view.integers(1)),)


def _gather(view: OpView, x: Sequence[Array]) -> Results:
    return (np.take(x[0], view.constant(1).astype(np.int64), axis=view.op.integer("axis")),)


def _resize_nearest(view: OpView, x: Sequence[Array]) -> Results:
    result = x[0]
    for axis in (1, 2):
        index = [_nearest(view, i, result.shape[axis], view.output.shape[axis])
                 for i in range(view.output.shape[axis])]  # fmt: skip
        result = np.take(result, index, axis=axis)
    return (result,)


def _nearest(view: OpView, position: int, size: int, out: int) -> int:
    """TFLite's choice, in single precision."""
    align, half = view.op.flag("align_corners"), view.op.flag("half_pixel_centers")
    f32 = np.float32
    scale = f32(size - 1) / f32(out - 1) if align and out > 1 else f32(size) / f32(out)
    real = float((f32(position) + f32(0.5 if half else 0.0)) * scale)
    index = int(np.floor(real + 0.5)) if align else int(np.floor(real))
    return max(0, min(index, size - 1))


def _extreme(function: Callable[[Array, Array], Array]) -> Callable[[OpView, Sequence[Array]], Results]:
    def extreme(view: OpView, x: Sequence[Array]) -> Results:
        return (function(x[0], x[1]),)

    return extreme


def _dequantize(view: OpView, x: Sequence[Array]) -> Results:
    quant = quant_of(view.input(0).quant)
    steps = (x[0].astype(np.int64) - quant.zero_point).astype(np.float64)
    return ((quant.scale * steps).astype(np.float32),)


MOVE: Final[Mapping[str, Callable[[OpView, Sequence[Array]], Results]]] = MappingProxyType(
    {
        "reshape": _reshape,
        "squeeze": _reshape,
        "expand_dims": _reshape,
        "pad": _pad,
        "padv2": _pad,
        "concatenation": _concatenation,
        "pack": _pack,
        "transpose": _transpose,
        "strided_slice": _strided_slice,
        "slice": _slice,
        "split": _split,
        "split_v": _split_v,
        "shape": _shape,
        "reduce_max": _reduce_max,
        "reduce_min": _reduce_min,
        "arg_max": _arg_max,
        "arg_min": _arg_min,
        "depth_to_space": _depth_to_space,
        "space_to_depth": _space_to_depth,
        "mirror_pad": _mirror_pad,
        "reverse_v2": _reverse,
        "broadcast_to": _broadcast_to,
        "unpack": _unpack,
        "tile": _tile,
        "gather": _gather,
        "resize_nearest_neighbor": _resize_nearest,
        "maximum": _extreme(np.maximum),
        "minimum": _extreme(np.minimum),
        "dequantize": _dequantize,
    }
)
