"""Layers that move values: reshapes, paddings, crops, enlargements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Final

from .calls import Call
from .settings import pair, text, whole
from .sheet import Sheet, UnknownLayerError

Draw = Callable[[Sheet, Call], int]


def _reshaped(s: Sheet, x: int, shape: tuple[int, ...]) -> int:
    return x if s.shape(x) == shape else s.add("reshape", [x, s.numbers(list(shape))])


def _flatten(s: Sheet, call: Call) -> int:
    x = call.operands[0]
    return _reshaped(s, x, (1, prod(s.shape(x))))


def _reshape(s: Sheet, call: Call) -> int:
    """To the sides of the configuration, one of which may be open."""
    x = call.operands[0]
    given = call.config.get("target_shape", call.config.get("newshape"))
    sides = [int(side) for side in given] if isinstance(given, list | tuple) else []
    known = prod(side for side in sides if side != -1)
    every = prod(s.shape(x))
    if "newshape" in call.config and sides:
        sides = sides[1:]
        known = prod(side for side in sides if side != -1)
    return _reshaped(s, x, (1, *(every // max(known, 1) if side == -1 else side for side in sides)))


def _permute(s: Sheet, call: Call) -> int:
    order = call.config.get("dims")
    axes = [0, *(int(axis) for axis in order)] if isinstance(order, list | tuple) else [0]
    return s.add("transpose", [call.operands[0], s.numbers(axes)])


def _sides_of(config: Mapping[str, object], name: str) -> list[list[int]]:
    """((top, bottom), (left, right)) of a padding or a cropping."""
    value = config.get(name, 1)
    if isinstance(value, int):
        return [[value, value], [value, value]]
    listed = list(value) if isinstance(value, list | tuple) else []
    return [[side, side] if isinstance(side, int) else [int(n) for n in side] for side in listed]


def _pad(s: Sheet, call: Call) -> int:
    x = call.operands[0]
    sides = _sides_of(call.config, "padding")
    if len(s.shape(x)) == 3:
        sides = sides[:1]
    return s.add("pad", [x, s.numbers([[0, 0], *sides, [0, 0]])])


def _crop(s: Sheet, call: Call) -> int:
    x = call.operands[0]
    (top, bottom), (left, right) = _sides_of(call.config, "cropping")
    _, height, width, channels = s.shape(x)
    size = [1, height - top - bottom, width - left - right, channels]
    begin = [0, top, left, 0]
    ends = [first + side for first, side in zip(begin, size, strict=True)]
    return s.add("strided_slice", [x, s.numbers(begin), s.numbers(ends), s.numbers([1, 1, 1, 1])])


def _up_sample(s: Sheet, call: Call) -> int:
    height, width = pair(call.config, "size", 2)
    return _resized(s, call, height * s.shape(call.operands[0])[1], width * s.shape(call.operands[0])[2])


def _resize(s: Sheet, call: Call) -> int:
    return _resized(s, call, whole(call.config, "height"), whole(call.config, "width"))


def _resized(s: Sheet, call: Call, height: int, width: int) -> int:
    how = text(call.config, "interpolation", "nearest" if call.class_name == "UpSampling2D" else "bilinear")
    kinds = {"nearest": "resize_nearest_neighbor", "bilinear": "resize_bilinear"}
    if how not in kinds:
        raise UnknownLayerError(
            f"the layer {call.name!r} enlarges by {how!r}",
            supported="nearest, bilinear",
            next_step="use one of these",
        )
    return s.add(kinds[how], [call.operands[0], s.numbers([height, width])], half_pixel_centers=True)


MOVES: Final[Mapping[str, Draw]] = {
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "ZeroPadding2D": _pad,
    "ZeroPadding1D": _pad,
    "Cropping2D": _crop,
    "UpSampling2D": _up_sample,
    "Resizing": _resize,
}
