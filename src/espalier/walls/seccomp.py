"""System calls that a process may make, as a filter that the kernel runs (seccomp; Linux 3.17).

`reader`: what reads files and computes. It starts no program and no process, opens no socket, sends no signal but to itself.
`tool`: what starts programs of its own (a compiler). It may do that, and nothing that reaches outward.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from .calls import MACHINES, NEWEST, by_argument, harmless, outward

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SET_FILTER, _ALL_THREADS, _NO_SPECULATION_COST = 1, 1, 4
_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS

_CLONE_THREAD = 0x10000
_NAMESPACES = 0x7E020080
"""The flags of clone that make namespaces."""
_PRCTL = (15, 16, 0x53564D41)
"""PR_SET_NAME, PR_GET_NAME, PR_SET_VMA."""
_IOCTL = (0x5401, 0x5421, 0x5450, 0x5451, 0x541B, 0x5413)
"""TCGETS, FIONBIO, FIONCLEX, FIOCLEX, FIONREAD, TIOCGWINSZ."""
_FCNTL_SIGNALS = (8, 10, 15)
"""F_SETOWN, F_SETSIG, F_SETOWN_EX: they send signals to others."""

Step = tuple[int, int, int, int]


def reader(machine: str, pid: int, *, devices: bool = False) -> list[Step]:
    """The filter of a process with this number that reads and computes. `devices`: it may ask whatever of those that it
    may open."""
    special = by_argument(machine)
    free = harmless(machine)
    return [
        *_head(machine),
        *_case(special["clone"], 0, [(_ANY_BIT, 0, 1, _CLONE_THREAD), (_RETURN, 0, 0, _ALLOW)]),
        (_EQUAL, 0, 1, special["clone3"]),
        (_RETURN, 0, 0, _ABSENT),  # its flags lie in memory; the C library then takes clone
        *_case(special["kill"], 0, _among((pid,), _ALLOW)),
        *_case(special["tgkill"], 0, _among((pid,), _ALLOW)),
        *_case(special["prlimit64"], 0, _among((0, pid), _ALLOW)),
        *_case(special["prctl"], 0, _among(_PRCTL, _ALLOW)),
        *_case(special["ioctl"], 1, [(_RETURN, 0, 0, _ALLOW)] if devices else _among(_IOCTL, _ALLOW)),
        *_case(special["fcntl"], 1, [*_among(_FCNTL_SIGNALS, _REFUSE), (_RETURN, 0, 0, _ALLOW)]),
        *_listed(free.values(), _ALLOW),
        (_GREATER, 0, 1, NEWEST),
        (_RETURN, 0, 0, _ABSENT),
        (_RETURN, 0, 0, _REFUSE),
    ]


def tool(machine: str) -> list[Step]:
    """The filter of a compiler and of what it starts."""
    special = by_argument(machine)
    return [
        *_head(machine),
        *_case(special["clone"], 0, [(_ANY_BIT, 1, 0, _NAMESPACES), (_RETURN, 0, 0, _ALLOW)]),
        (_EQUAL, 0, 1, special["clone3"]),
        (_RETURN, 0, 0, _ABSENT),
        *_listed(outward(machine).values(), _REFUSE),
        (_GREATER, 0, 1, NEWEST),
        (_RETURN, 0, 0, _ABSENT),
        (_RETURN, 0, 0, _ALLOW),
    ]


def close_calls(steps: list[Step]) -> None:
    """Set a filter for this process and all that it starts, for ever; no_new_privs must be set. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    code = b"".join(struct.pack("<HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(steps), ctypes.addressof(buffer))
    number = by_argument(os.uname().machine)["seccomp"]
    flags = _ALL_THREADS | _NO_SPECULATION_COST
    if libc.syscall(number, _SET_FILTER, flags, program) == 0 or libc.syscall(number, _SET_FILTER, 0, program) == 0:
        return
    code_of_error = ctypes.get_errno()
    raise OSError(code_of_error, os.strerror(code_of_error))


def _head(machine: str) -> list[Step]:
    """Calls of another architecture have other numbers: their caller ends."""
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, MACHINES[machine][0]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]


def _case(number: int, argument: int, body: list[Step]) -> list[Step]:
    """`body` looks at the low half of an argument of this call; what it does not decide is refused."""
    inner: list[Step] = [(_LOAD, 0, 0, 16 + 8 * argument), *body, (_RETURN, 0, 0, _REFUSE)]
    return [(_EQUAL, 0, len(inner), number), *inner]


def _among(values: Iterable[int], answer: int) -> list[Step]:
    return [step for value in values for step in ((_EQUAL, 0, 1, value), (_RETURN, 0, 0, answer))]


def _listed(numbers: Iterable[int], answer: int) -> list[Step]:
    """`answer` for these numbers; runs of neighbours take one comparison more than a single one."""
    steps: list[Step] = []
    for first, last in _runs(sorted(numbers)):
        if first == last:
            steps += [(_EQUAL, 0, 1, first), (_RETURN, 0, 0, answer)]
        else:
            # number > last: past both; number > first - 1: answer
            steps += [(_GREATER, 2, 0, last), (_GREATER, 0, 1, first - 1) if first else (_GREATER, 0, 0, 0)]
            steps += [(_RETURN, 0, 0, answer)]
    return steps


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
