"""Text that a stranger wrote and people will read: no character in it may be invisible or move the others."""

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
