"""The decision threshold on the page: its figures in float and int8, and coverage against precision as a curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from ..row_parts import DecisionPart
from ..rows import AccuracyRow
from .draw import columns

LEFT, TOP, WIDTH, HEIGHT = 52.0, 12.0, 396.0, 196.0
"""The plot in its drawing, which is 468 x 250."""
SURE = 0.9
"""A confidence from which an answer is told as sure."""
LINES = 4
"""Steps between the lines of the grid."""


def decision_chart(accuracy: AccuracyRow | None) -> dict[str, Any] | None:
    """What page.html.j2 draws of `AccuracyRow.decision` (task/confidence.py); None without labelled images."""
    if accuracy is None or not accuracy.decision.get("curve"):
        return None
    decision = accuracy.decision
    curve: Sequence[Mapping[str, Any]] = decision["curve"]
    sides = ("float", "int8")
    known = [row[f"precision_{side}"] for row in curve for side in sides if row[f"precision_{side}"] is not None]
    floor = min(0.95, min(known, default=0.0))

    def place(coverage: float, precision: float) -> tuple[float, float]:
        height = HEIGHT * (1 - (precision - floor) / (1 - floor))
        return round(LEFT + WIDTH * coverage, 1), round(TOP + height, 1)

    def line(side: str) -> str:
        points = [
            place(row[f"coverage_{side}"], row[f"precision_{side}"])
            for row in curve
            if row[f"precision_{side}"] is not None
        ]
        return " ".join(f"{x},{y}" for x, y in points)

    int8 = decision["int8"]
    return {
        "threshold": decision["threshold"],
        "rows": [_row(name, key, decision) for name, key in FIGURES],
        "note": _note(decision),
        "grid": _grid(floor),
        "float": line("float"),
        "int8": line("int8"),
        "histogram": _histogram(decision),
        "histogram_said": _histogram_said(decision),
        "dot": None if int8["precision"] is None else place(int8["coverage"], int8["precision"]),
    }


FIGURES = (
    ("right answers among those given (precision)", "precision"),
    ("at least, 95 % interval", "precision_low"),
    ("images that get an answer (coverage)", "coverage"),
    ("images that go to review", "review"),
    ("mean confidence", "mean_confidence"),
    ("expected calibration error", "expected_calibration_error"),
)


def _row(name: str, key: str, decision: Mapping[str, Any]) -> dict[str, str]:
    return {"what": name} | {side: _percent(decision[side][key]) for side in ("float", "int8")}


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"


def _note(decision: DecisionPart) -> str:
    wished, least = decision["wished_precision"], decision["wished_threshold"]
    reached = f"the least that reaches it is {least:g}" if least is not None else "no threshold reaches it"
    drift = 100 * decision["confidence_drift"]
    return (
        f"For a precision of {wished:.1%}, in float and in int8: {reached}. The confidence of int8 is {drift:.2f} points "
        "from the float model's on average (drift)."
    )


def _histogram(decision: DecisionPart) -> Markup | None:
    rows = [(row["low"], row["float"], row["int8"], row["int8_wrong"]) for row in decision.get("histogram", ())]
    if not rows:
        return None
    return columns(rows, f"images by confidence, float and int8. {_histogram_said(decision)}")


def _histogram_said(decision: DecisionPart) -> str:
    """The histogram in words: how many are sure, and how many of these are wrong."""
    rows = decision.get("histogram", [])
    if not rows:
        return ""
    total = sum(row["int8"] for row in rows)
    sure = [row for row in rows if row["low"] >= SURE - 1e-9]
    count, wrong = sum(row["int8"] for row in sure), sum(row["int8_wrong"] for row in sure)
    before = sum(row["float"] for row in sure)
    return (
        f"{count:,} of {total:,} answers of int8 have a confidence of {SURE:.0%} or more ({before:,} of float), "
        f"and {wrong:,} of them are wrong."
    )


def _grid(floor: float) -> list[dict[str, Any]]:
    """Lines with their figures: precision on the left, coverage below."""
    right, bottom = LEFT + WIDTH, TOP + HEIGHT
    lines = []
    for step in range(LINES + 1):
        share = step / LINES
        y, x = bottom - HEIGHT * share, LEFT + WIDTH * share
        text = f"{100 * (floor + (1 - floor) * share):.1f} %"
        lines.append({"x1": LEFT, "x2": right, "y1": y, "y2": y, "tx": LEFT - 6, "ty": y + 4, "anchor": "end", "text": text})
        text = f"{100 * share:.0f} %"
        lines.append(
            {"x1": x, "x2": x, "y1": TOP, "y2": bottom, "tx": x, "ty": bottom + 15, "anchor": "middle", "text": text}
        )
    return lines
