"""Is a set of answers better than chance, and do its scores tell the classes apart at all?

Chance is what the same answers, given to the images in a random order, would hit: with `n_c` images and `m_c` answers
of class c, sum n_c m_c / n of n. So a model that always gives one answer is never better than chance, however common
that class is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..statistics import Z95, wilson

DEVIATIONS = 3.0
"""Standard deviations over chance from which answers count as better than chance."""

FLAT_SHARE = 0.02
"""Scores are nearly equal when their entropy falls short of the largest one (all equal) by at most this share: 0.42 to
0.58 of two classes, at most 0.33 for the best of ten. Measured on networks that were never trained: under 0.01."""

FLAT_IMAGES = 0.95
"""And this share of the images must be so."""

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """Right answers against chance. `share`: right answers; `chance`: what the same answers hit in a random order.

    `deviations`: distance from chance in standard deviations of that random order (Hoeffding, Annals of Mathematical
    Statistics 22, 1951). `kappa`: (share - chance) / (1 - chance) (Cohen, Educational and Psychological Measurement 20,
    1960): 0 is guessing, 1 always right, below 0 worse than guessing. `low`, `high`: its 95 % interval from that standard
    deviation, but `high` never under what the n (1 - chance) images that guessing gets wrong leave open (Wilson): one
    answer to everything has no deviation, and still two odd images do not show that it is always so.
    """

    n: int
    share: float
    chance: float
    deviations: float
    kappa: float
    low: float
    high: float

    @property
    def beats_chance(self) -> bool:
        """Whether guessing is a bad explanation of these answers."""
        return self.deviations >= DEVIATIONS


def skill(truth: Indices, answers: Indices) -> Skill:
    """The skill of `answers`, class indices int64 [n], against `truth`; n must be positive."""
    n, width = len(truth), int(max(truth.max(), answers.max())) + 1
    images, given = np.bincount(truth, minlength=width), np.bincount(answers, minlength=width)
    hits, expected = int((truth == answers).sum()), float(images @ given) / n
    spread = images @ given - (images @ given**2 + given @ images**2) / n + expected**2
    deviation = math.sqrt(max(float(spread), 0.0) / (n - 1)) if n > 1 else 0.0
    share, chance = hits / n, expected / n
    room = max(1 - chance, 1e-9)
    kappa, half = (share - chance) / room, Z95 * deviation / (n * room)
    hard = max(1, round(n * room))
    return Skill(
        n=n,
        share=share,
        chance=chance,
        deviations=(hits - expected) / deviation if deviation > 1e-9 else 0.0,
        kappa=kappa,
        low=max(-1.0, kappa - half),
        high=min(1.0, max(kappa + half, wilson(round(max(kappa, 0.0) * hard), hard)[1])),
    )


def nearly_equal(scores: NDArray[Any]) -> bool:
    """Whether a model tells nothing apart: probabilities [n, classes] that are nearly equal on (almost) every image."""
    count = scores.shape[1]
    if count < 2 or not len(scores) or not np.isfinite(scores).all():
        return False
    shares = np.clip(scores.astype(np.float64), 1e-12, None)
    shares /= shares.sum(axis=1, keepdims=True)
    missing = 1 + (shares * np.log(shares)).sum(axis=1) / math.log(count)
    return bool((missing <= FLAT_SHARE).mean() >= FLAT_IMAGES)
