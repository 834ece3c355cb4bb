"""One picture at a time, in the images child process: read as a set's images are, and written as the model takes it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from ..contract import Pixels
from ..fed import normalised_numbers, with_numbers
from ..preparation import prepare
from ..recipe import InputContract
from .decode import decode, read_bounded


def read(path: str, contract: InputContract) -> tuple[Pixels, float]:
    """The upright picture of a file, uint8 [h, w, source channels], and the milliseconds that it took. Raises
    ImagesRefusedError."""
    started = time.perf_counter()
    picture, _ = decode(read_bounded(path), contract)
    return picture, milliseconds_since(started)


def write(picture: Pixels, contract: InputContract, fed: Sequence[float], pixels_path: str, rgb_path: str) -> float:
    """Write what the model takes of a picture, [1, h, w, c] or a record with the numbers beside it, and the picture where a path
    is given; the milliseconds of preparing."""
    started = time.perf_counter()
    pixels = prepare(picture, contract)[None]
    milliseconds = milliseconds_since(started)
    np.save(pixels_path, with_numbers(pixels, normalised_numbers(fed, contract.numbers) if contract.numbers else None))
    if rgb_path:
        np.save(rgb_path, picture)
    return milliseconds


def milliseconds_since(started: float) -> float:
    """Since a time of time.perf_counter."""
    return round((time.perf_counter() - started) * 1e3, 4)
