"""What holds a process, and what is missing, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Walls(NamedTuple):
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


def in_words(walls: Iterable[Walls]) -> str:
    """What holds some processes, in a line: "whole", or what is missing."""
    lacks = sorted({text for each in walls for text in each.lacks})
    return "missing " + "; ".join(lacks) if lacks else "whole"
