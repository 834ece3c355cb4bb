"""One model, proven and ready to answer: its interpreters, its answers, and what its golden vectors said here."""

from __future__ import annotations

import json
import queue
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..box_selftest import wrong_boxes
from ..boxes import Finder
from ..contract import prepare
from ..model import Engine, Model, Pixels, load_model
from ..numbers import Vector, entered, vectors_of
from ..problem import DIFFERS, Problem
from ..selftest import MOST_DIFFERENCE, read_bytes, run_vectors, wrong_preparations
from .answering import Responder
from .drift import Drift

TRIES = 40
"""Runs of a golden vector of which the fastest counts: a computer may be busy."""
CPU_FACTS = Path("/proc/cpuinfo")


class Answered(NamedTuple):
    """An answer, how long its parts took in seconds, and how bright the image was (0 to 1)."""

    answer: dict[str, Any]
    prepare: float
    model: float
    brightness: float


class Serving:
    """A model that has shown that it computes here what it computed in the build, and as fast as a processor ought to."""

    def __init__(self, folder: Path, engines: int, references: Path, floor_ms: float | None = None) -> None:
        self.folder = folder
        self.model: Model = load_model(folder)
        self.sha256 = str(self.model.facts["sha256"])
        self.shape: tuple[int, ...] = tuple(self.model.facts["input"]["shape"][1:])
        self.vectors: tuple[Vector, ...] = vectors_of(self.model)
        self.responder = Responder(self.model, folder, references)
        self.drift = Drift(folder)
        self._pool: queue.SimpleQueue[Engine] = queue.SimpleQueue()
        first = Engine(self.model, 1)
        self.runtime = f"{first.runtime.name} {first.runtime.version}"
        self.golden: list[dict[str, Any]] = self._prove(first)
        self.golden_seconds = self._floor(first, floor_ms)
        for engine in (first, *(Engine(self.model, 1) for _ in range(engines - 1))):
            self._pool.put(engine)

    @property
    def named(self) -> dict[str, str]:
        """The model as every answer names it."""
        facts = self.model.facts
        return {"name": str(facts["name"]), "version": str(facts["version"]), "sha256": self.sha256}

    def _prove(self, engine: Engine) -> list[dict[str, Any]]:
        golden, model = self.folder / "golden", self.model
        boxes = "detector" in model.facts
        try:
            known = json.loads((golden / "golden.json").read_text("utf-8"))
            failures = wrong_preparations(golden, known["cases"], model)
            if boxes:
                failures += wrong_boxes(known["vectors"], Finder(model, self.folder))[1]
            distance, wrong = run_vectors(golden, known["vectors"], model._replace(labels=()) if boxes else model, engine)
        except (OSError, ValueError, KeyError) as problem:
            raise Problem(f"the golden vectors of {self.folder} cannot be read ({problem})", DIFFERS) from None
        failures += wrong
        nearest = min(distance.values(), default=0)
        if nearest > MOST_DIFFERENCE:
            failures.append(f"outputs differ by up to {nearest} of 256; at most {MOST_DIFFERENCE} is rounding")
        if failures:
            raise Problem(f"{self.folder}: this is not the model that was built: {'; '.join(failures[:3])}", DIFFERS)
        return list(known["vectors"])

    def _floor(self, engine: Engine, floor_ms: float | None) -> float:
        """Best seconds of a golden vector. Raises Problem when they are over `floor_ms`, or the build's limit for any sound
        processor."""
        try:
            known = json.loads((self.folder / "service.json").read_text("utf-8"))["floor_ms"]
            limit = float(known if floor_ms is None else floor_ms) / 1e3
        except (OSError, ValueError, KeyError, TypeError):
            limit = float("inf")
        best = float("inf")
        for _ in range(TRIES if self.golden else 0):
            begin = time.perf_counter()
            self.golden_holds(engine)
            best = min(best, time.perf_counter() - begin)
            if best <= limit:
                return best
        if best > limit and self.golden:
            hidden = sys.platform == "linux" and not _readable(CPU_FACTS)
            why = f"; {CPU_FACTS} is hidden (ProcSubset=pid, a chroot without /proc), and without it the runtime is slow"
            text = f"{self.folder}: the fastest of {TRIES} runs took {best * 1e3:.1f} ms, "
            text += f"at most {limit * 1e3:.1f} ms is sound (--floor-ms)"
            raise Problem(text + (why if hidden else ""), DIFFERS)
        return 0.0

    def golden_holds(self, engine: Engine) -> bool:
        """Whether the first golden vector gives, up to rounding, what it gave in the build."""
        if not self.golden:
            return True
        vector = self.golden[0]
        pixels = read_bytes(self.folder / "golden" / vector["pixels"]).reshape(self.shape)
        output = engine.run(pixels, entered(vector.get("numbers", ()), self.vectors)).astype(int)
        known = [np.frombuffer(bytes.fromhex(text), np.uint8) ^ 0x80 for text in vector["outputs"].values()]
        return min(int(np.abs(one.astype(int) - output).max()) for one in known) <= MOST_DIFFERENCE

    def alive(self) -> bool:
        """Whether an interpreter still answers the golden vector."""
        engine = self._pool.get()
        try:
            return self.golden_holds(engine)
        finally:
            self._pool.put(engine)

    def run(self, pixels: Pixels, beside: Sequence[Pixels]) -> tuple[Pixels, float]:
        """The output bytes of prepared pixels, and the seconds. There are as many interpreters as callers at a time."""
        engine = self._pool.get()
        try:
            begin = time.perf_counter()
            output = engine.run(pixels, beside)
            return output, time.perf_counter() - begin
        finally:
            self._pool.put(engine)

    def look(self, rgb: Pixels, numbers: Sequence[float] = (), *, mask: bool = False) -> Answered:
        """The answer to an image."""
        begin = time.perf_counter()
        pixels = prepare(rgb, self.model.contract)
        prepared = time.perf_counter() - begin
        output, seconds = self.run(pixels, entered(numbers, self.vectors))
        answer = self.responder.answer(output, rgb.shape[1], rgb.shape[0], mask=mask)
        return Answered(answer, prepared, seconds, float(pixels.mean()) / 255)


def _readable(path: Path) -> bool:
    try:
        return bool(path.read_bytes())
    except OSError:
        return False
