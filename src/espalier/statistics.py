"""The statistics of paired accuracies, in closed form: what n images allow to say.

Two models answer the same n images. `lost` images were right before and are wrong now, `won` the reverse;
only these carry information about the difference (McNemar, "Note on the sampling error of the difference
between correlated proportions", Psychometrika 12, 1947).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A paired drop of accuracy in percentage points, its 95 % interval and McNemar's exact p-value."""

    n: int
    lost: int
    won: int
    points: float
    low: float
    high: float
    p_value: float


def paired_drop(lost: int, won: int, n: int) -> Drop:
    """How much accuracy was lost on n paired images; n must be positive."""
    low, high = paired_interval(lost, won, n)
    return Drop(
        n=n,
        lost=lost,
        won=won,
        points=100 * (lost - won) / n,
        low=100 * low,
        high=100 * high,
        p_value=mcnemar(lost, won),
    )


def drop_of(right: NDArray[np.bool_], still: NDArray[np.bool_]) -> Drop:
    """The drop from answers of which `right` are right to others to the same images, of which `still` are."""
    return paired_drop(int((right & ~still).sum()), int((~right & still).sum()), max(1, len(right)))


RESAMPLES = 2000
"""Sets drawn from the images with replacement (Efron and Tibshirani, An introduction to the bootstrap, 1993)."""

Figure = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Sums over images, [..., k] -> a figure of each set, [...] or [..., m]."""


def resampled(sums: NDArray[np.float64], figure: Figure) -> NDArray[np.float64]:
    """A figure that sums over images [n, k] give, of RESAMPLES sets of as many images. Deterministic."""
    return figure(_weights(len(sums)) @ sums)


def resampled_drop(
    before: NDArray[np.float64], after: NDArray[np.float64], figure: Figure, *, lost: int = 0, won: int = 0
) -> Drop:
    """The paired drop of a figure 0 to 1 in percentage points, with the 95 % bootstrap interval over images and the share of
    resampled sets on the other side of none, both sides counted. `lost`, `won`: images, where those are known."""
    n = len(before)
    points = 100 * float(figure(before.sum(axis=0)) - figure(after.sum(axis=0)))
    weights = _weights(n)
    drops = 100 * (figure(weights @ before) - figure(weights @ after))
    low, high = np.quantile(drops, (0.025, 0.975))
    beyond = min(int((drops <= 0).sum()), int((drops >= 0).sum()))
    p_value = min(1.0, 2 * (beyond + 1) / (RESAMPLES + 1))
    return Drop(n=n, lost=lost, won=won, points=points, low=float(low), high=float(high), p_value=p_value)


@lru_cache(maxsize=4)
def _weights(count: int) -> NDArray[np.float64]:
    """How often each image is in each resampled set, [RESAMPLES, n]."""
    random = np.random.default_rng(11)
    return random.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(np.float64)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share, 0..1 (Wilson, JASA 22, 1927); (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = hits / n, Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def paired_interval(lost: int, won: int, n: int, *, z: float = Z95) -> tuple[float, float]:
    """95 % interval (`z`: that of another level) of (lost - won) / n, a share from -1 to 1.

    The adjusted Wald interval of Agresti and Min ("Simple improved confidence intervals for comparing matched
    proportions", Statistics in Medicine 24, 2005): half an observation is added to each of the four cells.
    """
    lost_, won_, n_ = lost + 0.5, won + 0.5, n + 2.0
    difference = (lost_ - won_) / n_
    half = z * math.sqrt(max(0.0, (lost_ + won_) - (lost_ - won_) ** 2 / n_)) / n_
    return max(-1.0, difference - half), min(1.0, difference + half)


def mcnemar(lost: int, won: int) -> float:
    """McNemar's exact two-sided p-value: the binomial test of `lost` of lost + won against one half."""
    n, k = lost + won, min(lost, won)
    if lost == won:
        return 1.0
    tail, term = 0, 1
    for i in range(k + 1):
        tail += term
        term = term * (n - i) // (i + 1)
    return min(1.0, 2 * (tail / 2**n if n < 1000 else math.exp(math.log(tail) - n * math.log(2))))


def images_needed(limit_points: float, drop: Drop) -> int | None:
    """How many images like these would show that the drop is at most `limit_points`, if it stays as observed.

    "Show" means that the 95 % interval of `paired_interval` ends below the limit. None when the observed
    drop itself is at or over the limit: no number of images would then do.
    """
    discordant = (drop.lost + drop.won + 1) / (drop.n + 2)
    difference = (drop.lost - drop.won) / (drop.n + 2)
    limit = limit_points / 100
    if difference >= limit:
        return None
    return math.ceil(Z95**2 * (discordant - difference**2) / (limit - difference) ** 2)


def images_at_least(limit_points: float) -> int | None:
    """The fewest images that can show a drop of at most `limit_points`: as many as it takes when no answer changes.
    None for a limit of 0 or less: no number of images shows that."""
    if limit_points <= 0:
        return None
    # With no answer changed, the interval of `paired_interval` ends at Z95 / (n + 2).
    return max(1, math.ceil(100 * Z95 / limit_points - 2))


def too_few(n: int, limit_points: float) -> str:
    """What n images cannot show, known before any of them is run, and how many can; "" where n may do."""
    fewest, least = images_at_least(limit_points), 100 * paired_interval(0, 0, n)[1]
    if fewest is not None and n >= fewest:
        return ""
    needed = f"takes at least {fewest}" if fewest is not None else "cannot be shown by any number of images"
    return (
        f"{n} labelled images show at best, when no answer changes, that int8 loses under {least:.2f} points; the limit of "
        f"{limit_points:g} {needed}"
    )


def claim(drop: Drop, limit_points: float) -> str:
    """What the n images allow to say about a drop of at most `limit_points`, in one sentence."""
    seen = (
        f"on {drop.n} images the drop is {drop.points:.2f} points (95 % interval {drop.low:.2f} to "
        f"{drop.high:.2f}, {drop.lost} lost, {drop.won} won)"
    )
    if drop.high <= limit_points:
        return f"{seen}: at most {limit_points:g} points is shown"
    if drop.points > limit_points:
        return f"{seen}: more than {limit_points:g} points is the better guess, whatever n"
    # Where no answer changed, the half observations of the interval would ask for far too many.
    quiet = drop.lost + drop.won == 0
    needed = images_at_least(limit_points) if quiet else images_needed(limit_points, drop)
    shown = f"these show at most {drop.high:.2f}"
    if needed is None:
        return f"{seen}: no number of images shows a drop of at most {limit_points:g} points; {shown}"
    return f"{seen}: {shown}; to claim at most {limit_points:g} points you need n >= {needed} images like these"
