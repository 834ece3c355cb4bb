"""Are the model's outputs classes? A box, landmarks or an angle look like four or one of them, and nothing else tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UnsupportedModelError
from ..findings import Finding, settle
from ..load.keras_facts import ModelFacts

if TYPE_CHECKING:  # a job asks here what its model answers
    from .job import Job

SUPPORTED = "image classifiers: one image in, one score per class out"
NAME_THEM = (
    'if they are classes, name them: `labels = "labels.txt"` in [model], one line per output, in output order; if they are '
    'several labels of one image, `task = "multi-label"` there says so; if not, '
    '`task = "regress"` there measures numbers against a tolerance, and `task = "raw"` builds any values as they are'
)


def number_outputs(facts: ModelFacts, *, named: bool) -> Finding | None:
    """What speaks for outputs that are numbers to predict; None where nothing does.

    `named`: somebody named the classes, a labels file or as many class folders as
    outputs; then they are classes. An error where the file says that it was trained on numbers, a warning where
    independent outputs (several sigmoids) or a single linear one leave it open.
    """
    if named or facts.output == "softmax":
        return None
    count, loss = facts.classes, facts.loss
    several = "its outputs" if count is None else f"its {count} outputs"
    outputs = "its one output" if count == 1 else several
    if loss:
        return Finding(
            code="regression",
            severity="error",
            message=f"the model predicts numbers, not classes: it was trained with {loss}, and {outputs} would be a box, "
            "landmarks or a measure, of which the largest is no answer",
            next_step=NAME_THEM,
        )
    one_linear = count == 1 and facts.output == "logits"
    if one_linear or (count != 1 and facts.output == "sigmoid"):
        what = "one linear output" if one_linear else f"{several.removeprefix('its ')} of independent sigmoids"
        taken = "the logit of two classes" if one_linear else "classes, of which the largest is the answer"
        return Finding(
            code="regression",
            severity="warning",
            message=f"the model ends in {what}, which is taken for {taken}: a box, landmarks, an angle or an age, or several "
            "labels at once, are other tasks",
            next_step=NAME_THEM,
        )
    return None


def check_outputs(job: Job) -> tuple[str, ...]:
    """Warnings in words. Raises UnsupportedModelError for a model that was trained to predict numbers, or whose outputs are not
    those of the recipe's task."""
    found = () if job.found is None else tuple(str(finding) for finding in settle((job.found,), job.recipe.accept))
    refuse_unfit(job.recipe.model.task, job.model.facts())
    if job.recipe.model.task != "classify":
        return found
    count = job.model.facts().classes
    sets = [images for images in (job.evaluation, job.fine_tune, job.calibration) if images is not None]
    named = job.recipe.model.labels is not None or any(
        len(images.classes()) == (2 if count == 1 else count) for images in sets
    )
    finding = number_outputs(job.model.facts(), named=named)
    if finding is None:
        return ()
    (settled,) = settle((finding,), job.recipe.accept)
    if settled.severity == "error":
        raise not_classes(settled)
    return (str(settled),)


def refuse_unfit(task: str, facts: ModelFacts) -> None:
    """Raise UnsupportedModelError for outputs that the task cannot have."""
    if task == "binary" and facts.classes not in (None, 1, 2):
        raise UnsupportedModelError(
            f"the model has {facts.classes} outputs, and `task` is binary",
            supported="one sigmoid unit, its logit, or two classes",
            next_step='use `task = "classify"` for one of several labels, `task = "multi-label"` for any number of them',
        )
    if task == "multi-label" and facts.output == "softmax":
        raise UnsupportedModelError(
            "the model ends in a softmax, whose outputs share one whole: more of one label is less of all others",
            supported="task multi-label: independent sigmoids or their logits",
            next_step='use `task = "classify"`, or train with sigmoids and a binary cross-entropy',
        )


def not_classes(finding: Finding) -> UnsupportedModelError:
    """The refusal of a model that predicts numbers."""
    return UnsupportedModelError(finding.message, supported=SUPPORTED, next_step=finding.way_on)
