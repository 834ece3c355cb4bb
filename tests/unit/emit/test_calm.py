"""Channels with hostile ranges keep every output with constants that the short requantization can take."""

from __future__ import annotations

import numpy as np
import pytest

from espalier.emit.calm import FAST_SHIFTS, FAST_SUM, calmed, fitting
from espalier.graph import arithmetic
from espalier.graph.arithmetic import Ints, Multiplier, quantize_multiplier


def outputs(sums: Ints, multiplier: Multiplier, zero: int, low: int, high: int) -> Ints:
    return arithmetic.clamp(arithmetic.rescale(arithmetic.wrap32(sums), multiplier) + zero, low, high)


def hostile(rng: np.random.Generator) -> tuple[np.ndarray, int, Multiplier]:  # type: ignore[type-arg]
    weights = rng.integers(-127, 128, int(rng.integers(1, 30))) * (rng.random() < 0.7)
    bias = int(rng.choice([-1, 1])) * int(2.0 ** rng.uniform(0, 30.9))
    return weights.astype(np.int8), bias, quantize_multiplier(2.0 ** rng.uniform(-34, 2))


@pytest.mark.parametrize("zero, low, high", [(0, -128, 127), (-128, -128, 127), (-20, -20, 90), (127, 0, 127)])
def test_every_output_stays_the_same_for_every_sum_that_a_window_can_have(zero: int, low: int, high: int) -> None:
    rng, changed, slow = np.random.default_rng(5), 0, 0
    for _ in range(400):
        weights, bias, multiplier = hostile(rng)
        taps = weights[None, :]
        made = calmed(taps, np.array([bias]), [multiplier], zero_point=zero, low=low, high=high)
        data = rng.integers(-128, 128, (400, weights.size))
        data[0], data[1] = np.where(weights > 0, 127, -128), np.where(weights > 0, -128, 127)
        before = outputs(data @ weights.astype(np.int64) + bias, multiplier, zero, low, high)
        sums = data @ made.weights[0].astype(np.int64) + made.biases[0]
        np.testing.assert_array_equal(before, outputs(sums, made.multipliers[0], zero, low, high))
        if made.slow:
            slow += 1
            continue
        assert np.abs(sums).max() < FAST_SUM and -made.multipliers[0].shift in FAST_SHIFTS
        assert fitting(made.weights, made.biases, made.multipliers).all()
        changed += made.multipliers[0] != multiplier
    assert changed > 60 and slow < 200


def test_a_channel_that_turns_over_once_does_it_at_the_same_sum() -> None:
    weights = np.array([[127, -127, 90]], np.int8)
    for turn in (-900, -1, 0, 1, 7, 5000):
        multiplier = quantize_multiplier(2.0**-25)
        bias = (1 << 30) + (1 << 24) - turn
        made = calmed(weights, np.array([bias]), [multiplier], zero_point=0, low=-128, high=127)
        sums = np.arange(-44000, 44000)
        before = outputs(sums + bias, multiplier, 0, -128, 127)
        assert len(set(before.tolist())) == 2 and not made.slow
        after = outputs(sums + made.biases[0], made.multipliers[0], 0, -128, 127)
        np.testing.assert_array_equal(before, after)


def test_channels_that_are_rescaled_by_a_half_or_more_become_larger_ones() -> None:
    rng, taken = np.random.default_rng(7), {127: 0, 32767: 0}
    for _ in range(200):
        weights = rng.integers(-1, 2, (1, 9)).astype(np.int8)
        multiplier, bias = quantize_multiplier(2.0 ** rng.uniform(-1, 7)), np.array([int(rng.integers(-300, 300))])
        for largest in taken:
            made = calmed(weights, bias, [multiplier], zero_point=3, low=-128, high=127, largest_weight=largest)
            sums = np.arange(-1200, 1200)
            factor = 1 << (multiplier.shift - made.multipliers[0].shift)
            if not made.weights.any():
                continue  # one output for every input
            before = outputs(sums + bias[0], multiplier, 3, -128, 127)
            after = outputs(sums * factor + made.biases[0], made.multipliers[0], 3, -128, 127)
            np.testing.assert_array_equal(before, after)
            np.testing.assert_array_equal(made.weights, weights.astype(np.int64) * factor)
            taken[largest] += not made.slow
    assert taken[32767] > 190 and taken[127] > 20, taken


def test_ordinary_channels_are_left_as_they_are() -> None:
    rng = np.random.default_rng(6)
    weights = rng.integers(-127, 128, (8, 9)).astype(np.int8)
    biases = rng.integers(-5000, 5000, 8)
    multipliers = [quantize_multiplier(0.002)] * 8
    made = calmed(weights, biases, multipliers, zero_point=3, low=-128, high=127)
    np.testing.assert_array_equal(made.weights, weights)
    np.testing.assert_array_equal(made.biases, biases)
    assert made.multipliers == tuple(multipliers) and made.slow == ()
