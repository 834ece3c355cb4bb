"""What a person sees while a build runs: a progress line with the time left on a terminal, plain lines in CI.

Everything goes to stderr; stdout belongs to the result.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import TextIO

from .streams import abandon, colourful

DEFAULT_SECONDS: dict[str, float] = {
    "read": 0.2,
    "images": 2.0,
    "load": 4.0,
    "prune": 60.0,
    "quantize": 2.0,
    "evaluate": 3.0,
    "benchmark": 2.0,
    "prove": 1.0,
    "bundle": 1.5,
    "check": 1.5,
    "report": 0.5,
}
"""Seconds that a stage is expected to take when no earlier build of the same recipe tells it."""


class Progress:
    """Told by build.py which stages will run, when each starts and how far it is.

    On a terminal one line is redrawn; otherwise each stage prints a line when it ends.
    """

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self.stream = stream or sys.stderr  # None: closed when Python started
        self.quiet = quiet or self.stream is None
        self._live = not self.quiet and colourful(self.stream)
        self._started = time.monotonic()
        self._expected: dict[str, float] = {}
        self._share: dict[str, float] = {}
        self._text = ""
        self._width = 0

    def plan(self, stages: list[str], seconds: Mapping[str, float]) -> None:
        """The stages to come, in order, with the seconds each took last time where known."""
        self._expected = {s: max(0.05, seconds.get(s, DEFAULT_SECONDS.get(s, 1.0))) for s in stages}
        self._share = dict.fromkeys(stages, 0.0)

    def step(self, stage: str, done: float, total: float, text: str = "") -> None:
        """A stage is `done`/`total` far."""
        if total > 0:
            self._share[stage] = min(1.0, max(self._share.get(stage, 0.0), done / total))
        self._text = f"{stage}: {text}" if text else stage
        self._draw()

    def end(self, stage: str, seconds: float, reused: bool, text: str = "") -> None:
        """A stage has ended."""
        self._share[stage] = 1.0
        if self.quiet:
            return
        tail = "stored result" if reused else f"{seconds:.1f} s"
        self._clear()
        self._write(f"  {stage:<10} {text + ', ' if text else ''}{tail}\n")
        self._draw()

    def close(self) -> None:
        """Remove the progress line."""
        self._clear()

    def seconds_left(self) -> float:
        """Expected work not yet done, scaled by how this run compares with the expectation so far."""
        done = sum(self._expected.get(s, 0.0) * share for s, share in self._share.items())
        rest = sum(self._expected.values()) - done
        elapsed = time.monotonic() - self._started
        pace = elapsed / done if done > 0.2 * sum(self._expected.values()) else 1.0
        return max(0.0, rest * min(4.0, max(0.25, pace)))

    def _draw(self) -> None:
        if not self._live:
            return
        total = sum(self._expected.values()) or 1.0
        done = sum(self._expected.get(s, 0.0) * share for s, share in self._share.items()) / total
        filled = int(done * 24)
        line = f"[{'#' * filled}{'.' * (24 - filled)}] {done:4.0%}  about {self.seconds_left():.0f} s left  {self._text}"
        self._clear()
        self._write(line[:110])
        self._width = min(len(line), 110)

    def _clear(self) -> None:
        if self._live and self._width:
            self._write("\r" + " " * self._width + "\r")
            self._width = 0

    def _write(self, text: str) -> None:
        """A reader that has gone or a full disk ends the showing, not the build."""
        try:
            self.stream.write(text)
            self.stream.flush()
        except (OSError, ValueError):  # ValueError: a closed file
            abandon(self.stream)
