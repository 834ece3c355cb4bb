"""Content-addressed results of stages: a stage whose inputs did not change is read back instead of run.

The key of a result is the digest of everything that went into it: bytes, settings and versions.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

FORMAT = "espalier-store/1"


def digest(data: bytes) -> str:
    """sha256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def key_of(stage: str, inputs: Mapping[str, Any]) -> str:
    """The digest of a stage's name and of all its inputs (canonical JSON: sorted keys)."""
    return digest(
        msgspec.json.encode({"format": FORMAT, "stage": stage, "inputs": dict(inputs)}, order="sorted")
    )


class Store:
    """Results of stages under one folder; each appears by one rename, so a killed build leaves no half result."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def default(cls) -> Store:
        """$ESPALIER_STORE, or espalier/ in the user's cache folder ($XDG_CACHE_HOME, ~/.cache)."""
        given = os.environ.get("ESPALIER_STORE")
        if given:
            return cls(Path(given))
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return cls(Path(cache) / "espalier")

    def get(self, key: str) -> dict[str, bytes] | None:
        """The files of a stored result, or None. A damaged result counts as absent and is removed."""
        folder = self._folder(key)
        try:
            index = msgspec.json.decode((folder / "index.json").read_bytes(), type=dict[str, str])
            files = {name: (folder / sha).read_bytes() for name, sha in index.items()}
        except (OSError, msgspec.DecodeError):
            return None
        if any(digest(files[name]) != sha for name, sha in index.items()):
            shutil.rmtree(folder, ignore_errors=True)
            return None
        return files

    def put(self, key: str, files: Mapping[str, bytes], *, replace: bool = False) -> None:
        """Store the files of a result; an existing one is kept (equal keys mean equal results) unless `replace`."""
        folder = self._folder(key)
        if folder.exists():
            if not replace:
                return
            shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
        try:
            index = {name: digest(data) for name, data in sorted(files.items())}
            for name, data in files.items():
                (scratch / index[name]).write_bytes(data)
            (scratch / "index.json").write_bytes(msgspec.json.encode(index, order="sorted"))
            try:
                scratch.rename(folder)
            except OSError:
                if not folder.exists():
                    raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _folder(self, key: str) -> Path:
        return self.root / key[:2] / key[2:]
