"""One int8 file on every kernel set: largest difference of an output byte, changed answers.

Kernels round differently by design (XNNPACK once, the reference twice), so a difference is a fact to
report, not an error; one that changes answers is. A kernel set that dies of the file is reported as not
run: each has its own process where it may abort.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..bundle.source import Check
from ..errors import UnsupportedModelError, WorkerError
from ..report.content import ParityRow
from ..worker.client import Worker
from .latency import RUNTIMES

KERNEL_SETS: tuple[tuple[str, str], ...] = (
    ("litert", "default"),
    ("litert", "builtin"),
    ("tflite-runtime", "default"),
    ("litert", "reference"),
)
"""(kind of worker, kernel set); the first that runs is what the others are held against."""

CHANGED_SHARE = 0.005
"""Changed top-1 answers up to this share pass."""


class Parity(msgspec.Struct, frozen=True, kw_only=True):
    """Every pair of kernel sets that ran; a check for each set: passed, failed, or not run and why."""

    rows: tuple[ParityRow, ...]
    checks: tuple[Check, ...]


def measure_parity(
    model: bytes,
    pixels_path: Path | str,
    *,
    count: int = 50,
    kernel_sets: tuple[tuple[str, str], ...] = KERNEL_SETS,
    budget_seconds: float = 0.5,
) -> Parity:
    """Run `model` with every kernel set on `count` images, spread over those of the .npy at `pixels_path`.

    A slow kernel set stops after about `budget_seconds` (at least 8 images); pairs are compared on what
    both ran.
    """
    outputs: dict[str, NDArray[Any]] = {}
    versions: dict[str, str] = {}
    failed: dict[str, str] = {}
    workers: dict[str, Worker] = {}
    try:
        for kind, kernels in kernel_sets:
            name = f"{kind} {kernels}"
            if kind not in workers:
                workers[kind] = Worker(RUNTIMES[kind])
                versions[kind] = workers[kind].wait_ready()["version"]
            worker = workers[kind]
            try:
                answer = worker.call(
                    "predict",
                    model=model,
                    pixels_path=str(pixels_path),
                    kernels=kernels,
                    spread=count,
                    budget_seconds=budget_seconds,
                )
            except (WorkerError, UnsupportedModelError) as problem:
                failed[name] = ("aborted: " if isinstance(problem, WorkerError) else "") + problem.found
                if isinstance(problem, WorkerError):
                    workers.pop(kind).close(kill=True)
                continue
            outputs[name] = answer["outputs"]
    finally:
        for worker in workers.values():
            worker.close()
    return _report(outputs, failed, kernel_sets, versions)


def compare_outputs(first: str, second: str, a: NDArray[Any], b: NDArray[Any]) -> ParityRow:
    """The distance of two outputs [n, classes] of the same integer file."""
    shared = min(len(a), len(b))
    a, b = a[:shared], b[:shared]
    difference = np.abs(a.astype(np.int64) - b.astype(np.int64))
    return ParityRow(
        first=first,
        second=second,
        n=len(a),
        largest_difference=int(difference.max(initial=0)),
        top1_changes=int((a.argmax(axis=1) != b.argmax(axis=1)).sum()),
    )


def _report(
    outputs: dict[str, NDArray[Any]],
    failed: dict[str, str],
    kernel_sets: tuple[tuple[str, str], ...],
    versions: dict[str, str],
) -> Parity:
    names = list(outputs)
    rows = tuple(
        compare_outputs(first, second, outputs[first], outputs[second])
        for place, first in enumerate(names)
        for second in names[place + 1 :]
    )
    checks = []
    for kind, kernels in kernel_sets:
        name = f"{kind} {kernels}"
        tool, version = kind, versions.get(kind, "")
        if name in failed:
            checks.append(
                Check(name=f"parity {name}", tool=tool, version=version, result="not run", why=failed[name])
            )
        elif name != names[0]:
            row = compare_outputs(names[0], name, outputs[names[0]], outputs[name])
            allowed = max(1, int(CHANGED_SHARE * row.n))
            checks.append(
                Check(
                    name=f"parity {name}",
                    tool=tool,
                    version=version,
                    result="passed" if row.top1_changes <= allowed else "failed",
                    why=f"{row.top1_changes} of {row.n} answers differ from {names[0]}, "
                    f"bytes by at most {row.largest_difference}",
                )
            )
    return Parity(rows=rows, checks=tuple(checks))
