"""Camera frames as Android gives them, in numpy: what CameraImage.java must make of them, and the frames its self-test
replays.

RGBA_8888: four bytes a pixel, the last is not read. YUV_420_888: full range, Rec. 601, as Android's cameras and JPEG have
it; every pixel of 2 x 2 has their chroma. In integers, u and v less 128, shifts round down, held to 0..255:

    red   = y + (91881 v + 32768 >> 16)
    green = y + (-22554 u - 46802 v + 32768 >> 16)
    blue  = y + (116130 u + 32768 >> 16)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..preparation import prepare
from ..recipe import InputContract

Pixels = NDArray[np.uint8]
Plane = NDArray[np.uint8]
"""A buffer: uint8 [bytes]."""

DEGREES: Final = (0, 90, 180, 270)
SIZES: Final = ((21, 13), (16, 10))
"""Columns and rows of the frames: odd ones, whose last chroma serves one pixel alone, and even ones."""
PADDING: Final = 11
"""Bytes behind each row but the last, which ends with its pixels."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A frame and the digest of what the contract makes of its pixels. `planes`: one of RGBA, or those of Y, U and V."""

    planes: tuple[bytes, ...]
    columns: int
    rows: int
    row_stride: int
    chroma_row_stride: int = 0
    chroma_stride: int = 0
    degrees: int
    sha256: str

    def line(self, name: str) -> str:
        """A row of golden.tsv; the planes stand in `name` one after the other."""
        sizes = [len(plane) for plane in self.planes]
        numbers = (self.columns, self.rows, self.row_stride, self.chroma_row_stride, self.chroma_stride, self.degrees)
        return "\t".join(map(str, ("frame", name, *numbers, self.sha256, *sizes)))


def rgb_of_rgba(rgba: Plane, columns: int, rows: int, row_stride: int, degrees: int) -> Pixels:
    """The upright picture of an RGBA buffer: uint8 [h, w, 3]."""
    return _upright(_rows(rgba, rows, row_stride, 4 * columns).reshape(rows, columns, 4)[..., :3], degrees)


def rgb_of_yuv(
    planes: tuple[Plane, Plane, Plane], columns: int, rows: int, row_stride: int, chroma_row_stride: int,
    chroma_stride: int, degrees: int,
) -> Pixels:  # fmt: skip
    """The upright picture of three buffers: uint8 [h, w, 3]."""
    y = _rows(planes[0], rows, row_stride, columns).astype(np.int32)
    wide = (columns - 1) // 2 * chroma_stride + 1
    u, v = (
        _rows(plane, (rows + 1) // 2, chroma_row_stride, wide)[:, ::chroma_stride]
        .repeat(2, axis=0)[:rows].repeat(2, axis=1)[:, :columns].astype(np.int32) - 128
        for plane in planes[1:]
    )  # fmt: skip
    red = y + (91881 * v + 32768 >> 16)
    green = y + (-22554 * u - 46802 * v + 32768 >> 16)
    blue = y + (116130 * u + 32768 >> 16)
    return _upright(np.stack([red, green, blue], axis=-1).clip(0, 255).astype(np.uint8), degrees)


def frames(contract: InputContract, seed: int = 0) -> Iterator[Frame]:
    """Noise with saturated values in every rotation, with padded rows, chroma planes of their own and interleaved; none for a
    model that takes no pictures."""
    if contract.color == "bands":
        return
    random = np.random.Generator(np.random.PCG64(seed))
    for degrees in DEGREES:
        for columns, rows in SIZES:
            yield _rgba(random, columns, rows, degrees, contract)
        for (columns, rows), stride in zip(SIZES, (1, 2), strict=True):
            yield _yuv(random, columns, rows, stride, degrees, contract)


def _rgba(random: np.random.Generator, columns: int, rows: int, degrees: int, contract: InputContract) -> Frame:
    stride = 4 * columns + PADDING
    plane = _noise(random, (rows - 1) * stride + 4 * columns)
    rgb = rgb_of_rgba(plane, columns, rows, stride, degrees)
    return Frame(
        planes=(plane.tobytes(),), columns=columns, rows=rows, row_stride=stride, degrees=degrees, sha256=_digest(rgb, contract)
    )


def _yuv(
    random: np.random.Generator, columns: int, rows: int, chroma_stride: int, degrees: int, contract: InputContract
) -> Frame:
    stride, wide = columns + PADDING, (columns - 1) // 2 * chroma_stride + 1
    chroma_row_stride, high = wide + PADDING, (rows + 1) // 2
    y = _noise(random, (rows - 1) * stride + columns)
    u, v = (_noise(random, (high - 1) * chroma_row_stride + wide) for _ in range(2))
    rgb = rgb_of_yuv((y, u, v), columns, rows, stride, chroma_row_stride, chroma_stride, degrees)
    return Frame(
        planes=(y.tobytes(), u.tobytes(), v.tobytes()), columns=columns, rows=rows, row_stride=stride,
        chroma_row_stride=chroma_row_stride, chroma_stride=chroma_stride, degrees=degrees, sha256=_digest(rgb, contract),
    )  # fmt: skip


def _digest(rgb: Pixels, contract: InputContract) -> str:
    return hashlib.sha256(prepare(rgb, contract).tobytes()).hexdigest()


def _noise(random: np.random.Generator, size: int) -> Plane:
    noise = random.integers(0, 256, size, np.uint8)
    ends = random.integers(0, 2, size, np.uint8) * np.uint8(255)
    return np.where(random.integers(0, 3, size) == 0, ends, noise)


def _rows(plane: Plane, rows: int, stride: int, length: int) -> Plane:
    """The rows of a buffer without what stands between them: uint8 [rows, length]."""
    return np.lib.stride_tricks.as_strided(plane, (rows, length), (stride, 1), writeable=False)


def _upright(image: Pixels, degrees: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(image, -(degrees // 90)))
