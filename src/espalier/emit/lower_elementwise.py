"""Operators that work element by element."""

from __future__ import annotations

from espalier.emit.lowering import Constant, How, Lowered, Window, quant_of
from espalier.errors import UnsupportedModelError
from espalier.graph import arithmetic, curves
from espalier.graph.view import OpView


def add_or_sub(view: OpView, how: How) -> Lowered:
    """add and sub of two tensors of one shape."""
    first, second, target = (quant_of(t.quant) for t in (view.input(0), view.input(1), view.output))
    if view.input(0).shape != view.input(1).shape:
        raise UnsupportedModelError("broadcast")
    p = arithmetic.add_parameters(first.scale, second.scale, target.scale, "int8")
    sign = -1 if view.op.kind == "sub" else 1
    # TFLite divides both scales by twice the larger one, which halves the operand with the larger scale exactly.
    swapped = first.scale < second.scale
    plain, plain_sign = (second, sign) if swapped else (first, 1)
    scaled, multiplier, scaled_sign = (first, p.left, 1) if swapped else (second, p.right, sign)
    low, high = arithmetic.activation_range(view.op.text("activation"), target.scale, target.zero_point, "int8")
    if not 1 <= -p.output.shift <= 22:
        raise UnsupportedModelError("shift")
    return Lowered(
        function="espalier_add",
        sources=("add.c",),
        struct="espalier_add_layer",
        fields={
            "count": view.output.elements, "plain": plain_sign << 20, "constant": -plain_sign * plain.zero_point << 20,
            "scaled_multiplier": multiplier.value, "scaled_shift": multiplier.shift, "scaled_sign": scaled_sign,
            "scaled_zero": scaled.zero_point, "multiplier": p.output.value, "shift": -p.output.shift,
            "swapped": swapped, "out_zero": target.zero_point, "low": low, "high": high,
        },
        inputs=(0, 1),
        state_bytes=1024,
        uses_scratch=True,
        leads={0: 0, 1: 0},
        window=_rows_of(view),
        start="espalier_add_start",
        row_form="elementwise",
    )  # fmt: skip


def lookup(view: OpView, how: How) -> Lowered:
    """Any int8 function of one int8 value, by its 256 results."""
    return Lowered(
        function="espalier_lookup",
        sources=("lookup.c",),
        struct="espalier_lookup_layer",
        fields={"count": view.output.elements},
        constants=(Constant(field="table", values=curves.table(view)),),
        leads={0: 0},
    )


def _rows_of(view: OpView) -> Window | None:
    shape = view.output.shape
    if len(shape) != 4 or shape[0] != 1:
        return None
    bytes_ = shape[2] * shape[3]
    return Window(in_height=shape[1], out_height=shape[1], in_row_bytes=bytes_, out_row_bytes=bytes_, stride=1)
