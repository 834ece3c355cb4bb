"""Operators of one int8 value: each function maps stored inputs to stored outputs, element by element.

An int8 curve has 256 possible inputs, so `table` says everything about it; compilers may emit that table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from . import arithmetic as a
from .arithmetic import LIMITS, Ints, Multiplier
from .fixedpoint import inverse_sqrt
from .types import Quant
from .view import OpView


def quant_of(quant: Quant | None) -> Quant:
    """A quantization that the rules of the operator table promise."""
    if quant is None:
        raise ValueError("a tensor that must be quantized is not")
    return quant


def table(view: OpView) -> npt.NDArray[np.int8]:
    """Outputs for the inputs -128 to 127 of an int8 operator of `CURVES`."""
    return CURVES[view.op.kind](view, np.arange(-128, 128, dtype=np.int64)).astype(np.int8)


def _saturate(view: OpView, x: Ints) -> Ints:
    return a.clamp(x + quant_of(view.output.quant).zero_point, *LIMITS[view.output.dtype])


def _relu(activation: str) -> Callable[[OpView, Ints], Ints]:
    def relu(view: OpView, x: Ints) -> Ints:
        source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
        multiplier = a.ratio_multiplier(source.scale, target.scale)
        low, high = a.activation_range(activation, target.scale, target.zero_point, view.output.dtype)
        return a.clamp(a.rescale(x - source.zero_point, multiplier) + target.zero_point, low, high)

    return relu


def _quantize(view: OpView, x: Ints) -> Ints:
    source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
    multiplier = a.exact_ratio_multiplier(source.scale, target.scale)
    return _saturate(view, a.rescale(x - source.zero_point, multiplier))


def _leaky_relu(view: OpView, x: Ints) -> Ints:
    source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
    # The real multiplier is scale * alpha / output scale, in single precision like mul's.
    slope = a.mul_multiplier(source.scale, abs(view.op.number("alpha")), target.scale)
    sign = -1 if view.op.number("alpha") < 0 else 1
    steps = x - source.zero_point
    positive = a.rescale(steps, a.ratio_multiplier(source.scale, target.scale))
    return _saturate(view, np.where(steps >= 0, positive, sign * a.rescale(steps, slope)))


def _by_table(
    function: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]],
) -> Callable[[OpView, Ints], Ints]:
    def curve(view: OpView, x: Ints) -> Ints:
        source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
        values = a.table_int8(function, source.scale, source.zero_point, target.scale, target.zero_point)
        result: Ints = values[x + 128].astype(np.int64)
        return result

    return curve


def _log(view: OpView, x: Ints) -> Ints:
    """TFLite's smallest output where there is no logarithm."""
    target = quant_of(view.output.quant)
    least = np.float32(-128 - target.zero_point) * np.float32(target.scale)
    return _by_table(lambda real: a.log(real, least))(view, x)


def _sqrt(view: OpView, x: Ints) -> Ints:
    """TFLite cuts the fraction off. It refuses a negative value at run time; here its root is 0."""
    source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
    real = np.maximum(x - source.zero_point, 0).astype(np.float32) * np.float32(source.scale)
    return _saturate(view, np.trunc(np.sqrt(real) / np.float32(target.scale)).astype(np.int64))


def _abs(view: OpView, x: Ints) -> Ints:
    source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
    steps = np.abs(x - source.zero_point)
    if source.scale != target.scale:
        steps = a.rescale(steps, a.ratio_multiplier(source.scale, target.scale))
    return _saturate(view, steps)


def _gelu(view: OpView, x: Ints) -> Ints:
    return _by_table(a.gelu_approximate if view.op.flag("approximate") else a.gelu)(view, x)


def _hard_swish(view: OpView, x: Ints) -> Ints:
    source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
    p = a.hard_swish_parameters(source.scale, target.scale)
    hires = (x - source.zero_point) << 7
    preshift = _high_multiply_16(hires, p.output_multiplier)
    relu = hires
    if p.reluish_exponent > 0:
        relu = np.clip(relu << (p.reluish_exponent - 1), -32768, 32767)
    relu = _high_multiply_16(relu, p.reluish_multiplier)
    if p.reluish_exponent > 0:
        relu = np.clip(relu << 1, -32768, 32767)
    elif p.reluish_exponent < 0:
        relu = a.divide_by_power(relu, -p.reluish_exponent)
    relu = (relu + (1 << 15)) >> 1
    # This product truncates towards zero: it cancels the bias of the rounding one above.
    product = a.divide_truncating(relu * preshift, 1 << 15)
    return _saturate(view, a.divide_by_power(product, -p.output_exponent))


def _high_multiply_16(x: Ints, factor: int) -> Ints:
    """SaturatingRoundingDoublingHighMul on 16 bits: half up, saturated."""
    return np.minimum((x * factor + (1 << 14)) >> 15, 32767)


RSQRT_SHIFT: Final = 20


def _rsqrt(view: OpView, x: Ints) -> Ints:
    """LiteRT refuses a negative value at run time; here it gives the largest output, as zero does."""
    source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
    multiplier = a.rsqrt_multiplier(source.scale, target.scale)
    output = Multiplier(value=multiplier.value, shift=multiplier.shift - RSQRT_SHIFT)
    steps = x - source.zero_point
    one = np.array(1, np.int64)
    values: dict[int, int] = {}
    for step in np.unique(steps[steps > 0]).tolist():
        value, shift = inverse_sqrt(step)
        inverse = a.rescale(one, Multiplier(value=value, shift=shift + RSQRT_SHIFT))
        values[step] = int(a.rescale(inverse, output)) + target.zero_point
    flat = [values.get(s, 127) for s in steps.reshape(-1).tolist()]
    return a.clamp(np.array(flat, np.int64).reshape(x.shape), -128, 127)


CURVES: Final[Mapping[str, Callable[[OpView, Ints], Ints]]] = MappingProxyType(
    {
        "relu": _relu("relu"),
        "relu6": _relu("relu6"),
        "quantize": _quantize,
        "leaky_relu": _leaky_relu,
        "logistic": _by_table(a.logistic),
        "tanh": _by_table(a.tanh),
        "gelu": _gelu,
        "hard_swish": _hard_swish,
        "elu": _by_table(a.elu),
        "exp": _by_table(a.exp),
        "log": _log,
        "sqrt": _sqrt,
        "abs": _abs,
        "rsqrt": _rsqrt,
    }
)
"""kind -> stored input to stored output (int64 arrays); quantize for integer inputs."""
