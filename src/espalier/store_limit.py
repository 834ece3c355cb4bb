"""The store stays under a size: results that were not used for longest are removed.

A build that still runs loses nothing by it: what it has read it holds, and what is gone by the time that it asks is made
again. What was used within KEPT_SECONDS stays all the same, so that builds at the same time do not take turns at making
what the other removes.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from pathlib import Path
from typing import NamedTuple

from .scratch import remove_tree

DEFAULT_BYTES = 10 * 10**9

KEPT_SECONDS = 3600.0
"""A result that was made or read within this stays, whatever the size."""

INDEX = "index.json"
"""Of a result; its time of change is when the result was used last."""

VARIABLE = "ESPALIER_STORE_LIMIT"

_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)
_FIRST, _REST = re.compile("[0-9a-f]{2}"), re.compile("[0-9a-f]{62}")
_UNFINISHED = re.compile(r"\.(new|old)-.+")


NEW, OLD = ".new-", ".old-"
"""How folders begin that a writer has not finished, and that a remover has not: nobody reads them."""


class _Result(NamedTuple):
    used: float
    bytes: int
    folder: Path


class Contents(NamedTuple):
    """What a store holds: results, their bytes, and when (seconds since 1970) the longest unused was used, and the last."""

    results: int
    bytes: int
    oldest: float | None
    newest: float | None


def limit_bytes() -> tuple[int | None, str]:
    """What $ESPALIER_STORE_LIMIT says ("5 GB", "500MB", bytes, "none"), DEFAULT_BYTES where it says nothing; and what is
    wrong with it, for people, "" where nothing is."""
    given = os.environ.get(VARIABLE, "")
    if not given.strip():
        return DEFAULT_BYTES, ""
    if given.strip().lower() == "none":
        return None, ""
    size = size_of(given)
    return (DEFAULT_BYTES, f'{VARIABLE} is not a size like "5 GB", nor "none": {given[:40]!r}') if size is None else (size, "")


def size_of(text: str) -> int | None:
    """Bytes of "5 GB", "1.5GiB", "500"; None for what is no size."""
    match = _SIZE.fullmatch(text)
    unit = _UNITS.get(match[2].lower()) if match else None
    return None if match is None or unit is None else int(float(match[1]) * unit)


def contents(root: Path) -> Contents:
    """What the store below `root` holds; nothing where there is none. Never raises OSError."""
    found = _results(root)
    used = [result.used for result in found]
    return Contents(len(found), sum(result.bytes for result in found), min(used, default=None), max(used, default=None))


def shrink(root: Path, limit: int, *, now: float | None = None, kept_seconds: float = KEPT_SECONDS) -> int:
    """Remove the results below `root` that were not used for longest until all together take at most `limit` bytes; the
    bytes that were removed. Nothing but results is removed, and none used within `kept_seconds`; nor what processes that were
    killed left unfinished, until it is KEPT_SECONDS old. Never raises OSError."""
    found = sorted(_results(root))
    over, removed = sum(result.bytes for result in found) - limit, 0
    now = time.time() if now is None else now
    newest = now - kept_seconds
    for result in found:
        if removed >= over or result.used > newest:
            break
        discard(result.folder)
        removed += result.bytes
    for folder in _unfinished(root):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < now - KEPT_SECONDS:
                remove_tree(folder)
    return removed


def discard(folder: Path) -> None:
    """Remove a result at once for all who read: it is renamed, then emptied, so that a process that is killed in between
    leaves no half of it under its name. Never raises OSError."""
    aside = folder.with_name(f"{OLD}{secrets.token_hex(8)}")
    try:
        folder.rename(aside)
    except OSError:
        aside = folder
    remove_tree(aside)


def _unfinished(root: Path) -> list[Path]:
    """What writers and removers have under way, or left when they were killed."""
    return [folder for first in _folders(root, _FIRST) for folder in _folders(first, _UNFINISHED)]


def _results(root: Path) -> list[_Result]:
    found = []
    for first in _folders(root, _FIRST):
        for folder in _folders(first, _REST):
            try:
                files = [entry.stat() for entry in os.scandir(folder)]
                used = (folder / INDEX).stat().st_mtime
            except OSError:  # not a result, or another build has just removed it
                continue
            found.append(_Result(used, sum(file.st_size for file in files), folder))
    return found


def _folders(root: Path, name: re.Pattern[str]) -> list[Path]:
    try:
        with os.scandir(root) as entries:
            return [
                Path(entry.path)
                for entry in entries
                if name.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []
