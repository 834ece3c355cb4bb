"""Boxes around objects. An image is right when every object is found and nothing else is; what is measured is COCO's average
precision, and what a user feels at the deployed threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError
from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..image_facts import ImageFacts
from ..rows import AccuracyRow
from . import raw
from .boxes.apart import apart
from .boxes.decisions import agreeing, assigned, counts, harmonic
from .boxes.judge import found_in, truth_of, truths
from .boxes.measured import measured
from .boxes.plan import Plan
from .boxes.precision import average_precision
from .boxes.real import boxes_of
from .boxes.scenes import Found, Truth
from .boxes.turned import turned
from .types import Asked, Hits, Integers, Kind, Results, Task, Values


def plan_in(task: Task) -> Plan:
    """What the heads mean."""
    if task.boxes is None:
        raise BugError("a detector without a plan")
    return task.boxes


def results(values: Values, task: Task) -> Results:
    """The boxes of each image in pixels of the network's input, see real.boxes_of."""
    return boxes_of(values, plan_in(task))


def truth(images: Sequence[ImageFacts], task: Task) -> Results | None:
    """What annotations say, see judge.truth_of."""
    return truth_of(images, task.labels)


def right(found: Results, known: Results, task: Task) -> Hits:
    """Every object found (its class, an overlap of 0.5) and nothing else, at the deployed threshold."""
    plan = plan_in(task)
    least = plan.reading.threshold
    pairs = zip(truths(known, plan), found_in(found, known, plan), strict=True)
    return np.array([_all_found(one, boxes.above(least)) for one, boxes in pairs], np.bool_)


def _all_found(one: Truth, boxes: Found) -> bool:
    whose = assigned(one, boxes)
    return bool((whose >= 0).all()) and set(np.flatnonzero(~one.ignored).tolist()) <= set(whose.tolist())


def same(found: Results, others: Results, task: Task) -> Hits:
    """As many boxes as the float model, each of its class, with an overlap of 0.5 and a score within 0.1."""
    plan = plan_in(task)
    sides = (found_in(others, None, plan), found_in(found, None, plan))
    return np.array([_alike(a, b, plan.reading.threshold) for a, b in zip(*sides, strict=True)], np.bool_)


def _alike(first: Found, second: Found, least: float) -> bool:
    first, second = first.above(least), second.above(least)
    return len(first) == len(second) == agreeing(first, second)


def score(found: Results, known: Results, task: Task) -> float:
    """Average precision, 0 to 1; of cells F1 at the threshold."""
    plan = plan_in(task)
    if plan.cells:
        return harmonic(counts(truths(known, plan), found_in(found, known, plan)))
    labels = [str(number) for number in range(plan.reading.classes)]
    return average_precision(truths(known, plan), found_in(found, known, plan), labels).ap or 0.0


def margins(integers: Integers, task: Task) -> Integers:
    """The surest object first: where nothing is near a score, no rounding shows."""
    plan = plan_in(task)
    ends = np.cumsum([0, *(math.prod(shape) for shape in plan.shapes)])
    outputs = sorted({named.scores for named in plan.heads})
    columns = np.concatenate([np.arange(ends[number], ends[number + 1]) for number in outputs])
    return np.asarray(-integers[:, columns].max(axis=1), np.int64)


def distance(found: Values, wanted: Values, task: Task, seen: float) -> float:
    """apart.apart: of scores and boxes, weighed by what the float model sees."""
    return apart(found, wanted, plan_in(task))


def decibels(found: Values, wanted: Values, task: Task) -> float:
    """`distance` as signal to noise."""
    return raw.level(distance(found, wanted, task, math.inf))


def doubts(values: Values, known: Results | None, task: Task, preprocessing: Finding | None = None) -> tuple[Finding, ...]:
    """A float model that finds nothing in any image; and, where objects are known, none of them, or finds them where they would
    be in mirrored images."""
    plan = plan_in(task)
    found = found_in(boxes_of(values, plan), known, plan)
    least = plan.reading.threshold
    if not any(len(boxes.above(least)) for boxes in found):
        best = max((float(boxes.scores.max()) for boxes in found if len(boxes)), default=0.0)
        return (finds_nothing(len(values), least, best),)
    if known is None:
        return ()
    there = truths(known, plan)
    sizes = [(float(row[0, 0]), float(row[0, 1])) for row in known]
    if otherwise := turned(there, [boxes.above(least) for boxes in found], sizes):
        return (otherwise,)
    objects = sum(int((~one.ignored).sum()) for one in there)
    hits = sum(int((assigned(one, boxes.above(least)) >= 0).sum()) for one, boxes in zip(there, found, strict=True))
    if hits or not objects:
        return ()
    return (
        Finding(
            code="boxes-none-right",
            severity="error",
            message=f"the float model gives boxes, but none is on any of the {objects} objects that the annotations name",
            next_step="check `detect.decode`, anchors, variances and order of the box's numbers, the order of the labels, and "
            "`input`",
        ),
    )


def finds_nothing(images: int, threshold: float, best: float) -> Finding:
    """The float model sees no object in a set of images."""
    return Finding(
        code="boxes-nothing-found",
        severity="error",
        message=f"the float model finds no object in {images} images: its best score is {best:.3f}, `detect.threshold` "
        f"{threshold:g}",
        next_step="give images that show objects (ranges of scores are set by them); or check `input`, `detect.decode` and "
        "`detect.activation`",
    )


def measure(asked: Asked, task: Task) -> AccuracyRow:
    """The report's row."""
    plan = plan_in(task)
    return measured(asked, plan, task.labels, float(same(results(asked.int8, task), results(asked.base, task), task).mean()))


def decision(task: Task, heads: Sequence[TensorFacts], threshold: float) -> Decision | None:
    """A device decides by the detector (facts.BundleSource.detector)."""
    return None


def words(found: NDArray[np.float64], task: Task) -> list[str]:
    """Boxes have no one name."""
    return [""] * len(found)


KIND = Kind(
    right_is="images with every object right",
    ends="values",
    named=True,
    edge=None,
    results=results,
    truth=truth,
    right=right,
    same=same,
    margins=margins,
    sorts=raw.alike,
    words=words,
    distance=distance,
    decibels=decibels,
    doubts=doubts,
    measure=measure,
    decision=decision,
    score=score,
)
