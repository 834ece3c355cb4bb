"""Rewriting of a compiled class's constants, so that a library can be made where there is no Java compiler.

A class file keeps every name, string and large number in one table, its constant pool (Java Virtual Machine
Specification, chapter 4.4); all else points into it by number. Changing an entry's value therefore changes
the constant everywhere, and nothing has to move.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from typing import Final

from ...errors import BugError

MAGIC: Final = b"\xca\xfe\xba\xbe"
TEXT, INTEGER, DOUBLE, LONG = 1, 3, 6, 5
SIZES: Final = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4}
"""Tag -> bytes after the tag, for every constant but text (JVMS 4.4, table 4.4-A)."""
TEXT_LIMIT_BYTES: Final = 65_535


def rewrite(
    data: bytes, texts: Mapping[str, str], integers: Mapping[int, int], doubles: Mapping[float, float]
) -> bytes:
    """The class with its constants replaced: a key of `texts` wherever it occurs in a text (all in one pass,
    so a value is never searched again), `integers` and `doubles` as whole values.

    Raises BugError when this is not a class file, or a text becomes longer than 65535 bytes.
    """
    if data[:4] != MAGIC:
        raise BugError("not a class file")
    pattern = re.compile("|".join(re.escape(key) for key in sorted(texts, key=len, reverse=True)))
    (count,) = struct.unpack_from(">H", data, 8)
    parts, at, number = [data[:10]], 10, 1
    while number < count:
        tag = data[at]
        if tag == TEXT:
            (size,) = struct.unpack_from(">H", data, at + 1)
            text = decode_text(data[at + 3 : at + 3 + size])
            new = encode_text(pattern.sub(lambda match: texts[match.group()], text))
            if len(new) > TEXT_LIMIT_BYTES:
                raise BugError(f"a text of {len(new)} bytes does not fit into a class file")
            parts.append(struct.pack(">BH", TEXT, len(new)) + new)
            at += 3 + size
        elif tag in SIZES:
            parts.append(
                data[at : at + 1] + _number(tag, data[at + 1 : at + 1 + SIZES[tag]], integers, doubles)
            )
            at += 1 + SIZES[tag]
        else:
            raise BugError(f"a constant of the unknown kind {tag}")
        number += 2 if tag in (LONG, DOUBLE) else 1
    return b"".join([*parts, data[at:]])


def _number(tag: int, value: bytes, integers: Mapping[int, int], doubles: Mapping[float, float]) -> bytes:
    if tag == INTEGER:
        (integer,) = struct.unpack(">i", value)
        return struct.pack(">i", integers.get(integer, integer))
    if tag == DOUBLE:
        (double,) = struct.unpack(">d", value)
        return struct.pack(">d", doubles.get(double, double))
    return value


def encode_text(text: str) -> bytes:
    """Java's modified UTF-8: NUL is two bytes, a character above U+FFFF is its two surrogates."""
    units = text.encode("utf-16-be", "surrogatepass")
    coded = "".join(chr(unit) for (unit,) in struct.iter_unpack(">H", units)).encode("utf-8", "surrogatepass")
    return coded.replace(b"\0", b"\xc0\x80")


def decode_text(data: bytes) -> str:
    """The inverse of `encode_text`."""
    units = data.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    return units.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")
