"""The decode in floating point: what the float model's values say, and what an int8 file's stand for. `decode.py` is what a
device computes; this differs from it by its rounding only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import log, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...detector import Column
from .anchors import Grid
from .decode import merged
from .plan import Plan
from .scenes import overlaps
from .tables import DECODES, lay_out, sigmoid

Real = NDArray[np.float64]
Indices = NDArray[np.int64]

FIELDS = 6
"""Of a box: x1, y1, x2, y2 in pixels of the network's input, label, score. Where there is no box: label -1."""

LEAST = 0.01
"""Score from which boxes count for average precision, whatever the device's threshold is."""

CANDIDATES = 1024
MOST = 100
"""Boxes of an image, as COCO counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where the numbers of a level's anchors stand among all values of an image, [anchors, numbers] each."""

    grid: Grid
    anchors: Real
    box: Indices | None
    scores: Indices
    background: Indices | None
    objectness: Indices | None


@lru_cache(maxsize=8)
def levels_of(plan: Plan) -> tuple[Placed, ...]:
    """Where the numbers of each level stand."""
    grids = [one.grid() for one in plan.maps]
    starts = np.cumsum([0, *(prod(shape) for shape in plan.shapes)])
    reading, decode = plan.reading, DECODES[plan.reading.decode]
    classes, found = reading.classes, []
    for grid, places in zip(grids, lay_out(reading, plan.size, grids, plan.heads, plan.shapes), strict=True):
        rows = np.arange(grid.count, dtype=np.int64)[:, None]

        def at(column: Column | None, width: int, first: int = 0, rows: Indices = rows) -> Indices | None:
            if column is None:
                return None
            start = int(starts[column.output]) + column.start + first
            return np.asarray(start + column.step * rows + np.arange(width), np.int64)

        numbers = decode.numbers * (reading.bins if decode.shape == "distance" else 1)
        box = at(places.get("box"), numbers) if numbers else None
        if "size" in places and box is not None:
            box = np.concatenate([box, _there(at(places["size"], 2))], axis=1)
        first = int(reading.background == "first")
        empty = None if reading.background == "none" else at(places["scores"], 1, 0 if first else classes)
        found.append(
            Placed(
                grid=grid,
                anchors=grid.anchors(),
                box=box,
                scores=_there(at(places["scores"], classes, first)),
                background=empty,
                objectness=at(places.get("objectness"), 1),
            )
        )
    return tuple(found)


def _there(places: Indices | None) -> Indices:
    assert places is not None
    return places


def least_score(plan: Plan) -> float:
    """From which score boxes are kept for the metrics; cells that touch are one object, so they count as a device has them."""
    return plan.reading.threshold if DECODES[plan.reading.decode].shape == "cells" else min(LEAST, plan.reading.threshold)


def floors(plan: Plan) -> dict[int, float]:
    """Outputs that hold logits of a sigmoid and nothing else -> the logit below which no score counts: one below that of the
    least score, so that those around it keep their order."""
    scores = {named.scores for named in plan.heads}
    others = {number for named in plan.heads for number in (named.box, named.size)}
    logits = {named.objectness for named in plan.heads}
    if plan.reading.scores == "sigmoid":
        logits |= scores
    else:
        others |= scores
    least = least_score(plan)
    return {number: log(least / (1 - least)) - 1 for number in logits - others if number is not None}


def boxes_of(values: NDArray[Any], plan: Plan) -> Real:
    """The boxes of every image, float64 [n, MOST, FIELDS], best first. `values`: [n, values], all outputs of an image one after
    the other."""
    found = np.zeros((len(values), MOST, FIELDS))
    found[:, :, 4] = -1
    for place, row in enumerate(values.astype(np.float64)):
        boxes = _image(row, plan)[:MOST]
        found[place, : len(boxes)] = boxes
    return found


def _image(values: Real, plan: Plan) -> Real:
    least, parts = least_score(plan), []
    for number, level in enumerate(levels_of(plan)):
        scores = scores_of(values, level, plan)
        passed = scores >= least
        if DECODES[plan.reading.decode].peaks:
            passed &= _peaks(values[level.scores], level.grid)
        elif not (plan.reading.every_class or DECODES[plan.reading.decode].shape == "cells"):
            passed &= np.arange(scores.shape[1]) == values[level.scores].argmax(axis=1)[:, None]
        anchor, label = np.nonzero(passed)
        parts.append(np.stack([scores[anchor, label], np.full(len(anchor), number), anchor, label]))
    found = np.concatenate(parts, axis=1)
    # Stable: of equal scores the first level's first anchor.
    found = found[:, np.argsort(-found[0], kind="stable")][:, :CANDIDATES]
    corners = np.zeros((found.shape[1], 4))
    for number, level in enumerate(levels_of(plan)):
        mine = np.flatnonzero(found[1] == number)
        corners[mine] = _corners(values, level, found[2, mine].astype(np.int64), plan)
    corners = np.clip(corners, 0, np.array([plan.size[1], plan.size[0]] * 2))
    some = ((corners[:, 2:] - corners[:, :2]) > 0).all(axis=1)
    corners, labels, scores = corners[some], found[3, some].astype(np.int64), found[0, some]
    if DECODES[plan.reading.decode].shape == "cells":
        corners, kept = merged(np.round(corners, 6), labels)  # neighbours touch, whatever a third of a pixel rounds to
    else:
        kept = _kept(corners, labels, plan)
    return np.concatenate([corners[kept], labels[kept, None], scores[kept, None]], axis=1)


def scores_of(values: Real, level: Placed, plan: Plan) -> Real:
    """[anchors, classes], 0 to 1."""
    raw = values[level.scores]
    if plan.reading.scores == "sigmoid":
        raw = sigmoid(raw)
    elif plan.reading.scores == "softmax":
        row = raw if level.background is None else np.concatenate([raw, values[level.background]], axis=1)
        most = row.max(axis=1, keepdims=True)
        raw = np.exp(raw - most) / np.exp(row - most).sum(axis=1, keepdims=True)
    return raw if level.objectness is None else np.asarray(raw * sigmoid(values[level.objectness]))


def _peaks(values: Real, grid: Grid) -> NDArray[np.bool_]:
    shaped = values.reshape(grid.rows, grid.columns, -1)
    padded = np.pad(shaped, ((1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    around = [padded[y : y + grid.rows, x : x + grid.columns] for y in range(3) for x in range(3)]
    return np.asarray(shaped >= np.max(around, axis=0)).reshape(values.shape)


def _corners(values: Real, level: Placed, anchors: Indices, plan: Plan) -> Real:
    """[n, 4] of these anchors of a level, in pixels, not clipped."""
    reading, decode = plan.reading, DECODES[plan.reading.decode]
    own, step = level.anchors[anchors], np.array([level.grid.step_x, level.grid.step_y])
    centre, size = own[:, :2], own[:, 2:]
    if level.box is not None and decode.shape == "distance":
        logits = values[level.box[anchors]].reshape(-1, 4, reading.bins)
        share = np.exp(logits - logits.max(axis=2, keepdims=True))
        sides = (share * np.arange(reading.bins)).sum(axis=2) / share.sum(axis=2) * np.tile(step, 2)
        return np.concatenate([centre - sides[:, :2], centre + sides[:, 2:]], axis=1)
    if level.box is not None:
        told = boxes_in(values, level, plan)[anchors]
        offset = decode.offset(told[:, :2]) * reading.stretch - (reading.stretch - 1) / 2
        centre = centre + offset * (step if decode.by_step else size)
        size = decode.factor(told[:, 2:]) * size
    return np.concatenate([centre - size / 2, centre + size / 2], axis=1)


def boxes_in(values: Real, level: Placed, plan: Plan) -> Real:
    """The numbers of every anchor's box, [anchors, numbers], times their variances and as x, y, width, height; of a distribution
    its logits."""
    assert level.box is not None
    told, reading = values[level.box], plan.reading
    if DECODES[reading.decode].shape == "distance":
        return np.asarray(told)
    return np.asarray((told[:, [1, 0, 3, 2]] if reading.order == "yxhw" else told) * np.array(reading.variances))


def _kept(corners: Real, labels: Indices, plan: Plan) -> list[int]:
    left, kept = np.ones(len(corners), np.bool_), []
    for place in range(len(corners)):
        if not left[place]:
            continue
        kept.append(place)
        if len(kept) == MOST:
            break
        if plan.reading.overlap is not None:
            lost = overlaps(corners[place : place + 1], corners)[0] > plan.reading.overlap
            left &= ~(lost & (labels == labels[place]) if plan.reading.per_class else lost)
    return kept
