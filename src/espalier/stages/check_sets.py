"""The image sets of a build are checked before anything is computed from them."""

from __future__ import annotations

import msgspec

from ..calibrate.checks import check_calibration, check_distill, check_evaluation, check_fine_tune
from ..calibrate.copies import NearCopy
from ..errors import RecipeError
from ..findings import ACCEPTED, Copy, Finding, ImagesRead, refuse, settle
from ..image_facts import Prepared
from ..task import cost_labels
from ..task.cost import prices_of, weights_of
from ..task.kinds import KINDS
from ..worker.file_calls import FindCopies
from .images import PixelSet
from .job import Job
from .workshop import Workshop, pack, unpack

COMPARED = (
    ("calibration", "calibration"),
    ("evaluation", "evaluation"),
    ("calibration", "evaluation"),
    ("fine-tune", "evaluation"),
    ("distill", "evaluation"),
)
"""Where near duplicates matter; calibrating with images that were trained on is usual."""


class SetFindings(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in the set of one role."""

    role: str
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that refuse the build."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


def check_sets(shop: Workshop, job: Job) -> tuple[str, ...]:
    """Warnings about the image sets, in words. Raises ImagesRefusedError for errors, RecipeError where the recipe asks
    for labels that the images lack."""
    with shop.stage("images"):
        said = []
        for found in examine_sets(shop, job):
            refuse(found.role, found.errors)
            said += [_said(found.role, finding) for finding in found.findings]
        given = job.calibration.prepared().images
        measured = job.evaluation.prepared().images if job.evaluation else ()
        # Of wanted pictures the size is known when the model is loaded.
        decision, truth = job.recipe.decision, None if job.painted and not job.painted.segment else job.truth()
        if truth is None and (decision.precision is not None or decision.cost is not None):
            asked = "`decision.precision` asks for a share of" if decision.cost is None else "`decision.cost` counts"
            raise RecipeError(
                f"{asked} right answers, and the evaluation images have no labels",
                next_step="give one folder per class, or a csv with labels, or a `decision.threshold` instead",
            )
        if decision.cost is not None and truth is not None:
            if job.recipe.model.task == "multi-label":
                cost_labels.weights_of(truth, cost_labels.label_prices(decision.cost, job.labels()))
            else:
                weights_of(truth, prices_of(decision.cost, job.labels()))  # what it names is there
    shop.ended("images", f"{len(given):,} to calibrate, {len(measured):,} to evaluate")
    return tuple(said)


def examine_sets(shop: Workshop, job: Job) -> tuple[SetFindings, ...]:
    """Every finding of every set of a recipe, by role."""
    contract, labels = job.recipe.input, job.labels() if KINDS[job.recipe.model.task].one else ()
    sets = image_sets(job)
    read = {role: _read(images.prepared()) for role, images in sets.items()}
    copies = find_all_copies(shop, sets)
    evaluation, fine_tune = read.get("evaluation"), read.get("fine-tune")
    split = {
        "calibration": check_calibration(
            read["calibration"],
            evaluation,
            contract,
            labels,
            fine_tune=fine_tune,
            distill=read.get("distill"),
            copies=copies,
            through_jpeg=_through_jpeg(job),
        )
    }
    if evaluation is not None and job.evaluation is not None:
        errors, warnings = check_evaluation(evaluation, contract, labels, copies=copies)
        split["evaluation"] = errors, (*warnings, *job.evaluation.box_findings())
    if fine_tune is not None:
        split["fine-tune"] = check_fine_tune(fine_tune, contract, labels)
    if "distill" in read:
        split["distill"] = check_distill(read["distill"], contract)
    return tuple(
        SetFindings(role=role, findings=settle((*errors, *warnings), job.recipe.accept))
        for role, (errors, warnings) in split.items()
    )


def _through_jpeg(job: Job) -> tuple[str, ...]:
    """Sets whose images a training saves as JPEG."""
    asked = {"fine-tune": job.recipe.prune.fine_tune, "distill": job.recipe.prune.distill}
    return tuple(role for role, table in asked.items() if table is not None and table.augment.jpeg < 100)


def image_sets(job: Job) -> dict[str, PixelSet]:
    """The sets of a recipe by role."""
    known = {"calibration": job.calibration, "evaluation": job.evaluation, "fine-tune": job.fine_tune}
    known["distill"] = job.unlabelled
    return {role: images for role, images in known.items() if images is not None}


def find_all_copies(shop: Workshop, sets: dict[str, PixelSet]) -> tuple[Copy, ...]:
    """Near duplicates within and between the sets; stored."""
    compared = [pair for pair in COMPARED if pair[0] in sets and pair[1] in sets]

    def run() -> dict[str, bytes]:
        used = {role: images.pixels() for role, images in sets.items()}
        digests = {
            role: tuple(image.pixels_sha256 for image in images.prepared().images) for role, images in sets.items()
        }
        call = FindCopies(sets=used, compared=tuple(compared), digests=digests)
        return {"copies": pack(shop.worker("images", "calibration").ask(call))}

    key = {"sets": {role: images.digest for role, images in sets.items()}}
    rows = unpack(shop.stored("images/copies", key, run)["copies"], tuple[NearCopy, ...])
    paths = {role: [image.path for image in images.prepared().images] for role, images in sets.items()}
    return tuple(
        Copy(
            first_role=row.first_role,
            first=paths[row.first_role][row.first],
            second_role=row.second_role,
            second=paths[row.second_role][row.second],
            mirrored=row.mirrored,
        )
        for row in rows
    )


def _said(role: str, finding: Finding) -> str:
    told = str(finding)
    return f"{ACCEPTED}{role}: {told.removeprefix(ACCEPTED)}" if finding.severity == "accepted" else f"{role}: {told}"


def _read(prepared: Prepared) -> ImagesRead:
    return ImagesRead(images=prepared.images, problems=prepared.problems, ignored=prepared.ignored)
