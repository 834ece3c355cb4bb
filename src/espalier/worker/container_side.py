"""Handlers of the container child process: zip and HDF5 are read here, never in the command."""

from __future__ import annotations

import os
import resource

from ..limits import LIMITS
from ..load import keras_file
from ..load.keras_facts import ModelFacts
from .ask import Handler
from .file_calls import InspectModel


def inspect_model(call: InspectModel) -> ModelFacts:
    """The file as data, in as many seconds of the processor as its size explains."""
    allow(LIMITS.container_cpu_seconds + _bytes(call.path) // LIMITS.container_bytes_per_second)
    return keras_file.inspect_model(call.path, scores=call.scores, cut=call.cut)


def _bytes(path: str) -> int:
    """What is no file is told by who reads it."""
    try:
        return os.path.getsize(path)
    except (OSError, ValueError):
        return 0


def allow(seconds: int) -> None:
    """End this process by SIGXCPU when it has used so many more: a damaged file can make libhdf5 run for ever, and nothing
    in the process can stop that."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def handlers() -> tuple[Handler, ...]:
    """What this process answers."""
    return (inspect_model,)
