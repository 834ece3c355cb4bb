"""summary.md: what a CI job posts as a comment."""

from __future__ import annotations

from ..rows import Report
from .amounts import size
from .fit import markdown as fit_lines
from .gates import amount, describe, not_shown
from .text import key_figures


def markdown(report: Report) -> bytes:
    """A short Markdown page: status, figures, gates, bundles, checks that did not run."""
    mark = "✅" if report.status == "passed" else "❌"
    lines = [f"## {mark} {report.name} {report.version}: {report.status}", "", "| | |", "|---|---|"]
    lines += [f"| {_cell(name)} | {_cell(text)} |" for name, text in key_figures(report)]
    if report.prune.fit is not None:
        lines += fit_lines(report.prune.fit)
    if report.gates:
        lines += ["", "| gate | value | limit | |", "|---|--:|--:|---|"]
        for gate in report.gates:
            value = "no figure" if gate.value is None else amount(gate.value, gate.unit)
            verdict = "**failed**" if not gate.passed else "passed" if gate.shown else "passed, not shown"
            lines.append(f"| {_cell(gate.name)} | {value} | {amount(gate.limit, gate.unit)} {gate.unit} | {verdict} |")
    for gate in report.gates:
        if not gate.passed:
            lines.append(f"\n**{_cell(describe(gate))}**")
            lines += ["", *(f"{place}. {_cell(text)}" for place, text in enumerate(gate.layers, 1))]
    lines += [f"\n{_cell(text)}" for text in not_shown(report.gates)]
    if report.bundles:
        lines += ["", "| bundle | size | sha256 of its manifest |", "|---|--:|---|"]
        lines += [f"| `{b.path}` | {size(b.bytes)} | `{b.sha256[:16]}…` |" for b in report.bundles]
    if report.withheld:
        lines += ["", *(f"- withheld: `{row.target}`: {_cell(row.why)}" for row in report.withheld)]
    if report.warnings:
        lines += ["", *(f"- ⚠️ {_cell(text)}" for text in report.warnings)]
    absent = sorted({f"{c.name} ({c.tool})" for c in report.checks if c.result == "not run"})
    if absent:
        lines += [
            "",
            "<details><summary>checks that did not run here</summary>",
            "",
            *(f"- {_cell(t)}" for t in absent),
            "",
            "</details>",
        ]
    return ("\n".join(lines) + "\n").encode()


def _cell(text: str) -> str:
    """User text inside a table: no pipes, no line breaks, no HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")
