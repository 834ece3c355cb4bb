"""The thresholds that the recipe leaves to the build (of several labels, of a known vector): sought on the evaluation images
before int8 is made, with the float model, so that no step of int8 is chosen by them or they by it."""

from __future__ import annotations

import dataclasses

import msgspec

from ..recipe_answers import Embed, MultiLabel
from ..task.cost_labels import find_cost_cuts, label_prices
from ..task.embed import find_cut, units
from ..task.kinds import KINDS
from ..task.multi_label import find_cuts
from ..task.several import Several
from ..task.types import Results
from .job import Job
from .model import FloatModel
from .workshop import Workshop


def with_cuts(shop: Workshop, job: Job, model: FloatModel) -> Job:
    """The job with the thresholds that the recipe leaves open; as it is where it gives them, and without labelled images."""
    if job.recipe.model.task == "embed":
        return _known_from(shop, job, model)
    if any(head.task == "embed" for head in job.recipe.head):
        return _heads_known(shop, job, model)
    recipe, wanted = job.recipe, job.recipe.multi_label or MultiLabel()
    if recipe.model.task != "multi-label" or wanted.threshold is not None or job.evaluation is None:
        return job
    truth = job.truth()
    if truth is None:
        return job
    from .evaluate import answers

    labels = job.labels()
    fixed = {labels.index(name): cut for name, cut in wanted.thresholds.items()}
    values, cost = answers(shop, job.evaluation, model.tflite, job), recipe.decision.cost
    if cost is None:
        found = find_cuts(values, truth, fixed)
    else:
        found = find_cost_cuts(values, truth, label_prices(cost, labels), fixed)
    sought = tuple(i for i in range(len(labels)) if i not in fixed and (truth[:, i].any() or cost is not None))
    table = msgspec.structs.replace(wanted, thresholds=dict(zip(labels, found, strict=True)))
    return dataclasses.replace(job, recipe=msgspec.structs.replace(recipe, multi_label=table), sought=sought)


def _heads_known(shop: Workshop, job: Job, model: FloatModel) -> Job:
    """The same of each of several outputs that is a vector."""
    truth, found = job.truth(whole=True), []
    if job.evaluation is None or truth is None:
        return job
    from .evaluate import answers

    values = answers(shop, job.evaluation, model.tflite, job, model)
    parts = {part.name: part for part in Several(KINDS).parts(job.task(model))}
    for head in job.recipe.head:
        wanted = head.embed or Embed()
        if head.task == "embed" and wanted.threshold is None and head.name in (truth.dtype.names or ()):
            vectors = units(parts[head.name].of(values))
            wanted = _from_pairs(wanted, vectors, truth[head.name])
            head = msgspec.structs.replace(head, embed=wanted)
        found.append(head)
    return dataclasses.replace(job, recipe=msgspec.structs.replace(job.recipe, head=tuple(found)))


def _from_pairs(wanted: Embed, vectors: Results, truth: Results) -> Embed:
    return msgspec.structs.replace(wanted, threshold=round(find_cut(vectors, truth, wanted.false_accepts), 6))


def _known_from(shop: Workshop, job: Job, model: FloatModel) -> Job:
    """Of task embed: the cosine from which a vector is known, by the wished share of false accepts."""
    wanted, truth = job.recipe.embed or Embed(), job.truth(whole=True)
    if wanted.threshold is not None or job.evaluation is None or truth is None:
        return job
    from .evaluate import answers

    vectors = units(answers(shop, job.evaluation, model.tflite, job))
    return dataclasses.replace(job, recipe=msgspec.structs.replace(job.recipe, embed=_from_pairs(wanted, vectors, truth)))
