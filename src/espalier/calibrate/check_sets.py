"""The image sets of a build are checked before anything is computed from them."""

from __future__ import annotations

from ..job import Job
from ..load.facts import Prepared
from ..load.images import label_indices
from ..workshop import Workshop
from .checks import ImagesRead, check_calibration, check_evaluation, refuse


def check_sets(shop: Workshop, job: Job) -> tuple[str, ...]:
    """Warnings about the calibration and evaluation images, in words. Raises ImagesRefusedError for errors."""
    with shop.stage("images"):
        contract = job.recipe.input
        given = job.calibration.prepared()
        measured = job.evaluation.prepared() if job.evaluation else None
        labels = job.labels()
        errors, warnings = check_calibration(_read(given), _read(measured) if measured else None, contract, labels)
        refuse("calibration", errors)
        said = [f"calibration: {finding}" for finding in warnings]
        if measured is not None:
            errors, warnings = check_evaluation(_read(measured), contract, labels)
            refuse("evaluation", errors)
            said += [f"evaluation: {finding}" for finding in warnings]
            if all(image.label is not None for image in measured.images):
                label_indices(measured.images, labels)
    count = len(measured.images) if measured else 0
    shop.ended("images", f"{len(given.images):,} to calibrate, {count:,} to evaluate")
    return tuple(said)


def _read(prepared: Prepared) -> ImagesRead:
    return ImagesRead(images=prepared.images, problems=prepared.problems, ignored=prepared.ignored)
