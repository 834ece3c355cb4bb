"""Comparisons, select and div: two or three int8 operands that vary."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..graph import arithmetic
from ..graph.fixedpoint import reciprocal
from ..graph.reference_real import compared_steps, div_multiplier
from ..graph.types import DTYPES
from ..graph.view import OpView
from .lower_elementwise import broadcast_axes
from .lowering import Constant, How, Lowered, quant_of

_ORDERS: Mapping[str, tuple[bool, bool, bool]] = {
    "equal": (False, False, False),
    "not_equal": (False, True, False),
    "greater": (True, False, False),
    "less_equal": (True, True, False),
    "less": (True, False, True),
    "greater_equal": (True, True, True),
}
"""kind -> (greater, or equal; the answer is turned round; the operands are)."""


def compare(view: OpView, how: How) -> Lowered:
    """What TFLite compares depends on each value's own operand alone: 256 numbers of each, of which the order counts. Where
    it is that of the values of two operands of one scale they are compared as they are."""
    greater, negate, swapped = _ORDERS[view.op.kind]
    places = (1, 0) if swapped else (0, 1)
    every = np.arange(-128, 128, dtype=np.int64)
    compared = [compared_steps(view, n, every) for n in places]
    order = np.unique(np.concatenate(compared))
    ranks = [np.searchsorted(order, steps).astype(np.int16) for steps in compared]
    plain = np.array_equal(ranks[0], ranks[1]) and len(order) == len(every)
    fields = {"greater": int(greater), "negate": int(negate)}
    for number, row in enumerate(broadcast_axes(view.output.shape, *(view.input(n).shape for n in places))):
        for name, value in zip(("extent", "a_stride", "b_stride"), row, strict=True):
            fields[f"{name}[{number}]"] = value
    names = ("a_ranks", "b_ranks")
    return Lowered(
        function="espalier_compare",
        sources=("choose.c", "copy.c"),
        struct="espalier_compare_layer",
        fields=fields,
        constants=() if plain else tuple(Constant(field=f, values=v) for f, v in zip(names, ranks, strict=True)),
        inputs=places,
    )


def select(view: OpView, how: How) -> Lowered:
    """The first or the second of two values; elements are copied, whatever their type."""
    fields = {"bytes": DTYPES[view.output.dtype].itemsize}
    shapes = [view.input(n).shape for n in range(3)]
    if view.input(0).elements == 1:
        shapes[0] = ()
    for number, row in enumerate(broadcast_axes(view.output.shape, *shapes)):
        for name, value in zip(("extent", "c_stride", "a_stride", "b_stride"), row, strict=True):
            fields[f"{name}[{number}]"] = value
    return Lowered(
        function="espalier_select",
        sources=("choose.c", "copy.c"),
        struct="espalier_select_layer",
        fields=fields,
        inputs=(0, 1, 2),
    )


def div(view: OpView, how: How) -> Lowered:
    """A divisor has 256 values: their reciprocals are a table."""
    left, right, out = (quant_of(t.quant) for t in (view.input(0), view.input(1), view.output))
    multiplier = div_multiplier(view)
    low, high = arithmetic.activation_range(view.op.text("activation"), out.scale, out.zero_point, "int8")
    fields = {
        "a_zero": left.zero_point,
        "b_zero": right.zero_point,
        "out_zero": out.zero_point,
        "multiplier": multiplier.value,
        "shift": multiplier.shift,
        "low": low,
        "high": high,
    }
    for number, row in enumerate(broadcast_axes(view.output.shape, view.input(0).shape, view.input(1).shape)):
        for name, value in zip(("extent", "a_stride", "b_stride"), row, strict=True):
            fields[f"{name}[{number}]"] = value
    inverses = [reciprocal(max(1, value), 31)[0] for value in range(256)]
    bits = [value.bit_length() - 1 for value in range(256)]
    return Lowered(
        function="espalier_div",
        sources=("div.c", "typed.h"),
        struct="espalier_div_layer",
        fields=fields,
        constants=(
            Constant(field="inverses", values=np.array(inverses, np.int32), shared=True),
            Constant(field="bits", values=np.array(bits, np.int8), shared=True),
        ),
        inputs=(0, 1),
    )
