"""From a float model to the int8 file and its uint8 twin, audited; climbs the ladder when the drop is too large."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec
import numpy as np

from ..bundle.source import Check, OperatorUse, TensorFacts
from ..calibrate.stability import Stability
from ..errors import EspalierError, UnsupportedModelError, VerificationError, WorkerError
from ..job import Job
from ..load.images import label_indices
from ..load.read_model import FloatModel
from ..measure import statistics
from ..measure.accuracy import compare
from ..recipe import Quantize
from ..report.content import OperatorCounts, StepRow
from ..store import digest
from ..workshop import Workshop, pack, unpack
from .account import explain_choice, explain_loss
from .candidate import TRYING
from .goal import excess_of
from .int16_targets import Wide, int16_refusals, suits
from .metadata import add_metadata


class Int8Model(msgspec.Struct, frozen=True, kw_only=True):
    """The int8 file, its uint8 twin with metadata and labels, and what the audit found."""

    int8_model: bytes
    uint8_model: bytes
    input: TensorFacts
    output: TensorFacts
    uses: tuple[OperatorUse, ...]
    counts: OperatorCounts
    runtime_floor: str
    scheme: str
    enters: str
    macs: int
    parameters: int
    steps: tuple[StepRow, ...]
    held_out_drop: float | None = None
    """See report.content.QuantizeRow."""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    stability: Stability | None = None
    """Of the ranges that the first rung was made from."""
    layers: dict[str, str] = {}
    """Tensor name -> Keras layer, for C comments and messages."""
    whole: bytes = b""
    """The int8 file with every channel of the float file, where `int8_model` has fewer: it answers the same."""
    checks: tuple[Check, ...] = ()
    """Optional steps that were not taken, and why."""


class Quantized(msgspec.Struct, frozen=True, kw_only=True):
    """One quantization as it comes from the LiteRT process, with its audit."""

    int8_model: bytes
    twin: bytes
    enters: str
    notes: tuple[str, ...]
    seconds: dict[str, float]
    audit: dict[str, Any]
    stability: Stability | None = None
    whole: bytes = b""
    """The file before channels were dropped; empty when none were."""
    checks: tuple[Check, ...] = ()


def quantize_model(shop: Workshop, job: Job, model: FloatModel) -> Int8Model:
    """Quantize, audit, make the twin and its metadata; climbs the ladder while the loss is over the recipe's limit.

    Raises VerificationError when the audit finds an error.
    """
    with shop.stage("quantize"):
        done = quantize_float(shop, job, model)
        stability = done.stability
        done, steps, held_out, said = _climb(shop, job, model, done)
        twin = add_metadata(
            done.twin,
            labels=job.labels(),
            contract=job.recipe.input,
            name=job.recipe.name,
            version=job.recipe.version,
        )
    audit = done.audit
    shop.ended("quantize", f"{len(done.int8_model):,} bytes")
    return Int8Model(
        int8_model=done.int8_model,
        uint8_model=twin,
        input=msgspec.convert(audit["input"], TensorFacts),
        output=msgspec.convert(audit["output"], TensorFacts),
        uses=msgspec.convert(audit["uses"], tuple[OperatorUse, ...]),
        counts=msgspec.convert(audit["counts"], OperatorCounts),
        runtime_floor=audit["runtime_floor"],
        scheme=_scheme(audit["counts"]),
        enters=done.enters,
        macs=model.macs,
        parameters=model.parameters,
        steps=steps,
        held_out_drop=held_out,
        notes=(*done.notes, *explain_choice(steps, held_out)),
        warnings=(*_unstable(stability), *said, *audit["warnings"]),
        stability=stability,
        layers=model.layers,
        whole=done.whole,
        checks=done.checks,
    )


def _unstable(stability: Stability | None) -> tuple[str, ...]:
    return tuple(f"calibration: {finding}" for finding in stability.findings()) if stability else ()


def _scheme(counts: Mapping[str, int]) -> str:
    """What the file is, in the report's words."""
    if not counts["int16"]:
        return "int8"
    # QUANTIZE at the head or the tail is all that stays int8 in a whole 16x8 file.
    return "int16x8" if counts["int8"] <= 1 else "int8, int16 in part"


def _climb(
    shop: Workshop, job: Job, model: FloatModel, first: Quantized
) -> tuple[Quantized, tuple[StepRow, ...], float | None, tuple[str, ...]]:
    """The first rung, measured; then the ladder, when scheme is auto and the first rung loses too much or the best is
    asked for. Third: the drop on images that the choice was not made on. Last: what to tell when the limit does not
    hold or cannot be shown."""
    wanted = job.recipe.quantize
    limit = wanted.max_accuracy_drop
    rung, drop = _measured(shop, job, model, first)
    explain = partial(explain_loss, limit=limit, min_agreement=wanted.min_agreement)
    if wanted.scheme != "auto" or (_excess(rung, wanted) <= 0 and wanted.search == "until-limit"):
        only = (msgspec.structs.replace(rung, kept=True),)
        why = f"scheme {wanted.scheme}: nothing else was tried"
        return first, only, None, explain(only, drop=drop, left_out=(why,))
    refused = int16_refusals(job.targets)
    if not wanted.allow_int16:
        refused = ("the recipe says allow-int16 = false", *refused)
    wide = None if refused else suits(job.targets, model.layers)
    try:
        climbed = _ladder(shop, job, model, first, labelled=rung.drop is not None, wide=wide)
    except EspalierError as problem:
        # The first rung stands, whatever became of the others.
        only = (msgspec.structs.replace(rung, kept=True),)
        return first, only, None, explain(only, drop=drop, left_out=(f"the ladder stopped: {problem.found}",))
    left_out = tuple(f"16-bit activations: {why}" for why in refused) + climbed.left_out
    best = next(step for step in climbed.steps if step.kept)
    if _order(best, wanted) > _order(rung, wanted):
        steps = tuple(msgspec.structs.replace(step, kept=False) for step in climbed.steps)
        rows = (msgspec.structs.replace(rung, kept=True), *steps)
        return first, rows, climbed.held_out, explain(rows, drop=drop, left_out=left_out)
    _, drop = _measured(shop, job, model, climbed.kept)
    rows = (rung, *climbed.steps)
    return climbed.kept, rows, climbed.held_out, explain(rows, drop=drop, left_out=left_out)


class _Climbed(msgspec.Struct, frozen=True, kw_only=True):
    """The kept file of a climb, its steps, why rungs were left out, and what the choice is worth (climb.Climb)."""

    kept: Quantized
    steps: tuple[StepRow, ...]
    left_out: tuple[str, ...]
    held_out: float | None


def _ladder(
    shop: Workshop, job: Job, model: FloatModel, first: Quantized, *, labelled: bool, wide: Wide | None
) -> _Climbed:
    """climb.climb in the litert process; stored."""
    wanted = job.recipe.quantize
    asked = (
        None
        if wide is None
        else {"reads": wide.reads, "compiled": wide.compiled, "layers": dict(wide.layers)}
    )
    key = {
        **_key(job, model),
        "limit": wanted.max_accuracy_drop,
        "agreement": wanted.min_agreement,
        "search": wanted.search,
        "first": digest(first.int8_model),
        "wide": asked,
    }
    if labelled and job.evaluation is not None:
        key["evaluation"] = job.evaluation.digest

    def run() -> dict[str, bytes]:
        given: dict[str, Any] = {}
        if labelled and job.evaluation is not None:
            images = job.evaluation.prepared().images
            given = {
                "evaluation_path": job.evaluation.pixels(),
                "labels": label_indices(images, job.labels()),
            }
        call = partial(
            climb_call,
            shop,
            float_model=model.tflite,
            pixels_path=job.calibration.pixels(),
            contract=msgspec.to_builtins(job.recipe.input),
            limit_points=wanted.max_accuracy_drop,
            min_agreement=wanted.min_agreement,
            search=wanted.search,
            weights=weights_of(job),
            on_progress=lambda done, total, text: shop.progress.step("quantize", done, total, text),
            **given,
        )
        value = call(wide=asked)
        left_out = value["left_out"]
        if value["died"]:
            left_out = [f"16-bit activations: the process that tried them died ({value['died']})"]
        kept = _finished(shop, job, model, value["int8_model"], first.enters, first.notes, first.seconds)
        rows = [{k: v for k, v in row.items() if k in _STEP_KEYS} for row in value["steps"]]
        done = {"kept": kept, "steps": rows, "left_out": left_out, "held_out": value["held_out"]}
        return {"climbed": pack(done)}

    return unpack(shop.stored("quantize/climb", key, run)["climbed"], _Climbed)


def climb_call(
    shop: Workshop,
    *,
    wide: dict[str, Any] | None,
    on_progress: Callable[[float, float, str], None] | None = None,
    **arguments: Any,
) -> dict[str, Any]:
    """The climb; 16-bit candidates in a process of their own, because kernels may abort it on one: then without
    them (`died`: how it ended). An int8 candidate that ends the process is left out of the next try, with how it did."""
    value: dict[str, Any] = {"died": ""}
    skip: dict[str, str] = {}
    if wide is not None:
        try:
            value |= shop.worker("litert", _WIDE_WORKER).call(
                "climb", wide=wide, on_progress=on_progress, **arguments
            )
            return value
        except WorkerError as problem:
            value["died"] = problem.found
    while True:
        trying = [""]

        def told(done: float, total: float, text: str, trying: list[str] = trying) -> None:
            if text.startswith(TRYING):
                trying[0] = text.removeprefix(TRYING)
            if on_progress is not None:
                on_progress(done, total, text)

        try:
            value |= shop.worker("litert").call("climb", wide=None, skip=skip, on_progress=told, **arguments)
            return value
        except WorkerError as problem:
            if not trying[0] or trying[0] in skip or len(skip) >= _DEATHS:
                raise
            skip[trying[0]] = problem.found


_WIDE_WORKER = 2

_DEATHS = 3
"""Candidates that may end the process of a climb, before it is given up."""

_STEP_KEYS = frozenset(field.name for field in msgspec.structs.fields(StepRow))


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
    shop: Workshop, job: Job, model: FloatModel, done: Quantized
) -> tuple[StepRow, statistics.Drop | None]:
    """A file on the evaluation images (without any: on the calibration images, agreement only), as the first
    rung's row, and the paired drop where there are labels."""
    from ..measure.evaluate_model import answers

    images = job.evaluation or job.calibration
    before, after = (answers(shop, images, data, job).argmax(1) for data in (model.tflite, done.int8_model))
    rows = images.prepared().images
    top1 = drop = paired = None
    if job.evaluation is not None and all(row.label is not None for row in rows):
        truth = np.asarray(label_indices(rows, job.labels()))
        top1 = float((after == truth).mean())
        drop = round(100 * (float((before == truth).mean()) - top1), 6)
        paired = compare(before, after, truth)
    name = "min/max ranges, biases corrected in sequence"
    row = StepRow(
        name=name if job.recipe.quantize.scheme != "int16x8" else "16-bit activations everywhere (16x8)",
        top1=top1,
        drop=drop,
        kept=False,
        agreement=float((before == after).mean()),
        bytes=len(done.int8_model),
        seconds=round(sum(done.seconds.values()), 3),
    )
    return row, paired


def weights_of(job: Job) -> str:
    """Per-channel weights, unless every target asks for one scale per tensor."""
    return "per-tensor" if all(t.weights == "per-tensor" for t in job.targets) else "per-channel"


def scheme_of(job: Job) -> str:
    """What the first rung is. Raises UnsupportedModelError when the recipe asks for int16x8 and a target has none."""
    if job.recipe.quantize.scheme != "int16x8":
        return "int8"
    refused = int16_refusals(job.targets)
    if refused:
        raise UnsupportedModelError(
            "`quantize.scheme` is int16x8, and " + "; ".join(refused),
            supported="int16x8 with targets that run int16 activations: the microcontrollers",
            next_step='set scheme = "auto" or "int8", or drop the target',
        )
    return "int16x8"


def _key(job: Job, model: FloatModel) -> dict[str, Any]:
    return {
        "float": model.sha256,
        "pixels": job.calibration.digest,
        "contract": msgspec.to_builtins(job.recipe.input),
        "weights": weights_of(job),
        "scheme": scheme_of(job),
    }


def quantize_float(shop: Workshop, job: Job, model: FloatModel) -> Quantized:
    """One quantization of a float model with the recipe's calibration images; stored."""
    files = shop.stored(
        "quantize", _key(job, model), lambda: {"quantized": pack(_quantize(shop, job, model))}
    )
    return unpack(files["quantized"], Quantized)


def _quantize(shop: Workshop, job: Job, model: FloatModel) -> Quantized:
    worker = shop.worker("litert")
    contract = msgspec.to_builtins(job.recipe.input)
    value = worker.call(
        "quantize",
        # What climbs, lightens and audits comes behind.
        on_progress=lambda done, total, text: shop.progress.step("quantize", done, 2 * total, text),
        float_model=model.tflite,
        pixels_path=job.calibration.pixels(),
        contract=contract,
        weights=weights_of(job),
        scheme=scheme_of(job),
        layers=model.layers,
    )
    done = _finished(
        shop, job, model, value["int8_model"], value["input"], tuple(value["notes"]), value["seconds"]
    )
    return msgspec.structs.replace(done, stability=msgspec.convert(value["stability"], Stability))


def _finished(
    shop: Workshop,
    job: Job,
    model: FloatModel,
    int8: bytes,
    enters: str,
    notes: tuple[str, ...],
    seconds: dict[str, float],
) -> Quantized:
    """Drop what cannot matter from a quantized file, audit it and make its twin."""
    whole, (int8, note, checks) = int8, _lightened(shop, job, int8)
    worker = shop.worker("litert")
    contract = msgspec.to_builtins(job.recipe.input)
    audit = worker.call("audit", model=int8, contract=contract, layers=model.layers)
    if audit["errors"]:
        raise VerificationError(
            "the quantized model breaks a rule: " + "; ".join(audit["errors"]),
            next_step="please report this model; no bundle was written",
        )
    return Quantized(
        int8_model=int8,
        twin=worker.call("uint8_twin", int8_model=int8),
        enters=enters,
        notes=(*notes, note) if note else notes,
        seconds=seconds,
        audit=audit,
        whole=whole if note else b"",
        checks=checks,
    )


def _lightened(shop: Workshop, job: Job, int8: bytes) -> tuple[bytes, str, tuple[Check, ...]]:
    """The file without what cannot matter, a note of what that was, and a row when it was kept as it is for a reason.
    The reference kernels may end their process on a file."""
    try:
        done = shop.worker("litert").call("lighten", int8_model=int8, pixels_path=job.calibration.pixels())
    except EspalierError as problem:
        done = {"int8_model": int8, "note": "", "kept": problem.found}
    why = f"the file with every channel was kept: {done['kept']}; please report this model"
    row = Check(name="int8 file without dead channels", tool="espalier", result="not run", why=why)
    return done["int8_model"], done["note"], (row,) if done["kept"] else ()


def check_targets(job: Job, int8: Int8Model) -> None:
    """Hold the file's lowest runtime version against every target's. Raises UnsupportedModelError naming both."""
    from .versions import missing_operators

    for target in job.targets:
        for runtime in target.runtimes:
            if runtime.name in ("tflm", "c"):
                continue
            reads = runtime.operators or runtime.version
            missing = missing_operators([(use.name, use.version) for use in int8.uses], reads)
            if missing:
                text = ", ".join(
                    f"{name} version {version} (since {since})" for name, version, since in missing
                )
                raise UnsupportedModelError(
                    f"{target.name} has {runtime.name} {runtime.version}, the model needs a newer one: {text}",
                    supported=f"operator versions of TensorFlow up to {reads}",
                    next_step="replace the layer that needs it, or drop this target",
                )
