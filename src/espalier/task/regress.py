"""Numbers: right where every one of an image is within the tolerance of its truth."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ..errors import ImagesRefusedError
from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..image_facts import ImageFacts
from ..row_parts import NumberRow
from ..rows import AccuracyRow, FlipRow, TopRow
from ..statistics import Z95, claim, drop_of, wilson
from . import raw
from .types import Asked, Hits, Kind, Numbers, Results, Task, Values

FEWEST = 20
"""Images from which a model that is no better than the mean of the truth is named."""


def wanted(task: Task) -> Numbers:
    """The recipe's table."""
    return task.numbers or Numbers(tolerance=1.0)


def numbers(values: Values, task: Task) -> Results:
    """The values, as they are."""
    return values.astype(np.float64)


def truth(images: Sequence[ImageFacts], task: Task) -> Results | None:
    """The numbers of the csv."""
    if not images or any(not image.numbers for image in images):
        return None
    return np.array([image.numbers for image in images], np.float64)


def right(results: Results, known: Results, task: Task) -> Hits:
    """Within the tolerance in every number. Raises ImagesRefusedError where there is no truth for each."""
    if results.shape[1:] != known.shape[1:]:
        raise ImagesRefusedError(
            f"the csv has {known.shape[1]} numbers for an image, the model answers with {results.shape[1]}",
            supported="a column for each number, in the order of the model's outputs",
            next_step="correct the columns of the csv",
        )
    return np.asarray((np.abs(results - known) <= wanted(task).tolerance).all(axis=1))


def same(results: Results, others: Results, task: Task) -> Hits:
    """Which lie within the tolerance of each other."""
    return right(results, others, task)


def doubts(values: Values, known: Results | None, task: Task, preprocessing: Finding | None = None) -> tuple[Finding, ...]:
    """Heads that give every image the same; numbers that the mean of the truth would meet as well."""
    found = raw.doubts(values, None, task, preprocessing)
    if known is None or len(known) < FEWEST or known.shape != values.shape:
        return found
    poor = [name for name, score in zip(_names(task, known), explained(values, known), strict=True) if (score or 0) <= 0]
    if len(poor) < known.shape[1]:
        return found
    return (
        *found,
        Finding(
            code="chance",
            severity="warning",
            message=f"the float model is no nearer to {', '.join(poor[:6])} than their mean over these images is",
            next_step="check that model, csv, images and `input` belong together, and the order of the columns",
        ),
    )


def explained(values: Values, known: Results) -> list[float | None]:
    """R2 of each number: 1 - squared errors over squared distances from the mean; None where the truth is one value."""
    left = np.square(values - known).sum(axis=0)
    there = np.square(known - known.mean(axis=0)).sum(axis=0)
    return [float(1 - a / b) if b > 0 else None for a, b in zip(left, there, strict=True)]


def measure(asked: Asked, task: Task) -> AccuracyRow:
    """With a truth: MAE, R2 and the share within the tolerance, float against int8 with paired intervals; else as values."""
    row = raw.measure(asked, task)
    known = asked.truth
    if known is None:
        return row
    settings = wanted(task)
    given, base, int8 = (numbers(values, task) for values in (asked.given, asked.base, asked.int8))
    hits = [right(values, known, task) for values in (given, base, int8)]
    drop = drop_of(hits[0], hits[2])
    pruned = asked.base is not asked.given
    steps = _steps(asked.heads, known.shape[1])
    rows = tuple(
        _number(name, settings, known[:, i], given[:, i], int8[:, i], scores, steps[i])
        for i, (name, *scores) in enumerate(
            zip(_names(task, known), explained(given, known), explained(int8, known), strict=True)
        )
    )
    coarse = [one for one in rows if one.step is not None and one.step > settings.tolerance]
    said = "; ".join(f"{one.name} MAE {one.mae_int8:.4g} {settings.unit}".rstrip() for one in rows[:6])
    return AccuracyRow(
        n=len(known),
        float=TopRow(top1=float(hits[0].mean())),
        pruned=TopRow(top1=float(hits[1].mean())) if pruned else None,
        int8=TopRow(top1=float(hits[2].mean())),
        agreement=float(same(int8, base, task).mean()),
        drop_points=drop.points,
        interval=(drop.low, drop.high),
        p_value=drop.p_value,
        flips=_flips(asked, known, hits[0], hits[2], given, int8),
        claim=f"Right is within {settings.tolerance:g} {settings.unit}".rstrip()
        + f" ({said}): {claim(drop, asked.limit_points)}",
        warnings=tuple(
            f"a step of int8 is {one.step:.3g} {one.unit}".rstrip()
            + f" in {one.name}, more than the tolerance of {settings.tolerance:g}"
            for one in coarse
        ),
        numbers=rows,
    )


def _number(
    name: str,
    settings: Numbers,
    known: NDArray[np.float64],
    given: NDArray[np.float64],
    int8: NDArray[np.float64],
    scores: Sequence[float | None],
    step: float | None,
) -> NumberRow:
    before, after = np.abs(given - known), np.abs(int8 - known)
    change = after - before
    half = Z95 * float(change.std(ddof=1)) / sqrt(len(change)) if len(change) > 1 else 0.0
    near = int((after <= settings.tolerance).sum())
    low, high = wilson(near, len(known))
    return NumberRow(
        name=name,
        unit=settings.unit,
        tolerance=settings.tolerance,
        mae_float=float(before.mean()),
        mae_int8=float(after.mean()),
        mae_change=float(change.mean()),
        mae_low=float(change.mean()) - half,
        mae_high=float(change.mean()) + half,
        r2_float=scores[0],
        r2_int8=scores[1],
        within_float=float((before <= settings.tolerance).mean()),
        within_int8=near / len(known),
        within_low=low,
        within_high=high,
        step=step,
    )


def _steps(heads: Sequence[TensorFacts], count: int) -> list[float | None]:
    """What a step of int8 is in each number."""
    steps: list[float | None] = [head.scale for head in heads for _ in range(int(np.prod(head.shape)))]
    return steps if len(steps) == count else [None] * count


def _names(task: Task, known: Results) -> list[str]:
    names = list(wanted(task).names)
    return names if len(names) == known.shape[1] else [f"number {place}" for place in range(known.shape[1])]


def _flips(
    asked: Asked, known: Results, before: Hits, after: Hits, given: NDArray[np.float64], int8: NDArray[np.float64]
) -> tuple[FlipRow, ...]:
    """The images that are within the tolerance in one of both, sorted by name."""
    changed = sorted(np.flatnonzero(before != after).tolist(), key=lambda i: asked.names[i])
    return tuple(
        FlipRow(image=asked.names[i], float=_text(given[i]), int8=_text(int8[i]), label=_text(known[i])) for i in changed
    )


def _text(values: NDArray[np.float64]) -> str:
    return ", ".join(f"{value:.4g}" for value in values[:6]) + (", ..." if len(values) > 6 else "")


def decision(task: Task, heads: Sequence[TensorFacts], threshold: float) -> Decision | None:
    """A device reads the numbers; nothing is decided."""
    return None


KIND = Kind(
    ends="values",
    named=False,
    edge=None,
    results=numbers,
    truth=truth,
    right=right,
    same=same,
    margins=raw.alike,
    sorts=raw.alike,
    words=raw.unnamed,
    distance=raw.distance,
    decibels=raw.decibels,
    doubts=doubts,
    measure=measure,
    decision=decision,
)
