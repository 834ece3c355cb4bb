"""What the evaluation images say of a search, after everything was chosen without them: every point of the front, and what each
step brought."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..fit_rows import FitRow, FitStep
from ..task.kinds import kind_of
from .evaluate import answers
from .fit import Search, search
from .fit_candidate import alike, judging_answers
from .fit_finish import front_of, loses, step_models
from .job import Job
from .model import FloatModel
from .prune import Pruned, Pruning
from .workshop import Workshop


def with_fit(shop: Workshop, job: Job, given: FloatModel, pruned: Pruned, pruning: Pruning) -> Pruning:
    """The row of pruning with all that a search tells, where there was one."""
    if pruned.fit is None:
        return pruning
    found = search(shop, job, given)
    row = with_evaluation(shop, job, given, pruned.fit, found, pruned.model)
    return Pruning(row=msgspec.structs.replace(pruning.row, fit=row))


def _accuracy(shop: Workshop, job: Job, given: FloatModel, model: bytes) -> float | None:
    """What a file is worth on the evaluation images, 0 to 1; None where they do not say."""
    truth = job.truth(whole=True)
    if job.evaluation is None or truth is None:
        return None
    task = job.task(given)
    kind = kind_of(task)
    found = answers(shop, job.evaluation, model, job, given)
    return kind.worth(found if kind.painted else kind.results(found, task), truth, task)


def with_evaluation(
    shop: Workshop, job: Job, given: FloatModel, row: FitRow, found: Search, model: FloatModel
) -> FitRow:
    """The rows with the accuracy of every point and step on the evaluation images, which chose none of them."""
    front = front_of(found)
    points = tuple(
        msgspec.structs.replace(point, accuracy=_accuracy(shop, job, given, one.int8_model))
        for point, one in zip(row.points, front, strict=True)
    )
    if not loses(job, found):
        return msgspec.structs.replace(row, points=points)
    steps: list[FitStep] = []
    for name, one in step_models(shop, job, found).items():
        steps.append(_step(shop, job, given, name, one.tflite, steps))
    trained = [name for name, asked in (("distillation", job.recipe.prune.distill), ("training", job.fine_tune)) if asked]
    if trained and steps:
        steps.append(_step(shop, job, given, " and ".join(trained), model.tflite, steps))
    return msgspec.structs.replace(row, points=points, steps=tuple(steps))


def _step(
    shop: Workshop, job: Job, given: FloatModel, name: str, model: bytes, before: Sequence[FitStep]
) -> FitStep:
    _, agreement = alike(shop, job, given, judging_answers(shop, job, given, model))
    accuracy = _accuracy(shop, job, given, model)
    gain = 0.0
    if before:
        last = before[-1]
        known = accuracy is not None and last.accuracy is not None
        gain = 100 * ((accuracy or 0.0) - (last.accuracy or 0.0) if known else agreement - last.agreement)
    return FitStep(name=name, agreement=agreement, accuracy=accuracy, gain=gain)
