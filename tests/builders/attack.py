"""One attack: a sound project, one thing spoiled, and what the command must say about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CHECK_AND_BUILD = ("check", "build")
BUILD = ("build",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """`spoil` changes the project folder. `words` must all be in the message (case folded), `exit_code` the status."""

    name: str
    spoil: Callable[[Path], object]
    exit_code: int
    words: tuple[str, ...]
    commands: tuple[str, ...] = CHECK_AND_BUILD


def attack(
    name: str,
    spoil: Callable[[Path], object],
    *words: str,
    exit_code: int = 3,
    commands: tuple[str, ...] = CHECK_AND_BUILD,
) -> Attack:
    """A row of a table of attacks."""
    return Attack(name=name, spoil=spoil, exit_code=exit_code, words=words, commands=commands)
