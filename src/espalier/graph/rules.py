"""Constraints on operators. A rule is one sentence: it is the error text and the documentation as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from espalier.graph.types import Quant, Tensor
from espalier.graph.view import OpView


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


def _quantized(tensor: Tensor) -> bool:
    return tensor.quant is not None


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


GENERAL_INT16: Final = Rule(
    sentence="int16 operands are not restricted to power-of-two scales",
    holds=lambda v: v.output.dtype != "int16" or not v.op.flag("pot_scale_int16"),
)

POOL_ACTIVATION: Final = Rule(
    sentence="the fused activation is none, relu, relu6 or relu_n1_to_1",
    holds=lambda v: v.op.text("activation") in ("none", "relu", "relu6", "relu_n1_to_1"),
)
