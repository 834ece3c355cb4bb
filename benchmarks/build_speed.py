"""A full build against the plain script that users write today, by turns in one run; then the rebuilds.

    python benchmarks/build_speed.py [--recipe RECIPE] [--runs 3]

The plain script is a process of its own that imports TensorFlow, loads the same Keras file, runs TFLiteConverter's
full-integer post-training quantization (`from_keras_model`) with the same calibration images, already decoded to a
.npy, and writes the file. Espalier's build starts with an empty store and does all of its work: it reads, checks and
decodes the images, converts, quantizes, evaluates, times on two runtimes, proves, packs three bundles and checks them.
Without --recipe, examples/digits without its fine-tuning is built.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from espalier.load.decode import prepare_set
from espalier.load.images import scan, select
from espalier.recipe import Recipe
from espalier.recipe_file import load_recipe
from espalier.stages.images import set_path

ROOT = Path(__file__).parents[1]

PLAIN = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, tensorflow as tf
class DepthwiseConv2D(tf.keras.layers.DepthwiseConv2D):
    def __init__(self, *a, groups=1, **k): super().__init__(*a, **k)
model = tf.keras.models.load_model(sys.argv[1], compile=False, custom_objects={"DepthwiseConv2D": DepthwiseConv2D})
x = np.load(sys.argv[2])
converter = tf.lite.TFLiteConverter.from_keras_model(model)
converter.optimizations = [tf.lite.Optimize.DEFAULT]
converter.representative_dataset = lambda: ([x[i : i + 1]] for i in range(len(x)))
converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
converter.inference_input_type = converter.inference_output_type = tf.int8
open(sys.argv[3], "wb").write(converter.convert())
"""


def measured(command: list[str], **environment: str) -> tuple[float, float]:
    """(wall, CPU) seconds of a command and all its children; ends the benchmark when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stderr[-2000:]}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def calibration_file(recipe: Recipe, folder: Path, out: Path) -> None:
    """The recipe's calibration images, prepared and normalised, float32 [n, h, w, c]."""
    images = scan(set_path(folder, recipe.calibration.images))
    entries = select(images.entries, recipe.calibration.count)
    prepare_set(images.root, entries, recipe.input, str(out))
    mean, std = (np.array(v, np.float32) for v in (recipe.input.channel_mean, recipe.input.channel_std))
    np.save(out, (np.load(out).astype(np.float32) - mean) / std)


def example(scratch: Path) -> Path:
    """examples/digits with its images, without pruning."""
    folder = scratch / "digits"
    shutil.copytree(ROOT / "examples/digits", folder, ignore=shutil.ignore_patterns("images"))
    subprocess.run([sys.executable, ROOT / "calibration/digits/make.py", folder / "images"], check=True)
    text = (folder / "recipe.toml").read_text()
    (folder / "recipe.toml").write_text(text.replace('method = "channels"', 'method = "none"'))
    return folder / "recipe.toml"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        path = (arguments.recipe or example(scratch)).resolve()
        recipe = load_recipe(path)
        calibration_file(recipe, path.parent, scratch / "x.npy")
        plain = [
            sys.executable,
            "-c",
            PLAIN,
            str(path.parent / recipe.model.path),
            str(scratch / "x.npy"),
            str(scratch / "plain.tflite"),
        ]
        build = [
            sys.executable,
            "-m",
            "espalier",
            "build",
            str(path),
            "--out",
            str(scratch / "dist"),
            "--quiet",
        ]
        walls, cpus = [], []
        for run in range(arguments.runs):
            store = str(scratch / f"store{run}")
            a, b = measured(plain), measured(build, ESPALIER_STORE=store)
            walls.append(b[0] / a[0])
            cpus.append(b[1] / a[1])
            print(
                f"run {run}: plain script {a[0]:.2f} s wall, {a[1]:.2f} s CPU; full build {b[0]:.2f} s wall, {b[1]:.2f} s CPU; "
                f"ratio {walls[-1]:.2f} wall, {cpus[-1]:.2f} CPU",
                flush=True,
            )
        print(
            f"full build / plain script: {statistics.median(walls):.2f} x wall (median of {len(walls)}), "
            f"{statistics.median(cpus):.2f} x CPU; {len(recipe.deploy)} targets"
        )
        again = [measured(build, ESPALIER_STORE=store)[0] for _ in range(3)]
        print(f"rebuild, nothing changed: {statistics.median(again):.2f} s wall (median of 3)")
        changed = path.with_name(f".{path.stem}-changed.toml")
        try:
            text, budget_line = path.read_text(), "max-macs = 2_000_000_000"
            if "[budgets]" in text:
                changed.write_text(text.replace("[budgets]", f"[budgets]\n{budget_line}", 1))
            else:
                changed.write_text(f"{text}\n[budgets]\n{budget_line}\n")
            budget = [*build[:4], str(changed), *build[5:]]
            print(f"rebuild, a budget changed: {measured(budget, ESPALIER_STORE=store)[0]:.2f} s wall")
        finally:
            changed.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
