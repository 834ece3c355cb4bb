"""What the commands print for people, but for a build: plain lines, no colour, stable enough to paste into an issue."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import install_line
from ..visible import shown, size_text

if TYPE_CHECKING:
    from ..findings import Finding
    from ..target import Target
    from .calibrate_check import Examination
    from .calibrate_select import Selection
    from .check import Checked


def check_lines(findings: Checked) -> list[str]:
    """`espalier check`."""
    marks = {"ok": "ok     ", "warning": "warning", "error": "error  "}
    return [f"{marks[row.severity]}  {row.what:<12} {row.text}" for row in findings.rows]


def targets_lines(found: Sequence[Target]) -> list[str]:
    """`espalier targets`."""
    width = max(len(t.name) for t in found)
    return [f"{t.name:<{width}}  {t.kind:<15} {t.title}" for t in found]


def target_lines(target: Target) -> list[str]:
    """`espalier targets NAME`."""
    lines = [
        f"{target.name}: {target.title}",
        f"  kind          {target.kind}, {target.architecture} ({target.cpu})",
        f"  bundle        {target.bundle}",
        f"  model I/O     {target.io_dtype}, weights {target.weights}",
    ]
    lines += [f"  runtime       {r.name} {r.version}  [{r.source}]" for r in target.runtimes]
    lines += [
        f"  {key:<13} {fact.value:,.10g}  [{fact.source}]" for key, fact in sorted(target.facts.items())
    ]
    if target.channel_multiple is not None:
        lines.append(
            f"  channels      multiples of {target.channel_multiple.value:g}  [{target.channel_multiple.source}]"
        )
    return lines + [f"  note          {note}" for note in target.notes]


def verify_lines(checks: Sequence[Any]) -> list[str]:
    """`espalier verify`."""
    return [
        f"{c.result:<8} {c.name} ({f'{c.tool} {c.version}'.rstrip()})" + (f": {c.why}" if c.why else "")
        for c in checks
    ]


def cache_lines(facts: dict[str, Any]) -> list[str]:
    """`espalier cache`."""
    limit = "none" if facts["limit_bytes"] is None else size_text(facts["limit_bytes"])
    lines = [f"removed   {size_text(facts['removed_bytes'])}"] if facts["removed_bytes"] else []
    lines += [
        f"folder    {shown(facts['folder'])}",
        f"results   {facts['results']:,} of {size_text(facts['bytes'])}",
        f"limit     {limit} ({facts['variable']})",
    ]
    if facts["newest_used"] is not None:
        told = (time.strftime("%Y-%m-%d %H:%M", time.localtime(facts[key])) for key in ("oldest_used", "newest_used"))
        lines.append("used      {} to {}".format(*told))
    return lines + ([f"warning   {facts['wrong']}"] if facts["wrong"] else [])


def doctor_lines(facts: dict[str, Any]) -> list[str]:
    """`espalier doctor`."""
    lines = [f"Python {facts['python']} on {facts['machine']}", "", "packages that results depend on"]
    for p in facts["packages"]:
        lines.append(
            f"  {'ok     ' if p['ok'] else 'WRONG  '} {p['name']:<30} {p['found'] or 'absent':<12} needs {p['required'] or 'any'}"
        )
    if not facts["builds"]:
        lines += ["", "without TensorFlow and LiteRT: no build, quantize or explain", f"  {install_line('build')}"]
    lines += ["", "optional packages"]
    lines += [
        f"  {p['name']:<30} {p['found'] or 'absent':<12} {p['for']}" for p in facts["optional_packages"]
    ]
    if facts["plugins"]:
        lines += ["", "plug-ins (docs/extend/plug-in.md)"]
        lines += [
            f"  {'WRONG  ' if p['problem'] else 'ok     '} {p['name']:<30} {p['group']:<17} {p['problem'] or p['package']}"
            for p in facts["plugins"]
        ]
    lines += ["", "optional programs (a check that needs an absent one is reported as not run)"]
    lines += [
        f"  {p['name']:<22} {'found ' if p['found'] else 'absent'}  {p['for']}" for p in facts["programs"]
    ]
    lines += ["", "walls around the processes that read models and images"]
    lines += [f"  MISSING {text}" for text in facts["walls"]["lacks"]] or ["  whole: files, system calls, network, rights"]
    return lines


def calibrate_check_lines(done: Examination) -> list[str]:
    """`espalier calibrate check`: the sets and what was found in each, then what the model says about them."""
    lines = []
    for row in done.sets:
        counts = ", ".join(f"{name} {count}" for name, count in row.classes.items() if name)
        lines.append(f"{row.role:<12} {row.images:,} images" + (f": {counts}" if counts else ""))
        lines += _finding_lines(row.findings)
    scores = done.preprocessing
    if scores is not None:
        lines.append(
            f"{'preprocess':<12} right answers of the float model on {scores.n} images, fed in other ways"
        )
        lines += [f"             {s['top1']:7.1%} of {s['n']:>3}  {s['name']}" for s in scores.scores]
    if done.top1 is not None:
        lines.append(f"{'model':<12} float model right on {done.top1:.2%} of the labelled images")
    if done.stability is not None:
        s = done.stability
        lines.append(
            f"{'ranges':<12} {s.differing} of {s.tensors} differ by over 20 % between two halves of {s.images} images"
        )
        lines += [f"             {p.images:>5} images span {p.covered:.1%} of the ranges" for p in s.curve]
    lines += _finding_lines(done.model)
    errors = len(done.errors)
    total = sum(len(row.findings) for row in done.sets) + len(done.model)
    accepted = sum(f.severity == "accepted" for f in (*done.model, *(f for row in done.sets for f in row.findings)))
    counted = f"{errors} errors, {total - errors - accepted} warnings"
    return [*lines, f"{'result':<12} {counted}" + (f", {accepted} accepted" if accepted else "")]


def _finding_lines(findings: Sequence[Finding]) -> list[str]:
    lines = []
    for f in findings:
        lines.append(f"  {f.severity:<9}  {f.code}: {f.message}")
        told = f.way_on if f.severity == "error" else f.next_step
        lines += [f"             next: {told}"] if told else []
    return lines


def calibrate_select_lines(done: Selection) -> list[str]:
    """`espalier calibrate select`: what was chosen, and its figures beside those of random choices."""
    left_out = ", ".join(f"{count} {code}" for code, count in done.left_out.items()) or "none"
    counts = ", ".join(f"{name} {count}" for name, count in done.classes.items() if name)
    q, r, s = done.quality, done.random, done.spread
    rows = (
        ("ranges spanned", 100 * q.range_coverage, 100 * r.range_coverage, 100 * s.range_coverage, "%"),
        ("same answer", 100 * q.agreement, 100 * r.agreement, 100 * s.agreement, "%"),
        ("difference", 1000 * q.difference, 1000 * r.difference, 1000 * s.difference, "/1000"),
    )
    lines = [f"{'note':<12} {note}" for note in done.notes]
    lines.append(
        f"{'chosen':<12} {done.chosen} of {done.candidates:,} images" + (f": {counts}" if counts else "")
    )
    lines.append(f"{'left out':<12} {left_out}")
    lines.append(
        f"{'judged':<12} on {done.held_out} images held out, against {done.seeds} random choices of the same size"
    )
    lines += [
        f"  {name:<15} {mine:8.2f} {unit:<6} random {other:.2f} ± {spread:.2f}"
        for name, mine, other, spread, unit in rows
    ]
    lines.append(f"{'verdict':<12} {done.verdict}")
    return lines


def inspect_lines(facts: dict[str, Any]) -> list[str]:
    """`espalier inspect`: the head as key and value, then the table of layers or operators."""
    lines = [
        f"{key.replace('_', ' '):<16} {_short(value)}" for key, value in facts.items() if not _is_rows(value)
    ]
    for key, value in facts.items():
        if _is_rows(value):
            lines += ["", key.replace("_", " "), *_table(value)]
    return lines


def _is_rows(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0 and all(isinstance(row, dict) for row in value)


def _table(rows: Sequence[dict[str, Any]]) -> list[str]:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [[_short(row.get(column, "")) for column in columns] for row in rows]
    widths = [max(len(c), *(len(row[i]) for row in cells)) for i, c in enumerate(columns)]
    numeric = [all(isinstance(row.get(c, 0), int | float) for row in rows) for c in columns]
    lines = [
        "  " + "  ".join(c.replace("_", " ").ljust(w) for c, w in zip(columns, widths, strict=True)).rstrip()
    ]
    for row in cells:
        padded = [
            cell.rjust(w) if right else cell.ljust(w)
            for cell, w, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append("  " + "  ".join(padded).rstrip())
    return lines


def _short(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "-"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        if value and all(isinstance(v, int) for v in value):
            return " x ".join(str(v) for v in value)
        return ", ".join(_short(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{k} {_short(v)}" for k, v in value.items())
    return str(value)
