"""One label per image: the class with the largest probability, the first of equal ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..image_facts import ImageFacts
from ..load.images import label_indices
from ..rows import AccuracyRow
from .accuracy import measure_accuracy, measure_agreement, unlabelled_row
from .confidence import WISHED_PRECISION, Answer, largest
from .doubts import check_answers, check_scores
from .types import Asked, Hits, Kind, Results, Task, Values

UNIT = 1 << 16
"""Of the fixed-point factor in a decision."""

EXACT_DB = 120.0
"""Signal to noise of scores that do not differ."""


def classes(values: Values, task: Task | None = None) -> Results:
    """The class of each image, int64 [n]."""
    return np.asarray(values.argmax(axis=1), np.int64)


def equal(results: Results, others: Results, task: Task | None = None) -> Hits:
    """Which classes are equal."""
    return np.asarray(results == others)


def indices(images: Sequence[ImageFacts], task: Task) -> Results | None:
    """The output of each image's class."""
    if any(image.label is None for image in images):
        return None
    return np.asarray(label_indices(images, task.labels), np.int64)


def margins(integers: NDArray[np.int64], task: Task | None = None) -> NDArray[np.int64]:
    """Steps between the largest and the second largest output."""
    if integers.shape[1] < 2:
        return np.zeros(len(integers), np.int64)
    two = np.partition(integers, -2, axis=1)[:, -2:]
    return np.asarray(two[:, 1] - two[:, 0])


def distance(found: Values, wanted: Values, task: Task | None, seen: float) -> float:
    """Root mean square of the difference of scores [n, classes] relative to `wanted`, both without their means over the
    classes, which a softmax does not see. A score more than `seen` below the largest of its image counts as that far
    below."""
    found, wanted = (np.maximum(x - x.max(axis=1, keepdims=True), np.float32(-seen)) for x in (found, wanted))
    reference = wanted - wanted.mean(axis=1, keepdims=True)
    difference = found - wanted
    difference = difference - difference.mean(axis=1, keepdims=True)
    size = float(np.sqrt((reference.astype(np.float64) ** 2).mean()))
    return float(np.sqrt((difference.astype(np.float64) ** 2).mean())) / max(size, 1e-12)


def named(results: Results, task: Task) -> list[str]:
    """The labels."""
    return [task.labels[int(index)] for index in results]


def decibels(found: Values, wanted: Values, task: Task | None = None) -> float:
    """SQNR of scores in dB, both without their mean over the classes (softmax does not see it)."""
    reference = wanted.astype(np.float64) - wanted.mean(axis=1, keepdims=True)
    difference = (found.astype(np.float64) - found.mean(axis=1, keepdims=True)) - reference
    return ratio_db(float((reference**2).sum()), float((difference**2).sum()))


def ratio_db(signal: float, noise: float) -> float:
    """10 log10 of two powers, at most EXACT_DB."""
    if noise <= 1e-12 * signal:
        return EXACT_DB
    return round(10 * math.log10(max(signal, 1e-30) / noise), 3)


def doubts(values: Values, truth: Results | None, task: Task, preprocessing: Finding | None = None) -> tuple[Finding, ...]:
    """Labels in another order, a folder of the wrong class, chance, scores that tell nothing apart."""
    if truth is None:
        return check_scores(values, task.labels, labelled=False)
    said = classes(values).tolist()
    return check_answers(truth.tolist(), said, task.labels, scores=values, preprocessing=preprocessing)


def measure(asked: Asked, task: Task, answer: Answer = largest) -> AccuracyRow:
    """Accuracy with labels, agreement without. `answer`: which class probabilities stand for."""
    names, truth, labels = asked.names, asked.truth, task.labels
    if truth is None:
        return unlabelled_row(measure_agreement(names, labels, asked.base, asked.int8, answer))
    settings: dict[str, Any] = {
        "answer": answer,
        "threshold": asked.threshold,
        "wished": WISHED_PRECISION if asked.wished is None else asked.wished,
        "limit_points": asked.limit_points,
    }
    row = measure_accuracy(names, truth, labels, asked.base, asked.int8, **settings)
    if asked.base is not asked.given:
        whole = measure_accuracy(names, truth, labels, asked.given, asked.int8, pruned_outputs=asked.base, **settings)
        row = msgspec.structs.replace(row, float=whole.float, pruned=whole.pruned, steps=whole.steps)
    return row


def decision(task: Task, heads: Sequence[TensorFacts], threshold: float) -> Decision | None:
    """The first largest int8 output; its confidence in thousandths, rounded to the nearest; "review" below `threshold`.

    `THRESHOLD`: the least output whose confidence reaches it, -128 to 128 (128: none does)."""
    scale, zero = heads[0].scale, heads[0].zero_point
    least = min((q for q in range(-128, 128) if not scale * (q - zero) < threshold), default=128)
    return Decision(
        source="classify",
        numbers={
            "CLASSES": len(task.labels),
            "DECIDE_ZERO_POINT": zero,
            "PERMILLE_Q16": min(round(1000 * scale * UNIT), (2**31 - 1) // 256),
            "THRESHOLD": least,
        },
        labels=task.labels,
    )


def decide(output: NDArray[np.int8], numbers: Mapping[str, int]) -> tuple[int, int, bool]:
    """(index, confidence in thousandths, review) of one output, int8 [classes]: device/classify.c in Python."""
    index = int(output.argmax())
    value = int(output[index])
    confidence = ((value - numbers["DECIDE_ZERO_POINT"]) * numbers["PERMILLE_Q16"] + UNIT // 2) >> 16
    return index, confidence, value < numbers["THRESHOLD"]


KIND = Kind(
    ends="probabilities",
    named=True,
    one=True,
    edge=(1 / 256, -128),
    results=classes,
    truth=indices,
    right=equal,
    same=equal,
    margins=margins,
    sorts=classes,
    words=named,
    distance=distance,
    decibels=decibels,
    doubts=doubts,
    measure=measure,
    decision=decision,
)
