"""The report's row of a detector: average precision, and what is found at the threshold; int8 as a device decodes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import msgspec
import numpy as np

from ...detector import SURE, Detector
from ...facts import TensorFacts
from ...row_boxes import BoxChange, BoxClassRow, BoxesRow, BoxFigures
from ...rows import AccuracyRow, FlipRow, TopRow
from ...statistics import wilson
from ..types import Asked, Values
from .compare import PrecisionDrop, paired_drop
from .decisions import AtThreshold, at_threshold, changes, counts, harmonic, harmonic_drop
from .decode import detect
from .judge import found_in, to_input, truths, window_in
from .plan import Plan
from .precision import Precision, average_precision
from .real import CANDIDATES, FIELDS, MOST, boxes_of, least_score
from .scenes import Found, Real, Truth

CHANGES = 200
"""Objects lost and gained that the report names."""

WORK = 20_000_000
"""Boxes times draws of images that an interval is made of; DRAWS at most."""
DRAWS = (200, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """What one model finds: all boxes that count for precision, those of the device, and their figures."""

    all: list[Found]
    device: list[Found]
    precision: Precision | None
    felt: AtThreshold | None
    f1: float | None = None

    @property
    def worth(self) -> float | None:
        """Average precision; of cells F1."""
        return self.f1 if self.precision is None else self.precision.ap

    def figures(self) -> BoxFigures:
        boxes = sum(map(len, self.device))
        if self.felt is None:
            return BoxFigures(boxes=boxes)
        p, f = self.precision, self.felt
        return BoxFigures(
            boxes=boxes,
            f1=self.f1,
            ap=None if p is None else p.ap,
            ap50=None if p is None else p.ap50,
            ap75=None if p is None else p.ap75,
            ap_small=None if p is None else p.ap_small,
            ap_medium=None if p is None else p.ap_medium,
            ap_large=None if p is None else p.ap_large,
            recall=f.recall,
            recall_low=f.recall_interval[0],
            recall_high=f.recall_interval[1],
            false_alarms=f.false_alarms_per_image,
            false_alarms_low=f.false_alarms_interval[0],
            false_alarms_high=f.false_alarms_interval[1],
        )


def measured(asked: Asked, plan: Plan, labels: Sequence[str], agreement: float) -> AccuracyRow:
    """`agreement`: share of images in which int8 says the same. With annotations accuracy is average precision."""
    known = asked.truth
    there = None if known is None else truths(known, plan)
    given = _side(boxes_of(asked.given, plan), None, known, there, plan, labels)
    pruned = None if asked.base is asked.given else _side(boxes_of(asked.base, plan), None, known, there, plan, labels)
    every, device = device_boxes(asked.int8, asked.heads, plan)
    int8 = _side(every, device, known, there, plan, labels)
    threshold = plan.reading.threshold
    row = BoxesRow(
        threshold=threshold,
        float=given.figures(),
        int8=int8.figures(),
        pruned=None if pruned is None else pruned.figures(),
        agreement=_agreement(given, int8),
    )
    if known is None or there is None:
        return _unlabelled(asked, row, agreement)
    drop = _drop(there, given, int8, len(labels), plan)
    moved = changes(there, given.device, int8.device, 0.0)
    row = msgspec.structs.replace(
        row,
        objects=sum(int((~one.ignored).sum()) for one in there),
        drop=None if drop is None else 100 * drop.drop,
        drop_low=None if drop is None else 100 * drop.low,
        drop_high=None if drop is None else 100 * drop.high,
        drop50=None if drop is None else 100 * drop.drop50,
        drop50_low=None if drop is None else 100 * drop.low50,
        drop50_high=None if drop is None else 100 * drop.high50,
        lost=len(moved.lost),
        gained=len(moved.gained),
        changes=_named(moved.lost, moved.gained, asked.names, there, known, plan, labels),
        classes=_classes(labels, there, given, int8),
    )
    return _labelled(asked, row, agreement, (given, pruned, int8), cells=plan.cells)


def device_boxes(values: Values, heads: Sequence[TensorFacts], plan: Plan) -> tuple[Real, Real]:
    """What a device decodes of an int8 file's answers (`values`: what its bytes stand for), as real.boxes_of: of all boxes
    that count for average precision, and of those at the threshold."""
    detector = plan.detector(heads)
    least = min(detector.threshold, int(least_score(plan) * SURE))
    whole = msgspec.structs.replace(detector, threshold=least, room=CANDIDATES, most=MOST)
    every, device = np.zeros((2, len(values), MOST, FIELDS))
    every[:, :, 4] = device[:, :, 4] = -1
    for place, row in enumerate(values):
        outputs = _bytes(row, heads)
        for found, used in ((every, whole), (device, detector)):
            boxes = _boxes(detect(used, outputs).rows()[:MOST], used)
            found[place, : len(boxes)] = boxes
    return every, device


def _bytes(row: Real, heads: Sequence[TensorFacts]) -> list[np.ndarray[tuple[int], np.dtype[np.int8]]]:
    parts, at = [], 0
    for head in heads:
        count = prod(head.shape)
        whole = np.rint(row[at : at + count] / np.float64(head.scale)) + head.zero_point
        parts.append(np.clip(whole, -128, 127).astype(np.int8))
        at += count
    return parts


def _boxes(rows: np.ndarray[tuple[int, int], np.dtype[np.int32]], detector: Detector) -> Real:
    real = rows.astype(np.float64)
    corners = real[:, :4] / (1 << detector.bits)
    return np.concatenate([corners, real[:, 5:6], real[:, 4:5] / SURE], axis=1)


def _side(
    every: Real, device: Real | None, known: Real | None, there: list[Truth] | None, plan: Plan, labels: Sequence[str]
) -> _Side:
    found = found_in(every, known, plan)
    if device is None:
        at = [one.above(plan.reading.threshold) for one in found]
    else:
        at = found_in(device, known, plan)
    if there is None:
        return _Side(all=found, device=at, precision=None, felt=None)
    return _Side(
        all=found,
        device=at,
        precision=None if plan.cells else average_precision(there, found, labels),
        felt=at_threshold(there, at, len(labels)),
        f1=harmonic(counts(there, at)),
    )


def _agreement(first: _Side, second: _Side) -> float | None:
    nothing = [Truth(corners=np.zeros((0, 4)), labels=np.zeros(0, np.int64), ignored=np.zeros(0, np.bool_), areas=np.zeros(0))]
    return changes(nothing * len(first.device), first.device, second.device, 0.0).agreement


def _drop(there: list[Truth], first: _Side, second: _Side, classes: int, plan: Plan) -> PrecisionDrop | None:
    if plan.cells:
        lost, low, high = harmonic_drop(counts(there, first.device), counts(there, second.device))
        worth = (first.f1 or 0.0, second.f1 or 0.0)
        return PrecisionDrop(
            images=len(there), first=worth[0], second=worth[1], drop=lost, low=low, high=high, drop50=lost, low50=low, high50=high
        )
    boxes = sum(len(one) for side in (first, second) for one in side.all)
    draws = int(np.clip(WORK // max(1, boxes), *DRAWS))
    return paired_drop(there, first.all, second.all, classes, draws=draws)


def _classes(labels: Sequence[str], there: Sequence[Truth], given: _Side, int8: _Side) -> tuple[BoxClassRow, ...]:
    rows = []
    for number, label in enumerate(labels):
        sides = [None if side.precision is None else side.precision.classes[number] for side in (given, int8)]
        felt = [side.felt.class_recall[number] for side in (given, int8) if side.felt is not None]
        ap, ap50 = ([getattr(side, name, None) for side in sides] for name in ("ap", "ap50"))
        rows.append(
            BoxClassRow(
                label=label,
                objects=sum(int(((one.labels == number) & ~one.ignored).sum()) for one in there),
                ap_float=ap[0],
                ap_int8=ap[1],
                ap50_float=ap50[0],
                ap50_int8=ap50[1],
                recall_float=felt[0],
                recall_int8=felt[1],
            )
        )
    return tuple(rows)


def _named(
    lost: Sequence[tuple[int, int]],
    gained: Sequence[tuple[int, int]],
    names: Sequence[str],
    there: Sequence[Truth],
    known: Real,
    plan: Plan,
    labels: Sequence[str],
) -> tuple[BoxChange, ...]:
    every = sorted([(image, number, "lost") for image, number in lost] + [(image, number, "gained") for image, number in gained])
    rows = []
    for image, number, what in every[:CHANGES]:
        corners = to_input(there[image].corners[number : number + 1], window_in(known[image], plan))[0]
        x1, y1, x2, y2 = (round(float(value), 2) for value in corners)
        label = labels[int(there[image].labels[number])]
        rows.append(BoxChange(image=names[image], what=what, label=label, corners=(x1, y1, x2, y2)))
    return tuple(rows)


def _flips(names: Sequence[str], row: BoxesRow) -> tuple[FlipRow, ...]:
    """The images in which an object is lost or gained, sorted by name."""
    found: dict[str, dict[str, list[str]]] = {}
    for change in row.changes:
        found.setdefault(change.image, {"lost": [], "gained": []})[change.what].append(change.label)
    return tuple(
        FlipRow(
            image=name,
            float=f"finds {', '.join(found[name]['lost']) or 'none of them'}",
            int8=f"finds {', '.join(found[name]['gained']) or 'none of them'}",
            label=", ".join((*found[name]["lost"], *found[name]["gained"])),
        )
        for name in sorted(found)
    )


def _unlabelled(asked: Asked, row: BoxesRow, agreement: float) -> AccuracyRow:
    n, equal = len(asked.names), round(agreement * len(asked.names))
    low, high = wilson(equal, n)
    boxes = "the float model gives no box" if row.agreement is None else f"{row.agreement:.2%} of the float model's boxes"
    nothing = TopRow(top1=None)
    return AccuracyRow(
        n=n,
        float=nothing,
        pruned=None,
        int8=nothing,
        agreement=agreement,
        drop_points=0.0,
        interval=(0.0, 0.0),
        p_value=1.0,
        flips=(),
        boxes=row,
        claim=f"No annotations: {boxes} are int8's, too (its class, an overlap of 0.5, a score within 0.1); {equal} of {n} "
        f"images have the same boxes (95 % {low:.2%} to {high:.2%}), and stand in for average precision.",
    )


def _labelled(
    asked: Asked, row: BoxesRow, agreement: float, sides: tuple[_Side, _Side | None, _Side], *, cells: bool
) -> AccuracyRow:
    given, pruned, int8 = (None if side is None else side.worth for side in sides)
    what = "F1 of cells at the threshold" if cells else "Average precision (COCO, overlaps 0.5 to 0.95)"
    points, low, high = row.drop or 0.0, row.drop_low or 0.0, row.drop_high or 0.0
    limit = asked.limit_points
    shown = "" if high <= limit else f"; these images do not show that it loses at most {limit:g}"
    felt = row.int8
    said = (
        f"{what}: int8 {int8 or 0:.4f}, float {given or 0:.4f}, {points:.2f} points lost "
        f"(95 % {low:.2f} to {high:.2f}) on {len(asked.names)} images with {row.objects} objects{shown}. At the threshold "
        f"{row.threshold:g} int8 finds {felt.recall or 0:.1%} of the objects and gives {felt.false_alarms or 0:.2f} false "
        f"alarms an image (float {row.float.recall or 0:.1%} and {row.float.false_alarms or 0:.2f})"
    )
    missing = [one.label for one in row.classes if not one.objects]
    return AccuracyRow(
        n=len(asked.names),
        float=TopRow(top1=given or 0.0),
        pruned=None if pruned is None else TopRow(top1=pruned),
        int8=TopRow(top1=int8 or 0.0),
        agreement=agreement,
        drop_points=points,
        interval=(low, high),
        p_value=1.0,
        flips=_flips(asked.names, row),
        boxes=row,
        claim=said,
        warnings=tuple([f"no object of the evaluation images is a {', '.join(missing[:8])}"] if missing else []),
    )
