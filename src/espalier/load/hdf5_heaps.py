"""The global heaps of an HDF5 file, walked before libhdf5 does: an entry that takes no room makes it run for ever.

A collection is `GCOL`, version 1, three zero bytes and its size, 8 bytes; then objects of (index, 2 bytes; references, 2; zeros,
4; size, 8; data, filled up to a multiple of 8), the one of index 0 being what is left over, whose size counts its head, too.
Source: HDF5 File Format Specification 3.0, III.E.
"""

from __future__ import annotations

import mmap

_MAGIC = b"GCOL\x01\0\0\0"
_HEAD = 16


def endless_heap(data: bytes | mmap.mmap) -> int | None:
    """Where a collection begins in which an object takes no room or ends outside; None where there is none."""
    place = data.find(_MAGIC)
    while place >= 0:
        size = int.from_bytes(data[place + 8 : place + 16], "little")
        # Anything larger is cut off, which libhdf5 says itself; such bytes may be a weight's, too.
        if _HEAD <= size <= len(data) - place and not _walks(data, place, place + size):
            return place
        place = data.find(_MAGIC, place + 1)
    return None


def _walks(data: bytes | mmap.mmap, place: int, end: int) -> bool:
    """Whether the objects of a collection follow one another to its end."""
    at = place + _HEAD
    while end - at >= _HEAD:
        index = int.from_bytes(data[at : at + 2], "little")
        size = int.from_bytes(data[at + 8 : at + 16], "little")
        room = _HEAD + (size + 7) // 8 * 8 if index else size
        if not 0 < room <= end - at:
            return False
        at += room
    return True
