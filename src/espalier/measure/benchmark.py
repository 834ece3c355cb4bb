"""Time a .tflite on this machine; used in a runtime's own child process, one process per figure.

What is measured, and how:

- cold: `Interpreter(...)` and `allocate_tensors()`, the first of the process, file already in memory;
- first: the first `invoke`; then three more that do not count (of a slow model one);
- warm: single invokes by `time.perf_counter_ns` until the time is used up, at least 20 (of a slow model as many as fit
  into half a second, at least 5): median, p90, p99, and the median absolute deviation; input bytes are random with a
  fixed seed;
- idle: the median of invokes after 5 ms of sleep each, as in an application that waits for a camera;
- operators: each as a model of its own (`operators.py`).

The figures hold for this machine's CPU and for no other.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

import numpy as np

from ..errors import EspalierError
from ..rows import LatencyRow, OperatorTime
from ..tflite.runtimes import Delegation, Runtime, delegation, open_interpreter, open_with_refusal

WARM_UP = 3
MINIMUM_RUNS = 20
SLOW_RUNS = 5
SLOW_SECONDS = 0.5
"""What the MINIMUM_RUNS of a model may take; a slower one is run less often, but SLOW_RUNS times."""

MAXIMUM_RUNS = 2_000
IDLE_RUNS = 5
IDLE_SECONDS = 0.005
NOISE_SHARE = 0.10
"""Above this median absolute deviation over the median, a figure is called noisy."""

OPERATORS_SECONDS = 0.06
"""Time for all operators of a model together; each is run at least ten times, of a slow model (SLOW_SECONDS) thrice."""
OPERATOR_RUNS, SLOW_OPERATOR_RUNS = 10, 3


def benchmark(
    runtime: Runtime,
    model: bytes,
    *,
    variant: str,
    kernels: str = "default",
    threads: int = 1,
    seconds: float = 0.1,
    operators: bool = False,
) -> dict[str, Any]:
    """{"row": LatencyRow, "peak_rss_bytes", "grown_bytes", "partitions", "delegated", "operators"}.

    `peak_rss_bytes` is the largest resident size of this process while it ran the model, `grown_bytes` by
    how much that is above the process before it. Raises UnsupportedModelError when the runtime cannot run
    the model.
    """
    before = _reset_peak()
    started = time.perf_counter_ns()
    interpreter, refusal = open_with_refusal(runtime, model, kernels=kernels, threads=threads)
    cold = time.perf_counter_ns() - started
    _fill(interpreter)
    first = _timed(interpreter)
    times = _warm(interpreter, seconds)
    idle = _idle(interpreter, min(times))
    peak = _memory("VmHWM")
    taken = delegation(interpreter)
    figures = summarize(times)
    rows: tuple[OperatorTime, ...] = ()
    if operators:
        slow = OPERATOR_RUNS * figures["median_us"] > SLOW_SECONDS * 1e6
        runs = SLOW_OPERATOR_RUNS if slow else OPERATOR_RUNS
        rows = time_operators(runtime, model, kernels, threads, runs)
    row = LatencyRow(
        runtime=runtime.name,
        variant=variant,
        threads=threads,
        delegate=_delegate(taken, kernels, refusal),
        cpu=cpu_name(),
        cold_us=cold / 1e3,
        first_us=first / 1e3,
        version=runtime.version,
        operators=rows,
        note=_note(figures, idle, rows),
        **figures,
    )
    return {
        "row": row,
        "idle_us": idle,
        "peak_rss_bytes": peak,
        "grown_bytes": max(0, peak - before),
        "partitions": taken.partitions,
        "delegated": taken.operators,
        "operators": taken.all_operators,
    }


def interleaved(
    runtime: Runtime,
    models: dict[str, bytes],
    *,
    kernels: str = "default",
    threads: int = 1,
    seconds: float = 0.3,
) -> dict[str, Any]:
    """Compare models by turns in one run: {"median_us": {name: us}, "ratio": {name: ...}, "interval", "n"}.

    Each round times every model once, so that a change of clock or load meets all of them. `ratio` is the
    median of the rounds' ratios to the first model, `interval` its 95 % interval by the order statistics of
    the rounds (distribution-free, normal approximation of the binomial ranks).
    """
    names = list(models)
    opened = [open_interpreter(runtime, models[name], kernels=kernels, threads=threads) for name in names]
    for interpreter in opened:
        _fill(interpreter)
        for _ in range(WARM_UP + 1):
            interpreter.invoke()
    rounds: list[list[int]] = []
    fastest, ends = 0, time.perf_counter() + seconds
    while len(rounds) < minimum_runs(fastest) or (time.perf_counter() < ends and len(rounds) < MAXIMUM_RUNS):
        rounds.append([_timed(interpreter) for interpreter in opened])
        fastest = min(max(turn) for turn in rounds)
    table = np.array(rounds, np.float64)
    ratios = np.sort(table / table[:, :1], axis=0)
    count = len(table)
    reach = 1.96 * (count**0.5) / 2
    low, high = max(0, int(count / 2 - reach)), min(count - 1, int(np.ceil(count / 2 + reach)))
    return {
        "median_us": {name: float(np.median(table[:, i])) / 1e3 for i, name in enumerate(names)},
        "ratio": {name: float(np.median(ratios[:, i])) for i, name in enumerate(names)},
        "interval": {name: (float(ratios[low, i]), float(ratios[high, i])) for i, name in enumerate(names)},
        "n": count,
        "cpu": cpu_name(),
        "runtime": f"{runtime.name} {runtime.version}",
    }


def summarize(nanoseconds: list[int]) -> dict[str, Any]:
    """median, p90, p99 and median absolute deviation in microseconds, and n, as LatencyRow names them."""
    values = np.array(nanoseconds, np.float64) / 1e3
    median = float(np.median(values))
    p90, p99 = (float(v) for v in np.percentile(values, (90, 99)))
    spread = float(np.median(np.abs(values - median)))
    return {"median_us": median, "p90_us": p90, "p99_us": p99, "mad_us": spread, "n": len(values)}


def time_operators(
    runtime: Runtime, model: bytes, kernels: str, threads: int, least: int = OPERATOR_RUNS
) -> tuple[OperatorTime, ...]:
    """Median time of each operator alone, in graph order; one that does not run alone is left out."""
    from .operators import split

    pieces = split(model)
    timed: list[tuple[str, float]] = []
    for place, (name, piece) in enumerate(pieces):
        try:
            interpreter = open_interpreter(runtime, piece, kernels=kernels, threads=threads)
        except EspalierError:
            continue
        _fill(interpreter)
        interpreter.invoke()
        ends = time.perf_counter() + OPERATORS_SECONDS / len(pieces)
        runs = [_timed(interpreter) for _ in range(least)]
        while time.perf_counter() < ends:
            runs.append(_timed(interpreter))
        timed.append((f"{place} {name}", statistics.median(runs) / 1e3))
    total = sum(microseconds for _, microseconds in timed) or 1.0
    return tuple(OperatorTime(name=name, microseconds=round(us, 3), share=us / total) for name, us in timed)


def cpu_name() -> str:
    """The CPU's own name, without the marketing blanks."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            fields = dict(line.partition(":")[::2] for line in file)
        named = {key.strip().lower(): " ".join(value.split()) for key, value in fields.items()}
        if named.get("model name"):
            return named["model name"]
    except OSError:
        pass
    import platform

    return platform.processor() or platform.machine()


def minimum_runs(nanoseconds: int, most: int = MINIMUM_RUNS, least: int = SLOW_RUNS) -> int:
    """Runs of a model of which one takes so long: `most`, fewer of a slow one."""
    return int(np.clip(SLOW_SECONDS * 1e9 // max(1, nanoseconds), least, most))


def _warm(interpreter: Any, seconds: float) -> list[int]:
    fastest = _timed(interpreter)
    for _ in range(minimum_runs(fastest, WARM_UP, 1) - 1):
        interpreter.invoke()
    times: list[int] = []
    ends = time.perf_counter() + seconds
    # By the fastest run so far: one that another program on the machine held up does not make a model slow.
    while len(times) < minimum_runs(fastest) or (time.perf_counter() < ends and len(times) < MAXIMUM_RUNS):
        times.append(_timed(interpreter))
        fastest = min(fastest, times[-1])
    return times


def _idle(interpreter: Any, fastest: int) -> float:
    times = []
    for _ in range(minimum_runs(fastest, IDLE_RUNS, 1)):
        time.sleep(IDLE_SECONDS)
        times.append(_timed(interpreter))
    return statistics.median(times) / 1e3


def _timed(interpreter: Any) -> int:
    started = time.perf_counter_ns()
    interpreter.invoke()
    return time.perf_counter_ns() - started


def _fill(interpreter: Any) -> None:
    """Random input values with a fixed seed: zeros and garbage can be faster or slower than images."""
    random = np.random.default_rng(0)
    for detail in interpreter.get_input_details():
        dtype, shape = np.dtype(detail["dtype"]), tuple(int(side) for side in detail["shape"])
        if dtype.kind == "f":
            values = random.random(shape).astype(dtype)
        elif dtype.kind == "b":
            values = np.zeros(shape, dtype)
        else:
            values = random.integers(-128 if dtype.kind == "i" else 0, 128, shape).astype(dtype)
        interpreter.set_tensor(detail["index"], values)


def _delegate(taken: Delegation, kernels: str, refusal: str) -> str:
    """What ran the model, for a row."""
    if taken.partitions:
        return str(taken)
    return f"none (builtin kernels: XNNPACK refuses the model: {refusal})" if refusal else f"none ({kernels} kernels)"


def _note(figures: dict[str, Any], idle_us: float, rows: tuple[OperatorTime, ...]) -> str:
    parts = [f"after {IDLE_SECONDS * 1e3:g} ms of rest {idle_us:.0f} us"]
    if figures["mad_us"] > NOISE_SHARE * figures["median_us"]:
        parts.append(
            f"noisy: median absolute deviation {figures['mad_us'] / figures['median_us']:.0%} of the median, "
            "do not compare"
        )
    cores = os.cpu_count() or 1
    if os.getloadavg()[0] > cores + 0.5:
        parts.append(f"the machine was busy (load {os.getloadavg()[0]:.1f} on {cores} cores)")
    if rows:
        total = sum(row.microseconds for row in rows)
        parts.append(
            f"operators timed alone; their sum is {total / figures['median_us']:.0%} of the model's time"
        )
    return "; ".join(parts)


def _reset_peak() -> int:
    """Forget the peak of the resident size so far (Linux); returns the present size in bytes."""
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError:
        pass
    return _memory("VmRSS")


def _memory(field: str) -> int:
    """A size of this process from /proc/self/status, in bytes."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            for line in file:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
