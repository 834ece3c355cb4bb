"""The store of results: what it holds, and making it smaller."""

from __future__ import annotations

from typing import Any

from ..errors import MachineError, UsageError
from ..store import Store
from ..store_limit import KEPT_SECONDS, VARIABLE, contents, limit_bytes, shrink, size_of


def manage_cache(*, prune: str | None = None, clear: bool = False) -> dict[str, Any]:
    """Facts of the store as plain data, after what was asked: folder, results, bytes, limit_bytes (None: none),
    oldest_used and newest_used (seconds since 1970), removed_bytes.

    `prune`: remove what was not used for longest until at most this size is left ("2 GB"), nothing that was used within
    the hour: a build may be running. `clear`: remove every result; a build that is running makes again what it still needs.
    Raises UsageError for what is no size or asked together, MachineError where there is no
    folder for it, or results stay.
    """
    root = Store.default().root
    if root is None:
        raise MachineError("there is no home folder for the store", next_step="set ESPALIER_STORE to a folder")
    if prune is not None and clear:
        raise UsageError("--prune and --clear exclude each other", next_step="leave one of them out")
    size = 0 if prune is None else size_of(prune)
    if size is None:
        raise UsageError(
            f"--prune is not a size: {(prune or '')[:40]!r}",
            supported='"2 GB", "500 MB", "1.5 GiB", or bytes',
            next_step="correct it",
        )
    limit, wrong = limit_bytes()
    removed = 0
    if clear or prune is not None:
        removed = shrink(root, size, kept_seconds=-1.0 if clear else KEPT_SECONDS)
    left = contents(root)
    if clear and left.results:
        raise MachineError(
            f"{left.results} results of the store {root} cannot be removed, or were just made by a build that is running",
            next_step="check the folder's rights, or try again when no build is running",
        )
    return {
        "folder": str(root),
        "results": left.results,
        "bytes": left.bytes,
        "limit_bytes": limit,
        "variable": VARIABLE,
        "wrong": wrong,
        "oldest_used": left.oldest,
        "newest_used": left.newest,
        "removed_bytes": removed,
    }
