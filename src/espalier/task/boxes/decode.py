"""The definition of detection on a device, in numpy: int8 outputs to boxes. C, Java and Python give the same integers.

1. Score of an anchor and class: table[value + 128]. With a softmax: d is how far the class's value is below the largest of the
   anchor's values, the background's too; E its table; the score is (E[d] << 31) // sum of all E. With an objectness o:
   (o * score + 2^30) >> 31. At most 2^31 - 1.
2. A candidate is an anchor with a score of at least `threshold`: its best class only (by value, the first of equals), or each
   class. With `peaks` its value must be no less than the same class's in the eight cells around.
3. Candidates are ordered by score, the highest first, then by anchor, then by class. The first `room` of them stay.
4. Box of a candidate, `>>` rounding down, x as y:
   - size:     c = 2 * (cell * step + anchor + ((T[x] * f + 32768) >> 16)), w = (T[w] * anchor.width + 32768) >> 16, where f is
     the anchor's width, or the step (`by_step`); the corners are (c - w + 256) >> 9 and (c + w + 256) >> 9.
   - distance: of its bins' values, d below the largest: S = sum E[d], M = sum i * E[d];
     v = (M // S << 11) + (((M % S << 11) + S // 2) // S); the corner is (cell * step + anchor -+ ((v * step + 1024) >> 11)
     + 128) >> 8.
   - cells:    as size, with no offset and the anchor's size.
   Corners are clipped to 0..width and 0..height; a box without area is no candidate any more (and leaves no room).
5. In this order each box stays that no box kept before it overlaps: overlapping is
   intersection * (denominator + numerator) > numerator * (area + area). At most `most` stay.
   Cells instead are merged: while two of a class touch, the better one becomes the box around both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...detector import DISTANCE_BITS, FINE, ONE, SURE, Boxes, Column, Detector, Level

Integers = NDArray[np.int64]


def detect(detector: Detector, outputs: Sequence[NDArray[np.int8]]) -> Boxes:
    """The boxes of one image. `outputs`: what the network answers, int8, in any shape, in the detector's order."""
    flat = [np.ascontiguousarray(output).reshape(-1).astype(np.int64) for output in outputs]
    parts, first = [], 0
    for number, level in enumerate(detector.levels):
        anchor, label, score = _candidates(detector, level, flat)
        parts.append(np.stack([score, anchor + first, label, np.full_like(anchor, number), anchor]))
        first += level.count
    found = np.concatenate(parts, axis=1)
    found = found[:, np.lexsort((found[2], found[1], -found[0]))][:, : detector.room]
    corners = np.zeros((found.shape[1], 4), np.int64)
    for number, level in enumerate(detector.levels):
        mine = np.flatnonzero(found[3] == number)
        corners[mine] = _corners(detector, level, flat, found[4, mine])
    some = np.flatnonzero((corners[:, 2] > corners[:, 0]) & (corners[:, 3] > corners[:, 1]))
    corners, found = corners[some], found[:, some]
    if detector.shape == "cells":
        corners, places = merged(corners, found[2])
        kept = places[: detector.most]
    else:
        kept = _kept(detector, corners, found[2])
    score, anchor, label = (found[row, kept].astype(np.int32) for row in range(3))
    return Boxes(corners=corners[kept].astype(np.int32), scores=score, labels=label, anchors=anchor)


def _values(outputs: Sequence[Integers], column: Column, anchors: Integers, width: int = 1) -> Integers:
    """[anchors, width]: the column of these anchors, and those beside it."""
    place = column.start + column.step * anchors[:, None] + np.arange(width)
    values: Integers = outputs[column.output][place]
    return values


def _candidates(
    detector: Detector, level: Level, outputs: Sequence[Integers]
) -> tuple[Integers, Integers, Integers]:
    """Anchor of the level, class and score of each."""
    every = np.arange(level.count, dtype=np.int64)
    values = _values(outputs, level.scores, every, detector.classes)
    scores = np.array(detector.tables[level.score_table], np.int64)
    if detector.softmax:
        row = values
        if level.background is not None:
            row = np.concatenate([values, _values(outputs, level.background, every)], axis=1)
        most = row.max(axis=1, keepdims=True)
        score = (scores[most - values] << 31) // scores[most - row].sum(axis=1, keepdims=True)
    else:
        score = scores[values + 128]
    if level.objectness is not None:
        table = np.array(detector.tables[level.objectness_table], np.int64)
        score = (table[_values(outputs, level.objectness, every) + 128] * score + SURE // 2) >> 31
    score = np.minimum(score, SURE - 1)
    passed = score >= detector.threshold
    if detector.peaks:
        passed &= _peaks(values.reshape(level.rows, level.columns, -1)).reshape(passed.shape)
    if not detector.every_class:
        passed &= np.arange(detector.classes) == values.argmax(axis=1)[:, None]
    anchor, label = np.nonzero(passed)
    return anchor, label, score[anchor, label]


def _peaks(values: Integers) -> NDArray[np.bool_]:
    """Which of the values of each class [rows, columns, classes] none of the eight around exceeds."""
    rows, columns, _ = values.shape
    padded = np.pad(values, ((1, 1), (1, 1), (0, 0)), constant_values=-128)
    around = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    peaks: NDArray[np.bool_] = values >= np.max(around, axis=0)
    return peaks


def _corners(
    detector: Detector, level: Level, outputs: Sequence[Integers], anchors: Integers
) -> Integers:
    """[n, 4] x1, y1, x2, y2 of these anchors of a level, clipped."""
    cell, which = np.divmod(anchors, len(level.anchors))
    place = np.stack(np.divmod(cell, level.columns)[::-1], axis=1)
    own = np.array([[a.x, a.y, a.width, a.height] for a in level.anchors], np.int64)[which]
    step = np.array([level.step_x, level.step_y], np.int64)
    centre, size = place * step + own[:, :2], own[:, 2:]
    if detector.shape == "distance":
        away = np.stack(
            [_distance(detector, level, _values(outputs, side, anchors, detector.bins)) for side in level.box], axis=1
        )
        half = 1 << (DISTANCE_BITS - 1)
        moved = (away * np.tile(step, 2) + half) >> DISTANCE_BITS
        edges = np.concatenate([centre - moved[:, :2], centre + moved[:, 2:]], axis=1)
        edges = (edges + (1 << (FINE - 1))) >> FINE
    else:
        if detector.shape == "size":
            tables = [np.array(detector.tables[table], np.int64) for table in level.box_tables]
            told = [t[_values(outputs, c, anchors)[:, 0] + 128] for t, c in zip(tables, level.box, strict=True)]
            offset, factor = np.stack(told[:2], axis=1), np.stack(told[2:], axis=1)
            centre = centre + ((offset * (step if detector.by_step else size) + ONE // 2) >> 16)
            size = (factor * size + ONE // 2) >> 16
        edges = np.concatenate([2 * centre - size, 2 * centre + size], axis=1)
        edges = (edges + (1 << FINE)) >> (FINE + 1)
    clipped: Integers = np.clip(edges, 0, np.array([detector.width, detector.height] * 2))
    return clipped


def _distance(detector: Detector, level: Level, values: Integers) -> Integers:
    """Mean bin of each row of logits, in 1/2048."""
    share = np.array(detector.tables[level.box_tables[0]], np.int64)[values.max(axis=1, keepdims=True) - values]
    total, weighted = share.sum(axis=1), (share * np.arange(detector.bins)).sum(axis=1)
    whole, rest = np.divmod(weighted, total)
    distance: Integers = (whole << DISTANCE_BITS) + ((rest << DISTANCE_BITS) + total // 2) // total
    return distance


def _kept(detector: Detector, corners: Integers, labels: Integers) -> list[int]:
    """Greedy suppression: places of the boxes that stay, in order."""
    numerator, denominator = detector.overlap
    area = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    left, kept = np.ones(len(corners), np.bool_), []
    for place in range(len(corners)):
        if not left[place]:
            continue
        kept.append(place)
        if len(kept) == detector.most:
            break
        if denominator:
            sides = np.minimum(corners[:, 2:], corners[place, 2:]) - np.maximum(corners[:, :2], corners[place, :2])
            common = np.prod(np.maximum(sides, 0), axis=1)
            lost = common * (denominator + numerator) > numerator * (area + area[place])
            left &= ~(lost & (labels == labels[place]) if detector.per_class else lost)
    return kept


def merged(corners: NDArray[Any], labels: Integers) -> tuple[Any, list[int]]:
    """Boxes around the cells that touch, class by class, and the places of those that stay."""
    corners, kept = corners.copy(), list(range(len(corners)))
    again = True
    while again:
        again = False
        for place in list(kept):
            if place not in kept:
                continue
            for other in [o for o in kept if o > place and labels[o] == labels[place]]:
                if _touch(corners[place], corners[other]):
                    corners[place, :2] = np.minimum(corners[place, :2], corners[other, :2])
                    corners[place, 2:] = np.maximum(corners[place, 2:], corners[other, 2:])
                    kept.remove(other)
                    again = True
    return corners, kept


def _touch(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return bool((one[:2] <= other[2:]).all() and (other[:2] <= one[2:]).all())
