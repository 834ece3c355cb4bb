"""Channels whose requantization the short arithmetic cannot do, given constants with which it can.

Training and pruning leave channels whose output hardly depends on the input: no weights, or weights far below a bias of up
to 2^31, rescaled by up to 2^-31. Over all inputs that a window can hold, such a channel has one output value or two. Both
are made by other constants: a bias for the one value, a power of two that turns over at the same sum for the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from espalier.graph import arithmetic
from espalier.graph.arithmetic import Multiplier

LARGEST_INPUT = 128
FAST_SHIFTS = range(1, 23)
"""Right shifts of the short requantization."""
FAST_SUM = 1 << 30
"""Sums stay below it: they can be doubled."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Channels:
    """Weights int8 [channels, values of a window], folded biases and multipliers. ``slow``: channels for which the short
    requantization is not exact; theirs are as they were."""

    weights: NDArray[np.int8]
    biases: NDArray[np.int64]
    multipliers: tuple[Multiplier, ...]
    slow: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Output:
    """What follows the sum: ``steps`` are outputs less the zero point."""

    multiplier: Multiplier
    low: int
    high: int

    def of(self, total: int) -> int:
        scaled = int(arithmetic.rescale(np.array([total], np.int64), self.multiplier)[0])
        return min(max(scaled, self.low), self.high)


def calmed(
    weights: NDArray[np.int8],
    biases: NDArray[np.int64],
    multipliers: Sequence[Multiplier],
    *,
    zero_point: int,
    low: int,
    high: int,
) -> Channels:
    """Equal channels for every input: outputs are rescale(sum) + ``zero_point``, held between ``low`` and ``high``."""
    found = [n for n, fits in enumerate(fitting(weights, biases, multipliers)) if not fits]
    weights, biases, scales = weights.copy(), biases.copy(), list(multipliers)
    slow = []
    for channel in found:
        row = weights[channel].astype(np.int64)
        bias, output = int(biases[channel]), _Output(scales[channel], low - zero_point, high - zero_point)
        least = bias + int(np.minimum(-LARGEST_INPUT * row, (LARGEST_INPUT - 1) * row).sum())
        most = bias + int(np.maximum(-LARGEST_INPUT * row, (LARGEST_INPUT - 1) * row).sum())
        left = max(output.multiplier.shift, 0)
        whole = least << left >= arithmetic.INT32_MIN and most << left <= arithmetic.INT32_MAX  # nothing wraps around
        steps = output.of(most) - output.of(least) if whole or least == most else 2
        if steps == 0:
            weights[channel], biases[channel] = 0, 4 * output.of(least)
            scales[channel] = Multiplier(value=1 << 30, shift=-1)
        elif steps == 1 and (turned := _turned(output, least, most)) is not None:
            biases[channel], scales[channel] = bias + turned[0], turned[1]
        else:
            slow.append(channel)
    return Channels(weights=weights, biases=biases, multipliers=tuple(scales), slow=tuple(slow))


def fitting(
    weights: NDArray[np.int8], biases: NDArray[np.int64], multipliers: Sequence[Multiplier]
) -> NDArray[np.bool_]:
    """Per channel, whether the short requantization is exact for every possible input: |sum| < 2^30, right shifts of 1
    to 22."""
    largest = np.abs(biases) + LARGEST_INPUT * np.abs(weights.astype(np.int64)).sum(axis=1)
    shifts_fit = np.array([m.value > 0 and -m.shift in FAST_SHIFTS for m in multipliers], np.bool_)
    fits: NDArray[np.bool_] = shifts_fit & (largest < FAST_SUM)
    return fits


def _turned(output: _Output, least: int, most: int) -> tuple[int, Multiplier] | None:
    """What to add to the bias, and the power of two with which the output goes up by one at the same sum."""
    below, above, value = least, most, output.of(least)
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if output.of(middle) == value else (below, middle)
    for shift in FAST_SHIFTS:
        multiplier = Multiplier(value=1 << 30, shift=-shift)
        free = _Output(multiplier, -FAST_SUM, FAST_SUM)
        guess = (2 * value + 1) << shift
        turn = next((z for z in range(guess - 2, guess + 3) if free.of(z) == value + 1), None)
        if turn is None or free.of(turn - 1) != value:
            continue
        more = turn - above
        if max(abs(least + more), abs(most + more)) >= FAST_SUM:
            return None
        if free.of(least + more) == value and free.of(most + more) == value + 1:
            return more, multiplier
    return None
