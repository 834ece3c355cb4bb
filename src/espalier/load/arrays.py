"""Images that are arrays: .npy, .npz and TIFF files, of any number of channels.

- A .npy holds one image, uint8 or uint16 [height, width] or [height, width, channels]. A .npz holds one such array.
- A TIFF holds one page whose pixels have all channels, or one page per channel (`tiff.py` says what is read). A stack of
  many narrow pages is [height, width, channels] as tifffile writes an array by default.

Sixteen-bit values keep their high byte, as those of PNG files do.
"""

from __future__ import annotations

import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ImagesRefusedError
from ..limits import LIMITS
from ..visible import shown
from . import tiff

_NPY, _ZIP = b"\x93NUMPY", b"PK\x03\x04"
_VERSIONS = {b"\x01\0": "<H", b"\x02\0": "<I", b"\x03\0": "<I"}
"""Version of a .npy file -> how the length of its header is written."""
_MOST_HEADER = 10_000
_HEADER = re.compile(
    r"""\{(?=.*'descr':\s*'(?P<kind>[^']{1,40})')(?=.*'fortran_order':\s*(?P<fortran>True|False))"""
    r"""(?=.*'shape':\s*\((?P<shape>[\d,\s]{0,200})\))[^{}]*\}\s*"""
)
"""The header of an array of plain numbers: numpy's own reader evaluates it, and falls over some that are damaged."""
_AS_PIXELS = "save one image as uint8 [height, width, channels]"
_KINDS = {"|u1": "u1", "<u1": "u1", "u1": "u1", "<u2": "<u2", ">u2": ">u2", "|u2": "u2"}
_TURNS: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.transpose(1, 0, 2),
    6: lambda image: image[::-1].transpose(1, 0, 2),
    7: lambda image: image[::-1, ::-1].transpose(1, 0, 2),
    8: lambda image: image[:, ::-1].transpose(1, 0, 2),
}
"""EXIF orientation -> what turns an array upright: a mirror, a turn, or both."""
_BROKEN = (ValueError, EOFError, OSError, KeyError, SyntaxError, zipfile.BadZipFile, NotImplementedError, zlib.error)


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """An image whose header was read. `bits`: 8 or 16 of a sample in the file; `alpha`: the last of four channels is
    opacity; `first_page` reads uint8 [h, w, channels of one page], `read` all pages as channels."""

    width: int
    height: int
    channels: int
    bits: int
    read: Callable[[], NDArray[np.uint8]]
    first_page: Callable[[], NDArray[np.uint8]]
    frames: int = 1
    alpha: bool = False
    orientation: int = 1


def open_array(data: bytes) -> ArrayFile | None:
    """The header of a .npy, .npz or TIFF file; None for other files. Raises ImagesRefusedError for what is not read."""
    if data.startswith(_NPY):
        return _npy(data)
    if data.startswith(_ZIP):
        return _npy(_only_member(data))
    return _tiff(data) if data.startswith(tiff.MAGIC) else None


def _npy(data: bytes) -> ArrayFile:
    kind, fortran, shape, start = _header(data)
    if len(shape) not in (2, 3):
        batch = " (a batch? one file holds one image)" if len(shape) == 4 else ""
        raise ImagesRefusedError(f"an array of shape {list(shape)}{batch}: {_AS_PIXELS}")
    height, width, channels = shape if len(shape) == 3 else (*shape, 1)
    _check_size(height, width, channels)
    if len(data) - start != math.prod(shape) * kind.itemsize:
        raise ImagesRefusedError(f"a damaged .npy: {len(data) - start} bytes for {list(shape)} of {kind}")

    def read() -> NDArray[np.uint8]:
        values = np.frombuffer(data, kind, offset=start).reshape(shape, order="F" if fortran else "C")
        return _bytes_of(values.reshape(height, width, channels))

    return ArrayFile(width, height, channels, 8 * kind.itemsize, read, read)


def _header(data: bytes) -> tuple[np.dtype[np.unsignedinteger[Any]], bool, tuple[int, ...], int]:
    """(kind, order, shape) of the array in a .npy, and where its values begin."""
    form = _VERSIONS.get(data[6:8])
    if form is None:
        raise ImagesRefusedError("a damaged .npy: its version is none that numpy writes")
    text = 8 + struct.calcsize(form)
    length = int.from_bytes(data[8:text], "little")
    found = _HEADER.fullmatch(data[text : text + length].decode("latin-1")) if length <= _MOST_HEADER else None
    if found is None:
        raise ImagesRefusedError(f"a damaged .npy, or no array of plain numbers: {_AS_PIXELS}")
    kind = _KINDS.get(found["kind"])
    if kind is None:
        raise ImagesRefusedError(f"an array of {shown(found['kind'])}; pixels are uint8 or uint16: {_AS_PIXELS}")
    shape = tuple(int(side) for side in found["shape"].split(",") if side.strip().isdigit())
    return np.dtype(kind), found["fortran"] == "True", shape, text + length


def _only_member(data: bytes) -> bytes:
    """The one array of a .npz."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [item for item in archive.infolist() if not item.is_dir()]
            if len(members) != 1 or not members[0].filename.endswith(".npy"):
                names = ", ".join(item.filename for item in members[:4])
                raise ImagesRefusedError(f"a .npz of {len(members)} entries ({names}); one file holds one image")
            most = 6 * LIMITS.image_pixels
            if members[0].file_size > most:
                raise ImagesRefusedError(f"{members[0].file_size} bytes unpacked; at most {most} are read")
            with archive.open(members[0]) as entry:
                return entry.read(members[0].file_size)
    except (*_BROKEN, RuntimeError) as problem:
        raise ImagesRefusedError(f"a damaged .npz ({str(problem)[:80]})") from None


def _tiff(data: bytes) -> ArrayFile:
    pages = tiff.read_pages(data)
    first = pages[0]
    _check_size(first.height, first.width, first.samples)

    def first_page() -> NDArray[np.uint8]:
        return _plain(data, first)

    whole, shape = first_page, (first.height, first.width, first.samples)
    if len(pages) > 1 and all(_alike(first, page) for page in pages):
        narrow = first.samples == 1 and first.width <= LIMITS.input_bands < len(pages)
        shape = (len(pages), first.height, first.width) if narrow else (*shape[:2], first.samples * len(pages))
        _check_size(*shape)

        def whole() -> NDArray[np.uint8]:
            read = [_plain(data, page) for page in pages]
            return np.stack([page[:, :, 0] for page in read]) if narrow else np.concatenate(read, axis=2)

    height, width, channels = shape
    return ArrayFile(
        width, height, channels, 8 * first.kind.itemsize, whole, first_page, len(pages), first.alpha, first.orientation
    )


def _alike(one: tiff.Page, other: tiff.Page) -> bool:
    return (one.height, one.width, one.samples, one.kind) == (other.height, other.width, other.samples, other.kind)


def _plain(data: bytes, page: tiff.Page) -> NDArray[np.uint8]:
    values = _bytes_of(tiff.decode_page(data, page))
    return ~values if page.photometric == tiff.WHITE_IS_ZERO else values


def _check_size(height: int, width: int, channels: int) -> None:
    # What three bytes a pixel take, the decoders are bounded by.
    most = 3 * LIMITS.image_pixels
    if 0 in (height, width, channels):
        raise ImagesRefusedError(f"an array of shape {[height, width, channels]} has no pixels")
    if max(height, width) > LIMITS.image_side_pixels or height * width * channels > most:
        raise ImagesRefusedError(
            f"{width} x {height} pixels of {channels} channels; at most {most} values in all and "
            f"{LIMITS.image_side_pixels} a side are read"
        )


def _bytes_of(values: tiff.Samples) -> NDArray[np.uint8]:
    """The high byte of wide values."""
    return np.ascontiguousarray(values if values.dtype.itemsize == 1 else values >> 8, np.uint8)


def turned(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """An image [h, w, c] turned upright by its EXIF orientation, 1 to 8; others leave it as it is."""
    return _TURNS[orientation](pixels) if orientation in _TURNS else pixels
