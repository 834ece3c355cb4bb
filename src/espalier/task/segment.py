"""A class for each pixel: the channel with the largest value, the first of equal ones; of one channel, whether it reaches the
threshold. Judged at the size of the input, by intersection over union."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..image_facts import ImageFacts
from ..map_rows import AlertRow, MapClassRow, MapRow
from ..maps import UNJUDGED, Classes, grown, least_in, sides_of
from ..rows import AccuracyRow, FlipRow, TopRow
from ..statistics import Drop, resampled, resampled_drop, wilson
from . import raw
from .types import Asked, Hits, Kind, Results, Task, Values

GOOD = 0.5
"""Intersection over union, mean over the classes of an image, from which its map counts as right."""

SAME = 0.95
"""Share of an image's pixels that must have the float model's class for its map to count as the same."""

Counts = NDArray[np.int64]
"""[n, 3, classes]: of an image's judged pixels, how many are of each class and were found so, are of it, and were found so."""


def wanted(task: Task) -> Classes:
    """The recipe's classes; of a task without any, as many as there are channels."""
    if task.classes is not None:
        return task.classes
    rows, columns, channels = sides_of(task.heads[0].shape, (0, 0))
    return Classes(names=tuple(f"class {n}" for n in range(max(2, channels))), size=(rows, columns))


def paint(values: Values, task: Task) -> Results:
    """The class of every pixel, uint8 [n, pixels] at the size at which maps are judged; results stay as they are."""
    if values.dtype == np.uint8:
        return values
    classes, head = wanted(task), task.heads[0]
    rows, columns, channels = sides_of(head.shape, classes.size)
    maps = values.reshape(len(values), rows, columns, channels)
    if channels == 1:
        least = np.float32(least_in(classes.threshold, probability=head.probability))
        found = (maps[..., 0] >= least).astype(np.uint8)
    else:
        found = maps.argmax(axis=3).astype(np.uint8)
    return np.ascontiguousarray(grown(found, classes.size).reshape(len(values), -1))


def counts(found: Results, known: Results, task: Task) -> Counts:
    """Pixels of each image by class."""
    count = len(wanted(task).names)
    rows = np.zeros((len(found), 3, count), np.int64)
    for row, a, b in zip(rows, found, known, strict=True):
        said, true = a[b != UNJUDGED], b[b != UNJUDGED]
        row[:] = [np.bincount(some, minlength=count) for some in (true[said == true], true, said)]
    return rows


def overlaps(pixels: NDArray[Any]) -> NDArray[np.float64]:
    """Intersection over union of each class, [..., classes]; NaN where it neither is nor was found. Of [..., 3, classes]."""
    both = pixels[..., 0, :].astype(np.float64)
    either = pixels[..., 1, :] + pixels[..., 2, :] - both
    return np.divide(both, either, out=np.full(both.shape, np.nan), where=either > 0)


def mean_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean over the classes that are there, 0 where none is."""
    there = ~np.isnan(values)
    sums = np.where(there, values, 0.0).sum(axis=-1)
    return np.asarray(sums / np.maximum(1, there.sum(axis=-1)))


def score(found: Results, known: Results, task: Task) -> float:
    """Mean intersection over union of a set."""
    return float(mean_of(overlaps(counts(found, known, task).sum(axis=0))))


def drop(before: Results, after: Results, known: Results, task: Task) -> Drop:
    """Points of mean intersection over union lost, with a paired bootstrap interval over images."""
    return _drop(counts(before, known, task), counts(after, known, task))


def _drop(before: Counts, after: Counts) -> Drop:
    sums = [pixels.reshape(len(pixels), -1).astype(np.float64) for pixels in (before, after)]
    classes = before.shape[2]
    right = [mean_of(overlaps(pixels)) >= GOOD for pixels in (before, after)]
    return resampled_drop(
        sums[0],
        sums[1],
        lambda rows: mean_of(overlaps(rows.reshape(*rows.shape[:-1], 3, classes))),
        lost=int((right[0] & ~right[1]).sum()),
        won=int((~right[0] & right[1]).sum()),
    )


def unknown(images: Sequence[ImageFacts], task: Task) -> Results | None:
    """Masks are files of their own (stages/truth.py)."""
    return None


def right(found: Results, known: Results, task: Task) -> Hits:
    """Whose mean intersection over union is GOOD."""
    return np.asarray(mean_of(overlaps(counts(found, known, task))) >= GOOD)


def same(found: Results, others: Results, task: Task) -> Hits:
    """Whose pixels nearly all (SAME) have the same class."""
    return np.asarray((found == others).mean(axis=1) >= SAME)


def distance(found: Values, expected: Values, task: Task, seen: float) -> float:
    """As of a classifier, pixel by pixel: root mean square of the difference of scores, both without their mean over the
    classes, relative to the float model's; what lies over `seen` below a pixel's largest counts as that far below."""
    channels = sides_of(task.heads[0].shape, wanted(task).size)[2] if task.heads else 1
    noise = signal = 0.0
    for one, other in zip(found, expected, strict=True):
        a, b = (_pairs(values.reshape(-1, channels)) for values in (one, other))
        a, b = (np.maximum(x - x.max(axis=1, keepdims=True), np.float32(-seen)) for x in (a, b))
        a, b = (x - x.mean(axis=1, keepdims=True) for x in (a, b))
        noise += float(np.square(a - b, dtype=np.float64).sum())
        signal += float(np.square(b, dtype=np.float64).sum())
    return float(np.sqrt(noise / max(signal, 1e-24)))


def _pairs(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """A logit as the scores of two classes."""
    return np.concatenate([-scores / 2, scores / 2], axis=1) if scores.shape[1] == 1 else scores


def decibels(found: Values, expected: Values, task: Task) -> float:
    """`distance` as signal to noise."""
    return raw.level(distance(found, expected, task, np.inf))


def doubts(values: Values, known: Results | None, task: Task, preprocessing: Finding | None = None) -> tuple[Finding, ...]:
    """Maps of one class only; maps that are no better than one class everywhere."""
    found, names = paint(values, task), wanted(task).names
    if len(found) > 1 and (found == found[0, 0]).all():
        return (
            Finding(
                code="one-answer",
                severity="warning",
                message=f"the float model paints {names[int(found[0, 0])]!r} into every pixel of all {len(found)} images",
                next_step="check `input`: was it trained with another mean and std?",
            ),
        )
    if known is None:
        return ()
    pixels = counts(found, known, task).sum(axis=0)
    common = int(pixels[1].argmax())
    guessed = counts(np.full_like(found, common), known, task).sum(axis=0)
    mean, least = float(mean_of(overlaps(pixels))), float(mean_of(overlaps(guessed)))
    missing = [name for name, there in zip(names, pixels[1], strict=True) if not there]
    if mean > least and missing:
        return (
            Finding(
                code="class-missing",
                severity="warning",
                message=f"no evaluation mask shows {', '.join(missing[:6])}: nothing is known of how well it is found",
                next_step="add images with it, or check `values` in [segment]",
            ),
        )
    if mean > least:
        return ()
    return (
        Finding(
            code="chance",
            severity="warning",
            message=f"the float model's mean intersection over union is {mean:.3f}; {names[common]!r} everywhere has {least:.3f}",
            next_step="check that model, images, masks and `input` belong together, and the order of `segment.classes`",
        ),
    )


def measure(asked: Asked, task: Task) -> AccuracyRow:
    """Of masks; without any, of the float model's maps."""
    classes = wanted(task)
    given, base, int8 = asked.given, asked.base, asked.int8
    labelled, pruned = asked.truth is not None, asked.base is not asked.given and asked.base is not asked.cut
    known = base if asked.truth is None else asked.truth
    _check(known, int8)
    table = [counts(found, known, task) for found in (given, base, int8)]
    lost = _drop(table[1], table[2])
    means = [float(mean_of(overlaps(pixels.sum(axis=0)))) for pixels in table]
    agreement = float(same(int8, base, task).mean())
    low, high = wilson(round(agreement * len(known)), len(known))
    row = _row(classes, table[0], table[2], known, asked)
    said = f"mean intersection over union {row.miou_int8:.3f} (95 % {row.miou_low:.3f} to {row.miou_high:.3f})"
    if labelled:
        claim = f"{said}, float {means[1]:.3f}: {-lost.points:+.2f} points (95 % {-lost.high:+.2f} to {-lost.low:+.2f})"
    else:
        claim = f"{said} with the float model's maps; {row.pixels_int8:.2%} of the pixels have its class, and {agreement:.2%} "
        claim += f"of the images (95 % {low:.2%} to {high:.2%}) have it in {SAME:.0%} of theirs"
    return AccuracyRow(
        n=len(known),
        float=TopRow(top1=means[0] if labelled else None),
        pruned=TopRow(top1=means[1]) if pruned and labelled else None,
        int8=TopRow(top1=means[2] if labelled else None),
        agreement=agreement,
        drop_points=lost.points if labelled else 0.0,
        interval=(lost.low, lost.high) if labelled else (0.0, 0.0),
        p_value=lost.p_value if labelled else 1.0,
        flips=_flips(asked, table[1], table[2]) if labelled else (),
        claim=f"On {len(known)} images {claim}",
        maps=row,
    )


def _check(known: Results, found: Results) -> None:
    if known.shape != found.shape:
        raise ValueError(f"maps of {found.shape[1]} pixels, masks of {known.shape[1]}")


def _row(classes: Classes, before: Counts, after: Counts, known: Results, asked: Asked) -> MapRow:
    ends = resampled(
        after.reshape(len(after), -1).astype(np.float64),
        lambda rows: overlaps(rows.reshape(*rows.shape[:-1], *after.shape[1:])),
    )
    sums = [pixels.sum(axis=0) for pixels in (before, after)]
    each, means = [overlaps(pixels) for pixels in sums], np.nanquantile(mean_of(ends), (0.025, 0.975))
    shares = sums[0][1] / max(1, int(sums[0][1].sum()))
    rows = tuple(
        MapClassRow(
            label=name,
            share=float(shares[i]),
            iou_float=_number(each[0][i]),
            iou_int8=_number(each[1][i]),
            iou_low=_number(_quantile(ends[:, i], 0.025)),
            iou_high=_number(_quantile(ends[:, i], 0.975)),
            dice_float=_number(2 * each[0][i] / (1 + each[0][i])),
            dice_int8=_number(2 * each[1][i] / (1 + each[1][i])),
        )
        for i, name in enumerate(classes.names)
    )
    whole = _drop(before, after)
    judged = [pixels[0].sum() / max(1, int(pixels[1].sum())) for pixels in sums]
    priced = None
    if asked.cut is not None and asked.truth is not None:
        task = Task(kind="segment", classes=classes)
        priced = drop(asked.given, asked.cut, asked.truth, task)
    return MapRow(
        size=classes.size,
        miou_float=float(mean_of(each[0])),
        miou_int8=float(mean_of(each[1])),
        miou_low=float(means[0]),
        miou_high=float(means[1]),
        drop_points=whole.points,
        drop_interval=(whole.low, whole.high),
        dice_float=float(mean_of(2 * each[0] / (1 + each[0]))),
        dice_int8=float(mean_of(2 * each[1] / (1 + each[1]))),
        pixels_float=float(judged[0]),
        pixels_int8=float(judged[1]),
        resize_points=None if priced is None else priced.points,
        resize_interval=None if priced is None else (priced.low, priced.high),
        classes=rows,
        alert=None if classes.alert < 0 or asked.truth is None else _alert(classes, known, asked),
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _quantile(values: NDArray[np.float64], share: float) -> float:
    there = values[~np.isnan(values)]
    return float(np.quantile(there, share)) if len(there) else np.nan


def least_pixels(classes: Classes, pixels: int) -> int:
    """From how many pixels of a map the class of the alert has its share."""
    return int(np.ceil(classes.alert_share * pixels - 1e-9))


def alerted(maps: Results, classes: Classes) -> Hits:
    """Which maps give an alert: the class has its share of the whole input, as a device counts."""
    found = (maps == classes.alert).sum(axis=1)
    return np.asarray(found >= max(1, least_pixels(classes, maps.shape[1])))


def _alert(classes: Classes, known: Results, asked: Asked) -> AlertRow:
    true, float_, int8 = (alerted(maps, classes) for maps in (known, asked.given, asked.int8))
    return AlertRow(
        label=classes.names[classes.alert],
        share=classes.alert_share,
        images=int(true.sum()),
        missed_float=int((true & ~float_).sum()),
        false_float=int((~true & float_).sum()),
        missed_int8=int((true & ~int8).sum()),
        false_int8=int((~true & int8).sum()),
    )


def _flips(asked: Asked, before: Counts, after: Counts) -> tuple[FlipRow, ...]:
    """Images that are right in one of both, sorted by name."""
    means = [mean_of(overlaps(pixels)) for pixels in (before, after)]
    changed = np.flatnonzero((means[0] >= GOOD) != (means[1] >= GOOD)).tolist()
    return tuple(
        FlipRow(image=asked.names[i], float=f"IoU {means[0][i]:.3f}", int8=f"IoU {means[1][i]:.3f}")
        for i in sorted(changed, key=lambda i: asked.names[i])
    )


def decision(task: Task, heads: Sequence[TensorFacts], threshold: float) -> Decision | None:
    """No label: what a device paints is in device_maps.py."""
    return None


KIND = Kind(
    right_is=f"maps with a mean IoU of {GOOD:g} or more",
    ends="map",
    named=False,
    edge=None,
    results=paint,
    truth=unknown,
    right=right,
    same=same,
    words=raw.unnamed,
    margins=raw.alike,
    sorts=raw.alike,
    distance=distance,
    decibels=decibels,
    doubts=doubts,
    measure=measure,
    decision=decision,
    score=score,
    drop=drop,
    painted=True,
)
