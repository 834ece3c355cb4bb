"""Time the models of a build on both runtimes, each in a fresh process, while nothing else runs."""

from __future__ import annotations

import os

import msgspec

from ..rows import LatencyRow
from ..store import digest
from ..worker import Kind
from .latency import RUNTIMES, compare_latency, measure_latency
from .workshop import Workshop, pack, unpack


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Latency rows of both runtimes, peak resident bytes of int8 per runtime, notes of what did not run."""

    rows: tuple[LatencyRow, ...]
    peak_rss_bytes: dict[str, int]
    notes: tuple[str, ...] = ()


VARIANTS = ("float", "int8")
"""What a build times."""

RUN_SECONDS = 0.06
"""Of warm runs of each variant on each runtime, at least benchmark.MINIMUM_RUNS; the report gives the number of runs."""


NOT_TIMED = "latency: not measured, because other builds ran beside this one"


def _timing() -> dict[tuple[str, str], tuple[Kind, str]]:
    """(runtime, variant) -> kind and errand of the child process that times it: no model ran in it before."""
    return {(runtime, name): (kind, f"time-{name}") for runtime, kind in RUNTIMES.items() for name in VARIANTS}


def timers() -> tuple[tuple[Kind, str], ...]:
    """The child processes that time the variants, for Workshop.start_in_turn."""
    return tuple(_timing().values())


def time_models(shop: Workshop, models: dict[str, bytes]) -> Timing:
    """Benchmark each of VARIANTS on each runtime: 1 thread, and int8 on all cores as well.

    Stored per machine: the same models on the same CPU are not timed again unless asked for.
    """
    if not shop.timed:
        return Timing(rows=(), peak_rss_bytes={}, notes=(NOT_TIMED,))
    from ..measure.benchmark import cpu_name

    key = {
        "models": {name: digest(data) for name, data in models.items()},
        "machine": [cpu_name(), os.cpu_count()],
    }
    with shop.stage("benchmark"):
        files = shop.stored("benchmark", key, lambda: {"timing": pack(_time(shop, models))})
    timing = unpack(files["timing"], Timing)
    shop.ended("benchmark", f"{len(timing.rows)} figures")
    return timing


def compare_models(shop: Workshop, before: bytes, after: bytes) -> float | None:
    """Latency of `after` / `before` in one interleaved run on LiteRT, 1 thread; stored per machine. None where the build does
    not measure latency."""
    if not shop.timed:
        return None
    from ..measure.benchmark import cpu_name

    key = {"before": digest(before), "after": digest(after), "machine": [cpu_name(), os.cpu_count()]}

    def run() -> dict[str, bytes]:
        return {"ratio": pack(compare_latency({"before": before, "after": after}).ratio["after"])}

    return unpack(shop.stored("benchmark/compare", key, run)["ratio"], float)


def _time(shop: Workshop, models: dict[str, bytes]) -> Timing:
    result = measure_latency(
        models,
        threads={"int8": (os.cpu_count() or 1,)},
        run_seconds=RUN_SECONDS,
        started={pair: shop.worker(*process) for pair, process in _timing().items()},
        on_step=lambda done, total, text: shop.progress.step("benchmark", done, total, text),
    )
    return Timing(
        rows=result.rows,
        peak_rss_bytes=result.peak_rss_bytes,
        notes=tuple(f"{check.name} on {check.tool}: not run ({check.why})" for check in result.checks),
    )
