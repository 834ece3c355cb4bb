"""How long the commands take that people wait for: seconds by the clock and by the processor, the best of a few runs.

    python benchmarks/speed_felt.py [--runs 3] [--build] [--busy]

Each has a limit; the exit code is 1 where one is over it by the clock, with --busy (a machine that does other things) by the
processor. --build makes the images of examples/digits and builds it for the first time, with a store of its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIGITS = ROOT / "examples/digits"


@dataclass(frozen=True, slots=True)
class Wait:
    """A command and the seconds that it may take."""

    name: str
    arguments: tuple[str, ...]
    limit: float


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--build", action="store_true", help="the first build of the example, too")
    parser.add_argument(
        "--busy", action="store_true", help="hold the processor's seconds against the limits, not the clock's"
    )
    given = parser.parse_args(arguments)
    model = str(DIGITS / "model.keras")
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder) / "images"
        subprocess.run(
            [sys.executable, str(ROOT / "calibration/digits/make.py"), str(images)],
            check=True,
            capture_output=True,
        )
        recipe = Path(folder) / "recipe.toml"
        text = (DIGITS / "recipe.toml").read_text().replace('"images/', f'"{images}/')
        recipe.write_text(
            text.replace('"model.keras"', f'"{model}"').replace('"labels.txt"', f'"{DIGITS}/labels.txt"')
        )
        waits = [
            Wait("--help", ("--help",), 0.3),
            Wait("check", ("check", str(recipe)), 1.0),
            Wait("inspect MODEL.keras", ("inspect", model), 2.0),
            Wait("estimate, one target", ("estimate", model, "--target", "cortex-m4"), 2.0),
            Wait("estimate, all targets", ("estimate", model), 2.0),
        ]
        slow = [wait.name for wait in waits if taken(wait, given.runs, folder)[given.busy] > wait.limit]
        if given.build:
            first = Wait(
                "first build of digits", ("build", str(recipe), "--out", f"{folder}/dist", "--quiet"), 20.0
            )
            slow += [first.name] if taken(first, 1, folder)[given.busy] > first.limit else []
    sys.exit(bool(slow))


def taken(wait: Wait, runs: int, folder: str) -> tuple[float, float]:
    """Seconds by the clock and by the processor, of the best run; printed."""
    best = (float("inf"), float("inf"))
    for _ in range(runs):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "espalier", *wait.arguments],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "HOME": folder, "ESPALIER_STORE": f"{folder}/store"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(f"{wait.name} ended with {done.returncode}: {done.stderr}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best[0], time.monotonic() - began), min(best[1], spent)
    print(
        f"{wait.name:24} {best[0]:6.2f} s by the clock, {best[1]:6.2f} s of the processor, limit {wait.limit:g} s",
        flush=True,
    )
    return best


if __name__ == "__main__":
    main()
