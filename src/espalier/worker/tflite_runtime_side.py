"""Handlers of the tflite-runtime child process."""

from __future__ import annotations

from ..tflite.runtimes import tflite_runtime
from .ask import Handler
from .run_models import run_handlers


def prepare() -> dict[str, str]:
    """Import the runtime; returns its name and version."""
    return tflite_runtime().versions()


def handlers() -> tuple[Handler, ...]:
    """What this process answers."""
    return run_handlers(tflite_runtime)
