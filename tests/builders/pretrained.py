"""Models that others trained, in `tests/models` (its README says from where, and under which licence)."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "models"
RESNET8 = _FOLDER / "resnet8_int8.tflite"
RESNET8_FLOAT = _FOLDER / "resnet8.h5"
