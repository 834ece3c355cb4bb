"""How long the commands of two commits take, by turns in one run: --help, check, a full build, a rebuild.

    python benchmarks/paired_speed.py BEFORE [AFTER] [--runs 5] [--example digits] [--only check build]

Both commits are checked out beside each other and run by this interpreter. A round runs each command once with either commit
(which goes first changes from round to round); the ratio of a round is AFTER / BEFORE, its median and range are printed, for
wall time and for processor seconds of all processes. A full build has an empty store. Exit code 1 when the median of `check`
or `build` is over 1.03, of `--help` over 0.3 s or of the rebuild over 1 s. On a machine that does other things only the
processor seconds mean something: --processor decides by them.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from build_speed import measured
from same_bundles import ROOT, checked_out

COMMANDS = ("help", "check", "build", "rebuild")
AT_MOST = {"check": 1.03, "build": 1.03}
"""AFTER / BEFORE."""
SECONDS = {"help": 0.3, "rebuild": 1.0}
"""Of AFTER."""


def words(command: str, tree: Path, example: str) -> list[str]:
    """The command line of one of COMMANDS."""
    recipe = str(tree / "examples" / example / "recipe.toml")
    return {
        "help": ["--help"],
        "check": ["check", recipe],
        "build": ["build", recipe, "--out", str(tree / "dist"), "--quiet"],
        "rebuild": ["build", recipe, "--out", str(tree / "dist"), "--quiet"],
    }[command]


def run(command: str, tree: Path, example: str) -> tuple[float, float]:
    """(wall, processor) seconds."""
    store = tree / "store"
    if command == "build":
        shutil.rmtree(store, ignore_errors=True)
    return measured(
        [sys.executable, "-m", "espalier", *words(command, tree, example)],
        PYTHONPATH=str(tree / "src"),
        ESPALIER_STORE=str(store),
        PYTHONDONTWRITEBYTECODE="",  # compiling the source each time is no part of either
    )


def prepared(commit: str, folder: Path, example: str) -> Path:
    """A checkout with the example's images in it; its fine-tuning is left out, which is the same in both."""
    tree = checked_out(commit, folder)
    images = tree / "examples" / example / "images"
    if not images.is_dir():
        script = tree / "calibration" / example / "make.py"
        subprocess.run([sys.executable, script, images], check=True, stdout=subprocess.DEVNULL)
    recipe = tree / "examples" / example / "recipe.toml"
    text = recipe.read_text()
    recipe.write_text(text.replace("epochs = 6", "epochs = 1"))
    return tree


def told(command: str, rounds: list[tuple[tuple[float, float], tuple[float, float]]], which: int) -> bool:
    """Print a command's row; whether it is within its limits by time number `which` (0: wall, 1: processor)."""
    columns, fine = [], True
    for kind, name in ((0, "wall"), (1, "processor")):
        before, after = (statistics.median(pair[side][kind] for pair in rounds) for side in (0, 1))
        ratios = sorted(pair[1][kind] / pair[0][kind] for pair in rounds)
        ratio = statistics.median(ratios)
        columns.append(f"{name} {before:.2f} -> {after:.2f} s, x{ratio:.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})")
        if kind == which:
            fine = ratio <= AT_MOST.get(command, ratio) and after <= SECONDS.get(command, after)
    print(f"{command:<8} " + "; ".join(columns) + ("" if fine else "  OVER THE LIMIT"), flush=True)
    return fine


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", help="a commit")
    parser.add_argument("after", nargs="?", default="HEAD", help="a commit; default: HEAD")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--example", default="digits")
    parser.add_argument("--only", nargs="+", choices=COMMANDS, default=COMMANDS)
    parser.add_argument("--processor", action="store_true", help="limits hold for processor seconds")
    given = parser.parse_args()
    wanted = [command for command in COMMANDS if command in given.only]
    rounds: dict[str, list[tuple[tuple[float, float], tuple[float, float]]]] = {command: [] for command in wanted}
    with tempfile.TemporaryDirectory() as scratch:
        trees: list[Path] = []
        try:
            for commit, side in ((given.before, "a"), (given.after, "b")):
                trees.append(prepared(commit, Path(scratch) / side, given.example))
            for command in wanted:
                if command == "rebuild" and "build" not in wanted:
                    for tree in trees:
                        run("build", tree, given.example)
                for tree in trees:
                    run(command, tree, given.example) if command in ("help", "check") else None  # bytecode
                for number in range(given.runs):
                    order = (0, 1) if number % 2 == 0 else (1, 0)
                    seconds = {side: run(command, trees[side], given.example) for side in order}
                    rounds[command].append((seconds[0], seconds[1]))
        finally:
            for tree in trees:
                subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", tree], check=True)
    fine = [told(command, rows, int(given.processor)) for command, rows in rounds.items()]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
