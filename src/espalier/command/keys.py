"""Keys: made, read, and written where nothing else is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ..bundle import signature
from ..errors import UsageError
from .verify_wanted import read_key_file


def write_keys(name: Path, passphrase: str | None) -> tuple[Path, Path]:
    """Make NAME.key, which its owner alone may read, and NAME.pub; returns both. Raises UsageError where one is there."""
    if passphrase == "":
        raise UsageError(
            "the passphrase is empty", supported="a passphrase, or --no-passphrase", next_step="choose several words"
        )
    secret, public = (name.with_name(f"{name.name}{ending}") for ending in (".key", ".pub"))
    for path in (secret, public):
        if os.path.lexists(path):
            raise UsageError(
                f"{path} is there already", supported="keys are never replaced", next_step="choose another name"
            )
    texts = signature.make_key(passphrase)
    try:
        for path, data, mode in ((secret, texts[0], 0o600), (public, texts[1], 0o644)):
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
    except OSError as problem:
        raise UsageError(
            f"{problem.filename or name} cannot be written: {problem.strerror}", next_step="choose another folder"
        ) from None
    return secret, public


def read_signer(path: Path, ask: Callable[[], str]) -> signature.Signer:
    """The secret key in a file. Raises UsageError, ToolMissingError where nothing can sign here."""
    signature.need()
    return signature.read_signer(read_key_file(path), ask)


def read_passphrase(path: Path) -> str:
    """The first line of a file. Raises UsageError."""
    try:
        return path.read_text("utf-8").split("\n")[0]
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"the passphrase file {path} cannot be read: {problem}", next_step="check the path") from None
