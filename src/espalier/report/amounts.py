"""Amounts for people."""

from __future__ import annotations


def size(count: int) -> str:
    """Bytes for people."""
    return (
        f"{count:,} B"
        if count < 10_000
        else f"{count / 1000:,.1f} kB"
        if count < 10_000_000
        else f"{count / 1e6:,.1f} MB"
    )
