"""What quantization and pruning did to the answers: accuracies, intervals, classes, flips, confidence.

Outputs are probabilities, float32 [n, classes] (dequantized for int8); truths are class indices, int [n].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from .. import statistics
from ..errors import BugError, LabelsRefusedError
from ..row_parts import DropPart, SkillPart
from ..rows import AccuracyRow, ClassRow, FlipRow, TopRow
from .chance import skill
from .confidence import WISHED_PRECISION, Answer, decision_row
from .confidence import largest as top1

Outputs = NDArray[np.float32]
Indices = NDArray[np.int64]

TOP5_CLASSES = 6
"""From this many classes on top-5 says something."""

COLLAPSE_SHARE = 0.6
"""Answers of one class beyond its share of the truth, as a part of what is possible: a collapse."""

DRIFT_SHARE = 0.05
"""Mean distance of int8's confidence from the float model's that is told."""

INT8_STEP = 1 / 256
"""Of a probability in an int8 file."""

LOW_SQNR_DB = 15.0
"""Output signal to quantization noise below which something is broken, whatever the labels say."""


class AgreementRow(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said without labels. `agreement`: share of equal top-1 answers, with its 95 % interval.

    `sqnr_db` is 10 log10 of the float outputs' power over the power of the difference (inf: none).
    """

    n: int
    agreement: float
    interval: tuple[float, float]
    sqnr_db: float
    flips: tuple[FlipRow, ...]
    warnings: tuple[str, ...] = ()
    ties: int = 0
    """Changed answers where the float model's two best scores are nearer than a step of int8."""
    collapse: str = ""
    """Which class int8 gives to nearly all images where the float model does not."""


def measure_accuracy(
    names: Sequence[str],
    truth: Sequence[int] | Indices,
    labels: Sequence[str],
    float_outputs: Outputs,
    int8_outputs: Outputs,
    *,
    pruned_outputs: Outputs | None = None,
    threshold: float = 0.6,
    wished: float = WISHED_PRECISION,
    limit_points: float = 0.5,
    answer: Answer = top1,
) -> AccuracyRow:
    """The report's row for labelled images, as `names` names them.

    `float_outputs` are of the model as given; drop, interval, agreement and flips are of int8 against it.
    With `pruned_outputs` (the pruned float model) the row's `steps` split the drop. `answer`: the class that probabilities
    say. Raises LabelsRefusedError when labels and outputs do not fit together.
    """
    expected = np.asarray(truth, np.int64)
    _fit(names, expected, labels, float_outputs, int8_outputs)
    answers_float, answers_int8 = answer(float_outputs), answer(int8_outputs)
    drop = compare(answers_float, answers_int8, expected)
    steps: tuple[DropPart, ...] = ()
    if pruned_outputs is not None:
        answers_pruned = answer(pruned_outputs)
        steps = (
            _drop_part("float", "pruned", compare(answers_float, answers_pruned, expected)),
            _drop_part("pruned", "int8", compare(answers_pruned, answers_int8, expected)),
        )
    counts = confusion(expected, answers_int8, len(labels))
    decision = decision_row(float_outputs, int8_outputs, expected, threshold, wished, answer)
    return AccuracyRow(
        n=len(expected),
        float=_tops(float_outputs, expected, answer),
        pruned=None if pruned_outputs is None else _tops(pruned_outputs, expected, answer),
        int8=_tops(int8_outputs, expected, answer),
        agreement=float((answers_float == answers_int8).mean()),
        drop_points=drop.points,
        interval=(drop.low, drop.high),
        p_value=drop.p_value,
        flips=flips(names, labels, answers_float, answers_int8, expected),
        classes=class_rows(expected, answers_float, answers_int8, labels),
        confusion=tuple(tuple(int(value) for value in row) for row in counts),
        claim=statistics.claim(drop, limit_points),
        warnings=(
            *_warnings(expected, labels, answers_float, answers_int8, float_outputs),
            *_drifted(decision),
        ),
        decision=decision,
        skill=skill_row(expected, answers_float),
        steps=steps,
    )


def with_choice(
    row: AccuracyRow, *, steps: int, held_out: float, kept_drop: float, limit_points: float
) -> AccuracyRow:
    """The row of a step that was chosen of `steps` on these images (the best, or the first that holds): by how much that
    flatters its drop (`held_out`: choose.held_out_drop), and the claim without it."""
    points = round(max(0.0, held_out - kept_drop), 6)
    lost = row.interval[1] <= limit_points < row.interval[1] + points
    said = (
        f"{row.claim}. The step was chosen of {steps} on these images, which flatters its drop by {points:.2f} points "
        "(chosen on one half of them, measured on the other)"
        + (f": with that, at most {limit_points:g} points is not shown" if lost else "")
    )
    return msgspec.structs.replace(row, claim=said, choice_points=points)


def measure_agreement(
    names: Sequence[str], labels: Sequence[str], float_outputs: Outputs, int8_outputs: Outputs, answer: Answer = top1
) -> AgreementRow:
    """What can be said of images without labels: agreement and output SQNR."""
    _fit(names, np.zeros(len(names), np.int64), labels, float_outputs, int8_outputs)
    answers_float, answers_int8 = answer(float_outputs), answer(int8_outputs)
    equal = int((answers_float == answers_int8).sum())
    warnings = []
    quality = sqnr_db(float_outputs, int8_outputs)
    if quality < LOW_SQNR_DB:
        warnings.append(f"the int8 outputs differ much from the float model's (SQNR {quality:.1f} dB)")
    settled = _settled(float_outputs, answers_float, answers_int8)
    ties = int((settled != answers_int8).sum())
    if ties:
        warnings.append(
            f"{ties} of {len(names)} answers changed where the float model's two best scores are nearer than int8's step of "
            "1/256: the model hardly tells these classes apart"
        )
    collapsed = _collapse("int8", settled, answers_float, labels)
    return AgreementRow(
        n=len(names),
        agreement=equal / len(names),
        interval=statistics.wilson(equal, len(names)),
        sqnr_db=quality,
        flips=flips(names, labels, answers_float, answers_int8, None),
        warnings=(*warnings, *collapsed),
        ties=ties,
        collapse=next(iter(collapsed), ""),
    )


def unlabelled_row(row: AgreementRow) -> AccuracyRow:
    """Without labels there is no accuracy: agreement stands in, and the row says so."""
    nothing = TopRow(top1=None)
    return AccuracyRow(
        n=row.n,
        float=nothing,
        pruned=None,
        int8=nothing,
        agreement=row.agreement,
        drop_points=0.0,
        interval=(0.0, 0.0),
        p_value=1.0,
        flips=row.flips,
        warnings=row.warnings,
        ties=row.ties,
        collapse=row.collapse,
        claim=f"No labels: agreement {row.agreement:.2%} (95 % {row.interval[0]:.2%} to {row.interval[1]:.2%}) and an "
        f"output SQNR of {row.sqnr_db:.1f} dB stand in for accuracy.",
    )


def skill_row(truth: Indices, answers: Indices) -> SkillPart:
    """The answers against guessing, as plain data; empty for images of one class, which any constant answers."""
    if (truth == truth[0]).all():
        return {}
    found = skill(truth, answers)
    return {
        "n": found.n,
        "share": found.share,
        "chance": found.chance,
        "deviations": found.deviations,
        "kappa": found.kappa,
        "low": found.low,
        "high": found.high,
        "beats_chance": found.beats_chance,
    }


def compare(before: Indices, after: Indices, truth: Indices) -> statistics.Drop:
    """The paired drop of accuracy from one set of answers to another."""
    return statistics.drop_of(before == truth, after == truth)


def confusion(truth: Indices, answers: Indices, classes: int) -> Indices:
    """Counts [truth, answer]."""
    return np.bincount(truth * classes + answers, minlength=classes * classes).reshape(classes, classes)


def flips(
    names: Sequence[str], labels: Sequence[str], before: Indices, after: Indices, truth: Indices | None
) -> tuple[FlipRow, ...]:
    """The images whose answer changed, sorted by name."""
    changed = sorted(np.flatnonzero(before != after).tolist(), key=lambda i: names[i])
    return tuple(
        FlipRow(
            image=names[i],
            float=labels[int(before[i])],
            int8=labels[int(after[i])],
            label=None if truth is None else labels[int(truth[i])],
        )
        for i in changed
    )


def class_rows(
    truth: Indices, answers_float: Indices, answers_int8: Indices, labels: Sequence[str]
) -> tuple[ClassRow, ...]:
    """Recall (with the Wilson interval of int8) and precision per class; only classes that have images."""
    rows = []
    for index, label in enumerate(labels):
        of_class = truth == index
        n = int(of_class.sum())
        if n == 0:
            continue
        hits = int((answers_int8[of_class] == index).sum())
        answered = int((answers_int8 == index).sum())
        low, high = statistics.wilson(hits, n)
        rows.append(
            ClassRow(
                label=label,
                n=n,
                recall_float=float((answers_float[of_class] == index).mean()),
                recall_int8=hits / n,
                recall_low=low,
                recall_high=high,
                precision_int8=hits / answered if answered else None,
            )
        )
    return tuple(rows)


def sqnr_db(reference: Outputs, other: Outputs) -> float:
    """10 log10(power of the reference / power of the difference), decibels; inf when equal."""
    noise = float(np.square(reference.astype(np.float64) - other).sum())
    power = float(np.square(reference.astype(np.float64)).sum())
    return float("inf") if noise == 0 else float(10 * np.log10(max(power, 1e-300) / noise))


def _tops(outputs: Outputs, truth: Indices, answer: Answer) -> TopRow:
    first = float((answer(outputs) == truth).mean())
    if outputs.shape[1] < TOP5_CLASSES:
        return TopRow(top1=first)
    best = np.argsort(-outputs, axis=1, kind="stable")[:, :5]
    return TopRow(top1=first, top5=float((best == truth[:, None]).any(axis=1).mean()))


def _settled(float_outputs: Outputs, before: Indices, after: Indices) -> Indices:
    """`after`, with the float model's answer where that one is better by less than a step of an int8 output: int8 cannot
    tell them apart, and answers the first."""
    rows = np.arange(len(after))
    tied = float_outputs[rows, before] - float_outputs[rows, after] < INT8_STEP
    return np.where(tied, before, after)


def _drop_part(start: str, end: str, drop: statistics.Drop) -> DropPart:
    return {
        "from": start,
        "to": end,
        "drop_points": drop.points,
        "interval": [drop.low, drop.high],
        "p_value": drop.p_value,
        "lost": drop.lost,
        "won": drop.won,
    }


def _warnings(
    truth: Indices,
    labels: Sequence[str],
    answers_float: Indices,
    answers_int8: Indices,
    float_outputs: Outputs,
) -> list[str]:
    said = []
    if not np.isfinite(float_outputs).all():
        said.append("the float model answers NaN or infinity for some images")
    said += _collapse("the float model", answers_float, truth, labels)
    said += _collapse("int8", answers_int8, truth, labels)
    missing = [label for index, label in enumerate(labels) if not (truth == index).any()]
    if missing:
        said.append(
            "no evaluation image of: " + ", ".join(missing[:8]) + (" ..." if len(missing) > 8 else "")
        )
    return said


def _drifted(decision: Mapping[str, Any]) -> list[str]:
    """A threshold that was set on the float model's confidence means something else where int8's is another."""
    drift = decision["confidence_drift"]
    if drift <= DRIFT_SHARE:
        return []
    means = {side: decision[side]["mean_confidence"] for side in ("float", "int8")}
    return [
        f"the confidence of int8 is {100 * drift:.1f} points from the float model's on average (means {means['float']:.1%} "
        f"and {means['int8']:.1%}): a threshold set on the float model does not carry over; `decision.precision` sets it on "
        "both"
    ]


def _collapse(who: str, answers: Indices, reference: Indices, labels: Sequence[str]) -> list[str]:
    """One class gets nearly all answers though the reference (truth or float answers) does not have it so."""
    counts = np.bincount(answers, minlength=len(labels)) / len(answers)
    top = int(counts.argmax())
    due = float((reference == top).mean())
    if len(labels) > 1 and due < 1 and counts[top] - due > COLLAPSE_SHARE * (1 - due):
        return [
            f"{who} collapsed onto one class: {labels[top]!r} is {counts[top]:.0%} of the answers, "
            f"{due:.0%} would be right"
        ]
    return []


def _fit(
    names: Sequence[str], truth: Indices, labels: Sequence[str], float_outputs: Outputs, int8_outputs: Outputs
) -> None:
    if (
        float_outputs.shape != int8_outputs.shape
        or len(names) != len(float_outputs)
        or len(truth) != len(names)
    ):
        raise BugError(
            f"{len(names)} images, {len(truth)} truths, "
            f"outputs {float_outputs.shape} and {int8_outputs.shape}"
        )
    if not len(names):
        raise BugError("accuracy of no images")
    if float_outputs.shape[1] != len(labels):
        raise LabelsRefusedError(
            f"the model has {float_outputs.shape[1]} outputs, the labels name {len(labels)}",
            supported="one label per output, in output order",
            next_step="correct the labels file",
        )
    if len(truth) and (int(truth.max()) >= len(labels) or int(truth.min()) < 0):
        raise BugError(f"a truth outside 0..{len(labels) - 1}")
