"""Near duplicates: the same picture saved again, resized, brightened or mirrored; within a set and between sets.

A picture becomes a 16 x 16 grey thumbnail without mean and contrast. Two files show the same picture when their
thumbnails lie far nearer to each other than an image and its nearest neighbour in that set usually do, one explains
the other everywhere, and their colours agree. Runs in the images child process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 16
SMALLEST_VALUES = 64
"""Thumbnails with fewer values are alike by chance."""

NEAR = 0.08
"""Two thumbnails show the same picture when 1 - correlation is at most this share of what it usually is between an
image and its nearest neighbour. Measured: 0.001 to 0.02 after saving again as JPEG at quality 90 to 50, up to 0.08
for 8x8 digits; never under 0.11 between different pictures (2,000 CIFAR-10 images, 540 digits, 600 rendered parts)."""

MIRRORED = 0.25
"""Mirrored pictures must be this much nearer still: symmetrical things look like their own mirror image."""

FARTHEST = 0.05
"""And at most this, whatever is usual."""

RESIDUAL = 0.33
"""Largest unexplained value of a thumbnail, in units of its contrast: one stroke or crack more is another picture.
Measured on 32x32 photos saved again as JPEG: 95 % under 0.15, 0.22 and 0.43 at quality 90, 80 and 50 (larger images
less); 0.35 between two sine waves alike by chance, over 0.46 between different digits."""

TINT = 12.0
"""Largest difference of the colour balance, in grey levels."""

LUMA = np.array([0.2, 0.6, 0.2], np.float32)
"""Brightness in either colour order, near to what JPEG keeps in full resolution."""

FLAT = 4.0
"""Contrast of a thumbnail, in grey levels, below which it shows nothing."""

MOST = 20_000
"""Images compared per set, at most: the first ones."""

BLOCK = 1_024

Pair = tuple[int, int, bool]
"""(index in the first set, index in the second, mirrored)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnails:
    """`values` float32 [n, h, w]; `unit` the same without mean, of length 1; `tint` [n, 2]; `flat` shows nothing."""

    values: NDArray[np.float32]
    unit: NDArray[np.float32]
    tint: NDArray[np.float32]
    flat: NDArray[np.bool_]

    def mirrored(self) -> Thumbnails:
        """Left and right exchanged."""
        height, width = self.values.shape[1:]
        turned = np.ascontiguousarray(self.values[:, :, ::-1])
        unit = np.ascontiguousarray(self.unit.reshape(-1, height, width)[:, :, ::-1]).reshape(self.unit.shape)
        return Thumbnails(values=turned, unit=unit, tint=self.tint, flat=self.flat)


def find_copies(sets: dict[str, str], compared: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Handler of the images process: `sets` maps roles to .npy paths, `compared` lists the pairs of roles.

    Returns [{first_role, first, second_role, second, mirrored}] with indices, sorted. Images of equal bytes are left
    out: they are found by their digest.
    """
    pixels = {role: np.load(path, mmap_mode="r", allow_pickle=False) for role, path in sets.items()}
    small = {role: thumbnails(values[:MOST]) for role, values in pixels.items()}
    found = []
    for a, b in compared:
        pairs = near_copies(small[a], None if a == b else small[b])
        found += [
            {"first_role": a, "first": i, "second_role": b, "second": j, "mirrored": mirrored}
            for i, j, mirrored in pairs
            if mirrored or not np.array_equal(pixels[a][i], pixels[b][j])
        ]
    return found


def near_copies(first: Thumbnails, second: Thumbnails | None = None) -> list[Pair]:
    """Pairs (i, j, mirrored) of the same picture; within one set (i < j) or between two, then also mirrored ones."""
    if first.unit.shape[1] < SMALLEST_VALUES:
        return []
    within = second is None
    other = first if second is None else second
    pairs: dict[tuple[int, int], bool] = {}
    for mirrored in (False,) if within else (False, True):
        left = first.mirrored() if mirrored else first
        for i, j in _candidates(left, other, within, NEAR * (MIRRORED if mirrored else 1)):
            if (i, j) not in pairs and _same(left, other, i, j):
                pairs[i, j] = mirrored
    return sorted((i, j, mirrored) for (i, j), mirrored in pairs.items())


def thumbnails(pixels: NDArray[np.uint8]) -> Thumbnails:
    """Thumbnails of prepared images, uint8 [n, h, w, c], a block at a time."""
    parts = [_shrink(np.asarray(pixels[start : start + BLOCK])) for start in range(0, len(pixels), BLOCK)]
    values = np.concatenate([part[0] for part in parts])
    tint = np.concatenate([part[1] for part in parts])
    flat = values.reshape(len(values), -1)
    centred = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    contrast = length[:, 0] / np.sqrt(flat.shape[1])
    unit = centred / np.maximum(length, 1e-6)
    return Thumbnails(values=values, unit=unit.astype(np.float32), tint=tint, flat=contrast < FLAT)


def _shrink(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    mean = pixels.mean(axis=(1, 2), dtype=np.float32)
    tint = (mean - mean.mean(axis=1, keepdims=True))[:, ::2]
    gray = pixels.astype(np.float32) @ LUMA if pixels.shape[3] == 3 else pixels[..., 0].astype(np.float32)
    for axis in (1, 2):
        length = gray.shape[axis]
        if length > SIDE:
            starts = np.arange(SIDE) * length // SIDE
            sizes = np.diff(np.append(starts, length)).astype(np.float32)
            shape = (1, SIDE, 1) if axis == 1 else (1, 1, SIDE)
            gray = np.add.reduceat(gray, starts, axis=axis) / sizes.reshape(shape)
    return gray, tint


def _candidates(first: Thumbnails, second: Thumbnails, within: bool, share: float) -> list[tuple[int, int]]:
    """Pairs that lie far nearer to each other than nearest neighbours usually do."""
    near: list[tuple[int, int, float]] = []
    nearest = []
    for start in range(0, len(first.unit), BLOCK):
        far = 1 - first.unit[start : start + BLOCK] @ second.unit.T
        far[first.flat[start : start + BLOCK]] = 2
        far[:, second.flat] = 2
        if within:
            rows = np.arange(len(far))
            far[rows, rows + start] = 2
        nearest.append(far.min(axis=1))
        for i, j in zip(*np.nonzero(far <= FARTHEST), strict=True):
            if not within or i + start < j:
                near.append((int(i) + start, int(j), float(far[i, j])))
    if not near:
        return []
    distances = np.concatenate(nearest)[~first.flat]
    # The second term holds where over half of a set are copies.
    usual = max(float(np.median(distances)), 0.5 * float(np.quantile(distances, 0.9)))
    return [(i, j) for i, j, distance in near if distance <= share * usual]


def _residual(first: Thumbnails, second: Thumbnails, i: int, j: int) -> float:
    """Largest value that the best gain and offset leave unexplained, in units of the second's contrast."""
    a, b = first.unit[i], second.unit[j]
    rest = b - (a @ b) * a
    return float(np.abs(rest).max() * np.sqrt(len(b)))


def _same(first: Thumbnails, second: Thumbnails, i: int, j: int) -> bool:
    return (
        float(np.abs(first.tint[i] - second.tint[j]).max()) <= TINT
        and _residual(first, second, i, j) <= RESIDUAL
    )
