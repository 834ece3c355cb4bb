"""Whole or nothing: a build writes into a folder of its own and appears by one rename.

When the wanted folder exists already, the two folders change places in one system call (renameat2, RENAME_EXCHANGE;
Linux 3.15), so that a reader sees the old output or the new one. Where the call is missing, the old folder is moved
aside first and brought back when the second rename fails; after a kill between the two the next build brings it back.

What lies there afterwards is read again before success is said; where it is not what was written, the old output comes back.

Builds that share a parent folder (several hosts, containers, threads) take turns by a lock on it. What is written has a
random name, and what lies there under such a name while the lock is held belongs to nobody.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import itertools
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import BugError, UsageError
from ..facts import Artifact
from ..scratch import remove_tree

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_BUILDING, _PREVIOUS = ".building-", ".previous-"
_OURS = re.compile(r"\.(?P<name>.+)\.(?P<what>building|previous)-[0-9a-f]{16}")

@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose an existing folder is. `refusal`: why it must not be replaced ("" when it may); `added`: relative paths in
    it that no build wrote, which are kept beside the new output."""

    refusal: Callable[[Path], str] = lambda folder: ""
    added: Callable[[Path], Sequence[str]] = lambda folder: ()


ANYBODY = Owner()


def may_replace(destination: Path, owner: Owner) -> None:
    """Raise UsageError unless `destination` is absent, empty, or a folder that its owner lets go."""
    try:
        state = destination.lstat()
    except OSError:
        return  # absent; a parent that cannot be read is named when it is written
    if not stat.S_ISDIR(state.st_mode):
        what = "a link" if stat.S_ISLNK(state.st_mode) else "a file"
        raise UsageError(
            f"the output folder {destination} is {what}",
            supported="a folder that a build wrote, or nothing, at that place",
            next_step="remove it, or choose another folder with --out",
        )
    try:
        why = owner.refusal(destination) if any(destination.iterdir()) else ""
    except OSError as problem:
        why = f"it cannot be read ({problem.strerror})"
    if why:
        raise UsageError(
            f"the output folder {destination} would be replaced, but {why}",
            supported="a folder that a build wrote, or nothing, at that place",
            next_step="move that away, or choose another folder with --out",
        )


def publish(artifacts: Iterable[Artifact], destination: Path, *, owner: Owner = ANYBODY) -> Path | None:
    """Write all files below `destination`, replacing what is there, at once. Files are written in sorted order.

    Returns the folder beside it that holds what somebody had added to the old one, None when nothing was added. Raises
    UsageError when the folder cannot be written or is not `owner`'s, BugError for a path that would leave it.
    """
    destination, artifacts = destination.absolute(), tuple(artifacts)
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        scratch = destination.with_name(f".{destination.name}{_BUILDING}{secrets.token_hex(8)}")
        with _turn(destination.parent) as alone:
            if alone:
                tidy(destination.parent)
            may_replace(destination, owner)
            scratch.mkdir()
            return _write_and_swap(artifacts, scratch, destination, owner)
    except OSError as problem:
        raise UsageError(
            f"the output folder {destination.parent} cannot be written: {problem.strerror}",
            supported="a folder that this user may write, with some space",
            next_step="choose another folder with --out",
        ) from None


def _write_and_swap(
    artifacts: Sequence[Artifact], scratch: Path, destination: Path, owner: Owner
) -> Path | None:
    kept = None
    try:
        write_files(artifacts, scratch)
        added = owner.added(destination) if destination.is_dir() else ()
        kept = _kept(destination) if added else None
        if kept is not None:
            _copy(destination, added, kept)
        take_back = _swap(scratch, destination)
        try:
            _hold_written(artifacts, destination)
        except BaseException:
            take_back()
            raise
        remove_tree(_aside(scratch))
        _sync(destination.parent)
        return kept
    except BaseException as problem:
        if kept is not None:
            remove_tree(kept)
        if not isinstance(problem, OSError):
            raise
        raise UsageError(
            f"writing the output to {destination} failed: {problem.strerror}",
            supported="a folder that this user may write, with some space",
            next_step="free some space or choose another folder with --out; the previous output is unchanged",
        ) from None
    finally:
        remove_tree(scratch)


def _hold_written(artifacts: Sequence[Artifact], folder: Path) -> None:
    """Raises OSError unless the files below a folder are these, as they are read again from where they were published."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    if found != {artifact.path for artifact in artifacts}:
        raise OSError(errno.EIO, "what is there is not what was written")
    for artifact in artifacts:
        descriptor = os.open(folder / artifact.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            with contextlib.suppress(OSError, AttributeError):
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)  # from the disk, where that can be asked for
            if file.read() != artifact.data:
                raise OSError(errno.EIO, f"{artifact.path} reads back other bytes than were written", artifact.path)


def write_files(artifacts: Iterable[Artifact], folder: Path, *, durable: bool = True) -> None:
    """Write files below `folder`, each flushed to the disk if `durable`; refuses paths that leave it."""
    folders = {folder}
    for artifact in sorted(artifacts, key=lambda a: a.path):
        parts = Path(artifact.path).parts
        if not parts or Path(artifact.path).is_absolute() or ".." in parts:
            raise BugError(f"a bundle path leaves its folder: {artifact.path!r}")
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        folders.add(path.parent)
        descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755 if artifact.executable else 0o644
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(artifact.data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        path.chmod(0o755 if artifact.executable else 0o644)
    for each in sorted(folders, reverse=True) if durable else ():
        _sync(each)


def tidy(folder: Path) -> None:
    """Remove what killed builds left in a folder of outputs, and bring back an output that one had moved aside.

    Only while its lock is held: nobody else is writing there then.
    """
    for path in sorted(folder.iterdir()):
        match = _OURS.fullmatch(path.name)
        if match is None or path.is_symlink() or not path.is_dir():
            continue
        output = folder / match["name"]
        if match["what"] == "previous" and not os.path.lexists(output):
            path.rename(output)
        else:
            remove_tree(path)


def _kept(destination: Path) -> Path:
    """The first free name beside an output for what was added to it."""
    numbers = (destination.with_name(f"{destination.name}.kept-{n}") for n in itertools.count(1))
    return next(path for path in numbers if not os.path.lexists(path))


def _copy(folder: Path, names: Sequence[str], to: Path) -> None:
    """Copy files and folders (relative paths), links as links; raises OSError before anything is lost."""
    for name in names:
        source, copy = folder / name, to / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir() and not source.is_symlink():
            shutil.copytree(source, copy, symlinks=True, dirs_exist_ok=True)
        elif source.is_file() or source.is_symlink():
            shutil.copy2(source, copy, follow_symlinks=False)


@contextlib.contextmanager
def _turn(folder: Path) -> Iterator[bool]:
    """Hold the lock of a folder of outputs, waiting for it; False where its file system has no locks."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            alone = True
        except OSError:
            alone = False
        yield alone
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    """Flush a folder's entries; some file systems cannot."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _swap(scratch: Path, destination: Path) -> Callable[[], object]:
    """Put a folder in the place of another, or of nothing; returns what takes that back. Without the exchange, the old folder
    lies aside until it is removed."""
    if not os.path.lexists(destination):
        scratch.rename(destination)
        return lambda: destination.rename(scratch)
    if _exchange(scratch, destination):
        return lambda: _exchange(scratch, destination)
    aside = _aside(scratch)
    destination.rename(aside)
    try:
        scratch.rename(destination)
    except BaseException:
        aside.rename(destination)
        raise

    def take_back() -> None:
        destination.rename(scratch)
        aside.rename(destination)

    return take_back


def _exchange(one: Path, other: Path) -> bool:
    """Whether two folders changed places at once; False where system or file system cannot."""
    exchange = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = (os.fsencode(one), os.fsencode(other))
    return (
        exchange is not None and exchange(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0
    )


def _aside(scratch: Path) -> Path:
    """Where the old output lies while the new one takes its place."""
    return scratch.with_name(scratch.name.replace(_BUILDING, _PREVIOUS))
