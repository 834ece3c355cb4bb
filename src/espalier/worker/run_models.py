"""The handlers that every process with a runtime answers with: images, bytes and times through a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..measure import benchmark as timing
from ..measure import predict as running
from ..measure.one_by_one import OneByOne
from ..pixels import evenly
from ..progress import report
from ..task.kinds import kind_of
from ..task.types import Task, at_most
from ..tflite.runtimes import Runtime, invoke_raw
from .ask import Handler
from .runtime_calls import (
    Benchmark,
    Benchmarked,
    Invoke,
    One,
    Predict,
    RunOne,
    ScoreAlternatives,
    Scores,
    TakeTurns,
    Turns,
)


class _Runs:
    """Handlers bound to a runtime, which is imported at the first call."""

    def __init__(self, runtime: Callable[[], Runtime]) -> None:
        self._runtime = runtime
        self._open: dict[str, OneByOne] = {}

    def predict(self, call: Predict) -> running.Prediction:
        """The answers to the images asked for, and which these are."""
        end = None if call.count is None else call.first + call.count
        pixels = np.load(call.pixels_path, mmap_mode="r")[call.first : end]
        places = call.places
        if call.spread is not None and call.spread < len(pixels):
            places = tuple(evenly(len(pixels), call.spread).tolist())
        if places is not None:
            pixels = pixels[np.array(places, np.int64)]
        found = self._run(call, pixels) if call.task is None else self._painted(call, call.task, pixels)
        return replace(found, places=tuple(range(len(pixels))) if places is None else places)

    def _run(self, call: Predict, pixels: NDArray[np.uint8], before: int = 0, total: int = 0) -> running.Prediction:
        return running.predict(
            self._runtime(),
            call.model,
            pixels,
            contract=call.contract,
            kernels=call.kernels,
            threads=call.threads,
            observe=lambda done, count: report(before + done, total or count, "running the model"),
        )

    def _painted(self, call: Predict, task: Task, pixels: NDArray[np.uint8]) -> running.Prediction:
        """Some images at a time, of which only the results stay."""
        size, results, seconds = at_most(task, len(pixels)), [], 0.0
        for first in range(0, len(pixels), size):
            part = self._run(call, pixels[first : first + size], first, len(pixels))
            results.append(kind_of(task).results(part.real(), task))
            seconds += part.seconds
        return running.Prediction(outputs=np.concatenate(results), steps=(), seconds=seconds)

    def benchmark(self, call: Benchmark) -> Benchmarked:
        """One variant's figures."""
        found = timing.benchmark(
            self._runtime(),
            call.model,
            variant=call.variant,
            threads=call.threads,
            seconds=call.run_seconds,
            operators=call.operators,
        )
        return Benchmarked(row=found["row"], peak_rss_bytes=found["peak_rss_bytes"])

    def take_turns(self, call: TakeTurns) -> Turns:
        """Models against each other."""
        found = timing.interleaved(self._runtime(), call.models, threads=call.threads, seconds=call.run_seconds)
        return msgspec.convert(found, Turns)

    def invoke(self, call: Invoke) -> tuple[tuple[bytes, ...], ...]:
        """Bytes in, bytes out."""
        found = invoke_raw(self._runtime(), call.model, call.cases, kernels=call.kernels)
        return tuple(tuple(outputs) for outputs in found)

    def score_alternatives(self, call: ScoreAlternatives) -> Scores:
        """Every other way to feed the model."""
        from ..measure import preprocessing  # of all processes that run models, one is asked this

        pixels = np.load(call.pixels_path, mmap_mode="r")
        again = [(other.name, np.load(other.pixels_path, mmap_mode="r")) for other in call.others]
        found = preprocessing.score_alternatives(
            self._runtime(), call.model, pixels, call.truth, call.contract, again, call.answered
        )
        return msgspec.convert(found, Scores)

    def run_one(self, call: RunOne) -> One:
        """One image, on a model that stays open."""
        if call.model_path not in self._open:
            data = Path(call.model_path).read_bytes()
            self._open[call.model_path] = OneByOne(self._runtime(), data, call.contract, own=call.own)
        model = self._open[call.model_path]
        outputs, milliseconds = model.run(np.load(call.pixels_path))
        return One(outputs=outputs, steps=model.steps, milliseconds=milliseconds, runtime=model.runtime)


def run_handlers(runtime: Callable[[], Runtime]) -> tuple[Handler, ...]:
    """What any process with this runtime answers."""
    runs = _Runs(runtime)
    return runs.predict, runs.benchmark, runs.take_turns, runs.invoke, runs.score_alternatives, runs.run_one
