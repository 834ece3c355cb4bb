"""Whether a set's boxes lie where its objects would be if the images were mirrored or turned, as the float model sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb

import numpy as np
from numpy.typing import NDArray

from ...findings import Finding
from .scenes import Found, Real, Truth, centred, overlaps

CHANCE = 1e-3
"""The alarm would be false so often."""
OVERLAP = 0.5

Hits = NDArray[np.bool_]

Sides = tuple[float, float]
"""Width and height of an image, in pixels."""

TURNS: tuple[tuple[str, Callable[[Real, Sides], Real]], ...] = (
    ("mirrored (left and right exchanged)", lambda b, s: _edges(s[0] - b[:, 2], b[:, 1], s[0] - b[:, 0], b[:, 3])),
    ("upside down", lambda b, s: _edges(b[:, 0], s[1] - b[:, 3], b[:, 2], s[1] - b[:, 1])),
    ("turned by 180 degrees", lambda b, s: _edges(s[0] - b[:, 2], s[1] - b[:, 3], s[0] - b[:, 0], s[1] - b[:, 1])),
    ("with x and y exchanged", lambda b, s: _edges(b[:, 1], b[:, 0], b[:, 3], b[:, 2])),
)


def turned(truths: Sequence[Truth], found: Sequence[Found], sizes: Sequence[Sides]) -> Finding | None:
    """An error when the float model finds objects where they would be if the images were turned, much more often than where the
    annotations have them; objects that it finds in both places, or in none, say nothing. All in pixels of the images."""
    votes, against = dict.fromkeys(_NAMES, 0), dict.fromkeys(_NAMES, 0)
    for truth, boxes, sides in zip(truths, found, sizes, strict=True):
        here = _is_found(truth, truth.corners, boxes)
        for name, turn in TURNS:
            there = _is_found(truth, turn(truth.corners, sides), boxes)
            votes[name] += int((there & ~here).sum())
            against[name] += int((here & ~there).sum())
    name = max(_NAMES, key=lambda one: votes[one])
    count, trials = votes[name], votes[name] + against[name]
    if not count or len(TURNS) * sum(comb(trials, k) for k in range(count, trials + 1)) / 2**trials > CHANCE:
        return None
    return Finding(
        code="boxes-mirrored",
        severity="error",
        message=f"the boxes look {name}: the float model finds {count} objects where they would be then, and "
        f"{against[name]} where they are",
        next_step="look at some boxes on their images, and export the annotations with the images as they are",
    )


_NAMES = [name for name, _ in TURNS]


def _is_found(truth: Truth, corners: Real, boxes: Found) -> Hits:
    """Which objects, were they in these places, a box of their class is on."""
    if not len(boxes) or not len(truth):
        return np.zeros(len(truth), np.bool_)
    on = centred(boxes.corners, corners) > 0 if truth.by_centre else overlaps(boxes.corners, corners) >= OVERLAP
    return np.asarray((on & (boxes.labels[:, None] == truth.labels[None, :])).any(axis=0) & ~truth.ignored)


def _edges(*columns: Real) -> Real:
    return np.stack(columns, axis=1)
