"""`python -I tool.py FOLDER READS PROGRAM ...`: run a program that may write in FOLDER only, behind the walls for compilers.

It reads FOLDER, READS (folders, with colons between), itself and the machine's programs; it reaches no network, no other
process and no device.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys


def main() -> None:
    """Become the program."""
    folder, reads, *command = sys.argv[1:]
    # By its place and not by its package: starting a compiler must not import the rest.
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    walls = importlib.import_module("walls")
    sys.path.pop(0)
    places = [place for place in (*reads.split(os.pathsep), *_homes(command[0])) if place]
    held = walls.enclose(reads=places, writes=[os.path.realpath(folder)], alone=False)
    if held.lacks and os.environ.get(walls.REQUIRE):
        sys.exit("--require-confinement: " + "; ".join(held.lacks))
    os.environ |= {"TMPDIR": os.path.realpath(folder), "CCACHE_DISABLE": "1"}
    try:
        os.execvp(command[0], command)
    except OSError as problem:
        print(f"{os.path.basename(command[0])} cannot start: {problem.strerror}", file=sys.stderr)
        sys.exit(127)


def _homes(program: str) -> list[str]:
    """Where a program lies, and, of bin/PROGRAM, what lies beside that bin: its libraries and parts."""
    found = os.path.realpath(shutil.which(program) or program)
    folder = os.path.dirname(found)
    return [os.path.dirname(folder) if os.path.basename(folder) == "bin" else folder]


if __name__ == "__main__":
    main()
