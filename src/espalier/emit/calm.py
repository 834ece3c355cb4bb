"""Channels whose requantization the short arithmetic cannot do, given constants with which it can.

Training and pruning leave channels whose output hardly depends on the input: no weights, or weights far below a bias of up
to 2^31, rescaled by up to 2^-31. Over all inputs that a window can hold, such a channel has one output value or two. Both
are made by other constants: a bias for the one value, a power of two that turns over at the same sum for the two. Channels
that are rescaled by a half or more have few sums that are not clamped: weights and bias are multiplied by a power of two
where all of these stay the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..graph import arithmetic
from ..graph.arithmetic import Multiplier

LARGEST_INPUT = 128
LARGEST_WEIGHT = 127
"""Of a byte."""
FAST_SHIFTS = range(1, 23)
"""Right shifts of the short requantization."""
FAST_SUM = 1 << 30
"""Sums stay below it: they can be doubled."""


_LARGEST_OUTPUT = 256
"""Outputs less their zero point are clamped to at most so much."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Channels:
    """Weights [channels, values of a window], int8 or int16, folded biases and multipliers. ``slow``: channels for which
    the short requantization is not exact; theirs are as they were."""

    weights: NDArray[Any]
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
        return int(self.each(np.array([total], np.int64))[0])

    def each(self, totals: NDArray[np.int64]) -> NDArray[np.int64]:
        return arithmetic.clamp(arithmetic.rescale(totals, self.multiplier), self.low, self.high)


def calmed(
    weights: NDArray[np.int8],
    biases: NDArray[np.int64],
    multipliers: Sequence[Multiplier],
    *,
    zero_point: int,
    low: int,
    high: int,
    largest_weight: int = LARGEST_WEIGHT,
) -> Channels:
    """Equal channels for every input: outputs are rescale(sum) + ``zero_point``, held between ``low`` and ``high``.
    ``largest_weight``: above 127 the weights become int16."""
    found = [n for n, fits in enumerate(fitting(weights, biases, multipliers)) if not fits]
    made = weights.astype(np.int8 if largest_weight == LARGEST_WEIGHT else np.int16)
    biases, scales = biases.copy(), list(multipliers)
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
            made[channel], biases[channel] = 0, 4 * output.of(least)
            scales[channel] = Multiplier(value=1 << 30, shift=-1)
        elif steps == 1 and (turned := _turned(output, least, most)) is not None:
            biases[channel], scales[channel] = bias + turned[0], turned[1]
        elif whole and (found_shift := _amplified(output, row, least, most, largest_weight)) is not None:
            shift, more = found_shift
            made[channel], biases[channel] = row << shift, (bias << shift) + more
            scales[channel] = Multiplier(value=output.multiplier.value, shift=output.multiplier.shift - shift)
        else:
            slow.append(channel)
    return Channels(weights=made, biases=biases, multipliers=tuple(scales), slow=tuple(slow))


def fitting(
    weights: NDArray[np.int8], biases: NDArray[np.int64], multipliers: Sequence[Multiplier]
) -> NDArray[np.bool_]:
    """Per channel, whether the short requantization is exact for every possible input: |sum| < 2^30, right shifts of 1
    to 22."""
    largest = np.abs(biases) + LARGEST_INPUT * np.abs(weights.astype(np.int64)).sum(axis=1)
    shifts_fit = np.array([m.value > 0 and -m.shift in FAST_SHIFTS for m in multipliers], np.bool_)
    fits: NDArray[np.bool_] = shifts_fit & (largest < FAST_SUM)
    return fits


def _amplified(
    output: _Output, row: NDArray[np.int64], least: int, most: int, largest_weight: int
) -> tuple[int, int] | None:
    """The power of two by which weights and bias may be multiplied, and the rescaling divided; what to add to the bias
    then, for the two roundings of the short requantization instead of one."""
    real = output.multiplier.value * 2.0 ** (output.multiplier.shift - 31)
    if real < 0.25:
        return None
    reach = int(2 * _LARGEST_OUTPUT / real) + 2  # sums beyond are clamped either way
    sums = np.arange(max(least, -reach), min(most, reach) + 1)
    wanted = output.each(sums)
    for shift in range(1, 16):
        if int(np.abs(row).max()) << shift > largest_weight or (max(abs(least), abs(most)) + 1) << shift >= FAST_SUM:
            break
        tried = Multiplier(value=output.multiplier.value, shift=output.multiplier.shift - shift)
        if -tried.shift not in FAST_SHIFTS:
            continue
        other = _Output(tried, output.low, output.high)
        for more in (0, *(sign << n for n in range(shift - 1) for sign in (1, -1))):
            if np.array_equal(wanted, other.each((sums << shift) + more)):
                return shift, more
    return None


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
