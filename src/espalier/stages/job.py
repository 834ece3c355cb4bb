"""What a build starts from: recipe, targets, labels, image sets and model file, all opened, none of it heavy yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..detector import Detector, HeadNames
from ..errors import ImagesRefusedError, LabelsRefusedError, RecipeError
from ..facts import TensorFacts
from ..findings import Finding
from ..limits import LIMITS
from ..load.images import scan
from ..load.keras_facts import ModelFacts
from ..load.labels import check_count, default_labels, read_labels, two_sides
from ..maps import Classes, Shades, sides_of
from ..recipe import HeadSource, Recipe
from ..recipe_answers import Regress
from ..recipe_file import parse_recipe, recipe_bytes
from ..tables import read_bounded
from ..target import Target, load_targets
from ..task.boxes.plan import Rows, names_of, plan_of, read_anchors
from ..task.cuts import cuts_of, of_anomaly
from ..task.kinds import KINDS, kind_of
from ..task.several import judged, with_field
from ..task.types import CLASSIFY, Ends, Head, Numbers, Results, Task
from .find_task import AUTO, as_classifier, found_task
from .images import PixelSet, open_sets, set_path
from .model import FloatModel, ModelFile
from .truth import MapTruth, open_truth
from .workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One build's inputs, as they were when it began: what is edited afterwards is not read.
    `named`: the labels file's; `anchors`: the file's of a detector."""

    path: Path
    recipe: Recipe
    targets: tuple[Target, ...]
    model: ModelFile
    calibration: PixelSet
    evaluation: PixelSet | None
    fine_tune: PixelSet | None
    unlabelled: PixelSet | None = None
    """What is distilled on, where the recipe names more pictures than the calibration images."""
    named: tuple[str, ...] | None = None
    sought: tuple[int, ...] = ()
    """Labels whose threshold was found (stages/cuts.py)."""
    painted: MapTruth | None = None
    """Masks or wanted pictures of the evaluation images."""
    found: Finding | None = None
    """What to say of a task that the recipe does not name."""
    anchors: Rows = ()
    text: bytes = b""
    """The recipe as it was read."""

    @property
    def folder(self) -> Path:
        """The recipe's folder; paths in the recipe are relative to it."""
        return self.path.resolve().parent

    def labels(self) -> tuple[str, ...]:
        """The labels in output order, checked against the model's outputs; none where outputs have no names."""
        if not KINDS[self.recipe.model.task].named:
            return ()
        if self.recipe.detect is not None:
            return self.named or ()
        classes = self.model.classes()
        if self.named is None or self.recipe.model.labels is None:
            names = default_labels(classes, *self._known_names())
        else:
            check_count(self.folder / self.recipe.model.labels, self.named, classes)
            names = self.named
        if self.recipe.binary is not None:
            return two_sides(names, self.recipe.binary.positive, self.recipe.model.labels)
        return names

    def _known_names(self) -> list[tuple[str, ...]]:
        """Names that the image sets give: the class folders, of several labels the columns of a csv."""
        sets = [images for images in (self.evaluation, self.fine_tune, self.calibration) if images is not None]
        several = self.recipe.model.task == "multi-label"
        return [(several and images.columns()) or images.classes() for images in sets]

    def task(self, model: FloatModel) -> Task:
        """What is asked of the model, with the names of its outputs."""
        task, detect = self.task_of(model.heads), self.recipe.detect
        for one in task.parts or (task,):
            check_channels(one)
            if one.shades is not None:
                picture_sides(one.heads)
        if detect is None:
            return task
        shapes = tuple(head.shape for head in model.heads)
        plan = plan_of(detect, self.recipe.input, len(task.labels), shapes, model.levels, self.anchors)
        return msgspec.structs.replace(task, boxes=plan)

    def task_of(self, heads: Sequence[Head]) -> Task:
        """What is asked of a model with these outputs."""
        named = self.named_task()
        parts = {part.name: part for part in named.parts}
        own = tuple(msgspec.structs.replace(parts[head.name], heads=(head,)) for head in heads if parts)
        return msgspec.structs.replace(named, heads=tuple(heads), parts=own)

    def part(self, head: HeadSource) -> Task:
        """What one output of several is asked. Raises RecipeError, LabelsRefusedError for labels that do not fit it."""
        alone, columns, labels = self.recipe.of_head(head), self._head_columns(head.name), self._head_labels(head)
        if head.binary is not None:
            labels = two_sides(labels, head.binary.positive, None)
        return Task(
            kind=head.task,
            name=head.name,
            labels=labels,
            numbers=None if alone.regress is None else _numbers(alone.regress, columns),
            cuts=cuts_of(alone, labels),
            columns=columns,
            threshold=head.decision.threshold,
            precision=head.decision.precision,
            classes=classes_of(alone),
            shades=shades_of(alone),
        )

    def _head_columns(self, name: str) -> tuple[str, ...]:
        """What the csv calls the values of one output of several; its own name where it says nothing."""
        columns = () if self.evaluation is None else self.evaluation.columns()
        own = tuple(column for column in columns if column == name or column.startswith(f"{name}."))
        return tuple(column.removeprefix(f"{name}.") for column in own) or (name,)

    def _head_labels(self, head: HeadSource) -> tuple[str, ...]:
        if not KINDS[head.task].named:
            return ()
        facts = next(one for one in self.model.facts().heads if one.name == head.name)
        count = 2 if facts.values == 1 and facts.output != "softmax" else facts.values
        if head.labels is None:
            if count is None:
                raise RecipeError(
                    f"[[head]] {head.name} names no labels, and the model does not tell how many values it has",
                    next_step="write `labels`, in the order of its values",
                )
            return tuple(f"{head.name}_{index}" for index in range(count))
        path = self.folder / head.labels if isinstance(head.labels, str) else None
        labels = read_labels(path) if path is not None else tuple(head.labels)
        if count is not None and count != len(labels):
            raise LabelsRefusedError(
                f"[[head]] {head.name} has {len(labels)} labels, the output {count} values",
                supported="a label for each value, in their order",
                next_step="correct `labels`",
            )
        return labels

    def detector(self, model: FloatModel, heads: tuple[TensorFacts, ...]) -> Detector | None:
        """What a device decodes int8 outputs with; None where the answer is no boxes. Raises RecipeError when no score can
        pass the threshold, or all do."""
        plan = self.task(model).boxes
        return None if plan is None else plan.detector(heads)

    def named_task(self) -> Task:
        """What is asked of the model, without its outputs."""
        if self.recipe.head:
            return Task(kind=self.recipe.model.task, parts=tuple(self.part(head) for head in self.recipe.head))
        wanted, numbers = self.recipe.regress, None
        if wanted is not None:
            columns = () if self.evaluation is None else self.evaluation.columns()
            if wanted.names and columns and wanted.names != columns:
                raise RecipeError(
                    f"`regress.names` are {', '.join(wanted.names)}, the columns of the evaluation csv {', '.join(columns)}",
                    supported="the same names in the order of the model's outputs",
                    next_step="correct the header of the csv, or leave `names` out",
                )
            numbers = _numbers(wanted, columns)
        labels = self.labels()
        return Task(
            kind=self.recipe.model.task,
            labels=labels,
            numbers=numbers,
            cuts=cuts_of(self.recipe, labels),
            sought=self.sought,
            columns=() if self.evaluation is None else self.evaluation.columns(),
            classes=classes_of(self.recipe),
            shades=shades_of(self.recipe),
            **of_anomaly(self.recipe),
        )

    def number_names(self) -> tuple[str, ...]:
        """What the numbers of task regress are called, where anybody says."""
        numbers = self.named_task().numbers
        return () if numbers is None else numbers.names

    def truth(self, *, whole: bool = False) -> Results | None:
        """What is true of the evaluation images; None without any, and where they do not say. `whole`: also a truth that no
        image has by itself (Kind.each)."""
        if self.evaluation is None or not (whole or KINDS[self.recipe.model.task].each):
            return None
        if self.painted is not None and not self.recipe.head:
            return self._painted_truth(self.painted, self.model.heads())
        task = self.named_task()
        told = kind_of(task).truth(self.evaluation.prepared().images, task)
        if not self.recipe.head:
            return told
        if self.painted is not None:
            own = [head for head in self.model.heads() if head.name == self.painted.head]
            told = with_field(told, self.painted.head, self._painted_truth(self.painted, own))
        return told if whole or (told is not None and judged(told, task, KINDS)) else None

    def _painted_truth(self, painted: MapTruth, heads: Sequence[Head]) -> Results:
        return painted.maps() if painted.segment is not None else painted.pictures(picture_sides(heads))

    def truth_key(self) -> dict[str, str]:
        """What results of masks or wanted pictures depend on; empty without any."""
        return {} if self.painted is None else {"painted": self.painted.digest}

    def asked(self, model: FloatModel) -> Task:
        """The same for a child process, which needs no names."""
        return msgspec.structs.replace(self.task(model), labels=())

    def channel_multiple(self) -> int:
        """The multiple that the channel counts of the pruned model keep: the largest that a target asks for."""
        asked = [int(t.channel_multiple.value) for t in self.targets if t.channel_multiple is not None]
        return max(asked, default=8)


def classes_of(recipe: Recipe) -> Classes | None:
    """The [segment] table as a task has it."""
    table = recipe.segment
    if table is None:
        return None
    return Classes(
        names=table.classes,
        size=recipe.input.size,
        threshold=table.threshold,
        alert=table.classes.index(table.alert) if table.alert else -1,
        alert_share=table.alert_share or 1.0,
    )


def check_channels(task: Task) -> None:
    """Raise RecipeError where a map has other channels than the recipe has classes."""
    if task.classes is None:
        return
    names, shape = task.classes.names, task.heads[0].shape
    channels = sides_of(shape, task.classes.size)[2]
    if len(shape) < 2 or (len(names) != 2 if channels == 1 else len(names) != channels):
        raise RecipeError(
            f"`segment.classes` names {len(names)} classes, the model's output {list(shape)} has {channels} channels",
            supported="a name for each channel in order; two for one mask, of which the second is what the mask shows",
            next_step="correct `classes` in [segment]",
        )


def picture_sides(heads: Sequence[Head]) -> tuple[int, int, int]:
    """Rows, columns and channels of the one picture that a model gives. Raises RecipeError for anything else."""
    if len(heads) == 1 and len(heads[0].shape) == 3:
        return (*heads[0].shape[:2], heads[0].shape[2])
    raise RecipeError(
        f"task image needs one picture, the model gives {', '.join(f'{head.name} {list(head.shape)}' for head in heads)}",
        supported="one output of height, width and channels",
        next_step='save a model of the picture alone, or build all outputs as they are: `task = "raw"`',
    )


def shades_of(recipe: Recipe) -> Shades | None:
    """The [picture] table as a task has it."""
    return None if recipe.picture is None else Shades(black=recipe.picture.range[0], white=recipe.picture.range[1])


def map_ends(recipe: Recipe, targets: Sequence[Target]) -> Ends:
    """What the graph is cut to: a last resize goes where the recipe says so, or leaves it open and has a microcontroller."""
    ends = KINDS[recipe.model.task].ends
    if recipe.segment is None or ends != "map":
        return ends
    small = any(target.in_arena for target in targets)
    keep = recipe.segment.last_resize == "keep" or (recipe.segment.last_resize == "auto" and not small)
    return "whole-map" if keep else "map"


def _numbers(wanted: Regress, columns: tuple[str, ...]) -> Numbers:
    return Numbers(names=wanted.names or columns, unit=wanted.unit, tolerance=wanted.tolerance)


def recipe_model(
    shop: Workshop, recipe: Recipe, folder: Path, heads: HeadNames | None = None, targets: Sequence[Target] = ()
) -> ModelFile:
    """The model of a recipe in `folder`, with what each of its outputs answers; `heads`: see ModelFile."""
    recipe = as_classifier(recipe) if recipe.model.task == AUTO else recipe
    kinds = {head.name: head.task for head in recipe.head}
    path, ends = folder / recipe.model.path, map_ends(recipe, targets)
    return ModelFile(shop, path, recipe.input, recipe.model.task, heads, kinds=kinds, ends=ends)


def settled_task(shop: Workshop, recipe: Recipe, folder: Path, model: ModelFile) -> tuple[Recipe, Finding | None]:
    """find_task.found_task for a recipe in `folder`; `model`: as recipe_model gives it."""

    def facts_of(task: str) -> ModelFacts:
        return model.facts() if task == CLASSIFY.kind else ModelFile(shop, model.path, recipe.input, task).facts()

    return found_task(recipe, facts_of, lambda: class_folders(recipe, folder))


def class_folders(recipe: Recipe, folder: Path) -> list[tuple[str, ...]]:
    """Class names of the evaluation, fine-tuning and calibration set, where they can be read."""
    given = [recipe.evaluation.images or recipe.evaluation.csv] if recipe.evaluation is not None else []
    given += [recipe.prune.fine_tune.images] if recipe.prune.fine_tune is not None else []
    given += [recipe.calibration.images]
    classes = []
    for name in given:
        try:
            images = scan(set_path(folder, name or ""), numbers=recipe.input.numbers)
            classes.append(images.columns or images.classes if recipe.model.task == "multi-label" else images.classes)
        except ImagesRefusedError:
            continue  # named where the set is opened
    return classes


def read_job(shop: Workshop, path: Path) -> Job:
    """Read the recipe and open everything that it names. Raises the error of the first thing that is wrong."""
    with shop.stage("read"):
        text = recipe_bytes(path)
        recipe = parse_recipe(text, where=f"recipe {path.name}")
        folder = path.resolve().parent
        named = None if recipe.model.labels is None else read_labels(folder / recipe.model.labels)
        heads = None if recipe.detect is None else names_of(recipe.detect, len(named or ()))
        targets = load_targets([deploy.target for deploy in recipe.deploy], relative_to=folder)
        model = recipe_model(shop, recipe, folder, heads, targets)
        if model.is_new():
            # The imports of TensorFlow are the longest chain of a build: nothing that can wait comes before them.
            shop.worker("tensorflow")
            shop.worker("container")
        given, (recipe, found) = recipe.model.task, settled_task(shop, recipe, folder, model)
        model = model if recipe.model.task in (given, CLASSIFY.kind) else recipe_model(shop, recipe, folder)
        calibration, evaluation = open_sets(shop, recipe, folder, named or ())
        for images in (calibration, evaluation):
            if images is not None:
                shop.submit(images.prepared)
        model.check_shape()
        tune = recipe.prune.fine_tune
        wanted = tune is not None and recipe.prune.method != "none"
        fine_tune = (
            PixelSet(shop, "fine-tune", set_path(folder, tune.images), recipe.input, None)
            if tune and wanted
            else None
        )
        job = Job(
            path=path,
            recipe=recipe,
            targets=targets,
            model=model,
            calibration=calibration,
            evaluation=evaluation,
            fine_tune=fine_tune,
            unlabelled=_unlabelled(shop, recipe, folder),
            painted=open_truth(shop, recipe, folder, evaluation),
            named=named,
            found=found,
            anchors=_anchors(recipe, folder),
            text=text,
        )
        job.labels()
        if recipe.head:
            model.check_heads()
            for head in recipe.head:
                job.part(head)
    shop.ended("read", f"{recipe.name} {recipe.version} for {', '.join(t.name for t in targets)}")
    return job


def _unlabelled(shop: Workshop, recipe: Recipe, folder: Path) -> PixelSet | None:
    """The pictures to distil on; None where it is not asked, or on the calibration images."""
    asked = recipe.prune.distill
    if asked is None or asked.images is None or recipe.prune.method == "none":
        return None
    return PixelSet(shop, "distill", set_path(folder, asked.images), recipe.input, None)


def _anchors(recipe: Recipe, folder: Path) -> Rows:
    """The numbers of a detector's file of anchors; none where it has none."""
    given = None if recipe.detect is None or recipe.detect.anchors is None else recipe.detect.anchors.file
    if given is None:
        return ()
    data = read_bounded(folder / given, error=RecipeError, what="file of anchors", limit_bytes=LIMITS.labels_bytes)
    return read_anchors(data.decode("utf-8", "replace"), given)
