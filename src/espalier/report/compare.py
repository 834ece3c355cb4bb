"""Two builds side by side, as a table for a terminal of any width, as Markdown for a pull request, and as a page."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from ..compare_rows import Comparison, Figure, Flipped, Paired
from ..visible import shown
from .frame import template

SHOWN = 12
"""Images that flipped, in a terminal and in Markdown."""
LEAST_NAME = 14
"""Characters that a figure's name gets at least."""


def paired_text(row: Paired) -> str:
    """What the same images say, in one sentence."""
    way = f"b {'loses' if row.points > 0 else 'wins'} {abs(row.points):.2f} points of" if row.points else "b has the same"
    noise = ", which is within noise: these images cannot tell" if row.noise and (row.lost or row.won) else ""
    return (
        f"{way} {row.what} on the same {row.n:,} images (95 % interval of the loss {row.interval[0]:.2f} to "
        f"{row.interval[1]:.2f}; {row.lost} lost, {row.won} won; McNemar p = {row.p_value:.3g}){noise}"
    )


def verdict(found: Comparison) -> str:
    """The first sentence: the gates, or what the same images say."""
    failed = [gate for gate in found.gates if not gate.passed]
    if failed:
        return f"{len(failed)} of {len(found.gates)} gates failed: {', '.join(gate.name for gate in failed)}"
    if found.gates:
        return f"every gate holds: {', '.join(gate.name for gate in found.gates)}"
    if found.accuracy is not None:
        return paired_text(found.accuracy)
    worse = [figure.name for figure in found.figures if figure.worse]
    return f"b is worse in {', '.join(worse)}" if worse else "b is worse in nothing that could be compared"


def amount(value: float | None, unit: str) -> str:
    """A figure as people read it."""
    if value is None:
        return "-"
    if unit == "share":
        return f"{value:.2%}"
    return f"{value:,.1f}" if unit == "us" else f"{value:,.0f}"


def change(figure: Figure) -> str:
    """What became of it, and by how much of what it was."""
    if figure.change is None:
        return ""
    if figure.unit == "share":
        return f"{100 * figure.change:+.2f} points"
    if not figure.change:
        return "same"
    share = f" ({figure.change / figure.a:+.1%})" if figure.a else ""
    return f"{figure.change:+,.1f}{share}" if figure.unit == "us" else f"{figure.change:+,.0f}{share}"


def named(figure: Figure) -> str:
    """Its name with its unit."""
    return figure.name if figure.unit in ("share", "instructions") else f"{figure.name}, {figure.unit}"


def flip_text(row: Flipped) -> str:
    """What became of an image."""
    words = f"{shown(row.a, 60)} -> {shown(row.b, 60)}" if row.a or row.b else ""
    judged = {(True, False): "lost", (False, True): "won", (False, False): "wrong in both"}.get((row.a_right, row.b_right), "")  # type: ignore[arg-type]
    return "  ".join(part for part in (judged, words) if part)


def compare_lines(found: Comparison, width: int) -> list[str]:
    """For a terminal of so many columns."""
    lines = [*_wrapped(verdict(found), width), ""]
    lines += [*_wrapped(f"a  {_side(found, 'a')}", width), *_wrapped(f"b  {_side(found, 'b')}", width), ""]
    lines += _table(found.figures, width)
    if found.accuracy is not None and (found.gates):
        lines += ["", *_wrapped(paired_text(found.accuracy), width)]
    for gate in found.gates:
        word = "ok  " if gate.passed else "FAIL"
        lines += _wrapped(f"{word} {gate.name} {gate.limit:g} {gate.unit}: {gate.why}", width, "     ")
    for word, uses in (("gained", found.operators_gained), ("lost", found.operators_lost)):
        if uses:
            told = ", ".join(f"{use.count} {use.name} (version {use.version})" for use in uses)
            lines += ["", *_wrapped(f"operators {word}: {told}", width, "  ")]
    if found.flips:
        lines += ["", f"{len(found.flips):,} images flipped"]
        for row in found.flips[:SHOWN]:
            lines += _wrapped(f"  {shown(row.image, 80)}  {flip_text(row)}", width, "    ")
        if len(found.flips) > SHOWN:
            lines.append(f"  and {len(found.flips) - SHOWN:,} more: --json lists all")
    if found.changes:
        lines += ["", "manifests differ"]
        for one in found.changes:
            lines += _wrapped(f"  {one.target} {one.key}: {_short(one.a)} -> {_short(one.b)}", width, "    ")
    for note in found.notes:
        lines += _wrapped(f"note: {note}", width, "  ")
    return lines


def compare_markdown(found: Comparison) -> str:
    """For a pull request."""
    lines = [f"**{_cell(verdict(found))}**", "", f"a: {_cell(_side(found, 'a'))}; b: {_cell(_side(found, 'b'))}", ""]
    lines += ["| | a | b | change |", "|---|--:|--:|--:|"]
    for figure in found.figures:
        mark = " :small_red_triangle:" if figure.worse else ""
        told = " ".join(part for part in (change(figure), f"({figure.note})" if figure.note else "") if part)
        values = " | ".join(amount(value, figure.unit) for value in (figure.a, figure.b))
        lines.append(f"| {_cell(named(figure))} | {values} | {_cell(told)}{mark} |")
    if found.accuracy is not None:
        lines += ["", _cell(paired_text(found.accuracy)) + "."]
    for gate in found.gates:
        word = "passed" if gate.passed else "**failed**"
        lines += ["", f"- {word}: `{gate.name}` {gate.limit:g} {gate.unit}: {_cell(gate.why)}"]
    for word, uses in (("gained", found.operators_gained), ("lost", found.operators_lost)):
        if uses:
            lines += ["", f"Operators {word}: " + ", ".join(f"{u.count} `{u.name}` (version {u.version})" for u in uses)]
    if found.flips:
        lines += ["", f"<details><summary>{len(found.flips):,} images flipped</summary>", "", "| image | |", "|---|---|"]
        lines += [f"| {_cell(shown(row.image, 80))} | {_cell(flip_text(row))} |" for row in found.flips[:SHOWN]]
        rest = len(found.flips) - SHOWN
        lines += ["", *([f"and {rest:,} more", ""] if rest > 0 else []), "</details>"]
    if found.changes:
        lines += ["", "<details><summary>Manifests differ</summary>", "", "| target | key | a | b |", "|---|---|---|---|"]
        lines += [f"| {c.target} | {_cell(c.key)} | {_cell(_short(c.a))} | {_cell(_short(c.b))} |" for c in found.changes]
        lines += ["", "</details>"]
    lines += [line for note in found.notes for line in ("", f"> {_cell(note)}")]
    return "\n".join(lines) + "\n"


def compare_html(found: Comparison) -> bytes:
    """One page (UTF-8), without script, that asks nothing of any place."""
    page = template("compare.html.j2").render(
        found=found, verdict=verdict(found), figure=amount, change=change, label=named, flip_text=flip_text, short=_short,
        paired=None if found.accuracy is None else paired_text(found.accuracy),
        failed=any(not gate.passed for gate in found.gates),
    )  # fmt: skip
    return page.encode()


def _side(found: Comparison, which: str) -> str:
    side = found.a if which == "a" else found.b
    status = f", {side.status}" if side.status else ""
    return f"{side.name} {side.version}{status} ({side.given})"


def _table(figures: Sequence[Figure], width: int) -> list[str]:
    """Name, a, b, change; a name that has no room goes on in the next line, and so does a note."""
    rows = [(named(f), amount(f.a, f.unit), amount(f.b, f.unit), change(f) or f.note) for f in figures]
    if not rows:
        return []
    wide = [max(len(row[place]) for row in (("", "a", "b", "change"), *rows)) for place in range(4)]
    wide[0] = max(LEAST_NAME, min(wide[0], width - sum(wide[1:]) - 6))
    over = sum(wide) + 6 - width
    wide[3] = max(10, wide[3] - max(0, over))
    lines = ["  ".join((" " * wide[0], f"{'a':>{wide[1]}}", f"{'b':>{wide[2]}}", f"{'change':>{wide[3]}}"))]
    for figure, (name, a, b, told) in zip(figures, rows, strict=True):
        names, changes = textwrap.wrap(name, wide[0]) or [""], textwrap.wrap(told, wide[3]) or [""]
        for at in range(max(len(names), len(changes))):
            cells = (
                f"{names[at] if at < len(names) else '':<{wide[0]}}", f"{a if not at else '':>{wide[1]}}",
                f"{b if not at else '':>{wide[2]}}", f"{changes[at] if at < len(changes) else '':>{wide[3]}}",
            )  # fmt: skip
            lines.append("  ".join(cells).rstrip())
        if figure.note and figure.change is not None:
            lines += _wrapped(f"  {figure.note}", width, "  ")
    return lines


def _wrapped(text: str, width: int, indent: str = "   ") -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=indent) or [""]


def _short(text: str) -> str:
    return (text if len(text) <= 60 else f"{text[:57]}...") or "nothing"


def _cell(text: str) -> str:
    """Text of strangers in a table of Markdown."""
    for sign in "\\`*_{}[]<>|#":
        text = text.replace(sign, f"\\{sign}" if sign not in "<>" else {"<": "&lt;", ">": "&gt;"}[sign])
    return text.replace("\n", " ")
