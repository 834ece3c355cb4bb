"""From a float model to the int8 file and its uint8 twin, audited; climbs the ladder when the drop is too large."""

from __future__ import annotations

from typing import Any

import msgspec

from ..bundle.source import OperatorUse, TensorFacts
from ..errors import UnsupportedModelError, VerificationError
from ..job import Job
from ..load.read_model import FloatModel
from ..report.content import OperatorCounts, StepRow
from ..workshop import Workshop, pack, unpack
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
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Quantized(msgspec.Struct, frozen=True, kw_only=True):
    """One quantization as it comes from the LiteRT process, with its audit."""

    int8_model: bytes
    twin: bytes
    enters: str
    notes: tuple[str, ...]
    seconds: dict[str, float]
    audit: dict[str, Any]


def quantize_model(shop: Workshop, job: Job, model: FloatModel) -> Int8Model:
    """Quantize, audit, make the twin and its metadata. Raises VerificationError when the audit finds an error."""
    with shop.stage("quantize"):
        done = quantize_float(shop, job, model)
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
        scheme="int8",
        enters=done.enters,
        macs=model.macs,
        parameters=model.parameters,
        steps=(),
        notes=done.notes,
        warnings=tuple(audit["warnings"]),
    )


def quantize_float(shop: Workshop, job: Job, model: FloatModel) -> Quantized:
    """One quantization of a float model with the recipe's calibration images; stored."""
    weights = "per-tensor" if all(t.weights == "per-tensor" for t in job.targets) else "per-channel"
    key = {
        "float": model.sha256,
        "pixels": job.calibration.digest,
        "contract": msgspec.to_builtins(job.recipe.input),
        "weights": weights,
    }
    files = shop.stored("quantize", key, lambda: {"quantized": pack(_quantize(shop, job, model, weights))})
    return unpack(files["quantized"], Quantized)


def _quantize(shop: Workshop, job: Job, model: FloatModel, weights: str) -> Quantized:
    worker = shop.worker("litert")
    contract = msgspec.to_builtins(job.recipe.input)
    value = worker.call(
        "quantize",
        float_model=model.tflite,
        pixels_path=job.calibration.pixels(),
        contract=contract,
        weights=weights,
        layers=model.layers,
    )
    int8 = value["int8_model"]
    audit = worker.call("audit", model=int8, contract=contract, layers=model.layers)
    if audit["errors"]:
        raise VerificationError(
            "the quantized model breaks a rule: " + "; ".join(audit["errors"]),
            next_step="please report this model; no bundle was written",
        )
    return Quantized(
        int8_model=int8,
        twin=worker.call("uint8_twin", int8_model=int8),
        enters=value["input"],
        notes=tuple(value["notes"]),
        seconds=value["seconds"],
        audit=audit,
    )


def check_targets(job: Job, int8: Int8Model) -> None:
    """Hold the file's lowest runtime version against every target's. Raises UnsupportedModelError naming both."""
    from .versions import missing_operators

    for target in job.targets:
        for runtime in target.runtimes:
            if runtime.name in ("tflm", "c"):
                continue
            missing = missing_operators([(use.name, use.version) for use in int8.uses], runtime.version)
            if missing:
                text = ", ".join(f"{name} version {version} (since {since})" for name, version, since in missing)
                raise UnsupportedModelError(
                    f"{target.name} has {runtime.name} {runtime.version}, the model needs a newer one: {text}",
                    supported=f"operators of {runtime.name} up to {runtime.version}",
                    next_step="replace the layer that needs it, or drop this target",
                )


