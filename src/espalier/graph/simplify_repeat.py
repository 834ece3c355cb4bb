"""Keras 3 writes UpSampling2D as two repetitions, of rows and of pixels: one resize does both, and keeps nothing between."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from .edit import add_constant, add_tensor, repeated, replace_op
from .types import Graph, Op
from .view import view

RENAMINGS: Final = frozenset({"reshape", "squeeze", "expand_dims"})


def fuse_repeats(graph: Graph) -> Graph:
    """`tile` of rows, then of pixels, of an image as one `resize_nearest_neighbor`."""
    return repeated(_fuse_one, graph)


def _fuse_one(graph: Graph) -> Graph:
    producers = graph.producers()
    for position, op in enumerate(graph.ops):
        pixels = _repetition(graph, op)
        if pixels is None:
            continue
        first = producers.get(_behind(graph, op.inputs[0], producers), -1)
        rows = _repetition(graph, graph.ops[first]) if first >= 0 else None
        if rows is None:
            continue
        source = _image(graph, graph.ops[first].inputs[0], producers, rows, pixels)
        if source is not None:
            return _resized(graph, position, source, rows[1], pixels[1])
    return graph


def _repetition(graph: Graph, op: Op) -> tuple[int, int, int] | None:
    """(outer, times, inner) of a `tile` that repeats blocks of `inner` values, each `times` times, in `outer` places."""
    if op.kind != "tile":
        return None
    looked = view(graph, op)
    shape, multiples = looked.input(0).shape, looked.integers(1)
    axes = [axis for axis, times in enumerate(multiples) if times != 1]
    if len(axes) != 1 or shape[axes[0]] != 1:
        return None
    return math.prod(shape[: axes[0]]), multiples[axes[0]], math.prod(shape[axes[0] :])


def _behind(graph: Graph, tensor: int, producers: dict[int, int]) -> int:
    """The tensor that `tensor` is another name of."""
    while (maker := producers.get(tensor, -1)) >= 0 and graph.ops[maker].kind in RENAMINGS:
        tensor = graph.ops[maker].inputs[0]
    return tensor


def _image(
    graph: Graph,
    tensor: int,
    producers: dict[int, int],
    rows: tuple[int, int, int],
    pixels: tuple[int, int, int],
) -> int | None:
    """The image [1, h, w, c] whose rows and then pixels the two repetitions repeat."""
    source = _behind(graph, tensor, producers)
    shape = graph.tensors[source].shape
    if len(shape) != 4 or shape[0] != 1:
        return None
    _, height, width, channels = shape
    fits = (rows[0], rows[2]) == (height, width * channels) and (pixels[0], pixels[2]) == (
        height * rows[1] * width,
        channels,
    )
    return source if fits and _exact(height, rows[1]) and _exact(width, pixels[1]) else None


def _exact(extent: int, times: int) -> bool:
    """Whether the resize, which divides in single precision, picks entry i // times for every i."""
    step = np.float32(extent) / np.float32(extent * times)
    picked = np.floor(np.arange(extent * times, dtype=np.float32) * step)
    return bool((picked == np.arange(extent * times) // times).all())


def _resized(graph: Graph, position: int, source: int, rows: int, columns: int) -> Graph:
    """Operator `position` as a resize of `source` and a new name of it."""
    _, height, width, channels = graph.tensors[source].shape
    size = (height * rows, width * columns)
    result = graph.ops[position].outputs[0]
    image = replace(graph.tensors[result], shape=(1, *size, channels))
    graph, made = add_tensor(graph, image)
    graph, wanted = add_constant(graph, "size", np.array(size, np.int32), "int32")
    shape = graph.tensors[result].shape
    graph, named = add_constant(graph, "shape", np.array(shape, np.int32), "int32")
    resize = Op(
        kind="resize_nearest_neighbor",
        inputs=(source, wanted),
        outputs=(made,),
        options={"align_corners": False, "half_pixel_centers": False},
    )
    rename = Op(kind="reshape", inputs=(made, named), outputs=(result,), options={"new_shape": shape})
    return replace_op(graph, position, resize, rename)
