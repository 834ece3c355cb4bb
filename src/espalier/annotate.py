"""What a build or a check says, at the lines of the recipe that it is about: as GitHub's workflow commands, as GitLab's report of
code quality."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

SERVICES: Final = ("github", "gitlab")
QUALITY_FILE: Final = "gl-code-quality-report.json"
"""Where GitLab's runner is told to find it (artifacts: reports: codequality)."""
_TABLE: Final = re.compile(r"^\s*\[\[?\s*([\w.\"'-]+)\s*\]\]?")
_KEY: Final = re.compile(r"^\s*([\w-]+)\s*=")
_NAMED: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_SETS: Final = {
    "fine-tune": "prune.fine-tune",
    "distill": "prune.distill",
    "truth": "evaluation",
    "fit": "deploy",
    "targets": "deploy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """`about`: a dotted name of the recipe, a target, or a table; what it is told of."""

    level: Literal["error", "warning"]
    about: str
    text: str


def line_of(recipe: str, about: str) -> int:
    """The line of a recipe that has the key, the table or the word that `about` names; the first where none does."""
    wanted = _SETS.get(about, about)
    places: dict[str, int] = {}
    table = ""
    for number, line in enumerate(recipe.splitlines(), 1):
        if found := _TABLE.match(line):
            table = found[1]
            places.setdefault(table, number)
        elif found := _KEY.match(line):
            places.setdefault(f"{table}.{found[1]}".lstrip("."), number)
            places.setdefault(found[1], number)
            for word in re.findall(r'"([^"]+)"', line.partition("=")[2]):
                places.setdefault(word, number)
    for name in _candidates(wanted):
        if name in places:
            return places[name]
    return 1


def _candidates(about: str) -> list[str]:
    """The whole name, then what it begins with: `cortex-m4.ram-bytes` is of the target cortex-m4."""
    parts = about.split(".")
    return [
        about,
        *(f"budgets.{about}",),
        *(".".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)),
        parts[-1],
    ]


def named_in(text: str) -> str:
    """The key or table of a recipe that a message names in backticks or brackets; "" where it names none."""
    found = re.search(r"\[([\w.-]+)\] ([\w-]+)", text)
    if found:
        return f"{found[1]}.{found[2]}"
    found = re.search(r"`([^`]+)`", text)
    return _NAMED.findall(found[1])[0] if found and _NAMED.findall(found[1]) else ""


def github(notes: Iterable[Note], path: str, recipe: str) -> list[str]:
    """Workflow commands; a runner reads them from what a step prints."""
    return [
        f"::{note.level} file={_property(path)},line={line_of(recipe, note.about)},title=espalier::{_data(note.text)}"
        for note in notes
    ]


def gitlab(notes: Iterable[Note], path: str, recipe: str) -> bytes:
    """The report of code quality, as GitLab's runner takes it."""
    rows = [
        {
            "description": note.text,
            "check_name": f"espalier {note.about}".strip(),
            "fingerprint": hashlib.sha256(f"{path}\0{note.about}\0{note.text}".encode()).hexdigest(),
            "severity": "major" if note.level == "error" else "minor",
            "location": {"path": path, "lines": {"begin": line_of(recipe, note.about)}},
        }
        for note in notes
    ]
    return json.dumps(rows, indent=1).encode() + b"\n"


def tell(service: str, notes: Sequence[Note], path: Path) -> list[str]:
    """What is to be printed for a service; for GitLab the report is written beside where the command runs."""
    try:
        recipe = path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        recipe = ""
    if service == "github":
        return github(notes, path.as_posix(), recipe)
    Path(QUALITY_FILE).write_bytes(gitlab(notes, path.as_posix(), recipe))
    return []


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
