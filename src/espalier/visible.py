"""Text for people: what a stranger wrote shows every character that it has, and sizes are in units of theirs."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories: controls, format and bidi marks, surrogates, private use, line and paragraph separators."""


def hidden_character(text: str) -> str | None:
    """The first character of `text` that cannot be seen, as U+XXXX, or None."""
    return next((f"U+{ord(c):04X}" for c in text if unicodedata.category(c) in _HIDDEN), None)


def shown(text: str, most: int = 200) -> str:
    """The end of a name as it may be printed: no hidden characters, `most` characters."""
    return "".join(c if c.isprintable() else "?" for c in text[-most:])


def size_text(count: int) -> str:
    """Bytes as people write them: "1.2 GB", "34.0 MB", "56.0 kB", "789 bytes"."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count} bytes"
