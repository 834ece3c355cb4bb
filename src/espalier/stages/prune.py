"""Prune the model of a build, fine-tune it when the recipe says so, and account for what that bought."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import msgspec

from ..fit_rows import FitRow
from ..load.images import label_indices
from ..prune.training_set import Sparsity, Training
from ..prune.verdict import verdict
from ..row_parts import DistilledEpoch, Epoch
from ..row_prune import PruneRow
from ..store import digest
from ..worker.keras_calls import (
    Account,
    CountZeros,
    DistillModel,
    ExportTwin,
    FineTuneModel,
    ImportTwin,
    Lessons,
    PruneChannels,
    PruneMagnitude,
    PruneTwin,
    Trained,
)
from .dense import Dense, train_twin
from .first_rung import quantize_float
from .fit import search
from .fit_finish import fit_row, keep, loses, wanted
from .job import Job
from .model import GIVEN, FloatModel
from .quantize import Int8Model
from .time import compare_models
from .workshop import Workshop, pack, unpack

PRUNED = "pruned"
"""The session slot of the TensorFlow process that holds the pruned model."""

SEED = 1


class Pruned(msgspec.Struct, frozen=True, kw_only=True):
    """The float model after pruning (the given one when the method is none) and the account of it."""

    model: FloatModel
    given: FloatModel
    account: Account = Account()
    history: tuple[Epoch, ...] = ()
    fit: FitRow | None = None
    """Of method fit: what was found, without what the evaluation images say."""
    distilled: tuple[DistilledEpoch, ...] = ()
    dense: Dense | None = None

    def weigh(self, shop: Workshop, job: Job, int8: Int8Model) -> Pruning:
        """Compare the int8 files before and after: bytes, gzip bytes, latency in one interleaved run."""
        prune = job.recipe.prune
        if prune.method == "none":
            row = _row(self, prune.amount, "none", int8.int8_model, int8.int8_model, None)
            return Pruning(row=msgspec.structs.replace(row, requested=0.0, verdict=verdict(row)))
        before = quantize_float(shop, job, self.given).int8_model
        ratio = compare_models(shop, before, int8.int8_model)
        asked = 0.0 if prune.method == "fit" else prune.amount
        row = _row(self, asked, prune.method, before, int8.int8_model, ratio)
        return Pruning(row=msgspec.structs.replace(row, verdict=verdict(row)))


class Pruning(msgspec.Struct, frozen=True, kw_only=True):
    """The report's row."""

    row: PruneRow


def prune_model(shop: Workshop, job: Job, given: FloatModel) -> Pruned:
    """Prune as the recipe says; stored by model, settings and images. Method none changes nothing."""
    prune = job.recipe.prune
    if prune.method == "none":
        return Pruned(model=given, given=given)
    key = {
        **job.model.key,
        **_training(job),
        "multiple": job.channel_multiple(),
        "calibration": job.calibration.digest,
        "seed": SEED,
    }
    with shop.stage("prune"):
        if prune.method == "fit":
            key |= {"counts": wanted(job, search(shop, job, given, _telling(shop))).counts, "goals": _goals_key(job)}
        files = shop.stored("prune", key, lambda: {"pruned": pack(_prune(shop, job, given, key))})
    pruned = unpack(files["pruned"], Pruned)
    shop.ended("prune", f"{prune.method}: {pruned.model.macs:,} of {given.macs:,} MACs left")
    return pruned


def _telling(shop: Workshop) -> Callable[[float, str], None]:
    return lambda done, text: shop.progress.step("prune", done, 1.0, text)


def _goals_key(job: Job) -> dict[str, Any]:
    """What the account of a search tells beside the network."""
    recipe = job.recipe
    return {"budgets": msgspec.to_builtins(recipe.budgets), "deploy": msgspec.to_builtins(recipe.deploy)}


def _training(job: Job) -> dict[str, Any]:
    """What of the [prune] table and of the fine-tuning images a result depends on: settings, pixels and class numbers in
    their order; not where the images lie or what the classes are called."""
    prune, images = msgspec.to_builtins(job.recipe.prune), job.fine_tune
    prune.get("fine-tune", {}).pop("images", None)
    if job.recipe.prune.distill is None:
        prune.pop("distill", None)
    else:
        prune["distill"]["images"] = (job.unlabelled or job.calibration).digest
    if images is None:
        return {"prune": prune, "pixels": None, "classes": None}
    truth = label_indices(images.prepared().images, job.labels())
    return {"prune": prune, "pixels": images.digest, "classes": digest(msgspec.msgpack.encode(truth))}


def _prune(shop: Workshop, job: Job, given: FloatModel, key: dict[str, Any]) -> Pruned:
    prune = job.recipe.prune
    job.model.load()
    worker = shop.worker("tensorflow")

    def told(done: float, total: float, text: str) -> None:
        shop.progress.step("prune", done, total, text)

    training, lessons, history = _training_set(job), _lessons(job, given), Trained(history=())
    distilled, dense = tuple[DistilledEpoch, ...](), None
    sparsity = Sparsity(amount=prune.amount, pattern=prune.pattern)
    found = search(shop, job, given) if prune.method == "fit" else None
    if found is not None:
        account = msgspec.structs.replace(keep(shop, job, found, PRUNED), left_alone=found.left_alone)
    elif prune.method == "channels":
        account = worker.ask(
            PruneChannels(
                slot_from=GIVEN,
                slot_to=PRUNED,
                amount=prune.amount,
                multiple=job.channel_multiple(),
                pixels_path=job.calibration.pixels(),
                contract=job.recipe.input,
                lessons=lessons,
            )
        )
    elif prune.engine == "native":
        once = training is None
        account = worker.ask(PruneMagnitude(slot_from=GIVEN, slot_to=PRUNED, sparsity=sparsity, at_once=once))
        if training:
            tune = FineTuneModel(slot=PRUNED, sparsity=sparsity, training=training)
            history = worker.ask(tune, on_progress=told)
            zeros = worker.ask(CountZeros(slot=PRUNED))
            account = msgspec.structs.replace(account, sparsity=zeros.sparsity, layers=zeros.layers)
    else:
        account, history = _prune_with_tfmot(shop, job, sparsity, training, told)
    if prune.method in ("channels", "fit"):
        if lessons and (found is None or loses(job, found)):
            account, distilled = _distil(shop, lessons, account, key, told)
        if training:
            latest = shop.latest("prune/fine-tune", key)
            tune = FineTuneModel(slot=PRUNED, teacher=GIVEN, training=training, state=latest.data)
            history = worker.ask(tune, on_progress=told, on_kept=latest.keep)
            latest.clear()
        dense = train_twin(shop, job, lessons, training, key, told)
    model = job.model.convert(PRUNED)
    fit = None if found is None else fit_row(shop, job, given, model, found)
    return Pruned(
        model=model, given=given, account=account, history=history.history, distilled=distilled, dense=dense, fit=fit
    )


def _distil(
    shop: Workshop, lessons: Lessons, account: Account, key: dict[str, Any], told: Callable[[float, float, str], None]
) -> tuple[Account, tuple[DistilledEpoch, ...]]:
    """Teach the pruned model; goes on where an earlier build with the same inputs was stopped."""
    latest = shop.latest("prune/distill", key)
    call = DistillModel(slot=PRUNED, lessons=lessons, state=latest.data)
    done = shop.worker("tensorflow").ask(call, on_progress=told, on_kept=latest.keep)
    latest.clear()
    return msgspec.structs.replace(account, repair=(*account.repair, done.repair)), done.history


def _lessons(job: Job, given: FloatModel) -> Lessons | None:
    """What is distilled on; None when it is not asked."""
    settings, images = job.recipe.prune.distill, job.unlabelled or job.calibration
    if settings is None:
        return None
    return Lessons(
        settings=settings, pixels_path=images.pixels(), contract=job.recipe.input, task=job.asked(given), seed=SEED
    )


def _prune_with_tfmot(
    shop: Workshop, job: Job, sparsity: Sparsity, training: Training | None, told: Callable[[float, float, str], None]
) -> tuple[Account, Trained]:
    """tfmot on a legacy-Keras twin in a process of its own; each child reads the other's file."""
    worker, legacy = shop.worker("tensorflow"), shop.worker("legacy")
    twin, out = str(worker.scratch / "twin.npz"), str(legacy.scratch / "pruned.npz")
    exported = worker.ask(ExportTwin(slot=GIVEN, path=twin))
    call = PruneTwin(
        twin_path=twin,
        out_path=out,
        sparsity=sparsity,
        pixels_path=job.calibration.pixels(),
        contract=job.recipe.input,
        training=training,
        seed=SEED,
    )
    history = legacy.ask(call, on_progress=told)
    account = worker.ask(ImportTwin(slot_from=GIVEN, slot_to=PRUNED, path=out))
    return msgspec.structs.replace(account, left_alone=exported.left_alone), history


def _training_set(job: Job) -> Training | None:
    """Pixels, class numbers, settings and seed of the training; None when none is asked."""
    if job.fine_tune is None or job.recipe.prune.fine_tune is None:
        return None
    return Training(
        settings=job.recipe.prune.fine_tune,
        pixels_path=job.fine_tune.pixels(),
        labels=tuple(label_indices(job.fine_tune.prepared().images, job.labels())),
        contract=job.recipe.input,
        seed=SEED,
    )


def _row(
    pruned: Pruned, requested: float, method: str, before: bytes, after: bytes, ratio: float | None
) -> PruneRow:
    account = pruned.account
    return PruneRow(
        method=method,
        requested=requested,
        macs_before=pruned.given.macs,
        macs_after=pruned.model.macs,
        parameters_before=pruned.given.parameters,
        parameters_after=pruned.model.parameters,
        bytes_before=len(before),
        bytes_after=len(after),
        gzip_before=len(gzip.compress(before, 9, mtime=0)),
        gzip_after=len(gzip.compress(after, 9, mtime=0)),
        latency_ratio=ratio,
        sparsity=account.sparsity,
        layers=account.layers,
        history=pruned.history,
        distilled=pruned.distilled,
        repair=account.repair,
        left_alone=account.left_alone,
        notes=account.notes,
    )
