"""Constraints on operators. A rule is one sentence: it is the error text and the documentation as well."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .types import Quant, Tensor
from .view import OpView


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`holds(view)` is true for every operator that obeys `sentence`."""

    sentence: str
    holds: Callable[[OpView], bool]
    next_step: str = "change the layer, or quantize the model again with full-integer int8 settings"


ACTIVATIONS: Final = ("int8", "int16")


def dtypes(position: int, *allowed: str) -> Rule:
    words = " or ".join(allowed)
    return Rule(
        sentence=f"operand {position} is {words}",
        holds=lambda v: not v.has(position) or v.input(position).dtype in allowed,
    )


def constant_operands(*positions: int) -> Rule:
    words = " and ".join(str(p) for p in positions)
    return Rule(
        sentence=f"operand {words} is a constant",
        holds=lambda v: all(v.input(p).is_constant for p in positions if v.has(p)),
        next_step="export the model with a fixed input shape and weights that are not computed at run time",
    )


def index_operands(*positions: int) -> Rule:
    """Operands that hold axes, sizes, paddings or shapes."""
    words = " and ".join(str(p) for p in positions)

    def holds(view: OpView) -> bool:
        tensors = [view.input(p) for p in positions if view.has(p)]
        return all(t.is_constant and t.dtype in ("int32", "int64") and len(t.shape) <= 2 for t in tensors)

    return Rule(
        sentence=f"operand {words} is an int32 constant",
        holds=holds,
        next_step="export the model with a fixed input shape",
    )


def options_at_least(minimum: int, *names: str) -> Rule:
    return Rule(
        sentence=f"{' and '.join(n.replace('_', ' ') for n in names)} is at least {minimum}",
        holds=lambda v: all(v.op.integer(n) >= minimum for n in names),
    )


def _per_tensor(tensor: Tensor) -> bool:
    return tensor.quant is not None and len(tensor.quant.scales) == 1


def same_quant(left: Quant | None, right: Quant | None) -> bool:
    """Equal scales and zero points (the axis does not matter for one scale)."""
    if left is None or right is None:
        return left is right
    return left.scales == right.scales and left.zero_points == right.zero_points


RESULT_DTYPE: Final = Rule(
    sentence="inputs and output have the same type",
    holds=lambda v: len({t.dtype for t in (*v.present, *v.outputs)}) == 1,
)
FIRST_DTYPE: Final = Rule(
    sentence="the output has the type of the first operand",
    holds=lambda v: all(t.dtype == v.input(0).dtype for t in v.outputs),
)
ALL_PER_TENSOR: Final = Rule(
    sentence="activations are quantized with one scale and one zero point",
    holds=lambda v: all(
        _per_tensor(t) for t in (*v.present, *v.outputs) if t.dtype in ("int8", "int16") and not t.is_constant
    ),
)
OPERANDS_PER_TENSOR: Final = Rule(
    sentence="both operands and the output are quantized with one scale and one zero point",
    holds=lambda v: all(_per_tensor(t) for t in (*v.present, *v.outputs)),
)
SAME_QUANT: Final = Rule(
    sentence="input and output have the same scale and zero point",
    holds=lambda v: all(
        same_quant(t.quant, v.output.quant)
        for t in v.present
        if t.dtype == v.output.dtype and t.dtype in ("int8", "int16", "uint8")
    ),
)
SYMMETRIC_INT16: Final = Rule(
    sentence="the zero point of an int16 tensor is 0",
    holds=lambda v: all(
        not any(t.quant.zero_points)
        for t in (*v.present, *v.outputs)
        if t.dtype == "int16" and t.quant is not None
    ),
)


def _filter_quant(axis: int) -> Callable[[OpView], bool]:
    def holds(view: OpView) -> bool:
        weights, quant = view.input(1), view.input(1).quant
        if quant is None or any(quant.zero_points):
            return False
        return len(quant.scales) == 1 or (quant.axis == axis and len(quant.scales) == weights.shape[axis])

    return holds


def filter_quant(axis: int, what: str) -> Rule:
    return Rule(
        sentence=f"weights are symmetric int8 with one scale, or one per {what}",
        holds=_filter_quant(axis),
        next_step="quantize the weights to symmetric int8 (the TFLite converter's default)",
    )


def _bias(position: int, filter_axis: int) -> Callable[[OpView], bool]:
    def holds(view: OpView) -> bool:
        if not view.has(position):
            return True
        bias, data = view.input(position), view.input(0 if position != 3 else 2)
        kinds = ("int32",) if data.dtype == "int8" else ("int64", "int32")
        return bias.dtype in kinds and bias.elements == view.input(1).shape[filter_axis] and bias.is_constant

    return holds


def bias(position: int, filter_axis: int) -> Rule:
    return Rule(
        sentence="the bias is a constant, one int32 (with int16 inputs also int64) per output channel",
        holds=_bias(position, filter_axis),
    )


def _is_power_of_two(scale: float) -> bool:
    """Within the tolerance with which TFLite decides."""
    log = math.log2(scale)
    return abs(log - round(log)) < 1e-3


GENERAL_INT16: Final = Rule(
    sentence="int16 operands are not marked as restricted to power-of-two scales while they have them",
    holds=lambda v: (
        v.output.dtype != "int16"
        or not v.op.flag("pot_scale_int16")
        or not all(_is_power_of_two(scale_of(t)) for t in (*v.present, *v.outputs))
    ),
)

SMALLEST_CLAMPED_SCALE: Final = 2.0**-28
"""Below it the bound 6 of an activation does not fit 32 bits."""

POOL_ACTIVATION: Final = Rule(
    sentence="the fused activation is none, relu, relu6 or relu_n1_to_1",
    holds=lambda v: v.op.text("activation") in ("none", "relu", "relu6", "relu_n1_to_1"),
)
CLAMPED_SCALE: Final = Rule(
    sentence="the output scale of a clamp at 1 or 6 is at least 2^-28",
    holds=lambda v: (
        ("activation" in v.op.options and v.op.text("activation") in ("none", "relu"))
        or scale_of(v.output) >= SMALLEST_CLAMPED_SCALE
    ),
)

LARGEST_WINDOW: Final = 1024


def _window_is_small(view: OpView) -> bool:
    op = view.op
    strides = [op.integer("stride_h"), op.integer("stride_w")]
    if "filter_h" in op.options:
        reach = [op.integer("filter_h"), op.integer("filter_w")]
    else:
        shape = view.input(1).shape
        dilation = (
            [op.integer("dilation_h"), op.integer("dilation_w")] if "dilation_h" in op.options else [1, 1]
        )
        reach = [(k - 1) * d + 1 for k, d in zip(shape[1:3], dilation, strict=False)]
    return max(*strides, *reach) <= LARGEST_WINDOW


WINDOW_SIZE: Final = Rule(
    sentence=f"strides and filters, dilation included, are at most {LARGEST_WINDOW}", holds=_window_is_small
)

LARGEST_RATIO: Final = 2.0**30
"""Rescaling multipliers below it keep every shift of the 32-bit arithmetic inside its word."""
LARGEST_WIDE_RATIO: Final = 2.0**7
"""The same for the 64-bit sums of int16 convolutions, matrices and fully connected layers."""


def scale_of(tensor: Tensor | None) -> float:
    """The largest scale; 1 where there is none."""
    return max(tensor.quant.scales) if tensor is not None and tensor.quant is not None else 1.0


def _ratio_of(positions: tuple[int, ...], wide: bool) -> Callable[[OpView], bool]:
    def holds(view: OpView) -> bool:
        product = 1.0
        for position in positions:
            product *= scale_of(view.input(position))
        limit = LARGEST_WIDE_RATIO if wide and view.output.dtype == "int16" else LARGEST_RATIO
        return view.output.quant is None or product < limit * view.output.quant.scale

    return holds


def ratio(*positions: int, wide: bool = False) -> Rule:
    """`wide`: sums of int16 products are 64 bits wide."""
    words = " times ".join(f"that of operand {p}" for p in positions)
    return Rule(
        sentence=f"the scale of the output is above 2^-30{' (int16: 2^-7)' if wide else ''} times {words}",
        holds=_ratio_of(positions, wide),
    )


def _sum_fits(spare_bits: int, wide_bits: int, power: int) -> Callable[[OpView], bool]:
    def holds(view: OpView) -> bool:
        bits = wide_bits if view.output.dtype == "int16" else spare_bits
        return (2.0 * max(scale_of(t) for t in view.present)) ** power < 2.0**bits * scale_of(view.output)

    return holds


SUM_SCALES: Final = Rule(
    sentence="the scale of the output is above 2^-19 (int16: 2^-14) times the larger operand's",
    holds=_sum_fits(20, 15, 1),
)
SQUARE_SCALES: Final = Rule(
    sentence="the scale of the output is above 2^-12 times the square of the larger operand's",
    holds=_sum_fits(14, 14, 2),
)
ROOT_SCALES: Final = Rule(
    sentence="the root of the largest input is less than 2^30 steps of the output",
    holds=lambda v: math.sqrt(255 * scale_of(v.input(0))) < 2.0**30 * scale_of(v.output),
)
HARD_SWISH_SCALES: Final = Rule(
    sentence="the scale of the output is above 1/128 of the input's",
    holds=lambda v: scale_of(v.input(0)) < 128.0 * scale_of(v.output),
)
SOFTMAX_INPUT: Final = Rule(
    sentence="beta is finite, and beta times the input scale is above 2^-26",
    holds=lambda v: (
        math.isfinite(v.op.number("beta")) and v.op.number("beta") * scale_of(v.input(0)) > 2.0**-26
    ),
    next_step="train the model: its scores do not differ (LiteRT's reference kernel aborts there)",
)
