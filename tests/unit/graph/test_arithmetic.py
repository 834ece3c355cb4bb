"""The rounding rules against their definitions in exact rational arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from espalier.graph import arithmetic as a
from espalier.graph.fixedpoint import exp_negative, inverse_sqrt, reciprocal
from espalier.graph.ops import OPS


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def half_away(value: Fraction) -> int:
    return half_up(value) if value >= 0 else -half_up(-value)


def edge_values() -> list[int]:
    powers = [s * (1 << k) + d for k in range(0, 31, 3) for s in (1, -1) for d in (-1, 0, 1)]
    return sorted({0, *powers, (1 << 31) - 1, -(1 << 31)})


def test_high_multiply_rounds_half_up_and_saturates() -> None:
    for left in edge_values():
        for right in (1 << 30, (1 << 31) - 1, 3 << 29, 12345, 1, 0, -(1 << 31)):
            wanted = min(half_up(Fraction(left * right, 1 << 31)), (1 << 31) - 1)
            assert int(a.high_multiply(np.array(left), right)) == wanted, (left, right)


@pytest.mark.parametrize("exponent", range(32))
def test_division_by_a_power_rounds_half_away_from_zero(exponent: int) -> None:
    half = 1 << exponent >> 1
    values = [v for k in (-3, -2, -1, 0, 1, 2, 3) for v in (k * 2 * half + half + d for d in (-1, 0, 1))]
    for value in [*values, *edge_values()]:
        wanted = half_away(Fraction(value, 1 << exponent))
        assert int(a.divide_by_power(np.array(value, np.int64), exponent)) == wanted, value


@pytest.mark.parametrize("exponent", range(-31, 8))
def test_rescaling_by_a_power_of_two_is_double_rounding(exponent: int) -> None:
    multiplier = a.quantize_multiplier(2.0**exponent)
    values = np.array([v for v in edge_values() if abs(v) < 1 << 23])
    got = a.rescale(values, multiplier)
    for value, result in zip(values.tolist(), got.tolist(), strict=True):
        # The fraction is 1/2: the first rounding halves, the second divides by the rest.
        left, right = max(multiplier.shift, 0), max(-multiplier.shift, 0)
        first = half_up(Fraction(value << left, 2))
        assert result == half_away(Fraction(first, 1 << right)), value


def test_multipliers_carry_31_bits_and_flush_to_zero_below_2_to_minus_32() -> None:
    for real in (1.0, 0.3, 1.999999999999, 2.0**-31, 77.5, 1e-6):
        found = a.quantize_multiplier(real)
        assert 1 << 30 <= found.value < 1 << 31
        assert abs(found.value * 2.0 ** (found.shift - 31) / real - 1) < 2.0**-30
    assert a.quantize_multiplier(2.0**-33) == a.Multiplier(value=0, shift=0)
    assert a.quantize_multiplier(0.0) == a.Multiplier(value=0, shift=0)
    # A fraction that rounds to 1 becomes 1/2 of the next power.
    assert a.quantize_multiplier(1.0 - 2.0**-40) == a.Multiplier(value=1 << 30, shift=1)


def test_wrapping_is_twos_complement() -> None:
    values = np.array([1 << 31, -(1 << 31) - 1, 1 << 32, 5])
    assert a.wrap32(values).tolist() == [-(1 << 31), (1 << 31) - 1, 0, 5]


def test_truncating_division_is_that_of_c() -> None:
    assert a.divide_truncating(np.array([7, -7, 6, -6]), 2).tolist() == [3, -3, 3, -3]


def test_fixed_point_functions_approximate_what_they_are_named_for() -> None:
    x = np.array([0, -1, -(1 << 20), -(1 << 26), -(5 << 26), -(31 << 26)])
    got = exp_negative(x) / 2.0**31
    assert np.abs(got - np.exp(x / 2.0**26)).max() < 1e-6
    for total in (1 << 19, 3 << 19, (1 << 30) + 12345):
        value, bits = reciprocal(total, 12)
        assert abs(value / 2.0**31 * 2.0**-bits * (total / 2.0**19) - 1) < 1e-6
    for number in (2, 3, 100, 255, 1 << 29, (1 << 31) - 1):
        value, shift = inverse_sqrt(number)
        assert abs(value * 2.0 ** (shift - 31) * number**0.5 - 1) < 1e-3, number
    assert inverse_sqrt(1) == inverse_sqrt(0) == ((1 << 31) - 1, 0)


def test_every_operator_names_a_rounding_rule() -> None:
    assert {row.rounding for row in OPS.values()} <= set(a.ROUNDING)
    assert set(a.ROUNDING) == {row.rounding for row in OPS.values()}
