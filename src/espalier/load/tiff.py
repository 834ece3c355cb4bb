"""A small reader of TIFF: what cameras, GDAL, tifffile and Pillow write of whole 8- and 16-bit samples.

Read are classic TIFF files of either byte order: strips or tiles, samples of a pixel together or in planes of their own,
stored as they are or by deflate, LZW or PackBits, with or without differences along a row. What is not (JPEG, ZSTD or
LERC inside, palettes, YCbCr, CMYK, float or signed samples, BigTIFF) is refused by its name. Every size is checked before
anything is decoded. Reference: Adobe, TIFF Revision 6.0 (1992); Supplement 2 (2002) for deflate.

Not by tifffile, since it reads LZW only with imagecodecs' compiled codecs (2026.3.3), and the refusals would stay ours;
not by Pillow, since it has no mode for more than four channels or 16-bit colours.
"""

from __future__ import annotations

import itertools
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ImagesRefusedError
from ..limits import LIMITS

Samples = NDArray[np.unsignedinteger[Any]]

MAGIC = (b"II*\0", b"MM\0*")

_TYPES = {1: "B", 3: "H", 4: "L", 5: "LL", 6: "b", 8: "h", 9: "l", 16: "Q"}
"""Field types that hold whole numbers (a rational as its two parts), as struct names them."""

_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_OFFSETS, _ORIENTATION, _SAMPLES, _ROWS, _COUNTS, _PLANAR, _PREDICTOR = 273, 274, 277, 278, 279, 284, 317
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS, _EXTRA, _FORMAT = 322, 323, 324, 325, 338, 339
_WANTED = frozenset((
    _SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _OFFSETS, _ORIENTATION, _SAMPLES, _ROWS, _COUNTS,
    _PLANAR, _PREDICTOR, _TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS, _EXTRA, _FORMAT,
))  # fmt: skip

_NONE, _LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS = 1, 5, 8, 32946, 32773
_REFUSED_CODINGS = {2: "CCITT", 3: "CCITT", 4: "CCITT", 6: "JPEG", 7: "JPEG", 34887: "LERC", 34925: "LZMA",
                    50000: "ZSTD", 50001: "WebP", 33003: "JPEG 2000", 33005: "JPEG 2000", 34712: "JPEG 2000"}  # fmt: skip
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB = 0, 1, 2
_REFUSED_COLORS = {3: "a palette", 4: "a mask", 5: "CMYK", 6: "YCbCr", 8: "L*a*b*"}
_MOST_PIECES = 1 << 20
_SAVE_AGAIN = "save it as plain 8-bit TIFF (deflate or LZW at most), PNG or .npy"


@dataclass(frozen=True, slots=True)
class Page:
    """One image of the file. `kind`: the numpy type of a sample, uint8 or uint16 in the byte order of the file."""

    width: int
    height: int
    samples: int
    kind: np.dtype[np.unsignedinteger[Any]]
    photometric: int
    orientation: int
    alpha: bool
    fields: Mapping[int, tuple[int, ...]]

    @property
    def values(self) -> int:
        """How many samples it has in all."""
        return self.width * self.height * self.samples


def read_pages(data: bytes) -> tuple[Page, ...]:
    """The images of a file, thumbnails left out; nothing is decoded. Raises ImagesRefusedError for what is not read."""
    order = "<" if data[:2] == b"II" else ">"
    (place,) = _numbers(data, order + "L", 4)
    pages: list[Page] = []
    seen: set[int] = set()
    while place:
        if place in seen or len(seen) > LIMITS.image_side_pixels:
            raise _damaged("its images are chained in a circle, or too many")
        seen.add(place)
        fields, place = _directory(data, order, place)
        if not _first(fields, _SUBFILE, 0) & 1:  # a smaller copy of another image
            pages.append(_page(fields, order))
    if not pages:
        raise _damaged("it holds no image")
    return tuple(pages)


def decode_page(data: bytes, page: Page) -> Samples:
    """The samples of one image, uint8 or uint16 [h, w, samples]. Raises ImagesRefusedError when it is damaged."""
    fields = page.fields
    apart = _first(fields, _PLANAR, 1) == 2
    planes, depth = (page.samples, 1) if apart else (1, page.samples)
    tiled = _TILE_WIDTH in fields
    if tiled:
        high, wide = _first(fields, _TILE_HEIGHT, 0), _first(fields, _TILE_WIDTH, 0)
        offsets, counts = fields.get(_TILE_OFFSETS, ()), fields.get(_TILE_COUNTS, ())
    else:
        high, wide = min(_first(fields, _ROWS, page.height), page.height), page.width
        offsets, counts = fields.get(_OFFSETS, ()), fields.get(_COUNTS, ())
    if high < 1 or wide < 1 or high * wide * depth > 4 * LIMITS.image_pixels:
        raise _damaged(f"pieces of {wide} x {high} pixels")
    down, across = -(-page.height // high), -(-page.width // wide)
    if len(offsets) != planes * down * across or len(counts) != len(offsets) or len(offsets) > _MOST_PIECES:
        raise _damaged(f"{len(offsets)} pieces and {len(counts)} lengths for {planes * down * across}")
    result = np.zeros((page.height, page.width, page.samples), page.kind)
    for number, (plane, y, x) in enumerate(itertools.product(range(planes), range(down), range(across))):
        rows = high if tiled else min(high, page.height - y * high)
        piece = _piece(data, page, offsets[number], counts[number], (rows, wide, depth))
        there = result[y * high : (y + 1) * high, x * wide : (x + 1) * wide, plane : plane + depth]
        there[:] = piece[: there.shape[0], : there.shape[1]]
    return result.astype(result.dtype.newbyteorder("="), copy=False)


def _piece(
    data: bytes, page: Page, start: int, length: int, shape: tuple[int, int, int]
) -> Samples:
    """One strip or tile."""
    if start + length > len(data):
        raise _damaged("it ends within its pixels")
    wanted = math.prod(shape) * page.kind.itemsize
    coding = _first(page.fields, _COMPRESSION, _NONE)
    raw = _unpacked(data[start : start + length], coding, wanted)
    if len(raw) < wanted:
        raise _damaged("a piece holds too few pixels")
    values: Samples = np.frombuffer(raw, page.kind, math.prod(shape)).reshape(shape)
    if _first(page.fields, _PREDICTOR, 1) == 2 and coding != _NONE and coding != _PACKBITS:
        # Sums wrap around, as the differences did.
        native = np.dtype(f"u{page.kind.itemsize}")
        values = np.add.accumulate(values.astype(native), axis=1, dtype=native)
    return values


def _unpacked(raw: bytes, coding: int, wanted: int) -> bytes:
    if coding == _NONE:
        return raw
    if coding == _PACKBITS:
        return _packbits(raw, wanted)
    if coding == _LZW:
        return _lzw(raw, wanted)
    try:
        return zlib.decompressobj().decompress(raw, wanted)
    except zlib.error as problem:
        raise _damaged(str(problem)) from None


def _packbits(raw: bytes, wanted: int) -> bytes:
    out = bytearray()
    at = 0
    while at < len(raw) and len(out) < wanted:
        head = raw[at]
        at += 1
        if head < 128:
            out += raw[at : at + head + 1]
            at += head + 1
        elif head > 128:
            out += raw[at : at + 1] * (257 - head)
            at += 1
    return bytes(out)


def _lzw(raw: bytes, wanted: int) -> bytes:
    """Section 13 of the reference: codes of 9 to 12 bits, the most significant bit first, one code early."""
    clear, end = 256, 257
    start = [bytes((value,)) for value in range(256)] + [b"", b""]
    table, bits, before = list(start), 9, b""
    out = bytearray()
    held = have = 0
    for byte in raw:
        held, have = (held << 8 | byte) & 0xFFFFFF, have + 8
        if have < bits:
            continue
        have -= bits
        code = held >> have & (1 << bits) - 1
        if code == clear:
            table, bits, before = list(start), 9, b""
            continue
        if code == end or len(out) >= wanted:
            break
        if code < len(table):
            text = table[code]
        elif code == len(table) and before:
            text = before + before[:1]
        else:
            raise _damaged("an LZW code that was not written before")
        out += text
        if before and len(table) < 4096:
            table.append(before + text[:1])
        before = text
        bits = 9 if len(table) < 511 else 10 if len(table) < 1023 else 11 if len(table) < 2047 else 12
    return bytes(out)


def _directory(data: bytes, order: str, place: int) -> tuple[dict[int, tuple[int, ...]], int]:
    """Tag -> its numbers, of the tags that are read, and where the next directory begins."""
    (count,) = _numbers(data, order + "H", place)
    fields: dict[int, tuple[int, ...]] = {}
    for entry in range(count):
        at = place + 2 + 12 * entry
        tag, kind, many = _numbers(data, order + "HHL", at)
        if tag not in _WANTED:
            continue
        if kind not in _TYPES or many > _MOST_PIECES:
            raise _damaged(f"field {tag} has type {kind} and {many} values")
        form = f"{order}{many * len(_TYPES[kind])}{_TYPES[kind][0]}"
        inside = struct.calcsize(form) <= 4
        (far,) = _numbers(data, order + "L", at + 8)
        fields[tag] = _numbers(data, form, at + 8 if inside else far)
    (following,) = _numbers(data, order + "L", place + 2 + 12 * count)
    return fields, following


def _page(fields: Mapping[int, tuple[int, ...]], order: str) -> Page:
    width, height, samples = (_first(fields, tag, default) for tag, default in ((_WIDTH, 0), (_HEIGHT, 0), (_SAMPLES, 1)))
    if width < 1 or height < 1 or samples < 1:
        raise _damaged(f"{width} x {height} pixels of {samples} samples")
    coding, color = _first(fields, _COMPRESSION, _NONE), _first(fields, _PHOTOMETRIC, BLACK_IS_ZERO)
    if coding not in (_NONE, _LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS):
        raise _unread(f"packed by {_REFUSED_CODINGS.get(coding, f'method {coding}')}")
    if color not in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB):
        raise _unread(f"its pixels are {_REFUSED_COLORS.get(color, f'of kind {color}')}")
    bits, forms = set(fields.get(_BITS, (1,))), set(fields.get(_FORMAT, (1,)))
    if forms != {1} or len(bits) != 1 or not bits <= {8, 16}:
        what = {2: "signed ", 3: "floating-point "}.get(max(forms), "")
        raise _unread(f"its samples are {what}numbers of {', '.join(map(str, sorted(bits)))} bits")
    if _first(fields, _PREDICTOR, 1) not in (1, 2):
        raise _unread(f"predictor {_first(fields, _PREDICTOR, 1)}")
    return Page(
        width=width,
        height=height,
        samples=samples,
        kind=np.dtype(f"{order}u{bits.pop() // 8}"),
        photometric=color,
        orientation=_first(fields, _ORIENTATION, 1),
        alpha=color == RGB and samples == 4 and _first(fields, _EXTRA, 0) in (1, 2),
        fields=fields,
    )


def _first(fields: Mapping[int, Sequence[int]], tag: int, default: int) -> int:
    values = fields.get(tag, ())
    return int(values[0]) if values else default


def _numbers(data: bytes, form: str, place: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, data, place)
    except struct.error:
        raise _damaged("a field points past its end") from None


def _damaged(why: str) -> ImagesRefusedError:
    return ImagesRefusedError(f"a damaged TIFF: {why}")


def _unread(why: str) -> ImagesRefusedError:
    return ImagesRefusedError(f"a TIFF that is not read: {why}; {_SAVE_AGAIN}")
