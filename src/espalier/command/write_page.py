"""A page that a command writes beside what it prints."""

from __future__ import annotations

from pathlib import Path

from ..errors import UsageError


def write_page(path: Path, data: bytes) -> None:
    """Raises UsageError where it cannot be written."""
    try:
        path.write_bytes(data)
    except OSError as problem:
        raise UsageError(
            f"{path} cannot be written: {problem.strerror}", next_step="give a file in a folder that exists"
        ) from None
