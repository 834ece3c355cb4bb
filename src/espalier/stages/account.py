"""The account of the int8 model's layers, as `espalier explain` prints it and the report shows it: when a build makes
it, on which images, and the words of the worst layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from ..errors import EspalierError
from ..layers.advice import Sensitivity, name_of, operator_of
from ..pixels import evenly
from ..recipe import InputContract
from ..row_parts import ExplainedLayer, ExplainPart
from ..rows import AccuracyRow, GateRow
from ..store import digest
from ..task.types import CLASSIFY, Results, Task
from ..worker.quantizer_calls import Explain
from .images import PixelSet
from .job import Job
from .model import FloatModel
from .quantize import Int8Model
from .workshop import Workshop, pack, unpack

FORMAT = "espalier-explain/1"
SECONDS = 1_800.0
IMAGES, WORST = 128, 8
"""Images that are run, and layers whose gain is measured, where nothing else is asked for."""
FEW_IMAGES = 32
NAMED = 3
"""Layers in the words of a failed gate."""
MEASURED = (
    "gain: the int8 model computed in float with its own scales, weights and roundings (a simulation); then again with "
    "this one layer's output left unrounded (through reshapes, concatenations and pooling, too), and with its weights "
    "from the float model as well; the better of both, as dB of signal "
    "to noise of the scores before the softmax, as images that get the float model's answer, and as points of accuracy "
    "on labelled images with their paired 95 % interval"
)
"""What the gain columns are."""
LOSS_GATES = ("quantize.max-accuracy-drop", "quantize.min-agreement", "budgets.max-accuracy-drop")


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared: both files and the Keras layers of their tensors; `pixels` makes the path of a .npy of images
    prepared for them, `pixels_key` stands for their content."""

    name: str
    version: str
    float_model: bytes
    int8_model: bytes
    layers: dict[str, str]
    contract: InputContract
    pixels: Callable[[], str]
    pixels_key: Any
    source: str
    notes: tuple[str, ...] = ()
    labelled: Callable[[], tuple[str, list[int] | Results]] | None = None
    """Makes the path of a .npy of labelled images and their classes, where there are any; `labelled_key` stands for
    their content."""
    labelled_key: Any = None
    task: Task = CLASSIFY
    """What the network answers."""


def of_job(job: Job, model: FloatModel, int8: Int8Model, shop: Workshop, count: int = IMAGES) -> Compared:
    """A build's own models on its own evaluation images (without any: on the calibration images, and says so)."""
    own = job.evaluation or job.calibration
    notes: tuple[str, ...] = ()
    if job.evaluation is None:
        notes = ("the recipe has no evaluation images: saturation cannot show on the images of the calibration",)
    good = good_places(job)
    if good is not None:
        notes = (*notes, f"an image with which something is wrong may leave any range: {len(good)} good ones were looked at")
    return Compared(
        name=job.recipe.name,
        version=job.recipe.version,
        float_model=model.tflite,
        int8_model=int8.whole or int8.int8_model,
        layers=model.layers,
        contract=job.recipe.input,
        pixels=lambda: some_of(shop, own, count, good),
        pixels_key=[own.digest, count] if good is None else [own.digest, count, good],
        source=f"{own.role} images" if good is None else f"good {own.role} images",
        notes=notes,
        task=job.asked(model),
        **labelled_of(job),
    )


def labelled_of(job: Job) -> dict[str, Any]:
    """`labelled` and `labelled_key` of a build's evaluation images; none when it has none with classes."""
    images = job.evaluation
    truth = job.truth()
    if images is None or truth is None:
        return {}
    return {"labelled": lambda: (images.pixels(), truth), "labelled_key": [images.digest, digest(truth.tobytes())]}


def good_places(job: Job) -> list[int] | None:
    """Of task anomaly: the places of the good images among those that are looked at, where any is told from others. Its ranges
    are made for these; that the others leave them is what the score is for."""
    table, own = job.recipe.anomaly, job.evaluation or job.calibration
    if table is None:
        return None
    labels = [image.label for image in own.prepared().images]
    good = [place for place, label in enumerate(labels) if label == table.normal]
    return good if 0 < len(good) < len(labels) else None


def some_of(shop: Workshop, images: PixelSet, count: int, among: list[int] | None = None) -> str:
    """At most `count` evenly spaced images of a set (they lie sorted by class), of those `among` it, as the path of a .npy."""
    everything = np.load(images.pixels(), mmap_mode="r")
    places = evenly(len(everything), count) if among is None else np.array(among, np.int64)[evenly(len(among), count)]
    path = shop.scratch / "explained.npy"
    np.save(path, everything[places])
    return str(path)


def account(shop: Workshop, given: Compared, worst: int = WORST) -> ExplainPart:
    """What `sensitivity.measure_sensitivity` finds, with its source and notes; stored. `worst`: for how many layers the
    gain is measured."""

    def run() -> dict[str, bytes]:
        path, labels = given.labelled() if given.labelled is not None else (None, None)
        call = Explain(
            int8_model=given.int8_model,
            float_model=given.float_model,
            pixels_path=given.pixels(),
            contract=given.contract,
            layers=given.layers,
            worst=worst,
            labelled_path=path,
            labels=None if labels is None else np.array(labels),
            task=given.task,
        )
        found = shop.worker("quantizer").ask(
            call,
            seconds=SECONDS,
            on_progress=lambda done, total, text: shop.progress.step("explain", done, total, text),
        )
        return {"account": pack(found)}

    key = {
        "models": [digest(given.float_model), digest(given.int8_model)],
        "pixels": given.pixels_key,
        "contract": msgspec.to_builtins(given.contract),
        "layers": given.layers,
        "worst": worst,
        "labelled": given.labelled_key,
        "task": msgspec.to_builtins(given.task),
    }
    found = unpack(shop.stored("explain", key, run)["account"], Sensitivity)
    told = {
        "format": FORMAT,
        "name": given.name,
        "version": given.version,
        "source": given.source,
        "measured": MEASURED,
        "notes": [*given.notes, *_notes(given, found)],
    }
    return msgspec.convert({**told, **msgspec.to_builtins(found)}, ExplainPart)


def _notes(given: Compared, found: Sensitivity) -> list[str]:
    notes = []
    if found.images < FEW_IMAGES and given.source != "golden vectors":
        notes.append(f"{found.images} images are few; {FEW_IMAGES} or more give firm figures")
    if not given.layers:
        notes.append("this build's report names no Keras layers (it is older); build again to see them")
    if found.unmatched:
        names = [given.layers.get(name) or name for name in found.unmatched]
        notes.append(
            f"{len(names)} tensors of the int8 model have no counterpart of the same shape in the float model and are "
            f"not compared: {', '.join(names[:4])} (the recipe instead of the folder compares layers whose channels "
            "were dropped, too)"
        )
    if found.rewritten:
        notes.append(
            f"the build changed the weights of {', '.join(found.rewritten[:6])}"
            + (f" and {len(found.rewritten) - 6} more" if len(found.rewritten) > 6 else "")
            + " (equalization, a scale taken in): of these layers only the rounding of the output is measured"
        )
    return notes


def is_due(job: Job, int8: Int8Model, gates: Sequence[GateRow]) -> bool:
    """Whether a build makes the account: always or never when the recipe says so, else when the ladder had to climb
    or an accuracy limit failed. A build that loses nothing is not made slower."""
    setting = job.recipe.report.explain
    if setting != "auto":
        return setting == "always"
    climbed = sum(step.climbed for step in int8.steps) > 1
    return climbed or any(row.name in LOSS_GATES and not row.passed for row in gates)


def account_if_due(
    shop: Workshop, job: Job, model: FloatModel, int8: Int8Model, gates: Sequence[GateRow]
) -> tuple[ExplainPart | None, tuple[str, ...]]:
    """The account of a build (None: not due), and warnings: an account that cannot be made stops no build."""
    if not is_due(job, int8, gates):
        return None, ()
    try:
        with shop.stage("explain"):
            found = account(shop, of_job(job, model, int8, shop))
    except EspalierError as problem:
        return None, (f"explain: the layers could not be compared: {problem.found}",)
    shop.ended("explain", f"{len(found['layers'])} layers on {found['images']} images")
    return found, ()


def blame(
    gates: Sequence[GateRow], accuracy: AccuracyRow | None, found: ExplainPart | None, command: str
) -> tuple[GateRow, ...]:
    """The gates; a failed accuracy limit with the layers that lose most and their advice, or with the command that
    names them. Not where int8 changed no answer: then pruning lost it."""
    if accuracy is None or not accuracy.flips:
        return tuple(gates)
    said = (f"`{command}` names the layers that lose most",) if found is None else worst_layers(found)
    return tuple(
        row if row.passed or row.name not in LOSS_GATES else msgspec.structs.replace(row, layers=said)
        for row in gates
    )


def worst_layers(found: ExplainPart) -> tuple[str, ...]:
    """The first layers of the ranking in words: name, operator, what comes back, advice."""
    return tuple(
        f"{name_of(row)} ({operator_of(row)}"
        + ("" if row["gain_db"] is None else f", {row['gain_db']:+.1f} dB{_points(row)} when it keeps more than 8 bits")
        + ")"
        + (f": {row['advice'][0]}" if row["advice"] else "")
        for row in found["layers"][:NAMED]
    )


def _points(row: ExplainedLayer) -> str:
    return "" if row["gain_points"] is None else f" and {row['gain_points']:+.2f} points"
