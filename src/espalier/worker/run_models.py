"""The handlers that both runtimes' child processes answer with: predict, benchmark, compare, score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from ..measure import benchmark as timing
from ..measure import predict as running
from ..pixels import evenly
from ..progress import report
from ..recipe import InputContract
from ..tflite.runtimes import Runtime, invoke_raw


def run_handlers(runtime: Callable[[], Runtime]) -> dict[str, Callable[..., Any]]:
    """Handlers bound to a runtime, which is imported at the first call."""

    def predict(
        model: bytes,
        pixels_path: str,
        kernels: str = "default",
        threads: int = 0,
        first: int = 0,
        count: int | None = None,
        spread: int | None = None,
        places: list[int] | None = None,
        budget_seconds: float | None = None,
        contract: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Answers to images of a .npy: {"outputs", "steps", "seconds", "places"} (whose answers these are).

        Images first..first+count, `spread` of them at equal distances, or those at `places`; with `budget_seconds` fewer, from
        the start, when the model is slow.
        """
        pixels = np.load(pixels_path, mmap_mode="r")[first : None if count is None else first + count]
        if spread is not None and spread < len(pixels):
            places = evenly(len(pixels), spread).tolist()
        if places is not None:
            pixels = pixels[np.array(places, np.int64)]
        settings = msgspec.convert(contract, InputContract) if contract is not None else None
        answer = running.predict(
            runtime(),
            model,
            pixels,
            contract=settings,
            kernels=kernels,
            threads=threads,
            observe=lambda done, total: report(done, total, "running the model"),
        )
        return {
            "outputs": answer.outputs,
            "steps": [list(step) for step in answer.steps],
            "seconds": answer.seconds,
            "places": list(range(len(pixels))) if places is None else places,
        }

    def benchmark(
        model: bytes,
        variant: str,
        kernels: str = "default",
        threads: int = 1,
        run_seconds: float = 0.1,
        operators: bool = False,
    ) -> dict[str, Any]:
        """See measure.benchmark.benchmark; "row" is a LatencyRow as plain data."""
        result = timing.benchmark(
            runtime(),
            model,
            variant=variant,
            kernels=kernels,
            threads=threads,
            seconds=run_seconds,
            operators=operators,
        )
        return result | {"row": msgspec.to_builtins(result["row"])}

    def invoke(model: bytes, cases: list[list[bytes]], kernels: str = "reference") -> dict[str, Any]:
        """See tflite.runtimes.invoke_raw."""
        return {"outputs": invoke_raw(runtime(), model, cases, kernels=kernels)}

    def compare(
        models: dict[str, bytes], kernels: str = "default", threads: int = 1, run_seconds: float = 0.3
    ) -> dict[str, Any]:
        """See measure.benchmark.interleaved."""
        return timing.interleaved(runtime(), models, kernels=kernels, threads=threads, seconds=run_seconds)

    def score_alternatives(
        model: bytes,
        pixels_path: str,
        truth: list[int],
        contract: dict[str, Any],
        others: list[dict[str, str]] | None = None,
        answered: Any = None,
    ) -> dict[str, Any]:
        """See measure.preprocessing.score_alternatives; "finding" is a Finding as plain data, or None."""
        from ..measure import preprocessing  # of all processes that run models, one is asked this

        pixels = np.load(pixels_path, mmap_mode="r")
        settings = msgspec.convert(contract, InputContract)
        again = [(row["name"], np.load(row["pixels_path"], mmap_mode="r")) for row in others or []]
        result = preprocessing.score_alternatives(runtime(), model, pixels, truth, settings, again, answered)
        return result | {"finding": msgspec.to_builtins(result["finding"])}

    return {
        "predict": predict,
        "benchmark": benchmark,
        "compare": compare,
        "invoke": invoke,
        "score_alternatives": score_alternatives,
    }
