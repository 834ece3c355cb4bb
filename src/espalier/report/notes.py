"""What a report says against a build: (error or warning, what of the recipe it is about, in words)."""

from __future__ import annotations

import re

from ..rows import Report
from .gates import describe

_CODE = re.compile(r"\[([a-z0-9-]+)\]$")
_ABOUT = {
    "no-evaluation": "evaluation",
    "few": "calibration",
    "one-class": "calibration",
    "leakage": "evaluation",
}


def notes_of(report: Report) -> list[tuple[str, str, str]]:
    """Failed gates and checks, withheld targets, warnings."""
    notes = [("error", gate.target or gate.name, describe(gate)) for gate in report.gates if not gate.passed]
    notes += [
        ("error", "", f"{check.name}: {check.why}") for check in report.checks if check.result == "failed"
    ]
    notes += [("warning", row.target, f"withheld: {row.why}") for row in report.withheld]
    for text in report.warnings:
        found = _CODE.search(text)
        notes.append(("warning", _ABOUT.get(found[1], found[1]) if found else "", text))
    return notes
