"""What each target of a build takes and gets, side by side: bundle, flash, RAM, work, time, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from ..rows import GateRow, Report
from .draw import bar
from .gates import headroom_words, share_left
from .scatter import Point, bytes_text, plot, short


def target_rows(report: Report) -> list[dict[str, Any]]:
    """A row for each target, those that got no bundle last."""
    bundles = {row.target: row for row in report.bundles}
    withheld = {row.target: row.why for row in report.withheld}
    programs = {row["target"]: row for row in report.emulated}
    gates = {gate.name: gate for gate in report.gates}
    shared = common_reason(report)
    names = list(dict.fromkeys([*bundles, *withheld, *programs, *report.memory.arena_bytes]))
    return [
        {
            "target": name,
            "bundle": bundles.get(name),
            "withheld": name in withheld,
            "why": "" if withheld.get(name) == shared else withheld.get(name, ""),
            "program": programs.get(name),
            "flash": _used(gates, f"{name}.flash-bytes"),
            "ram": _used(gates, f"{name}.ram-bytes"),
            "arena": report.memory.arena_bytes.get(name),
        }
        for name in names
    ]


def common_reason(report: Report) -> str:
    """Why several targets got no bundle, where that is the same for all of them."""
    reasons = {row.why for row in report.withheld}
    return reasons.pop() if len(reasons) == 1 and len(report.withheld) > 1 else ""


def _used(gates: Mapping[str, GateRow], name: str) -> dict[str, Any] | None:
    """How much of a target's memory is used: bytes, bar and headroom."""
    gate = gates.get(name)
    left = None if gate is None else share_left(gate)
    if gate is None or left is None or gate.value is None:
        return None
    return {
        "bytes": int(gate.value),
        "bar": bar(100 * (1 - left), kind="fill" if left >= 0 else "bad"),
        "left": headroom_words(gate),
        "passed": gate.passed,
    }


def trade_off(report: Report) -> Markup | None:
    """Instructions of an inference against flash, a point for each program; None where that is no picture."""
    held = {row.target for row in report.withheld}
    points = [
        Point(
            x=float(row["code_bytes"] + row["weights_bytes"]),
            y=float(row["instructions"]),
            name=row["target"] if len(report.emulated) <= 12 else "",
            kind="other failed" if row["target"] in held else "best",
            said=f"{row['target']}: {row['instructions']:,} instructions, "
            f"{row['code_bytes'] + row['weights_bytes']:,} bytes of flash",
        )
        for row in report.emulated
    ]
    return plot(
        points, across="flash", up="instructions of an inference", x_text=bytes_text, y_text=short,
        label="instructions of an inference against flash, by target; the table above has the figures",
    )  # fmt: skip
