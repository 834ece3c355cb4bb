"""Rows of the operator table: operators that move values without changing them."""

from __future__ import annotations

from typing import Final

from . import rules, shapes
from .op_spec import Field, OpSpec, activation_field, flag_field, int_fields
from .rules import Rule

SAME_VALUES: Final = (rules.FIRST_DTYPE, rules.SAME_QUANT)
"""Rules of every operator whose results are values of its operand."""

_BLOCK: Final = rules.options_at_least(1, "block_size")

MOVES: Final[tuple[OpSpec, ...]] = (
    OpSpec(
        kind="pad", options_type=22, arity=(2, 2), shape=shapes.pad, rounding="none",
        rules=(*SAME_VALUES, rules.index_operands(1)),
    ),
    OpSpec(
        kind="padv2", options_type=43, arity=(3, 3), shape=shapes.pad, rounding="none",
        rules=(*SAME_VALUES, rules.index_operands(1), rules.constant_operands(2),
               Rule(sentence="the padding value is one element of the input's type",
                    holds=lambda v: v.input(2).elements == 1 and v.input(2).dtype == v.input(0).dtype)),
    ),
    OpSpec(
        kind="concatenation", options_type=10, arity=(1, 1000), shape=shapes.concatenation,
        rounding="none",
        fields=(Field(name="axis", slot=0, form="int32", default=0), activation_field(1)),
        rules=(rules.RESULT_DTYPE, rules.SAME_QUANT,
               Rule(sentence="a concatenation has no fused activation",
                    holds=lambda v: v.op.text("activation") == "none")),
    ),
    OpSpec(
        kind="pack", options_type=59, arity=(1, 1000), shape=shapes.pack, rounding="none",
        fields=int_fields(("values_count", 0, 0), ("axis", 1, 0)),
        rules=(rules.RESULT_DTYPE, rules.SAME_QUANT),
    ),
    OpSpec(
        kind="reshape", options_type=17, arity=(1, 2), shape=shapes.reshape, rounding="none",
        fields=(Field(name="new_shape", slot=0, form="ints", default=()),), rules=SAME_VALUES,
    ),
    OpSpec(
        kind="squeeze", options_type=30, arity=(1, 1), shape=shapes.squeeze, rounding="none",
        fields=(Field(name="squeeze_dims", slot=0, form="ints", default=()),), rules=SAME_VALUES,
    ),
    OpSpec(
        kind="expand_dims", options_type=52, arity=(2, 2), shape=shapes.expand_dims, rounding="none",
        rules=(*SAME_VALUES, rules.index_operands(1)),
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
        rules=(*SAME_VALUES, rules.index_operands(1),
               Rule(sentence="at most 6 axes are transposed", holds=lambda v: len(v.input(0).shape) <= 6)),
    ),
    OpSpec(
        kind="strided_slice", options_type=32, arity=(4, 4), shape=shapes.strided_slice,
        rounding="none",
        fields=(*int_fields(("begin_mask", 0, 0), ("end_mask", 1, 0), ("ellipsis_mask", 2, 0),
                       ("new_axis_mask", 3, 0), ("shrink_axis_mask", 4, 0)), flag_field("offset", 5)),
        rules=(*SAME_VALUES, rules.index_operands(1, 2, 3),
               Rule(sentence="ellipsis, new axis and offset are not used",
                    holds=lambda v: not (v.op.integer("ellipsis_mask") or v.op.integer("new_axis_mask")
                                         or v.op.flag("offset"))),
               Rule(sentence="at most 5 axes are sliced", holds=lambda v: len(v.input(0).shape) <= 5)),
    ),
    OpSpec(
        kind="slice", options_type=48, arity=(3, 3), shape=shapes.slice_, rounding="none",
        rules=(*SAME_VALUES, rules.index_operands(1, 2),
               Rule(sentence="at most 5 axes are sliced", holds=lambda v: len(v.input(0).shape) <= 5)),
    ),
    OpSpec(
        kind="split", options_type=35, arity=(2, 2), results=(1, 1000),
        shape=shapes.split, rounding="none", fields=int_fields(("num_splits", 0, 0)),
        rules=(rules.index_operands(0),
               Rule(sentence="input and outputs have the same type, scale and zero point",
                    holds=lambda v: all(t.dtype == v.input(1).dtype
                                        and rules.same_quant(t.quant, v.input(1).quant) for t in v.outputs))),
    ),
    OpSpec(
        kind="split_v", options_type=79, arity=(3, 3), results=(1, 1000),
        shape=shapes.split_v, rounding="none", fields=int_fields(("num_splits", 0, 0)),
        rules=(rules.index_operands(1, 2),
               Rule(sentence="input and outputs have the same type, scale and zero point",
                    holds=lambda v: all(t.dtype == v.input(0).dtype
                                        and rules.same_quant(t.quant, v.input(0).quant) for t in v.outputs))),
    ),
    OpSpec(
        kind="tile", options_type=51, arity=(2, 2), shape=shapes.tile, rounding="none",
        rules=(*SAME_VALUES, rules.index_operands(1)),
    ),
    OpSpec(
        kind="gather", options_type=23, arity=(2, 2), shape=shapes.gather, rounding="none",
        fields=int_fields(("axis", 0, 0), ("batch_dims", 1, 0)),
        rules=(*SAME_VALUES, rules.index_operands(1),
               Rule(sentence="no batch axes", holds=lambda v: v.op.integer("batch_dims") == 0)),
    ),
    OpSpec(
        kind="resize_nearest_neighbor", options_type=74, arity=(2, 2),
        shape=shapes.resize, rounding="none",
        fields=(flag_field("align_corners", 0), flag_field("half_pixel_centers", 1)),
        rules=(*SAME_VALUES, rules.index_operands(1)),
    ),
    OpSpec(
        kind="depth_to_space", options_type=94, arity=(1, 1), shape=shapes.depth_to_space,
        rounding="none", fields=int_fields(("block_size", 0, 0)), rules=(*SAME_VALUES, _BLOCK),
    ),
    OpSpec(
        kind="space_to_depth", options_type=19, arity=(1, 1), shape=shapes.space_to_depth,
        rounding="none", fields=int_fields(("block_size", 0, 0)), rules=(*SAME_VALUES, _BLOCK),
    ),
    OpSpec(
        kind="mirror_pad", options_type=77, arity=(2, 2), shape=shapes.mirror_pad,
        rounding="none", fields=(Field(name="mode", slot=0, form="int8", default=0),),
        rules=(*SAME_VALUES, rules.index_operands(1),
               Rule(sentence="the mode is 0 (reflect) or 1 (symmetric)", holds=lambda v: v.op.integer("mode") in (0, 1))),
    ),
    OpSpec(
        kind="reverse_v2", options_type=81, arity=(2, 2), shape=shapes.reverse, rounding="none",
        rules=(*SAME_VALUES, rules.index_operands(1)),
    ),
    OpSpec(
        kind="broadcast_to", options_type=104, arity=(2, 2), shape=shapes.broadcast_to,
        rounding="none", rules=(*SAME_VALUES, rules.index_operands(1)),
    ),
    OpSpec(
        kind="unpack", options_type=64, arity=(1, 1), results=(1, 1000), shape=shapes.unpack,
        rounding="none", fields=int_fields(("num", 0, 0), ("axis", 1, 0)),
        rules=(Rule(sentence="input and outputs have the same type, scale and zero point",
                    holds=lambda v: all(t.dtype == v.input(0).dtype
                                        and rules.same_quant(t.quant, v.input(0).quant) for t in v.outputs)),),
    ),
)  # fmt: skip
