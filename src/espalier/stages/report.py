"""Every stage's rows, put together into the report."""

from __future__ import annotations

import hashlib
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ..measure.benchmark import cpu_name
from ..report.measures import with_measures
from ..report.verdict import verdict as tell_verdict
from ..retouch import CENTRE, STEPS
from ..row_parts import CalibrationPart, EnteredPart, ExplainPart
from ..row_reading import SourceRow
from ..rows import GateRow, MemoryRow, ModelRow, QuantizeRow, Report, WithheldRow
from ..tflite.nodes import network_row
from .bundle import Bundles, bundle_rows
from .evaluate import Evaluation
from .job import Job
from .prove import Proof
from .prune import Pruning
from .quantize import Int8Model
from .time import Timing
from .verdict import Verdict
from .workshop import Workshop, versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the stages of a build found: `explained` is None where the account of the layers was not due."""

    gates: tuple[GateRow, ...]
    findings: tuple[str, ...]
    pruning: Pruning
    int8: Int8Model
    evaluation: Evaluation
    timing: Timing
    proof: Proof
    bundles: Bundles
    explained: ExplainPart | None


def compose_report(shop: Workshop, job: Job, results: Results, verdict: Verdict) -> Report:
    """The report; it lists the bundles that are written, and why the others are withheld."""
    int8, evaluation, timing = results.int8, results.evaluation, results.timing
    pruning, proof, bundles = results.pruning, results.proof, results.bundles
    checks = int8.checks + proof.checks + tuple(
        msgspec.structs.replace(check, name=f"{bundle.target}: {check.name}")
        for bundle in bundles.bundles
        for check in bundle.checks
    )
    report = Report(
        name=job.recipe.name,
        version=job.recipe.version,
        status="failed" if verdict.failure else "passed",
        model=_model(job, pruning, int8),
        stages=shop.stage_rows(),
        prune=pruning.row,
        quantize=QuantizeRow(
            scheme=int8.scheme,
            operators=int8.counts,
            steps=int8.steps,
            runtime_floor=int8.runtime_floor,
            held_out_drop=int8.held_out_drop,
            chosen_on=int8.chosen_on,
            input=int8.input,
            output=int8.heads[0],
            numbers=_entered(job, int8),
            device_input=device_input(job, int8),
            layers=int8.layers,
            calibration=_calibration(job, int8),
            bytes=len(int8.int8_model),
            uses=int8.uses,
        ),
        accuracy=evaluation.accuracy,
        latency=timing.rows,
        memory=MemoryRow(
            arena_bytes=bundles.arena_bytes, peak_rss_bytes=timing.peak_rss_bytes, arenas=bundles.arenas
        ),
        emulated=bundles.emulated,
        gates=results.gates,
        checks=checks,
        bundles=tuple(row for row in bundle_rows(bundles) if row.target not in verdict.withheld),
        withheld=tuple(WithheldRow(target=target, why=why) for target, why in verdict.withheld.items()),
        modes={target: tuple(tried) for target, tried in bundles.modes.items()},
        parity=proof.parity,
        warnings=(*results.findings, *evaluation.warnings, *int8.warnings, *timing.notes, *bundles.notes),
        machine=_machine() | {"confinement": shop.confinement()},
        preprocessing=evaluation.preprocessing,
        explain=results.explained,
        by_image=evaluation.by_image,
        contact_sheet=evaluation.contact_sheet,
        network=with_measures(network_row(int8.int8_model, int8.layers), bundles.emulated, timing.rows, results.explained),
        source=_source(job),
    )
    return msgspec.structs.replace(report, verdict=tell_verdict(report))


def _model(job: Job, pruning: Pruning, int8: Int8Model) -> ModelRow:
    facts, summary = job.model.facts(), job.model.summary()
    return ModelRow(
        source_sha256=job.model.sha256,
        parameters=summary.parameters,
        macs=pruning.row.macs_before,
        layers=len(summary.layers),
        format=f"{facts.format}, written by Keras {facts.keras_version}",
        output=_output_text(summary.output),
        notes=(*summary.notes, *int8.notes),
    )


def _source(job: Job) -> SourceRow:
    """What the build was made from. A recipe that was written for a call from Python names paths of this machine: left out."""
    here = not Path(job.recipe.model.path).is_absolute()
    return SourceRow(
        commands=(f"espalier build {job.path.name}" if here else "espalier.build(...)",),
        recipe=job.text.decode("utf-8", "replace") if here else "",
        recipe_sha256=hashlib.sha256(job.text).hexdigest(),
        calibration_sha256=job.calibration.digest,
        evaluation_sha256=None if job.evaluation is None else job.evaluation.digest,
    )


def _calibration(job: Job, int8: Int8Model) -> CalibrationPart:
    return {
        "images": len(job.calibration.prepared().images),
        "sha256": job.calibration.digest,
        **({"stability": msgspec.to_builtins(int8.stability)} if int8.stability else {}),
    }


def _entered(job: Job, int8: Int8Model) -> tuple[EnteredPart, ...]:
    return tuple(
        EnteredPart(name=name, input=one.name, low=low, high=high, step=facts.scale * std)
        for one, facts in zip(job.recipe.input.numbers, int8.numbers, strict=True)
        for name, (low, high), std in zip(one.names, one.ends, one.column_std, strict=True)
    )


def device_input(job: Job, int8: Int8Model) -> str:
    """What the device does to a camera image, in words."""
    contract = job.recipe.input
    height, width = contract.size
    retouches = f", {contract.retouches}" if contract.retouches else ""
    meaning = f" (a byte means (byte - {CENTRE}) / {STEPS})" if contract.balance == "per-image" else ""
    return (
        f"bring the image to {height} x {width} {contract.color} (resize {contract.resize}, fit {contract.fit}{retouches}, as "
        f"the bundle's code does) and feed the bytes{meaning}: as they are to the uint8 file, minus 128 to the int8 file. "
        f"Mean and std are inside the model ({int8.enters})."
        + "".join(
            f" Beside the image: {row['name']}, held to {row['low']:g} to {row['high']:g}, in steps of {row['step']:.3g}."
            for row in _entered(job, int8)
        )
    )


_OUTPUTS = {
    "softmax": "softmax (class probabilities)",
    "logits": "logits; a softmax was appended, so that every bundle answers with class probabilities",
    "sigmoid": "one sigmoid unit; made into two class probabilities (1 - p, p)",
}


def _output_text(kind: str) -> str:
    return _OUTPUTS.get(kind, kind)


def _machine() -> dict[str, str]:
    found: dict[str, Any] = {k: v for k, v in versions().items() if k != "espalier-source"}
    return {
        "cpu": f"{cpu_name()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **found,
    }
