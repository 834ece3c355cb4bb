"""report.html: one self-contained page, no network; readable in light and dark, with and without its script."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from ..row_parts import ExplainPart
from ..rows import AccuracyRow, ArenaRow, LatencyRow, Report
from .amounts import size
from .decision import decision_chart
from .draw import interval
from .fit import table as fit_table
from .frame import share, template
from .gates import not_shown
from .ladder import ladder_chart
from .layers import layer_table
from .network import network_view
from .targets import common_reason, target_rows, trade_off
from .text import dense_text, key_figures, percent, repair_text

ARENAS = 4
"""Charts of arenas; equal ones are one."""
TINTS = 6
"""Steps of the confusion matrix's colours."""


def html(report: Report) -> bytes:
    """The page (UTF-8). Every string of the report is escaped: names of images and labels are untrusted."""
    arenas, more = _arenas(report)
    page = template("page.html.j2").render(
        report=report,
        key_figures=_headline(report),
        not_shown=not_shown(report.gates),
        targets=target_rows(report),
        reason=common_reason(report),
        trade_off=trade_off(report),
        interval=_interval(report.accuracy),
        confusion=_confusion(report.accuracy),
        network=None if report.network is None else network_view(report.network),
        ladder=ladder_chart(report.quantize.steps),
        latency=_latency_bars(report.latency),
        pruned=_pruned(report),
        front=None if report.prune.fit is None else fit_table(report.prune.fit),
        dense=dense_text(report.prune.dense) if report.prune.dense else "",
        repair=repair_text(report.prune.repair) if report.prune.repair else "",
        arenas=arenas,
        more_arenas=more,
        operators=_operator_times(report.latency),
        decision=decision_chart(report.accuracy),
        stability=report.quantize.calibration.get("stability"),
        layers=None if report.explain is None else layer_table(report.explain),
        stages_total=sum(stage.seconds for stage in report.stages),
    )
    return page.encode()


def explain_html(found: ExplainPart) -> bytes:
    """The account of the layers as a page of its own (UTF-8), for the plain data of `espalier explain`."""
    table = layer_table(found)
    page = template("explain.html.j2").render(name=found["name"], version=found["version"], layers=table)
    return page.encode()


def _arenas(report: Report) -> tuple[list[dict[str, Any]], int]:
    """The arenas to draw, targets with the same one together, and how many are left out."""
    shared: dict[str, list[ArenaRow]] = {}
    for row in report.memory.arenas:
        shared.setdefault(row.chart, []).append(row)
    # Our own drawings: plan/explain.py escapes the names in them.
    drawn = [
        {"row": rows[0], "names": ", ".join(row.target for row in rows), "chart": Markup(chart)}
        for chart, rows in list(shared.items())[:ARENAS]
    ]
    return drawn, sum(len(rows) for rows in list(shared.values())[ARENAS:])


def _headline(report: Report) -> list[dict[str, str]]:
    """Big figures on top: value, unit or explanation, and what it is."""
    tiles = []
    a, p = report.accuracy, report.prune
    if a is not None and _judged(a):
        low, high = a.interval
        tiles.append(
            {
                "name": f"{_measure(a)}, int8",
                "value": share(a.int8.top1),
                "note": f"{0.0 - a.drop_points:+.2f} points against float (95 %: {-high:+.2f} to {-low:+.2f}), n = {a.n}",
            }
        )
    if a is not None:
        tiles.append(
            {
                "name": "same answer as float",
                "value": f"{100 * a.agreement:.2f} %",
                "note": f"{len(a.flips)} of {a.n} images changed",
            }
        )
    tiles.append(
        {
            "name": "int8 model",
            "value": size(p.bytes_after),
            "note": f"{report.quantize.operators.int8} int8 operators, {report.quantize.operators.float} float",
        }
    )
    if p.method != "none" and p.macs_before:
        tiles.append(
            {
                "name": "work left after pruning",
                "value": f"{100 * p.macs_after / p.macs_before:.1f} %",
                "note": f"{p.macs_after:,} of {p.macs_before:,} MACs",
            }
        )
    best = [r for r in report.latency if r.variant == "int8" and r.threads == 1]
    if best:
        tiles.append(
            {
                "name": "latency on this host",
                "value": f"{best[0].median_us / 1000:.3f} ms",
                "note": f"{best[0].runtime}, median of {best[0].n}; not the device's latency",
            }
        )
    if report.memory.arena_bytes:
        target, arena = max(report.memory.arena_bytes.items(), key=lambda item: item[1])
        tiles.append({"name": "arena", "value": size(arena), "note": f"RAM for tensors on {target}"})
    return tiles or [{"name": k, "value": v, "note": ""} for k, v in key_figures(report)]


def _judged(a: AccuracyRow) -> bool:
    """Whether its drop is of one figure that `_measure` names."""
    return a.labelled and bool(a.classes or a.boxes or a.maps or a.numbers)


def _measure(a: AccuracyRow) -> str:
    """What the share of right answers is, in words."""
    if a.boxes is not None:
        return "average precision"
    return "mean IoU" if a.maps is not None else "within tolerance" if a.numbers else "accuracy"


def _interval(a: AccuracyRow | None) -> dict[str, Any] | None:
    """The drop and its interval, drawn and in words."""
    if a is None or not _judged(a):
        return None
    low, high = -a.interval[1], -a.interval[0]
    reach = max(1.0, 1.2 * max(abs(low), abs(high)))

    drop = f"{0.0 - a.drop_points:+.2f}"
    return {
        "drawn": interval(low, -a.drop_points, high, round(reach, 2), f"{drop} points, 95 % interval {low:+.2f} to {high:+.2f}"),
        "low": f"{low:+.2f}",
        "high": f"{high:+.2f}",
        "drop": drop,
    }


def _confusion(a: AccuracyRow | None) -> dict[str, Any] | None:
    """Cells with the step of their tint; at most 40 classes are drawn."""
    if a is None or not a.confusion or len(a.confusion) > 40:
        return None
    rows = []
    for row in a.confusion:
        total = sum(row) or 1
        rows.append([{"count": count, "level": math.ceil(TINTS * count / total)} for count in row])
    # `classes` leaves out classes without images, `confusion` does not.
    named = iter(c.label for c in a.classes)
    labels = [next(named, "") if sum(row) else f"output {place}" for place, row in enumerate(a.confusion)]
    return {"labels": labels, "rows": rows}


def _latency_bars(rows: tuple[LatencyRow, ...]) -> list[dict[str, Any]]:
    # The bar ends at p90: p99 of a busy machine would squeeze everything else to nothing.
    longest = max((row.p90_us for row in rows), default=1.0) or 1.0
    return [
        {
            "row": row,
            "median": round(100 * row.median_us / longest, 2),
            "tail": round(100 * (row.p90_us - row.median_us) / longest, 2),
        }
        for row in rows
    ]


def _pruned(report: Report) -> list[dict[str, str]]:
    p, a = report.prune, report.accuracy
    rows = [
        {"what": "MACs", "before": f"{p.macs_before:,}", "after": percent(p.macs_after, p.macs_before)},
        {
            "what": "parameters",
            "before": f"{p.parameters_before:,}",
            "after": percent(p.parameters_after, p.parameters_before),
        },
        {
            "what": "int8 .tflite bytes",
            "before": f"{p.bytes_before:,}",
            "after": percent(p.bytes_after, p.bytes_before),
        },
        {"what": "gzip bytes", "before": f"{p.gzip_before:,}", "after": percent(p.gzip_after, p.gzip_before)},
    ]
    if p.latency_ratio is not None:
        rows.append(
            {
                "what": "int8 latency (this host, one interleaved run)",
                "before": "1",
                "after": f"x{p.latency_ratio:.3f}",
            }
        )
    if a is not None and a.classes and a.pruned is not None:
        rows.append(
            {"what": "accuracy, float", "before": share(a.float.top1), "after": share(a.pruned.top1)}
        )
    return rows


def _operator_times(rows: tuple[LatencyRow, ...]) -> list[dict[str, Any]]:
    for row in rows:
        if row.operators and row.variant == "int8":
            longest = max(op.share for op in row.operators) or 1.0
            return [
                {"op": op, "width": round(100 * op.share / longest, 1), "runtime": row.runtime}
                for op in row.operators[:30]
            ]
    return []
