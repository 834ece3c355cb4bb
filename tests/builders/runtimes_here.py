"""Which runtimes this Python has: tflite-runtime 2.14 has no wheel for 3.12 or newer, and is a row that says so there."""

from __future__ import annotations

import sys

RUNTIMES = ("litert", "tflite-runtime") if sys.version_info < (3, 12) else ("litert",)
REPLAYS = tuple("passed" if name in RUNTIMES else "not run" for name in ("litert", "tflite-runtime"))
"""What comes of running a model on LiteRT and on tflite-runtime."""
