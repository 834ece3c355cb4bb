"""Whether the images of today are like those of the evaluation, without a label: histograms, and the population stability index.

It says that inputs or answers have changed, not that answers are wrong: label 200 images to know that.
"""

from __future__ import annotations

import json
import math
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WINDOW = 1_000
"""Images that are compared."""
LEAST = 200
"""Images below which nothing is said."""
ALARM = 0.25
"""The conventional border of a population stability index: from here on, act. What chance alone makes comes on top."""
CONFIDENCE_BINS, BRIGHTNESS_BINS = 20, 16


def psi(expected: Sequence[float], found: Sequence[float]) -> float:
    """Sum of (q - p) ln(q / p) over shares p of `expected` and q of `found`; half an image is added to every bin."""
    whole, seen, bins = sum(expected), sum(found), len(expected)
    total = 0.0
    for one, other in zip(expected, found, strict=True):
        p, q = (one + 0.5) / (whole + 0.5 * bins), (other + 0.5) / (seen + 0.5 * bins)
        total += (q - p) * math.log(q / p)
    return total


def bin_of(share: float, bins: int) -> int:
    """The bin of a value 0 to 1."""
    return min(bins - 1, max(0, int(share * bins)))


class Drift:
    """The last WINDOW images against what the build recorded (`service.json`)."""

    def __init__(self, folder: Path) -> None:
        try:
            known = json.loads((folder / "service.json").read_text("utf-8")).get("reference") or {}
        except (OSError, ValueError, AttributeError):
            known = {}
        self._labels: list[str] = list(known.get("names", []))
        self.known: dict[str, list[int]] = {name: known[name] for name in sorted(known) if name != "names"}
        self._last: deque[dict[str, int]] = deque(maxlen=WINDOW)
        self._counts = {name: [0] * len(row) for name, row in self.known.items()}
        self._lock = threading.Lock()

    def saw(self, brightness: float, answer: dict[str, Any]) -> None:
        """One more image: the mean of its bytes as 0 to 1, and what was answered."""
        row = {"brightness": bin_of(brightness, BRIGHTNESS_BINS), "review": int(answer["decision"] != "review")}
        if "confidence" in answer:
            row["confidence"] = bin_of(float(answer["confidence"]), CONFIDENCE_BINS)
        if answer.get("label") in self._labels:
            row["labels"] = self._labels.index(str(answer["label"]))
        with self._lock:
            if len(self._last) == WINDOW:
                self._count(self._last[0], -1)
            self._last.append(row)
            self._count(row, 1)

    def _count(self, row: dict[str, int], by: int) -> None:
        for name, at in row.items():
            if name in self._counts:
                self._counts[name][at] += by

    def indices(self) -> dict[str, tuple[float, bool]]:
        """The index of each histogram, and whether that is an alarm; none before LEAST images."""
        with self._lock:
            if len(self._last) < LEAST:
                return {}
            found = {name: psi(self.known[name], counts) for name, counts in self._counts.items()}
            return {name: (value, value > ALARM + chance(self.known[name], self._counts[name])) for name, value in found.items()}


def chance(expected: Sequence[float], found: Sequence[float]) -> float:
    """What the index is about, where both come from one distribution: bins in use less one, over both counts of images."""
    used = sum(1 for one, other in zip(expected, found, strict=True) if one or other)
    return max(0, used - 1) * (1 / max(1.0, sum(expected)) + 1 / max(1.0, sum(found)))
