"""Accuracy of the model as given, pruned and in int8, on the evaluation images, with LiteRT's default kernels."""

from __future__ import annotations

import base64
import dataclasses
import io
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import LabelsRefusedError
from ..fed import images_of
from ..findings import Finding, of_model, settle
from ..image_facts import Prepared
from ..measure.predict import Step, dequantize
from ..recipe import InputContract
from ..recipe_answers import Cost, Decision
from ..row_boxes import BoxesRow
from ..row_cost import CostRow
from ..row_images import DIGEST, MOST_NAMES, ImageAnswers, packed
from ..row_parts import FedPart, SheetPart
from ..row_slices import SliceRow
from ..rows import AccuracyRow
from ..store import digest
from ..task.accuracy import with_choice
from ..task.confidence import Answer, choose_threshold, largest
from ..task.cost import choose_by_cost, cost_row, prices_of
from ..task.cost_labels import label_cost_row, label_prices
from ..task.kinds import KINDS, kind_of, paints
from ..task.several import Several
from ..task.slices import slice_rows
from ..task.types import Asked, Results, Task, Values
from ..worker.runtime_calls import Predict
from .alert import with_alert
from .check_model import check_declared, score_declared
from .images import PixelSet
from .job import Job
from .model import FloatModel
from .prune import Pruned
from .quantize import Int8Model
from .workshop import Workshop, pack, unpack

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SHEET_IMAGES = 24

PART = 10_000
"""Images whose answers are one stored result."""


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """The report's accuracy row, accuracy of the model as given, pictures of flipped images, warnings."""

    accuracy: AccuracyRow | None
    given_top1: float | None
    float_tflite: bytes
    contact_sheet: tuple[SheetPart, ...] = ()
    by_image: ImageAnswers | None = None
    warnings: tuple[str, ...] = ()
    preprocessing: tuple[FedPart, ...] = ()
    """Right answers of the float model, fed as declared and in the usual other ways (check_model.Scores)."""


def evaluate_model(
    shop: Workshop, job: Job, *, given: FloatModel, pruned: Pruned, int8: Int8Model
) -> Evaluation:
    """Measure; the outputs of each model are a stored result, so that new labels or budgets run no model."""
    images = job.evaluation or job.calibration
    with shop.stage("evaluate"):
        prepared = images.prepared()
        doubts, scores = check_declared(shop, job, given), score_declared(shop, job, given)
        cut = answers(shop, images, given.tflite, job, given)
        before = whole_answers(shop, images, job, given, cut)
        base = cut if pruned.model is given else answers(shop, images, pruned.model.tflite, job, given)
        after = answers(shop, images, int8.int8_model, job, given)
        key = {
            "outputs": [digest(o.tobytes()) for o in (before, base, after)],
            "task": msgspec.to_builtins(job.task(given)),
            "images": [[i.path, i.label, i.numbers, i.cells] for i in prepared.images],
            **objects_key(prepared),
            **job.truth_key(),
            "decision": msgspec.to_builtins(job.recipe.decision),  # of heads: in the task
            "limit": job.recipe.quantize.max_accuracy_drop,
            "labelled": job.evaluation is not None,
            "accept": job.recipe.accept,
            "preprocessing": None if scores is None else msgspec.to_builtins(scores.finding),
        }
        wrong = None if scores is None else scores.finding
        files = shop.stored(
            "evaluate/accuracy", key, lambda: _measure(job, given, int8, prepared, (before, cut, base, after), wrong)
        )
    evaluation = unpack(files["evaluation"], Evaluation)
    row = _chosen(evaluation.accuracy, int8, job)
    shop.ended("evaluate", f"{row.n:,} images, agreement {row.agreement:.2%}" if row else "")
    return msgspec.structs.replace(
        evaluation,
        accuracy=row,
        float_tflite=pruned.model.tflite,
        warnings=(*doubts, *evaluation.warnings),
        preprocessing=() if scores is None else scores.scores,
    )


def objects_key(prepared: Prepared) -> dict[str, Any]:
    """What annotations say of the images, where there are any."""
    objects = [image.objects for image in prepared.images]
    return {} if all(one is None for one in objects) else {"objects": msgspec.to_builtins(objects)}


def _chosen(row: AccuracyRow | None, int8: Int8Model, job: Job) -> AccuracyRow | None:
    """The row, with what choosing the step on these images is worth where that was done."""
    kept = next((step for step in int8.steps if step.kept), None)
    if row is None or int8.held_out_drop is None or kept is None or kept.drop is None:
        return row
    return with_choice(
        row,
        steps=sum(step.climbed for step in int8.steps),
        held_out=int8.held_out_drop,
        kept_drop=kept.drop,
        limit_points=job.recipe.quantize.max_accuracy_drop,
    )


def answer_early(shop: Workshop, job: Job, given: FloatModel) -> None:
    """What needs the given float model only, while the quantizer works: its answers, the scores of its input."""
    answers(shop, job.evaluation or job.calibration, given.tflite, job, given)
    check_declared(shop, job, given)


def decide_threshold(shop: Workshop, job: Job, model: FloatModel, int8: Int8Model) -> Job:
    """The job with the threshold that reaches the recipe's `decision.precision`, in float and in int8 (both have answered
    the evaluation images while they were quantized), or that costs least by `decision.cost` in int8; as it is where none is
    wished or none reaches it.
    """
    if job.recipe.anomaly is not None:
        return with_alert(shop, job, model, int8)
    images, recipe = job.evaluation, job.recipe
    wishes = [recipe.decision.precision, recipe.decision.cost, *(head.decision.precision for head in recipe.head)]
    truth = None if all(wish is None for wish in wishes) else job.truth()
    if images is None or truth is None:
        return job
    whole = model if paints(job.task(model)) else None
    values = [answers(shop, images, data, job, whole) for data in (model.tflite, int8.int8_model)]
    if recipe.decision.cost is not None and recipe.model.task == "multi-label":
        return job  # stages/cuts.py found a threshold for each label
    if recipe.decision.cost is not None:
        prices = prices_of(recipe.decision.cost, job.labels())
        threshold, cut = choose_by_cost(values[1], truth, prices, binary=recipe.binary is not None)
        recipe = msgspec.structs.replace(recipe, decision=msgspec.structs.replace(recipe.decision, threshold=threshold))
        if recipe.binary is not None and cut is not None:
            recipe = msgspec.structs.replace(recipe, binary=msgspec.structs.replace(recipe.binary, threshold=cut))
        return dataclasses.replace(job, recipe=recipe)
    if recipe.decision.precision is not None:
        task = job.named_task()
        decision = _reaching(recipe.decision, values, truth, lambda outputs: kind_of(task).results(outputs, task))
        return dataclasses.replace(job, recipe=msgspec.structs.replace(recipe, decision=decision))
    heads = {head.name: head for head in recipe.head}
    for part in Several(KINDS).parts(job.task(model)):
        if part.task.precision is not None and part.name in (truth.dtype.names or ()):
            own = _reaching(heads[part.name].decision, [part.of(one) for one in values], truth[part.name])
            heads[part.name] = msgspec.structs.replace(heads[part.name], decision=own)
    return dataclasses.replace(job, recipe=msgspec.structs.replace(recipe, head=tuple(heads.values())))


def _reaching(
    decision: Decision, outputs: list[NDArray[np.float32]], truth: Results, answer: Answer = largest
) -> Decision:
    """The decision with the threshold that reaches its precision; as it is where none does."""
    chosen = choose_threshold(outputs[0], outputs[1], truth, decision.precision or 0.0, answer)
    return decision if chosen is None else msgspec.structs.replace(decision, threshold=chosen)


def answers(
    shop: Workshop, images: PixelSet, model: bytes, job: Job, of: FloatModel | None = None
) -> NDArray[Any]:
    """The values of every image of a set, float32 [n, values]; stored by model and pixels. Where an answer is a map or picture
    (of the float model `of`) the results in their place, uint8 [n, pixels].

    A set of more than PART images is run and stored in parts, so that a build that is ended goes on where it was.
    """
    total = len(images.prepared().images)
    asked = None if of is None else job.task(of)
    # No result of these depends on a threshold, which may be found later.
    task = _without_cuts(asked) if asked is not None and paints(asked) else None
    parts = [_part(shop, images, model, job, first, total, task) for first in range(0, total, PART)]
    return np.concatenate(parts)


def _without_cuts(task: Task) -> Task:
    parts = tuple(msgspec.structs.replace(part, cuts=(), sought=(), threshold=0.0, precision=None) for part in task.parts)
    return msgspec.structs.replace(task, cuts=(), sought=(), parts=parts)


def whole_answers(
    shop: Workshop, images: PixelSet, job: Job, given: FloatModel, cut: NDArray[Any]
) -> NDArray[Any]:
    """What the model as given answers, with the last resize that its float file may lack (`cut`: without)."""
    if given.whole is None or given.whole.whole_head is None:
        return cut
    whole = msgspec.structs.replace(given, heads=(given.whole.whole_head,))
    return answers(shop, images, given.whole.whole, job, whole)


def _part(
    shop: Workshop, images: PixelSet, model: bytes, job: Job, first: int, total: int, task: Task | None = None
) -> NDArray[Any]:
    def run() -> dict[str, bytes]:
        call = Predict(
            model=model, pixels_path=images.pixels(), contract=job.recipe.input, first=first, count=PART, task=task
        )
        found = shop.worker("litert-runtime").ask(
            call,
            # Two models at least answer: each half of the stage, whatever the order.
            on_progress=lambda done, _, text: shop.progress.step("evaluate", first + done, 2 * total, text),
        )
        return {"outputs": _npy(found.outputs), "steps": pack(found.steps)}

    key = {"model": digest(model), "pixels": images.digest, "contract": msgspec.to_builtins(job.recipe.input)}
    key |= {} if task is None else {"task": msgspec.to_builtins(task)}
    files = shop.stored("evaluate/outputs", key if total <= PART else key | {"part": [first, PART]}, run)
    outputs: NDArray[Any] = np.load(io.BytesIO(files["outputs"]), allow_pickle=False)
    return outputs if task is not None else dequantize(outputs, unpack(files["steps"], list[Step]))


def _measure(
    job: Job,
    model: FloatModel,
    int8: Int8Model,
    prepared: Prepared,
    values: tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]],
    preprocessing: Finding | None,
) -> dict[str, bytes]:
    """`values`: of the model as given, of the same without its last resize, of what was quantized, of the int8 file."""
    before, cut, base, after = values
    names = [image.path for image in prepared.images]
    decision = job.recipe.decision
    task = job.task(model)
    truth = job.truth(whole=True)
    asked = Asked(
        names=names,
        truth=truth,
        given=before,
        base=base,
        int8=after,
        limit_points=job.recipe.quantize.max_accuracy_drop,
        threshold=decision.threshold,
        wished=decision.precision,
        heads=int8.heads,
        cut=None if cut is before else cut,
    )
    doubts = kind_of(task).doubts(before, truth, task, preprocessing)
    found = settle(of_model(doubts, untrained=job.model.facts().never_trained), job.recipe.accept)
    wrong = next((finding for finding in found if finding.severity == "error"), None)
    if wrong is not None:
        raise LabelsRefusedError(
            wrong.message,
            supported="labels in the order of the model's outputs, images in the folder of their class",
            next_step=wrong.way_on,
        )
    row = kind_of(task).measure(asked, task)
    if truth is not None and kind_of(task).each and kind_of(task).score is None and not task.parts:
        row = msgspec.structs.replace(row, slices=_slices(prepared, before, after, truth, task))
    if decision.cost is not None and truth is not None:
        row = msgspec.structs.replace(row, cost=_cost(decision.cost, base, after, truth, task))
    sheet = contact_sheet(job, row, names) if truth is not None and row.flips else ()
    return {
        "evaluation": pack(
            Evaluation(
                accuracy=row,
                given_top1=row.float.top1,
                float_tflite=b"",
                contact_sheet=sheet,
                by_image=by_image(job, task, prepared, after),
                warnings=(*(str(finding) for finding in found), *row.warnings),
            )
        )
    }


def _slices(
    prepared: Prepared, before: NDArray[Any], after: NDArray[Any], truth: Results, task: Task
) -> tuple[SliceRow, ...]:
    """Accuracy on the parts of the images that are told apart by themselves."""
    kind = kind_of(task)
    given, int8 = (kind.right(kind.results(values, task), truth, task) for values in (before, after))
    return slice_rows(prepared.images, given, int8)


def by_image(job: Job, task: Task, prepared: Prepared, after: NDArray[Any]) -> ImageAnswers:
    """What int8 answered to each image, and whether that is right."""
    kind, truth = kind_of(task), job.truth()
    found = kind.results(after, task)
    words = kind.words(found, task)
    known = sorted(set(words))
    places = {word: place for place, word in enumerate(known)}
    return ImageAnswers(
        what=kind.right_is,
        n=len(words),
        names=tuple(image.path for image in prepared.images) if len(words) <= MOST_NAMES else (),
        digests="".join(image.sha256[:DIGEST] for image in prepared.images),
        labels=task.labels,
        words=() if known == [""] else tuple(known),
        answers=() if known == [""] else tuple(places[word] for word in words),
        right="" if truth is None else packed(kind.right(found, truth, task)),
    )


def _cost(cost: Cost, base: Values, int8: Values, truth: Results, task: Task) -> CostRow:
    """What answers cost by the recipe's prices."""
    if task.kind == "multi-label":
        prices = label_prices(cost, task.labels)
        return label_cost_row(base, int8, truth, prices, task.cuts, task.sought)
    return cost_row(base, int8, truth, prices_of(cost, task.labels), binary=task.kind == "binary")


def contact_sheet(job: Job, row: AccuracyRow, names: list[str]) -> tuple[SheetPart, ...]:
    """The first flipped images as the model sees them, as PNG in base64."""
    from PIL import Image

    images = job.evaluation or job.calibration
    pixels = images_of(np.load(images.pixels(), mmap_mode="r"))
    place = {name: index for index, name in enumerate(names)}
    sheet: list[SheetPart] = []
    for flip in row.flips[:SHEET_IMAGES]:
        data, picture = io.BytesIO(), shown(np.asarray(pixels[place[flip.image]]), job.recipe.input)
        _marked(Image.fromarray(picture), row.boxes, flip.image).save(data, "PNG")
        sheet.append(
            {
                "image": flip.image,
                "float": flip.float,
                "int8": flip.int8,
                "label": flip.label or "",
                "png_base64": base64.b64encode(data.getvalue()).decode(),
            }
        )
    return tuple(sheet)


def shown(image: NDArray[np.uint8], contract: InputContract) -> NDArray[np.uint8]:
    """A prepared image as people see it: uint8 [h, w, 3] in RGB, or [h, w]; of several bands the first."""
    image = image[:, :, ::-1] if contract.color == "bgr" else image
    return np.ascontiguousarray(image if contract.color in ("rgb", "bgr") else image[:, :, 0])


def _marked(picture: Picture, boxes: BoxesRow | None, name: str) -> Picture:
    """The picture with the objects that int8 lost in red, those that it gained in green."""
    changes = [] if boxes is None else [change for change in boxes.changes if change.image == name]
    if not changes:
        return picture
    from PIL import ImageDraw

    marked = picture.convert("RGB")
    draw = ImageDraw.Draw(marked)
    for change in changes:
        x1, y1, x2, y2 = change.corners
        colour = (220, 30, 30) if change.what == "lost" else (30, 180, 60)
        draw.rectangle((x1, y1, max(x1, x2 - 1), max(y1, y2 - 1)), outline=colour)
    return marked


def _npy(array: NDArray[Any]) -> bytes:
    data = io.BytesIO()
    np.save(data, array, allow_pickle=False)
    return data.getvalue()
