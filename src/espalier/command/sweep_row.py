"""A cell's row, from the report of its build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from ..cluster.jobs import Answer
from ..rows import AccuracyRow, Report
from ..store import digest
from ..sweep_rows import SweepRow
from .cell import outcome_of, report_of
from .grid import Cell


def waiting_row(cell: Cell) -> SweepRow:
    """The row of a cell that was not built yet."""
    return SweepRow(
        cell=cell.name,
        recipe=cell.recipe_file,
        model=Path(cell.recipe.model.path).name,
        targets=tuple(Path(deploy.target).stem for deploy in cell.recipe.deploy),
        choices=cell.choices,
        status="waiting",
    )


def refused_row(cell: Cell, answer: Answer) -> SweepRow:
    """The row of a cell whose build ended with an error, without a report."""
    refusal = answer.refused
    assert refusal is not None
    return msgspec.structs.replace(
        waiting_row(cell),
        status="refused",
        exit_code=refusal.error.exit_code,
        error=refusal.kind,
        why=" | ".join(str(refusal.error).splitlines()),
        seconds=answer.seconds or None,
        peak_bytes=answer.peak_bytes or None,
        where=answer.where,
    )


def built_row(cell: Cell, answer: Answer) -> SweepRow:
    """The row of a cell that wrote its report."""
    data, outcome = report_of(answer.files), outcome_of(answer.files)
    report = msgspec.json.decode(data, type=Report)
    latency = [r.median_us for r in report.latency if (r.variant, r.threads, r.runtime) == ("int8", 1, "litert")]
    latency = latency or [row.median_us for row in report.latency if (row.variant, row.threads) == ("int8", 1)]
    return msgspec.structs.replace(
        waiting_row(cell),
        status="failed" if outcome.exit_code else "passed",
        exit_code=outcome.exit_code,
        error=outcome.error,
        why=outcome.why,
        **_scores(report.accuracy),
        macs=report.prune.macs_after,
        parameters=report.prune.parameters_after,
        model_bytes=report.prune.bytes_after,
        flash_bytes=max((e["code_bytes"] + e["weights_bytes"] for e in report.emulated), default=None),
        arena_bytes=max(report.memory.arena_bytes.values(), default=None),
        instructions=max((e["instructions"] for e in report.emulated), default=None),
        latency_us=latency[0] if latency else None,
        bundles=len(report.bundles),
        seconds=answer.seconds or round(sum(stage.seconds for stage in report.stages), 3),
        peak_bytes=answer.peak_bytes or None,
        where=answer.where,
        report_sha256=digest(data),
    )


def _scores(row: AccuracyRow | None) -> dict[str, Any]:
    if row is None:
        return {}
    known = row.float.top1 is not None and row.int8.top1 is not None
    low, high = row.interval
    return {
        "measure": measure_of(row),
        "images": row.n,
        "score_float": row.float.top1 if known else None,
        "score_int8": row.int8.top1 if known else row.agreement,
        "drop_points": round(100 * ((row.float.top1 or 0.0) - (row.int8.top1 or 0.0)), 6) if known else None,
        "drop_low": low if known else None,
        "drop_high": high if known else None,
        "agreement": row.agreement,
    }


def measure_of(row: AccuracyRow) -> str:
    """What the share of right answers is a share of."""
    if not row.labelled:
        return "agreement with the float model"
    if row.maps is not None:
        return "mean IoU"
    if row.pictures is not None:
        return "signal to noise, 100 dB"
    if row.boxes is not None:
        return "average precision"
    if row.numbers:
        return "within tolerance"
    return "right in every output" if row.answers else "top-1"
