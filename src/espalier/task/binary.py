"""Yes or no: the second of two labels where its probability reaches the task's cut, else the first.

The network's one unit is completed to (1 - p, p), as for a classifier; only what the two say is another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import UnsupportedModelError
from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..rows import AccuracyRow
from . import classify, scores
from .doubts import check_answers, check_scores
from .types import Asked, Results, Task, Values

HALF = 0.5
"""The cut where a task names none."""

STEPS = 256
"""Of a probability in int8."""


def cut(task: Task) -> float:
    """From which probability of the second label on it is said."""
    return task.cuts[0] if task.cuts else HALF


def sides(values: Values, task: Task) -> Results:
    """0 or 1 for each image, int64 [n]; values [n, 2]."""
    return np.asarray(values[:, 1] >= cut(task), np.int64)


def doubts(values: Values, truth: Results | None, task: Task, preprocessing: Finding | None = None) -> tuple[Finding, ...]:
    """As of a classifier: the two labels the wrong way round, chance, scores that tell nothing apart."""
    if truth is None:
        return check_scores(values, task.labels, labelled=False)
    return check_answers(truth.tolist(), sides(values, task).tolist(), task.labels, scores=values, preprocessing=preprocessing)


def measure(asked: Asked, task: Task) -> AccuracyRow:
    """Accuracy as of a classifier; with labels also AUC, and F1, precision and recall of the second label."""
    row = classify.measure(asked, task, partial(sides, task=task))
    if asked.truth is None:
        return row
    known, label = asked.truth == 1, task.labels[1]
    weights = scores.resamples(len(known))
    pair = [values[:, 1].astype(np.float64) for values in (asked.given, asked.int8)]
    said = [values >= cut(task) for values in pair]
    return msgspec.structs.replace(
        row,
        scores=tuple(
            found
            for found in (
                scores.row("AUC", [scores.auc(values, known, weights) for values in pair], n=len(known)),
                *(
                    scores.row(name, [figure(one, known, weights) for one in said], n=int(known.sum()), label=label,
                               threshold=cut(task))
                    for name, figure in (("F1", scores.f1), ("precision", scores.precision), ("recall", scores.recall))
                ),
            )
            if found is not None
        ),
    )  # fmt: skip


def decision(task: Task, heads: Sequence[TensorFacts], threshold: float) -> Decision | None:
    """The second label from `POSITIVE` on, -128 to 128 (128: never); its confidence in thousandths; "review" where neither
    output reaches `THRESHOLD`, the least whose probability reaches the recipe's.

    Raises UnsupportedModelError for more outputs than the two of one unit."""
    made = classify.decision(task, heads, threshold)
    if made is None or len(task.labels) != 2:
        raise UnsupportedModelError(
            f"the model has {len(task.labels)} outputs",
            supported="task binary: one sigmoid unit or its logit",
            next_step='use `task = "classify"`',
        )
    scale, zero = heads[0].scale, heads[0].zero_point
    least = min((q for q in range(-128, 128) if not scale * (q - zero) < cut(task)), default=128)
    return msgspec.structs.replace(made, source="binary", numbers={**made.numbers, "POSITIVE": least})


def decide(output: NDArray[np.int8], numbers: Mapping[str, int]) -> tuple[int, int, bool]:
    """(index, its confidence in thousandths, review) of one output, int8 [2]: device/binary.c in Python."""
    index = int(output[1] >= numbers["POSITIVE"])
    value = int(output[index])
    confidence = ((value - numbers["DECIDE_ZERO_POINT"]) * numbers["PERMILLE_Q16"] + classify.UNIT // 2) >> 16
    return index, confidence, int(output.max()) < numbers["THRESHOLD"]


def margins(integers: NDArray[np.int64], task: Task) -> NDArray[np.int64]:
    """Twice the steps between the second output and the cut: between two outputs there would be as many."""
    least = int(np.ceil(cut(task) * STEPS))
    return np.asarray(np.abs(2 * (integers[:, 1] - least) + 1), np.int64)


def sorts(integers: NDArray[np.int64], task: Task) -> NDArray[np.int64]:
    """What each image's integers say."""
    return sides(integers / STEPS, task)


KIND = replace(
    classify.KIND, results=sides, sorts=sorts, margins=margins, doubts=doubts, measure=measure, decision=decision
)
