"""A vector of an image, compared by the angle to others: images of one class should be nearer to each other than to the rest.

What is right of one image depends on all others of the set (the nearest of them must be of its class), so a part of the set
is never judged: the ladder goes by the vectors themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from ..errors import UnsupportedModelError
from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..image_facts import ImageFacts
from ..pixels import evenly
from ..row_parts import ScoreRow
from ..rows import AccuracyRow, FlipRow, TopRow
from ..statistics import claim, drop_of
from . import raw, scores
from .types import Asked, Hits, Kind, Results, Task, Values

ONE = 1 << 14
"""Of a component, and of a cosine, on a device."""

PAIRED = 250
"""Images, evenly spaced, of which every pair is compared."""

KNOWN = 0.5
"""The cosine from which a vector is known where neither the recipe nor images say."""

MOST_VALUES = 1 << 15
"""Of a vector: more would not fit into the device's sums."""

FEWEST = 20
"""Images from which a model that tells no class apart is named."""


def units(values: Values, task: Task | None = None) -> Results:
    """Each vector divided by its length, float64 [n, values]."""
    wide = values.astype(np.float64)
    return np.asarray(wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-12))


def truth(images: Sequence[ImageFacts], task: Task) -> Results | None:
    """The class of each image, as numbers; None where one has none."""
    if not images or any(image.label is None for image in images):
        return None
    names = sorted({str(image.label) for image in images})
    return np.array([names.index(str(image.label)) for image in images], np.int64)


def nearest_right(vectors: Results, known: Results) -> Hits:
    """Whether the nearest other image is of the same class; of the images whose class has another."""
    found = np.zeros(len(vectors), np.bool_)
    for start in range(0, len(vectors), 512):
        part = vectors[start : start + 512] @ vectors.T
        rows = np.arange(len(part))
        part[rows, start + rows] = -np.inf
        found[start : start + 512] = known[part.argmax(axis=1)] == known[start : start + 512]
    return found


def pairs(vectors: Results, known: Results) -> tuple[NDArray[np.float64], Hits, NDArray[np.int64], NDArray[np.int64]]:
    """Cosine of every pair of at most PAIRED images, whether both are of one class, and the places of both."""
    chosen = evenly(len(vectors), PAIRED)
    first, second = np.triu_indices(len(chosen), 1)
    some, of = vectors[chosen], known[chosen]
    return (some[first] * some[second]).sum(axis=1), np.asarray(of[first] == of[second]), chosen[first], chosen[second]


def equal_error(cosines: NDArray[np.float64], alike: Hits, weights: NDArray[np.float64]) -> scores.Figures:
    """The share of errors where as many pairs of one class are taken for two as of two classes for one: [resamples]."""
    order = np.argsort(-cosines, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(cosines[order])), len(order) - 1)
    drawn = weights[:, order]
    own = np.cumsum(drawn * alike[order], axis=1)[:, ends]
    other = np.cumsum(drawn * ~alike[order], axis=1)[:, ends]
    with np.errstate(invalid="ignore", divide="ignore"):
        missed, false = 1 - own / own[:, -1:], other / other[:, -1:]
    place = np.abs(missed - false).argmin(axis=1)
    rows = np.arange(len(place))
    return np.asarray((missed[rows, place] + false[rows, place]) / 2)


def find_cut(vectors: Results, known: Results, false_accepts: float) -> float:
    """The least cosine that at most this share of the pairs of two classes reaches; KNOWN where there is no such pair."""
    cosines, alike, _, _ = pairs(vectors, known)
    others = np.sort(cosines[~alike])[::-1]
    if not len(others):
        return KNOWN
    allowed = int(false_accepts * len(others))
    above = others[allowed] if allowed < len(others) else -1.0
    return float(min(1.0, np.nextafter(above, 2.0) + 1 / ONE))


def doubts(values: Values, known: Results | None, task: Task, preprocessing: Finding | None = None) -> tuple[Finding, ...]:
    """Every image the same vector; classes that no vector tells apart."""
    found = raw.doubts(values, None, task)
    if found or known is None or len(known) < FEWEST or len(np.unique(known)) < 2:
        return found
    cosines, alike, _, _ = pairs(units(values), known)
    if not alike.any() or alike.all():
        return ()
    once = np.ones((1, len(cosines)), np.float32)
    area = float(scores.auc(cosines, alike, once)[0])
    if area > 0.55:
        return ()
    return (
        Finding(
            code="chance",
            severity="warning",
            message="the float model's vectors of one class are no nearer to each other than to other classes' (a pair of one "
            f"class wins against one of two in {area:.0%})",
            next_step="check that model, class folders and `input` belong together",
        ),
    )


def measure(asked: Asked, task: Task) -> AccuracyRow:
    """As values; with classes recall@1, the equal error rate and what the threshold accepts, float against int8."""
    vectors = [units(values) for values in (asked.given, asked.base, asked.int8)]
    row = raw.measure(asked, task)
    known = asked.truth
    counts = None if known is None else np.bincount(known)[known]
    if known is None or counts is None or not (counts > 1).any() or len(np.unique(known)) < 2:
        return row
    judged = counts > 1
    hits = [nearest_right(one, known)[judged] for one in vectors]
    drop = drop_of(hits[0], hits[2])
    names = [name for name, own in zip(asked.names, judged, strict=True) if own]
    changed = sorted(np.flatnonzero(hits[0] != hits[2]).tolist(), key=lambda i: names[i])
    told = {True: "nearest is of its class", False: "nearest is of another class"}
    return AccuracyRow(
        n=len(hits[0]),
        float=TopRow(top1=float(hits[0].mean())),
        pruned=None if asked.base is asked.given else TopRow(top1=float(hits[1].mean())),
        int8=TopRow(top1=float(hits[2].mean())),
        agreement=row.agreement,
        drop_points=drop.points,
        interval=(drop.low, drop.high),
        p_value=drop.p_value,
        flips=tuple(FlipRow(image=names[i], float=told[bool(hits[0][i])], int8=told[bool(hits[2][i])]) for i in changed),
        warnings=row.warnings,
        claim=f"Right is an image whose nearest other image is of its class (recall@1): {claim(drop, asked.limit_points)}",
        scores=score_rows(vectors[0], vectors[2], known, hits, cut(task)),
        heads=row.heads,
    )


def score_rows(
    given: Results, int8: Results, known: Results, hits: Sequence[Hits], threshold: float
) -> tuple[ScoreRow, ...]:
    """recall@1; EER and what the threshold accepts, of every pair of PAIRED images."""
    weights = scores.resamples(len(hits[0])).astype(np.float64)
    right = [weights @ one / weights.sum(axis=1) for one in (hits[0], hits[2])]
    found = [scores.row("recall@1", right, n=len(hits[0]))]
    images = scores.resamples(len(known))[: scores.LEAST + 1].astype(np.float64)
    figures: dict[str, list[scores.Figures]] = {"EER": [], "true accepts": [], "false accepts": []}
    count = 0
    for vectors in (given, int8):
        cosines, alike, first, second = pairs(vectors, known)
        drawn, count = images[:, first] * images[:, second], len(cosines)
        figures["EER"].append(equal_error(cosines, alike, drawn))
        for name, of in (("true accepts", alike), ("false accepts", ~alike)):
            with np.errstate(invalid="ignore", divide="ignore"):
                figures[name].append(np.asarray((drawn @ (of & (cosines >= threshold))) / (drawn @ of)))
    note = f"of {count} pairs of {min(PAIRED, len(known))} images"
    for name, pair in figures.items():
        found.append(scores.row(name, pair, n=count, threshold=None if name == "EER" else threshold, note=note))
    return tuple(one for one in found if one is not None)


def cut(task: Task) -> float:
    """The cosine from which a vector is known."""
    return task.cuts[0] if task.cuts else KNOWN


def decision(task: Task, heads: Sequence[TensorFacts], threshold: float) -> Decision | None:
    """The vector divided by its length, and the cosine from which it is known. Raises UnsupportedModelError for more than one
    output, or too long a vector."""
    values = int(np.prod(heads[0].shape))
    if len(heads) != 1 or values > MOST_VALUES:
        raise UnsupportedModelError(
            f"the model has {len(heads)} outputs, the first with {values:,} values",
            supported=f"task embed: one vector of at most {MOST_VALUES:,} values",
            next_step='use `task = "raw"`, or save a model that ends in the vector',
        )
    return Decision(
        source="embed",
        numbers={"VALUES": values, "DECIDE_ZERO_POINT": heads[0].zero_point, "KNOWN_Q14": round(cut(task) * ONE)},
    )


def unit(output: NDArray[np.int8], zero_point: int) -> NDArray[np.int16]:
    """The output divided by its length, times ONE: device/embed.c in Python."""
    wide = output.astype(np.int64) - zero_point
    length = isqrt(int((wide * wide).sum()) << 16)
    if not length:
        return np.zeros(len(output), np.int16)
    share = ((np.abs(wide) << 22) + length // 2) // length
    return np.asarray(np.where(wide < 0, -share, share), np.int16)


def nearest(vector: NDArray[np.int16], references: NDArray[np.int16], known_q14: int) -> tuple[int, int, bool]:
    """(index, cosine times ONE, known) of the nearest of references [n, values]: device/embed.c in Python."""
    if not len(references):
        return -1, -ONE, False
    cosines = (references.astype(np.int64) @ vector.astype(np.int64) + ONE // 2) >> 14
    index = int(cosines.argmax())
    return index, int(cosines[index]), int(cosines[index]) >= known_q14


def same(results: Results, others: Results, task: Task) -> Hits:
    """Whose directions agree as raw values would."""
    return raw.same(results, others, task)


def distance(found: Values, wanted: Values, task: Task, seen: float) -> float:
    """How far directions are off, in parts of what they vary."""
    return raw.distance(units(found), units(wanted), task, seen)


def decibels(found: Values, wanted: Values, task: Task) -> float:
    """The same as signal to noise."""
    return raw.decibels(units(found), units(wanted), task)


KIND = Kind(
    ends="values",
    named=False,
    each=False,
    edge=None,
    results=units,
    truth=truth,
    right=raw.right,
    same=same,
    words=raw.unnamed,
    margins=raw.alike,
    sorts=raw.alike,
    distance=distance,
    decibels=decibels,
    doubts=doubts,
    measure=measure,
    decision=decision,
)
