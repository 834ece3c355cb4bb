"""The thresholds of several labels that the recipe leaves to the build: sought on the evaluation images before int8 is made,
with the float model, so that no step of int8 is chosen by them or they by it."""

from __future__ import annotations

import dataclasses

import msgspec

from ..recipe_answers import MultiLabel
from ..task.multi_label import find_cuts
from .job import Job
from .model import FloatModel
from .workshop import Workshop


def with_cuts(shop: Workshop, job: Job, model: FloatModel) -> Job:
    """The job with a threshold for every label; as it is for other tasks, where the recipe gives one for all, and without
    labelled images (each is 0.5 then)."""
    recipe, wanted = job.recipe, job.recipe.multi_label or MultiLabel()
    if recipe.model.task != "multi-label" or wanted.threshold is not None or job.evaluation is None:
        return job
    truth = job.truth()
    if truth is None:
        return job
    from .evaluate import answers

    labels = job.labels()
    fixed = {labels.index(name): cut for name, cut in wanted.thresholds.items()}
    found = find_cuts(answers(shop, job.evaluation, model.tflite, job), truth, fixed)
    sought = tuple(i for i in range(len(labels)) if i not in fixed and truth[:, i].any())
    table = msgspec.structs.replace(wanted, thresholds=dict(zip(labels, found, strict=True)))
    return dataclasses.replace(job, recipe=msgspec.structs.replace(recipe, multi_label=table), sought=sought)
