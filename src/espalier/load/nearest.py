"""The contract's nearest rule by Pillow's own hands, where both take the same pixels: it picks them as the image is held, so
that what is not taken is never unpacked.

Pillow adds up source positions in double precision, which can end a hair below a whole number where the contract's integers
stand on it, so its box begins a hair late. For every pair of sizes a picture of places is resized once, and where one place
differs Pillow is not asked.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image

from ..contract import nearest_taps

HAIR = 2.0**-14


def picked(image: Image.Image, region: tuple[int, int, int, int], size: tuple[int, int]) -> Image.Image | None:
    """`region`, (top, left, rows, columns), of a loaded image brought to `size`, (height, width), by the nearest rule; None
    where Pillow would take other pixels."""
    top, left, rows, columns = region
    height, width = size
    if not (_same(top, rows, height) and _same(left, columns, width)):
        return None
    box = (_begin(left), _begin(top), left + columns, top + rows)
    return image.resize((width, height), Image.Resampling.NEAREST, box)


def _begin(first: int) -> float:
    """The next number above in single precision, which Pillow keeps the box in."""
    return float(np.nextafter(np.float32(first), np.float32(np.inf))) if first else HAIR


@lru_cache(maxsize=256)
def _same(first: int, taken: int, wanted: int) -> bool:
    places = Image.fromarray(np.arange(first + taken, dtype=np.int32)[None])
    found = places.resize((wanted, 1), Image.Resampling.NEAREST, (_begin(first), 0, first + taken, 1))
    return np.array_equal(np.asarray(found)[0], nearest_taps(taken, wanted) + first)
