"""Any number of labels of an image: each whose probability reaches its own cut. Right is the whole set."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import ImagesRefusedError
from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..image_facts import ImageFacts
from ..row_parts import ScoreRow
from ..rows import AccuracyRow, FlipRow, TopRow
from ..statistics import claim, drop_of, wilson
from . import raw, scores
from .binary import HALF, STEPS
from .classify import UNIT
from .types import Asked, Hits, Integers, Kind, Results, Task, Values

NONE = "none"
"""The folder, and the answer, of an image without any label."""

JOIN = "+"
"""Between the labels in a folder's name, and in an answer's."""

FEWEST = 20
"""Images from which a model that ranks no label better than chance is named."""

SURE, POOR = 0.9, 0.6
"""A label's column is another's when its own AUC is at most the second, and the other's at least the first."""


def cuts(task: Task, count: int) -> NDArray[np.float64]:
    """From which probability on each of `count` labels is said."""
    return np.asarray(task.cuts if len(task.cuts) == count else (HALF,) * count, np.float64)


def sets(values: Values, task: Task) -> Results:
    """Which labels each image has, bool [n, labels]."""
    return np.asarray(values >= cuts(task, values.shape[1]))


def truth(images: Sequence[ImageFacts], task: Task) -> Results | None:
    """Which labels each image has: from columns of 0 and 1, or from its folder. Raises ImagesRefusedError for labels that the
    model does not have, columns that are missing, and numbers that are neither 0 nor 1."""
    if images and all(image.numbers for image in images):
        _fit(task)
        given = np.array([image.numbers for image in images])
        if not np.isin(given, (0, 1)).all():
            place = int(np.flatnonzero(~np.isin(given, (0, 1)).all(axis=1))[0])
            raise ImagesRefusedError(
                f"{images[place].path} has a label that is neither 0 nor 1 in the csv",
                supported="1 where the image has the label, 0 where it has not",
                next_step="correct the row",
            )
        places = [task.columns.index(label) if label in task.columns else None for label in task.labels]
        columns = [given[:, i] == 1 if i is not None else np.zeros(len(given), np.bool_) for i in places]
        return np.asarray(np.stack(columns, axis=1), np.bool_)
    if not images or any(image.label is None for image in images):
        return None
    known = np.zeros((len(images), len(task.labels)), np.bool_)
    for row, image in enumerate(images):
        names = [] if image.label == NONE else (image.label or "").split(JOIN)
        for name in names:
            if name not in task.labels:
                raise _unknown([name], task.labels, "the folders")
            known[row, task.labels.index(name)] = True
    return known


def _fit(task: Task) -> None:
    unknown = [name for name in task.columns if name not in task.labels]
    if unknown:
        raise _unknown(unknown, task.labels, "the csv")


def _unknown(names: Sequence[str], labels: Sequence[str], where: str) -> ImagesRefusedError:
    near = difflib.get_close_matches(names[0], labels, n=1, cutoff=0.5)
    return ImagesRefusedError(
        f"{names[0]!r} in {where} is no label of the model"
        + (f", nor are {len(names) - 1} others" if len(names) > 1 else ""),
        supported="labels as in the labels file: " + ", ".join(list(labels)[:12]),
        next_step=(f"did you mean {near[0]!r}? " if near else "") + "correct it, or the file of `model.labels`",
    )


def right(results: Results, known: Results, task: Task) -> Hits:
    """Whose labels are all right."""
    return np.asarray((results == known).all(axis=1))


def words(results: Results, task: Task) -> list[str]:
    """The labels, joined."""
    return [JOIN.join(task.labels[i] for i in np.flatnonzero(one)) or NONE for one in results]


def find_cuts(values: Values, known: Results, fixed: Mapping[int, float] | None = None) -> tuple[float, ...]:
    """For each label the step of int8 (k / 256) of the largest F1, in the middle of the longest run of equally good ones;
    HALF for a label that no image has. `fixed`: place of a label -> its cut, which is not sought."""
    found = []
    for place in range(known.shape[1]):
        if fixed is not None and place in fixed:
            found.append(float(fixed[place]))
            continue
        there = known[:, place]
        if not there.any():
            found.append(HALF)
            continue
        step = np.clip(np.floor(values[:, place].astype(np.float64) * STEPS), 0, STEPS - 1).astype(np.int64)
        said, hits = (np.bincount(part, minlength=STEPS)[::-1].cumsum()[::-1] for part in (step, step[there]))
        score = 2 * hits / (said + there.sum())
        score[0] = -1.0  # every image
        best = np.flatnonzero(score >= score.max() - 1e-12)
        runs = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
        longest = max(runs, key=len)
        found.append(float(longest[len(longest) // 2]) / STEPS)
    return tuple(found)


def held_out(given: Values, int8: Values, known: Results, task: Task) -> Results:
    """What int8 says with cuts found on images other than its own: on one half of them for the other."""
    fixed = {place: cut for place, cut in enumerate(cuts(task, known.shape[1])) if place not in task.sought}
    order = np.random.default_rng(scores.SEED).permutation(len(known))
    said = np.zeros_like(known)
    for own, other in ((order[::2], order[1::2]), (order[1::2], order[::2])):
        said[own] = int8[own] >= np.asarray(find_cuts(given[other], known[other], fixed))
    return said


def doubts(values: Values, known: Results | None, task: Task, preprocessing: Finding | None = None) -> tuple[Finding, ...]:
    """Labels in another order, chance, outputs that give every image the same."""
    still = raw.doubts(values, None, task)
    if still or known is None or len(known) < FEWEST:
        return still
    once = np.ones((1, len(known)), np.float32)
    labels = [i for i in range(known.shape[1]) if known[:, i].any() and not known[:, i].all()]
    if not labels:
        return ()
    ranks = {(i, j): float(scores.auc(values[:, j], known[:, i], once)[0]) for i in labels for j in range(known.shape[1])}
    moved = [
        (task.labels[i], task.labels[best])
        for i in labels
        if (best := max(range(known.shape[1]), key=lambda j: ranks[i, j])) != i and ranks[i, i] <= POOR and ranks[i, best] >= SURE
    ]
    if len(moved) > 1:
        told = ", ".join(f"{name!r} by the output of {other!r}" for name, other in moved[:4])
        return (
            Finding(
                code="label-order",
                severity="error",
                message=f"the labels look permuted: the float model ranks {told} (AUC of at least {SURE:g}, with its own output "
                f"at most {POOR:g})",
                next_step="put the lines of the labels file into the order of the model's outputs",
            ),
        )
    figures = [scores.auc(values[:, i], known[:, i], scores.resamples(len(known))) for i in labels]
    mean = scores.row("AUC", [scores.mean_of(figures)] * 2, n=len(known))
    if mean is None or mean.low is None or mean.low > HALF:
        return ()
    return (
        Finding(
            code="chance",
            severity="warning",
            message=f"the float model ranks the labels of {len(known)} images no better than chance (AUC {mean.float:.2f}, 95 % "
            f"from {mean.low:.2f})",
            next_step="check that model, labels, truth and `input` belong together",
        ),
    )


def measure(asked: Asked, task: Task) -> AccuracyRow:
    """With a truth: F1 and AP of each label and their means, float against int8; else as values."""
    row = raw.measure(asked, task)
    known = asked.truth
    given, base, int8 = (sets(values, task) for values in (asked.given, asked.base, asked.int8))
    agreement = float(right(int8, base, task).mean())
    flips = _flips(asked, task, given, int8)
    if known is None:
        equal = round(agreement * len(int8))
        low, high = wilson(equal, len(int8))
        said = f"No labels: {agreement:.2%} of {len(int8)} images get the float model's labels (95 % {low:.2%} to {high:.2%})"
        return AccuracyRow(
            n=row.n, float=row.float, pruned=None, int8=row.int8, agreement=agreement, drop_points=0.0, interval=(0.0, 0.0),
            p_value=1.0, flips=flips, warnings=row.warnings, claim=said, heads=row.heads,
        )  # fmt: skip
    hits = [right(one, known, task) for one in (given, base, int8)]
    drop = drop_of(hits[0], hits[2])
    rows = score_rows(asked, task, known)
    missing = [label for i, label in enumerate(task.labels) if not known[:, i].any()]
    return AccuracyRow(
        n=len(known),
        float=TopRow(top1=float(hits[0].mean())),
        pruned=None if asked.base is asked.given else TopRow(top1=float(hits[1].mean())),
        int8=TopRow(top1=float(hits[2].mean())),
        agreement=agreement,
        drop_points=drop.points,
        interval=(drop.low, drop.high),
        p_value=drop.p_value,
        flips=flips,
        warnings=("no evaluation image of: " + ", ".join(missing[:8]) + (" ..." if len(missing) > 8 else ""),) if missing else (),
        claim=f"Right is an image whose labels are all right: {claim(drop, asked.limit_points)}. {_how(task)}",
        scores=rows,
        heads=row.heads,
    )


def score_rows(asked: Asked, task: Task, known: Results) -> tuple[ScoreRow, ...]:
    """F1 of each label at its cut, with cuts found on other images where they were sought; AP of each; the means of all."""
    weights, labels = scores.resamples(len(known)), range(known.shape[1])
    given, int8 = (values.astype(np.float64) for values in (asked.given, asked.int8))
    limits = cuts(task, known.shape[1])
    honest = held_out(given, int8, known, task) if task.sought else None
    found: list[ScoreRow | None] = []
    means: dict[str, list[list[scores.Figures]]] = {"macro F1": [], "macro F1, held-out thresholds": [], "mAP": []}
    for i in labels:
        there, n, label = known[:, i], int(known[:, i].sum()), task.labels[i]
        if not n:
            continue
        before = scores.f1(given[:, i] >= limits[i], there, weights)
        pairs = {"F1": [before, scores.f1(int8[:, i] >= limits[i], there, weights)]}
        if honest is not None and i in task.sought:
            pairs["F1, held-out threshold"] = [before, scores.f1(honest[:, i], there, weights)]
        pairs["AP"] = [scores.average_precision(values[:, i], there, weights) for values in (given, int8)]
        for name, pair in pairs.items():
            found.append(
                scores.row(name, pair, n=n, label=label, threshold=float(limits[i]) if name == "F1" else None)
            )
        for name, own in (("macro F1", "F1"), ("macro F1, held-out thresholds", "F1, held-out threshold"), ("mAP", "AP")):
            if own in pairs:
                means[name].append(pairs[own])
    overall = [
        scores.row(name, [scores.mean_of([pair[side] for pair in pairs]) for side in (0, 1)], n=len(known))
        for name, pairs in means.items()
        if pairs
    ]
    return tuple(one for one in (*overall, *found) if one is not None)


def _how(task: Task) -> str:
    if not task.sought:
        return "Thresholds are the recipe's"
    return (
        "Thresholds are those of the largest F1 of the float model on these very images, which flatters F1 at them; the "
        "rows of held-out thresholds are measured with thresholds found on the other half of the images"
    )


def _flips(asked: Asked, task: Task, before: Results, after: Results) -> tuple[FlipRow, ...]:
    """The images whose labels changed, sorted by name."""
    changed = sorted(np.flatnonzero((before != after).any(axis=1)).tolist(), key=lambda i: asked.names[i])
    texts = [words(one[changed], task) for one in (before, after)]
    known = [None] * len(changed) if asked.truth is None else words(asked.truth[changed], task)
    return tuple(
        FlipRow(image=asked.names[i], float=a, int8=b, label=c) for i, a, b, c in zip(changed, *texts, known, strict=True)
    )


def margins(integers: Integers, task: Task) -> Integers:
    """Twice the steps of the output that is nearest to its cut: between two outputs there would be as many."""
    least = np.ceil(cuts(task, integers.shape[1]) * STEPS).astype(np.int64)
    return np.asarray(np.abs(2 * (integers - least) + 1).min(axis=1), np.int64)


def sorts(integers: Integers, task: Task) -> Integers:
    """By the first label of an image; -1 without any."""
    said = sets(integers / STEPS, task)
    return np.where(said.any(axis=1), said.argmax(axis=1), -1).astype(np.int64)


def decision(task: Task, heads: Sequence[TensorFacts], threshold: float) -> Decision | None:
    """Every label whose int8 output is at least its `LEAST`, -128 to 128 (128: never), with its confidence in thousandths,
    rounded to the nearest."""
    scale, zero = heads[0].scale, heads[0].zero_point
    limits = cuts(task, len(task.labels))
    least = tuple(min((q for q in range(-128, 128) if not scale * (q - zero) < cut), default=128) for cut in limits)
    return Decision(
        source="multi_label",
        numbers={
            "LABELS": len(task.labels),
            "DECIDE_ZERO_POINT": zero,
            "PERMILLE_Q16": min(round(1000 * scale * UNIT), (2**31 - 1) // 256),
        },
        tables={"LEAST": least},
        labels=task.labels,
    )


def decide(output: NDArray[np.int8], made: Decision) -> tuple[tuple[int, int], ...]:
    """(index, confidence in thousandths) of each label that is said, in order: device/multi_label.c in Python."""
    numbers, least = made.numbers, made.tables["LEAST"]
    return tuple(
        (i, ((int(value) - numbers["DECIDE_ZERO_POINT"]) * numbers["PERMILLE_Q16"] + UNIT // 2) >> 16)
        for i, value in enumerate(output)
        if value >= least[i]
    )


KIND = Kind(
    ends="sigmoids",
    named=True,
    edge=(1 / STEPS, -128),
    results=sets,
    truth=truth,
    right=right,
    same=right,
    words=words,
    margins=margins,
    sorts=sorts,
    distance=raw.distance,
    decibels=raw.decibels,
    doubts=doubts,
    measure=measure,
    decision=decision,
)
