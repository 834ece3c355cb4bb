"""Whether two commits build the same files from the examples, byte for byte.

    python benchmarks/same_bundles.py BEFORE [AFTER] [--examples digits parts gauges]

Both commits are checked out beside each other; each builds every example with its own code and without the other's stored
results (two cores: about a minute an example and commit). Every file of model/ and of every bundle is compared; reports are
not, since they hold timings. Exit code 1 when a file differs or stands on one side only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
REPORTS = ("report.html", "report.json", "junit.xml", "summary.md")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", help="a commit")
    parser.add_argument("after", nargs="?", default="HEAD", help="a commit; default: HEAD")
    parser.add_argument("--examples", nargs="+", default=["digits", "parts", "gauges"])
    given = parser.parse_args()
    different = 0
    with tempfile.TemporaryDirectory() as scratch:
        trees = [checked_out(commit, Path(scratch) / side) for commit, side in ((given.before, "a"), (given.after, "b"))]
        try:
            for example in given.examples:
                a, b = (built(tree, example) for tree in trees)
                wrong = sorted(path for path in {*a, *b} if a.get(path) != b.get(path))
                for path in wrong:
                    print(f"  {example}: {path}: {'differs' if path in a and path in b else 'on one side only'}")
                print(f"{example}: {len(a)} files, {len(wrong)} different", flush=True)
                different += len(wrong)
        finally:
            for tree in trees:
                subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", tree], check=True)
    return 1 if different else 0


def checked_out(commit: str, folder: Path) -> Path:
    subprocess.run(["git", "-C", ROOT, "worktree", "add", "-q", "--detach", folder, commit], check=True)
    return folder


def built(tree: Path, example: str) -> dict[str, bytes]:
    """The files of an example's output but for the reports, by their paths."""
    images, out = tree / "examples" / example / "images", tree / "dist"
    environment = os.environ | {"PYTHONPATH": str(tree / "src"), "ESPALIER_STORE": str(tree / "store")}
    if not images.is_dir():
        subprocess.run(
            [sys.executable, tree / "calibration" / example / "make.py", images], check=True, env=environment,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
    recipe = tree / "examples" / example / "recipe.toml"
    command = [sys.executable, "-m", "espalier", "build", recipe, "--out", out, "--tools", "none", "--quiet"]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    (folder,) = out.glob(f"{example}-*")
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and str(path.relative_to(folder)) not in REPORTS
    }


if __name__ == "__main__":
    sys.exit(main())
