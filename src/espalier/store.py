"""Content-addressed results of stages: a stage whose inputs did not change is read back instead of run.

The key of a result is the digest of everything that went into it: bytes, settings and versions. The store is a help and
no more: whatever is wrong with it (full, read-only, a file, no right, damaged) a build goes on without it, and says so.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from .scratch import remove_tree
from .store_limit import INDEX, NEW, discard, limit_bytes, shrink

FORMAT = "espalier-store/2"

_READS = 3
"""How often a result is read that another build seems to be replacing."""


def digest(data: bytes) -> str:
    """sha256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def key_of(stage: str, inputs: Mapping[str, Any]) -> str:
    """The digest of a stage's name and of all its inputs (canonical JSON: sorted keys)."""
    return digest(
        msgspec.json.encode({"format": FORMAT, "stage": stage, "inputs": dict(inputs)}, order="sorted")
    )


class _Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """index.json of a result: name -> sha256 of its file, and the digest of the key and of that table."""

    files: dict[str, str]
    digest: str


def _index(key: str, files: dict[str, str]) -> _Index:
    return _Index(files=files, digest=digest(msgspec.json.encode([key, files], order="sorted")))


class Store:
    """Results of stages under one folder; each appears by one rename, so a killed build leaves no half result.

    No method raises for what the file system says: `trouble` holds the first that kept a result from being stored
    or read back, for people; "" while there was none.
    """

    def __init__(self, root: Path | None) -> None:
        self.root = root
        self._grew = False
        self.trouble = "" if root is not None else "there is no home folder for it; set ESPALIER_STORE"

    @classmethod
    def default(cls) -> Store:
        """$ESPALIER_STORE, or espalier/ in the user's cache folder ($XDG_CACHE_HOME, ~/.cache)."""
        given = os.environ.get("ESPALIER_STORE")
        if given:
            return cls(Path(given))
        cache = os.environ.get("XDG_CACHE_HOME")
        if not cache:
            try:
                cache = str(Path.home() / ".cache")
            except RuntimeError:
                return cls(None)
        return cls(Path(cache) / "espalier")

    def get(self, key: str) -> dict[str, bytes] | None:
        """The files of a stored result, or None. A damaged result counts as absent and is removed."""
        if self.root is None:
            return None
        folder = self._folder(self.root, key)
        for _ in range(_READS):
            files, gone = self._read(folder, key)
            if files is not None or not gone:
                return files
        if os.path.lexists(folder):  # half a result, however it came: it would keep the whole one out
            self._remove_damaged(folder)
        return None

    def _read(self, folder: Path, key: str) -> tuple[dict[str, bytes] | None, bool]:
        """The files of a result, and whether the folder lacks some: another build may be replacing it just now."""
        try:
            found = msgspec.json.decode((folder / INDEX).read_bytes(), type=_Index)
            whole = found == _index(key, found.files) and all(map(_SHA.fullmatch, found.files.values()))
            files = {name: (folder / sha).read_bytes() for name, sha in found.files.items()} if whole else {}
        except FileNotFoundError:
            return None, os.path.lexists(folder)
        except OSError as problem:
            self._say(problem)
            return None, False
        except (msgspec.DecodeError, UnicodeError):
            whole, files = False, {}
        if not whole or any(digest(files[name]) != sha for name, sha in found.files.items()):
            self._remove_damaged(folder)
            return None, False
        with contextlib.suppress(OSError):
            os.utime(folder / INDEX)
        return files, False

    def _remove_damaged(self, folder: Path) -> None:
        discard(folder)
        if os.path.lexists(folder):
            self.trouble = self.trouble or f"{folder} is damaged and cannot be removed"

    def put(self, key: str, files: Mapping[str, bytes], *, replace: bool = False) -> bool:
        """Store the files of a result; an existing one is kept (equal keys mean equal results) unless `replace`.

        Whether the result is in the store now.
        """
        if self.root is None:
            return False
        folder = self._folder(self.root, key)
        try:
            if os.path.lexists(folder):
                if not replace:
                    return True
                discard(folder)
            folder.parent.mkdir(parents=True, exist_ok=True)
            self._write(folder, key, files)
        except OSError as problem:
            self._say(problem)
            return False
        self._grew = True
        return True

    def close(self) -> None:
        """At the end of a build: remove what was not used for longest where the store has grown over its limit."""
        limit, _ = limit_bytes()
        if self.root is not None and self._grew and limit is not None:
            shrink(self.root, limit)
            self._grew = False

    def remove(self, key: str) -> None:
        """Remove a result, if it is there."""
        if self.root is not None:
            discard(self._folder(self.root, key))

    def _write(self, folder: Path, key: str, files: Mapping[str, bytes]) -> None:
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=NEW))
        try:
            index = _index(key, {name: digest(data) for name, data in sorted(files.items())})
            for name, data in files.items():
                (scratch / index.files[name]).write_bytes(data)
            (scratch / INDEX).write_bytes(msgspec.json.encode(index, order="sorted"))
            try:
                scratch.rename(folder)
            except OSError:
                if not folder.exists():
                    raise
        finally:
            if scratch.exists():
                remove_tree(scratch)

    def _say(self, problem: OSError) -> None:
        self.trouble = self.trouble or f"{self.root}: {problem.strerror or problem}"

    @staticmethod
    def _folder(root: Path, key: str) -> Path:
        return root / key[:2] / key[2:]


class Parts:
    """Results on the way to one: stored one by one, so that what ends the stage does not end them."""

    def __init__(self, store: Store, key: str, *, fresh: bool = False) -> None:
        self._store, self._key = store, key
        self.known: dict[str, bytes] = {}
        while not fresh and (found := store.get(self._place(len(self.known)))) is not None:
            (name,), (data,) = found.keys(), found.values()
            if name in self.known:
                break
            self.known[name] = data

    def keep(self, name: str, data: bytes) -> None:
        """Store one more; one of a name that is known already is left as it is."""
        if name not in self.known:
            self._store.put(self._place(len(self.known)), {name: data}, replace=True)
            self.known[name] = data

    def clear(self) -> None:
        """Remove them all: the stage has its result."""
        for number in range(len(self.known)):
            self._store.remove(self._place(number))

    def _place(self, number: int) -> str:
        return key_of(self._key, {"part": number})


class Latest:
    """The newest state on the way to one result: two places by turns, so that a kill between them leaves one whole."""

    def __init__(self, store: Store, key: str, *, fresh: bool = False) -> None:
        self._store, self._key = store, key
        found = {} if fresh else (store.get(self._place(0)) or {}) | (store.get(self._place(1)) or {})
        self.name = max(found, default="")
        """The greatest of the names that are there; "" for none."""
        self.data = found.get(self.name)
        self._turn = 0 if self.name in (store.get(self._place(1)) or {}) else 1

    def keep(self, name: str, data: bytes) -> None:
        """Store a newer one, of a greater name."""
        self._store.put(self._place(self._turn), {name: data}, replace=True)
        self._turn = 1 - self._turn

    def clear(self) -> None:
        """Remove it: the stage has its result."""
        for turn in (0, 1):
            self._store.remove(self._place(turn))

    def _place(self, turn: int) -> str:
        return key_of(self._key, {"latest": turn})


_SHA = re.compile("[0-9a-f]{64}")
