"""`espalier.quantize`: a trained model and some images in, a small model out, with what it lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

import msgspec

from ..errors import UsageError, machine_errors
from ..recipe import CalibrationSource, Deploy, InputContract, ModelSource, Recipe
from ..recipe import Quantize as QuantizeTable
from ..rows import AccuracyRow, StepRow
from ..scratch import Scratch
from ..stages.evaluate import evaluate_model
from ..stages.job import read_job
from ..stages.prune import prune_model
from ..stages.quantize import Int8Model
from ..stages.quantize import quantize_model as quantize_stage
from ..stages.workshop import Workshop
from ..store import Store
from ..tabular import Tabular
from ..terminal import Progress
from .in_memory import Images, Labels, Model, as_files, is_path, write_model, write_recipe, written

PHONE = "android-arm64"
"""Its runtime reads every operator that the quantizer writes: no target narrows what the ladder may try."""


class Changed(TypedDict):
    """An image whose answer int8 changed: its place in what was given (its path, where that was files)."""

    image: int | str
    float: str
    int8: str
    label: str | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Evaluated(Tabular):
    """What int8 does to the answers on some images.

    `row` has every figure, as report.json's `accuracy`.

        found = small.evaluate(images, labels)
        found.accuracy, found.float_accuracy, found.drop_points, found.interval
        [row["image"] for row in found.changed]
    """

    row: AccuracyRow

    @property
    def accuracy(self) -> float | None:
        """Share of right answers of the int8 model, 0..1; None without labels."""
        return self.row.int8.top1

    @property
    def float_accuracy(self) -> float | None:
        """The same of the float model."""
        return self.row.float.top1

    @property
    def drop_points(self) -> float:
        """Percentage points that int8 loses against float, paired over the same images."""
        return self.row.drop_points

    @property
    def interval(self) -> tuple[float, float]:
        """Of `drop_points`, 95 %."""
        return self.row.interval

    @property
    def agreement(self) -> float:
        """Share of images that int8 answers as float does, 0..1."""
        return self.row.agreement

    @property
    def changed(self) -> tuple[Changed, ...]:
        """The images whose answer changed: {"image", "float", "int8", "label"}, `image` the place in what was given."""
        return tuple(
            Changed(image=_place(flip.image), float=flip.float, int8=flip.int8, label=flip.label) for flip in self.row.flips
        )

    def table(self) -> list[tuple[str, ...]]:
        """Label and value of the figures that decide."""
        low, high = self.interval
        rows: list[tuple[str, ...]] = [
            ("images", f"{self.row.n:,}"),
            ("agreement", f"{self.agreement:.2%}"),
            ("changed", f"{len(self.row.flips):,}"),
        ]
        if self.accuracy is not None and self.float_accuracy is not None:
            rows[1:1] = [
                ("float", f"{self.float_accuracy:.2%}"),
                ("int8", f"{self.accuracy:.2%}"),
                ("lost", f"{self.drop_points:+.2f} points (95 % {low:+.2f} to {high:+.2f})"),
            ]
        return rows


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Small(Tabular):
    """A quantized model: `int8` and `uint8` are .tflite files (the second takes and gives uint8, with metadata), `float` the
    float file that they were made from. `steps`: what the ladder measured; `notes`, `warnings`: what it has to say.

        small = espalier.quantize(model, images, input=espalier.Input(size=(96, 96), mean=(127.5,), std=(127.5,)))
        print(small)
        print(small.evaluate(images, labels))
        small.save("model.tflite")
    """

    int8: bytes
    uint8: bytes
    float: bytes
    scheme: str
    macs: int
    parameters: int
    steps: tuple[StepRow, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    input: InputContract
    labels: tuple[str, ...]
    name: str
    _recipe: Recipe
    _made: Int8Model
    _store: Store
    _work: Scratch
    """Holds the model and the images that were given in memory for as long as this lives."""

    def evaluate(self, images: Images, labels: Labels | None = None, *, progress: Progress | None = None) -> Evaluated:
        """Float and int8 on the same images. `images`: as in `quantize`; `labels`: a class's name or the index of an output
        for each, None for images that lie in a folder per class, in a csv, or have none (then only agreement is told).

        Raises ImagesRefusedError, LabelsRefusedError.

            small.evaluate(images, labels).drop_points
        """
        evaluation = images if labels is None and is_path(images) else (images, labels)
        with (
            machine_errors(),
            as_files(self._recipe, evaluation=evaluation) as path,
            Workshop(self._store, progress or Progress(quiet=True)) as shop,
        ):
            job = read_job(shop, path)
            given = job.model.float_model()
            pruned = prune_model(shop, job, given)
            done = evaluate_model(shop, job, given=given, pruned=pruned, int8=self._made)
        if done.accuracy is None:
            raise UsageError("no image was read", next_step="give other images")
        return Evaluated(row=done.accuracy)

    def save(self, path: Path | str) -> tuple[Path, ...]:
        """Write `path` (the int8 .tflite), and beside it NAME.uint8.tflite and NAME.json (steps, notes, warnings); returns
        them. Raises MachineError where there is no room or right.

            small.save("model.tflite")
        """
        path = Path(path)
        facts = {"scheme": self.scheme, "macs": self.macs, "parameters": self.parameters, "steps": self.steps}
        told = msgspec.json.encode(facts | {"notes": self.notes, "warnings": self.warnings}, order="sorted")
        files = {
            path.name: self.int8,
            f"{path.stem}.uint8.tflite": self.uint8,
            f"{path.stem}.json": msgspec.json.format(told, indent=2) + b"\n",
        }
        with machine_errors(str(path)):
            for name, data in files.items():
                (path.parent / name).write_bytes(data)
        return tuple(path.parent / name for name in files)

    def table(self) -> list[tuple[str, ...]]:
        """Label and value of the figures that decide."""
        rows: list[tuple[str, ...]] = [
            ("int8", f"{len(self.int8):,} bytes"),
            ("float", f"{len(self.float):,} bytes"),
            ("scheme", self.scheme),
            ("MACs", f"{self.macs:,}"),
            ("step", next((step.name for step in self.steps if step.kept), "")),
        ]
        return rows + [("warning", text) for text in self.warnings]


def quantize_model(
    model: Model,
    images: Images,
    *,
    input: InputContract,
    labels: Sequence[str] | None = None,
    task: Literal["classify", "raw"] = "classify",
    name: str = "model",
    count: int = 500,
    quantize: QuantizeTable | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
) -> Small:
    """Quantize a trained image model to int8 with some of its images.

    `model`: a Keras model (Keras 3 or tf_keras), or the path of a .keras or .h5 file. `images`: uint8 [n, height, width,
    channels] in the order red, green, blue, an iterable of such images of any size, or the path of a folder; at most `count`
    of them are used. `input`: how pixels become the model's input, as in training. `labels`: names of the outputs, in their
    order. `task`: "raw" for outputs that are no labels, one or several: each is kept as it is. `quantize`: the recipe's
    [quantize] table.

    Raises UsageError, ModelRefusedError, ImagesRefusedError, LabelsRefusedError, UnsupportedModelError, VerificationError.

        small = espalier.quantize(model, images, input=espalier.Input(size=(96, 96), mean=(127.5,), std=(127.5,)))
        small.save("model.tflite")
    """
    _check_input(input)
    work = Scratch()
    folder, store = work.path, store or Store.default()
    with machine_errors(), Workshop(store, progress or Progress(quiet=True)) as shop:
        recipe = Recipe(
            name=name,
            model=ModelSource(path=str(write_model(model, folder)), labels=_written_labels(labels, folder), task=task),
            input=input.shortest(),
            calibration=CalibrationSource(images=written(images, folder, "calibration"), count=count),
            quantize=quantize or QuantizeTable(),
            deploy=(Deploy(target=PHONE),),
        )
        job = read_job(shop, write_recipe(recipe, folder))
        given = job.model.float_model()
        made = quantize_stage(shop, job, given)
        return Small(
            int8=made.int8_model,
            uint8=made.uint8_model,
            float=given.tflite,
            scheme=made.scheme,
            macs=made.macs,
            parameters=made.parameters,
            steps=made.steps,
            notes=made.notes,
            warnings=(*made.warnings, *shop.warnings()),
            input=job.recipe.input,
            labels=job.labels(),
            name=name,
            _recipe=job.recipe,
            _made=made,
            _store=store,
            _work=work,
        )


def _check_input(given: object) -> None:
    if not isinstance(given, InputContract):
        raise UsageError(
            f"`input` is a {type(given).__name__}",
            supported="espalier.Input(size=(height, width), mean=..., std=...): how pixels become the model's input",
            next_step="say it as it was in training",
        )


def _written_labels(labels: Sequence[str] | None, folder: Path) -> str | None:
    if labels is None:
        return None
    path = folder / "labels.txt"
    path.write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")
    return str(path)


def _place(image: str) -> int | str:
    """The place in an array of what was written as 000007.npy; other files keep their names."""
    stem = image.rpartition("/")[2].removesuffix(".npy")
    return int(stem) if len(stem) == 6 and stem.isdecimal() else image

