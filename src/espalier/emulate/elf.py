"""Reads the sections and symbols of a 32-bit little-endian ELF file that our own cross-compiler wrote."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import BugError

_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_SECTION = struct.Struct("<IIIIIIIIII")
_SYMBOL = struct.Struct("<IIIBBH")
_SYMTAB, _NOBITS = 2, 8
_ALLOC = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    name: str
    address: int
    data: bytes
    """Empty for a section that takes no room in the file."""
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    name: str
    address: int
    size: int
    defined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What is loaded into the emulated core: sections with their bytes, symbols by name."""

    sections: tuple[Section, ...]
    symbols: Mapping[str, Symbol]

    def size_of(self, *names: str) -> int:
        """Bytes of the named sections together."""
        return sum(section.size for section in self.sections if section.name in names)


def read_elf(data: bytes) -> Image:
    """Sections that are loaded and the symbols of an ELF file; :class:`BugError` for anything else."""
    if data[:6] != b"\x7fELF\x01\x01":
        raise BugError("the cross-compiler did not write a 32-bit little-endian ELF file")
    header = _HEADER.unpack_from(data)
    offset, entry_bytes, count, names_index = header[6], header[11], header[12], header[13]
    raw = [_SECTION.unpack_from(data, offset + i * entry_bytes) for i in range(count)]
    names = raw[names_index][4]
    sections = []
    symbols: dict[str, Symbol] = {}
    for name, kind, flags, address, start, size, link, *_ in raw:
        if flags & _ALLOC and size:
            body = b"" if kind == _NOBITS else data[start : start + size]
            sections.append(Section(name=_text(data, names + name), address=address, data=body, size=size))
        if kind == _SYMTAB:
            strings = raw[link][4]
            for at in range(start, start + size, _SYMBOL.size):
                label, value, length, _info, _other, index = _SYMBOL.unpack_from(data, at)
                text = _text(data, strings + label)
                if text and not text.startswith("$"):
                    symbols[text] = Symbol(name=text, address=value, size=length, defined=index != 0)
    return Image(sections=tuple(sections), symbols=symbols)


def _text(data: bytes, start: int) -> str:
    return data[start : data.index(b"\0", start)].decode("ascii", "replace")
