"""Rows of the operator table: operators on real and logical values.

A converter leaves an operator that has no integer kernel between a DEQUANTIZE and a QUANTIZE. Where all that stands between
them depends on one tensor it is a function of one value, compiled as a table (`emit/one_value.py`); elsewhere it is refused.
"""

from __future__ import annotations

from typing import Final

from . import rules, shapes
from .op_spec import Field, OpSpec, activation_field
from .rules import Rule

_REAL: Final = (rules.dtypes(0, "float32"), rules.RESULT_DTYPE)
_LOGICAL: Final = (rules.dtypes(0, "bool"), rules.RESULT_DTYPE)
_COMPARED: Final = (
    rules.dtypes(0, "int8", "float32", "int32"),
    Rule(sentence="both operands have the same type", holds=lambda v: v.input(0).dtype == v.input(1).dtype),
    Rule(sentence="the output is bool", holds=lambda v: v.output.dtype == "bool"),
    Rule(sentence="int8 operands have one scale each, below 1",
         holds=lambda v: v.input(0).dtype != "int8" or all(
             t.quant is not None and len(t.quant.scales) == 1 and t.quant.scale < 1.0 for t in v.present)),
)  # fmt: skip
_CHOSEN: Final = (
    rules.dtypes(0, "bool"),
    Rule(sentence="the operands that are chosen from and the output have the same type, scale and zero point",
         holds=lambda v: all(t.dtype == v.output.dtype and rules.same_quant(t.quant, v.output.quant)
                             for t in v.present[1:])),
)  # fmt: skip
_CAST_TYPES: Final = ("float32", "int32", "bool")


def _unary(kind: str, options_type: int = 0) -> OpSpec:
    return OpSpec(
        kind=kind, options_type=options_type, arity=(1, 1), shape=shapes.same_as_first, rounding="float32", rules=_REAL
    )


def _binary(kind: str, options_type: int) -> OpSpec:
    return OpSpec(
        kind=kind, options_type=options_type, arity=(2, 2), shape=shapes.broadcast_two, rounding="float32", rules=_REAL
    )


def _comparison(kind: str, options_type: int) -> OpSpec:
    return OpSpec(
        kind=kind, options_type=options_type, arity=(2, 2), shape=shapes.broadcast_two, rounding="double", rules=_COMPARED
    )


REAL: Final[tuple[OpSpec, ...]] = (
    _unary("neg", 42), _unary("square", 66), _unary("floor"), _unary("ceil"), _unary("round"), _unary("sin"),
    _unary("cos", 84), _unary("sign", 123), _binary("pow", 56), _binary("floor_div", 65), _binary("floor_mod", 72),
    OpSpec(
        kind="div", options_type=29, arity=(2, 2), shape=shapes.broadcast_two, rounding="fixed-point-reciprocal",
        fields=(activation_field(0),),
        rules=(rules.dtypes(0, "int8"), rules.RESULT_DTYPE, rules.OPERANDS_PER_TENSOR, rules.POOL_ACTIVATION,
               rules.CLAMPED_SCALE,
               Rule(sentence="the scale of the output times that of the divisor is above 2^-20 of the dividend's",
                    holds=lambda v: rules.scale_of(v.input(0)) < 2.0**20 * rules.scale_of(v.output)
                    * rules.scale_of(v.input(1)))),
    ),
    OpSpec(
        kind="cast", options_type=37, arity=(1, 1), shape=shapes.same_as_first, rounding="float32",
        fields=(Field(name="in_data_type", slot=0, form="dtype", default="float32"),
                Field(name="out_data_type", slot=1, form="dtype", default="float32")),
        rules=(rules.dtypes(0, *_CAST_TYPES),
               Rule(sentence="the output is float32, int32 or bool", holds=lambda v: v.output.dtype in _CAST_TYPES)),
    ),
    _comparison("equal", 53), _comparison("not_equal", 54), _comparison("greater", 44),
    _comparison("greater_equal", 45), _comparison("less", 41), _comparison("less_equal", 46),
    OpSpec(kind="select", options_type=47, arity=(3, 3), shape=shapes.select, rounding="none", rules=_CHOSEN),
    OpSpec(kind="select_v2", options_type=98, arity=(3, 3), shape=shapes.broadcast_three, rounding="none", rules=_CHOSEN),
    OpSpec(kind="logical_and", options_type=62, arity=(2, 2), shape=shapes.broadcast_two, rounding="none", rules=_LOGICAL),
    OpSpec(kind="logical_or", options_type=60, arity=(2, 2), shape=shapes.broadcast_two, rounding="none", rules=_LOGICAL),
    OpSpec(kind="logical_not", options_type=63, arity=(1, 1), shape=shapes.same_as_first, rounding="none", rules=_LOGICAL),
)  # fmt: skip
