"""Walls around a process that the kernel holds, for native code too: files (Landlock), system calls (seccomp), network,
rights, memory.

They are put up before the bytes of a stranger are opened, and never come down. A wall that this kernel does not have is
named: `Walls.lacks`. Needs nothing but the standard library: `python -I -S walls/tool.py` starts compilers behind them.
"""

from __future__ import annotations

import os
import platform
import site
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import landlock, seccomp
from .calls import MACHINES
from .process import drop_capabilities, leave_network, never_gain_rights

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Walls:
    """What holds a process. `files`: the version of Landlock, 0: none."""

    files: int = 0
    calls: bool = False
    network: bool = False
    rights: bool = False

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is missing, as phrases; empty where every wall stands."""
        rows = (
            (self.files == 0, "files: this kernel has no Landlock (Linux 5.13), or it is off"),
            (0 < self.files < 3, f"cutting files short: Landlock {self.files} does not hold it (3: Linux 6.2)"),
            (not self.calls, "system calls: this kernel or processor has no filter of ours (seccomp)"),
            (not (self.calls or self.network), "network: this user gets no namespace of its own"),
            (not self.rights, "rights: the kernel does not take them away"),
        )
        return tuple(text for missing, text in rows if missing)


def read_places() -> tuple[str, ...]:
    """Where Python and its packages lie, and what they read of the machine."""
    packages = (*sys.path, *site.getsitepackages(), sys.prefix, sys.base_prefix, sys.exec_prefix)
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    own = {os.path.realpath(place) for place in (*packages, *libraries) if place}
    return (*SYSTEM, *sorted(own - {"/"}))


def enclose(
    *, reads: Sequence[str], writes: Sequence[str], devices: Sequence[str] = (), alone: bool = True
) -> Walls:
    """Put the walls up around this process: it may read `reads` and the machine's programs, write below `writes`,
    and use `devices` (a camera).

    `alone`: it starts no program and no process either; else it is a compiler, which makes links, too. To be called while the
    process has one thread.
    """
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
    return Walls(files=_files(rules), calls=_calls(alone, bool(devices)), network=network, rights=rights)


def _files(rules: Iterable[tuple[str, int]]) -> int:
    try:
        return landlock.close_files(rules)
    except OSError:
        return 0


def _calls(alone: bool, devices: bool) -> bool:
    machine = platform.machine()
    if machine not in MACHINES or sys.maxsize < 1 << 32:
        return False
    try:
        seccomp.close_calls(seccomp.reader(machine, os.getpid(), devices=devices) if alone else seccomp.tool(machine))
    except OSError:
        return False
    return True


def in_words(walls: Iterable[Walls]) -> str:
    """What holds some processes, in a line: "whole", or what is missing."""
    lacks = sorted({text for each in walls for text in each.lacks})
    return "missing " + "; ".join(lacks) if lacks else "whole"


def behind(command: Sequence[str], folder: Path, reads: Sequence[str] = ()) -> list[str]:
    """The command that runs a compiler, or what it made, behind walls of its own: it writes in `folder` only."""
    if sys.platform != "linux":
        return list(command)
    places = os.pathsep.join(sorted(set(reads)))
    return [sys.executable, "-I", str(Path(__file__).with_name("tool.py")), str(folder), places, *command]
