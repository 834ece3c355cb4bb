"""gemmlowp's 32-bit fixed-point functions, as TFLite's int8 softmax and rsqrt use them.

A number Qi.f has i integer bits and f = 31 - i fractional ones. Products are doubled high halves, so that
Qa * Qb is Q(a + b). Constants are gemmlowp's (fixedpoint/fixedpoint.h).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .arithmetic import INT32_MAX, INT32_MIN, Ints, divide_by_power, high_multiply, wrap32

EXP_MINUS_EIGHTH: Final = 1895147668
ONE_THIRD: Final = 715827883
EXP_MINUS_POWERS: Final = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
"""exp(-2^k) in Q0.31 for k = -2 to 4."""
SOFTMAX_FRACTION_BITS: Final = 26
FORTY_EIGHT_SEVENTEENTHS: Final = 1515870810
MINUS_THIRTY_TWO_SEVENTEENTHS: Final = -1010580540
HALF_SQRT_TWO: Final = 1518500250


def shift_saturating(x: Ints, left: int) -> Ints:
    """x * 2^left, saturated to int32 (SaturatingRoundingMultiplyByPOT for positive exponents)."""
    limit = (1 << (31 - left)) - 1
    return np.where(x > limit, INT32_MAX, np.where(x < -limit, INT32_MIN, x << left))


def exp_negative(a: Ints) -> Ints:
    """exp(a) in Q0.31 for a <= 0 in Q5.26."""
    quarter = 1 << (SOFTMAX_FRACTION_BITS - 2)
    modulo = (a & (quarter - 1)) - quarter
    result = _exp_last_quarter(shift_saturating(modulo, 5))
    remainder = modulo - a
    for position, factor in enumerate(EXP_MINUS_POWERS):
        bit = 1 << (SOFTMAX_FRACTION_BITS - 2 + position)
        result = np.where(remainder & bit, high_multiply(result, factor), result)
    return np.where(a == 0, INT32_MAX, result)


def _exp_last_quarter(a: Ints) -> Ints:
    """exp(a) for -1/4 <= a < 0, both Q0.31: a Taylor series around -1/8."""
    x = a + (1 << 28)
    x2 = high_multiply(x, x)
    x3 = high_multiply(x2, x)
    x4 = high_multiply(x2, x2)
    tail = divide_by_power(high_multiply(divide_by_power(x4, 2) + x3, ONE_THIRD) + x2, 1)
    return EXP_MINUS_EIGHTH + high_multiply(x + tail, EXP_MINUS_EIGHTH)


def reciprocal(x: int, integer_bits: int) -> tuple[int, int]:
    """1/x for x in Q(integer_bits): (Q0.31 value, bits above one) (TFLite's GetReciprocal)."""
    headroom = 32 - x.bit_length()
    minus_one = int(wrap32(np.array((x << headroom) - (1 << 31), np.int64)))
    return _one_over_one_plus(minus_one), integer_bits - headroom


def _one_over_one_plus(a: int) -> int:
    """1 / (1 + a) for 0 <= a < 1 in Q0.31: three Newton-Raphson steps in Q2.29."""
    half = (a + INT32_MAX + 1) // 2
    denominator = np.array(half, np.int64)
    x = FORTY_EIGHT_SEVENTEENTHS + high_multiply(denominator, MINUS_THIRTY_TWO_SEVENTEENTHS)
    for _ in range(3):
        rest = (1 << 29) - high_multiply(denominator, x)
        x = x + shift_saturating(high_multiply(x, rest), 2)
    return int(shift_saturating(x, 1))


def inverse_sqrt(value: int) -> tuple[int, int]:
    """1/sqrt(value) as (multiplier, left shift) (TFLite's GetInvSqrtQuantizedMultiplierExp)."""
    if value <= 1:
        return INT32_MAX, 0
    shift = 11
    while value >= 1 << 29:
        value, shift = value // 4, shift + 1
    pairs = (31 - value.bit_length()) // 2 - 1
    shift, value = shift - pairs, value << 2 * pairs
    number = np.array(value >> 1, np.int64)
    half = divide_by_power(number, 1)
    x = np.array(1 << 28, np.int64)
    for _ in range(5):
        cube = shift_saturating(high_multiply(high_multiply(x, x), x), 6)
        x = shift_saturating(high_multiply(x, (1 << 28) + (1 << 27)) - high_multiply(half, cube), 3)
    result = int(high_multiply(x, HALF_SQRT_TWO))
    if shift < 0:
        return int(wrap32(np.array(result << -shift, np.int64))), 0
    return result, -shift
