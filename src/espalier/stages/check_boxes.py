"""A detector is refused before it costs time: calibration images in which it finds nothing, int8 scores that say nothing."""

from __future__ import annotations

from ..errors import ImagesRefusedError
from ..findings import of_model, settle
from ..task.detect import doubts
from .job import Job
from .model import FloatModel
from .quantize import Int8Model
from .workshop import Workshop


def check_finds(shop: Workshop, job: Job, given: FloatModel) -> tuple[str, ...]:
    """Warnings in words; none for other tasks. Raises ImagesRefusedError where the float model finds no object in any of the
    calibration images: the ranges of its scores would be those of background."""
    task = job.task(given)
    if task.boxes is None:
        return ()
    from .evaluate import answers

    with shop.stage("images"):
        found = doubts(answers(shop, job.calibration, given.tflite, job), None, task)
    settled = settle(of_model(found, untrained=job.model.facts().never_trained), job.recipe.accept)
    for finding in settled:
        if finding.severity == "error":
            raise ImagesRefusedError(
                f"calibration: {finding.message}",
                supported="calibration images that show objects which the float model finds",
                next_step=finding.way_on,
            )
    return tuple(f"calibration: {finding}" for finding in settled)


def check_scores(job: Job, model: FloatModel, int8: Int8Model) -> None:
    """Raises RecipeError where no int8 score can reach the threshold, or all do."""
    job.detector(model, int8.heads)
