"""Camera frames as an iPhone gives them, in numpy: what Frames.swift must make of them, as golden/frames.json.

32BGRA and RGBA: four bytes a pixel, of a camera the fourth is not read. 420f: a plane of luma and one of chroma pairs, Cb first,
one for every 2 x 2 pixels, full range, Rec. 601. In integers, cb and cr less 128, shifts round down, held to 0..255:

    red   = y + (91881 cr + 32768 >> 16)
    green = y + (-22554 cb - 46802 cr + 32768 >> 16)
    blue  = y + (116130 cb + 32768 >> 16)
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..facts import Artifact, BundleSource
from ..preparation import prepare
from . import golden

NAME: Final = f"{golden.FOLDER}/frames.json"
SIZES: Final = ((21, 13), (16, 10))
"""Columns and rows: odd ones, whose last chroma serves one pixel alone, and even ones."""
PADDING: Final = 12
"""Bytes behind each row but the last."""
ORDERS: Final = {"bgra": (2, 1, 0), "rgba": (0, 1, 2)}
Pixels = NDArray[np.uint8]


def artifact(source: BundleSource) -> Artifact:
    """golden/frames.json; empty for a model that takes no pictures."""
    rows: list[dict[str, object]] = []
    random = np.random.Generator(np.random.PCG64(9))
    for rotation in (0, 90, 180, 270) if source.contract.color != "bands" else ():
        for columns, lines in SIZES:
            for order in ("bgra", "rgba", "420f"):
                planes, strides = _noise(random, columns, lines, order)
                rgb = np.rot90(rgb_of(planes, strides, columns, lines, order), -(rotation // 90))
                made = prepare(np.ascontiguousarray(rgb), source.contract)
                rows.append(
                    {
                        "order": order, "width": columns, "height": lines, "rotation": rotation, "strides": strides,
                        "planes": [plane.tobytes().hex() for plane in planes],
                        "sha256": hashlib.sha256(made.tobytes()).hexdigest(),
                    }
                )  # fmt: skip
    return Artifact(path=NAME, data=golden.canonical_json({"frames": rows}), role="golden")


def rgb_of(planes: list[Pixels], strides: list[int], columns: int, rows: int, order: str) -> Pixels:
    """The picture of a frame as it lies, uint8 [rows, columns, 3]."""
    if order != "420f":
        return _rows(planes[0], rows, strides[0], 4 * columns).reshape(rows, columns, 4)[..., ORDERS[order]]
    y = _rows(planes[0], rows, strides[0], columns).astype(np.int32)
    pairs = _rows(planes[1], (rows + 1) // 2, strides[1], (columns + 1) // 2 * 2).reshape((rows + 1) // 2, -1, 2)
    wide = pairs.repeat(2, axis=0)[:rows].repeat(2, axis=1)[:, :columns].astype(np.int32) - 128
    blue, red = wide[..., 0], wide[..., 1]
    found = np.stack(
        [y + (91881 * red + 32768 >> 16), y + (-22554 * blue - 46802 * red + 32768 >> 16), y + (116130 * blue + 32768 >> 16)],
        axis=-1,
    )
    return np.asarray(found.clip(0, 255), np.uint8)


def _noise(random: np.random.Generator, columns: int, rows: int, order: str) -> tuple[list[Pixels], list[int]]:
    """Planes that end with their last pixel, and their strides; a third of it saturated."""
    wide = [columns, (columns + 1) // 2 * 2] if order == "420f" else [4 * columns]
    high = [rows, (rows + 1) // 2]
    planes = []
    for length, lines in zip(wide, high, strict=False):
        noise = random.integers(0, 256, (lines - 1) * (length + PADDING) + length, np.uint8)
        ends = random.integers(0, 2, len(noise), np.uint8) * np.uint8(255)
        planes.append(np.where(random.integers(0, 3, len(noise)) == 0, ends, noise))
    return planes, [length + PADDING for length in wide]


def _rows(plane: Pixels, rows: int, stride: int, length: int) -> Pixels:
    return np.lib.stride_tricks.as_strided(plane, (rows, length), (stride, 1), writeable=False)
