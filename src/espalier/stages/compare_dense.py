"""What the pruned network loses to the given one that was trained the same way (dense.py)."""

from __future__ import annotations

import msgspec

from ..row_parts import DenseTwin
from ..statistics import drop_of
from ..task.kinds import KINDS, kind_of
from .dense import Dense
from .evaluate import answers
from .job import Job
from .model import FloatModel
from .prune import Pruned, Pruning
from .workshop import Workshop


def with_dense(shop: Workshop, job: Job, pruned: Pruned, pruning: Pruning) -> Pruning:
    """The row of pruning with what it loses to the dense twin, where one was trained."""
    if pruned.dense is None:
        return pruning
    dense = compare_dense(shop, job, pruned.dense, pruned.given, pruned.model)
    return Pruning(row=msgspec.structs.replace(pruning.row, dense=dense))


def compare_dense(shop: Workshop, job: Job, dense: Dense, given: FloatModel, pruned: FloatModel) -> DenseTwin:
    """What the pruned float model loses to its twin on the evaluation images."""
    truth, kind = None if job.evaluation is None else job.truth(), KINDS[job.recipe.model.task]
    none = DenseTwin(right=0.0, points=0.0, low=0.0, high=0.0, images=0, seconds=round(dense.seconds, 1), why="")
    if job.evaluation is None or truth is None or not kind.each or kind.painted or job.recipe.head:
        return {**none, "why": "no single image of this task and set is right or wrong"}
    task = job.task(given)
    twin, ours = (
        kind_of(task).right(kind_of(task).results(answers(shop, job.evaluation, model, job, given), task), truth, task)
        for model in (dense.tflite, pruned.tflite)
    )
    drop = drop_of(twin, ours)
    found = {"right": float(twin.mean()), "points": drop.points, "low": drop.low, "high": drop.high, "images": len(twin)}
    return msgspec.convert({**none, **found}, DenseTwin)
