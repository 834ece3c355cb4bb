"""`python -I tool.py FOLDER READS PROGRAM ...`: run a program that may write in FOLDER only, behind the walls for compilers.

It reads FOLDER, READS (folders, with colons between), itself and the machine's programs; it reaches no network, no other
process and no device. A build starts hundreds of compilers, so this imports as little as it can.
"""

from __future__ import annotations

import importlib
import os
import sys


def main() -> None:
    """Become the program."""
    folder, reads, *command = sys.argv[1:]
    # By its place and not by its package: starting a compiler must not import the rest.
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    walls = importlib.import_module("walls")
    places = [place for place in (*reads.split(os.pathsep), *_homes(command[0])) if place]
    held = walls.raise_walls(reads=places, writes=[os.path.realpath(folder)], devices=(), alone=False)
    if os.environ.get(walls.REQUIRE) and (lacks := importlib.import_module("walls.held").Walls(*held).lacks):
        sys.exit("--require-confinement: " + "; ".join(lacks))
    sys.path.pop(0)
    os.environ |= {"TMPDIR": os.path.realpath(folder), "CCACHE_DISABLE": "1"}
    try:
        os.execvp(command[0], command)
    except OSError as problem:
        print(f"{os.path.basename(command[0])} cannot start: {problem.strerror}", file=sys.stderr)
        sys.exit(127)


def _homes(program: str) -> list[str]:
    """Where a program lies, and, of bin/PROGRAM, what lies beside that bin: its libraries and parts."""
    found = os.path.realpath(next(filter(os.path.isfile, _places(program)), program))
    folder = os.path.dirname(found)
    return [os.path.dirname(folder) if os.path.basename(folder) == "bin" else folder]


def _places(program: str) -> list[str]:
    """Where a program may lie: itself when it is a path, else on PATH."""
    return [program] if "/" in program else [os.path.join(place, program) for place in os.get_exec_path()]


if __name__ == "__main__":
    main()
