"""What a large evaluation set costs: memory of a whole build with 2,000 and with 50,000 evaluation images, and how fast they
are answered against LiteRT's interpreter alone.

    python benchmarks/evaluation_scale.py [--counts 2000 50000] [--only memory speed] [--folder FOLDER]

The pictures are the digits of examples/digits, each shifted, dimmed and with noise of its own, PNG 16 x 16; the model is that
of the example, built for a Raspberry Pi. Memory is that of the command and all its child processes together (pages that
several share counted once), looked at four times a second; the largest is printed with when it fell and what held it. Speed is
processor seconds of answering 20,000 images in `measure.predict`, and of an interpreter that is given the same images in a
loop, by turns. Exit code 1 when the large set takes over 1.5 times the memory of the small one, or answering is under 0.9
times as fast as the interpreter alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from espalier.cluster.memory import process_bytes, tree
from espalier.measure.predict import predict
from espalier.recipe_file import load_recipe
from espalier.tflite.runtimes import litert

ROOT = Path(__file__).parents[1]
AT_MOST, AT_LEAST = 1.5, 0.9
SPEED_IMAGES, TURNS = 20_000, 5


def pictures(images: Path, to: Path, count: int) -> None:
    """`count` pictures by class, made of those of the example; none is a copy of another."""
    rng = np.random.default_rng(count)
    given = [(path.parent.name, np.asarray(Image.open(path).convert("L"))) for path in sorted(images.glob("*/*.png"))]
    for label in {label for label, _ in given}:
        (to / label).mkdir(parents=True)
    for place in range(count):
        label, picture = given[place % len(given)]
        moved = np.roll(picture, rng.integers(-1, 2, 2), (0, 1)) * rng.uniform(0.75, 1.0)
        noisy = np.clip(moved + rng.normal(0, 6, picture.shape), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(to / label / f"{place:06}.png", compress_level=1)


def project(folder: Path, count: int) -> Path:
    """A recipe with so many evaluation images."""
    folder.mkdir()
    for name in ("labels.txt", "model.keras"):
        shutil.copy(ROOT / "examples/digits" / name, folder / name)
    subprocess.run([sys.executable, ROOT / "calibration/digits/make.py", folder / "images"], check=True)
    pictures(folder / "images/evaluation", folder / "large", count)
    text = (ROOT / "examples/digits/recipe.toml").read_text()
    text = text.partition("[prune]")[0].replace("images/evaluation", "large")
    path = folder / "recipe.toml"
    path.write_text(text + '[decision]\nthreshold = 0.7\n[[deploy]]\ntarget = "raspberry-pi-4"\n')
    return path


def build_peak(recipe: Path) -> tuple[int, float, dict[str, object]]:
    """Bytes at the peak of a build from an empty store, its seconds, and its report."""
    began, peak, at = time.monotonic(), 0, 0.0
    who: dict[str, int] = {}
    process = subprocess.Popen(
        [sys.executable, "-m", "espalier", "build", recipe, "--out", recipe.parent / "dist", "--quiet"],
        env={**os.environ, "ESPALIER_STORE": str(recipe.parent / "store")},
        stdout=subprocess.DEVNULL,
    )
    while process.poll() is None:
        each = {_named(pid): process_bytes(pid) for pid in tree(process.pid)}
        if sum(each.values()) > peak:
            peak, at, who = sum(each.values()), time.monotonic() - began, each
        time.sleep(0.25)
    seconds = time.monotonic() - began
    report = json.loads(next((recipe.parent / "dist").glob("*/report.json")).read_text())
    held = ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in sorted(who.items(), key=lambda one: -one[1])[:6])
    print(f"  the peak fell {at:.1f} s after the start of {seconds:.1f} s: {held}; exit {process.returncode}", flush=True)
    return peak, seconds, report


def _named(pid: int) -> str:
    """The kind of a child process, with its number."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        words = []
    kind = words[words.index("espalier.worker") + 1] if "espalier.worker" in words else "command"
    return f"{kind} {pid}"


def memory(folder: Path, counts: list[int]) -> bool:
    """Print the peaks; whether the largest is within AT_MOST of the smallest."""
    peaks = []
    for count in counts:
        recipe = project(folder / str(count), count)
        peak, _, report = build_peak(recipe)
        stages = {row["name"]: row["seconds"] for row in report["stages"]}  # type: ignore[attr-defined]
        told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in stages.items() if seconds >= 0.5)
        print(f"{count:,} evaluation images: {peak / 1e6:,.0f} MB at the peak of all processes; {told}", flush=True)
        peaks.append(peak)
    print(f"memory x{peaks[-1] / peaks[0]:.2f} (at most {AT_MOST})", flush=True)
    return peaks[-1] <= AT_MOST * peaks[0]


def speed(folder: Path) -> bool:
    """Print the ratio of speeds; whether it is at least AT_LEAST."""
    from ai_edge_litert.interpreter import Interpreter

    recipe = project(folder / "speed", 300)
    build_peak(recipe)
    contract = load_recipe(recipe).input
    model = next((recipe.parent / "dist").glob("*/model/*_int8.tflite")).read_bytes()
    pixels = np.random.default_rng(0).integers(0, 256, (SPEED_IMAGES, *contract.shape), np.uint8)
    file = folder / "pixels.npy"
    np.save(file, pixels)

    runtime = litert()

    def ours() -> None:
        predict(runtime, model, np.load(file, mmap_mode="r"), contract=contract, threads=1)

    def alone() -> None:
        interpreter = Interpreter(model_content=model, num_threads=1)
        interpreter.allocate_tensors()
        enter, leave = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
        for image in pixels:
            interpreter.set_tensor(enter, (image ^ 0x80).view(np.int8)[None])
            interpreter.invoke()
            interpreter.get_tensor(leave)

    ratios = []
    for turn in range(TURNS):
        seconds = {}
        for run in (ours, alone) if turn % 2 else (alone, ours):
            began = time.process_time()
            run()
            seconds[run] = time.process_time() - began
        ratios.append(seconds[alone] / seconds[ours])
    middle = statistics.median(ratios)
    each = ", ".join(f"{ratio:.2f}" for ratio in sorted(ratios))
    print(f"answering at x{middle:.2f} of the interpreter's own speed (each turn: {each}; at least {AT_LEAST})", flush=True)
    return middle >= AT_LEAST


def main() -> int:
    """Measure what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[2_000, 50_000])
    parser.add_argument("--only", nargs="+", choices=("memory", "speed"), default=("memory", "speed"))
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores", flush=True)
    with tempfile.TemporaryDirectory(prefix="evaluation-", dir=asked.folder) as temporary:
        held = speed(Path(temporary)) if "speed" in asked.only else True
        held = (memory(Path(temporary), asked.counts) if "memory" in asked.only else True) and held
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
