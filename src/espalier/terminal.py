"""What a person sees while a build runs: a progress line with the time left on a terminal, plain lines in CI.

Everything goes to stderr; stdout belongs to the result.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from typing import TextIO

from .streams import abandon, columns, lively

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
    "report": 0.5,
}
"""Seconds that a stage is expected to take when no earlier build of the same recipe tells it."""


SECOND, MINUTE = 1.0, 60.0
"""How often the line is redrawn, and how often a line is printed where there is no terminal."""


class _Stage:
    """One stage: the seconds that it is expected to take, whether an earlier build tells, and how far it is."""

    def __init__(self, *, expected: float, known: bool) -> None:
        self.expected = expected
        self.known = known
        self.began: float | None = None
        self._share = 0.0
        self._told = 0.0
        self.ended = False

    @property
    def share(self) -> float:
        """From 0 to 1, as it was told."""
        return 1.0 if self.ended else self._share

    def reach(self, share: float) -> None:
        """The stage runs and is this far; it never goes back."""
        now = time.monotonic()
        if self.began is None:
            self.began = self._told = now
        if share > self._share:
            self._share, self._told = min(1.0, share), now

    def left(self, now: float, pace: float) -> float:
        """Seconds that it still takes: as expected, or at its own pace where that is slower; and less the longer it has
        said nothing, without ever coming to nothing."""
        if self.began is None:
            return self.expected * pace
        told = self._told - self.began
        rest = max(
            self.expected * (1 - self._share) * min(pace, 1.0),
            told * (1 / self._share - 1) if self._share else 0.0,
        )
        return rest**2 / (rest + now - self._told) if rest else 0.0


class Progress:
    """Told by stages/pipeline.py which stages will run, when each starts and how far it is.

    On a terminal one line is redrawn, also while a stage says nothing; otherwise each stage prints a line when it ends,
    and one every MINUTE while it runs.
    """

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self.stream = stream or sys.stderr  # None: closed when Python started
        self.quiet = quiet or self.stream is None
        self._live = not self.quiet and lively(self.stream)
        self._started = self._told = time.monotonic()
        self._stages: dict[str, _Stage] = {}
        self._text = ""
        self._width = 0
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._ticker: threading.Thread | None = None

    def plan(self, stages: list[str], seconds: Mapping[str, float]) -> None:
        """The stages to come, in order, with the seconds each took last time where known."""
        with self._lock:
            self._stages = {
                name: _Stage(
                    expected=max(0.05, seconds.get(name, DEFAULT_SECONDS.get(name, 1.0))),
                    known=name in seconds,
                )
                for name in stages
            }
        if not self.quiet and self._ticker is None:
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()

    def expect(self, seconds: Mapping[str, float]) -> None:
        """What stages will take, for those that no earlier build tells."""
        with self._lock:
            for name, value in seconds.items():
                stage = self._stages.get(name)
                if stage is not None and not stage.known:
                    stage.expected = max(0.05, value)

    def step(self, stage: str, done: float, total: float, text: str = "") -> None:
        """A stage is `done`/`total` far."""
        with self._lock:
            self._stage(stage).reach(done / total if total > 0 else 0.0)
            self._told = time.monotonic()
            self._text = f"{stage}: {text}" if text else stage
            self._draw()

    def end(self, stage: str, seconds: float, reused: bool, text: str = "") -> None:
        """A stage has ended."""
        with self._lock:
            self._stage(stage).ended = True
            self._told = time.monotonic()
            if self.quiet:
                return
            tail = "stored result" if reused else f"{seconds:.1f} s"
            self._clear()
            self._write(f"  {stage:<10} {text + ', ' if text else ''}{tail}\n")
            self._draw()

    def close(self) -> None:
        """Remove the progress line."""
        self._closed.set()
        if self._ticker is not None and self._ticker is not threading.current_thread():
            self._ticker.join()
            self._ticker = None
        with self._lock:
            self._clear()

    def share(self) -> float:
        """How far everything is, 0 to 1."""
        with self._lock:
            whole = sum(stage.expected for stage in self._stages.values())
            done = sum(stage.expected * stage.share for stage in self._stages.values())
        return done / whole if whole else 0.0

    def seconds_left(self) -> float:
        """Expected work not yet done; of stages that have not begun scaled by how this run compared when a stage last said
        something, so that silence only takes away."""
        now = time.monotonic()
        with self._lock:
            stages = list(self._stages.values())
            whole = sum(stage.expected for stage in stages)
            done = sum(stage.expected * stage.share for stage in stages)
            pace = (self._told - self._started) / done if done > 0.2 * whole else 1.0
            pace = min(4.0, max(0.25, pace))
            waiting = sum(stage.expected for stage in stages if stage.began is None and not stage.ended)
            running = [
                stage.left(now, pace) for stage in stages if stage.began is not None and not stage.ended
            ]
        return waiting * pace + sum(running)

    def _stage(self, name: str) -> _Stage:
        return self._stages.setdefault(name, _Stage(expected=0.05, known=False))

    def _tick(self) -> None:
        while not self._closed.wait(SECOND if self._live else MINUTE):
            with self._lock:
                if self._live:
                    self._draw()
                else:
                    self._say()

    def _say(self) -> None:
        """A line of the stages that run."""
        now = time.monotonic()
        for name, stage in self._stages.items():
            if stage.began is not None and not stage.ended:
                text = self._text.partition(": ")[2] if self._text.startswith(f"{name}: ") else ""
                far = f"{stage.share:.0%}, " if stage.share else ""
                self._write(
                    f"  {name:<10} {_spelled(now - stage.began)} so far, {far}about {_spelled(self.seconds_left())} left "
                    f"in all{': ' + text if text else ''}\n"
                )

    def _draw(self) -> None:
        if not self._live:
            return
        whole = sum(stage.expected for stage in self._stages.values()) or 1.0
        done = sum(stage.expected * stage.share for stage in self._stages.values()) / whole
        room = self._columns()
        bar = max(8, min(24, room // 5))
        filled = int(done * bar)
        line = f"[{'#' * filled}{'.' * (bar - filled)}] {done:4.0%}  about {_spelled(self.seconds_left())} left  {self._text}"
        self._clear()
        line = line[:room]
        self._write(line)
        self._width = len(line)

    def _columns(self) -> int:
        """At most 110, and one less than the terminal has: a line that it breaks cannot be taken back."""
        return min(110, (columns(self.stream) or 111) - 1)

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


def _spelled(seconds: float) -> str:
    """12 s, 3 min, 1 h 20 min."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
