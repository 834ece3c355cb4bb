"""What a machine computes with, as a job: versions, the processor's features, and a digest of its arithmetic."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import msgspec

from ..cluster.jobs import Told
from ..cluster.probe import PROBE, Probe
from ..worker.client import Worker
from ..worker.probe_side import ProbeBits
from .workshop import versions

_FEATURES = ("avx", "fma", "amx", "sse4", "asimd", "sve", "neon", "bf16", "i8mm", "f16c")
"""How features that change what kernels are taken begin."""


def run(asked: bytes, told: Told) -> dict[str, bytes]:
    """A Probe of this machine."""
    with Worker("probe") as worker:
        bits = worker.ask(ProbeBits())
    known = {"python": platform.python_version(), **versions()}
    return {PROBE: msgspec.json.encode(Probe(versions=known, features=_features(), bits=bits, cores=_cores()))}


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _features() -> tuple[str, ...]:
    """Of the processor, sorted; none where the system does not list them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        return (platform.machine(),)
    flags = next((line.partition(":")[2].split() for line in lines if line.lower().startswith(("flags", "features"))), [])
    return (platform.machine(), *sorted(flag for flag in flags if flag.startswith(_FEATURES)))
