"""The first rung of the ladder: one quantization of a float model, what cannot matter dropped, audited, with its twin."""

from __future__ import annotations

from typing import Any

import msgspec

from ..errors import EspalierError, UnsupportedModelError, VerificationError
from ..facts import Check
from ..ladder.int16_targets import int16_refusals
from ..quantizer.results import Audit, Lightened, Ranges, Scheme, Weights
from ..quantizer.stability import Stability
from ..worker.quantizer_calls import AuditModel, Lighten, MakeTwin, Quantize
from .job import Job
from .model import FloatModel
from .workshop import Workshop, pack, unpack


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """One quantization, finished: without what cannot matter, audited, with its twin."""

    int8_model: bytes
    twin: bytes
    enters: str
    notes: tuple[str, ...]
    seconds: dict[str, float]
    audit: Audit
    stability: Stability | None = None
    whole: bytes = b""
    """The file before channels were dropped; empty when none were."""
    checks: tuple[Check, ...] = ()
    ranges: Ranges = {}
    """Extremes of every tensor on the calibration images; of the first rung only."""


def weights_of(job: Job) -> Weights:
    """Per-channel weights, unless every target asks for one scale per tensor."""
    return "per-tensor" if all(t.weights == "per-tensor" for t in job.targets) else "per-channel"


def scheme_of(job: Job) -> Scheme:
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


def rung_key(job: Job, model: FloatModel) -> dict[str, Any]:
    return {
        "float": model.sha256,
        "pixels": job.calibration.digest,
        "contract": msgspec.to_builtins(job.recipe.input),
        "weights": weights_of(job),
        "scheme": scheme_of(job),
        "task": msgspec.to_builtins(job.asked(model)),
    }


def quantize_float(shop: Workshop, job: Job, model: FloatModel) -> Finished:
    """One quantization of a float model with the recipe's calibration images; stored."""
    files = shop.stored(
        "quantize", rung_key(job, model), lambda: {"quantized": pack(_quantize(shop, job, model))}
    )
    return unpack(files["quantized"], Finished)


def _quantize(shop: Workshop, job: Job, model: FloatModel) -> Finished:
    call = Quantize(
        float_model=model.tflite,
        pixels_path=job.calibration.pixels(),
        contract=job.recipe.input,
        weights=weights_of(job),
        scheme=scheme_of(job),
        layers=model.layers,
        task=job.asked(model),
    )
    done = shop.worker("quantizer").ask(
        call,
        # What climbs, lightens and audits comes behind.
        on_progress=lambda done, total, text: shop.progress.step("quantize", done, 2 * total, text),
    )
    rung = finished(shop, job, model, done.int8_model, done.input, done.notes, done.seconds)
    return msgspec.structs.replace(rung, stability=done.stability, ranges=done.ranges)


def finished(
    shop: Workshop,
    job: Job,
    model: FloatModel,
    int8: bytes,
    enters: str,
    notes: tuple[str, ...],
    seconds: dict[str, float],
) -> Finished:
    """Drop what cannot matter from a quantized file, audit it and make its twin."""
    whole, (int8, note, checks) = int8, _lightened(shop, job, int8)
    worker = shop.worker("quantizer")
    audit = worker.ask(AuditModel(model=int8, contract=job.recipe.input, layers=model.layers, task=job.asked(model)))
    if audit.errors:
        raise VerificationError(
            "the quantized model breaks a rule: " + "; ".join(audit.errors),
            next_step="please report this model; no bundle was written",
        )
    return Finished(
        int8_model=int8,
        twin=worker.ask(MakeTwin(int8_model=int8)),
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
        done = shop.worker("quantizer").ask(Lighten(int8_model=int8, pixels_path=job.calibration.pixels()))
    except EspalierError as problem:
        done = Lightened(int8_model=int8, kept=problem.found)
    why = f"the file with every channel was kept: {done.kept}; please report this model"
    row = Check(name="int8 file without dead channels", tool="espalier", result="not run", why=why)
    return done.int8_model, done.note, (row,) if done.kept else ()
