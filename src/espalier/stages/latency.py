"""Latency rows for a build: each variant in a fresh process of each runtime; runs in the command process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress

import msgspec

from ..errors import EspalierError
from ..facts import Check
from ..rows import LatencyRow
from ..worker import Kind
from ..worker.client import Worker
from ..worker.runtime_calls import Benchmark, TakeTurns, Turns

RUNTIMES: dict[str, Kind] = {"litert": "litert-runtime", "tflite-runtime": "tflite-runtime"}
"""Names of runtimes in a report -> kind of worker that runs models with nothing else loaded."""


class Latencies(msgspec.Struct, frozen=True, kw_only=True):
    """`peak_rss_bytes` per runtime: of the process that ran only the int8 variant, on one thread."""

    rows: tuple[LatencyRow, ...]
    peak_rss_bytes: dict[str, int]
    checks: tuple[Check, ...] = ()


def measure_latency(
    models: Mapping[str, bytes],
    *,
    threads: Mapping[str, Sequence[int]] | None = None,
    runtimes: Sequence[str] = tuple(RUNTIMES),
    run_seconds: float = 0.1,
    main: str = "int8",
    on_step: Callable[[int, int, str], None] | None = None,
    started: Mapping[tuple[str, str], Worker] | None = None,
) -> Latencies:
    """Time every variant (name -> .tflite) on every runtime, on one thread and on its counts in `threads`.

    The processes start together (or were `started`: (runtime, name) -> a process that has run no model yet), then
    measure one after the other. A variant's further thread counts share
    its process. The operators of the variant `main` are timed on one thread, and its process gives the peak
    memory. A runtime that is absent, cannot run a variant, or dies of it, becomes a check "not run", not an error.
    """
    wanted = {name: sorted({1, *(threads or {}).get(name, ())}) for name in models}
    rows: list[LatencyRow] = []
    peaks: dict[str, int] = {}
    checks: list[Check] = []
    with ExitStack() as stack:
        ready = started or {}
        processes = {
            (runtime, name): ready.get((runtime, name)) or stack.enter_context(Worker(RUNTIMES[runtime]))
            for runtime in runtimes
            for name in models
        }
        for worker in processes.values():
            with suppress(EspalierError):  # its first call says it again
                worker.wait_ready()
        for done, ((runtime, name), worker) in enumerate(processes.items()):
            if on_step:
                on_step(done, len(processes), f"{name} on {runtime}")
            for count in wanted[name]:
                detailed = name == main and count == 1
                try:
                    result = worker.ask(
                        Benchmark(
                            model=models[name],
                            variant=name,
                            threads=count,
                            run_seconds=run_seconds,
                            operators=detailed,
                        )
                    )
                except EspalierError as problem:
                    checks.append(
                        Check(name=f"latency of {name}", tool=runtime, result="not run", why=problem.found)
                    )
                    break
                rows.append(result.row)
                if detailed:
                    peaks[runtime] = result.peak_rss_bytes
    return Latencies(rows=tuple(_with_thread_notes(rows)), peak_rss_bytes=peaks, checks=tuple(checks))


def compare_latency(
    models: Mapping[str, bytes], *, runtime: str = "litert", threads: int = 1, run_seconds: float = 0.3
) -> Turns:
    """Models by turns in one process: see measure.benchmark.interleaved; ratios are to the first."""
    with Worker(RUNTIMES[runtime]) as worker:
        return worker.ask(TakeTurns(models=dict(models), threads=threads, run_seconds=run_seconds))


def _with_thread_notes(rows: Sequence[LatencyRow]) -> list[LatencyRow]:
    """Say where more threads made it slower (int8 depthwise without XNNPACK: three to seven times)."""
    single = {(row.runtime, row.variant): row.median_us for row in rows if row.threads == 1}
    noted = []
    for row in rows:
        alone = single.get((row.runtime, row.variant))
        parts = [row.note] if row.note else []
        if row.threads > 1:
            parts.append("cold: the library was in use before")
            if alone is not None and row.median_us > alone:
                parts.append(f"slower than on one thread ({row.median_us / alone:.1f} times): use one")
        noted.append(msgspec.structs.replace(row, note="; ".join(parts)))
    return noted
