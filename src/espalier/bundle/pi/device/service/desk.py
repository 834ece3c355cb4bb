"""The service without its doors: the model that answers now, how another takes over, what is counted and handed on."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ..model import Pixels
from ..problem import DIFFERS, Problem, say
from .gate import Gate
from .metrics import Metrics
from .notify import notify
from .serving import Answered, Serving
from .shelf import Shelf, same_kind

BROKEN = (LookupError, ArithmeticError, TypeError, ValueError, AttributeError, OSError, RuntimeError, MemoryError)
"""What reading and running a model raises that is none."""


class Limits(NamedTuple):
    """What a request may take. Seconds count from its first byte."""

    body_bytes: int
    seconds: float
    engines: int
    queue: int
    floor_ms: float | None = None
    """Of a golden vector; the build's where there is none."""


class Outlet(Protocol):
    """Whoever wants the answers."""

    def put(self, row: dict[str, Any]) -> None:
        """Hand an answer on; never waits."""

    def state(self, text: str, detail: dict[str, Any]) -> None:
        """`online`, `offline`, or an alarm."""

    def close(self) -> None:
        """Hand on what is left, for a few seconds at most."""


class Desk:
    """Answers images with the current model."""

    def __init__(self, shelf: Shelf, limits: Limits, references: Path) -> None:
        self.shelf, self.limits, self.metrics = shelf, limits, Metrics()
        self.gate = Gate(limits.engines, limits.queue)
        self.outlets: list[Outlet] = []
        self.draining = False
        self.fault = ""
        self._references = references
        self._swap = threading.Lock()
        self._alarms: frozenset[str] = frozenset()
        self.serving = self._first()
        self._took_over(self.serving)

    @property
    def ready(self) -> bool:
        """Whether requests are taken: a model was proven, and nobody ends the service."""
        return not self.draining

    def _first(self) -> Serving:
        """The best of the models that can be had. Raises the first one's Problem when none can."""
        faults: list[Problem] = []
        for folder in self.shelf.candidates():
            try:
                found = self._load(folder)
            except Problem as problem:
                faults.append(problem)
                self.metrics.add("model_updates_total", result="refused")
                say(f"{problem}")
                continue
            self.fault = str(faults[0]) if faults else ""
            return found
        raise faults[0]

    def _load(self, folder: Path) -> Serving:
        """Raises Problem for a folder that is no model, does not compute what it ought to, or not fast enough."""
        try:
            return Serving(folder, self.limits.engines, self._references, self.limits.floor_ms)
        except BROKEN as problem:
            raise Problem(f"{folder} is not a whole model ({problem or type(problem).__name__})", DIFFERS) from None

    def _took_over(self, serving: Serving) -> None:
        self.metrics.only("model_info", 1, **serving.named)
        self.metrics.set("ready", 1)
        self.metrics.set("golden_seconds", serving.golden_seconds)
        self.metrics.set("drift_alarm", 0)
        notify(f"STATUS=answers with {serving.named['name']} {serving.named['version']} {serving.sha256[:12]}")

    def reload(self) -> bool:
        """Take the model that is current now, when it proves itself; else go on with the old one. Whether it took over."""
        with self._swap:
            try:
                folder = self.shelf.current()
                new = self._load(folder)
                same_kind(new.model, self.serving.model)
            except Problem as problem:
                self.fault = str(problem)
                self.metrics.add("model_updates_total", result="refused")
                say(f"not taken over: {problem}; {self.serving.sha256[:12]} goes on answering")
                return False
            old, self.serving, self.fault = self.serving, new, ""
            self._took_over(new)
            self.metrics.add("model_updates_total", result="accepted")
            say(f"{new.named['name']} {new.named['version']} {new.sha256[:12]} took over from {old.sha256[:12]}")
            return True

    def look(self, rgb: Pixels, source: str, numbers: tuple[float, ...] = (), *, mask: bool = False) -> dict[str, Any]:
        """The whole answer to an image; the caller holds a turn of the gate."""
        serving, begin = self.serving, time.perf_counter()
        found = serving.look(rgb, numbers, mask=mask)
        seconds = time.perf_counter() - begin
        self._count(serving, found)
        row = {
            **found.answer,
            "model": serving.named,
            "milliseconds": {
                "prepare": round(found.prepare * 1e3, 3),
                "model": round(found.model * 1e3, 3),
                "total": round(seconds * 1e3, 3),
            },
        }
        for outlet in self.outlets:
            outlet.put({"time": round(time.time(), 3), "source": source, **row})
        return row

    def _count(self, serving: Serving, found: Answered) -> None:
        answer = found.answer
        self.metrics.observe("inference_seconds", found.model)
        label = str(answer["label"]) if answer.get("label") in serving.responder.answers else ""
        self.metrics.add("decisions_total", label=label, decision=str(answer["decision"]))
        serving.drift.saw(found.brightness, answer)

    def measure(self) -> str:
        """The text of /metrics, with what is counted only when asked."""
        serving = self.serving
        self.metrics.set("working", self.gate.working)
        self.metrics.set("waiting", self.gate.waiting)
        self.metrics.set("ready", float(self.ready))
        for name, (value, _) in serving.drift.indices().items():
            self.metrics.set("drift_psi", round(value, 4), of=name)
        self.metrics.set("drift_alarm", float(bool(self.alarms())))
        return self.metrics.text()

    def alarms(self) -> list[str]:
        """What of the images or the answers has drifted; outlets are told when that changes."""
        found = frozenset(name for name, (_, over) in self.serving.drift.indices().items() if over)
        if found != self._alarms:
            self._alarms = found
            say(f"drift: {', '.join(sorted(found)) or 'over'}")
            for outlet in self.outlets:
                outlet.state("drift" if found else "online", {"drift": sorted(found)})
        return sorted(found)
