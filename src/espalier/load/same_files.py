"""Files that two image sets share, byte for byte: known without decoding any of them."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict

from .images import ImageSet


def same_files(first: ImageSet, second: ImageSet) -> list[tuple[str, str]]:
    """(path in the first set, path in the second) of each file of the second that the first holds, too, wherever it lies and
    whatever it is called there. Only files of equal length are read; one that cannot be is left to whoever decodes it.
    """
    lengths: dict[int, list[str]] = defaultdict(list)
    for entry in first.entries:
        lengths[_length(first, entry.path)].append(entry.path)
    lengths.pop(-1, None)
    digests: dict[int, dict[bytes, str]] = {}
    found = []
    for entry in second.entries:
        length = _length(second, entry.path)
        if length not in lengths:
            continue
        if length not in digests:
            digests[length] = {_digest(first, path): path for path in reversed(lengths[length])}
        same = digests[length].get(_digest(second, entry.path))
        if same is not None:
            found.append((same, entry.path))
    return found


def _length(images: ImageSet, path: str) -> int:
    try:
        return os.stat(os.path.join(images.root, path)).st_size
    except OSError:
        return -1


def _digest(images: ImageSet, path: str) -> bytes:
    try:
        with open(os.path.join(images.root, path), "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return os.fsencode(path)
