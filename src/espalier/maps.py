"""What is painted pixel by pixel, and how a map of one size says what another has: the contract's nearest neighbour."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from numpy.typing import NDArray

from .contract import nearest_taps

UNJUDGED = 255
"""In a map of classes: a pixel that nobody judges. Classes are 0 to 254."""


class Classes(msgspec.Struct, frozen=True, kw_only=True):
    """The classes of a map: what they are called, the size (height, width) at which maps are judged, from which probability
    a pixel is in one mask, and the class and share that an alert is made of (-1: none)."""

    names: tuple[str, ...]
    size: tuple[int, int]
    threshold: float = 0.5
    alert: int = -1
    alert_share: float = 1.0


class Shades(msgspec.Struct, frozen=True, kw_only=True):
    """A picture: the values that are its bytes 0 and 255."""

    black: float
    white: float


def sides_of(shape: tuple[int, ...], size: tuple[int, int]) -> tuple[int, int, int]:
    """(rows, columns, channels) of a head's shape without the batch: [h, w, c], [h, w], or [h * w, c] of the input's size."""
    if len(shape) == 3:
        return shape[0], shape[1], shape[2]
    if len(shape) == 2 and shape[0] == size[0] * size[1]:
        return size[0], size[1], shape[1]
    if len(shape) == 2:
        return shape[0], shape[1], 1
    return 1, 1, math.prod(shape)


def grown(maps: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """Maps [n, h, w, ...] at another size: pixel i of m is pixel ((2i+1) * n) // 2m of n, in both directions."""
    rows, columns = maps.shape[1:3]
    if (rows, columns) == size:
        return maps
    return maps[:, nearest_taps(rows, size[0])][:, :, nearest_taps(columns, size[1])]


def least_in(threshold: float, *, probability: bool) -> float:
    """The value from which a pixel is in one mask: a probability, or its logit."""
    return threshold if probability else math.log(threshold / (1 - threshold))
