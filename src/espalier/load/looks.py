"""How prepared images look, in numbers that tell blurred, dark and tinted ones from the rest of their set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SMALLEST = 8
"""Pixels a side below which detail cannot be told from noise."""

SAMPLED = 4_096
"""Pixels of an image that its percentiles are taken from, spread evenly."""

FLOOR = 0.5
"""Added to the energies, in squared grey levels: half a level of rounding noise."""


def measure_looks(pixels: NDArray[np.uint8]) -> list[dict[str, object]]:
    """Rows of ImageFacts fields for prepared images, uint8 [n, h, w, c].

    `low`, `high`: 1st and 99th percentile of the bytes. `channels`: mean of each channel. `fine`, `coarse`: log2 of
    the energy of the Laplacian over that of the image halved once and twice; contrast cancels, blur does not
    (sharp photos have about -1 and -2, a Gaussian blur of two pixels makes that -3.6 and -6.6). 0 for images too
    small to say.
    """
    flat = pixels.reshape(len(pixels), -1)
    step = max(1, flat.shape[1] // SAMPLED)
    low, high = np.percentile(flat[:, ::step], (1, 99), axis=1)
    channels = pixels.mean(axis=(1, 2))
    gray = pixels.mean(axis=3, dtype=np.float32)
    fine, coarse = detail(gray)
    return [
        {
            "low": round(float(low[i]), 2),
            "high": round(float(high[i]), 2),
            "channels": tuple(round(float(value), 3) for value in channels[i]),
            "fine": round(float(fine[i]), 3),
            "coarse": round(float(coarse[i]), 3),
        }
        for i in range(len(pixels))
    ]


def detail(gray: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(fine, coarse) of float32 [n, h, w]; see `measure_looks`."""
    none = np.zeros(len(gray))
    if min(gray.shape[1:]) < SMALLEST:
        return none, none
    half = halve(gray)
    first, second = energy(gray), energy(half)
    fine = np.log2((first + FLOOR) / (second + FLOOR))
    if min(gray.shape[1:]) < 2 * SMALLEST:
        return fine, none
    return fine, np.log2((first + FLOOR) / (energy(halve(half)) + FLOOR))


def energy(gray: NDArray[np.float32]) -> NDArray[np.float64]:
    """Variance of the 4-neighbour Laplacian of each image."""
    around = gray[:, 1:-1, :-2] + gray[:, 1:-1, 2:] + gray[:, :-2, 1:-1] + gray[:, 2:, 1:-1]
    return np.asarray((around - 4 * gray[:, 1:-1, 1:-1]).var(axis=(1, 2)), np.float64)


def halve(gray: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean of each 2x2 block; an odd last row or column is left out."""
    height, width = gray.shape[1] // 2 * 2, gray.shape[2] // 2 * 2
    even = gray[:, :height, :width]
    return np.asarray(
        (even[:, ::2, ::2] + even[:, 1::2, ::2] + even[:, ::2, 1::2] + even[:, 1::2, 1::2]) / 4, np.float32
    )
