"""What the walls around child processes cost: a command of Espalier with and without them, by turns.

    python benchmarks/walls_cost.py --pairs 5 -- build examples/digits/recipe.toml --out /tmp/walls-cost --fresh --tools none -q

Prints the processor time of all processes (the figure to trust on a busy machine) and the time on the wall, of each pair, and
the median ratio. The goal is under 3 %.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

OPEN = "WALLS_COST_OPEN"


def child() -> int:
    """A child process as a build starts it, without walls where the variable says so."""
    from espalier.worker import __main__ as entry
    from espalier.worker import confine

    if os.environ.get(OPEN):
        confine.enclose = lambda **_: confine.Walls()  # type: ignore[assignment]
    return entry.main()


def command() -> None:
    """The command, whose child processes are started from here."""
    from espalier.bundle import optional_tools
    from espalier.cli import main
    from espalier.emulate import cross
    from espalier.worker.client import Worker

    plain = Worker._environment
    here = str(Path(__file__).parent)

    def environment(worker: Worker) -> dict[str, str]:
        kept = plain(worker)
        kept["PYTHONPATH"] += os.pathsep + here
        return kept | {OPEN: os.environ.get(OPEN, "")}

    Worker.entry = "walls_cost"
    Worker._environment = environment  # type: ignore[method-assign]
    if os.environ.get(OPEN):
        optional_tools.behind = lambda words, *_: list(words)  # type: ignore[assignment]
        cross.behind = lambda words, *_: list(words)  # type: ignore[assignment]
    main()


def run(words: list[str], walls: bool) -> tuple[float, float]:
    """Seconds of all processors, and on the wall."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    environment = os.environ | {OPEN: "" if walls else "1"}
    done = subprocess.run([sys.executable, __file__, "run", *words], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"exit {done.returncode}: {done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - began


def main() -> None:
    """See the head of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("words", nargs="+")
    wanted = parser.parse_args()
    run(wanted.words, True)  # warms the disk's cache
    ratios = []
    for number in range(wanted.pairs):
        order = (True, False) if number % 2 else (False, True)
        found = {walls: run(wanted.words, walls) for walls in order}
        ratios.append(found[True][0] / found[False][0])
        print(
            f"walls {found[True][0]:.2f} s of processor, {found[True][1]:.1f} s; "
            f"none {found[False][0]:.2f} s, {found[False][1]:.1f} s; ratio {ratios[-1]:.3f}",
            flush=True,
        )
    print(f"median of {len(ratios)} pairs: {100 * (statistics.median(ratios) - 1):+.1f} % of the processor's time")


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        sys.argv[1:] = sys.argv[2:]
        command()
    elif len(sys.argv) == 3 and sys.argv[2].startswith("{"):
        sys.exit(child())
    else:
        main()
