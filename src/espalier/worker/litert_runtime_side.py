"""Handlers of the litert-runtime child process: LiteRT without the quantizer, to run models."""

from __future__ import annotations

from ..tflite.runtimes import litert
from .ask import Handler
from .run_models import run_handlers


def prepare() -> dict[str, str]:
    """Import the runtime; returns its name and version."""
    return litert().versions()


def handlers() -> tuple[Handler, ...]:
    """What this process answers."""
    return run_handlers(litert)
