"""`espalier calibrate check`: everything the doctor finds in the image sets of a recipe, with and through the model."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from ..errors import ImagesRefusedError
from ..findings import Finding, of_model, settle
from ..quantizer.stability import Stability
from ..stages.check_model import score_declared
from ..stages.check_sets import examine_sets, image_sets
from ..stages.images import PixelSet
from ..stages.job import Job, read_job
from ..stages.model import FloatModel
from ..stages.workshop import Workshop, pack, unpack
from ..statistics import too_few
from ..store import Store
from ..task.kinds import kind_of, paints
from ..terminal import Progress
from ..worker.quantizer_calls import MeasureStability
from ..worker.runtime_calls import Scores

STAGES = ("read", "images", "load", "model")


class SetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One set: how many images, of which classes ("" for images without one), and what was found in it."""

    role: str
    images: int
    classes: dict[str, int]
    findings: tuple[Finding, ...]


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """All that the doctor found. `model`: findings about preprocessing, label order and folders."""

    name: str
    sets: tuple[SetRow, ...]
    model: tuple[Finding, ...] = ()
    preprocessing: Scores | None = None
    top1: float | None = None
    stability: Stability | None = None

    @property
    def errors(self) -> tuple[str, ...]:
        """What refuses a build, in words."""
        said = [f"{row.role}: {f.message}" for row in self.sets for f in row.findings if f.severity == "error"]
        return (*said, *(f.message for f in self.model if f.severity == "error"))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is told and stops nothing, in words."""
        said = [f"{row.role}: {f}" for row in self.sets for f in row.findings if f.severity == "warning"]
        return (*said, *(str(f) for f in self.model if f.severity == "warning"))

    def refusal(self) -> ImagesRefusedError | None:
        """The error that a build would end with; None when there is none."""
        errors = self.errors
        if not errors:
            return None
        return ImagesRefusedError(
            f"{len(errors)} finding{'s' if len(errors) > 1 else ''} would refuse a build: " + "; ".join(errors),
            next_step="each finding above says what to do; what is meant to be so, `accept` in the recipe names by its code",
        )


def examine(recipe: Path, *, store: Store | None = None, progress: Progress | None = None) -> Examination:
    """Check the image sets of a recipe, then let the float model judge preprocessing, labels, folders and ranges.

    Raises EspalierError when recipe, model or images cannot be read at all. With an error in the images themselves
    the model is not asked: its answers would mean nothing.
    """
    with Workshop(store or Store.default(), progress or Progress(quiet=True)) as shop:
        shop.plan(STAGES, recipe)
        job = read_job(shop, recipe)
        with shop.stage("images"):
            found = {row.role: row for row in examine_sets(shop, job)}
            rows = tuple(_row(role, images, found[role].findings) for role, images in image_sets(job).items())
        shop.ended("images")
        done = Examination(name=job.recipe.name, sets=rows)
        if done.errors:
            return done
        given = job.model.float_model()
        shop.ended("load")
        with shop.stage("model"):
            done = _ask(shop, job, given, done)
        shop.ended("model")
        return done


def _ask(shop: Workshop, job: Job, given: FloatModel, done: Examination) -> Examination:
    from ..stages.evaluate import answers

    scores = score_declared(shop, job, given)
    stability = range_stability(shop, job, given)
    findings = [scores.finding] if scores is not None and scores.finding is not None else []
    top1 = None
    images = job.evaluation or job.calibration
    rows = images.prepared().images
    labels = job.labels()
    outputs = answers(shop, images, given.tflite, job, given)
    task = job.task(given)
    kind = kind_of(task)
    truth = kind.truth(images.prepared().images, task) if _judged(images, labels) else None
    truth = job.truth() if paints(task) or task.boxes is not None else truth
    if truth is not None:
        said = kind.results(outputs, task)
        top1 = kind.worth(said, truth, task)
    findings += kind.doubts(outputs, truth, task, None if scores is None else scores.finding)
    if job.evaluation is not None and top1 is not None and task.boxes is None:
        findings += _too_few_to_show(len(rows), job.recipe.quantize.max_accuracy_drop)
    return msgspec.structs.replace(
        done,
        model=settle((*of_model(findings, untrained=job.model.facts().never_trained), *stability.findings()), job.recipe.accept),
        preprocessing=scores,
        top1=top1,
        stability=stability,
    )


def _too_few_to_show(images: int, limit_points: float) -> list[Finding]:
    """The evaluation set against the recipe's limit; a build says it with its gate, from what it measured."""
    doubt = too_few(images, limit_points)
    if not doubt:
        return []
    return [
        Finding(
            code="few-to-show",
            severity="warning",
            message=doubt,
            next_step="add evaluation images, or set a `quantize.max-accuracy-drop` that they can show",
        )
    ]


def range_stability(shop: Workshop, job: Job, given: FloatModel) -> Stability:
    """Two-halves stability of the calibration ranges of the float model; stored."""

    def run() -> dict[str, bytes]:
        call = MeasureStability(
            float_model=given.tflite,
            pixels_path=job.calibration.pixels(),
            contract=job.recipe.input,
            layers=given.layers,
        )
        return {"stability": pack(shop.worker("quantizer").ask(call))}

    key = {
        "model": given.sha256,
        "pixels": job.calibration.digest,
        "contract": msgspec.to_builtins(job.recipe.input),
    }
    return unpack(shop.stored("model/stability", key, run)["stability"], Stability)


def _judged(images: PixelSet, labels: tuple[str, ...]) -> bool:
    """Evaluation images must carry labels; calibration images may, under other names than the labels'."""
    names = {image.label for image in images.prepared().images}
    if None in names:
        return False
    return images.role == "evaluation" or names <= set(labels)


def _row(role: str, images: PixelSet, findings: tuple[Finding, ...]) -> SetRow:
    rows = images.prepared().images
    counts = Counter(image.label or "" for image in rows)
    return SetRow(role=role, images=len(rows), classes=dict(sorted(counts.items())), findings=findings)


def check_result(done: Examination) -> dict[str, Any]:
    """The examination as plain data for --json, with the words of the refusal."""
    plain: dict[str, Any] = msgspec.to_builtins(done)
    return plain | {"errors": list(done.errors)}
