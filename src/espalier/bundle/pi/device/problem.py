"""Exit codes, and what the user can mend."""

from __future__ import annotations

import sys

OK, USAGE, UNREADABLE, DIFFERS, MISSING, INTERRUPTED = 0, 2, 3, 6, 7, 130


class Problem(Exception):
    """Something the user can mend; `code` is the exit code."""

    def __init__(self, text: str, code: int = USAGE) -> None:
        super().__init__(text)
        self.code = code


def say(text: str) -> None:
    """A message for the user: standard output is for results only."""
    print(text, file=sys.stderr, flush=True)
