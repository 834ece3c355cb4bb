"""The score from which a device says that something is wrong, from int8's own scores of good images."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from ..errors import ImagesRefusedError
from ..recipe_answers import Anomaly
from ..task.anomaly import find_cut
from .images import PixelSet

if TYPE_CHECKING:  # what evaluates asks here
    from .job import Job
    from .model import FloatModel
    from .quantize import Int8Model
    from .workshop import Workshop


def with_alert(shop: Workshop, job: Job, model: FloatModel, int8: Int8Model) -> Job:
    """The job with the threshold of task anomaly; as it is where the recipe gives it. Raises ImagesRefusedError without good
    images."""
    from .evaluate import answers

    wanted = job.recipe.anomaly
    if wanted is None or wanted.threshold is not None:
        return job
    images, places = good_images(job, wanted)
    found = answers(shop, images, int8.int8_model, job, model)[np.array(places, np.int64)]
    table = msgspec.structs.replace(wanted, threshold=round(find_cut(found, wanted.false_alarms), 6))
    return dataclasses.replace(job, recipe=msgspec.structs.replace(job.recipe, anomaly=table), sought=(0,))


def good_images(job: Job, wanted: Anomaly) -> tuple[PixelSet, list[int]]:
    """The set whose good images say what a good score is, and their places: the evaluation set where it has labels, else the
    calibration set, whose images without a label are good."""
    if job.truth(whole=True) is not None and job.evaluation is not None:
        labels = [image.label for image in job.evaluation.prepared().images]
        return job.evaluation, [place for place, label in enumerate(labels) if label == wanted.normal]
    labels = [image.label for image in job.calibration.prepared().images]
    places = [place for place, label in enumerate(labels) if label in (None, wanted.normal)]
    if not places:
        raise ImagesRefusedError(
            f"no image is good: the calibration folders are {', '.join(sorted({str(label) for label in labels})[:12])}",
            supported=f"images without a folder of their own, or in the folder {wanted.normal!r} (`anomaly.normal`)",
            next_step="name the folder of good images in [anomaly], or write `threshold` there",
        )
    return job.calibration, places
