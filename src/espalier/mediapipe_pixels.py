"""What MediaPipe Tasks feed a model that takes a picture: the picture stretched to its size, byte for byte as MediaPipe 1.2
does it on a CPU (OpenCV's warpPerspective).

The position of output i of m on an axis of n pixels is i * n / m (a corner, not a centre, hence half a pixel off the usual),
rounded to 1/32 pixel, halves to even; the value is bilinear, a pixel beyond the end is the last one, rounded to the nearest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .contract import Pixels

PARTS = 32


def stretched(image: Pixels, height: int, width: int) -> Pixels:
    """uint8 [H, W, 3] -> uint8 [height, width, 3]."""
    top, below, down = _axis(image.shape[0], height)
    left, right, across = _axis(image.shape[1], width)
    rows = image[top].astype(np.int32) * (PARTS - down)[:, None, None] + image[below].astype(np.int32) * down[:, None, None]
    value = rows[:, left] * (PARTS - across)[:, None] + rows[:, right] * across[:, None]
    whole = PARTS * PARTS
    return ((value + whole // 2) // whole).astype(np.uint8)


def _axis(source: int, wanted: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Of each output the two pixels and the second one's weight in PARTS."""
    at = np.rint(np.arange(wanted) * source * PARTS / wanted).astype(np.int64)
    first = np.minimum(at // PARTS, source - 1)
    return first, np.minimum(at // PARTS + 1, source - 1), (at % PARTS).astype(np.int32)
