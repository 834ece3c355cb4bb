"""Handlers of the tensorflow child process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..quantize.calls import convert_slot

SESSION: dict[str, Any] = {}
"""Model slots: "given" as loaded, "pruned" after pruning and fine-tuning."""


def convert(slot: str, contract: dict[str, Any]) -> dict[str, Any]:
    """Keras model in a slot -> float .tflite, see quantize/convert.py."""
    return convert_slot(SESSION[slot], contract)


HANDLERS: dict[str, Callable[..., Any]] = {
    "convert": convert,
}
