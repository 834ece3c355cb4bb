"""How prepared images look, in numbers that tell blurred, dark and tinted ones from the rest of their set."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

SMALLEST = 8
"""Pixels a side below which detail cannot be told from noise."""

SAMPLED = 4_096
"""Pixels of an image that its percentiles are taken from, spread evenly."""

FEW = 256
"""Pixels that are looked at first."""

PIECE = 1 << 16
"""Values that are squared at a time."""

EXACT = 256
"""Squares of bytes whose sum is below 2^24, so that float32 holds it."""

CHANNELS = 8
"""Of which the sums below fit into 16 bits: 8 * 255 * 4 * 4 < 2^15."""

FLOOR = 0.5
"""Added to the energies, in squared grey levels: half a level of rounding noise."""


def measure_looks(pixels: NDArray[np.uint8]) -> dict[str, Any]:
    """ImageFacts fields of one prepared image, uint8 [h, w, c]; all of them from whole-number sums.

    `mean`, `std`: of all bytes; `constant`: one colour only. `low`, `high`: 1st and 99th percentile of the bytes.
    `channels`: mean of each channel. `fine`, `coarse`: log2 of the energy of the Laplacian over that of the image
    halved once and twice; contrast cancels, blur does not (sharp photos have about -1 and -2, a Gaussian blur of two
    pixels makes that -3.6 and -6.6). 0 for images too small to say.
    """
    height, width, channels = pixels.shape
    flat = np.ascontiguousarray(pixels).reshape(-1)
    lines = flat.reshape(height, -1)
    sums, squares = _sums(lines)
    sums = sums.reshape(width, channels).sum(axis=0)
    total = int(sums.sum())
    low, high = _percentiles(flat[:: max(1, flat.size // SAMPLED)], (1, 99))
    fine, coarse = detail(pixels)
    return {
        "constant": _one_color(flat, channels),
        "mean": round(total / flat.size, 3),
        "std": round(math.sqrt(flat.size * squares - total**2) / flat.size, 3),
        "low": round(low, 2),
        "high": round(high, 2),
        "channels": tuple(round(int(value) / (height * width), 3) for value in sums),
        "fine": round(fine, 3),
        "coarse": round(coarse, 3),
    }


def _one_color(flat: NDArray[np.uint8], channels: int) -> bool:
    """Whether all pixels are equal; the first few tell of nearly every image that they are not."""
    few = flat[: FEW * channels]
    if (few[channels:] != few[:-channels]).any():
        return False
    return bool((flat[channels:] == flat[:-channels]).all())


def _sums(lines: NDArray[np.uint8]) -> tuple[NDArray[np.int64], int]:
    """Sum of each column and the sum of all squares, [n, k]; exact: whole numbers below 2^24 are in float32, the fastest to
    sum."""
    real = lines.astype(np.float32)
    columns = np.add.reduce(real, axis=0).astype(np.int64)
    values = real.reshape(-1)
    whole = len(values) // EXACT * EXACT
    runs, rest = values[:whole].reshape(-1, EXACT), values[whole:]
    return columns, int(np.einsum("ij,ij->i", runs, runs).sum(dtype=np.float64)) + int(rest @ rest)


def _percentiles(values: NDArray[np.uint8], wanted: tuple[int, ...]) -> list[float]:
    """Percentiles of bytes, between neighbours as numpy.percentile's."""
    ordered = np.sort(values, kind="stable")  # By digits, for bytes: the fastest there is.
    found = []
    for percent in wanted:
        place = percent * (len(values) - 1) / 100
        below = int(place)
        a, b = int(ordered[below]), int(ordered[min(below + 1, len(values) - 1)])
        found.append(a + (b - a) * (place - below))
    return found


def detail(pixels: NDArray[np.uint8]) -> tuple[float, float]:
    """(fine, coarse) of one image, uint8 [h, w, c]; see `measure_looks`."""
    gray, unit = _summed(pixels), float(pixels.shape[2])
    if min(gray.shape) < SMALLEST:
        return 0.0, 0.0
    half = _halve(gray)
    first = energy(gray) / unit**2 + FLOOR
    fine = math.log2(first / (energy(half) / (4 * unit) ** 2 + FLOOR))
    if min(gray.shape) < 2 * SMALLEST:
        return fine, 0.0
    # Up to here every value of eight channels and its Laplacian fit into 16 bits.
    quarter = _halve(half.astype(np.int32))
    return fine, math.log2(first / (energy(quarter) / (16 * unit) ** 2 + FLOOR))


def energy(gray: NDArray[Any]) -> float:
    """Variance of the 4-neighbour Laplacian of whole numbers, [h, w]; exact up to the last division."""
    width, flat = gray.shape[1], np.ascontiguousarray(gray).reshape(-1)
    # Along the whole image, which is faster than row by row; what leaves a row at its ends is cut off.
    between = flat[width:-width]
    around = flat[: -2 * width] + flat[2 * width :]
    around[1:] += between[:-1]
    around[:-1] += between[1:]
    around -= between << 2
    laplacian = around.reshape(-1, width)[:, 1:-1]
    count, total, squares = laplacian.size, 0.0, 0.0
    for start in range(0, len(laplacian), step := max(1, PIECE // laplacian.shape[1])):
        values = laplacian[start : start + step].astype(np.float64).reshape(-1)
        total += float(values.sum())
        squares += float(values @ values)
    spread: float = (count * int(squares) - int(total) ** 2) / count**2
    return spread


def _summed(pixels: NDArray[np.uint8]) -> NDArray[Any]:
    """Sum of the channels, [h, w]."""
    channels = pixels.shape[2]
    flat = pixels.reshape(-1).astype(np.int16 if channels <= CHANNELS else np.int32)
    length = len(flat) - channels + 1
    # Along the whole image; every `channels`th sum is a pixel's.
    total: NDArray[Any] = flat[:length].copy()
    for channel in range(1, channels):
        total += flat[channel : channel + length]
    return np.ascontiguousarray(total[::channels]).reshape(pixels.shape[:2])


def _halve(gray: NDArray[Any]) -> NDArray[np.signedinteger[Any]]:
    """Sum of each 2x2 block; an odd last row or column is left out."""
    height, width = gray.shape[0] // 2 * 2, gray.shape[1] // 2 * 2
    rows: NDArray[Any] = gray[:height:2, :width] + gray[1:height:2, :width]
    return np.asarray(rows[:, ::2] + rows[:, 1::2])


LUMINANCE_SUM = 3_688
"""Of the luminance table of quality 50 (ITU-T T.81, table K.1): quality q scales it."""


def jpeg_quality(image: Image) -> int | None:
    """The quality (1 to 100) at which the Independent JPEG Group's encoder has this file's luminance table; 0 of a lossless
    file."""
    if image.format != "JPEG":
        return 0
    tables = getattr(image, "quantization", None) or {}
    if len(tables.get(0, ())) != 64:
        return None
    scale = 100 * sum(tables[0]) / LUMINANCE_SUM
    return int(min(100, max(1, round(100 - scale / 2 if scale <= 100 else 5_000 / scale))))
