"""What a build starts from: recipe, targets, labels, image sets and model file, all opened, none of it heavy yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..errors import RecipeError
from ..load.labels import check_count, default_labels, read_labels
from ..recipe import Recipe
from ..recipe_file import load_recipe
from ..target import Target, load_targets
from ..task.kinds import KINDS, kind_of
from ..task.types import Numbers, Results, Task
from .images import PixelSet, open_sets, set_path
from .model import FloatModel, ModelFile
from .workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One build's inputs, as they were when it began: what is edited afterwards is not read. `named`: the labels file's."""

    path: Path
    recipe: Recipe
    targets: tuple[Target, ...]
    model: ModelFile
    calibration: PixelSet
    evaluation: PixelSet | None
    fine_tune: PixelSet | None
    named: tuple[str, ...] | None = None

    @property
    def folder(self) -> Path:
        """The recipe's folder; paths in the recipe are relative to it."""
        return self.path.resolve().parent

    def labels(self) -> tuple[str, ...]:
        """The labels in output order, checked against the model's outputs; none where outputs have no names."""
        if not KINDS[self.recipe.model.task].named:
            return ()
        classes = self.model.classes()
        if self.named is None or self.recipe.model.labels is None:
            sets = (self.evaluation, self.fine_tune, self.calibration)
            return default_labels(classes, *(images.classes() for images in sets if images is not None))
        check_count(self.folder / self.recipe.model.labels, self.named, classes)
        return self.named

    def task(self, model: FloatModel) -> Task:
        """What is asked of the model, with the names of its outputs."""
        return msgspec.structs.replace(self._named(), heads=model.heads)

    def _named(self) -> Task:
        wanted, numbers = self.recipe.regress, None
        if wanted is not None:
            columns = () if self.evaluation is None else self.evaluation.columns()
            if wanted.names and columns and wanted.names != columns:
                raise RecipeError(
                    f"`regress.names` are {', '.join(wanted.names)}, the columns of the evaluation csv {', '.join(columns)}",
                    supported="the same names in the order of the model's outputs",
                    next_step="correct the header of the csv, or leave `names` out",
                )
            numbers = Numbers(names=wanted.names or columns, unit=wanted.unit, tolerance=wanted.tolerance)
        return Task(kind=self.recipe.model.task, labels=self.labels(), numbers=numbers)

    def number_names(self) -> tuple[str, ...]:
        """What the numbers of task regress are called, where anybody says."""
        numbers = self._named().numbers
        return () if numbers is None else numbers.names

    def truth(self) -> Results | None:
        """What is true of the evaluation images; None without any, and where they do not say."""
        if self.evaluation is None:
            return None
        task = self._named()
        return kind_of(task).truth(self.evaluation.prepared().images, task)

    def asked(self, model: FloatModel) -> Task:
        """The same for a child process, which needs no names."""
        return msgspec.structs.replace(self.task(model), labels=())

    def channel_multiple(self) -> int:
        """The multiple that the channel counts of the pruned model keep: the largest that a target asks for."""
        asked = [int(t.channel_multiple.value) for t in self.targets if t.channel_multiple is not None]
        return max(asked, default=8)


def read_job(shop: Workshop, path: Path) -> Job:
    """Read the recipe and open everything that it names. Raises the error of the first thing that is wrong."""
    with shop.stage("read"):
        recipe = load_recipe(path)
        folder = path.resolve().parent
        targets = load_targets([deploy.target for deploy in recipe.deploy], relative_to=folder)
        model = ModelFile(shop, folder / recipe.model.path, recipe.input, recipe.model.task)
        if model.is_new():
            # The imports of TensorFlow are the longest chain of a build: nothing that can wait comes before them.
            shop.worker("tensorflow")
            shop.worker("container")
        calibration, evaluation = open_sets(shop, recipe, folder)
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
            named=None if recipe.model.labels is None else read_labels(folder / recipe.model.labels),
        )
        job.labels()
    shop.ended("read", f"{recipe.name} {recipe.version} for {', '.join(t.name for t in targets)}")
    return job
