"""The integer arithmetic of the reference, each rule with its name.

The reference is LiteRT's `BUILTIN_REF` resolver, version 2.3.0, except fully_connected, which LiteRT
computes in float since 2.20: there TFLite Micro's integer double rounding is followed. Formulas are those of
gemmlowp's fixedpoint.h and of TFLite's quantization_util and reference kernels; `F32` marks the places where
TFLite computes a parameter in single precision, which can change its last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]

ROUNDING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "none": "values are moved or compared, never rescaled",
        "double": "gemmlowp double rounding: the doubled high half of the 64-bit product rounds half up, "
        "then the right shift rounds half away from zero",
        "mean-half-away": "integer division, half away from zero",
        "mean-scaled": "the multiplier is divided by the number of elements, truncated; then double rounding",
        "fixed-point-exp": "gemmlowp exp on Q5.26, sum in Q12.19, reciprocal by Newton-Raphson",
        "table": "a 256-entry table, filled in single precision, half away from zero",
        "truncated": "single precision, the fraction is cut off",
        "fixed-point-hard-swish": "16-bit fixed point with saturating doubling high multiplies",
        "fixed-point-rsqrt": "Newton-Raphson inverse square root in Q3.28, then double rounding",
        "bilinear-10-bit": "10-bit weights per axis, the 20-bit sum rounds half away from zero",
        "fixed-point-reciprocal": "Newton-Raphson reciprocal of the divisor, then double rounding",
        "float32": "single precision",
    }
)
"""Rounding rules, as the operator table names them."""

INT32_MIN: Final = -(1 << 31)
INT32_MAX: Final = (1 << 31) - 1
LIMITS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiplier:
    """A positive real number as value * 2^(shift - 31), value a signed 32-bit integer."""

    value: int
    shift: int


def wrap32(x: Ints) -> Ints:
    """Two's complement wrap-around to 32 bits, as the C reference's int32 does."""
    return (x + (1 << 31)) % (1 << 32) - (1 << 31)


def round_half_away(x: float) -> int:
    """C's round()."""
    return math.floor(x + 0.5) if x >= 0 else -math.floor(-x + 0.5)


def quantize_multiplier(real: float) -> Multiplier:
    """`real` as a 31-bit fraction and a power of two (TFLite's QuantizeMultiplier)."""
    if real == 0.0:
        return Multiplier(value=0, shift=0)
    fraction, shift = math.frexp(real)
    value = round_half_away(fraction * (1 << 31))
    if value == 1 << 31:
        value, shift = value // 2, shift + 1
    if shift < -31:
        return Multiplier(value=0, shift=0)
    return Multiplier(value=value, shift=shift)


def high_multiply(a: Ints, b: Ints | int) -> Ints:
    """SaturatingRoundingDoublingHighMul: (a * b) / 2^31 rounded half up, saturated to int32."""
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    return np.minimum((product + (1 << 30)) >> 31, INT32_MAX)


def divide_by_power(x: Ints, exponent: Ints | int) -> Ints:
    """RoundingDivideByPOT: x / 2^exponent rounded half away from zero."""
    exponent = np.asarray(exponent, np.int64)
    mask = (np.int64(1) << exponent) - 1
    threshold = (mask >> 1) + (x < 0)
    return (x >> exponent) + ((x & mask) > threshold)


def rescale(x: Ints, multiplier: Multiplier) -> Ints:
    """x * multiplier by the rule "double" (MultiplyByQuantizedMultiplier on int32)."""
    left, right = max(multiplier.shift, 0), max(-multiplier.shift, 0)
    return divide_by_power(high_multiply(wrap32(x << left), multiplier.value), right)


def rescale_channels(x: Ints, multipliers: Sequence[Multiplier]) -> Ints:
    """`rescale` with one multiplier per slice of the last axis."""
    values = np.array([m.value for m in multipliers], np.int64)
    shifts = np.array([m.shift for m in multipliers], np.int64)
    shifted = wrap32(x << np.maximum(shifts, 0))
    return divide_by_power(high_multiply(shifted, values), np.maximum(-shifts, 0))


def rescale_wide(x: Ints, multipliers: Sequence[Multiplier]) -> Ints:
    """The 64-bit accumulator's rule (int16 activations): a 16-bit multiplier, one rounding half up."""
    values = np.array([reduced_multiplier(m) for m in multipliers], np.int64)
    shifts = np.array([15 - m.shift for m in multipliers], np.int64)
    return wrap32((x * values + (np.int64(1) << (shifts - 1))) >> shifts)


def reduced_multiplier(multiplier: Multiplier) -> int:
    """The 16-bit multiplier of `rescale_wide`."""
    return (multiplier.value + (1 << 15)) >> 16 if multiplier.value < 0x7FFF0000 else 0x7FFF


def clamp(x: Ints, low: int, high: int) -> Ints:
    return np.clip(x, low, high)


def divide_truncating(x: Ints, divisor: int) -> Ints:
    """C's integer division by a positive divisor."""
    quotient: Ints = np.sign(x) * (np.abs(x) // divisor)
    return quotient


# Parameters of operators, in the precision in which TFLite computes them.


def conv_multipliers(
    data: float, filters: Sequence[float], output: float, count: int
) -> tuple[Multiplier, ...]:
    """One multiplier per output channel, in double precision; one filter scale serves all."""
    per_channel = tuple(filters) if len(filters) > 1 else tuple(filters) * count
    return tuple(quantize_multiplier(data * f / output) for f in per_channel)


def product_multiplier(left: float, right: float, output: float) -> Multiplier:
    """fully_connected and batch_matmul with one scale: the product in F32, the quotient in double."""
    return quantize_multiplier(float(np.float32(left) * np.float32(right)) / output)


def mul_multiplier(left: float, right: float, output: float) -> Multiplier:
    """mul and prelu: product and quotient in F32."""
    return quantize_multiplier(float(np.float32(left) * np.float32(right) / np.float32(output)))


def ratio_multiplier(data: float, output: float) -> Multiplier:
    """relu, leaky_relu, prelu: the quotient in F32."""
    return quantize_multiplier(float(np.float32(data) / np.float32(output)))


def exact_ratio_multiplier(data: float, output: float) -> Multiplier:
    """quantize, mean and sum: the quotient in double."""
    return quantize_multiplier(data / output)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddParameters:
    """add, sub and squared_difference: both inputs are brought to one scale, with `left_shift` spare bits."""

    left_shift: int
    left: Multiplier
    right: Multiplier
    output: Multiplier


ADD_SHIFT: Final[Mapping[str, int]] = MappingProxyType({"int8": 20, "int16": 15})
SQUARED_SHIFT: Final = 7


def add_parameters(left: float, right: float, output: float, dtype: str) -> AddParameters:
    twice = 2.0 * max(left, right)
    shift = ADD_SHIFT[dtype]
    return AddParameters(
        left_shift=shift,
        left=quantize_multiplier(left / twice),
        right=quantize_multiplier(right / twice),
        output=quantize_multiplier(twice / ((1 << shift) * output)),
    )


def squared_difference_parameters(left: float, right: float, output: float) -> AddParameters:
    twice = 2.0 * max(left, right)
    return AddParameters(
        left_shift=SQUARED_SHIFT,
        left=quantize_multiplier(left / twice),
        right=quantize_multiplier(right / twice),
        output=quantize_multiplier(twice * twice / ((1 << 2 * SQUARED_SHIFT) * output)),
    )


def mean_multiplier(data: float, output: float, count: int) -> Multiplier:
    """1/count folded into the multiplier: value << s over count, truncated; s = floor(log2(count))."""
    base = exact_ratio_multiplier(data, output)
    shift = min(count.bit_length() - 1, 32, 31 + base.shift)
    return Multiplier(value=(base.value << shift) // count, shift=base.shift - shift)


def activation_range(activation: str, scale: float, zero_point: int, dtype: str) -> tuple[int, int]:
    """The clamp of a fused activation: round(bound / scale) in F32, half away from zero, plus zero point."""
    low, high = LIMITS[dtype]
    bounds = {"none": (None, None), "relu": (0.0, None), "relu6": (0.0, 6.0), "relu_n1_to_1": (-1.0, 1.0)}
    least, most = bounds[activation]
    if least is not None:
        low = max(low, zero_point + _quantize_bound(least, scale))
    if most is not None:
        high = min(high, zero_point + _quantize_bound(most, scale))
    return low, high


def _quantize_bound(bound: float, scale: float) -> int:
    return round_half_away(float(np.float32(bound) / np.float32(scale)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftmaxParameters:
    """int8 softmax: differences to the maximum below `diff_min` count as zero."""

    multiplier: Multiplier
    diff_min: int


SOFTMAX_INPUT_BITS: Final = 5
SOFTMAX_SUM_BITS: Final = 12


def softmax_parameters(scale: float, beta: float) -> SoftmaxParameters:
    # C converts the option to double before it multiplies; beta is a float32 of the file.
    real = min(float(np.float32(beta)) * scale * (1 << (31 - SOFTMAX_INPUT_BITS)), (1 << 31) - 1.0)
    multiplier = quantize_multiplier(real)
    radius = ((1 << SOFTMAX_INPUT_BITS) - 1) * (1 << (31 - SOFTMAX_INPUT_BITS)) / (1 << multiplier.shift)
    return SoftmaxParameters(multiplier=multiplier, diff_min=-math.floor(radius))


def table_int8(
    function: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]],
    scale: float,
    zero_point: int,
    output_scale: float,
    output_zero_point: int,
) -> npt.NDArray[np.int8]:
    """The 256 outputs of a function of one int8 value, from input -128 to 127 (TFLite's LUTPopulate)."""
    steps = np.arange(-128, 128, dtype=np.int64) - zero_point
    real = np.float32(scale) * steps.astype(np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = function(real) * (np.float32(1.0) / np.float32(output_scale))
    # TfLiteRound is round() on float: half away from zero, exact on float32 magnitudes below 2^23.
    wide = scaled.astype(np.float64)
    rounded = np.where(wide >= 0, np.floor(wide + 0.5), -np.floor(-wide + 0.5))
    shifted = np.clip(rounded + output_zero_point, -128, 127)
    return np.nan_to_num(shifted, nan=-128).astype(np.int8)


def logistic(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    one = np.float32(1.0)
    with np.errstate(over="ignore"):
        result = one / (one + np.exp(-x.astype(np.float64)).astype(np.float32))
    return np.asarray(result, np.float32)


def tanh(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.tanh(x.astype(np.float64)).astype(np.float32)


def elu(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """exp(x) - 1 below zero (TFLite's EluPrepare, in single precision)."""
    below = np.exp(np.minimum(x, np.float32(0.0)).astype(np.float64)).astype(np.float32) - np.float32(1.0)
    return np.asarray(np.where(x < 0, below, x), np.float32)


def exp(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    with np.errstate(over="ignore"):
        return np.exp(x.astype(np.float64)).astype(np.float32)


def log(x: npt.NDArray[np.float32], least: np.float32) -> npt.NDArray[np.float32]:
    """`least` where there is no logarithm."""
    positive = np.where(x > 0, x, np.float32(1.0)).astype(np.float64)
    return np.asarray(np.where(x > 0, np.log(positive).astype(np.float32), least), np.float32)


def gelu(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    scaled = (x * np.float32(-math.sqrt(0.5))).astype(np.float64)
    erfc = np.array([math.erfc(v) for v in scaled.tolist()], np.float32)
    return np.asarray(np.float32(0.5) * x * erfc, np.float32)


def gelu_approximate(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    factor = np.float32(math.sqrt(2.0 / math.pi))
    with np.errstate(over="ignore", invalid="ignore"):
        inner = factor * (x + np.float32(0.044715) * x * x * x)
    return np.asarray(np.float32(0.5) * x * (np.float32(1.0) + tanh(inner)), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class HardSwishParameters:
    """int8 hard_swish in 16-bit fixed point; both multipliers are 16 bit."""

    output_multiplier: int
    output_exponent: int
    reluish_multiplier: int
    reluish_exponent: int


def hard_swish_parameters(scale: float, output_scale: float) -> HardSwishParameters:
    hires = np.float32(1.0 / 128.0) * np.float32(scale)
    output = quantize_multiplier(float(hires / np.float32(output_scale)))
    reluish = quantize_multiplier(float(hires / (np.float32(3.0) / np.float32(32768.0))))
    return HardSwishParameters(
        output_multiplier=_to_int16(output.value),
        output_exponent=output.shift,
        reluish_multiplier=_to_int16(reluish.value),
        reluish_exponent=reluish.shift,
    )


def _to_int16(value: int) -> int:
    """DownScaleInt32ToInt16Multiplier: the high half, rounded, saturated."""
    return 32767 if value >= INT32_MAX - (1 << 15) else (value + (1 << 15)) >> 16


def rsqrt_multiplier(scale: float, output_scale: float) -> Multiplier:
    root = np.sqrt(np.float32(scale))
    return quantize_multiplier(1.0 / float(np.float32(root * np.float32(output_scale))))
