"""What native code in a child process tries: plain calls of the C library and the kernel, which no hook of Python sees.

`python tests/attacks/native_code.py` starts a child as the build does and prints a row for each try. Exit status 1 when one of
them got through.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import pwd
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from espalier.walls.calls import by_argument, outward
from espalier.worker import SIDES, confine
from espalier.worker.ask import Ask, Handler
from espalier.worker.client import Worker

SECRET = "this is none of its business"


class Try(Ask[str], frozen=True):
    """Answered with "" when the kernel refused it, else with what was done."""

    name: str
    outside: str
    parent: int
    port: int
    unix: str


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _number(name: str) -> int:
    """Of a system call that the tables know."""
    machine = platform.machine()
    known = outward(machine) | by_argument(machine) | _MORE[machine]
    return known[name]


_MORE = {
    "x86_64": {
        "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "chmod": 90, "fchmodat": 268, "chown": 92, "link": 86,
        "symlink": 88, "utimensat": 280, "setxattr": 188, "memfd_create": 319, "tkill": 200, "rt_sigqueueinfo": 129,
        "sched_setaffinity": 203, "setpriority": 141, "inotify_init1": 294, "chdir": 80,
    },
    "aarch64": {
        "execve": 221, "execveat": 281, "fchmodat": 53, "utimensat": 88, "setxattr": 5, "memfd_create": 279, "tkill": 130,
        "rt_sigqueueinfo": 138, "sched_setaffinity": 122, "setpriority": 140, "inotify_init1": 26, "chdir": 49,
    },
}  # fmt: skip


def _call(name: str, *arguments: Any) -> int:
    return int(_libc().syscall(_number(name), *arguments))


REFUSED = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EXDEV}
"""How the walls refuse. EXDEV is Landlock's, of a rename between folders."""


def _did(answer: int, what: str) -> str:
    """What was done, or why the try was none: a call that fails for a reason of its own shows nothing."""
    if answer >= 0:
        return what
    return "" if ctypes.get_errno() in REFUSED else f"no try at all: {os.strerror(ctypes.get_errno())}"


def _file(path: str, flags: int) -> str:
    return _did(_libc().open(path.encode(), flags, 0o600), f"opened {path}")


def _exec(path: bytes) -> str:
    """In a process of its own, if there can be one; else here, where success ends this one."""
    arguments = (ctypes.c_char_p * 2)(path, None)
    answer = _libc().execve(path, arguments, None)
    return _did(answer, "another program")


def _mapped(path: str) -> str:
    handle = _libc().open(path.encode(), os.O_RDWR)
    return _did(handle, "mapped") if handle < 0 else f"mapped {mmap.mmap(handle, 0)}"


def _address(family: int, port: int, host: bytes = b"\x7f\x00\x00\x01") -> bytes:
    return struct.pack("=H", family) + struct.pack(">H", port) + host + bytes(8)


def _socket(kind: int = socket.SOCK_STREAM, family: int = socket.AF_INET) -> int:
    return int(_libc().socket(int(family), int(kind), 0))


def _at(do: str, family: int, address: bytes, kind: int = socket.SOCK_STREAM) -> str:
    """Connect or bind a new socket."""
    handle = _socket(kind, family)
    if handle < 0:
        return _did(handle, "")
    return _did(getattr(_libc(), do)(handle, address, len(address)), do)


def _connect(call: Try) -> str:
    return _at("connect", socket.AF_INET, _address(socket.AF_INET, call.port))


def _bind(call: Try) -> str:
    return _at("bind", socket.AF_INET, _address(socket.AF_INET, 0))


def _unix(call: Try) -> str:
    return _at("connect", socket.AF_UNIX, struct.pack("=H", socket.AF_UNIX) + call.unix.encode() + b"\0")


def _abstract(call: Try) -> str:
    return _at("bind", socket.AF_UNIX, struct.pack("=H", socket.AF_UNIX) + b"\0espalier-test")


def _datagram(call: Try) -> str:
    """Sent by connecting: whoever has a datagram socket may send."""
    return _at("connect", socket.AF_INET, _address(socket.AF_INET, call.port), socket.SOCK_DGRAM)


def _memory(call: Try) -> str:
    local = ctypes.create_string_buffer(8)
    here = struct.pack("PN", ctypes.addressof(local), 8)
    there = struct.pack("PN", 0x400000, 8)
    return _did(_call("process_vm_readv", call.parent, here, 1, there, 1, 0), "read the parent")


def _thread_free(call: Try) -> str:
    """A new process by clone without CLONE_THREAD."""
    number = _number("clone")
    answer = int(_libc().syscall(number, 17, None, None, None, None))
    if answer == 0:
        os._exit(0)
    return _did(answer, "a new process")


def _fork(call: Try) -> str:
    answer = int(_libc().fork())
    if answer == 0:
        os._exit(0)
    return _did(answer, "a new process")


def _as_was(call: Try) -> str:
    """Whether a hard limit can be raised again."""
    limit = struct.pack("QQ", 1 << 62, 1 << 62)
    return _did(_libc().setrlimit(1, limit), "the file size limit")


def _owner_of_signals(call: Try) -> str:
    reading, _ = os.pipe()
    return _did(_libc().fcntl(reading, 8, call.parent), "F_SETOWN")


def _opened(path: str, flags: int, then: Callable[[int], int], what: str) -> str:
    """A try that needs a descriptor first: where that is refused, so is the try."""
    handle = int(_libc().open(path.encode(), flags, 0o600))
    return _did(handle if handle < 0 else then(handle), what)


TRIES: dict[str, Callable[[Try], str]] = {
    "read a file outside": lambda c: _file(f"{c.outside}/secret", os.O_RDONLY),
    "read /etc/shadow": lambda c: _file("/etc/shadow", os.O_RDONLY),
    "read the home folder": lambda c: _file(_home(), os.O_RDONLY | os.O_DIRECTORY),
    "write a file outside": lambda c: _file(f"{c.outside}/secret", os.O_WRONLY),
    "make a file outside": lambda c: _file(f"{c.outside}/new", os.O_WRONLY | os.O_CREAT),
    "append to /proc/self/mem of the parent": lambda c: _file(f"/proc/{c.parent}/mem", os.O_RDWR),
    "read the parent's environment": lambda c: _file(f"/proc/{c.parent}/environ", os.O_RDONLY),
    "open by another folder's descriptor": lambda c: _opened(
        c.outside, os.O_PATH, lambda folder: _libc().openat(folder, b"secret", os.O_RDONLY), "opened"
    ),
    "map a file outside": lambda c: _mapped(f"{c.outside}/secret"),
    "cut a file outside": lambda c: _did(_libc().truncate(f"{c.outside}/secret".encode(), 0), "cut"),
    "remove a file outside": lambda c: _did(_libc().unlink(f"{c.outside}/secret".encode()), "removed"),
    "remove a folder outside": lambda c: _did(_libc().rmdir(f"{c.outside}/folder".encode()), "removed"),
    "make a folder outside": lambda c: _did(_libc().mkdir(f"{c.outside}/more".encode(), 0o700), "made"),
    "rename a file outside": lambda c: _did(
        _libc().rename(f"{c.outside}/secret".encode(), f"{c.outside}/other".encode()), "renamed"
    ),
    "move a file in": lambda c: _did(_libc().rename(f"{c.outside}/secret".encode(), b"taken"), "moved"),
    "link a file in": lambda c: _did(_libc().link(f"{c.outside}/secret".encode(), b"linked"), "linked"),
    "make a symbolic link": lambda c: _did(_libc().symlink(b"/etc/passwd", b"link"), "linked"),
    "change the mode of a file outside": lambda c: _did(_libc().chmod(f"{c.outside}/secret".encode(), 0o777), "changed"),
    "change the owner of a file outside": lambda c: _did(_libc().chown(f"{c.outside}/secret".encode(), 0, 0), "changed"),
    "change the times of a file outside": lambda c: _did(
        _libc().utimensat(-100, f"{c.outside}/secret".encode(), None, 0), "changed"
    ),
    "set an extended attribute": lambda c: _did(
        _libc().setxattr(f"{c.outside}/secret".encode(), b"user.x", b"1", 1, 0), "set"
    ),
    "make a device": lambda c: _did(_libc().mknod(b"device", 0o60600, 0x800), "made"),
    "make a named pipe": lambda c: _did(_libc().mkfifo(b"pipe", 0o600), "made"),
    "open a disk": lambda c: _file("/dev/vda", os.O_RDONLY),
    "open the terminal": lambda c: _file("/dev/tty", os.O_RDWR),
    "fork": _fork,
    "clone a process": _thread_free,
    "clone3": lambda c: _did(_call("clone3", struct.pack("8Q", 0, 0, 0, 0, 17, 0, 0, 0), 64), "a new process"),
    "execute a program": lambda c: _exec(b"/bin/true"),
    "execute by a descriptor": lambda c: _opened(
        "/bin/true", os.O_RDONLY, lambda program: _call("execveat", program, b"", None, None, 0x1000), "executed"
    ),
    "make a program in memory": lambda c: _did(_call("memfd_create", b"x", 0), "made"),
    "connect to a port of this machine": _connect,
    "open a port": _bind,
    "send a datagram": _datagram,
    "open a raw socket": lambda c: _did(_socket(socket.SOCK_RAW), "opened"),
    "talk to the kernel by netlink": lambda c: _did(_socket(socket.SOCK_RAW, socket.AF_NETLINK), "opened"),
    "connect to a unix socket": _unix,
    "bind an abstract unix socket": _abstract,
    "make a pair of sockets": lambda c: _did(_libc().socketpair(1, 1, 0, bytes(8)), "made"),
    "trace the parent": lambda c: _did(_libc().ptrace(16, c.parent, None, None), "traced"),
    "let the parent trace": lambda c: _did(_libc().ptrace(0, 0, None, None), "traced"),
    "read the parent's memory": _memory,
    "ask after the parent by kill 0": lambda c: _did(_libc().kill(c.parent, 0), "allowed"),
    "stop the parent": lambda c: _did(_libc().kill(c.parent, 19), "sent"),
    "signal a thread of the parent": lambda c: _did(_call("tkill", c.parent, 0), "allowed"),
    "queue a signal": lambda c: _did(_call("rt_sigqueueinfo", c.parent, 10, bytes(128)), "sent"),
    "have signals sent to the parent": _owner_of_signals,
    "open the parent as a descriptor": lambda c: _did(_call("pidfd_open", c.parent, 0), "opened"),
    "give the parent another priority": lambda c: _did(_libc().setpriority(0, c.parent, 19), "set"),
    "give the parent another limit": lambda c: _did(_libc().prlimit(c.parent, 7, struct.pack("QQ", 1, 1), None), "set"),
    "move the parent to one core": lambda c: _did(_call("sched_setaffinity", c.parent, 8, struct.pack("Q", 1)), "moved"),
    "raise its own limit again": _as_was,
    "shared memory of System V": lambda c: _did(_libc().shmget(77, 4096, 0o1666), "made"),
    "shared memory of POSIX": lambda c: _file("/dev/shm/espalier-test", os.O_RDWR | os.O_CREAT),
    "a queue of messages": lambda c: _did(_libc().msgget(77, 0o1666), "made"),
    "io_uring": lambda c: _did(_call("io_uring_setup", 8, bytes(120)), "set up"),
    "mount": lambda c: _did(_libc().mount(b"none", b".", b"tmpfs", 0, None), "mounted"),
    "unmount": lambda c: _did(_libc().umount2(b"/proc", 2), "unmounted"),
    "a new user namespace": lambda c: _did(_libc().unshare(0x10000000), "made"),
    "a new mount namespace": lambda c: _did(_libc().unshare(0x00020000), "made"),
    "join the parent's namespace": lambda c: _opened(
        f"/proc/{c.parent}/ns/net", os.O_RDONLY, lambda namespace: _libc().setns(namespace, 0), "joined"
    ),
    "another root": lambda c: _did(_libc().chroot(b"."), "changed"),
    "become another user": lambda c: _did(_libc().setuid(1 if os.geteuid() == 0 else 0), "became"),
    "a program for the kernel": lambda c: _did(_call("bpf", 0, bytes(128), 128), "loaded"),
    "counters of the processor": lambda c: _did(_call("perf_event_open", bytes(128), 0, -1, -1, 0), "opened"),
    "pages by hand": lambda c: _did(_call("userfaultfd", 0), "opened"),
    "the kernel's keys": lambda c: _did(_call("keyctl", 0, -3, 1), "seen"),
    "load a module": lambda c: _did(_call("init_module", b"", 0, b""), "loaded"),
    "restart the machine": lambda c: _did(_libc().reboot(0), "restarted"),
    "the machine's name": lambda c: _did(_libc().sethostname(b"x", 1), "set"),
    "the clock": lambda c: _did(_libc().clock_settime(0, struct.pack("qq", 1, 0)), "set"),
    "type on a terminal (TIOCSTI)": lambda c: _did(_libc().ioctl(0, 0x5412, b"x"), "typed"),
    "have rights again (dumpable)": lambda c: _did(_libc().prctl(4, 1, 0, 0, 0), "set"),
}  # fmt: skip
"""What is tried -> the try, which says what it did."""


HARMLESS = (
    "read a file outside", "make a file outside", "read the parent's environment", "open by another folder's descriptor",
    "map a file outside", "make a folder outside", "link a file in", "make a symbolic link",
    "change the mode of a file outside", "change the times of a file outside", "make a named pipe", "fork", "clone a process",
    "make a program in memory", "connect to a port of this machine", "open a port", "send a datagram",
    "connect to a unix socket", "bind an abstract unix socket", "make a pair of sockets", "ask after the parent by kill 0",
    "signal a thread of the parent", "have signals sent to the parent", "open the parent as a descriptor",
    "shared memory of POSIX", "remove a folder outside", "cut a file outside", "rename a file outside",
)  # fmt: skip
"""Tries that a process without walls may be let do: they show that a try is one. In this order."""
OPEN = "NATIVE_CODE_WITHOUT_WALLS"


def _home() -> str:
    """This user's, or everybody's."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    return home if os.path.isdir(home) else "/home"


def attempt(call: Try) -> str:
    """One try."""
    return TRIES[call.name](call)


def handlers() -> tuple[Handler, ...]:
    """What this process answers."""
    return (attempt,)


class Native(Worker):
    """A child as a build starts it, that answers Try."""

    entry = "native_code"

    def _environment(self) -> dict[str, str]:
        kept = super()._environment() | {name: os.environ[name] for name in (OPEN,) if name in os.environ}
        return kept | {"PYTHONPATH": kept["PYTHONPATH"] + os.pathsep + str(Path(__file__).parent)}


def run_all(top: Path, names: Iterable[str] = tuple(TRIES)) -> tuple[dict[str, str], tuple[str, ...]]:
    """Every try in a child: name -> what got through ("": nothing); and what walls this kernel lacks. `top`: an empty folder."""
    outside = top / "outside"
    (outside / "folder").mkdir(parents=True)
    (outside / "secret").write_text(SECRET)
    done = {}
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as unix,
        Native("native", scratch=_folder(top / "scratch")) as child,  # type: ignore[arg-type]
    ):
        unix.bind(str(top / "unix"))
        unix.listen()
        child.wait_ready()
        for name in names:
            call = Try(name=name, outside=str(outside), parent=os.getpid(), port=server.getsockname()[1], unix=str(top / "unix"))
            done[name] = child.ask(call, seconds=20.0)
        lacks = child.walls.lacks if child.walls else ("everything",)
    kept = {path.name: path.read_text() if path.is_file() else "" for path in outside.iterdir()}
    if kept != {"secret": SECRET, "folder": ""}:
        done["the folder outside is as it was"] = "it is not"
    return done, lacks


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def main() -> int:
    """Print a row for each try."""
    with tempfile.TemporaryDirectory() as top:
        began = time.monotonic()
        done, lacks = run_all(Path(top))
    for name, got in done.items():
        print(f"{'BLOCKED' if not got else 'THROUGH':<8} {name}{': ' + got if got else ''}")
    through = sum(map(bool, done.values()))
    seconds = time.monotonic() - began
    print(f"uid {os.getuid()}: {len(done)} tries, {through} got through, {seconds:.1f} s; lacks: {lacks or 'none'}")
    return int(through > 0)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        from espalier.worker.__main__ import main as child_main

        if OPEN in os.environ:
            confine.enclose = lambda **_: confine.Walls()  # type: ignore[assignment]
        SIDES["native"] = "native_code"  # type: ignore[index]
        sys.exit(child_main())
    sys.exit(main())
