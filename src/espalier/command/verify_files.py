"""The files of a bundle's folder: plain ones only, as a build writes them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ..errors import VerificationError
from ..limits import LIMITS

_SYSTEM = ("security.selinux", "security.ima", "security.evm", "system.", "com.apple.")
"""Attributes that a file system gives by itself."""


def files_of(folder: Path) -> list[Path]:
    """Every file below a folder, sorted. Raises VerificationError for links (hard ones, too), special files, empty folders,
    attributes, rights beyond reading and writing, and too many files."""
    found = _walk(folder, folder)
    modes = {path: path.stat().st_mode for path in found}
    # Some file systems let every file run; a single one that may is somebody's.
    able = sorted(path for path, mode in modes.items() if mode & 0o111)
    if able and len(able) < len(found):
        raise _strange(able[0], folder, "may be run as a program")
    return found


def _walk(folder: Path, top: Path) -> list[Path]:
    found: list[Path] = []
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    if not entries and folder != top:
        raise _strange(folder, top, "is an empty folder")
    for entry in entries:
        path = Path(entry.path)
        state = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(state.st_mode):
            found += _walk(path, top)
        elif not stat.S_ISREG(state.st_mode):
            raise _strange(path, top, "is not a regular file")
        else:
            found.append(path)
            if state.st_nlink > 1:
                raise _strange(path, top, "is a hard link: another name of it can change it")
        if state.st_mode & (stat.S_ISUID | stat.S_ISGID) and stat.S_ISREG(state.st_mode):
            raise _strange(path, top, "runs with the rights of its owner")
        _refuse_attributes(path, top)
        if len(found) > LIMITS.container_entries:
            raise VerificationError(f"more than {LIMITS.container_entries} files in the bundle")
    return found


def _refuse_attributes(path: Path, top: Path) -> None:
    try:
        names = os.listxattr(path, follow_symlinks=False) if hasattr(os, "listxattr") else []
    except OSError:
        return  # a file system without them
    own = [name for name in names if not name.startswith(_SYSTEM)]
    if own:
        raise _strange(path, top, f"has the extended attribute {own[0]!r}")


def _strange(path: Path, top: Path, what: str) -> VerificationError:
    return VerificationError(
        f"{path.relative_to(top).as_posix()!r} {what}",
        supported="plain files and the folders that they lie in, as a build writes them",
        next_step="fetch the bundle again",
    )
