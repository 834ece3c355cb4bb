"""Operators that work element by element."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import numpy as np

from ..errors import UnsupportedModelError
from ..graph import arithmetic, curves
from ..graph.view import OpView
from .lower_tables import binary_by_table, rows_of
from .lowering import TYPES, Constant, How, Lowered, quant_of, too_many_axes

_KINDS = {"add": 0, "sub": 0, "mul": 1, "maximum": 2, "minimum": 3, "squared_difference": 4, "prelu": 5}
_BINARY_AXES = 4
FAST_SHIFTS = range(1, 23)
"""Right shifts for which the short requantization is exact."""


def binary(view: OpView, how: How) -> Lowered:
    """add, sub, mul, maximum, minimum, squared_difference, prelu."""
    fast = binary_by_table(view, how) or _fast_add(view)
    if fast is not None:
        return fast
    first, second, output = view.input(0), view.input(1), view.output
    a, b, target = (quant_of(t.quant) for t in (first, second, output))
    low, high = arithmetic.LIMITS[output.dtype]
    if "activation" in view.op.options:
        low, high = arithmetic.activation_range(
            view.op.text("activation"), target.scale, target.zero_point, output.dtype
        )
    fields = {
        "kind": _KINDS[view.op.kind],
        "type": TYPES[output.dtype],
        "a_zero": a.zero_point,
        "b_zero": b.zero_point,
        "out_zero": target.zero_point,
        "low": low,
        "high": high,
        "b_sign": -1 if view.op.kind == "sub" else 1,
        **_binary_multipliers(view),
    }
    axes = broadcast_axes(output.shape, first.shape, second.shape)
    for number, (extent, left, right) in enumerate(axes):
        fields |= {f"extent[{number}]": extent, f"a_stride[{number}]": left, f"b_stride[{number}]": right}
    whole = {n for n, t in ((0, first), (1, second)) if t.shape == output.shape and not t.is_constant}
    short = output.dtype == "int8" and fields.get("multiplier", 0) > 0 and -fields["shift"] in FAST_SHIFTS
    if short and view.op.kind == "prelu":
        return _prelu(view, fields, whole)
    short = short and view.op.kind == "mul"
    return Lowered(
        function="espalier_mul" if short else "espalier_binary",
        sources=("mul.c", "clamp.c") if short else ("binary.c", "typed.h"),
        struct="espalier_binary_layer",
        fields=fields,
        inputs=(0, 1),
        leads=dict.fromkeys(whole, 0),
    )


def _prelu(view: OpView, fields: Mapping[str, int], whole: Set[int]) -> Lowered:
    source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
    values = np.arange(-128, 128, dtype=np.int64) - source.zero_point
    positive = arithmetic.rescale(values, arithmetic.ratio_multiplier(source.scale, target.scale))
    table = arithmetic.clamp(positive + target.zero_point, *arithmetic.LIMITS["int8"]).astype(np.int8)
    return Lowered(
        function="espalier_prelu",
        sources=("prelu.c",),
        struct="espalier_prelu_layer",
        fields={f"binary.{name}": value for name, value in fields.items()},
        constants=(Constant(field="table", values=table),),
        inputs=(0, 1),
        leads=dict.fromkeys(sorted(whole), 0),
    )


def _binary_multipliers(view: OpView) -> dict[str, int]:
    a, b, target = (quant_of(t.quant) for t in (view.input(0), view.input(1), view.output))
    if view.op.kind in ("maximum", "minimum"):
        return {}
    if view.op.kind in ("mul", "prelu"):
        product = arithmetic.mul_multiplier(a.scale, b.scale, target.scale)
        fields = {"multiplier": product.value, "shift": product.shift}
        if view.op.kind == "prelu":
            positive = arithmetic.ratio_multiplier(a.scale, target.scale)
            fields |= {"a_multiplier": positive.value, "a_shift": positive.shift}
        return fields
    if view.op.kind == "squared_difference":
        p = arithmetic.squared_difference_parameters(a.scale, b.scale, target.scale)
    else:
        p = arithmetic.add_parameters(a.scale, b.scale, target.scale, view.output.dtype)
    return {
        "left_shift": p.left_shift,
        "a_multiplier": p.left.value,
        "a_shift": p.left.shift,
        "b_multiplier": p.right.value,
        "b_shift": p.right.shift,
        "multiplier": p.output.value,
        "shift": p.output.shift,
    }


def broadcast_axes(shape: Sequence[int], *operands: Sequence[int]) -> list[tuple[int, ...]]:
    """(extent, stride of the first operand, of the second, ...) per axis, merged, exactly four."""
    strides = []
    for operand in operands:
        padded = (1,) * (len(shape) - len(operand)) + tuple(operand)
        row, step = [], 1
        for extent in reversed(padded):
            row.append(0 if extent == 1 else step)
            step *= extent
        strides.append(row[::-1])
    axes: list[tuple[int, ...]] = []
    for extent, *steps in zip(shape, *strides, strict=True):
        if extent == 1:
            continue
        if axes and all(outer == step * extent for outer, step in zip(axes[-1][1:], steps, strict=True)):
            axes[-1] = (axes[-1][0] * extent, *steps)
        else:
            axes.append((extent, *steps))
    if len(axes) > _BINARY_AXES:
        raise too_many_axes("broadcast", len(axes), _BINARY_AXES)
    return [(1,) + (0,) * len(operands)] * (_BINARY_AXES - len(axes)) + axes




_FEW = 32
"""Outputs that are not worth a table of 256 values: below about 80 it takes longer, but it spares the general kernel's code."""


def _fast_add(view: OpView) -> Lowered | None:
    """add, sub and squared_difference of int8, of one shape (add and sub) or with repeated operands; None where the
    general kernel must do it."""
    first, second, output = view.input(0), view.input(1), view.output
    kind, one_shape = view.op.kind, first.shape == second.shape
    if kind not in ("add", "sub", "squared_difference") or output.dtype != "int8":
        return None
    squared = kind == "squared_difference"
    if (squared or not one_shape) and output.elements < _FEW:
        return None
    a, b, target = (quant_of(t.quant) for t in (first, second, output))
    if squared:
        p = arithmetic.squared_difference_parameters(a.scale, b.scale, target.scale)
        low, high = arithmetic.LIMITS["int8"]
    else:
        p = arithmetic.add_parameters(a.scale, b.scale, target.scale, "int8")
        activation = view.op.text("activation")
        low, high = arithmetic.activation_range(activation, target.scale, target.zero_point, "int8")
    sign = 1 if kind == "add" else -1
    # TFLite divides both scales by twice the larger one, which halves the operand with the larger scale
    # exactly.
    swapped = a.scale < b.scale
    plain, plain_sign = (b, sign) if swapped else (a, 1)
    scaled, multiplier, scaled_sign = (a, p.left, 1) if swapped else (b, p.right, sign)
    if -p.output.shift not in FAST_SHIFTS or p.output.value <= 0 or multiplier.shift > 0:
        return None
    fields = {
        "count": output.elements,
        "plain": plain_sign << p.left_shift,
        "constant": -plain_sign * plain.zero_point << p.left_shift,
        "scaled_multiplier": multiplier.value,
        "scaled_shift": multiplier.shift,
        "scaled_sign": scaled_sign,
        "scaled_zero": scaled.zero_point,
        "multiplier": p.output.value,
        "shift": -p.output.shift,
        "left_shift": p.left_shift,
        "swapped": swapped,
        "out_zero": target.zero_point,
        "low": low,
        "high": high,
    }
    if one_shape and not squared:
        return Lowered(
            function="espalier_add",
            sources=("add.c", "clamp.c"),
            struct="espalier_add_layer",
            fields=fields,
            inputs=(0, 1),
            state_bytes=1024,
            uses_scratch=True,
            leads={n: 0 for n in (0, 1) if not view.input(n).is_constant},
            window=rows_of(view),
            start="espalier_add_start",
            row_form="elementwise",
        )
    return _repeated_sum(view, fields, squared)


def _repeated_sum(view: OpView, fields: Mapping[str, int], squared: bool) -> Lowered:
    """The same where an operand's values are repeated along an axis."""
    first, second, output = view.input(0), view.input(1), view.output
    axes = broadcast_axes(output.shape, first.shape, second.shape)
    repeated = {f"sum.{name}": value for name, value in fields.items()}
    repeated |= {"sum.count": axes[-1][0], "squared": int(squared)}
    for number, (extent, left, right) in enumerate(axes):
        repeated |= {f"a_stride[{number}]": left, f"b_stride[{number}]": right}
        if number < _BINARY_AXES - 1:
            repeated[f"extent[{number}]"] = extent
    whole = [n for n, t in ((0, first), (1, second)) if t.shape == output.shape and not t.is_constant]
    return Lowered(
        function="espalier_broadcast",
        sources=("broadcast.c", "add.c", "clamp.c"),
        struct="espalier_broadcast_layer",
        fields=repeated,
        inputs=(0, 1),
        state_bytes=1024,
        uses_scratch=True,
        leads=dict.fromkeys(whole, 0),
    )


def curve(view: OpView, how: How) -> Lowered:
    """A function of one value: a table for int8, arithmetic for the types that have too many values."""
    source, output = view.input(0), view.output
    if source.dtype == "int8" and output.dtype == "int8":
        return Lowered(
            function="espalier_lookup",
            sources=("lookup.c",),
            struct="espalier_lookup_layer",
            fields={"count": output.elements},
            constants=(Constant(field="table", values=curves.table(view)),),
            leads={0: 0},
        )
    if source.dtype == "float32":
        return _float_edge(view, "espalier_quantize_float", output.dtype)
    return _rescale(view)


def _rescale(view: OpView) -> Lowered:
    source, output = view.input(0), view.output
    a, target = quant_of(source.quant), quant_of(output.quant)
    low, high = arithmetic.LIMITS[output.dtype]
    kind = view.op.kind
    if kind not in ("relu", "relu6", "leaky_relu", "quantize") or not {source.dtype, output.dtype} <= set(
        TYPES
    ):
        raise UnsupportedModelError(
            f"no kernel takes {kind} from {source.dtype} to {output.dtype}",
            supported="int8 for every function of one value; int16 for relu, relu6, leaky_relu and quantize",
            next_step="quantize this layer to int8",
        )
    if kind in ("relu", "relu6"):
        low, high = arithmetic.activation_range(kind, target.scale, target.zero_point, output.dtype)
    exact = kind == "quantize"
    ratio = arithmetic.exact_ratio_multiplier if exact else arithmetic.ratio_multiplier
    positive = ratio(a.scale, target.scale)
    negative, sign = positive, 1
    if kind == "leaky_relu":
        alpha = view.op.number("alpha")
        negative = arithmetic.mul_multiplier(a.scale, abs(alpha), target.scale)
        sign = -1 if alpha < 0 else 1
    sizes = {"int8": 1, "uint8": 1, "int16": 2}
    return Lowered(
        function="espalier_rescale",
        sources=("rescale.c", "typed.h"),
        struct="espalier_rescale_layer",
        fields={
            "count": output.elements,
            "in_type": TYPES[source.dtype],
            "out_type": TYPES[output.dtype],
            "in_zero": a.zero_point,
            "out_zero": target.zero_point,
            "multiplier": positive.value,
            "shift": positive.shift,
            "negative_multiplier": negative.value,
            "negative_shift": negative.shift,
            "negative_sign": sign,
            "low": low,
            "high": high,
        },
        leads={0: 0} if sizes[output.dtype] <= sizes[source.dtype] else {},
    )


def _float_edge(view: OpView, function: str, dtype: str) -> Lowered:
    quant = quant_of(view.output.quant if function.endswith("float") else view.input(0).quant)
    low, high = arithmetic.LIMITS[dtype]
    to_float = view.output.dtype == "float32"
    return Lowered(
        function=function,
        sources=("edges.c", "typed.h"),
        struct="espalier_float_layer",
        fields={
            "count": view.output.elements,
            "type": TYPES[dtype],
            "zero": quant.zero_point,
            "low": low,
            "high": high,
            "scale": float(quant.scale),
        },
        input_types=("int8_t",) if to_float else ("float",),
        out_type="float" if to_float else "int8_t",
        leads={} if to_float else {0: 0},
    )


def dequantize(view: OpView, how: How) -> Lowered:
    return _float_edge(view, "espalier_dequantize", view.input(0).dtype)
