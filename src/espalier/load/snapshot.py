"""What an image set holds when a build begins: the digest of each file, and the fingerprint of all.

Safe in the command's process: files are read as bytes, none is decoded. What is decoded later is held against it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..errors import ImagesRefusedError
from ..recipe_numbers import InputNumbers
from ..store import Store, key_of
from .images import ImageSet, scan
from .listing import unreadable

SETTLED_SECONDS = 2.0
"""A file changed less than this before it was read may change again in the same tick of the disk's clock."""


def snapshot(
    path: Path | str, store: Store | None = None, *, cells: bool = False, numbers: Sequence[InputNumbers] = ()
) -> tuple[ImageSet, str]:
    """The set with the sha256 of each file, and the sha256 over the names and bytes of all (and of the csv itself).

    With a store, the digests of a folder whose listing (name, size, times, inode of each file) is known are not
    computed again; 2,500 files then cost about 20 ms. Raises what `scan` raises;
    `cells`, `numbers`: see there.
    """
    images = scan(path, cells=cells, numbers=numbers)
    folders: dict[str, list[str]] = {}
    for entry in images.entries:
        folders.setdefault(entry.path.rpartition("/")[0], []).append(entry.path)
    total = hashlib.sha256(b"espalier-images/1")
    if Path(path).is_file():
        total.update(_sha256(Path(path)).encode())
    known: dict[str, str] = {}
    for folder in sorted(folders):
        names = sorted(set(folders[folder]))
        digests = digests_of(Path(images.root), names, store)
        known |= zip(names, digests, strict=True)
        listed = "".join(f"{name}\0{digest}\n" for name, digest in zip(names, digests, strict=True))
        total.update(f"{folder}\0{hashlib.sha256(listed.encode()).hexdigest()}\n".encode())
    entries = tuple(msgspec.structs.replace(entry, sha256=known[entry.path]) for entry in images.entries)
    return msgspec.structs.replace(images, entries=entries), total.hexdigest()


def changed(name: str) -> ImagesRefusedError:
    """The refusal of an image that somebody wrote to, or took away, while a build used it."""
    return ImagesRefusedError(
        f"the image {name} was changed after the build began",
        supported="images that stay as they are until the build has ended",
        next_step="build again when nothing writes to them",
    )


def digests_of(root: Path, names: list[str], store: Store | None) -> list[str]:
    """The digests of the files of one folder; looked up by the folder's listing when a store is given."""
    started = time.time_ns()
    listing, newest = [], 0
    for name in names:
        state = (root / name).stat()
        listing.append(
            [name, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino, state.st_dev]
        )
        newest = max(newest, state.st_mtime_ns, state.st_ctime_ns)
    key = key_of("image-digests", {"listing": listing})
    known = store.get(key) if store else None
    if known and "digests" in known:
        return known["digests"].decode().split()
    digests = [_sha256(root / name) for name in names]
    if store and newest + int(SETTLED_SECONDS * 1e9) < started:
        store.put(key, {"digests": "\n".join(digests).encode()})
    return digests


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise unreadable(str(path), problem) from None
