"""Handlers of the tflite-runtime child process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..tflite.runtimes import tflite_runtime
from .run_models import run_handlers


def prepare() -> dict[str, str]:
    """Import the runtime; returns its name and version."""
    runtime = tflite_runtime()
    return {"runtime": runtime.name, "version": runtime.version}


HANDLERS: dict[str, Callable[..., Any]] = run_handlers(tflite_runtime)
