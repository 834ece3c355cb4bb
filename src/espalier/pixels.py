"""Prepared images as arrays, uint8 [n, h, w, c], or records of these and numbers (fed.py): opened, chosen from, and turned
into what a model takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import BugError, ImagesRefusedError
from .fed import beside, images_of
from .recipe import InputContract


def open_pixels(path: str) -> NDArray[np.uint8]:
    """A `.npy` of the images worker, memory-mapped: uint8 [n, h, w, c]. Raises ImagesRefusedError
    otherwise."""
    try:
        pixels = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as problem:
        raise ImagesRefusedError(f"the prepared images cannot be read: {problem}") from None
    check_pixels(pixels, None)
    return pixels  # type: ignore[no-any-return]


def check_pixels(pixels: NDArray[Any], contract: InputContract | None) -> None:
    """Raise ImagesRefusedError unless these are uint8 [n, h, w, c] of the contract's size, with n at least
    1."""
    if contract is not None and (contract.numbers != ()) != (pixels.dtype.names is not None):
        raise BugError("prepared images and the contract differ in whether numbers are beside the image")
    pixels = images_of(pixels)
    if pixels.dtype != np.uint8 or pixels.ndim != 4:
        raise ImagesRefusedError(
            f"prepared images are {pixels.dtype} {list(pixels.shape)}", supported="uint8 [n, h, w, c]"
        )
    if len(pixels) == 0:
        raise ImagesRefusedError(
            "there is no calibration image",
            supported="at least 1; 100 to 500 are usual",
            next_step="add images",
        )
    if contract is not None and pixels.shape[1:] != contract.shape:
        raise ImagesRefusedError(
            f"prepared images are {list(pixels.shape[1:])}, the recipe's [input] says {list(contract.shape)}",
            next_step="prepare the images again with this recipe",
        )


def evenly(count: int, wanted: int) -> NDArray[np.int64]:
    """Places of `wanted` evenly spaced of `count` items, ascending; all, when there are not more.

    The first of each of `wanted` equal parts: of a set that lies sorted by classes of one size, every class gives
    the same number.
    """
    wanted = min(count, wanted)
    return np.arange(wanted) * count // max(1, wanted)


def normalize(pixels: NDArray[np.uint8], contract: InputContract) -> NDArray[np.float32]:
    """What a float model takes of pixels, uint8 [..., c]: the float32 next to (pixel - mean) / std. Numbers beside them stay."""
    if pixels.dtype.names is not None:
        return beside(normalize(images_of(pixels), contract), pixels)
    mean, std = np.array(contract.channel_mean)[:, None], np.array(contract.channel_std)[:, None]
    tables = ((np.arange(256) - mean) / std).astype(np.float32)  # of 256 values: float64 images take eight times as much
    values = np.empty(pixels.shape, np.float32)
    for channel, table in enumerate(tables):
        values[..., channel] = np.take(table, pixels[..., channel])
    return values


def int8_pixels(pixels: NDArray[np.uint8]) -> NDArray[np.int8]:
    """pixel - 128: what an int8 model takes, in the same shape. Numbers beside them stay."""
    if pixels.dtype.names is not None:
        return beside(int8_pixels(images_of(pixels)), pixels)
    return (np.asarray(pixels) ^ np.uint8(0x80)).view(np.int8)
