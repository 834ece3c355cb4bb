"""The images of a set as MediaPipe Tasks would feed them, instead of as the contract says."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from ..contract import Pixels
from ..errors import ImagesRefusedError
from ..mediapipe_pixels import stretched
from .decode import decode, read_bounded, write_header
from .images import ImageEntry

AT_ONCE = 2
"""Images that are decoded at a time: each may be as large as the limits allow."""


def prepare_for_mediapipe(root: str, entries: Sequence[ImageEntry], size: tuple[int, int], out_path: str) -> int:
    """Write uint8 [n, height, width, 3] to `out_path` (.npy); how many. The images were decoded before: raises
    ImagesRefusedError where one cannot be any more."""
    with open(out_path, "wb") as file, ThreadPoolExecutor(AT_ONCE) as pool:
        write_header(file, len(entries), np.dtype((np.uint8, (*size, 3))))
        for pixels in pool.map(partial(_one, root, size), entries):
            file.write(pixels.tobytes())
    return len(entries)


def _one(root: str, size: tuple[int, int], entry: ImageEntry) -> Pixels:
    try:
        pixels, _ = decode(read_bounded(os.path.join(root, entry.path)))
    except ImagesRefusedError as problem:
        next_step = "do not change the images while a build runs"
        raise ImagesRefusedError(f"{entry.path}: {problem.found}", next_step=next_step) from None
    return stretched(pixels, *size)
