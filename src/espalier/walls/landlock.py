"""Files that a process may touch, as a rule set that the kernel holds (Landlock; Linux 5.13), with TCP and signals where it
is new enough."""

from __future__ import annotations

import ctypes
import os
import stat
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""The same numbers on every machine."""

RUN, WRITE_FILE, READ_FILE, READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_FOLDER, _REMOVE_FILE, _MAKE_FOLDER, _MAKE_FILE, _MAKE_LINK = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
_MOVE, _CUT, _DEVICE = 1 << 13, 1 << 14, 1 << 15
_SINCE = ((1, 13), (2, 14), (3, 15), (5, 16))
"""Version of Landlock -> how many of the rights it knows."""

READ = READ_FILE | READ_FOLDER
WRITE = READ | WRITE_FILE | _REMOVE_FOLDER | _REMOVE_FILE | _MAKE_FOLDER | _MAKE_FILE | _MOVE | _CUT
MAKE_LINKS = _MAKE_LINK
USE_DEVICE = READ_FILE | WRITE_FILE | _DEVICE
_OF_FILES = RUN | WRITE_FILE | READ_FILE | _CUT | _DEVICE
"""Rights that a rule for a single file may give."""


def version() -> int:
    """The kernel's version of Landlock; 0 when it has none or it is off."""
    return max(0, int(ctypes.CDLL(None, use_errno=True).syscall(_CREATE, None, 0, 1)))


def close_files(rules: Iterable[tuple[str, int]]) -> int:
    """Allow this thread and what it starts these paths with these rights and nothing else, for ever; returns the version.
    Paths that do not exist give no right. no_new_privs must be set. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    known = version()
    if known == 0:
        raise OSError("this kernel has no Landlock, or it is off")
    files = (1 << max(count for since, count in _SINCE if since <= known)) - 1
    attributes = struct.pack("<QQQ", files, 3, 3)[: 8 if known < 4 else 16 if known < 6 else 24]
    rule_set = _checked(libc.syscall(_CREATE, attributes, len(attributes), 0))
    try:
        for path, rights in rules:
            try:
                _add(libc, rule_set, path, rights & files)
            except (FileNotFoundError, NotADirectoryError, PermissionError):
                continue
        _checked(libc.syscall(_RESTRICT, rule_set, 0))
    finally:
        os.close(rule_set)
    return known


def _add(libc: ctypes.CDLL, rule_set: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        rule = struct.pack("<Qi", rights, descriptor)
        _checked(libc.syscall(_ADD, rule_set, 1, rule, 0))
    finally:
        os.close(descriptor)


def _checked(answer: int) -> int:
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer
