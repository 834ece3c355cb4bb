"""What an installation holds: which versions pip finds for each Python, and the size of the small and of the whole one.

    python benchmarks/installations.py                 # versions for 3.11, 3.12, 3.13; the small installation, made and used
    python benchmarks/installations.py --whole         # the whole one as well (2.4 GB, minutes)
    python benchmarks/installations.py --python /path/to/python3.13

Wheels only, as pyproject.toml asks for them; needs a package index. A Python without a wheel of something that it is asked for
is named, and the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PYTHONS = ("3.11", "3.12", "3.13")
WHOLE = ("build", "mcu", "test", "examples")
USED = (
    ("targets",),
    ("check", "examples/digits/recipe.toml"),
    ("inspect", "tests/models/resnet8_int8.tflite"),
    ("compile", "tests/models/resnet8_int8.tflite", "--target", "cortex-m4", "--out", "{out}"),
    ("verify", "{out}"),
)


def wanted(python: str, *extras: str) -> list[str]:
    """What pyproject.toml asks of a Python, without its own name."""
    rows = [*PROJECT["dependencies"], *(row for extra in extras for row in PROJECT["optional-dependencies"][extra])]
    given = {"python_version": python, "python_full_version": f"{python}.0"}
    kept = []
    for one in map(Requirement, rows):
        if one.name != PROJECT["name"] and (one.marker is None or one.marker.evaluate(given)):
            one.marker = None
            kept.append(str(one))
    return kept


def resolved(python: str, folder: Path) -> dict[str, str] | str:
    """Name -> version of every wheel that the whole installation takes, or why there is none."""
    done = subprocess.run(
        [
            sys.executable, "-m", "pip", "download", "--quiet", "--dest", folder, "--python-version", python,
            "--only-binary=:all:", *wanted(python, *WHOLE),
        ],
        capture_output=True,
        text=True,
    )  # fmt: skip
    if done.returncode:
        return next((line for line in reversed(done.stderr.splitlines()) if line.startswith("ERROR")), done.stderr[-500:])
    return {str(name): str(version) for name, version, *_ in (parse_wheel_filename(file.name) for file in folder.iterdir())}


def installed(python: str, folder: Path, extras: str) -> Path:
    """A new environment with this clone in it."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin/pip", "install", "--quiet", "--no-cache-dir", f"{ROOT}{extras}"], check=True)
    return folder


def megabytes(folder: Path) -> float:
    """Of its files, but for pip and setuptools, which the environment itself brings."""
    (site,) = (folder / "lib").glob("python*/site-packages")
    own = [path for path in site.iterdir() if not path.name.startswith(("pip", "setuptools", "pkg_resources", "_distutils"))]
    files = (file for top in own for file in ([top] if top.is_file() else top.rglob("*")))
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--python", default=sys.executable, help="the interpreter of the installations that are made")
    parser.add_argument("--no-resolve", action="store_true", help="only what is made here")
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for python in () if arguments.no_resolve else PYTHONS:
            with tempfile.TemporaryDirectory() as wheels:
                found = resolved(python, Path(wheels))
            if isinstance(found, str):
                failed += 1
                print(f"Python {python}: {found}")
                continue
            told = ("numpy", "tensorflow", "keras", "tf-keras", "ai-edge-litert", "tflite-runtime")
            print(f"Python {python}: {len(found)} packages; " + ", ".join(f"{n} {found.get(n, 'none')}" for n in told))
        small = installed(arguments.python, folder / "small", "")
        for command in USED:
            words = [word.format(out=folder / "library") for word in command]
            done = subprocess.run([small / "bin/espalier", *words], cwd=ROOT, capture_output=True, text=True)
            # The images of the example are not made here: `check` names them, and does all the rest.
            fine = done.returncode == 0 or (command[0] == "check" and "no image folder" in done.stdout + done.stderr)
            failed += not fine
            print(f"  {'ok    ' if fine else 'FAILED'} espalier {' '.join(command)}")
        print(f"small installation: {megabytes(small):.0f} MB")
        if arguments.whole:
            whole = installed(arguments.python, folder / "whole", "[mcu,examples]")
            print(f"whole installation, '.[mcu,examples]': {megabytes(whole):,.0f} MB")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
