"""Whole builds of published architectures, as a user makes them:

    python tests/corpus/build.py FOLDER NAME ...

Writes model, pictures and recipe of each below FOLDER, runs `espalier build` for a phone and a Cortex-M7, and prints one
line per build: exit code, which bundles were written, the last error. Exit code 1 when a phone's bundle is missing or an
error is not in three parts.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import architectures
from PIL import Image

from corpus import image_of, lively, pictures

RECIPE = """name = "case"
accept = ["agreement"]      # random weights: some nets tell their images hardly apart
[model]
path = "model.keras"
[input]
size = [{height}, {width}]
color = "{color}"
std = [255.0]
[calibration]
images = "calibration"
[quantize]
max-accuracy-drop = 100.0   # random weights leave no margin between answers
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "cortex-m7"
"""


def write(name: str, folder: Path) -> None:
    """The files of one build."""
    import keras

    keras.utils.set_random_seed(3)
    model = architectures.NETS[name](keras)
    lively(model)
    height, width, channels = image_of(tuple(model.input_shape[1:]))
    (folder / "calibration").mkdir(parents=True, exist_ok=True)
    model.save(folder / "model.keras")
    for number, image in enumerate(pictures((height, width, channels), 40)):
        Image.fromarray(image if channels == 3 else image[..., 0]).save(folder / f"calibration/{number:03}.png")
    color = "gray" if channels == 1 else "rgb"
    (folder / "recipe.toml").write_text(RECIPE.format(height=height, width=width, color=color))


def build(name: str, folder: Path) -> bool:
    """Whether the phone's bundle was written and everything else said in words."""
    write(name, folder)
    done = subprocess.run(
        [sys.executable, "-m", "espalier", "build", "recipe.toml"], cwd=folder, capture_output=True, text=True, check=False
    )
    bundles = sorted(path.name for path in (folder / "dist/case-1.0.0").glob("*") if path.is_dir())
    at = done.stderr.rfind("error:")
    said = " | ".join(done.stderr[at:].split("\n")) if at >= 0 else ""
    print(f"{name}: exit {done.returncode}, bundles {', '.join(bundles) or 'none'} {said}"[:700], flush=True)
    return "android-arm64" in bundles and "internal" not in said and done.returncode in (0, 4, 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of the corpus; all without")
    given = parser.parse_args()
    good = [build(name, given.folder / name) for name in given.names or architectures.NETS]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
