"""The operator table: one row per TFLite operator that Espalier compiles.

A row states the option fields of its flatbuffer table (slot, type, default), how many operands it takes, the shape
rule, the constraints and the rounding rule. The reader, the writer, the verifier, the reference executor and the
documentation all work from this table. Field slots follow TFLite's schema.fbs (schema version 3); an operator's
number, versions and floors stand in `tflite/operators.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import Final

from . import rules, shapes
from .rules import ACTIVATIONS, Rule
from .shapes import ShapeRule
from .types import OptionValue
from .view import OpView


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One option: `form` is padding | activation | dtype | int8 | int32 | bool | float | ints."""

    name: str
    slot: int
    form: str
    default: OptionValue


@dataclass(frozen=True, slots=True, kw_only=True)
class OpSpec:
    """A row of the table. `rounding` names a rule of `espalier.graph.arithmetic.ROUNDING`."""

    kind: str
    options_type: int
    arity: tuple[int, int]
    shape: ShapeRule
    rounding: str
    fields: tuple[Field, ...] = ()
    rules: tuple[Rule, ...] = ()
    results: tuple[int, int] = (1, 1)


def _padding(slot: int) -> Field:
    return Field(name="padding", slot=slot, form="padding", default="same")


def _activation(slot: int) -> Field:
    return Field(name="activation", slot=slot, form="activation", default="none")


def _ints(*pairs: tuple[str, int, int]) -> tuple[Field, ...]:
    return tuple(Field(name=n, slot=s, form="int32", default=d) for n, s, d in pairs)


def _flag(name: str, slot: int, default: bool = False) -> Field:
    return Field(name=name, slot=slot, form="bool", default=default)


_WINDOW = (
    rules.options_at_least(1, "stride_h", "stride_w"),
    rules.dtypes(0, *ACTIVATIONS),
    rules.FIRST_DTYPE,
    rules.ALL_PER_TENSOR,
    rules.SYMMETRIC_INT16,
    rules.POOL_ACTIVATION,
    rules.CLAMPED_SCALE,
    rules.WINDOW_SIZE,
)
_FILTERED = (rules.dtypes(1, "int8"), rules.constant_operands(1))
_ELEMENTWISE = (
    rules.dtypes(0, *ACTIVATIONS),
    rules.RESULT_DTYPE,
    rules.OPERANDS_PER_TENSOR,
    rules.SYMMETRIC_INT16,
)
_CURVE = (rules.dtypes(0, *ACTIVATIONS), rules.FIRST_DTYPE, rules.ALL_PER_TENSOR, rules.SYMMETRIC_INT16)
_CURVE_INT8 = (rules.dtypes(0, "int8"), rules.FIRST_DTYPE, rules.ALL_PER_TENSOR)
_MOVE = (rules.FIRST_DTYPE, rules.SAME_QUANT)
_REDUCE = (
    rules.dtypes(0, *ACTIVATIONS),
    rules.FIRST_DTYPE,
    rules.ALL_PER_TENSOR,
    rules.SYMMETRIC_INT16,
    rules.index_operands(1),
)
_KEEP_DIMS = (_flag("keep_dims", 0),)
_POOL_FIELDS = (
    _padding(0),
    *_ints(("stride_w", 1, 0), ("stride_h", 2, 0), ("filter_w", 3, 0), ("filter_h", 4, 0)),
    _activation(5),
)
_POOL_RULES = (*_WINDOW, rules.options_at_least(1, "filter_h", "filter_w"), rules.SAME_QUANT)
_RESIZE_RULES = (
    rules.dtypes(0, *ACTIVATIONS),
    rules.FIRST_DTYPE,
    rules.SAME_QUANT,
    rules.index_operands(1),
    Rule(
        sentence="align_corners and half_pixel_centers are not both set",
        holds=lambda v: not (v.op.flag("align_corners") and v.op.flag("half_pixel_centers")),
    ),
)
_REAL_DTYPES = ("float32", *ACTIVATIONS, "uint8")

_ROWS: Final[tuple[OpSpec, ...]] = (
    OpSpec(
        kind="conv_2d", options_type=1, arity=(2, 3), shape=shapes.conv_2d,
        rounding="double",
        fields=(
            _padding(0),
            *_ints(("stride_w", 1, 0), ("stride_h", 2, 0)),
            _activation(3),
            *_ints(("dilation_w", 4, 1), ("dilation_h", 5, 1)),
        ),
        rules=(*_WINDOW, *_FILTERED, rules.options_at_least(1, "dilation_h", "dilation_w"),
               rules.filter_quant(0, "output channel"), rules.bias(2, 0), rules.ratio(0, 1, wide=True)),
    ),
    OpSpec(
        kind="depthwise_conv_2d", options_type=2, arity=(2, 3),
        shape=shapes.depthwise_conv_2d, rounding="double",
        fields=(
            _padding(0),
            *_ints(("stride_w", 1, 0), ("stride_h", 2, 0), ("depth_multiplier", 3, 0)),
            _activation(4),
            *_ints(("dilation_w", 5, 1), ("dilation_h", 6, 1)),
        ),
        rules=(*_WINDOW, *_FILTERED,
               rules.options_at_least(1, "dilation_h", "dilation_w", "depth_multiplier"),
               rules.filter_quant(3, "output channel"), rules.bias(2, 3), rules.ratio(0, 1, wide=True)),
    ),
    OpSpec(
        kind="transpose_conv", options_type=49, arity=(3, 4), shape=shapes.transpose_conv,
        rounding="double",
        fields=(_padding(0), *_ints(("stride_w", 1, 0), ("stride_h", 2, 0)), _activation(3)),
        rules=(
            rules.index_operands(0), rules.constant_operands(1),
            rules.options_at_least(1, "stride_h", "stride_w"),
            rules.dtypes(2, *ACTIVATIONS), rules.dtypes(1, "int8"),
            Rule(sentence="input and output have the same type",
                 holds=lambda v: v.input(2).dtype == v.output.dtype),
            rules.ALL_PER_TENSOR, rules.SYMMETRIC_INT16, rules.POOL_ACTIVATION,
            rules.CLAMPED_SCALE, rules.WINDOW_SIZE, rules.ratio(2, 1, wide=True),
            rules.filter_quant(0, "output channel"), rules.bias(3, 0),
        ),
    ),
    OpSpec(
        kind="fully_connected", options_type=8, arity=(2, 3), shape=shapes.fully_connected,
        rounding="double",
        fields=(_activation(0), Field(name="weights_format", slot=1, form="int8", default=0),
                _flag("keep_num_dims", 2)),
        rules=(
            rules.dtypes(0, *ACTIVATIONS), rules.FIRST_DTYPE, *_FILTERED, rules.ALL_PER_TENSOR,
            rules.SYMMETRIC_INT16, rules.POOL_ACTIVATION, rules.CLAMPED_SCALE,
            rules.ratio(0, 1, wide=True), rules.filter_quant(0, "output channel"),
            rules.bias(2, 0),
            Rule(sentence="weights are stored in the default order",
                 holds=lambda v: v.op.integer("weights_format") == 0),
        ),
    ),
    OpSpec(
        kind="batch_matmul", options_type=101, arity=(2, 2), shape=shapes.batch_matmul,
        rounding="double",
        fields=(_flag("adj_x", 0), _flag("adj_y", 1)),
        rules=(*_ELEMENTWISE, rules.ratio(0, 1, wide=True)),
    ),
    OpSpec(
        kind="add", options_type=11, arity=(2, 2), shape=shapes.broadcast_two,
        rounding="double",
        fields=(_activation(0), _flag("pot_scale_int16", 1, True)),
        rules=(*_ELEMENTWISE, rules.POOL_ACTIVATION, rules.GENERAL_INT16, rules.CLAMPED_SCALE,
               rules.SUM_SCALES),
    ),
    OpSpec(
        kind="sub", options_type=28, arity=(2, 2), shape=shapes.broadcast_two,
        rounding="double",
        fields=(_activation(0), _flag("pot_scale_int16", 1, True)),
        rules=(*_ELEMENTWISE, rules.POOL_ACTIVATION, rules.GENERAL_INT16, rules.CLAMPED_SCALE,
               rules.SUM_SCALES),
    ),
    OpSpec(
        kind="mul", options_type=21, arity=(2, 2), shape=shapes.broadcast_two,
        rounding="double", fields=(_activation(0),),
        rules=(*_ELEMENTWISE, rules.POOL_ACTIVATION, rules.CLAMPED_SCALE, rules.ratio(0, 1)),
    ),
    OpSpec(
        kind="squared_difference", options_type=76, arity=(2, 2),
        shape=shapes.broadcast_two, rounding="double",
        rules=(rules.dtypes(0, "int8"), rules.RESULT_DTYPE, rules.OPERANDS_PER_TENSOR,
               rules.SQUARE_SCALES),
    ),
    OpSpec(
        kind="maximum", options_type=39, arity=(2, 2), shape=shapes.broadcast_two,
        rounding="none", rules=(*_ELEMENTWISE, rules.SAME_QUANT),
    ),
    OpSpec(
        kind="minimum", options_type=39, arity=(2, 2), shape=shapes.broadcast_two,
        rounding="none", rules=(*_ELEMENTWISE, rules.SAME_QUANT),
    ),
    OpSpec(
        kind="average_pool_2d", options_type=5, arity=(1, 1), shape=shapes.pool_2d,
        rounding="mean-half-away", fields=_POOL_FIELDS, rules=_POOL_RULES,
    ),
    OpSpec(
        kind="max_pool_2d", options_type=5, arity=(1, 1), shape=shapes.pool_2d,
        rounding="none", fields=_POOL_FIELDS, rules=_POOL_RULES,
    ),
    OpSpec(
        kind="mean", options_type=27, arity=(2, 2), shape=shapes.reduce,
        rounding="mean-scaled", fields=_KEEP_DIMS, rules=(*_REDUCE, rules.ratio(0)),
    ),
    OpSpec(
        kind="sum", options_type=27, arity=(2, 2), shape=shapes.reduce,
        rounding="double", fields=_KEEP_DIMS, rules=(*_REDUCE, rules.ratio(0)),
    ),
    OpSpec(
        kind="reduce_max", options_type=27, arity=(2, 2), shape=shapes.reduce,
        rounding="none", fields=_KEEP_DIMS, rules=(*_REDUCE, rules.SAME_QUANT),
    ),
    OpSpec(
        kind="softmax", options_type=9, arity=(1, 1), shape=shapes.same_as_first,
        rounding="fixed-point-exp", fields=(Field(name="beta", slot=0, form="float", default=0.0),),
        rules=(
            *_CURVE,
            Rule(sentence="the output of an int8 softmax has scale 1/256 and zero point -128, "
                          "of an int16 one scale 1/32768",
                 holds=lambda v: v.output.quant is not None and (
                     (v.output.dtype == "int8" and v.output.quant.zero_point == -128
                      and abs(v.output.quant.scale * 256 - 1) < 1e-3)
                     or (v.output.dtype == "int16" and abs(v.output.quant.scale * 32768 - 1) < 1e-3))),
            rules.SOFTMAX_INPUT,
        ),
    ),
    OpSpec(
        kind="logistic", options_type=0, arity=(1, 1), shape=shapes.same_as_first,
        rounding="table", rules=(
            *_CURVE,
            Rule(sentence="the output of an int8 logistic has scale 1/256 and zero point -128, "
                          "of an int16 one scale 1/32768",
                 holds=lambda v: v.output.quant is not None and (
                     (v.output.dtype == "int8" and v.output.quant.zero_point == -128
                      and v.output.quant.scale == 1 / 256)
                     or (v.output.dtype == "int16" and v.output.quant.scale == 1 / 32768))),
        ),
    ),
    OpSpec(
        kind="tanh", options_type=0, arity=(1, 1), shape=shapes.same_as_first,
        rounding="table", rules=(
            *_CURVE,
            Rule(sentence="the output of an int8 tanh has scale 1/128 and zero point 0, "
                          "of an int16 one scale 1/32768",
                 holds=lambda v: v.output.quant is not None and v.output.quant.zero_point == 0
                 and v.output.quant.scale == (1 / 128 if v.output.dtype == "int8" else 1 / 32768)),
        ),
    ),
    OpSpec(kind="relu", options_type=0, arity=(1, 1), shape=shapes.same_as_first,
           rounding="double", rules=(*_CURVE, rules.CLAMPED_SCALE, rules.ratio(0))),
    OpSpec(kind="relu6", options_type=0, arity=(1, 1), shape=shapes.same_as_first,
           rounding="double", rules=(*_CURVE, rules.CLAMPED_SCALE, rules.ratio(0))),
    OpSpec(
        kind="leaky_relu", options_type=75, arity=(1, 1), shape=shapes.same_as_first,
        rounding="double", fields=(Field(name="alpha", slot=0, form="float", default=0.0),),
        rules=(*_CURVE,
               rules.ratio(0),
               Rule(sentence="alpha is between -100 and 100",
                    holds=lambda v: -100.0 <= v.op.number("alpha") <= 100.0)),
    ),
    OpSpec(
        kind="prelu", options_type=0, arity=(2, 2), shape=shapes.broadcast_two,
        rounding="double",
        rules=(rules.dtypes(0, "int8"), rules.RESULT_DTYPE, rules.OPERANDS_PER_TENSOR,
               rules.constant_operands(1), rules.ratio(0), rules.ratio(0, 1)),
    ),
    OpSpec(kind="hard_swish", options_type=91, arity=(1, 1), shape=shapes.same_as_first,
           rounding="fixed-point-hard-swish", rules=(*_CURVE_INT8, rules.HARD_SWISH_SCALES)),
    OpSpec(kind="gelu", options_type=116, arity=(1, 1), shape=shapes.same_as_first,
           rounding="table", fields=(_flag("approximate", 0),), rules=_CURVE_INT8),
    OpSpec(kind="elu", options_type=0, arity=(1, 1), shape=shapes.same_as_first,
           rounding="table", rules=_CURVE_INT8),
    OpSpec(kind="rsqrt", options_type=0, arity=(1, 1), shape=shapes.same_as_first,
           rounding="fixed-point-rsqrt", rules=_CURVE_INT8),
    OpSpec(
        kind="pad", options_type=22, arity=(2, 2), shape=shapes.pad, rounding="none",
        rules=(*_MOVE, rules.index_operands(1)),
    ),
    OpSpec(
        kind="padv2", options_type=43, arity=(3, 3), shape=shapes.pad, rounding="none",
        rules=(*_MOVE, rules.index_operands(1), rules.constant_operands(2),
               Rule(sentence="the padding value is one element of the input's type",
                    holds=lambda v: v.input(2).elements == 1 and v.input(2).dtype == v.input(0).dtype)),
    ),
    OpSpec(
        kind="concatenation", options_type=10, arity=(1, 1000), shape=shapes.concatenation,
        rounding="none",
        fields=(Field(name="axis", slot=0, form="int32", default=0), _activation(1)),
        rules=(rules.RESULT_DTYPE, rules.SAME_QUANT,
               Rule(sentence="a concatenation has no fused activation",
                    holds=lambda v: v.op.text("activation") == "none")),
    ),
    OpSpec(
        kind="pack", options_type=59, arity=(1, 1000), shape=shapes.pack, rounding="none",
        fields=_ints(("values_count", 0, 0), ("axis", 1, 0)),
        rules=(rules.RESULT_DTYPE, rules.SAME_QUANT),
    ),
    OpSpec(
        kind="reshape", options_type=17, arity=(1, 2), shape=shapes.reshape, rounding="none",
        fields=(Field(name="new_shape", slot=0, form="ints", default=()),), rules=_MOVE,
    ),
    OpSpec(
        kind="squeeze", options_type=30, arity=(1, 1), shape=shapes.squeeze, rounding="none",
        fields=(Field(name="squeeze_dims", slot=0, form="ints", default=()),), rules=_MOVE,
    ),
    OpSpec(
        kind="expand_dims", options_type=52, arity=(2, 2), shape=shapes.expand_dims, rounding="none",
        rules=(*_MOVE, rules.index_operands(1)),
    ),
    OpSpec(
        kind="shape", options_type=55, arity=(1, 1), shape=shapes.shape_of, rounding="none",
        fields=(Field(name="out_type", slot=0, form="dtype", default="float32"),),
        rules=(Rule(sentence="the output is int32 or int64",
                    holds=lambda v: v.output.dtype in ("int32", "int64")),),
    ),
    OpSpec(
        kind="transpose", options_type=26, arity=(2, 2), shape=shapes.transpose,
        rounding="none",
        rules=(*_MOVE, rules.index_operands(1),
               Rule(sentence="at most 6 axes are transposed", holds=lambda v: len(v.input(0).shape) <= 6)),
    ),
    OpSpec(
        kind="strided_slice", options_type=32, arity=(4, 4), shape=shapes.strided_slice,
        rounding="none",
        fields=(*_ints(("begin_mask", 0, 0), ("end_mask", 1, 0), ("ellipsis_mask", 2, 0),
                       ("new_axis_mask", 3, 0), ("shrink_axis_mask", 4, 0)), _flag("offset", 5)),
        rules=(*_MOVE, rules.index_operands(1, 2, 3),
               Rule(sentence="ellipsis, new axis and offset are not used",
                    holds=lambda v: not (v.op.integer("ellipsis_mask") or v.op.integer("new_axis_mask")
                                         or v.op.flag("offset"))),
               Rule(sentence="at most 5 axes are sliced", holds=lambda v: len(v.input(0).shape) <= 5)),
    ),
    OpSpec(
        kind="slice", options_type=48, arity=(3, 3), shape=shapes.slice_, rounding="none",
        rules=(*_MOVE, rules.index_operands(1, 2),
               Rule(sentence="at most 5 axes are sliced", holds=lambda v: len(v.input(0).shape) <= 5)),
    ),
    OpSpec(
        kind="split", options_type=35, arity=(2, 2), results=(1, 1000),
        shape=shapes.split, rounding="none", fields=_ints(("num_splits", 0, 0)),
        rules=(rules.index_operands(0),
               Rule(sentence="input and outputs have the same type, scale and zero point",
                    holds=lambda v: all(t.dtype == v.input(1).dtype
                                        and rules.same_quant(t.quant, v.input(1).quant) for t in v.outputs))),
    ),
    OpSpec(
        kind="split_v", options_type=79, arity=(3, 3), results=(1, 1000),
        shape=shapes.split_v, rounding="none", fields=_ints(("num_splits", 0, 0)),
        rules=(rules.index_operands(1, 2),
               Rule(sentence="input and outputs have the same type, scale and zero point",
                    holds=lambda v: all(t.dtype == v.input(0).dtype
                                        and rules.same_quant(t.quant, v.input(0).quant) for t in v.outputs))),
    ),
    OpSpec(
        kind="tile", options_type=51, arity=(2, 2), shape=shapes.tile, rounding="none",
        rules=(*_MOVE, rules.index_operands(1)),
    ),
    OpSpec(
        kind="gather", options_type=23, arity=(2, 2), shape=shapes.gather, rounding="none",
        fields=_ints(("axis", 0, 0), ("batch_dims", 1, 0)),
        rules=(*_MOVE, rules.index_operands(1),
               Rule(sentence="no batch axes", holds=lambda v: v.op.integer("batch_dims") == 0)),
    ),
    OpSpec(
        kind="resize_nearest_neighbor", options_type=74, arity=(2, 2),
        shape=shapes.resize, rounding="none",
        fields=(_flag("align_corners", 0), _flag("half_pixel_centers", 1)),
        rules=(*_MOVE, rules.index_operands(1)),
    ),
    OpSpec(
        kind="resize_bilinear", options_type=15, arity=(2, 2), shape=shapes.resize,
        rounding="bilinear-10-bit", fields=(_flag("align_corners", 2), _flag("half_pixel_centers", 3)),
        rules=_RESIZE_RULES,
    ),
    OpSpec(
        kind="quantize", options_type=89, arity=(1, 1), shape=shapes.same_as_first,
        rounding="double",
        rules=(rules.dtypes(0, *_REAL_DTYPES),
               Rule(sentence="the output is int8, uint8 or int16",
                    holds=lambda v: v.output.dtype in ("int8", "uint8", "int16")),
               rules.ALL_PER_TENSOR, rules.SYMMETRIC_INT16,
               Rule(sentence="an integer input's scale is below 2^30 times the output's",
                    holds=lambda v: v.input(0).dtype == "float32" or rules.ratio(0).holds(v))),
    ),
    OpSpec(
        kind="dequantize", options_type=38, arity=(1, 1), shape=shapes.same_as_first,
        rounding="float32",
        rules=(rules.dtypes(0, "int8", "uint8", "int16"), rules.ALL_PER_TENSOR,
               Rule(sentence="the output is float32", holds=lambda v: v.output.dtype == "float32")),
    ),
    OpSpec(
        kind="arg_max", options_type=40, arity=(2, 2), shape=shapes.arg_max,
        rounding="none", fields=(Field(name="output_type", slot=0, form="dtype", default="float32"),),
        rules=(rules.dtypes(0, "int8"), rules.index_operands(1),
               Rule(sentence="the index is int32", holds=lambda v: v.output.dtype == "int32")),
    ),
)  # fmt: skip

OPS: Final[Mapping[str, OpSpec]] = MappingProxyType({row.kind: row for row in _ROWS})
"""kind -> row."""


def macs(view: OpView) -> int:
    """Multiply-accumulates of one operator; 0 for those that have none."""
    shapes = [() if tensor is None else tensor.shape for tensor in view.inputs]
    return macs_of(view.op.kind, shapes, view.output.shape, turned=bool(view.op.options.get("adj_x")))


def macs_of(
    kind: str, operands: Sequence[Sequence[int]], result: Sequence[int], *, turned: bool = False
) -> int:
    """Multiply-accumulates by shapes: products of convolutions, dense layers and matrix products (`turned`: the first
    matrix); elementwise operators and pooling count as none (the field's convention)."""
    if kind in ("conv_2d", "fully_connected") and len(operands) > 1:
        return prod(result) * prod(operands[1][1:])
    if kind == "depthwise_conv_2d" and len(operands) > 1:
        return prod(result) * prod(operands[1][1:3])
    if kind == "transpose_conv" and len(operands) > 2:
        return prod(operands[2]) * prod(operands[1][:3])
    if kind == "batch_matmul" and operands and len(operands[0]) > 1:
        return prod(result) * operands[0][-2 if turned else -1]
    return 0
