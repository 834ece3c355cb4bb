"""Writes TIFF files of every layout that the reader claims: its counterpart for tests, kept apart from it."""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEFLATE, PACKBITS, PLAIN = 8, 32773, 1


def packbits(data: bytes) -> bytes:
    """Runs of two and more as runs, the rest as literals of at most 128."""
    out = bytearray()
    for value, run in itertools.groupby(data):
        count = len(list(run))
        while count:
            part = min(count, 128)
            out += bytes((257 - part, value)) if part > 1 else bytes((0, value))
            count -= part
    return bytes(out)


def tiff(
    pages: Sequence[NDArray[np.unsignedinteger[Any]]],
    *,
    order: str = "<",
    coding: int = PLAIN,
    rows: int = 5,
    tile: tuple[int, int] | None = None,
    apart: bool = False,
    differences: bool = False,
    thumbnails: bool = False,
    circle: bool = False,
    **fields: int | tuple[int, ...],
) -> bytes:
    """A classic TIFF of pages [h, w, samples]; `fields` (tag number as tNNN) are put over what it would write.

    `thumbnails`: pages after the first are smaller copies; `circle`: the last page names the first as the next."""
    data = bytearray((b"II" if order == "<" else b"MM") + struct.pack(order + "HL", 42, 0))
    link = 4
    for number, page in enumerate(pages):
        pieces = [_packed(piece, order, coding, differences) for piece in _pieces(page, rows, tile, apart)]
        places = []
        for piece in pieces:
            places.append(len(data))
            data += piece + b"\0" * (len(piece) % 2)
        lengths = [len(piece) for piece in pieces]
        samples = page.shape[2]
        tags: dict[int, tuple[int, ...]] = {
            256: (page.shape[1],), 257: (page.shape[0],), 258: (8 * page.dtype.itemsize,) * samples, 259: (coding,),
            254: (int(thumbnails and number > 0),), 262: (1,), 277: (samples,), 284: (2 if apart else 1,),
            317: (2 if differences else 1,),
        }  # fmt: skip
        if tile:
            tags |= {322: (tile[1],), 323: (tile[0],), 324: tuple(places), 325: tuple(lengths)}
        else:
            tags |= {273: tuple(places), 278: (rows,), 279: tuple(lengths)}
        tags |= {int(key[1:]): value if isinstance(value, tuple) else (value,) for key, value in fields.items()}
        data[link : link + 4] = struct.pack(order + "L", len(data))
        far, entries = bytearray(), b""
        start = len(data) + 2 + 12 * len(tags) + 4
        for tag, values in sorted(tags.items()):
            packed = struct.pack(f"{order}{len(values)}L", *values)
            if len(packed) > 4:
                entries += struct.pack(order + "HHLL", tag, 4, len(values), start + len(far))
                far += packed
            else:
                entries += struct.pack(order + "HHL", tag, 4, 1) + packed
        data += struct.pack(order + "H", len(tags)) + entries
        link = len(data)
        data += b"\0\0\0\0" + far
    if circle:
        data[link : link + 4] = data[4:8]
    return bytes(data)


def _pieces(page: Any, rows: int, tile: tuple[int, int] | None, apart: bool) -> list[Any]:
    planes = [page[:, :, k : k + 1] for k in range(page.shape[2])] if apart else [page]
    if tile is None:
        return [plane[y : y + rows] for plane in planes for y in range(0, page.shape[0], rows)]
    high, wide = tile
    found = []
    for plane in planes:
        for y, x in itertools.product(range(0, page.shape[0], high), range(0, page.shape[1], wide)):
            part = plane[y : y + high, x : x + wide]
            found.append(np.pad(part, ((0, high - part.shape[0]), (0, wide - part.shape[1]), (0, 0))))
    return found


def _packed(piece: Any, order: str, coding: int, differences: bool) -> bytes:
    if differences:
        piece = np.concatenate([piece[:, :1], piece[:, 1:] - piece[:, :-1]], axis=1)
    raw = piece.astype(piece.dtype.newbyteorder(order)).tobytes()
    return zlib.compress(raw) if coding == DEFLATE else packbits(raw) if coding == PACKBITS else raw
