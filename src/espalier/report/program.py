"""The report of one compiled program (`espalier compile`): JSON, a page, and lines for the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
from markupsafe import Markup

from ..bundle.golden import canonical_json
from ..facts import Artifact, Check, TensorFacts
from ..row_mode import Mode
from ..row_parts import EmulatedPart, ProgramModelPart
from ..row_reading import VerdictRow
from ..rows import ArenaRow, GateRow
from .frame import template
from .gates import describe, headroom, headroom_words, title
from .verdict import advice, failed_words


class ProgramReport(msgspec.Struct, frozen=True, kw_only=True):
    """`model`: the .tflite given; `emulated` as in a build's report, empty where
    no emulator of the core is installed; `modes`: every `optimize`, tried, where the program does not fit."""

    name: str
    version: str
    status: Literal["passed", "failed"]
    target: str
    model: ProgramModelPart
    inputs: tuple[TensorFacts, ...]
    outputs: tuple[TensorFacts, ...]
    notes: tuple[str, ...]
    arena_bytes: int
    arena: ArenaRow
    emulated: tuple[EmulatedPart, ...]
    modes: tuple[Mode, ...]
    gates: tuple[GateRow, ...]
    checks: tuple[Check, ...]
    format: str = "espalier-program-report/1"


def program_files(report: ProgramReport) -> tuple[Artifact, ...]:
    """report.json and report.html."""
    plain = msgspec.structs.replace(report, arena=msgspec.structs.replace(report.arena, chart=""))
    page = template("program.html.j2").render(
        report=report,
        verdict=program_verdict(report),
        status=report.status,
        network=None,
        # Our own drawing: plan/explain.py escapes the names in it.
        chart=Markup(report.arena.chart),
    )
    return (
        Artifact(path="report.html", data=page.encode(), role="report"),
        Artifact(path="report.json", data=canonical_json(plain), role="report"),
    )


def program_verdict(report: ProgramReport) -> VerdictRow:
    """The program in one sentence, and what to do next."""
    name = f"{report.name} {report.version}"
    failed = [gate for gate in report.gates if not gate.passed]
    if report.status != "passed":
        broken = [f"the check {check.name} failed" for check in report.checks if check.result == "failed"]
        what = [failed_words(gate) for gate in failed] + broken
        return VerdictRow(text=f"{name} does not run on {report.target}: {'; '.join(what[:2])}. No library was written.",
                          next=tuple(map(advice, failed)))  # fmt: skip
    rooms = [f"{title(gate.name)} has {headroom_words(gate)}" for gate in report.gates if headroom_words(gate)]
    counted = f", {report.emulated[0]['instructions']:,} instructions" if report.emulated else ""
    fits = "; ".join([f"{name} fits {report.target}: {report.arena_bytes:,} bytes of RAM{counted}", *rooms])
    return VerdictRow(text=f"{fits}.", next=("Add the folder to your project; its README has the lines for each build system.",))


def figures(report: ProgramReport) -> list[tuple[str, str]]:
    """Label and text of the figures, what was cut off, gates and checks."""
    model = report.model
    rows = [
        ("model", f"{model['file']}: {model['operators']} operators, {model['macs']:,} MACs, {model['bytes']:,} bytes"),
        *(("note", note) for note in report.notes),
        ("arena", f"{report.arena_bytes:,} bytes"),
    ]
    for row in report.emulated:
        per = f", {row['instructions'] / model['macs']:.2f} per MAC" if model["macs"] else ""
        rows.append(("emulated", f"{row['core']}: {row['instructions']:,} instructions{per}, exact"))
        constants = f", {row['constants']['text']}" if row["constants"] else ""
        rows.append(("flash", f"{row['code_bytes']:,} bytes of code{constants}"))
        said = (("coded", row["coded"]), ("sparse", row["sparse"]), ("time", row["estimate"]))
        rows += [(label, part["text"]) for label, part in said if part]
    for gate in report.gates:
        rows.append(("fits", f"{gate.name}: {headroom(gate)}") if gate.passed else ("FAILED", describe(gate)))
    counts = {r: sum(c.result == r for c in report.checks) for r in ("passed", "failed", "not run")}
    rows.append(
        ("checks", f"{counts['passed']} passed, {counts['failed']} failed, {counts['not run']} not run here")
    )
    return rows + [("FAILED", f"{c.name}: {c.why}") for c in report.checks if c.result == "failed"]


def program_lines(report: ProgramReport, folder: Path) -> list[str]:
    """What the command prints: the figures, and where the library is."""
    rows = figures(report)
    if report.status == "passed":
        rows.append(("library", str(folder)))
    rows.append(("report", str(folder / "report.html")))
    head = f"{report.name} {report.version} for {report.target}: {report.status}"
    return [head, *(f"  {key:<10} {text}" for key, text in rows)]
