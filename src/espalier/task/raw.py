"""Whatever no other kind describes: the values of every head as they are. Nothing is decided on a device; int8 is held to
the float model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..image_facts import ImageFacts
from ..row_parts import HeadRow
from ..rows import AccuracyRow, FlipRow, TopRow
from ..statistics import wilson
from .classify import EXACT_DB
from .types import Asked, Hits, Kind, Results, Task, Values

AGREES_DB = 20.0
"""An image agrees when in every head what int8 gives differs from the float model's values by this much less (root mean
square) than these vary over the images: by a tenth, or by a step of int8 where that is more."""

STEPS = 256
"""Of int8 between the least and the largest value of a head (zero among them)."""

LOW_DB = 15.0
"""Of a head over all images: below, int8 is hardly the same head."""


def columns(values: Values, task: Task) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """The name of each head and its values, [n, values of the head]."""
    at = 0
    for head in task.heads:
        yield head.name, values[:, at : at + head.values].astype(np.float64)
        at += head.values
    if not task.heads:
        yield "output", values.astype(np.float64)


def spread(wanted: NDArray[np.float64]) -> float:
    """How much a head's values vary over the images (root mean square); at least what makes a step of int8 AGREES_DB less."""
    varied = float(np.sqrt(np.square(wanted - wanted.mean(axis=0)).mean()))
    ends = float(wanted.max(initial=0.0) - wanted.min(initial=0.0))
    return max(varied, ends / STEPS * 10 ** (AGREES_DB / 20), 1e-12)


def as_they_are(values: Values, task: Task) -> Results:
    """The values."""
    return values


def apart(results: Results, wanted: Results, task: Task) -> NDArray[np.float64]:
    """By how much each head of each image is off, in parts of what it varies: [n, heads]."""
    pairs = zip(columns(results, task), columns(wanted, task), strict=True)
    return np.stack([np.sqrt(np.square(a - b).mean(axis=1)) / spread(b) for (_, a), (_, b) in pairs], axis=1)


def same(results: Results, wanted: Results, task: Task) -> Hits:
    """Which images agree in every head (AGREES_DB)."""
    return np.asarray((apart(results, wanted, task) <= 10 ** (-AGREES_DB / 20)).all(axis=1))


def unknown(images: Sequence[ImageFacts], task: Task) -> Results | None:
    """Nothing is known to be true of an image, whatever folder it lies in."""
    return None


def right(results: Results, truth: Results, task: Task) -> Hits:
    """Nothing is known to be right."""
    return np.zeros(len(results), np.bool_)


def alike(integers: NDArray[np.int64], task: Task) -> NDArray[np.int64]:
    """Every image may say something else after a step, and all are of one sort."""
    return np.zeros(len(integers), np.int64)


def distance(found: Values, wanted: Values, task: Task, seen: float) -> float:
    """Root mean square over the heads of how far each is off, in parts of what it varies."""
    pairs = zip(columns(found, task), columns(wanted, task), strict=True)
    return float(np.sqrt(np.mean([np.square(a - b).mean() / spread(b) ** 2 for (_, a), (_, b) in pairs])))


def decibels(found: Values, wanted: Values, task: Task) -> float:
    """`distance` as signal to noise."""
    return level(distance(found, wanted, task, math.inf))


def level(share: float) -> float:
    """A share of what varies, as decibels below it."""
    return EXACT_DB if share <= 1e-6 else round(-20 * math.log10(share), 3)


def doubts(values: Values, truth: Results | None, task: Task, preprocessing: Finding | None = None) -> tuple[Finding, ...]:
    """Heads that give every image the same."""
    still = [name for name, head in columns(values, task) if len(head) > 1 and not np.ptp(head, axis=0).any()]
    if not still:
        return ()
    return (
        Finding(
            code="one-answer",
            severity="warning",
            message=f"the float model gives all {len(values)} images the same values in {', '.join(still)}",
            next_step="check `input`: was it trained with another mean and std?",
        ),
    )


def measure(asked: Asked, task: Task) -> AccuracyRow:
    """Agreement and signal to noise, in all and of every head."""
    off = apart(asked.int8, asked.base, task)
    agrees = same(asked.int8, asked.base, task)
    equal, n = int(agrees.sum()), len(agrees)
    low, high = wilson(equal, n)
    before = None if asked.base is asked.given else apart(asked.base, asked.given, task)
    rows = []
    for number, ((name, found), (_, wanted)) in enumerate(
        zip(columns(asked.int8, task), columns(asked.base, task), strict=True)
    ):
        rows.append(
            HeadRow(
                name=name,
                values=found.shape[1],
                sqnr_db=level(float(np.sqrt(np.square(off[:, number]).mean()))),
                worst_db=level(float(off[:, number].max())),
                pruned_db=None if before is None else level(float(np.sqrt(np.square(before[:, number]).mean()))),
                largest_difference=float(np.abs(found - wanted).max()),
                spread=spread(wanted),
            )
        )
    told = ", ".join(f"{row.name} {row.sqnr_db:.1f} dB" for row in rows)
    if before is not None:
        told += "; of the pruned model against the one that was given " + ", ".join(
            f"{row.name} {row.pruned_db:.1f} dB" for row in rows
        )
    return AccuracyRow(
        n=n,
        float=TopRow(top1=None),
        pruned=None,
        int8=TopRow(top1=None),
        agreement=equal / n,
        drop_points=0.0,
        interval=(0.0, 0.0),
        p_value=1.0,
        flips=_flips(asked.names, off, agrees, rows),
        warnings=tuple(
            f"the head {row.name!r} differs much from the float model's (SQNR {row.sqnr_db:.1f} dB)"
            for row in rows
            if row.sqnr_db < LOW_DB
        ),
        claim=f"Values as they are: every head of {agreement_words(equal, n)} (95 % {low:.2%} to {high:.2%}) is as near to "
        f"the float model's as a tenth of what it varies, or as a step of int8; signal to noise {told}",
        heads=tuple(rows),
    )


def agreement_words(equal: int, n: int) -> str:
    """A share of images in words."""
    return f"{equal / n:.2%} of {n} images"


def _flips(names: Sequence[str], off: NDArray[np.float64], agrees: Hits, rows: Sequence[HeadRow]) -> tuple[FlipRow, ...]:
    """The images that do not agree, sorted by name, with the head that is farthest off."""
    found = []
    for place in sorted(np.flatnonzero(~agrees).tolist(), key=lambda i: names[i]):
        row = rows[int(off[place].argmax())]
        share = float(off[place].max())
        found.append(
            FlipRow(
                image=names[place],
                float=f"{row.name}: varies by {row.spread:.3g}",
                int8=f"{row.name}: off by {share * row.spread:.3g}",
            )
        )
    return tuple(found)


def decision(task: Task, heads: Sequence[TensorFacts], threshold: float) -> Decision | None:
    """Nothing is decided."""
    return None


def unnamed(results: Results, task: Task) -> list[str]:
    """The values have no name."""
    return [""] * len(results)


KIND = Kind(
    ends="values",
    named=False,
    edge=None,
    results=as_they_are,
    truth=unknown,
    right=right,
    same=same,
    margins=alike,
    sorts=alike,
    words=unnamed,
    distance=distance,
    decibels=decibels,
    doubts=doubts,
    measure=measure,
    decision=decision,
)
