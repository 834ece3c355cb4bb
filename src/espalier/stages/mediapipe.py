"""What MediaPipe's own resizing costs: its tasks feed the Android library's model in their way, not in the contract's."""

from __future__ import annotations

import msgspec
import numpy as np

from ..measure.predict import dequantize
from ..rows import FedOtherwise
from ..statistics import drop_of
from ..store import digest
from ..task.kinds import kind_of
from ..task.types import Task
from ..worker.runtime_calls import Predict
from .evaluate import Evaluation, answers
from .job import Job
from .quantize import Int8Model
from .workshop import Workshop, pack, unpack


def with_mediapipe(shop: Workshop, job: Job, int8: Int8Model, evaluation: Evaluation) -> Evaluation:
    """The evaluation, with the accuracy that MediaPipe's feeding leaves; as it is where no phone will be fed so."""
    row = evaluation.accuracy
    if row is None or not feeds(job):
        return evaluation
    images, task = job.evaluation or job.calibration, job.named_task()
    key = {
        "model": digest(int8.int8_model),
        "images": images.key,
        "pixels": images.digest,
        "truth": [image.label for image in images.prepared().images],
        "task": msgspec.to_builtins(task),
    }
    with shop.stage("evaluate"):
        files = shop.stored("evaluate/mediapipe", key, lambda: {"row": pack(_measured(shop, job, int8, task))})
    return msgspec.structs.replace(
        evaluation, accuracy=msgspec.structs.replace(row, mediapipe=unpack(files["row"], FedOtherwise))
    )


def feeds(job: Job) -> bool:
    """Whether MediaPipe's ImageClassifier can feed the model of an Android library: three channels in the order of RGB, nothing
    beside them, one label of several."""
    contract, kind = job.recipe.input, job.recipe.model.task
    return (
        any(target.bundle == "aar" for target in job.targets)
        and kind in ("auto", "classify")
        and job.named_task().kind == "classify"
        and contract.color == "rgb"
        and not contract.retouches
        and not contract.numbers
    )


def _measured(shop: Workshop, job: Job, int8: Int8Model, task: Task) -> FedOtherwise:
    images, kind = job.evaluation or job.calibration, kind_of(task)
    ours = kind.results(answers(shop, images, int8.int8_model, job), task)
    call = Predict(model=int8.int8_model, pixels_path=images.prepare_for_mediapipe(), contract=job.recipe.input)
    found = shop.worker("litert-runtime").ask(call)
    theirs = kind.results(dequantize(found.outputs, found.steps), task)
    row = FedOtherwise(n=len(ours), same=float(np.mean(kind.same(ours, theirs, task))))
    truth = job.truth() if job.evaluation is not None else None
    if truth is None:
        return row
    right, still = kind.right(ours, truth, task), kind.right(theirs, truth, task)
    drop = drop_of(right, still)
    return msgspec.structs.replace(
        row,
        contract=float(np.mean(right)),
        otherwise=float(np.mean(still)),
        points=drop.points,
        interval=(drop.low, drop.high),
    )
