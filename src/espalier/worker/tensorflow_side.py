"""Handlers of the tensorflow child process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from ..load.keras_model import ModelFacts, describe, rebuild, start_tensorflow
from ..quantizer.convert import convert_slot
from ..task.types import Ends
from . import prune_calls as prune
from .left_out import leave_out

SESSION: dict[str, Any] = {}
"""Model slots: "given" as loaded, "pruned" after pruning and fine-tuning."""


def prepare() -> dict[str, str]:
    """Import TensorFlow and Keras once, deterministic; see load/keras_model.py."""
    leave_out()
    return start_tensorflow()


def load(path: str, facts: dict[str, Any], size: list[int] | None = None) -> dict[str, Any]:
    """Rebuild the checked model file into the slot "given" and describe it; see load/keras_model.py."""
    checked = msgspec.convert(facts, ModelFacts)
    SESSION["given"] = rebuild(checked, Path(path), (size[0], size[1]) if size else None)
    return describe(SESSION["given"], checked)


def convert(slot: str, contract: dict[str, Any], ends: Ends = "probabilities") -> dict[str, Any]:
    """Keras model in a slot -> float .tflite, see quantizer/convert.py."""
    return convert_slot(SESSION[slot], contract, ends)


HANDLERS: dict[str, Callable[..., Any]] = {
    "load": load,
    "convert": convert,
    "prune_channels": partial(prune.prune_channels, SESSION),
    "prune_magnitude": partial(prune.prune_magnitude, SESSION),
    "fine_tune": partial(prune.fine_tune, SESSION),
    "recalibrate": partial(prune.recalibrate, SESSION),
    "count_zeros": partial(prune.count_zeros, SESSION),
    "export_twin": partial(prune.export_twin, SESSION),
    "import_twin": partial(prune.import_twin, SESSION),
}
