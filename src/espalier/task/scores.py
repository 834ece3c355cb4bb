"""Measures of scores and of yes-or-no answers, each over many resamples of the images at once: intervals by the bootstrap.

Figures are arrays [resamples + 1] whose first entry is of the images as they are. Both models are resampled alike, so that
the interval of what is lost is paired. NaN: a resample that says nothing (no image of the label in it).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..row_parts import ScoreRow

Figures = NDArray[np.float64]
Weights = NDArray[np.float32]
Known = NDArray[np.bool_]

SEED = 11
MOST, LEAST, WORK = 1000, 200, 4_000_000
"""Resamples: as many as the work (resamples times images) allows, between these."""


def resamples(n: int) -> Weights:
    """How often each of n images is drawn, float32 [resamples + 1, n]; once each in the first row."""
    count = int(np.clip(WORK // max(1, n), LEAST, MOST))
    drawn = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), count) if n else np.zeros((count, 0))
    return np.asarray(np.concatenate([np.ones((1, n)), drawn]), np.float32)


def f1(said: Known, known: Known, weights: Weights) -> Figures:
    """2 TP / (2 TP + FP + FN)."""
    both, either = _sum(weights, said & known), _sum(weights, said) + _sum(weights, known)
    return _ratio(2 * both, either)


def precision(said: Known, known: Known, weights: Weights) -> Figures:
    """TP / (TP + FP)."""
    return _ratio(_sum(weights, said & known), _sum(weights, said))


def recall(said: Known, known: Known, weights: Weights) -> Figures:
    """TP / (TP + FN)."""
    return _ratio(_sum(weights, said & known), _sum(weights, known))


def average_precision(scores: NDArray[np.float64], known: Known, weights: Weights) -> Figures:
    """The sum over scores of the recall gained times the precision there (not interpolated; equal scores count as one)."""
    hits, all_ = _cumulated(scores, known, weights)
    gained = np.diff(hits, axis=1, prepend=0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(all_ > 0, hits / all_, 0.0)
    return _ratio((gained * share).sum(axis=1), hits[:, -1])


def auc(scores: NDArray[np.float64], known: Known, weights: Weights) -> Figures:
    """The share of pairs of a positive and a negative image in which the positive one's score is larger; equal scores count
    half (Mann and Whitney)."""
    hits, all_ = _cumulated(scores, known, weights)
    misses = all_ - hits
    above = hits - np.diff(hits, axis=1, prepend=0.0) / 2
    return _ratio((np.diff(misses, axis=1, prepend=0.0) * above).sum(axis=1), hits[:, -1] * misses[:, -1])


def mean_of(figures: Sequence[Figures]) -> Figures:
    """Of several labels; of those that a resample has images of."""
    stacked = np.stack(figures)
    there = ~np.isnan(stacked)
    return _ratio(np.where(there, stacked, 0.0).sum(axis=0), there.sum(axis=0).astype(np.float64))


def row(
    name: str, pair: Sequence[Figures], *, n: int, label: str = "", threshold: float | None = None, note: str = ""
) -> ScoreRow | None:
    """A row of the report from the figures of the float model and of int8; None where these images cannot tell."""
    before, after = pair
    if np.isnan(before[0]) and np.isnan(after[0]):
        return None
    low, high = _interval(after[1:])
    lost_low, lost_high = _interval(before[1:] - after[1:])
    return ScoreRow(
        name=name,
        label=label,
        n=n,
        float=_told(before[0]),
        int8=_told(after[0]),
        low=low,
        high=high,
        lost=_told(before[0] - after[0]),
        lost_low=lost_low,
        lost_high=lost_high,
        threshold=threshold,
        note=note,
    )


def _sum(weights: Weights, chosen: Known) -> Figures:
    return np.asarray(weights @ chosen.astype(np.float32), np.float64)


def _ratio(above: Figures, below: Figures) -> Figures:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))


def _cumulated(scores: NDArray[np.float64], known: Known, weights: Weights) -> tuple[Figures, Figures]:
    """Positives, and all, with a score of at least each of the scores that occur, the largest first: [resamples + 1, scores]."""
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    drawn = weights[:, order].astype(np.float64)
    return np.cumsum(drawn * known[order], axis=1)[:, ends], np.cumsum(drawn, axis=1)[:, ends]


def _interval(figures: Figures) -> tuple[float | None, float | None]:
    there = figures[~np.isnan(figures)]
    if not len(there):
        return None, None
    low, high = np.percentile(there, (2.5, 97.5))
    return float(low), float(high)


def _told(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
