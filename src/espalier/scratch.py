"""Temporary folders that no kill leaves behind: each holds a lock for as long as its process lives.

A lock (flock) ends with its process however that ends, and it counts across PID namespaces and containers that share
the temporary folder; a process number does neither. The next build removes the folders whose lock nobody holds.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import weakref
from pathlib import Path
from types import TracebackType

from .errors import MachineError, machine_error

PREFIX = "espalier-"
LOCK = ".lock"
_MARK = b"a temporary folder of espalier; removed when nobody holds this lock\n"


class Scratch:
    """A new temporary folder, removed at the end, or when nobody refers to it any more; a context manager that gives its
    path. Raises MachineError when the system gives none."""

    def __init__(self) -> None:
        try:
            top, lock = _claim(Path(tempfile.gettempdir()))
            self.cleanup = weakref.finalize(self, _release, top, lock)
            """Remove the folder, then give up its lock; may be called again."""
            self.path = top / "work"
            self.path.mkdir()
        except OSError as problem:
            raise _no_room(problem) from None

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cleanup()


def _release(folder: Path, lock: int) -> None:
    remove_tree(folder)
    os.close(lock)


def clear_abandoned() -> list[Path]:
    """Remove this user's temporary folders whose process has ended; returns them. Never raises."""
    removed = []
    with contextlib.suppress(OSError):
        for entry in sorted(os.scandir(tempfile.gettempdir()), key=lambda entry: entry.name):
            if entry.name.startswith(PREFIX) and _is_abandoned(Path(entry.path)):
                removed.append(Path(entry.path))
    return removed


def remove_tree(folder: Path) -> None:
    """Remove a folder and what is in it, read-only folders, too; what cannot be removed stays. Never raises."""

    def again(function: object, path: str, problem: object) -> None:
        # A folder without the right to write keeps its files: give the right, try once more.
        with contextlib.suppress(OSError):
            os.chmod(os.path.dirname(path), stat.S_IRWXU)
            if os.path.isdir(path) and not os.path.islink(path):
                os.chmod(path, stat.S_IRWXU)
                shutil.rmtree(path, ignore_errors=True)
            else:
                os.unlink(path)

    shutil.rmtree(folder, onerror=again)


def lock_file(path: Path, *, create: bool) -> int | None:
    """A descriptor that holds the lock of a file, or None when another process holds it."""
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags | (os.O_CREAT | os.O_EXCL if create else 0), 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _claim(parent: Path) -> tuple[Path, int]:
    """A new folder and the descriptor of its lock; another process may take either for abandoned in between."""
    for _ in range(20):
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        with contextlib.suppress(FileNotFoundError):
            descriptor = lock_file(folder / LOCK, create=True)
            if descriptor is not None:
                os.write(descriptor, _MARK)
                if _is_same(descriptor, folder / LOCK):
                    return folder, descriptor
                os.close(descriptor)
    raise OSError(f"no folder of ours stays in {parent}")


def _is_same(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _is_abandoned(folder: Path) -> bool:
    """Remove a folder that is ours, bears our mark and whose lock nobody holds; whether it was."""
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid():
        return False
    try:
        descriptor = lock_file(folder / LOCK, create=False)
    except OSError:
        return False  # not one of ours, or not locked yet
    if descriptor is None:
        return False
    try:
        if os.read(descriptor, len(_MARK) + 1) != _MARK:
            return False
        remove_tree(folder)
        return True
    finally:
        os.close(descriptor)


def _no_room(problem: OSError) -> MachineError:
    return machine_error(problem, f"the temporary folder {_temporary()}") or MachineError(
        f"no temporary folder can be made: {problem}",
        supported="a folder named by TMPDIR, or /tmp, with some space and the right to write",
        next_step="set TMPDIR to such a folder",
    )


def _temporary() -> str:
    return os.environ.get("TMPDIR", "/tmp")
