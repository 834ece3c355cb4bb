"""What is done to an image at the model's size, in integers: `smooth` against noise, then `balance` of brightness and contrast.

Both come after everything in contract.py, in this order, and are tables and sums of bytes, so that numpy here, and the Python,
Java and C that the bundles carry, give equal bytes. `h, w, c` is the prepared image; `/` rounds down.

1. `smooth`, on the picture (not on what `pad` adds); beyond an edge the edge's own pixel counts; each channel by itself:
   - gaussian: (a + 2b + c + 2d + 4e + 2f + g + 2h + i + 8) / 16 over the 3 x 3 pixels around one (the binomial kernel).
   - median:   the fifth of the nine values in order.
2. `balance` replaces each byte p by table[p], a table that is made of the image's histogram:
   - min-max:   over all channels of the picture together, low and high the least and the largest byte:
                ((p - low) * 255 + (high - low) / 2) / (high - low).
   - equalize:  for each channel of the picture, with cdf(p) the pixels that are at most p, n all of them and first the
                number of the darkest: ((cdf(p) - first) * 255 + (n - first) / 2) / (n - first).
   - per-image: (x - mean) / max(std, 1 / sqrt(N)) over all N = h * w * c values, what `pad` adds among them, as
                tf.image.per_image_standardization does; the byte is 128 + 32 times that, rounded and clamped to 0..255. With S
                the sum of the bytes, Q that of their squares, M = max(N*Q - S*S, N) and d = N*p - S that is d / sqrt(M):
                R = floor(sqrt(M * 4^s)), s the number that puts M * 4^s into 2^60 .. 2^62;
                (2 * 32 * d * 2^s + R) / (2R) + 128.
   An image of one value stays as it is under min-max and equalize, and is 128 under per-image.

After `per-image` a byte is no brightness: it means (byte - 128) / 32, from -4 to 3.97 in steps of 1/32.
"""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

CENTRE, STEPS = 128, 32
"""The byte that means 0 after `per-image`, and the bytes that make 1."""


def retouch(pixels: Pixels, down: int, across: int, smooth: str, balance: str) -> Pixels:
    """Smooth and balance an image that the contract brought to size: uint8 [h, w, c], in the same shape.

    `down`, `across`: rows and columns of the picture in its middle, around which `pad` added black.
    """
    top, left = (pixels.shape[0] - down) // 2, (pixels.shape[1] - across) // 2
    pixels = pixels.copy()
    picture = pixels[top : top + down, left : left + across]
    if smooth != "none":
        picture[:] = smoothed(picture, smooth)
    if balance == "per-image":
        return np.take(standard_table(histogram(pixels)), pixels)
    if balance == "min-max":
        picture[:] = np.take(stretch_table(histogram(picture)), picture)
    elif balance == "equalize":
        for channel in range(pixels.shape[2]):
            plane = picture[:, :, channel]
            plane[:] = np.take(equal_table(histogram(plane)), plane)
    return pixels


def smoothed(pixels: Pixels, smooth: str) -> Pixels:
    """Rule 1: uint8 [h, w, c] -> uint8 [h, w, c]."""
    height, width, _ = pixels.shape
    wide = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), "edge")
    if smooth == "gaussian":
        sums = wide[:-2].astype(np.uint16) + 2 * wide[1:-1].astype(np.uint16) + wide[2:]
        blurred: Pixels = ((sums[:, :width] + 2 * sums[:, 1:-1] + sums[:, 2:] + 8) >> 4).astype(np.uint8)
        return blurred
    low, middle, high = _in_order(wide[:height], wide[1:-1], wide[2:])
    least = np.maximum(np.maximum(low[:, :width], low[:, 1:-1]), low[:, 2:])
    largest = np.minimum(np.minimum(high[:, :width], high[:, 1:-1]), high[:, 2:])
    between = _in_order(middle[:, :width], middle[:, 1:-1], middle[:, 2:])[1]
    return _in_order(least, between, largest)[1]


def _in_order(a: Pixels, b: Pixels, c: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    """The least, the middle and the largest of three, place by place."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    return np.minimum(low, c), np.maximum(low, np.minimum(high, c)), np.maximum(high, c)


def histogram(pixels: NDArray[Any]) -> list[int]:
    """How often each of the 256 bytes stands there."""
    counts: list[int] = np.bincount(pixels.reshape(-1), minlength=256).tolist()
    return counts


def stretch_table(counts: list[int]) -> Pixels:
    """Rule 2, min-max: uint8 [256]."""
    there = [value for value, count in enumerate(counts) if count]
    low, span = there[0], there[-1] - there[0]
    if not span:
        return np.arange(256, dtype=np.uint8)
    return np.array([min(255, max(0, (p - low) * 255 + span // 2) // span) for p in range(256)], np.uint8)


def equal_table(counts: list[int]) -> Pixels:
    """Rule 2, equalize: uint8 [256]."""
    first = next(count for count in counts if count)
    rest = sum(counts) - first
    if not rest:
        return np.arange(256, dtype=np.uint8)
    cdf = np.maximum(np.cumsum(counts) - first, 0)
    return ((cdf * 255 + rest // 2) // rest).astype(np.uint8)


def standard_table(counts: list[int]) -> Pixels:
    """Rule 2, per-image: uint8 [256]."""
    count, total = sum(counts), sum(p * n for p, n in enumerate(counts))
    spread = max(count * sum(p * p * n for p, n in enumerate(counts)) - total * total, count)
    shift = (62 - spread.bit_length()) // 2
    root = isqrt(spread << 2 * shift)
    steps = [(2 * STEPS * ((count * p - total) << shift) + root) // (2 * root) + CENTRE for p in range(256)]
    return np.array([min(255, max(0, step)) for step in steps], np.uint8)
