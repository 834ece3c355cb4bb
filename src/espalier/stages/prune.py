"""Prune the model of a build, fine-tune it when the recipe says so, and account for what that bought."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import msgspec

from ..load.images import label_indices
from ..prune.verdict import verdict
from ..row_parts import Epoch
from ..rows import PruneRow
from ..store import digest
from .first_rung import quantize_float
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
    account: dict[str, Any]
    history: tuple[Epoch, ...] = ()

    def weigh(self, shop: Workshop, job: Job, int8: Int8Model) -> Pruning:
        """Compare the int8 files before and after: bytes, gzip bytes, latency in one interleaved run."""
        prune = job.recipe.prune
        if prune.method == "none":
            row = _row(self, prune.amount, "none", int8.int8_model, int8.int8_model, None)
            return Pruning(row=msgspec.structs.replace(row, requested=0.0, verdict=verdict(row)))
        before = quantize_float(shop, job, self.given).int8_model
        ratio = compare_models(shop, before, int8.int8_model)
        row = _row(self, prune.amount, prune.method, before, int8.int8_model, ratio)
        return Pruning(row=msgspec.structs.replace(row, verdict=verdict(row)))


class Pruning(msgspec.Struct, frozen=True, kw_only=True):
    """The report's row."""

    row: PruneRow


def prune_model(shop: Workshop, job: Job, given: FloatModel) -> Pruned:
    """Prune as the recipe says; stored by model, settings and images. Method none changes nothing."""
    prune = job.recipe.prune
    if prune.method == "none":
        return Pruned(model=given, given=given, account={})
    key = {
        **job.model.key,
        **_training(job),
        "multiple": job.channel_multiple(),
        "calibration": job.calibration.digest,
        "seed": SEED,
    }
    with shop.stage("prune"):
        files = shop.stored("prune", key, lambda: {"pruned": pack(_prune(shop, job, given))})
    pruned = unpack(files["pruned"], Pruned)
    shop.ended("prune", f"{prune.method}: {pruned.model.macs:,} of {given.macs:,} MACs left")
    return pruned


def _training(job: Job) -> dict[str, Any]:
    """What of the [prune] table and of the fine-tuning images a result depends on: settings, pixels and class numbers in
    their order; not where the images lie or what the classes are called."""
    prune, images = msgspec.to_builtins(job.recipe.prune), job.fine_tune
    prune.get("fine-tune", {}).pop("images", None)
    if images is None:
        return {"prune": prune, "pixels": None, "classes": None}
    truth = label_indices(images.prepared().images, job.labels())
    return {"prune": prune, "pixels": images.digest, "classes": digest(msgspec.msgpack.encode(truth))}


def _prune(shop: Workshop, job: Job, given: FloatModel) -> Pruned:
    prune, contract = job.recipe.prune, msgspec.to_builtins(job.recipe.input)
    job.model.load()
    worker = shop.worker("tensorflow")

    def told(done: float, total: float, text: str) -> None:
        shop.progress.step("prune", done, total, text)

    slots: dict[str, Any] = {"slot_from": GIVEN, "slot_to": PRUNED}
    tune = _fine_tune_settings(job)
    history: dict[str, Any] = {}
    if prune.method == "channels":
        account = worker.call(
            "prune_channels", amount=prune.amount, multiple=job.channel_multiple(),
            pixels_path=job.calibration.pixels(), contract=contract, **slots,
        )
        if tune:
            history = worker.call("fine_tune", slot=PRUNED, teacher=GIVEN, on_progress=told, **tune)
    elif prune.engine == "native":
        account = worker.call(
            "prune_magnitude", amount=prune.amount, pattern=prune.pattern, at_once=tune is None, **slots
        )
        if tune:
            sparsity = {"amount": prune.amount, "pattern": prune.pattern}
            history = worker.call("fine_tune", slot=PRUNED, sparsity=sparsity, on_progress=told, **tune)
            account |= worker.call("count_zeros", slot=PRUNED)
    else:
        account, history = _prune_with_tfmot(shop, job, tune, told)
    model = job.model.convert(PRUNED)
    return Pruned(model=model, given=given, account=account, history=tuple(history.get("history", ())))


def _prune_with_tfmot(
    shop: Workshop, job: Job, tune: dict[str, Any] | None, told: Callable[[float, float, str], None]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """tfmot on a legacy-Keras twin in a process of its own; each child reads the other's file."""
    prune = job.recipe.prune
    worker, legacy = shop.worker("tensorflow"), shop.worker("legacy")
    exported = worker.call("export_twin", slot=GIVEN, path=str(worker.scratch / "twin.npz"))
    history = legacy.call(
        "prune_magnitude_tfmot",
        twin_path=str(worker.scratch / "twin.npz"),
        out_path=str(legacy.scratch / "pruned.npz"),
        amount=prune.amount,
        pattern=prune.pattern,
        pixels_path=job.calibration.pixels(),
        contract=msgspec.to_builtins(job.recipe.input),
        fine_tune=tune,
        seed=SEED,
        on_progress=told,
    )
    account = worker.call(
        "import_twin", slot_from=GIVEN, slot_to=PRUNED, path=str(legacy.scratch / "pruned.npz")
    )
    return {**account, "left_alone": exported["left_alone"]}, history


def _fine_tune_settings(job: Job) -> dict[str, Any] | None:
    """Arguments of the training: pixels, class numbers, settings, seed; None when none is asked."""
    if job.fine_tune is None or job.recipe.prune.fine_tune is None:
        return None
    images = job.fine_tune.prepared()
    return {
        "settings": msgspec.to_builtins(job.recipe.prune.fine_tune),
        "pixels_path": job.fine_tune.pixels(),
        "labels": label_indices(images.images, job.labels()),
        "contract": msgspec.to_builtins(job.recipe.input),
        "seed": SEED,
    }


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
        sparsity=account.get("sparsity"),
        layers=tuple(account.get("layers", ())),
        history=pruned.history,
        left_alone=tuple(account.get("left_alone", ())),
        notes=tuple(account.get("notes", ())),
    )
