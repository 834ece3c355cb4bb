"""Handlers of the litert-runtime child process: LiteRT without the quantizer, to run models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..tflite.runtimes import litert
from .run_models import run_handlers


def prepare() -> dict[str, str]:
    """Import the runtime; returns its name and version."""
    runtime = litert()
    return {"runtime": runtime.name, "version": runtime.version}


HANDLERS: dict[str, Callable[..., Any]] = run_handlers(litert)
