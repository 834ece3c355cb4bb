"""Two detectors on the same images: the interval of their difference in average precision, by drawing images again.

Each image is matched once per detector; a draw of images only weighs what was matched. The unweighted figure is COCO's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .scenes import Found, Numbers, Real, Truth, overlaps

OVERLAPS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
MOST_FOUND = 100
"""Boxes of an image and class that count."""
DRAWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """One class: all its boxes, best score first. `images`: of which image each is, int64 [n]; `right`, `counts`: bool
    [overlaps, n], whether it is an object, and whether it counts at all; `objects`: of each image, int64 [images]."""

    images: Numbers
    right: NDArray[np.bool_]
    counts: NDArray[np.bool_]
    objects: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionDrop:
    """What the second detector loses against the first: average precision of both, and the difference with its 95 % interval,
    all shares, for all overlaps and for 0.5 alone."""

    images: int
    first: float
    second: float
    drop: float
    low: float
    high: float
    drop50: float
    low50: float
    high50: float


def paired_drop(
    truths: Sequence[Truth],
    first: Sequence[Found],
    second: Sequence[Found],
    classes: int,
    draws: int = DRAWS,
    seed: int = 0,
) -> PrecisionDrop | None:
    """The drop from `first` to `second` on the same images; None when there is no object. The same images are drawn for both
    (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993: percentiles of paired differences)."""
    if not any((~truth.ignored).any() for truth in truths):
        return None
    sides = [[match(truths, found, number) for number in range(classes)] for found in (first, second)]
    random, count = np.random.default_rng(seed), len(truths)
    even = np.ones(count)
    whole = [precision(side, even) for side in sides]
    drawn = []
    for _ in range(draws):
        weights = np.bincount(random.integers(0, count, count), minlength=count).astype(np.float64)
        values = [precision(side, weights) for side in sides]
        if not np.isnan(values[0]).any():
            drawn.append(values[0] - values[1])
    low, high = np.percentile(drawn, (2.5, 97.5), axis=0) if drawn else (np.array([-1.0, -1.0]), np.array([1.0, 1.0]))
    drop = whole[0] - whole[1]
    return PrecisionDrop(
        images=count,
        first=float(whole[0][0]),
        second=float(whole[1][0]),
        drop=float(drop[0]),
        low=float(low[0]),
        high=float(high[0]),
        drop50=float(drop[1]),
        low50=float(low[1]),
        high50=float(high[1]),
    )


def match(truths: Sequence[Truth], found: Sequence[Found], label: int) -> Matched:
    """COCO's matching of one class: best score first, each box to the free object that it overlaps most."""
    scores, images, right, counts = [], [], [], []
    objects = np.array([int(((t.labels == label) & ~t.ignored).sum()) for t in truths], np.int64)
    for image, (truth, answer) in enumerate(zip(truths, found, strict=True)):
        mine = np.flatnonzero(answer.labels == label)
        mine = mine[np.argsort(-answer.scores[mine], kind="mergesort")][:MOST_FOUND]
        if not len(mine):
            continue
        hit, counted = _matched(truth, np.flatnonzero(truth.labels == label), answer.corners[mine])
        scores.append(answer.scores[mine])
        images.append(np.full(len(mine), image, np.int64))
        right.append(hit)
        counts.append(counted)
    if not scores:
        nothing = np.zeros((len(OVERLAPS), 0), np.bool_)
        return Matched(images=np.zeros(0, np.int64), right=nothing, counts=nothing, objects=objects)
    order = np.argsort(-np.concatenate(scores), kind="mergesort")
    return Matched(
        images=np.concatenate(images)[order],
        right=np.concatenate(right, axis=1)[:, order],
        counts=np.concatenate(counts, axis=1)[:, order],
        objects=objects,
    )


def _matched(truth: Truth, these: Numbers, corners: Real) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """[overlaps, boxes]: whether each is an object, and whether it counts."""
    these = these[np.argsort(truth.ignored[these], kind="mergesort")]
    ignored = truth.ignored[these]
    share = overlaps(corners, truth.corners[these], ignored)
    right = np.zeros((len(OVERLAPS), len(corners)), np.bool_)
    counts = np.ones_like(right)
    least = np.minimum(OVERLAPS, 1 - 1e-10)[:, None]
    taken = np.zeros((len(OVERLAPS), len(these)), np.bool_)
    # Most boxes are on nothing; of the others each overlap is looked at at once.
    for place in np.flatnonzero((share >= least[0]).any(axis=1)) if len(these) else ():
        free = (~taken | ignored) & (share[place] >= least)
        true = free & ~ignored
        able = np.where(true.any(axis=1, keepdims=True), true, free)
        some = able.any(axis=1)
        # Of equals the last, as the reference takes it.
        best = len(these) - 1 - np.where(able, share[place], -1.0)[:, ::-1].argmax(axis=1)
        taken[np.flatnonzero(some), best[some]] = True
        right[some, place] = ~ignored[best[some]]
        counts[some, place] = ~ignored[best[some]]
    return right, counts


def precision(side: Sequence[Matched], weights: Real) -> Real:
    """[AP, AP50] of all classes with an object, when image i counts weights[i] times; NaN when there is none."""
    each = [_class_precision(one, weights) for one in side if (one.objects * weights).sum() > 0]
    if not each:
        return np.full(2, np.nan)
    mean = np.mean(each, axis=0)
    return np.array([mean.mean(), mean[0]])


def _class_precision(one: Matched, weights: Real) -> Real:
    """Average precision at every overlap [overlaps]."""
    objects = float((one.objects * weights).sum())
    weight = weights[one.images]
    some = weight > 0
    weight = weight[some]
    right = np.cumsum(one.right[:, some] * weight, axis=1)
    wrong = np.cumsum((~one.right & one.counts)[:, some] * weight, axis=1)
    if not right.shape[1]:
        return np.zeros(len(OVERLAPS))
    share = right / (right + wrong + np.spacing(1))
    share = np.maximum.accumulate(share[:, ::-1], axis=1)[:, ::-1]
    result = np.zeros(len(OVERLAPS))
    for row, recall in enumerate(right / objects):
        places = np.searchsorted(recall, RECALLS, side="left")
        reached = places < len(recall)
        result[row] = share[row, places[reached]].sum() / len(RECALLS)
    return result
