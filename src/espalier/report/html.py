"""report.html: one self-contained page, no script, no network; readable in light and dark."""

from __future__ import annotations

from typing import Any

import jinja2
from markupsafe import Markup

from ..row_parts import ExplainPart
from ..rows import AccuracyRow, LatencyRow, Report
from .decision import decision_chart
from .fit import table as fit_table
from .gates import amount, describe, headroom, not_shown
from .layers import layer_table
from .text import dense_text, key_figures, percent, repair_text, size


def html(report: Report) -> bytes:
    """The page (UTF-8). Every string of the report is escaped: names of images and labels are untrusted."""
    page = template("page.html.j2").render(
        report=report,
        key_figures=_headline(report),
        describe=describe,
        amount=amount,
        headroom=headroom,
        not_shown=not_shown(report.gates),
        interval=_interval(report.accuracy),
        confusion=_confusion(report.accuracy),
        latency=_latency_bars(report.latency),
        pruned=_pruned(report),
        front=None if report.prune.fit is None else fit_table(report.prune.fit),
        dense=dense_text(report.prune.dense) if report.prune.dense else "",
        repair=repair_text(report.prune.repair) if report.prune.repair else "",
        # Our own drawings: plan/explain.py escapes the names in them.
        arenas=[{"row": row, "chart": Markup(row.chart)} for row in report.memory.arenas],
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


def template(name: str) -> jinja2.Template:
    """A page of this folder; every string in it is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("espalier.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(share=_share, us=_milliseconds, n=lambda v: f"{v:,}", size=size)
    return environment.get_template(name)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"


def _milliseconds(value: float) -> str:
    return f"{value / 1000:,.3f}"


def _headline(report: Report) -> list[dict[str, str]]:
    """Big figures on top: value, unit or explanation, and what it is."""
    tiles = []
    a, p = report.accuracy, report.prune
    if a is not None and a.classes:
        low, high = a.interval
        tiles.append(
            {
                "name": "accuracy, int8",
                "value": _share(a.int8.top1),
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


def _interval(a: AccuracyRow | None) -> dict[str, Any] | None:
    """The drop and its interval on a scale, in percent of the drawing's width."""
    if a is None or not a.classes:
        return None
    low, high = -a.interval[1], -a.interval[0]
    reach = max(1.0, 1.2 * max(abs(low), abs(high)))

    def place(value: float) -> float:
        return round(50 + 50 * value / reach, 2)

    return {
        "left": place(low),
        "width": round(place(high) - place(low), 2),
        "point": place(-a.drop_points),
        "low": f"{low:+.2f}",
        "high": f"{high:+.2f}",
        "drop": f"{0.0 - a.drop_points:+.2f}",
        "reach": f"{reach:.2f}",
    }


def _confusion(a: AccuracyRow | None) -> dict[str, Any] | None:
    """Cells with a background strength; at most 40 classes are drawn."""
    if a is None or not a.confusion or len(a.confusion) > 40:
        return None
    rows = []
    for row in a.confusion:
        total = sum(row) or 1
        rows.append([{"count": count, "strength": round(count / total, 3)} for count in row])
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
            {"what": "accuracy, float", "before": _share(a.float.top1), "after": _share(a.pruned.top1)}
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
