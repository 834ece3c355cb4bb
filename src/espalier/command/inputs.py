"""What a recipe names, by content: the key of a result that does not depend on where files lie."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from ..cluster.data import Data
from ..load.images import scan
from ..load.listing import list_files
from ..load.snapshot import digests_of
from ..recipe import Recipe
from ..recipe_paths import Role, with_paths
from ..store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A recipe whose paths are digests, and the files behind each path: name below the folder, or beside the file (its own
    is the first), -> sha256."""

    recipe: Recipe
    files: dict[str, dict[str, str]]


def data_of(contents: Contents) -> tuple[Data, ...]:
    """What a job reads, as it travels to another machine."""
    return tuple(
        Data(path=path, root=path if os.path.isdir(path) else os.path.dirname(path), names=names)
        for path, names in contents.files.items()
        if names
    )


def contents_of(recipe: Recipe, store: Store) -> Contents:
    """What the absolute paths of a recipe hold; nothing where one is absent or cannot be read, which the build refuses.
    Raises ImagesRefusedError for a folder or csv that no set of images can be."""
    files: dict[str, dict[str, str]] = {}

    def of(path: str, role: Role) -> str:
        if path not in files:
            files[path] = _files(Path(path), role, store)
        return _digest(files[path])

    replaced = with_paths(recipe, of)
    return Contents(recipe=replaced, files=files)


def _files(path: Path, role: Role, store: Store) -> dict[str, str]:
    try:
        if os.path.isdir(path):
            return _of_folder(path, store)
        table = role == "set" and path.suffix.lower() == ".csv"
        names = [path.name, *(_beside(path) if table else ())]
        return dict(zip(names, digests_of(path.parent, names, store), strict=True))
    except (OSError, ValueError):
        return {}


def _of_folder(path: Path, store: Store) -> dict[str, str]:
    folders: dict[str, list[str]] = {}
    for name, _ in list_files(path):
        folders.setdefault(name.rpartition("/")[0], []).append(name)
    found: dict[str, str] = {}
    for names in folders.values():
        found |= zip(names, digests_of(path, names, store), strict=True)
    return found


def _beside(path: Path) -> list[str]:
    """The files that a csv names, relative to its folder."""
    return sorted({entry.path for entry in scan(path, cells=True).entries})


def _digest(files: dict[str, str]) -> str:
    listed = "".join(f"{name}\0{sha}\n" for name, sha in sorted(files.items()))
    return hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()
