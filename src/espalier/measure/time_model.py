"""Time the models of a build on both runtimes, each in a fresh process of its own, while nothing else runs."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from ..errors import EspalierError
from ..report.content import LatencyRow
from ..store import digest
from ..worker.client import Worker
from ..workshop import Workshop, pack, unpack

RUNTIMES = ("litert", "tflite-runtime")


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Latency rows of both runtimes, peak resident bytes of the int8 model per runtime, notes of what did not run."""

    rows: tuple[LatencyRow, ...]
    peak_rss_bytes: dict[str, int]
    notes: tuple[str, ...] = ()


def time_models(shop: Workshop, models: dict[str, bytes]) -> Timing:
    """Benchmark each variant ("float", "int8", ...) on each runtime: 1 thread, and int8 on all cores as well.

    Stored per machine: the same models on the same CPU are not timed again unless asked for.
    """
    from .benchmark import cpu_name

    key = {
        "models": {name: digest(data) for name, data in models.items()},
        "machine": [cpu_name(), os.cpu_count()],
    }
    files = shop.stored("benchmark", key, lambda: {"timing": pack(_time(shop, models))})
    return unpack(files["timing"], Timing)


def compare_models(shop: Workshop, before: bytes, after: bytes) -> float:
    """Latency of `after` / `before` in one interleaved run on LiteRT, 1 thread; stored per machine."""
    from .benchmark import cpu_name

    key = {"before": digest(before), "after": digest(after), "machine": [cpu_name(), os.cpu_count()]}

    def run() -> dict[str, bytes]:
        value = shop.worker("litert").call("compare", models={"before": before, "after": after})
        return {"ratio": pack(value["ratio"]["after"])}

    return unpack(shop.stored("benchmark/compare", key, run)["ratio"], float)


def _time(shop: Workshop, models: dict[str, bytes]) -> Timing:
    rows: list[LatencyRow] = []
    peaks: dict[str, int] = {}
    notes: list[str] = []
    cores = os.cpu_count() or 1
    plan = [(runtime, variant, 1) for runtime in RUNTIMES for variant in models]
    plan += [(runtime, "int8", cores) for runtime in RUNTIMES if cores > 1]
    # Runtimes load while the other's figures are taken only before the first figure: start both, then wait.
    workers = {runtime: Worker(runtime) for runtime in RUNTIMES}
    try:
        for worker in workers.values():
            worker.wait_ready()
        for done, (runtime, variant, threads) in enumerate(plan):
            shop.progress.step("benchmark", done, len(plan), f"{variant} on {runtime}")
            try:
                value = _run(workers[runtime], models[variant], variant, threads)
            except EspalierError as problem:
                notes.append(f"{variant} on {runtime}, {threads} threads: not run ({problem.found})")
                if not workers[runtime].alive:
                    workers[runtime].close(kill=True)
                    workers[runtime] = Worker(runtime)
                continue
            rows.append(msgspec.convert(value["row"], LatencyRow, strict=False))
            if variant == "int8":
                peaks[runtime] = max(peaks.get(runtime, 0), value["peak_rss_bytes"])
    finally:
        for worker in workers.values():
            worker.close(kill=True)
    return Timing(rows=tuple(rows), peak_rss_bytes=peaks, notes=tuple(notes))


def _run(worker: Worker, model: bytes, variant: str, threads: int) -> dict[str, Any]:
    value: dict[str, Any] = worker.call(
        "benchmark", model=model, variant=variant, threads=threads, operators=variant == "int8" and threads == 1
    )
    return value
