"""Reference executors of the operators on real and logical values, and of those that compare and divide int8."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from . import arithmetic as a
from .arithmetic import Ints, Multiplier
from .curves import quant_of
from .fixedpoint import reciprocal
from .types import Array
from .view import OpView

Results = tuple[Array, ...]
Executor = Callable[[OpView, Sequence[Array]], Results]
COMPARED_SHIFT: Final = 8
"""Spare bits of a comparison (TFLite's ComparisonParams.left_shift)."""


def _real(function: Callable[..., Any]) -> Executor:
    """In double precision, then single: the nearest float32 of the true result but for rare halves."""

    def run(view: OpView, x: Sequence[Array]) -> Results:
        with np.errstate(all="ignore"):
            return (np.asarray(function(*(v.astype(np.float64) for v in x))).astype(np.float32),)

    return run


def _logical(function: Callable[..., Any]) -> Executor:
    return lambda view, x: (np.asarray(function(*x)),)


def compared_steps(view: OpView, position: int, x: Ints) -> Ints:
    """What TFLite compares instead of an int8 operand's value: it is scaled with 8 spare bits, and rounded."""
    quant = quant_of(view.input(position).quant)
    steps = (x - quant.zero_point) << COMPARED_SHIFT
    return a.rescale(steps, a.quantize_multiplier(quant.scale))


def _compare(function: Callable[[Array, Array], Array]) -> Executor:
    def compare(view: OpView, x: Sequence[Array]) -> Results:
        if view.input(0).dtype != "int8":
            return (function(x[0], x[1]),)
        return (function(*(compared_steps(view, n, x[n].astype(np.int64)) for n in (0, 1))),)

    return compare


def _cast(view: OpView, x: Sequence[Array]) -> Results:
    with np.errstate(invalid="ignore"):
        return (x[0].astype(view.output.dtype),)


def _select(view: OpView, x: Sequence[Array]) -> Results:
    return (np.where(x[0], x[1], x[2]),)


def div_multiplier(view: OpView) -> Multiplier:
    """Product and quotient in single precision, as TFLite computes them."""
    left, right, out = (np.float32(quant_of(t.quant).scale) for t in (view.input(0), view.input(1), view.output))
    return a.quantize_multiplier(float(left / np.float32(right * out)))


def _div(view: OpView, x: Sequence[Array]) -> Results:
    """LiteRT refuses a divisor of zero at run time; here it is taken as its smallest step. Where LiteRT would shift by more
    than 31 bits, which C leaves undefined (the dividend is 0 and the multiplier below 64), here all bits are shifted out."""
    left, right, out = (quant_of(t.quant) for t in (view.input(0), view.input(1), view.output))
    numerator, divisor = np.broadcast_arrays(
        x[0].astype(np.int64) - left.zero_point, x[1].astype(np.int64) - right.zero_point
    )
    numerator, divisor = np.where(divisor < 0, -numerator, numerator), np.maximum(np.abs(divisor), 1)
    multiplier = div_multiplier(view)
    result = np.zeros(divisor.shape, np.int64)
    for value in np.unique(divisor).tolist():
        inverse, bits = reciprocal(value, 31)
        here = divisor == value
        steps = numerator[here]
        headroom = np.array([31 - int(n).bit_length() for n in np.abs(steps) - (steps < 0)], np.int64)
        quotient = a.high_multiply(a.wrap32(steps << headroom), inverse)
        total = np.minimum(headroom + bits - multiplier.shift, 31)
        result[here] = a.divide_by_power(a.high_multiply(quotient, multiplier.value), total)
    bounds = a.activation_range(view.op.text("activation"), out.scale, out.zero_point, "int8")
    return (a.clamp(result + out.zero_point, *bounds),)


REAL: Final[Mapping[str, Executor]] = MappingProxyType(
    {
        "neg": _real(np.negative),
        "square": _real(np.square),
        "floor": _real(np.floor),
        "ceil": _real(np.ceil),
        "round": _real(np.rint),
        "sin": _real(np.sin),
        "cos": _real(np.cos),
        "sign": _real(np.sign),
        "pow": _real(np.power),
        "floor_div": _real(np.floor_divide),
        "floor_mod": _real(np.mod),
        "div": _div,
        "cast": _cast,
        "equal": _compare(np.equal),
        "not_equal": _compare(np.not_equal),
        "greater": _compare(np.greater),
        "greater_equal": _compare(np.greater_equal),
        "less": _compare(np.less),
        "less_equal": _compare(np.less_equal),
        "select": _select,
        "select_v2": _select,
        "logical_and": _logical(np.logical_and),
        "logical_or": _logical(np.logical_or),
        "logical_not": _logical(np.logical_not),
    }
)
