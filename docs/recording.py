"""A command in a terminal, recorded as an SVG that plays by itself: what a real run wrote, screen by screen.

    python docs/recording.py OUT.svg [--columns N] [--rows N] [--folder DIR] -- espalier build recipe.toml

The command runs in a pseudo-terminal; pyte keeps its screen. Waiting is cut to PAUSE seconds; who wants no motion sees the last
screen.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import shlex
import struct
import sys
import termios
import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

PAUSE = 0.9
"""Seconds that a screen stays at most, and the last but one at least while it is typed."""
LEAST = 0.12
"""Seconds between two screens: what comes faster is one."""
HOLD = 6.0
"""Seconds of the last screen."""
TYPED = 0.05
WIDTH, HEIGHT = 8.0, 18.0
"""Of a letter."""
BACK, INK = "#15211a", "#dfe9e2"
COLOURS = {
    "default": INK, "black": "#5d6b62", "red": "#f0887c", "green": "#7fd39b", "brown": "#e8c171", "blue": "#8ab4f0",
    "magenta": "#d0a3ea", "cyan": "#7fd0d3", "white": "#ffffff",
}  # fmt: skip

Line = tuple[tuple[str, str, bool], ...]
"""Runs of a line: text, colour, whether it is bold."""


class Screen(NamedTuple):
    """What the terminal showed, and for how long."""

    seconds: float
    lines: tuple[Line, ...]


def record(command: Sequence[str], *, columns: int = 100, rows: int = 32, folder: Path | None = None) -> list[Screen]:
    """Run a command in a pseudo-terminal and keep its screens. Raises RuntimeError where it ends with anything but 0."""
    import pyte

    display = pyte.Screen(columns, rows)
    feed = pyte.ByteStream(display)
    child, terminal = pty.fork()
    if child == 0:
        if folder is not None:
            os.chdir(folder)
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(rows)}
        environment.pop("NO_COLOR", None)
        os.execvpe(command[0], list(command), environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    found: list[tuple[float, tuple[Line, ...]]] = []
    began = time.monotonic()
    while _more(terminal, feed):
        shown = tuple(_line(display, row) for row in range(rows))
        now = time.monotonic() - began
        if found and now - found[-1][0] < LEAST:
            found[-1] = (found[-1][0], shown)
        elif not found or found[-1][1] != shown:
            found.append((now, shown))
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{shlex.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    ends = [at for at, _ in found[1:]]
    shown_for = [Screen(min(PAUSE, end - at), lines) for (at, lines), end in zip(found, ends, strict=False)]
    return [*shown_for, Screen(HOLD, found[-1][1])]


def _more(terminal: int, feed: object) -> bool:
    """Whether the command wrote more; it is on the screen then."""
    select.select([terminal], [], [], 600)
    try:
        data = os.read(terminal, 65536)
    except OSError:  # Linux tells the end of a pseudo-terminal so
        return False
    feed.feed(data)  # type: ignore[attr-defined]
    return bool(data)


def _line(display: object, row: int) -> Line:
    """The runs of one line of the screen, without blanks at its end."""
    cells = display.buffer[row]  # type: ignore[attr-defined]
    runs: list[tuple[str, str, bool]] = []
    for column in range(display.columns):  # type: ignore[attr-defined]
        cell = cells[column]
        if runs and runs[-1][1:] == (cell.fg, cell.bold):
            runs[-1] = (runs[-1][0] + cell.data, cell.fg, cell.bold)
        else:
            runs.append((cell.data, cell.fg, cell.bold))
    if runs:
        runs[-1] = (runs[-1][0].rstrip(), *runs[-1][1:])
    return tuple(run for run in runs if run[0])


def typed(command: str) -> list[Screen]:
    """The command as somebody types it."""
    prompt, whole = ("$ ", "green", True), len(command)
    lines = [(prompt, (command[:count], "default", False)) for count in range(whole + 1)]
    return [Screen(TYPED if count < whole else 0.5, (line,)) for count, line in enumerate(lines)]


def draw(command: str, screens: Sequence[Screen], *, columns: int) -> str:
    """The SVG: a strip of screens that moves by. Equal lines are drawn once."""
    head = typed(command)
    prompt = head[-1].lines
    strip = [*head, *(Screen(seconds, (*prompt, *lines)) for seconds, lines in screens)]
    high = max(max((n + 1 for n, line in enumerate(screen.lines) if line), default=1) for screen in strip)
    names: dict[Line, str] = {}
    drawn = []
    for place, screen in enumerate(strip):
        uses = "".join(
            f'<use href="#{names.setdefault(line, f"l{len(names)}")}" y="{HEIGHT * n:g}"/>'
            for n, line in enumerate(screen.lines[:high])
            if line
        )
        drawn.append(f'<g transform="translate(0 {place * HEIGHT * high:g})">{uses}</g>')
    total, at, steps = sum(screen.seconds for screen in strip), 0.0, []
    for place, screen in enumerate(strip):
        steps.append(f"{100 * at / total:.2f}%{{transform:translateY({-place * HEIGHT * high:g}px)}}")
        at += screen.seconds
    last = -(len(strip) - 1) * HEIGHT * high
    lines = "".join(f'<text id="{name}" y="14">{_spans(line)}</text>' for line, name in names.items())
    width, tall, end = columns * WIDTH + 32, HEIGHT * high + 56, f"{{transform:translateY({last:g}px)}}"
    style = (
        f"@keyframes play{{{''.join(steps)}100%{end}}}#strip{{animation:play {total:.2f}s steps(1,end) infinite}}"
        f'text{{font:13.3px ui-monospace,"DejaVu Sans Mono",monospace;white-space:pre;fill:{INK}}}'
        f"@media (prefers-reduced-motion:reduce){{#strip{{animation:none;transform:translateY({last:g}px)}}}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {tall:g}" width="{width:g}" height="{tall:g}" '
        f'role="img" aria-label="a terminal: {escape(command)}"><style>{style}</style><defs>{lines}</defs>'
        f'<rect width="100%" height="100%" rx="9" fill="{BACK}"/>'
        '<g fill="#5d6b62"><circle cx="20" cy="18" r="5"/><circle cx="37" cy="18" r="5"/><circle cx="54" cy="18" r="5"/></g>'
        f'<svg x="16" y="40" width="{columns * WIDTH:g}" height="{HEIGHT * high:g}"><g id="strip">{"".join(drawn)}</g></svg>'
        "</svg>\n"
    )


def _spans(line: Line) -> str:
    parts = []
    for text, colour, bold in line:
        fill = COLOURS.get(colour, colour if colour in COLOURS else f"#{colour}" if len(colour) == 6 else INK)
        style = (f' fill="{fill}"' if fill != INK else "") + (' font-weight="700"' if bold else "")
        parts.append(f"<tspan{style}>{escape(text)}</tspan>" if style else escape(text))
    return "".join(parts)


def main(arguments: Sequence[str]) -> int:
    """Record the command that is named."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("out", type=Path)
    options.add_argument("--columns", type=int, default=100)
    options.add_argument("--rows", type=int, default=32)
    options.add_argument("--folder", type=Path)
    options.add_argument("command", nargs="+")
    asked = options.parse_args(arguments)
    screens = record(asked.command, columns=asked.columns, rows=asked.rows, folder=asked.folder)
    asked.out.write_text(draw(shlex.join(asked.command), screens, columns=asked.columns), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
