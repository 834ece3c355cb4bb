"""The end of a build on a terminal: the verdict first, and the rest on one screen; `--verbose` shows every line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..folded import fold
from ..rows import Report
from .gates import describe
from .text import summary

LEAST_ROWS: Final = 20
"""Of a terminal that does not tell its height, or tells less."""
FIRST: Final = ("accuracy", "agreement", "pruned", "verdict", "int8", "arena", "emulated", "latency")
"""Figures that decide, of which one line each is shown in this order of importance."""
PROMPT: Final = 2
"""Rows that the shell takes."""


def screen_lines(
    report: Report, folder: Path, columns: int, rows: int, *, verbose: bool = False
) -> list[str]:
    """Lines of at most `columns` letters; at most `rows` with the prompt, unless `verbose`."""
    every = [f"  {label:<10} {text}" for label, text in summary(report, folder)]
    head = fold(verdict(report), columns)
    if verbose:
        return [*head, *(part for line in every for part in fold(line, columns))]
    room = max(rows, LEAST_ROWS) - PROMPT - len(head) - 1
    lines = [fold(line, columns) for line in every]
    kept = _kept(every, [len(folded) for folded in lines], room)
    left = len(every) - len(kept)
    shown = [part for place in sorted(kept) for part in lines[place]]
    return [*head, *shown, *([f"  ... {left} more lines: --verbose, or report.html"] if left else [])]


def verdict(report: Report) -> str:
    """How it went, in one sentence."""
    name = f"{report.name} {report.version}"
    failed = [gate for gate in report.gates if not gate.passed]
    if report.status != "passed":
        broken = [check.name for check in report.checks if check.result == "failed"]
        why = describe(failed[0]) if failed else broken[0] if broken else "see below"
        more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
        return f"FAILED {name}: {why}{more}"
    withheld = f", {len(report.withheld)} withheld" if report.withheld else ""
    gates = f"{len(report.gates) - len(failed)} of {len(report.gates)} gates hold"
    return f"passed {name}: {gates}, {_counted(len(report.bundles), 'bundle')}{withheld}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _kept(lines: Sequence[str], heights: Sequence[int], room: int) -> set[int]:
    """Places of the lines that are shown, the most important first."""
    kept: set[int] = set()
    for place in sorted(range(len(lines)), key=lambda place: (_rank(lines, place), place)):
        if heights[place] <= room:
            kept.add(place)
            room -= heights[place]
    return kept


def _rank(lines: Sequence[str], place: int) -> int:
    """What failed, then where the result is, then the first line of each figure that decides."""
    label, text = lines[place][2:12].strip(), lines[place][13:]
    if text.startswith("FAILED"):
        return 0
    if label in ("report", "withheld", "too large"):
        return 1
    if label == "bundle":
        return 2
    seen = any(line[2:12].strip() == label for line in lines[:place])
    if label in FIRST and not seen:
        return 3 + FIRST.index(label)
    if label == "warning":
        return 12
    return 13 if label in ("gates", "checks", "fits") else 20
