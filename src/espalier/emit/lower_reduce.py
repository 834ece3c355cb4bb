"""mean, sum, reduce_max and reduce_min; arg_max and arg_min; l2_normalization."""

from __future__ import annotations

from collections.abc import Sequence

from ..graph import arithmetic
from ..graph.shapes import axis_in_range, reduced_axes
from ..graph.types import DTYPES
from ..graph.view import OpView
from .lowering import TYPES, How, Lowered, quant_of, too_many_axes

_RESCALING = ("offset", "multiplier", "shift", "out_zero", "low", "high")


_EXTREMES = {"reduce_max": 1, "reduce_min": 2}


def reduce(view: OpView, how: How) -> Lowered:
    """mean, sum, reduce_max, reduce_min."""
    source, output = view.input(0), view.output
    axes = reduced_axes(view)
    count = source.elements // max(1, output.elements)
    fields: dict[str, int] = {"type": TYPES[output.dtype], "kind": _EXTREMES.get(view.op.kind, 0)}
    if view.op.kind not in _EXTREMES:
        a, target = quant_of(source.quant), quant_of(output.quant)
        if view.op.kind == "mean":
            multiplier = arithmetic.mean_multiplier(a.scale, target.scale, count)
        else:
            multiplier = arithmetic.exact_ratio_multiplier(a.scale, target.scale)
        low, high = arithmetic.LIMITS[output.dtype]
        fields |= {
            "offset": a.zero_point * count,
            "multiplier": multiplier.value,
            "shift": multiplier.shift,
            "out_zero": target.zero_point,
            "low": low,
            "high": high,
        }
    strides, step = [], 1
    for extent in reversed(source.shape):
        strides.append(step)
        step *= extent
    strides.reverse()
    kept = _merged(
        [(e, s) for n, (e, s) in enumerate(zip(source.shape, strides, strict=True)) if n not in axes], 4
    )
    reduced = _merged(
        [(e, s) for n, (e, s) in enumerate(zip(source.shape, strides, strict=True)) if n in axes], 3
    )
    rows, depth = kept[-1][0], reduced[-1][0]
    last = kept[:-1] == [(1, 0)] * 3 and kept[-1][1] in (0, depth) and reduced == [(1, 0), (1, 0), (depth, 1)]
    if view.op.kind not in _EXTREMES and output.dtype == "int8" and last:
        return Lowered(
            function="espalier_reduce_rows",
            sources=("reduce_rows.c", "typed.h"),
            struct="espalier_reduce_rows_layer",
            fields={"rows": rows, "depth": depth, **{k: fields[k] for k in _RESCALING}},
        )
    pixels, channels = reduced[-1][0], kept[-1][0]
    image = kept[:-1] == [(1, 0)] * 3 and reduced == [(1, 0), (1, 0), (pixels, channels)]
    if view.op.kind not in _EXTREMES and output.dtype == "int8" and image:
        return Lowered(
            function="espalier_reduce_pixels",
            sources=("reduce_pixels.c", "typed.h"),
            struct="espalier_reduce_pixels_layer",
            fields={"pixels": pixels, "channels": channels, **{k: fields[k] for k in _RESCALING}},
        )
    for name, axes_of in (("kept", kept), ("reduced", reduced)):
        for number, (extent, stride) in enumerate(axes_of):
            fields |= {f"{name}[{number}]": extent, f"{name}_stride[{number}]": stride}
    return Lowered(
        function="espalier_reduce",
        sources=("reduce.c", "typed.h"),
        struct="espalier_reduce_layer",
        fields=fields,
    )


def _merged(axes: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for extent, stride in axes:
        if extent == 1:
            continue
        if merged and merged[-1][1] == stride * extent:
            merged[-1] = (merged[-1][0] * extent, stride)
        else:
            merged.append((extent, stride))
    if len(merged) > count:
        raise too_many_axes("reduced", len(merged), count)
    return [(1, 0)] * (count - len(merged)) + merged


def arg_max(view: OpView, how: How) -> Lowered:
    """The first place of the largest value; arg_min: the same of values turned round."""
    shape = view.input(0).shape
    axis = axis_in_range(view.integers(1)[0], len(shape))
    outer = inner = 1
    for extent in shape[:axis]:
        outer *= extent
    for extent in shape[axis + 1 :]:
        inner *= extent
    return Lowered(
        function="espalier_arg_max",
        sources=("reduce.c", "typed.h"),
        struct="espalier_arg_max_layer",
        fields={
            "outer": outer,
            "depth": shape[axis],
            "inner": inner,
            "flip": -1 if view.op.kind == "arg_min" else 0,
            "words": DTYPES[view.output.dtype].itemsize // 4,
        },
        out_type="int32_t",
    )


def l2_normalization(view: OpView, how: How) -> Lowered:
    """Every row of the last axis by its length."""
    shape = view.input(0).shape
    return Lowered(
        function="espalier_l2_normalization",
        sources=("l2_normalization.c",),
        struct="espalier_l2_normalization_layer",
        fields={
            "rows": view.output.elements // shape[-1],
            "depth": shape[-1],
            "in_zero": quant_of(view.input(0).quant).zero_point,
        },
        leads={0: 0},
    )
