"""Near duplicates: the same picture saved again, resized, brightened or mirrored; within a set and between sets.

A picture becomes a 16 x 16 grey thumbnail without mean and contrast. Two files show the same picture when their
thumbnails lie far nearer to each other than an image and its nearest neighbour in that set usually do, one explains
the other everywhere, and their colours agree. Runs in the images child process.

Memory grows with the images and not with their pairs: distances are made a tile at a time, once for what is usual and
once for the pairs that lie nearer; of images with equal bytes the first stands for all, and an image that is a copy of
many names PARTNERS of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..load.pixel_file import PixelFile
from ..pixels import evenly

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

PARTNERS = 8
"""Images that one image is named a copy of, at most: the first ones."""

SAMPLED = 4_096
"""Images whose nearest neighbour is sought to learn what is usual, spread evenly over a larger set."""

READ_BYTES, READ_IMAGES = 16 << 20, 4_096
"""Bytes and images that are read at a time: sums of a small image take as much as it does many times."""

ROWS, COLUMNS = 256, 8_192
"""Distances that are computed at a time."""

JUDGED = 4_096
"""Pairs whose thumbnails are compared in full at a time."""

Pair = tuple[int, int, bool]
"""(index in the first set, index in the second, mirrored)."""

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnails:
    """`unit` float32 [n, height * width] without mean, of length 1; `tint` [n, 2]; `flat` shows nothing."""

    unit: NDArray[np.float32]
    side: tuple[int, int]
    tint: NDArray[np.float32]
    flat: NDArray[np.bool_]

    def mirrored(self) -> Thumbnails:
        """Left and right exchanged."""
        turned = self.unit.reshape(-1, *self.side)[:, :, ::-1].reshape(self.unit.shape)
        return Thumbnails(unit=turned, side=self.side, tint=self.tint, flat=self.flat)

    def only(self, places: Indices) -> Thumbnails:
        """Some of them."""
        return Thumbnails(
            unit=self.unit[places], side=self.side, tint=self.tint[places], flat=self.flat[places]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A set with the first of equal images standing for all: `first` the places of those in the set, `members` the
    places that each stands for, `digests` of their bytes."""

    small: Thumbnails
    first: Indices
    members: list[list[int]]
    digests: list[str]
    counts: Indices = field(default_factory=lambda: np.zeros(0, np.int64))


class NearCopy(NamedTuple):
    """Two images by their places in the sets of their roles."""

    first_role: str
    first: int
    second_role: str
    second: int
    mirrored: bool


def find_copies(
    sets: Mapping[str, str], compared: Sequence[tuple[str, str]], digests: Mapping[str, Sequence[str]]
) -> tuple[NearCopy, ...]:
    """`sets` maps roles to .npy paths, `compared` lists the pairs of roles, `digests`
    holds each image's digest by role.

    Sorted. Images of equal bytes are left
    out: they are found by their digest.
    """
    gathered = {role: gather(thumbnails(PixelFile(path)), digests[role]) for role, path in sets.items()}
    found = []
    for a, b in compared:
        pairs = near_copies(gathered[a], None if a == b else gathered[b])
        found += [NearCopy(a, int(i), b, int(j), bool(mirrored)) for i, j, mirrored in pairs]
    return tuple(found)


def gather(small: Thumbnails, digests: Sequence[str]) -> Gathered:
    """Equal images once."""
    members: dict[str, list[int]] = {}
    for place, name in enumerate(digests):
        members.setdefault(name, []).append(place)
    first = np.array([places[0] for places in members.values()], np.int64)
    return Gathered(
        small=small if len(first) == len(digests) else small.only(first),
        first=first,
        members=list(members.values()),
        digests=list(members),
        counts=np.array([len(places) for places in members.values()], np.int64),
    )


def near_copies(first: Gathered, second: Gathered | None = None) -> list[Pair]:
    """Pairs (i, j, mirrored) of the same picture; within one set (i < j) or between two, then also mirrored ones."""
    if first.small.unit.shape[1] < SMALLEST_VALUES:
        return []
    within = second is None
    other = first if second is None else second
    named = np.zeros(len(other.members), np.int64)
    known: set[tuple[int, int]] = set()
    pairs: list[Pair] = []
    for mirrored in (False,) if within else (False, True):
        left = first.small.mirrored() if mirrored else first.small
        usual = _usual(left, other.small, first.counts, within)
        limit = min(FARTHEST, NEAR * (MIRRORED if mirrored else 1) * usual)
        for i, j in _alike(left, other.small, limit, named, within):
            if (i, j) in known:
                continue
            known.add((i, j))
            if mirrored or within or first.digests[i] != other.digests[j]:
                named[j] += 1
                pairs.append((i, j, mirrored))
    return _spelled(pairs, first, other, within)


def _spelled(pairs: Sequence[Pair], first: Gathered, other: Gathered, within: bool) -> list[Pair]:
    """The pairs in places of the sets, for all images that one stands for; at most PARTNERS for each second one."""
    spelled: dict[tuple[int, int], bool] = {}
    for i, j, mirrored in pairs:
        for b in other.members[j]:
            for a in first.members[i][:PARTNERS]:
                spelled.setdefault((min(a, b), max(a, b)) if within else (a, b), mirrored)
    kept: list[Pair] = []
    named: dict[int, int] = {}
    for a, b in sorted(spelled):
        if named.setdefault(b, 0) < PARTNERS:
            named[b] += 1
            kept.append((a, b, spelled[a, b]))
    return kept


def thumbnails(pixels: PixelFile) -> Thumbnails:
    """Thumbnails of prepared images, a block at a time: beside them only one block is held."""
    side = (min(SIDE, int(pixels.shape[1])), min(SIDE, int(pixels.shape[2])))
    unit = np.empty((len(pixels), side[0] * side[1]), np.float32)
    contrast, tint, done = np.empty(len(pixels), np.float32), [], 0
    for block in pixels.blocks(min(READ_BYTES, READ_IMAGES * math.prod(pixels.shape[1:]))):
        values, colours = _shrink(block)
        flat = unit[done : done + len(block)]
        flat[:] = values.reshape(len(block), -1)
        flat -= flat.mean(axis=1, keepdims=True)
        length = np.linalg.norm(flat, axis=1, keepdims=True)
        contrast[done : done + len(block)] = length[:, 0] / np.sqrt(flat.shape[1])
        flat /= np.maximum(length, 1e-6)
        tint.append(colours)
        done += len(block)
    return Thumbnails(unit=unit, side=side, tint=np.concatenate(tint), flat=contrast < FLAT)


def _shrink(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Grey values of thumbnails, float32 [n, h, w], and the colour balance, float32 [n, 2]."""
    count, height, width, channels = pixels.shape
    rows, columns = _edges(height), _edges(width)
    lines = pixels.reshape(count, height, -1)
    sums = np.stack(
        [np.add.reduce(lines[:, a:b], axis=1, dtype=np.uint32) for a, b in pairwise(rows)], axis=1
    ).reshape(count, len(rows) - 1, width, channels)
    sums = np.add.reduceat(sums, columns[:-1], axis=2)
    mean = (sums.sum(axis=(1, 2), dtype=np.float64) / (height * width)).astype(np.float32)
    tint = (mean - mean.mean(axis=1, keepdims=True))[:, ::2]
    small = sums.astype(np.float32) / (np.diff(rows)[:, None] * np.diff(columns)).astype(np.float32)[:, :, None]
    return (small @ LUMA if channels == 3 else small[..., 0]), tint


def _edges(length: int) -> list[int]:
    """Where the parts of an axis begin, and its end."""
    parts = min(SIDE, length)
    return [place * length // parts for place in range(parts + 1)]


def _usual(first: Thumbnails, second: Thumbnails, counts: Indices, within: bool) -> float:
    """The distance that an image usually has to its nearest neighbour; 0 where no image shows anything.

    `counts`: how many images of the set each of `first` stands for; these lie at 0 to one another.
    """
    places = np.repeat(np.arange(len(counts)), counts)
    places = places[~first.flat[places]]
    places = places[evenly(len(places), SAMPLED)]
    if not len(places):
        return 0.0
    asked, back = np.unique(places, return_inverse=True)
    nearest = np.full(len(asked), 2, np.float32)
    for rows, columns, far in _tiles(first, second, asked):
        if within:
            own = asked[rows] - columns.start
            inside = np.flatnonzero((own >= 0) & (own < far.shape[1]))
            far[inside, own[inside]] = 2
        np.minimum(nearest[rows], far.min(axis=1), out=nearest[rows])
    if within:
        nearest[counts[asked] > 1] = 0
    distances = nearest[back]
    # The second term holds where over half of a set are copies.
    return max(float(np.median(distances)), 0.5 * float(np.quantile(distances, 0.9)))


def _tiles(
    first: Thumbnails, second: Thumbnails, places: Indices, triangle: bool = False
) -> Iterator[tuple[slice, slice, NDArray[np.float32]]]:
    """(rows of `places`, columns, 1 - correlation) a tile at a time; 2 where an image shows nothing. `triangle`: only
    what holds columns beyond the first row."""
    for top in range(0, len(places), ROWS):
        rows = slice(top, min(len(places), top + ROWS))
        lines = first.unit[places[rows]]
        for left in range(0, len(second.unit), COLUMNS):
            columns = slice(left, min(len(second.unit), left + COLUMNS))
            if triangle and columns.stop <= places[top]:
                continue
            far = lines @ second.unit[columns].T
            np.subtract(1, far, out=far)
            far[first.flat[places[rows]]] = 2
            far[:, second.flat[columns]] = 2
            yield rows, columns, far


def _alike(
    first: Thumbnails, second: Thumbnails, limit: float, named: Indices, within: bool
) -> Iterator[tuple[int, int]]:
    """Pairs nearer than `limit` that show the same picture, by rows; none for a second that is named often enough,
    as the caller counts."""
    everything = np.arange(len(first.unit))
    for rows, columns, far in _tiles(first, second, everything, triangle=within):
        far[:, named[columns] >= PARTNERS] = 2
        near = far <= limit
        if within:
            near &= np.arange(columns.start, columns.stop) > everything[rows, None]
        for row in np.flatnonzero(near.any(axis=1)):
            others = columns.start + np.flatnonzero(near[row] & (named[columns] < PARTNERS))
            here = int(row) + rows.start
            for start in range(0, len(others), JUDGED):
                some = others[start : start + JUDGED]
                yield from ((here, int(j)) for j in some[_same(first, second, here, some)])


def _same(first: Thumbnails, second: Thumbnails, i: int, others: Indices) -> NDArray[np.bool_]:
    """Whether each of `others` shows what `i` shows: like colours, and no value of its thumbnail that the best gain
    and offset leave unexplained, in units of its contrast."""
    alike = np.abs(first.tint[i] - second.tint[others]).max(axis=1, initial=0) <= TINT
    a, b = first.unit[i], second.unit[others]
    rest = b - (b @ a)[:, None] * a
    unexplained = np.abs(rest).max(axis=1) * np.sqrt(b.shape[1])
    return np.asarray(alike & (unexplained <= RESIDUAL), np.bool_)
