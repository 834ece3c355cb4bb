"""Walls around a process that the kernel holds, for native code too: files (Landlock), system calls (seccomp), network,
rights, memory.

They are put up before the bytes of a stranger are opened, and never come down. A wall that this kernel does not have is
named: `Walls.lacks`. Needs nothing but the standard library: `python -I walls/tool.py` starts compilers behind them.
"""

from __future__ import annotations

import os
import site
import sys

from . import landlock, seccomp
from .calls import MACHINES
from .process import drop_capabilities, leave_network, never_gain_rights

TYPE_CHECKING = False
if TYPE_CHECKING:  # without `typing`: every compiler starts through here (tool.py)
    from collections.abc import Iterable, Sequence
    from typing import Final

    from .held import Walls

REQUIRE: Final = "ESPALIER_REQUIRE_CONFINEMENT"
"""Variable that refuses to go on where a wall is missing (--require-confinement)."""

SYSTEM: Final = (
    "/usr", "/lib", "/lib64", "/lib32", "/bin", "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/ld.so.conf",
    "/etc/ld.so.conf.d", "/etc/localtime", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/alternatives",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems", "/proc/sys/vm",
    "/proc/sys/kernel/osrelease", "/sys/devices/system", "/sys/fs/cgroup",
    "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom",
)  # fmt: skip
"""What programs and libraries read of a machine: themselves, and how many cores and how much memory there are."""


def read_places() -> tuple[str, ...]:
    """Where Python and its packages lie, and what they read of the machine."""
    packages = (*sys.path, *site.getsitepackages(), sys.prefix, sys.base_prefix, sys.exec_prefix)
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    own = {os.path.realpath(place) for place in (*packages, *libraries) if place}
    return (*SYSTEM, *sorted({*own, *(linked for place in own for linked in _linked(place))} - {"/"}))


def _linked(folder: str) -> set[str]:
    """Where the packages of a folder lie that are links, or whose files are (`uv --link-mode symlink`, Nix)."""
    found = set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                first = os.path.join(entry.path, "__init__.py")
                if entry.is_symlink():
                    found.add(os.path.realpath(entry.path))
                elif os.path.islink(first):
                    found.add(os.path.dirname(os.path.dirname(os.path.realpath(first))))
    except OSError:
        pass  # a .zip, or no folder
    return found


def enclose(
    *, reads: Sequence[str], writes: Sequence[str], devices: Sequence[str] = (), alone: bool = True
) -> Walls:
    """Put the walls up around this process, and say which stand: it may read `reads` and the machine's programs, write
    below `writes`, and use `devices` (a camera).

    `alone`: it starts no program and no process either; else it is a compiler, which makes links, too. To be called while the
    process has one thread.
    """
    from .held import Walls

    return Walls(*raise_walls(reads=reads, writes=writes, devices=devices, alone=alone))


def raise_walls(
    *, reads: Sequence[str], writes: Sequence[str], devices: Sequence[str], alone: bool
) -> tuple[int, bool, bool, bool]:
    """`enclose`, with the fields of Walls as they are: needs no module beyond the first few of Python's start."""
    rights = never_gain_rights()
    network = leave_network()
    rights = drop_capabilities() and rights
    run = 0 if alone else landlock.RUN
    may_write = landlock.WRITE | run | (0 if alone else landlock.MAKE_LINKS)
    rules = [
        *((place, landlock.READ | run) for place in (*read_places(), *reads)),
        ("/dev/null", landlock.READ | landlock.WRITE_FILE),
        *((place, may_write) for place in writes),
        *((place, landlock.USE_DEVICE) for place in devices),
    ]
    return _files(rules), _calls(alone, bool(devices)), network, rights


def _files(rules: Iterable[tuple[str, int]]) -> int:
    try:
        return landlock.close_files(rules)
    except OSError:
        return 0


def _calls(alone: bool, devices: bool) -> bool:
    machine = os.uname().machine
    if machine not in MACHINES or sys.maxsize < 1 << 32:
        return False
    try:
        seccomp.close_calls(seccomp.reader(machine, os.getpid(), devices=devices) if alone else seccomp.tool(machine))
    except OSError:
        return False
    return True


def behind(command: Sequence[str], folder: str | os.PathLike[str], reads: Sequence[str] = ()) -> list[str]:
    """The command that runs a compiler, or what it made, behind walls of its own: it writes in `folder` only."""
    if sys.platform != "linux":
        return list(command)
    places = os.pathsep.join(sorted(set(reads)))
    return [sys.executable, "-I", os.path.join(os.path.dirname(__file__), "tool.py"), os.fspath(folder), places, *command]
