"""The operator table: one row per TFLite operator that Espalier compiles.

A row states the option fields of its flatbuffer table (slot, type, default), how many operands it takes, the shape
rule, the constraints and the rounding rule. The reader, the writer, the verifier, the reference executor and the
documentation all work from this table. Field slots follow TFLite's schema.fbs (schema version 3); an operator's
number, versions and floors stand in `tflite/operators.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import Final

from . import rules, shapes
from .op_spec import Field, OpSpec, activation_field, flag_field, int_fields, padding_field
from .ops_move import MOVES
from .ops_real import REAL
from .rules import ACTIVATIONS, Rule
from .view import OpView

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
_REDUCE = (
    rules.dtypes(0, *ACTIVATIONS),
    rules.FIRST_DTYPE,
    rules.ALL_PER_TENSOR,
    rules.SYMMETRIC_INT16,
    rules.index_operands(1),
)
_KEEP_DIMS = (flag_field("keep_dims", 0),)
_POOL_FIELDS = (
    padding_field(0),
    *int_fields(("stride_w", 1, 0), ("stride_h", 2, 0), ("filter_w", 3, 0), ("filter_h", 4, 0)),
    activation_field(5),
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
_INDEX_TYPE = (Field(name="output_type", slot=0, form="dtype", default="float32"),)
_ARG_RULES = (
    rules.dtypes(0, "int8"),
    rules.index_operands(1),
    Rule(sentence="the index is int32 or int64", holds=lambda v: v.output.dtype in ("int32", "int64")),
)
_REAL_DTYPES = ("float32", *ACTIVATIONS, "uint8")

_ROWS: Final[tuple[OpSpec, ...]] = (
    *MOVES,
    *REAL,
    OpSpec(
        kind="conv_2d", options_type=1, arity=(2, 3), shape=shapes.conv_2d,
        rounding="double",
        fields=(
            padding_field(0),
            *int_fields(("stride_w", 1, 0), ("stride_h", 2, 0)),
            activation_field(3),
            *int_fields(("dilation_w", 4, 1), ("dilation_h", 5, 1)),
        ),
        rules=(*_WINDOW, *_FILTERED, rules.options_at_least(1, "dilation_h", "dilation_w"),
               rules.filter_quant(0, "output channel"), rules.bias(2, 0), rules.ratio(0, 1, wide=True)),
    ),
    OpSpec(
        kind="depthwise_conv_2d", options_type=2, arity=(2, 3),
        shape=shapes.depthwise_conv_2d, rounding="double",
        fields=(
            padding_field(0),
            *int_fields(("stride_w", 1, 0), ("stride_h", 2, 0), ("depth_multiplier", 3, 0)),
            activation_field(4),
            *int_fields(("dilation_w", 5, 1), ("dilation_h", 6, 1)),
        ),
        rules=(*_WINDOW, *_FILTERED,
               rules.options_at_least(1, "dilation_h", "dilation_w", "depth_multiplier"),
               rules.filter_quant(3, "output channel"), rules.bias(2, 3), rules.ratio(0, 1, wide=True)),
    ),
    OpSpec(
        kind="transpose_conv", options_type=49, arity=(3, 4), shape=shapes.transpose_conv,
        rounding="double",
        fields=(padding_field(0), *int_fields(("stride_w", 1, 0), ("stride_h", 2, 0)), activation_field(3)),
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
        fields=(activation_field(0), Field(name="weights_format", slot=1, form="int8", default=0),
                flag_field("keep_num_dims", 2)),
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
        fields=(flag_field("adj_x", 0), flag_field("adj_y", 1)),
        rules=(*_ELEMENTWISE, rules.ratio(0, 1, wide=True)),
    ),
    OpSpec(
        kind="add", options_type=11, arity=(2, 2), shape=shapes.broadcast_two,
        rounding="double",
        fields=(activation_field(0), flag_field("pot_scale_int16", 1, True)),
        rules=(*_ELEMENTWISE, rules.POOL_ACTIVATION, rules.GENERAL_INT16, rules.CLAMPED_SCALE,
               rules.SUM_SCALES),
    ),
    OpSpec(
        kind="sub", options_type=28, arity=(2, 2), shape=shapes.broadcast_two,
        rounding="double",
        fields=(activation_field(0), flag_field("pot_scale_int16", 1, True)),
        rules=(*_ELEMENTWISE, rules.POOL_ACTIVATION, rules.GENERAL_INT16, rules.CLAMPED_SCALE,
               rules.SUM_SCALES),
    ),
    OpSpec(
        kind="mul", options_type=21, arity=(2, 2), shape=shapes.broadcast_two,
        rounding="double", fields=(activation_field(0),),
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
        kind="reduce_min", options_type=27, arity=(2, 2), shape=shapes.reduce,
        rounding="none", fields=_KEEP_DIMS, rules=(*_REDUCE, rules.SAME_QUANT),
    ),
    OpSpec(
        kind="l2_normalization", options_type=12, arity=(1, 1), shape=shapes.same_as_first,
        rounding="fixed-point-rsqrt", fields=(activation_field(0),),
        rules=(*_CURVE_INT8,
               Rule(sentence="the output has scale 1/128 and zero point 0",
                    holds=lambda v: v.output.quant is not None and v.output.quant.zero_point == 0
                    and v.output.quant.scale == 1 / 128),
               Rule(sentence="no fused activation, and 1 to 32,768 values in a row (their squares are added in 32 bits)",
                    holds=lambda v: v.op.text("activation") == "none"
                    and len(v.input(0).shape) > 0 and v.input(0).shape[-1] <= 1 << 15)),
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
           rounding="table", fields=(flag_field("approximate", 0),), rules=_CURVE_INT8),
    OpSpec(kind="elu", options_type=0, arity=(1, 1), shape=shapes.same_as_first,
           rounding="table", rules=_CURVE_INT8),
    OpSpec(kind="exp", options_type=33, arity=(1, 1), shape=shapes.same_as_first,
           rounding="table", rules=_CURVE_INT8),
    OpSpec(kind="log", options_type=0, arity=(1, 1), shape=shapes.same_as_first,
           rounding="table", rules=_CURVE_INT8),
    OpSpec(kind="sqrt", options_type=0, arity=(1, 1), shape=shapes.same_as_first,
           rounding="truncated", rules=(*_CURVE_INT8, rules.ROOT_SCALES)),
    OpSpec(kind="abs", options_type=78, arity=(1, 1), shape=shapes.same_as_first,
           rounding="double", rules=(*_CURVE_INT8, rules.ratio(0))),
    OpSpec(kind="rsqrt", options_type=0, arity=(1, 1), shape=shapes.same_as_first,
           rounding="fixed-point-rsqrt", rules=_CURVE_INT8),
    OpSpec(
        kind="resize_bilinear", options_type=15, arity=(2, 2), shape=shapes.resize,
        rounding="bilinear-10-bit", fields=(flag_field("align_corners", 2), flag_field("half_pixel_centers", 3)),
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
        rounding="none", fields=_INDEX_TYPE, rules=_ARG_RULES,
    ),
    OpSpec(
        kind="arg_min", options_type=57, arity=(2, 2), shape=shapes.arg_max,
        rounding="none", fields=_INDEX_TYPE, rules=_ARG_RULES,
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
