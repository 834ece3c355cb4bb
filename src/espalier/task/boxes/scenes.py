"""What is in an image, and what a detector finds there: the values that all metrics of boxes take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The objects of one image. `corners`: float64 [n, 4], x1, y1, x2, y2 in pixels of the image; `labels`: int64 [n];
    `ignored`: bool [n], to find it is neither right nor wrong; `areas`: float64 [n], by which it is small or large."""

    corners: Real
    labels: Numbers
    ignored: NDArray[np.bool_]
    areas: Real
    by_centre: bool = False
    """Cells have no size of their own: one is on the object that its middle is in, whatever they overlap."""

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The boxes that a detector gives for one image; `scores`: float64 [n], 0 to 1."""

    corners: Real
    labels: Numbers
    scores: Real

    def __len__(self) -> int:
        return len(self.labels)

    def above(self, threshold: float) -> Found:
        """Those with at least this score."""
        some = self.scores >= threshold
        return Found(corners=self.corners[some], labels=self.labels[some], scores=self.scores[some])


def sizes_of(corners: Real) -> Real:
    """Areas [n]."""
    areas: Real = np.prod(np.maximum(corners[:, 2:] - corners[:, :2], 0), axis=1)
    return areas


def centred(found: Real, true: Real) -> Real:
    """1 where the middle of what was found lies in the true one, else 0; [found, true]."""
    middle = (found[:, None, :2] + found[:, None, 2:]) / 2
    inside = ((middle >= true[None, :, :2]) & (middle <= true[None, :, 2:])).all(axis=2)
    return np.asarray(inside, np.float64)


def overlaps(found: Real, true: Real, ignored: NDArray[np.bool_] | None = None) -> Real:
    """Intersection over union of each pair, [found, true]; over the area of what was found where the true one is a crowd."""
    low = np.maximum(found[:, None, :2], true[None, :, :2])
    high = np.minimum(found[:, None, 2:], true[None, :, 2:])
    common = np.prod(np.maximum(high - low, 0), axis=2)
    own, theirs = sizes_of(found)[:, None], sizes_of(true)[None, :]
    union = own + theirs - common
    if ignored is not None:
        union = np.where(ignored[None, :], own, union)
    share: Real = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return share
