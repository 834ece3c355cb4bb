"""What a child process may do: memory, file size, no network, no programs, writes only into its scratch folder.

The kernel's limits hold always. The network namespace holds where the kernel allows an unprivileged one. The audit
hook is a second line inside Python; native code is held by the first two only.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000

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


def confine(*, memory_bytes: int, file_bytes: int, scratch: str) -> None:
    """Confine this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux":
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _cap(resource.RLIMIT_AS, memory_bytes)
    _cap(resource.RLIMIT_FSIZE, file_bytes)
    _cap(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        _leave_network(libc)
    sys.addaudithook(_hook(os.path.realpath(scratch)))


def _cap(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def _leave_network(libc: ctypes.CDLL) -> None:
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        libc.unshare(_CLONE_NEWNET)
        return
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        except OSError:
            return


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
