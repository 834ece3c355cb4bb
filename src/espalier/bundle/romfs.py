"""ROMFS: the read-only file system that MicroPython maps at /rom, with the contents of chosen files aligned.

An image is a header record whose payload holds file records. A record is its kind, the length of its payload and the payload;
kind and length are numbers of 7 bits a byte, the most significant first, the high bit set on all but the last. A leading 0x80
adds nothing to a number: it is the padding that moves a payload to where it must lie. A file record holds the length of its
name, the name, and a record with the contents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from ..errors import InputRefusedError
from .archive import Entry, sorted_entries

HEADER: Final = b"\xd2\xcd\x31"
DATA: Final = 2
FILE: Final = 5
HEADER_BYTES: Final = 16
"""Where the payload of the image starts: header and length, padded."""
FILE_BYTES: Final = 8
"""Kind and length of a file record, padded, so that its own length does not move its contents."""
LENGTH_BYTES: Final = 9
"""The longest number that is read."""


class RomFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an image: its contents, and where in the image they start."""

    data: bytes
    offset: int


def romfs_image(files: Iterable[Entry], aligned: Mapping[str, int]) -> bytes:
    """An image of these files, in path order; `aligned`: path -> what the offset of its contents is a multiple of."""
    body = b""
    for entry in sorted_entries(files):
        body += _file(entry, aligned.get(entry.path, 1), HEADER_BYTES + len(body))
    return _padded(HEADER, len(body), HEADER_BYTES) + body


def _file(entry: Entry, align: int, start: int) -> bytes:
    name = entry.path.encode("ascii")
    head = _number(len(name)) + name
    start += FILE_BYTES + len(head)
    least = 1 + len(_number(len(entry.data)))
    data = _padded(bytes([DATA]), len(entry.data), least + -(start + least) % align) + entry.data
    return _padded(bytes([FILE]), len(head) + len(data), FILE_BYTES) + head + data


def _padded(kind: bytes, length: int, size: int) -> bytes:
    """The start of a record, of `size` bytes."""
    number = _number(length)
    return kind + b"\x80" * (size - len(kind) - len(number)) + number


def _number(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.insert(0, 0x80 | value & 0x7F)
    return bytes(digits)


def read_romfs(image: bytes) -> dict[str, RomFile]:
    """Path -> file of an image; records of other kinds are passed over. Raises InputRefusedError when it is broken."""
    if image[: len(HEADER)] != HEADER:
        raise InputRefusedError("not a ROMFS image: it does not start with d2 cd 31")
    at, end = _payload(image, len(HEADER), len(image))
    files: dict[str, RomFile] = {}
    while at < end:
        kind, at = _read(image, at, end)
        at, record_end = _payload(image, at, end)
        if kind == FILE:
            length, name_at = _read(image, at, record_end)
            name = image[name_at : name_at + length].decode("ascii", "replace")
            kind, contents = _read(image, name_at + length, record_end)
            start, stop = _payload(image, contents, record_end)
            if kind != DATA or name in files or len(name) != length:
                raise InputRefusedError(f"the ROMFS image is broken at byte {at}")
            files[name] = RomFile(data=image[start:stop], offset=start)
        at = record_end
    return files


def _payload(image: bytes, at: int, end: int) -> tuple[int, int]:
    """Start and end of the payload whose length stands at `at`."""
    length, at = _read(image, at, end)
    if at + length > end:
        raise InputRefusedError(f"the ROMFS image is broken at byte {at}: a record is longer than what is left")
    return at, at + length


def _read(image: bytes, at: int, end: int) -> tuple[int, int]:
    """The number at `at`, and what comes after it."""
    value = digits = 0
    while at < end:
        byte = image[at]
        at, value = at + 1, value << 7 | byte & 0x7F
        digits = digits + 1 if value else 0
        if digits > LENGTH_BYTES:
            break
        if byte < 0x80:
            return value, at
    raise InputRefusedError(f"the ROMFS image is broken at byte {at}: a number does not end")
