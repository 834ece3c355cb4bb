"""Choose a few images that stand for many: balanced over classes, representative, and wide in every tensor's range.

Greedy maximisation of a monotone submodular function (Nemhauser, Wolsey and Fisher 1978: at least 63 % of the best
possible): the mean over classes of how near each image has a chosen one (facility location on the features of the
model's last layer), plus the share of every tensor's range that the chosen ones span.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..pixels import evenly

REPRESENTED = 4_000
"""Images of a class that are represented, at most, spread over it: their similarities are held in memory."""


def choose(
    features: NDArray[np.float32],
    ends: NDArray[np.float64],
    groups: Sequence[int],
    count: int,
    *,
    wide: bool = True,
) -> list[int]:
    """At most `count` places, sorted. Deterministic. `wide` False leaves the ranges out.

    `features` float32 [n, f]; `ends` float64 [n, tensors, 2] (each image's ranges); `groups`: a class per image.
    """
    alike = _directions(features)
    members = {g: np.flatnonzero(np.asarray(groups) == g) for g in sorted(set(groups))}
    similar: dict[int, NDArray[np.float32]] = {}
    for group, rows in members.items():
        shown = rows[evenly(len(rows), REPRESENTED)]
        similar[group] = np.maximum(alike[rows] @ alike[shown].T, 0)
    best = {group: np.zeros(matrix.shape[1], np.float32) for group, matrix in similar.items()}
    left = {group: np.ones(len(rows), np.bool_) for group, rows in members.items()}
    range_gain = _RangeGain(ends if wide else ends[:, :0])
    chosen: list[int] = []
    while len(chosen) < count and any(mask.any() for mask in left.values()):
        for group, rows in members.items():
            if len(chosen) == count or not left[group].any():
                continue
            near = np.maximum(similar[group] - best[group], 0).mean(axis=1) / len(members)
            gain = np.where(left[group], near + range_gain.of(rows), -1.0)
            place = int(gain.argmax())
            left[group][place] = False
            best[group] = np.maximum(best[group], similar[group][place])
            range_gain.take(int(rows[place]))
            chosen.append(int(rows[place]))
    return sorted(chosen)


def covered(ends: NDArray[np.float64], wanted: NDArray[np.float64]) -> float:
    """Mean over tensors of the share of `wanted`'s range that `ends` spans; both float64 [images, tensors, 2]."""
    low, high = wanted[:, :, 0].min(axis=0), wanted[:, :, 1].max(axis=0)
    moving = high > low
    inside_low = np.maximum(ends[:, :, 0].min(axis=0), low)
    inside_high = np.minimum(ends[:, :, 1].max(axis=0), high)
    return float((np.maximum(inside_high - inside_low, 0)[moving] / (high - low)[moving]).mean())


class _RangeGain:
    """How much more of every tensor's range an image would add to those already taken."""

    def __init__(self, ends: NDArray[np.float64]) -> None:
        low, high = ends[:, :, 0].min(axis=0), ends[:, :, 1].max(axis=0)
        kept = np.asarray(high > low)
        self._low, self._high = ends[:, kept, 0], ends[:, kept, 1]
        self._whole = (high - low)[kept]
        self._taken: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    def of(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Gain of each row, 0 to 1."""
        low, high = self._low[rows], self._high[rows]
        if not len(self._whole):
            return np.zeros(len(rows))
        if self._taken is None:
            return np.asarray(((high - low) / self._whole).mean(axis=1))
        more = np.maximum(self._taken[0] - low, 0) + np.maximum(high - self._taken[1], 0)
        return np.asarray((more / self._whole).mean(axis=1))

    def take(self, row: int) -> None:
        """Add an image."""
        low, high = self._low[row], self._high[row]
        if self._taken is not None:
            low, high = np.minimum(low, self._taken[0]), np.maximum(high, self._taken[1])
        self._taken = low, high


def _directions(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Features standardised over the images, each image's of length 1."""
    deviation = features.std(axis=0)
    kept = features[:, deviation > 1e-9]
    scaled = (kept - kept.mean(axis=0)) / kept.std(axis=0) if kept.shape[1] else np.ones((len(features), 1))
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.asarray(scaled / np.maximum(length, 1e-9), np.float32)
