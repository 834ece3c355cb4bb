"""From a float model to the int8 file and its uint8 twin, audited; climbs the ladder when the drop is too large."""

from __future__ import annotations

import msgspec

from ..errors import UnsupportedModelError
from ..facts import Check, OperatorUse, TensorFacts
from ..quantizer.stability import Stability
from ..rows import OperatorCounts, StepRow
from ..tflite.metadata import add_metadata
from .climb import climb_model
from .first_rung import quantize_float
from .job import Job
from .model import FloatModel
from .words import explain_choice
from .workshop import Workshop


class Int8Model(msgspec.Struct, frozen=True, kw_only=True):
    """The int8 file, its uint8 twin with metadata and labels, and what the audit found."""

    int8_model: bytes
    uint8_model: bytes
    input: TensorFacts
    heads: tuple[TensorFacts, ...]
    uses: tuple[OperatorUse, ...]
    counts: OperatorCounts
    runtime_floor: str
    scheme: str
    enters: str
    macs: int
    parameters: int
    steps: tuple[StepRow, ...]
    held_out_drop: float | None = None
    """See rows.QuantizeRow."""
    chosen_on: int = 0
    """Calibration images that the choice was made on, where the evaluation images took no part in it."""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    stability: Stability | None = None
    """Of the ranges that the first rung was made from."""
    layers: dict[str, str] = {}
    """Tensor name -> Keras layer, for C comments and messages."""
    whole: bytes = b""
    """The int8 file with every channel of the float file, where `int8_model` has fewer: it answers the same."""
    numbers: tuple[TensorFacts, ...] = ()
    """Its inputs beside the image, in the order of [[input.numbers]]."""
    checks: tuple[Check, ...] = ()
    """Optional steps that were not taken, and why."""


def quantize_model(shop: Workshop, job: Job, model: FloatModel) -> Int8Model:
    """Quantize, audit, make the twin and its metadata; climbs the ladder while the loss is over the recipe's limit.

    Raises VerificationError when the audit finds an error.
    """
    with shop.stage("quantize"):
        done = quantize_float(shop, job, model)
        stability = done.stability
        kept = climb_model(shop, job, model, done)
        done = kept.done
        twin = add_metadata(
            done.twin,
            labels=() if job.recipe.detect is not None else job.labels(),
            heads=[head.name for head in model.heads],
            contract=job.recipe.input,
            name=job.recipe.name,
            version=job.recipe.version,
        )
    audit = done.audit
    shop.ended("quantize", f"{len(done.int8_model):,} bytes")
    return Int8Model(
        int8_model=done.int8_model,
        uint8_model=twin,
        input=audit.input,
        heads=audit.heads,
        numbers=audit.numbers,
        uses=audit.uses,
        counts=audit.counts,
        runtime_floor=audit.runtime_floor,
        scheme=_scheme(audit.counts, len(audit.heads)),
        enters=done.enters,
        macs=model.macs,
        parameters=model.parameters,
        steps=kept.steps,
        held_out_drop=kept.held_out,
        chosen_on=kept.chosen_on,
        notes=(*done.notes, *explain_choice(kept.steps, kept.held_out, kept.among, kept.chosen_on)),
        warnings=(*_unstable(stability), *kept.said, *audit.warnings),
        stability=stability,
        layers=model.layers,
        whole=done.whole,
        checks=done.checks,
    )


def _unstable(stability: Stability | None) -> tuple[str, ...]:
    return tuple(f"calibration: {finding}" for finding in stability.findings()) if stability else ()


def _scheme(counts: OperatorCounts, heads: int) -> str:
    """What the file is, in the report's words."""
    if not counts.int16:
        return "int8"
    # QUANTIZE at a head is all that stays int8 in a whole 16x8 file.
    return "int16x8" if counts.int8 <= heads else "int8, int16 in part"


def check_targets(job: Job, int8: Int8Model) -> None:
    """Hold the file's lowest runtime version against every target's. Raises UnsupportedModelError naming both."""
    from ..tflite.versions import missing_operators

    for target in job.targets:
        for runtime in target.runtimes:
            if runtime.name in ("tflm", "c", "st-edge-ai"):
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
