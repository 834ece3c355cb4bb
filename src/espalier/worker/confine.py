"""What a child process may do: memory, processor time, file size, no network, no programs, reads what it was given, writes
only into its scratch folder.

The walls (espalier.walls) and the kernel's limits hold native code; which walls this kernel lacks is told. The audit hook
is a second line inside Python, and says in words what was refused.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Sequence
from typing import Any

from ..errors import ToolMissingError
from ..limits import LIMITS
from ..walls import REQUIRE, enclose
from ..walls.held import Walls

_PR_SET_PDEATHSIG = 1

_FORBIDDEN = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.getaddrinfo",
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.forkpty",
        "pty.spawn",
        "urllib.Request",
    }
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PATH_EVENTS = frozenset(
    {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"}
)


def confine(
    *, memory_bytes: int, file_bytes: int, scratch: str, reads: Sequence[str] = (), devices: Sequence[str] = ()
) -> Walls:
    """Confine this process, which has one thread yet, for ever; returns what holds it. `reads`: files and folders of
    others; `devices`: cameras.

    Raises ToolMissingError where a wall is missing and the user requires all (espalier.walls.REQUIRE)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    real = real_memory_bytes()
    _cap(resource.RLIMIT_AS, min(memory_bytes, real + LIMITS.prepared_bytes))
    _cap(resource.RLIMIT_DATA, max(real, LIMITS.least_memory_bytes))
    _cap(resource.RLIMIT_FSIZE, file_bytes)
    _cap(resource.RLIMIT_CORE, 0)
    _cap(resource.RLIMIT_NPROC, LIMITS.worker_threads)
    held = Walls()
    if sys.platform == "linux":
        writes = (os.path.realpath(scratch), *map(os.path.dirname, _measured()))
        held = enclose(reads=reads, writes=writes, devices=devices)
    if held.lacks and os.environ.get(REQUIRE):
        raise ToolMissingError(
            "this machine cannot confine the process that reads the input: " + "; ".join(held.lacks),
            supported="Linux 6.2 or newer on x86-64 or aarch64, with Landlock and seccomp",
            next_step="use such a machine, or leave out --require-confinement: the other walls stand (espalier doctor)",
        )
    sys.addaudithook(_hook(os.path.realpath(scratch)))
    return held


def real_memory_bytes() -> int:
    """The memory that this machine, or the container on it, has."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as file:
            text = file.read().strip()
    except (OSError, ValueError):
        return found
    return min(found, int(text)) if text.isdigit() and int(text) > 0 else found


def allow_seconds(seconds: float) -> None:
    """From now on, so many seconds of every core: then this process ends by SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds * (os.cpu_count() or 1)) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _cap(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def _measured() -> tuple[str, ...]:
    """The data files of a developer's coverage run, when one is on: set by the environment, never by an input."""
    file = os.environ.get("COVERAGE_FILE", "")
    return (os.path.realpath(file) + ".",) if file and "COVERAGE_PROCESS_CONFIG" in os.environ else ()


def _hook(scratch: str) -> Any:
    allowed = (scratch + os.sep, "/dev/", f"/proc/{os.getpid()}/", *_measured())

    def check(path: str | bytes | os.PathLike[str] | int | None) -> None:
        if isinstance(path, int) or path is None:
            return
        real = os.path.realpath(os.fsdecode(path))
        if real != scratch and not real.startswith(allowed):
            raise PermissionError(f"a child process may not write to {real}")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _FORBIDDEN:
            raise PermissionError(f"a child process may not do {event}")
        if event == "open":
            path, mode, flags = arguments
            writing = (
                any(c in mode for c in "wax+") if isinstance(mode, str) else bool((flags or 0) & _WRITING)
            )
            if writing:
                check(path)
        elif event in _PATH_EVENTS:
            for path in arguments[: 2 if event in ("os.rename", "os.link", "os.symlink") else 1]:
                if isinstance(path, str | bytes | os.PathLike):
                    check(path)

    return hook
