"""Structural similarity of pictures: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
structural similarity", IEEE Transactions on Image Processing 13, 2004; a Gaussian window of 11 pixels, sigma 1.5."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_DB = 100.0
"""Signal to noise of equal pictures."""

WINDOW = 11
SIGMA = 1.5
STEADY = ((0.01 * 255) ** 2, (0.03 * 255) ** 2)
"""C1 and C2 of the paper, for bytes."""


def similarities(found: NDArray[Any], known: NDArray[Any], sides: tuple[int, int, int]) -> NDArray[np.float64]:
    """Of each pair of pictures, uint8 [n, rows * columns * channels]: the mean over all windows that lie inside and over the
    channels, [n]. Pictures smaller than the window have one of their own size."""
    return np.array([_similar(a.reshape(sides), b.reshape(sides)) for a, b in zip(found, known, strict=True)])


def _similar(first: NDArray[Any], second: NDArray[Any]) -> float:
    a, b = first.astype(np.float64), second.astype(np.float64)
    kernel = [_gauss(min(WINDOW, side)) for side in a.shape[:2]]
    mean_a, mean_b, aa, bb, ab = (_smooth(x, kernel) for x in (a, b, a * a, b * b, a * b))
    both = mean_a * mean_b
    squares = mean_a**2 + mean_b**2
    light = (2 * both + STEADY[0]) / (squares + STEADY[0])
    return float((light * (2 * (ab - both) + STEADY[1]) / (aa + bb - squares + STEADY[1])).mean())


def _gauss(size: int) -> NDArray[np.float64]:
    weights = np.exp(-((np.arange(size) - (size - 1) / 2) ** 2) / (2 * SIGMA**2))
    return np.asarray(weights / weights.sum())


def _smooth(image: NDArray[np.float64], kernel: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Windows inside the picture only, along both axes."""
    for axis, weights in enumerate(kernel):
        count = image.shape[axis] - len(weights) + 1
        taken = (np.take(image, range(i, i + count), axis=axis) * weight for i, weight in enumerate(weights))
        image = np.sum(list(taken), axis=0)
    return image
