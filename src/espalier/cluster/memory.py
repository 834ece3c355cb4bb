"""How much memory this machine has left, and how much a process takes with all that it started."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def available_bytes() -> int | None:
    """What can be taken without swapping, under the limit of a container, too; None where the system does not say."""
    found = []
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        found.append(next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")))
    with contextlib.suppress(OSError, ValueError):  # cgroup v2; "max" is no number
        limit = int((_CGROUP / "memory.max").read_text())
        stat = (_CGROUP / "memory.stat").read_text().splitlines()
        reclaimable = [int(line.split()[1]) for line in stat if line.startswith("inactive_file ")]
        found.append(limit - int((_CGROUP / "memory.current").read_text()) + sum(reclaimable))
    return max(0, min(found)) if found else None


def tree_bytes(process: int) -> int:
    """What a process and all below it take, pages that several share counted once; 0 where the system does not say."""
    return sum(map(process_bytes, tree(process)))


def tree(process: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    with contextlib.suppress(OSError):
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError, ValueError, IndexError):
                    parent = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
                    children.setdefault(parent, []).append(int(entry))
    found, waiting = [], [process]
    while waiting:
        each = waiting.pop()
        waiting += children.get(each, [])
        found.append(each)
    return found


def process_bytes(process: int) -> int:
    """Proportional set size; 0 of a process that has ended."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
