"""A sweep's results: the page, the table (csv, and Parquet where pyarrow is installed), JSON and the terminal's lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import msgspec

from ..row_reading import VerdictRow
from ..sweep_rows import SweepReport, SweepRow
from .amounts import size
from .frame import template
from .scatter import scatter

FIGURES: tuple[tuple[str, str], ...] = (
    ("score_int8", "int8"),
    ("drop_points", "points lost"),
    ("agreement", "agreement"),
    ("macs", "MACs"),
    ("model_bytes", "model"),
    ("flash_bytes", "flash"),
    ("arena_bytes", "RAM"),
    ("instructions", "instructions"),
    ("latency_us", "latency"),
)
"""Figures of a row that pages and the terminal show, and what they are called."""


def sweep_json(report: SweepReport) -> bytes:
    """sweep.json, indented."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def columns(report: SweepReport) -> list[str]:
    """The table's columns: cell, what was chosen, then the fields of a row."""
    fields = [field for field in SweepRow.__struct_fields__ if field not in ("cell", "choices")]
    return ["cell", *(f"vary.{key}" for key in report.columns), *fields]


def records(report: SweepReport) -> list[dict[str, Any]]:
    """A record for each row, with every column of the table; targets joined by a space."""
    found = []
    for row in report.rows:
        plain = {field: getattr(row, field) for field in SweepRow.__struct_fields__}
        choices = plain.pop("choices")
        plain["targets"] = " ".join(plain["targets"])
        plain |= {f"vary.{key}": choices.get(key) for key in report.columns}
        found.append({column: plain[column] for column in columns(report)})
    return found


def sweep_csv(report: SweepReport) -> bytes:
    """The table as csv (UTF-8); what is not known is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(report), lineterminator="\n")
    writer.writeheader()
    for record in records(report):
        writer.writerow({key: _safe(value) for key, value in record.items()})
    return text.getvalue().encode()


def _safe(value: Any) -> Any:
    """A cell that a spreadsheet does not take for a formula: names and messages hold what strangers wrote."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def sweep_parquet(report: SweepReport) -> bytes | None:
    """The table as Parquet; None where pyarrow is not installed."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        return None
    sink = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(records(report)), sink)
    return sink.getvalue()


def figure(row: SweepRow, field: str) -> str:
    """A figure in words; – where it is not known."""
    value = getattr(row, field)
    if value is None:
        return "–"
    if field in ("score_int8", "score_float", "agreement"):
        return f"{100 * value:.2f} %"
    if field == "drop_points":
        return f"{value + 0.0:.2f}"
    if field == "latency_us":
        return f"{value / 1000:.3f} ms"
    return size(value) if field.endswith("_bytes") else f"{value:,}"


def shown_figures(rows: Sequence[SweepRow]) -> list[tuple[str, str]]:
    """Of FIGURES those that any row has."""
    return [(field, name) for field, name in FIGURES if any(getattr(row, field) is not None for row in rows)]


def sweep_html(report: SweepReport) -> bytes:
    """The comparison page (UTF-8): self-contained, no script; every string is escaped."""
    rows = report.rows
    built = [row for row in rows if row.score_int8 is not None]
    best = max(built, key=lambda row: (row.score_int8 or 0.0, row.cell), default=None)
    counts = {word: sum(row.status == word for row in rows) for word in ("passed", "failed", "refused", "waiting")}
    costs = [("model_bytes", "bytes of the int8 model"), ("macs", "MACs"), ("instructions", "instructions of one inference")]
    charts = [chart for field, name in costs if (chart := scatter(built, field, name)) is not None]
    return (
        template("sweep.html.j2")
        .render(
            report=report,
            verdict=sweep_verdict(report),
            figures=shown_figures(rows),
            figure=figure,
            counts=counts,
            best=best,
            charts=charts,
            measures=sorted({row.measure for row in built}),
        )
        .encode()
    )


NEAR_POINTS = 1.0
"""Percentage points below the best score within which the smallest cell is told."""


def sweep_verdict(report: SweepReport) -> VerdictRow:
    """What a sweep found, in one sentence, and what to do next."""
    rows = report.rows
    good = [row for row in rows if row.status == "passed" and row.score_int8 is not None]
    waiting = sum(row.status == "waiting" for row in rows)
    counted = f"{sum(row.status == 'passed' for row in rows)} of {len(rows)} cells pass their limits"
    if not good:
        on = "Finish the sweep: the same command goes on where it was."
        return VerdictRow(text=f"{counted}.", next=(on if waiting else "Look at why below: a limit may be too tight.",))
    best = max(good, key=lambda row: (row.score_int8 or 0.0, -(row.model_bytes or 0), row.cell))
    near = [row for row in good if (best.score_int8 or 0.0) - (row.score_int8 or 0.0) <= NEAR_POINTS / 100 and row.model_bytes]
    small = min(near, key=lambda row: (row.model_bytes or 0, row.cell), default=best)
    text = f"{counted}; {best.cell} is best with {best.score_int8:.1%}"
    if small.cell != best.cell and small.model_bytes and best.model_bytes:
        less = 100 * (1 - small.model_bytes / best.model_bytes)
        lost = 100 * ((best.score_int8 or 0.0) - (small.score_int8 or 0.0))
        text += f", and {small.cell} is {less:.0f} % smaller for {lost:.2f} points less"
    told = [f"Finish the sweep: {waiting} cells are not built yet; the same command goes on where it was."] if waiting else []
    told.append(f"Take `{small.cell}`: its folder has the bundles, its report says the rest.")
    if best.images is not None and best.images < FEW_IMAGES:
        told.append(f"Distrust small differences: {best.images} images cannot tell cells apart that differ by a point.")
    return VerdictRow(text=f"{text}.", next=tuple(told))


FEW_IMAGES = 1000
"""Evaluation images below which a difference of a point is told as hardly shown."""


def sweep_lines(report: SweepReport, folder: str) -> list[str]:
    """The terminal's table: a row for each cell, and where the page is."""
    figures = shown_figures(report.rows)
    table = [["", "cell", *(name for _, name in figures), ""]]
    for row in report.rows:
        tail = row.why.partition(" | ")[0] if row.status != "passed" else ""
        shown = [figure(row, field) for field, _ in figures]
        table.append(["*" if row.front else " ", row.cell, *shown, f"{_status(row)} {tail}".rstrip()])
    widths = [max(len(line[place]) for line in table) for place in range(len(table[0]) - 1)]
    lines = []
    for line in table:
        cells = [f"{cell:<{width}}" if place < 2 else f"{cell:>{width}}" for place, (cell, width) in
                 enumerate(zip(line[:-1], widths, strict=True))]  # fmt: skip
        lines.append("  ".join([*cells, line[-1]]).rstrip())
    counts = {word: sum(row.status == word for row in report.rows) for word in ("passed", "failed", "refused", "waiting")}
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return [
        f"{report.name}: {said} of {len(report.rows)} cells",
        *lines,
        *(["* no other cell is better in every figure"] if any(row.front for row in report.rows) else []),
        f"page  {folder}/sweep.html",
    ]


def _status(row: SweepRow) -> str:
    return row.status if row.status in ("passed", "waiting") else f"{row.status} (exit {row.exit_code})"
