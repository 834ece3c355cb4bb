"""Handlers of the litert child process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..layers.sensitivity import measure_sensitivity
from ..quantizer.features import measure_features
from ..quantizer.stability import measure_stability
from ..tflite.runtimes import litert
from .quantize_calls import (
    audit_file,
    climb_file,
    cut_after,
    lighten_file,
    list_layers,
    make_twin,
    quantize_file,
    strip_file,
    try_quick_file,
)
from .run_models import run_handlers


def prepare() -> dict[str, str]:
    """Import the runtime and the quantizer; returns its name and version."""
    import litert_quantizer.quantizer  # noqa: F401  (0.8 s, paid while TensorFlow loads)

    runtime = litert()
    return {"runtime": runtime.name, "version": runtime.version}


HANDLERS: dict[str, Callable[..., Any]] = {
    **run_handlers(litert),
    "audit": audit_file,
    "climb": climb_file,
    "cut_after": cut_after,
    "explain": measure_sensitivity,
    "lighten": lighten_file,
    "list_layers": list_layers,
    "measure_features": measure_features,
    "measure_stability": measure_stability,
    "quantize": quantize_file,
    "strip": strip_file,
    "try_quick": try_quick_file,
    "uint8_twin": make_twin,
}
