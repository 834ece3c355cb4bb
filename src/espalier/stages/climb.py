"""From the first rung to the file that is kept: the steps that cost seconds, then the ladder while the loss is over the
recipe's limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import msgspec

from .. import statistics
from ..errors import EspalierError, WorkerError
from ..ladder.candidate import FIRST, TRYING
from ..ladder.goal import excess_of
from ..ladder.int16_targets import Wide, int16_refusals, suits
from ..recipe import Quantize
from ..rows import StepRow
from ..statistics import drop_of
from ..store import Parts, digest
from ..task.kinds import kind_of
from ..worker.quantizer_calls import Climbed, ClimbLadder, QuickSteps, TryQuick
from .first_rung import Finished, finished, rung_key, weights_of
from .job import Job
from .model import FloatModel
from .words import explain_loss
from .workshop import Workshop, pack, unpack

T = TypeVar("T")

Told = Callable[[float, float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The file that is kept, all steps in order, what to say. `held_out`: see rows.QuantizeRow; None where the
    choice took no part of the evaluation images. `chosen_on`: calibration images that the choice was made on, of `among`
    steps; 0 where there was none."""

    done: Finished
    steps: tuple[StepRow, ...]
    held_out: float | None = None
    said: tuple[str, ...] = ()
    chosen_on: int = 0
    among: int = 1


def climb_model(shop: Workshop, job: Job, model: FloatModel, first: Finished) -> Kept:
    """With scheme auto the steps that cost seconds, of which calibration images choose; that one is measured on the
    evaluation images. Then the ladder, when it loses too much there or the best is asked for."""
    wanted = job.recipe.quantize
    explain = partial(explain_loss, limit=wanted.max_accuracy_drop, min_agreement=wanted.min_agreement)
    quick = _Quick(kept=first)
    if wanted.scheme == "auto" and wanted.search == "until-limit":
        quick = _try_quick(shop, job, model, first)
    rung, drop = _measured(shop, job, model, quick)
    tried = (*(row for row in quick.steps if row.name != rung.name), rung)
    among = sum(not row.why for row in quick.steps) or 1
    best = Kept(done=quick.kept, steps=_keep(tried, rung), chosen_on=quick.images, among=among)
    if wanted.scheme != "auto" or (_excess(rung, wanted) <= 0 and wanted.search == "until-limit"):
        why = f"scheme {wanted.scheme}: nothing else was tried"
        return replace(best, said=explain(best.steps, drop=drop, left_out=(why,)))
    refused = int16_refusals(job.targets)
    if not wanted.allow_int16:
        refused = ("the recipe says allow-int16 = false", *refused)
    wide = None if refused else suits(job.targets, model.layers)
    try:
        climbed = _ladder(shop, job, model, quick.kept, first, labelled=rung.drop is not None, wide=wide)
    except EspalierError as problem:
        # What there is stands, whatever became of the others.
        why = f"the ladder stopped: {problem.found}"
        return replace(best, said=explain(best.steps, drop=drop, left_out=(why,)))
    left_out = tuple(f"16-bit activations: {why}" for why in refused) + climbed.left_out
    found = next(step for step in climbed.steps if step.kept)
    steps = (*tried, *climbed.steps)
    if _order(found, wanted) > _order(rung, wanted):
        rows = _keep(steps, rung)
        said = explain(rows, drop=drop, left_out=left_out)
        return Kept(done=quick.kept, steps=rows, held_out=climbed.held_out, said=said)
    _, drop = _measured(shop, job, model, _Quick(kept=climbed.kept))
    rows = _keep(steps, found)
    said = explain(rows, drop=drop, left_out=left_out)
    return Kept(done=climbed.kept, steps=rows, held_out=climbed.held_out, said=said)


def _keep(steps: Sequence[StepRow], kept: StepRow) -> tuple[StepRow, ...]:
    return tuple(msgspec.structs.replace(step, kept=step is kept) for step in steps)


class _Quick(msgspec.Struct, frozen=True, kw_only=True):
    """The file that calibration images chose, its name, all that was tried, and how many images chose."""

    kept: Finished
    name: str = FIRST
    steps: tuple[StepRow, ...] = ()
    images: int = 0


def _try_quick(shop: Workshop, job: Job, model: FloatModel, first: Finished) -> _Quick:
    """quick.try_quick in the litert process; stored. The first rung alone where that fails: it is optional."""
    key = {**rung_key(job, model), "first": digest(first.int8_model)}

    def run() -> dict[str, bytes]:
        def call(skip: dict[str, str], told: Told) -> QuickSteps:
            worker = shop.worker("quantizer")
            asked = TryQuick(
                float_model=model.tflite,
                pixels_path=job.calibration.pixels(),
                contract=job.recipe.input,
                first=first.whole or first.int8_model,
                ranges=first.ranges,
                weights=weights_of(job),
                skip=skip,
                task=job.asked(model),
            )
            return worker.ask(asked, on_progress=told)

        found = surviving(call, partial(_step, shop))
        kept = first
        if found.name != FIRST:
            kept = finished(shop, job, model, found.int8_model, first.enters, _carried(first), first.seconds)
        return {"quick": pack(_Quick(kept=kept, name=found.name, steps=found.steps, images=found.images))}

    try:
        return unpack(shop.stored("quantize/quick", key, run)["quick"], _Quick)
    except EspalierError as problem:
        row = StepRow(name="quick steps", top1=None, drop=None, kept=False, why=problem.found)
        return _Quick(kept=first, steps=(row,))


def _carried(first: Finished) -> tuple[str, ...]:
    """Notes of the first rung that hold for every step of the same model."""
    own = ("biases ", "channels that cannot matter")
    return tuple(note for note in first.notes if not note.startswith(own))


def _step(shop: Workshop, done: float, total: float, text: str) -> None:
    shop.progress.step("quantize", done, total, text)


class _Climbed(msgspec.Struct, frozen=True, kw_only=True):
    """The kept file of a climb, its steps, why rungs were left out, and what the choice is worth (climb.Climb)."""

    kept: Finished
    steps: tuple[StepRow, ...]
    left_out: tuple[str, ...]
    held_out: float | None


def _asked(
    job: Job, model: FloatModel, measured: Finished, wide: Wide | None, *, labelled: bool, stopped: str
) -> ClimbLadder:
    wanted, truth = job.recipe.quantize, job.truth()
    asked = ClimbLadder(
        float_model=model.tflite,
        pixels_path=job.calibration.pixels(),
        contract=job.recipe.input,
        limit_points=wanted.max_accuracy_drop,
        min_agreement=wanted.min_agreement,
        search=wanted.search,
        weights=weights_of(job),
        wide=wide,
        stopped=stopped,
        task=job.asked(model),
    )
    if not labelled or job.evaluation is None or truth is None:
        return asked
    return msgspec.structs.replace(
        asked,
        evaluation_path=job.evaluation.pixels(),
        labels=truth,
        measured=(measured.int8_model,),
    )


def _ladder(
    shop: Workshop,
    job: Job,
    model: FloatModel,
    measured: Finished,
    first: Finished,
    *,
    labelled: bool,
    wide: Wide | None,
) -> _Climbed:
    """climb.climb in the litert process; stored, and so is each of its results on the way. One that ends before its time
    gives the best of those, with a row for each step that was not tried, and is not stored: the next build goes on there.
    `measured` on the evaluation images already."""
    wanted = job.recipe.quantize
    key = {
        **rung_key(job, model),
        "limit": wanted.max_accuracy_drop,
        "agreement": wanted.min_agreement,
        "search": wanted.search,
        "first": digest(measured.int8_model),
        "wide": None if wide is None else msgspec.to_builtins(wide),
    }
    if labelled and job.evaluation is not None:
        truth = job.truth()
        key["evaluation"] = [job.evaluation.digest, None if truth is None else digest(truth.tobytes())]
    parts = shop.parts("quantize/climb", key)

    def run(stopped: str = "") -> dict[str, bytes]:
        asked = _asked(job, model, measured, None if stopped else wide, labelled=labelled, stopped=stopped)
        value, died = climb_call(shop, asked, parts=parts, on_progress=partial(_step, shop))
        left_out = value.left_out
        if died:
            left_out = (f"16-bit activations: the process that tried them died ({died})",)
        if stopped:
            left_out = (*left_out, f"the ladder stopped: {stopped}")
        kept = finished(shop, job, model, value.int8_model, first.enters, _carried(first), first.seconds)
        done = _Climbed(kept=kept, steps=value.steps, left_out=left_out, held_out=value.held_out)
        return {"climbed": pack(done)}

    try:
        files = shop.stored("quantize/climb", key, run)
    except EspalierError as problem:
        try:
            files = run(stopped=problem.found)
        except EspalierError:
            raise problem from None  # nothing was measured before it stopped
    else:
        parts.clear()
    return unpack(files["climbed"], _Climbed)


def climb_call(
    shop: Workshop, asked: ClimbLadder, *, on_progress: Told | None = None, parts: Parts | None = None
) -> tuple[Climbed, str]:
    """The climb; 16-bit candidates in a process of their own, because kernels may abort it on one: then without
    them (and how it ended). An int8 candidate that ends the process is left out of the next try, with how it did. No
    try makes again what another has made (`parts`)."""
    died = ""
    known, on_kept = ({}, None) if parts is None else (parts.known, parts.keep)
    if asked.wide is not None:
        try:
            whole = msgspec.structs.replace(asked, known=known)
            return shop.worker("quantizer", "16-bit").ask(whole, on_progress=on_progress, on_kept=on_kept), ""
        except WorkerError as problem:
            died = problem.found

    def call(skip: dict[str, str], told: Told) -> Climbed:
        narrow = msgspec.structs.replace(asked, wide=None, skip=skip, known=known)
        return shop.worker("quantizer").ask(narrow, on_progress=told, on_kept=on_kept)

    return surviving(call, on_progress), died


def surviving(call: Callable[[dict[str, str], Told], T], on_progress: Told | None) -> T:
    """The value of a call that tries steps: with every step that ended its process left out of the next try (`skip`: its
    name and how it ended). Raises WorkerError when it dies of something else, or of more than DEATHS steps."""
    skip: dict[str, str] = {}
    while True:
        trying = [""]

        def told(done: float, total: float, text: str, trying: list[str] = trying) -> None:
            if text.startswith(TRYING):
                trying[0] = text.removeprefix(TRYING)
            if on_progress is not None:
                on_progress(done, total, text)

        try:
            return call(skip, told)
        except WorkerError as problem:
            if not trying[0] or trying[0] in skip or len(skip) >= _DEATHS:
                raise
            skip[trying[0]] = problem.found


_DEATHS = 3
"""Candidates that may end the process of a climb, before it is given up."""


def _excess(step: StepRow, wanted: Quantize) -> float:
    """goal.excess_of for a row."""
    return excess_of(_loss(step), step.agreement or 0.0, wanted.max_accuracy_drop, wanted.min_agreement)


def _loss(step: StepRow) -> float:
    """Points of accuracy lost, or of agreement when there are no labels."""
    return 100 * (1 - (step.agreement or 0.0)) if step.drop is None else step.drop


def _order(step: StepRow, wanted: Quantize) -> tuple[float, float]:
    """By what is missing, then by what is lost."""
    return max(0.0, _excess(step, wanted)), _loss(step)


def _measured(
    shop: Workshop, job: Job, model: FloatModel, chosen: _Quick
) -> tuple[StepRow, statistics.Drop | None]:
    """A file on the evaluation images (without any: on the calibration images, agreement only), as a row, and the paired
    drop where there are labels."""
    from .evaluate import answers

    done, images = chosen.kept, job.evaluation or job.calibration
    task = job.task(model)
    kind = kind_of(task)
    before, after = (
        kind.results(answers(shop, images, data, job, model), task) for data in (model.tflite, done.int8_model)
    )
    top1 = drop = paired = None
    if (truth := job.truth()) is not None:
        top1 = kind.worth(after, truth, task)
        drop = round(100 * (kind.worth(before, truth, task) - top1), 6)
        right, still = kind.right(before, truth, task), kind.right(after, truth, task)
        paired = drop_of(right, still) if kind.drop is None else kind.drop(before, after, truth, task)
    known = next((row for row in chosen.steps if row.name == chosen.name), None)
    row = StepRow(
        name=chosen.name
        if job.recipe.quantize.scheme != "int16x8"
        else "16-bit activations everywhere (16x8)",
        top1=top1,
        drop=drop,
        kept=False,
        agreement=float(kind.same(after, before, task).mean()),
        bytes=len(done.int8_model),
        seconds=(known and known.seconds) or round(sum(done.seconds.values()), 3),
        error=None if known is None else known.error,
    )
    return row, paired
