"""Pieces of real photographs: the two that come with scikit-learn (CC BY 2.0, by danielbuechele and vultilion)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

NAMES = ("china", "flower")


def photograph(name: str) -> Image.Image:
    """One of NAMES, 640 pixels wide, 427 high."""
    from sklearn.datasets import load_sample_image

    return Image.fromarray(load_sample_image(f"{name}.jpg"))


def tiles(name: str, side: int, *, of: int) -> NDArray[np.uint8]:
    """uint8 [n, side, side, 3]: the photograph in squares of `of` pixels that do not overlap, each brought to `side`."""
    picture = photograph(name)
    pieces = [
        picture.crop((left, top, left + of, top + of)).resize((side, side), Image.Resampling.BOX)
        for top in range(0, picture.height - of + 1, of)
        for left in range(0, picture.width - of + 1, of)
    ]
    return np.stack([np.asarray(piece) for piece in pieces])
