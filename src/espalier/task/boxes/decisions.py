"""What a user feels: objects found and false alarms at the deployed threshold, and how far two detectors say the same."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from ...statistics import wilson
from .scenes import Found, Numbers, Real, Truth, centred, overlaps

OVERLAP = 0.5
"""From this intersection over union on, a box is on an object."""
SCORE_NEAR = 0.1


class AtThreshold(msgspec.Struct, frozen=True, kw_only=True):
    """Of all images: objects, those found, boxes on none; with 95 % intervals (Wilson; of a Poisson count)."""

    images: int
    objects: int
    found: int
    false_alarms: int
    recall: float | None
    recall_interval: tuple[float, float]
    false_alarms_per_image: float
    false_alarms_interval: tuple[float, float]
    class_recall: tuple[float | None, ...]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Objects that one of two detectors found: (image, object) lost and gained by the second; and the share of the first's
    boxes that the second gives, too: same class, overlap of 0.5, score within 0.1. None: the first found nothing."""

    lost: tuple[tuple[int, int], ...]
    gained: tuple[tuple[int, int], ...]
    agreement: float | None


def at_threshold(truths: Sequence[Truth], found: Sequence[Found], classes: int, threshold: float = 0.0) -> AtThreshold:
    """Count objects and false alarms among the boxes with at least this score; a box on an ignored object counts nowhere."""
    objects, hits, alarms = np.zeros(classes, np.int64), np.zeros(classes, np.int64), 0
    for truth, answer in zip(truths, found, strict=True):
        here = answer.above(threshold)
        whose = assigned(truth, here)
        counted = truth.labels[~truth.ignored]
        objects += np.bincount(counted, minlength=classes)[:classes]
        on = whose[whose >= 0]
        hits += np.bincount(truth.labels[on][~truth.ignored[on]], minlength=classes)[:classes]
        alarms += int((whose < 0).sum())
    total, right = int(objects.sum()), int(hits.sum())
    return AtThreshold(
        images=len(truths),
        objects=total,
        found=right,
        false_alarms=alarms,
        recall=right / total if total else None,
        recall_interval=wilson(right, total),
        false_alarms_per_image=alarms / max(1, len(truths)),
        false_alarms_interval=poisson(alarms, max(1, len(truths))),
        class_recall=tuple(int(h) / int(n) if n else None for h, n in zip(hits, objects, strict=True)),
    )


def changes(
    truths: Sequence[Truth], first: Sequence[Found], second: Sequence[Found], threshold: float = 0.0
) -> Changes:
    """What the second detector loses and gains against the first at a threshold."""
    lost, gained, same, said = [], [], 0, 0
    for image, (truth, one, other) in enumerate(zip(truths, first, second, strict=True)):
        a, b = one.above(threshold), other.above(threshold)
        before, now = (set(assigned(truth, boxes).tolist()) - {-1} for boxes in (a, b))
        lost += [(image, number) for number in sorted(before - now) if not truth.ignored[number]]
        gained += [(image, number) for number in sorted(now - before) if not truth.ignored[number]]
        said += len(a)
        same += agreeing(a, b)
    return Changes(lost=tuple(lost), gained=tuple(gained), agreement=same / said if said else None)


def assigned(truth: Truth, found: Found) -> Numbers:
    """int64 [found]: which object each box is on, best score first, each object once (an ignored one for many); -1: none."""
    share = (
        centred(found.corners, truth.corners)
        if truth.by_centre
        else overlaps(found.corners, truth.corners, truth.ignored)
    )
    share[found.labels[:, None] != truth.labels[None, :]] = 0
    result = np.full(len(found), -1, np.int64)
    free = np.ones(len(truth), np.bool_)
    for place in np.argsort(-found.scores, kind="mergesort"):
        for kind in (~truth.ignored & free, truth.ignored):
            able = np.flatnonzero(kind & (share[place] >= OVERLAP))
            if len(able):
                result[place] = able[np.argmax(share[place, able])]
                free[result[place]] = False
                break
    return result


def counts(truths: Sequence[Truth], found: Sequence[Found]) -> Real:
    """Of each image objects found, boxes on none, objects not found; [images, 3]."""
    rows = np.zeros((len(truths), 3))
    for row, truth, answer in zip(rows, truths, found, strict=True):
        whose = assigned(truth, answer)
        hit = int((~truth.ignored[whose[whose >= 0]]).sum())
        row[:] = hit, int((whose < 0).sum()), int((~truth.ignored).sum()) - hit
    return rows


def harmonic(rows: Real) -> float:
    """F1 of `counts`: the harmonic mean of precision and recall; 0 where there is nothing."""
    hits, alarms, missed = rows.sum(axis=0)
    return float(2 * hits / max(1.0, 2 * hits + alarms + missed))


def harmonic_drop(first: Real, second: Real, draws: int = 1000, seed: int = 0) -> tuple[float, float, float]:
    """What the second detector's F1 loses, and the 95 % interval: the same images are drawn again for both."""
    random = np.random.default_rng(seed)
    lost = [
        harmonic(first[places]) - harmonic(second[places])
        for places in (random.integers(0, len(first), len(first)) for _ in range(draws))
    ]
    low, high = np.percentile(lost, (2.5, 97.5))
    return harmonic(first) - harmonic(second), float(low), float(high)


def agreeing(first: Found, second: Found) -> int:
    """How many of the first's boxes the second gives, too; each of the second's answers one."""
    share = overlaps(first.corners, second.corners)
    near = np.abs(first.scores[:, None] - second.scores[None, :]) <= SCORE_NEAR + 1e-9
    share[~near | (first.labels[:, None] != second.labels[None, :])] = 0
    free, same = np.ones(len(second), np.bool_), 0
    for place in np.argsort(-first.scores, kind="mergesort"):
        able = np.flatnonzero(free & (share[place] >= OVERLAP))
        if len(able):
            free[able[np.argmax(share[place, able])]] = False
            same += 1
    return same


def poisson(count: int, trials: int) -> tuple[float, float]:
    """95 % interval of a rate per trial, of a count (Garwood, "Fiducial limits for the Poisson distribution", 1936)."""
    from scipy.special import gammaincinv  # every command imports the kinds of answers, and few count

    low = float(gammaincinv(count, 0.025)) if count else 0.0
    return low / trials, float(gammaincinv(count + 1, 0.975)) / trials
