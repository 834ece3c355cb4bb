"""The only place that turns values into C text: names, literals, arrays, structures, comments.

Every string of a model is hostile: a name becomes an identifier by a regular expression, a comment keeps
printable
ASCII only and can hold no `*/`, no backslash, no `??` (trigraph) and no line break.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError

_WORDS = (
    "auto break case char const continue default do double else enum extern float for goto if inline int long register "
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof "
    "bool true false class namespace template new delete this private public protected operator memcpy memset main"
)
"""Of C and C++, and what the firmware itself calls."""
_HEADERS = (
    "alloca arduino arm_acle arm_mve arm_neon assert complex ctype endian errno fcntl features fenv inttypes iso646 "
    "limits locale malloc math memory pthread sched setjmp signal spi stdalign stdarg stdatomic stdbool stddef stdint "
    "stdio stdlib stdnoreturn string strings tgmath threads time uchar unistd wchar wctype wire"
)
"""Included as <name.h>: a file of ours of that name would be found first."""
_CONSTANTS_OF_OTHERS = "err esp f hal pico r w x z"
"""NAME_OK is defined by lwIP, ESP-IDF, unistd.h, STM32's HAL, pico-sdk, zlib."""
_RESERVED = frozenset(f"{_WORDS} {_HEADERS} {_CONSTANTS_OF_OTHERS}".split())
_TYPES: Mapping[str, str] = {
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "uint16": "uint16_t",
    "int32": "int32_t",
    "uint32": "uint32_t",
    "float32": "float",
    "int64": "int64_t",
    "bool": "int8_t",
}
_LONGEST_NAME = 64
"""As long as a recipe's name may be: two names that differ stay different."""
_LONGEST_COMMENT = 200


@dataclass(frozen=True, slots=True)
class Name:
    """A C identifier or expression made by the emitter itself (never text of a model)."""

    text: str


Value: TypeAlias = int | float | bool | Name | str
"""A value of a structure field: a number, a name, or a text that becomes a string literal."""


def identifier(text: str, *, taken: Iterable[str] = ()) -> str:
    """A C identifier that resembles ``text``: lower case letters, digits, underscores; unique among ``taken``, no word
    of C and no name of a header."""
    name = re.sub(r"[^0-9a-z]+", "_", text.lower()).strip("_")[:_LONGEST_NAME].strip("_")
    if not name or name[0].isdigit() or name in _RESERVED:
        name = f"m_{name}".strip("_")
    used, candidate, number = set(taken), name, 2
    while candidate in used or candidate in _RESERVED:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def comment(text: str) -> str:
    """A one-line C comment; everything but harmless printable ASCII becomes a dot."""
    safe = "".join(c if " " <= c <= "~" and c not in "\\?" else "." for c in text)
    safe = safe.replace("*/", "*.").replace("/*", "/.")[:_LONGEST_COMMENT]
    return f"/* {safe.strip()} */"


def string(text: str) -> str:
    """A C string literal holding ``text`` in UTF-8, bytes outside plain ASCII as octal escapes."""
    parts = []
    for byte in text.encode("utf-8", "replace"):
        plain = 0x20 <= byte <= 0x7E and chr(byte) not in '"\\?'
        parts.append(chr(byte) if plain else f"\\{byte:03o}")
    return '"' + "".join(parts) + '"'


def integer(value: int) -> str:
    """An integer literal that fits 32 bits; INT32_MIN has no literal of its own in C."""
    number = int(value)
    if not -(1 << 31) <= number < 1 << 32:
        raise BugError(f"{number} does not fit a 32-bit C literal")
    if number == -(1 << 31):
        return "(-2147483647 - 1)"
    return f"{number}u" if number >= 1 << 31 else str(number)


def unsigned(value: int) -> str:
    """An unsigned 32-bit literal."""
    return f"{int(value) & 0xFFFF_FFFF}u"


def literal_in_sum(value: int) -> str:
    """An integer that may follow an operator."""
    return f"({integer(value)})" if value < 0 else integer(value)


def real(value: float) -> str:
    """A float literal, exact, by C99's hexadecimal notation."""
    if not np.isfinite(value):
        raise BugError(f"{value} has no C literal")
    return f"{float(np.float32(value)).hex()}f"


def literal(value: Value) -> str:
    if isinstance(value, Name):
        return value.text
    if isinstance(value, str):
        return string(value)
    return real(value) if isinstance(value, float) else integer(int(value))


def _element(value: float, kind: str) -> str:
    if kind.startswith("float"):
        return real(value)
    return f"INT64_C({int(value)})" if kind == "int64" else integer(int(value))


def ctype(dtype: str) -> str:
    """The C type of a numpy dtype name."""
    return _TYPES[dtype]


def array(name: str, values: NDArray[np.generic], *, static: bool = True, align: int = 0) -> str:
    """A constant array with one line per 20 values or so."""
    flat = values.reshape(-1)
    kind = str(flat.dtype)
    if flat.dtype.itemsize <= 2 and flat.dtype.kind in "iu":
        words = list(map(str, flat.tolist()))  # weights: many, and each is its own literal
    else:
        words = [_element(v, kind) for v in flat.tolist()]
    storage = "static const" if static else "const"
    attribute = f"ESPALIER_ALIGNED({align}) " if align else ""
    lines = [f"{attribute}{storage} {ctype(kind)} {name}[{max(1, len(words))}] = {{"]
    lines += _wrapped(words or ["0"])
    lines.append("};")
    return "\n".join(lines)


def strings(name: str, values: Sequence[str]) -> str:
    """An array of constant texts."""
    return "\n".join([f"const char *const {name}[] = {{", *(f"    {string(value)}," for value in values), "};"])


def structure(kind: str, name: str, fields: Mapping[str, Value]) -> str:
    """A constant structure with designated initialisers."""
    words = [f".{field} = {literal(value)}" for field, value in fields.items()]
    return "\n".join([f"static const {kind} {name} = {{", *_wrapped(words), "};"])


def structures(kind: str, name: str, rows: Sequence[Sequence[Value]], *, static: bool = True) -> str:
    """A constant array of structures whose fields are numbers only."""
    storage = "static const" if static else "const"
    words = ["{" + ", ".join(literal(v) for v in row) + "}" for row in rows]
    return "\n".join([f"{storage} {kind} {name}[{len(rows)}] = {{", *_wrapped(words), "};"])


def call(function: str, arguments: Sequence[Value]) -> str:
    return f"{function}({', '.join(literal(a) for a in arguments)})"


def define(name: str, value: Value) -> str:
    return f"#define {name} {literal(value)}"


def _wrapped(words: Sequence[str], width: int = 108) -> list[str]:
    lines, line = [], " "
    for word in words:
        if len(line) + len(word) + 2 > width and line.strip():
            lines.append(line)
            line = " "
        line += f" {word},"
    return [*lines, line]


# Statements. A program is a list of lines; `indented` nests them.


def offset(base: str, bytes_: int) -> Name:
    """A pointer expression: ``base + bytes_``."""
    return Name(f"{base} + {integer(bytes_)}" if bytes_ else base)


def shifted(pointer: Name, bytes_: int) -> Name:
    """``pointer`` moved by some bytes."""
    return Name(f"{pointer.text} + {integer(bytes_)}") if bytes_ else pointer


def address(name: str) -> Name:
    return Name(f"&{name}")


def cast(pointer: Name, kind: str) -> Name:
    """A pointer to bytes as a pointer to ``kind``; alignment is the planner's promise."""
    return Name(f"({kind} *)(void *)({pointer.text})")


def const_cast(pointer: Name, kind: str) -> Name:
    return Name(f"(const {kind} *)(const void *)({pointer.text})")


def statement(expression: str) -> str:
    return f"{expression};"


def declaration(kind: str, name: str, value: Value) -> str:
    return f"{kind}{name} = {literal(value)};"


def declare(kind: str, name: str) -> str:
    return f"{kind} {name};"


def advance(name: str, bytes_: int) -> str:
    return f"{name} += {integer(bytes_)};"


def loop(variable: str, count: int, body: Sequence[str]) -> list[str]:
    return [f"for ({variable} = 0; {variable} < {integer(count)}; {variable}++) {{", *indented(body), "}"]


def while_loop(condition: str, body: Sequence[str]) -> list[str]:
    return [f"while ({condition}) {{", *indented(body), "}"]


def block(body: Sequence[str]) -> list[str]:
    return ["{", *indented(body), "}"]


def function(signature: str, body: Sequence[str]) -> list[str]:
    return [f"{signature} {{", *indented(body), "}"]


def prototype(signature: str) -> str:
    return f"{signature};"


def extern(kind: str, name: str, count: int) -> str:
    return f"extern const {kind} {name}[{integer(count)}];"


def enumeration(values: Mapping[str, int]) -> str:
    return "enum { " + ", ".join(f"{name} = {integer(value)}" for name, value in values.items()) + " };"


def guarded(guard: str, lines: Sequence[str]) -> list[str]:
    """The lines of a header with an include guard, callable from C++."""
    opening = ["#ifdef __cplusplus", 'extern "C" {', "#endif", ""]
    closing = ["", "#ifdef __cplusplus", "}", "#endif", ""]
    return [
        f"#ifndef {guard}",
        f"#define {guard}",
        "",
        "#include <stdint.h>",
        "",
        *opening,
        *lines,
        *closing,
        "#endif",
    ]


def include(name: str) -> str:
    return f'#include "{name}"'


def indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" if line else line for line in lines]
