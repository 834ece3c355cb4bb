"""Average precision as COCO defines it (https://cocodataset.org/#detection-eval), by the library faster-coco-eval, whose figures
are those of pycocotools. Figures are shares, 0 to 1; None where the set has no object that could be found."""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from ...errors import ToolMissingError
from .scenes import Found, Real, Truth

FIGURES = (
    "ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large",
    "recall_1", "recall_10", "recall_100", "recall_small", "recall_medium", "recall_large",
)  # fmt: skip
"""In the library's order: small is below 32 x 32 pixels, large over 96 x 96; recall_10 is that of ten boxes an image."""


class ClassPrecision(msgspec.Struct, frozen=True, kw_only=True):
    """Average precision of one class, and how many objects it was measured on."""

    label: str
    objects: int
    ap: float | None
    ap50: float | None


class Precision(msgspec.Struct, frozen=True, kw_only=True):
    """COCO's twelve figures, and those of each class."""

    ap: float | None
    ap50: float | None
    ap75: float | None
    ap_small: float | None
    ap_medium: float | None
    ap_large: float | None
    recall_1: float | None
    recall_10: float | None
    recall_100: float | None
    recall_small: float | None
    recall_medium: float | None
    recall_large: float | None
    classes: tuple[ClassPrecision, ...]


def average_precision(truths: Sequence[Truth], found: Sequence[Found], labels: Sequence[str]) -> Precision:
    """The figures of what was found in the same images, in the same order, as `truths`.

    Raises ToolMissingError without faster-coco-eval.
    """
    library = _library()
    objects = [sum(int((t.labels[~t.ignored] == number).sum()) for t in truths) for number in range(len(labels))]
    if not sum(objects) or not sum(map(len, found)):
        nothing = {name: 0.0 if sum(objects) else None for name in FIGURES}
        for name, (low, high) in zip(("small", "medium", "large"), _AREAS, strict=True):
            some = any(((t.areas >= low) & (t.areas <= high) & ~t.ignored).any() for t in truths)
            nothing |= {f"ap_{name}": 0.0 if some else None, f"recall_{name}": 0.0 if some else None}
        empty = [0.0 if count else None for count in objects]
        return _precision(nothing, labels, objects, empty, empty)
    with contextlib.redirect_stdout(io.StringIO()):
        given = library.COCO(_dataset(truths, labels))
        evaluation = library.COCOeval_faster(given, given.loadRes(_results(found)), iouType="bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    stats = [float(value) for value in evaluation.stats[: len(FIGURES)]]
    figures = {name: None if value < 0 else value for name, value in zip(FIGURES, stats, strict=True)}
    table = evaluation.eval["precision"][:, :, :, 0, -1]  # overlaps, recalls, classes
    each = [_mean(table[:, :, number]) for number in range(len(labels))]
    each50 = [_mean(table[0, :, number]) for number in range(len(labels))]
    return _precision(figures, labels, objects, each, each50)


_AREAS = ((0.0, 32.0**2), (32.0**2, 96.0**2), (96.0**2, 1e10))


def _precision(
    figures: dict[str, float | None],
    labels: Sequence[str],
    objects: Sequence[int],
    each: Sequence[float | None],
    each50: Sequence[float | None],
) -> Precision:
    classes = tuple(
        ClassPrecision(label=label, objects=count, ap=ap, ap50=ap50)
        for label, count, ap, ap50 in zip(labels, objects, each, each50, strict=True)
    )
    return Precision(**figures, classes=classes)


def _mean(values: Real) -> float | None:
    valid = values[values > -1]
    return float(valid.mean()) if len(valid) else None


def _dataset(truths: Sequence[Truth], labels: Sequence[str]) -> dict[str, Any]:
    rows = [
        (image, truth.corners[number], int(truth.labels[number]), bool(truth.ignored[number]), float(truth.areas[number]))
        for image, truth in enumerate(truths)
        for number in range(len(truth))
    ]
    return {
        "info": {},
        "images": [{"id": image + 1} for image in range(len(truths))],
        "categories": [{"id": number + 1, "name": label} for number, label in enumerate(labels)],
        "annotations": [
            {
                "id": number + 1,
                "image_id": image + 1,
                "category_id": label + 1,
                "bbox": [float(x1), float(y1), float(x2 - x1), float(y2 - y1)],
                "area": area,
                "iscrowd": int(ignored),
            }
            for number, (image, (x1, y1, x2, y2), label, ignored, area) in enumerate(rows)
        ],
    }


def _results(found: Sequence[Found]) -> Real:
    """float64 [n, 7]: image, x, y, width, height, score, class."""
    parts = [
        np.column_stack(
            [np.full(len(f), image + 1), f.corners[:, :2], f.corners[:, 2:] - f.corners[:, :2], f.scores, f.labels + 1]
        )
        for image, f in enumerate(found)
        if len(f)
    ]
    results: Real = np.concatenate(parts).astype(np.float64)
    return results


def _library() -> Any:
    try:
        return importlib.import_module("faster_coco_eval")
    except (ImportError, OSError) as problem:
        raise ToolMissingError(
            f"the package faster-coco-eval is not installed or does not work: {problem}",
            supported="average precision is measured with it, as pycocotools defines it",
            next_step="pip install faster-coco-eval==1.8.0",
        ) from None
