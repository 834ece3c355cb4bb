"""Whole or nothing: a build writes into a folder of its own and appears by one rename.

When the wanted folder exists already, the two folders change places in one system call (renameat2, RENAME_EXCHANGE;
Linux 3.15), so that a reader sees the old output or the new one. Where the call is missing, the old folder is moved
aside first; a kill between the two renames leaves the old output under its backup name, never a mixture.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from .bundle.source import Artifact
from .errors import BugError, UsageError

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_BUILDING = ".building-"


def publish(artifacts: Iterable[Artifact], destination: Path) -> None:
    """Write all files below `destination`, replacing what is there, at once. Files are written in sorted order.

    Raises UsageError when the folder cannot be written, BugError for a path that would leave it.
    """
    destination = destination.absolute()
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(destination.parent)
        scratch = destination.parent / f".{destination.name}{_BUILDING}{os.getpid()}"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
    except OSError as problem:
        raise UsageError(
            f"the output folder {destination.parent} cannot be written: {problem.strerror}",
            next_step="choose another folder with --out",
        ) from None
    try:
        write_files(artifacts, scratch)
        _swap(scratch, destination)
    except OSError as problem:
        raise UsageError(
            f"writing the output to {destination} failed: {problem.strerror}",
            next_step="free some space or choose another folder with --out; the previous output is unchanged",
        ) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_files(artifacts: Iterable[Artifact], folder: Path, *, durable: bool = True) -> None:
    """Write files below `folder`, each flushed to the disk if `durable`; refuses paths that leave it."""
    for artifact in sorted(artifacts, key=lambda a: a.path):
        parts = Path(artifact.path).parts
        if not parts or Path(artifact.path).is_absolute() or ".." in parts:
            raise BugError(f"a bundle path leaves its folder: {artifact.path!r}")
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755 if artifact.executable else 0o644
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(artifact.data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        path.chmod(0o755 if artifact.executable else 0o644)


def remove_leftovers(folder: Path) -> None:
    """Remove what killed builds left behind: `.name.building-PID` folders whose process is gone."""
    for path in folder.glob(f".*{_BUILDING}*"):
        pid = path.name.rpartition("-")[2]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(path, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _swap(scratch: Path, destination: Path) -> None:
    if not destination.exists():
        scratch.rename(destination)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    exchange = getattr(libc, "renameat2", None)
    names = (os.fsencode(scratch), os.fsencode(destination))
    if exchange is not None and exchange(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return
    backup = scratch.with_name(scratch.name + ".previous")
    destination.rename(backup)
    scratch.rename(destination)
    shutil.rmtree(backup, ignore_errors=True)
