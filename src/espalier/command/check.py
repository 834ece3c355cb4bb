"""`espalier check`: everything that can be known in seconds, before anything heavy runs; no TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from ..calibrate.checks import missing_classes
from ..calibrate.declared import declared_twice
from ..calibrate.rules_copies import leaked
from ..errors import EspalierError, GateError
from ..findings import ACCEPTED, Copy, Finding, ImagesRead, refuse
from ..findings import Checked as Checks
from ..image_facts import ImageFacts
from ..load.images import ImageSet, label_indices, scan
from ..load.keras_facts import ModelFacts
from ..load.labels import default_labels, read_labels, two_sides
from ..load.masks import pair_masks
from ..load.same_files import same_files
from ..recipe import Deploy, Recipe
from ..recipe_file import load_recipe
from ..report.gates import describe
from ..stages.answer_gates import strict_row
from ..stages.check_fit import judge_fit
from ..stages.check_outputs import not_classes, number_outputs, refuse_unfit
from ..stages.find_task import AUTO, as_classifier
from ..stages.fit_goals import limits_of
from ..stages.images import set_path
from ..stages.job import class_folders, recipe_model, settled_task
from ..stages.workshop import Workshop
from ..statistics import too_few
from ..store import Store
from ..tabular import Tabular
from ..target import Target, load_target, named_apart
from ..task.boxes.plan import names_of
from ..task.kinds import KINDS
from ..task.types import Task
from ..terminal import Progress
from .check_detector import check_annotations, check_heads

ENOUGH_CALIBRATION = 100
_NO_LABELS = "no labels: agreement with the float model stands in for accuracy"


class CheckRow(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    severity: Literal["ok", "warning", "error"]
    what: str
    """recipe, store, model, labels, calibration, evaluation, fine-tune, distill, target, fit or targets."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Checked(Tabular):
    """What `check` found."""

    rows: tuple[CheckRow, ...]
    error: EspalierError | None
    """What a build would end with; None where it would start."""

    @property
    def ok(self) -> bool:
        """Whether a build would start."""
        return self.error is None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Texts of the warnings; `--strict` fails for any."""
        return tuple(row.text for row in self.rows if row.severity == "warning")

    def table(self) -> list[tuple[str, ...]]:
        """Severity, what, and text of each row."""
        return [(row.severity, row.what, row.text) for row in self.rows]


class _Findings:
    """Rows in order, and the first error. `accept`: codes of warnings that the recipe says are as they should be."""

    def __init__(self, accept: Sequence[str]) -> None:
        self.accept = accept
        self.rows: list[CheckRow] = []
        self.error: EspalierError | None = None

    def attempt(self, what: str, step: Callable[[], str]) -> bool:
        """Run a step; its text becomes an ok row, its refusal an error row."""
        try:
            self.rows.append(CheckRow("ok", what, step()))
        except EspalierError as problem:
            self.refuse(what, problem)
            return False
        return True

    def refuse(self, what: str, problem: EspalierError) -> None:
        """Add an error row."""
        self.rows.append(CheckRow("error", what, " | ".join(str(problem).splitlines())))
        self.error = self.error or problem

    def warn(self, what: str, text: str, code: str) -> None:
        """Add a warning row, or an ok row where the recipe accepts it."""
        if code in self.accept:
            self.rows.append(CheckRow("ok", what, f"{ACCEPTED}{text}"))
        else:
            self.rows.append(CheckRow("warning", what, f"{text} [{code}]"))


def check_recipe(path: Path | str) -> Checked:
    """Everything about a recipe, its model, labels, images and targets that can be known in seconds.

    `path`: the recipe's file. Runs no TensorFlow; the model and the images are read in confined child processes. What would
    stop a build is told, not raised: the first such error is `error` of what is returned.
    Raises RecipeError when the recipe itself cannot be read: nothing else can be known then.

        found = espalier.check("recipe.toml")
        for row in found.rows:
            print(row.severity, row.what, row.text)
    """
    path = Path(path)
    recipe = load_recipe(path)
    folder = path.resolve().parent
    found = _Findings(recipe.accept)
    found.rows.append(CheckRow("ok", "recipe", f"{recipe.name} {recipe.version}"))
    with Workshop(Store.default(), Progress(quiet=True)) as shop:
        recipe, facts = _check_model(found, shop, recipe, folder)
        for text in shop.warnings():
            found.rows.append(CheckRow("warning", "store", text))
    labels: tuple[str, ...] = ()
    if recipe.detect is not None:
        _check_labels(found, recipe, folder, None)
        check_heads(found.attempt, recipe, facts)
        check_annotations(found.attempt, recipe, folder)
    elif KINDS[recipe.model.task].named:
        labels = _check_labels(found, recipe, folder, _classes(facts, recipe.model.task))
        _check_outputs(found, recipe, folder, facts)
    _check_images(found, recipe, folder, labels)
    _check_targets(found, recipe, folder, facts)
    return Checked(rows=tuple(found.rows), error=found.error)


def _check_targets(found: _Findings, recipe: Recipe, folder: Path, facts: ModelFacts | None) -> None:
    known: list[Target] = []

    def step(name: str) -> str:
        known.append(load_target(name, relative_to=folder))
        return f"{known[-1].name}: {known[-1].title}"

    for deploy in recipe.deploy:
        if found.attempt("target", partial(step, deploy.target)):
            _check_fit(found, recipe, known[-1], deploy, facts)
    if len(known) == len(recipe.deploy) and recipe.prune.method == "fit":
        found.attempt("budgets", lambda: f"{len(limits_of(recipe, known))} limits to fit the network to")
    if len(known) == len(recipe.deploy):
        names = [deploy.target for deploy in recipe.deploy]
        found.attempt("targets", lambda: f"{len(named_apart(names, tuple(known)))}, each with its own name")


def _check_fit(found: _Findings, recipe: Recipe, target: Target, deploy: Deploy, facts: ModelFacts | None) -> None:
    if facts is None:
        return
    fit = judge_fit(target, deploy, recipe.input, facts.parameters)
    if fit.impossible:
        advice = "a smaller network, a part with more flash, or leave this target out"
        found.refuse("fit", GateError(fit.impossible, next_step=advice))
    if fit.doubt:
        found.warn("fit", f"{fit.doubt}; the build tells, and withholds this target only", "fit")


def too_strict(warnings: Sequence[str]) -> GateError | None:
    """What `--strict` ends with: GateError for any warning that the recipe does not accept."""
    row = strict_row(warnings, ())
    return None if row.passed else GateError(describe(row), next_step="mend them, or build without --strict")


def _check_model(
    found: _Findings, shop: Workshop, recipe: Recipe, folder: Path
) -> tuple[Recipe, ModelFacts | None]:
    """The recipe with its task, and the model's facts; None when it is refused."""
    known: list[ModelFacts] = []
    settled = [as_classifier(recipe) if recipe.model.task == AUTO else recipe]
    said: list[Finding] = []

    def step() -> str:
        heads = None if recipe.detect is None else names_of(recipe.detect, 1)
        whole, finding = settled_task(shop, recipe, folder, recipe_model(shop, recipe, folder, heads))
        settled[:], said[:] = [whole], [finding] if finding is not None else []
        model = recipe_model(shop, whole, folder, heads)
        facts = model.facts()
        known.append(facts)
        model.check_shape()
        if whole.head:
            model.check_heads()
        return (
            f"{recipe.model.path}: {facts.format}, Keras {facts.keras_version}, {len(facts.layers)} layers, "
            f"{facts.parameters:,} parameters, ends with {facts.output}"
        )

    if found.attempt("model", step):
        twice = declared_twice(recipe.input, known[0].config)
        if twice is not None:
            found.warn("input", f"{twice.message}; {twice.next_step}", twice.code)
    for finding in said:
        found.warn("model", f"{finding.message}; {finding.next_step}", finding.code)
    return settled[0], known[0] if known else None


def _classes(facts: ModelFacts | None, task: str = "classify") -> int | None:
    """How many answers there are; one unit has two, where one of them is the answer."""
    count = None if facts is None else facts.classes
    return 2 if count == 1 and KINDS[task].one else int(count) if count else None


def _check_outputs(found: _Findings, recipe: Recipe, folder: Path, facts: ModelFacts | None) -> None:
    if facts is None:
        return
    try:
        refuse_unfit(recipe.model.task, facts)
    except EspalierError as problem:
        found.refuse("model", problem)
    if recipe.model.task != "classify":
        return
    named = recipe.model.labels is not None or _classes(facts) in [len(names) for names in class_folders(recipe, folder)]
    finding = number_outputs(facts, named=named)
    if finding is None:
        return
    if finding.severity == "error" and finding.code not in recipe.accept:
        found.refuse("model", not_classes(finding))
    else:
        found.warn("model", f"{finding.message}; {finding.next_step}", finding.code)


def _check_labels(found: _Findings, recipe: Recipe, folder: Path, classes: int | None) -> tuple[str, ...]:
    labels: list[str] = []

    def step() -> str:
        if recipe.model.labels is None:
            labels.extend(_sides(recipe, default_labels(classes or 0, *class_folders(recipe, folder))))
            return (
                f"none given: the answers are called {', '.join(labels[:6])}{', ...' if len(labels) > 6 else ''}, "
                "in this order"
            )
        labels.extend(_sides(recipe, read_labels(folder / recipe.model.labels, classes)))
        return f"{len(labels)} labels: {', '.join(labels[:6])}{', ...' if len(labels) > 6 else ''}"

    found.attempt("labels", step)
    return tuple(labels)


def _sides(recipe: Recipe, labels: tuple[str, ...]) -> tuple[str, ...]:
    """The labels, in the order of a yes-or-no answer where one is asked for."""
    return labels if recipe.binary is None else two_sides(labels, recipe.binary.positive, recipe.model.labels)


def _check_images(found: _Findings, recipe: Recipe, folder: Path, labels: tuple[str, ...]) -> None:
    sets: list[tuple[str, str]] = [("calibration", recipe.calibration.images)]
    if recipe.evaluation is not None:
        sets.append(("evaluation", recipe.evaluation.images or recipe.evaluation.csv or ""))
    else:
        found.warn(
            "evaluation",
            "no [evaluation] set: accuracy is not measured, only agreement on calibration images",
            "no-evaluation",
        )
    if recipe.prune.fine_tune is not None:
        sets.append(("fine-tune", recipe.prune.fine_tune.images))
    if recipe.prune.distill is not None and recipe.prune.distill.images is not None:
        sets.append(("distill", recipe.prune.distill.images))
    read: dict[str, ImageSet] = {}
    for role, given in sets:
        images: list[ImageSet] = []

        def step(given: str = given, images: list[ImageSet] = images) -> str:
            images.append(scan(set_path(folder, given), cells=bool(recipe.head), numbers=recipe.input.numbers))
            told = f"{len(images[0].classes)} classes"
            if images[0].columns:
                what = "columns" if recipe.head else "labels" if recipe.model.task == "multi-label" else "numbers"
                told = f"the {what} {', '.join(images[0].columns)}"
            return f"{len(images[0].entries):,} images, {told} in {given}"

        if not found.attempt(role, step):
            continue
        read[role] = images[0]
        counts = images[0].counts
        if role not in ("calibration", "distill") and labels:
            text = _labels_text if KINDS[recipe.model.task].one else _sets_text
            found.attempt(role, partial(text, images[0], labels))
        if (
            role == "calibration"
            and min(len(images[0].entries), recipe.calibration.count) < ENOUGH_CALIBRATION
        ):
            found.warn(role, f"fewer than {ENOUGH_CALIBRATION} images: ranges may be too narrow", "few")
        if role == "evaluation" and _painted(recipe):
            found.attempt("truth", partial(_truth_text, recipe, folder, images[0]))
        if role == "calibration" and len(counts) == 1:
            found.warn(role, "all images are of one class: ranges of the others are unknown", "one-class")
        if role == "evaluation" and not images[0].columns and not _painted(recipe):
            doubt = too_few(len(images[0].entries), recipe.quantize.max_accuracy_drop) if counts else _NO_LABELS
            doubt = "" if recipe.evaluation is not None and recipe.evaluation.annotations else doubt
            if doubt:
                found.warn(role, doubt, "few-to-show" if counts else "no-labels")
    _check_apart(found, recipe, read, labels if KINDS[recipe.model.task].one else ())


def _check_apart(
    found: _Findings, recipe: Recipe, read: Mapping[str, ImageSet], labels: tuple[str, ...]
) -> None:
    """Files of the evaluation set that calibrate or train, too, and classes that are not trained; the build looks for pictures
    that were saved again as well."""
    trained, measured = read.get("fine-tune"), read.get("evaluation")
    findings: list[tuple[str, Finding]] = []
    if trained is not None and labels and trained.classes:
        blank = ImageFacts(path="", label=None, sha256="", pixels_sha256="", width=0, height=0, mode="")
        facts = tuple(msgspec.structs.replace(blank, path=e.path, label=e.label) for e in trained.entries)
        lacking = missing_classes(
            Checks(given=ImagesRead(images=facts), evaluation=None, contract=recipe.input, labels=labels, role="fine-tune")
        )
        findings += [("fine-tune", finding) for finding in lacking]
    for role, code in (("calibration", "leakage"), ("fine-tune", "train-leakage"), ("distill", "train-leakage")):
        if measured is None or role not in read:
            continue
        pairs = [
            Copy(first_role=role, first=first, second_role="evaluation", second=second)
            for first, second in same_files(read[role], measured)
        ]
        findings += [("evaluation", finding) for finding in leaked(pairs, len(measured.entries), role, code, "are the files of")]
    for role, finding in findings:
        if finding.severity == "error" and finding.code not in found.accept:
            found.attempt(role, partial(_refused, role, finding))
        else:
            found.warn(role, f"{finding.message}; {finding.next_step}", finding.code)


def _refused(role: str, finding: Finding) -> str:
    refuse(role, [finding])
    return ""


def _sets_text(images: ImageSet, labels: tuple[str, ...]) -> str:
    """Of task multi-label."""
    blank = ImageFacts(path="", label=None, sha256="", pixels_sha256="", width=0, height=0, mode="")
    facts = [msgspec.structs.replace(blank, path=e.path, label=e.label, numbers=e.numbers) for e in images.entries]
    known = KINDS["multi-label"].truth(facts, Task(kind="multi-label", labels=labels, columns=images.columns))
    return _NO_LABELS if known is None else f"{int(known.any(axis=0).sum())} of {len(labels)} labels occur"


def _painted(recipe: Recipe) -> str:
    """The folder of masks or wanted pictures, "" without any."""
    return "" if recipe.evaluation is None else recipe.evaluation.masks or recipe.evaluation.targets or ""


def _truth_text(recipe: Recipe, folder: Path, images: ImageSet) -> str:
    given = _painted(recipe)
    pairs = pair_masks([(entry.path, 0, 0, False) for entry in images.entries], scan(set_path(folder, given)).entries, given)
    return f"{len(pairs):,} files in {given}, one for each image"


def _labels_text(images: ImageSet, labels: tuple[str, ...]) -> str:
    return f"{len(set(label_indices(images.entries, labels)))} of {len(labels)} labels occur"


