"""Latency rows for a build: each figure in a fresh process of its runtime; runs in the command process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import msgspec

from ..bundle.source import Check
from ..errors import EspalierError
from ..report.content import LatencyRow
from ..worker.client import Worker

RUNTIMES = ("litert", "tflite-runtime")
"""The kinds of worker that run models."""


class Latencies(msgspec.Struct, frozen=True, kw_only=True):
    """`peak_rss_bytes` per runtime: of the process that ran the last variant (int8) on one thread."""

    rows: tuple[LatencyRow, ...]
    peak_rss_bytes: dict[str, int]
    checks: tuple[Check, ...] = ()


def measure_latency(
    models: Mapping[str, bytes],
    *,
    runtimes: Sequence[str] = RUNTIMES,
    threads: Sequence[int] = (1,),
    run_seconds: float = 0.1,
    operators_of: str = "int8",
) -> Latencies:
    """Time every variant (name -> .tflite) on every runtime and thread count.

    The processes start together, then measure one after the other. The operators of the variant `operators_of` are
    timed on one thread. A runtime that cannot run a variant, or dies of it, becomes a check "not run", not an error.
    """
    plan = [
        (runtime, variant, count)
        for runtime in runtimes
        for variant in sorted(models)
        for count in sorted(threads)
    ]
    rows: list[LatencyRow] = []
    peaks: dict[str, int] = {}
    checks: list[Check] = []
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(runtime)) for runtime, _, _ in plan]
        for worker in workers:
            worker.wait_ready()
        for worker, (runtime, variant, count) in zip(workers, plan, strict=True):
            try:
                result: dict[str, Any] = worker.call(
                    "benchmark",
                    model=models[variant],
                    variant=variant,
                    threads=count,
                    run_seconds=run_seconds,
                    operators=variant == operators_of and count == 1,
                )
            except EspalierError as problem:
                why = problem.found
                checks.append(Check(name=f"latency of {variant}", tool=runtime, result="not run", why=why))
                continue
            rows.append(msgspec.convert(result["row"], LatencyRow))
            if count == 1 and (variant == operators_of or runtime not in peaks):
                peaks[runtime] = int(result["peak_rss_bytes"])
    return Latencies(rows=tuple(_with_thread_notes(rows)), peak_rss_bytes=peaks, checks=tuple(checks))


def compare_latency(
    models: Mapping[str, bytes], *, runtime: str = "litert", threads: int = 1, run_seconds: float = 0.3
) -> dict[str, Any]:
    """Models by turns in one process and one run: see measure.benchmark.interleaved; `ratio` is to the first name."""
    with Worker(runtime) as worker:
        result: dict[str, Any] = worker.call(
            "compare", models=dict(models), threads=threads, run_seconds=run_seconds
        )
    return result


def _with_thread_notes(rows: Sequence[LatencyRow]) -> list[LatencyRow]:
    """Say where more threads made it slower (int8 depthwise without XNNPACK: three to seven times)."""
    single = {(row.runtime, row.variant): row.median_us for row in rows if row.threads == 1}
    noted = []
    for row in rows:
        alone = single.get((row.runtime, row.variant))
        if row.threads > 1 and alone is not None and row.median_us > alone:
            note = f"slower than on one thread ({row.median_us / alone:.1f} times): use one"
            row = msgspec.structs.replace(row, note="; ".join(part for part in (row.note, note) if part))
        noted.append(row)
    return noted
