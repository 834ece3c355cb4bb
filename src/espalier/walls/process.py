"""What a process gives up: new rights, the network, its capabilities."""

from __future__ import annotations

import ctypes
import os
import struct

from .calls import MACHINES, by_argument

_NO_NEW_PRIVS, _DROP_BOUND = 38, 24
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
_CAPABILITIES_VERSION = 0x20080522
_CAPABILITIES = 64


def never_gain_rights() -> bool:
    """No program that this process starts has more rights than it (no_new_privs); whether the kernel agreed."""
    return bool(ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def leave_network() -> bool:
    """A network of its own with nothing in it; whether the kernel allows this user one."""
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0 and libc.unshare(_CLONE_NEWNET | _CLONE_NEWIPC) == 0:
        return True
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) != 0:
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        except OSError:
            break
    return True


def drop_capabilities() -> bool:
    """What the kernel allows root beyond other users is given up for good; whether nothing is left."""
    libc = ctypes.CDLL(None, use_errno=True)
    for number in range(_CAPABILITIES):
        libc.prctl(_DROP_BOUND, number, 0, 0, 0)  # refused where there is none to drop
    machine = os.uname().machine
    if machine not in MACHINES:
        return os.geteuid() != 0
    head = struct.pack("<Ii", _CAPABILITIES_VERSION, 0)
    return bool(libc.syscall(by_argument(machine)["capset"], head, bytes(24)) == 0)
