"""Lines for a terminal of any width: a long one goes on below the column where its text begins, and words that tell how something
went have a colour."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Final

import click

NARROWEST: Final = 20
"""Letters that the text beside a label gets at least."""
_LABEL: Final = re.compile(r"^ *\S[^\n]*? {2,}(?=\S)|^ {4,}(?=\S)")
_COLOURS: Final = {
    "green": "ok passed fits yes",
    "red": "error FAILED failed",
    "yellow": "warning perhaps withheld",
}
_WORDS: Final = {word: colour for colour, words in _COLOURS.items() for word in words.split()}
_ALTERNATIVES: Final = "|".join(
    map(re.escape, [*sorted(_WORDS, key=len, reverse=True), "too large", "NOT SHOWN"])
)
_TOLD: Final = re.compile(rf"^(\s*)({_ALTERNATIVES})\b(?!\.)")


def fold(line: str, columns: int | None) -> list[str]:
    """A line as lines of at most so many letters, None: as it is. What follows a label and two spaces stays in its column."""
    if columns is None or len(line) <= columns:
        return [line]
    found = _LABEL.match(line)
    indent = (
        len(found[0])
        if found and len(found[0]) <= max(columns // 3, 8) and columns - len(found[0]) >= NARROWEST
        else 0
    )
    head, rest = line[:indent], line[indent:]
    indent = indent or min(len(line) - len(line.lstrip()) + 2, 4)
    return textwrap.wrap(
        rest,
        columns,
        initial_indent=head,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
        replace_whitespace=False,
    ) or [line]


def painted(line: str) -> str:
    """The word at a line's beginning that tells how something went, in its colour."""
    found = _TOLD.match(line)
    if found is None:
        return line
    colour = _WORDS.get(found[2], "red" if found[2] == "too large" else "yellow")
    return f"{found[1]}{click.style(found[2], fg=colour, bold=True)}{line[found.end() :]}"


def for_terminal(lines: Iterable[str], columns: int | None) -> list[str]:
    """Lines folded and coloured."""
    return [painted(part) for line in lines for part in fold(line, columns)]
