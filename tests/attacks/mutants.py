"""Mutants of one kind of input through the command line: `python tests/attacks/mutants.py KIND --count N --first K`.

KIND is keras, h5, recipe, target, csv or labels. Every mutant goes through `espalier check`, those that it accepts also
through `espalier build` (the first --builds of them), from the command's own entry, with child processes that are shared;
the first --real mutants run once more in a process of their own. Prints the count of each exit code; a mutant that
ends with 70, another foreign code or a traceback is kept below --keep and makes the command fail.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import h5py

sys.path.insert(0, str(Path(__file__).parents[1] / "builders"))
import keras_files as k
from mutate import json_bytes, mutate_bytes, mutate_json, mutate_text
from sound_project import LABELS, run_here, shared_workers, write_project

from espalier.target import target_names, targets_folder

ROOT = Path(__file__).parents[2]
EXPECTED = (0, 2, 3, 4, 5, 6)
"""Exit codes that an input may lead to; 7 (a tool is missing), 70 (a bug) and others may not."""
BASE = """\
name = "attacked"
version = "1.0.0"

[model]
path = "{model}"
labels = "labels.txt"
task = "classify"

[input]
size = [8, 8]
color = "rgb"
resize = "bilinear"
fit = "stretch"
mean = [0.0, 0.0, 0.0]
std = [255.0]

[calibration]
images = "calibration"
count = 20

[evaluation]
{evaluation}

[prune]
method = "none"
amount = 0.3

[quantize]
max-accuracy-drop = 100.0
min-agreement = 0.0
scheme = "int8"

[decision]
threshold = 0.6

[budgets]
max-accuracy-drop = 100.0
max-model-bytes = 2000000

[[deploy]]
target = "{target}"
"""
CSV = "path,label\n" + "".join(f"evaluation/{label}/{i}.png,{label}\n" for label in LABELS for i in range(3))


def rich_net() -> dict[str, Any]:
    """A model with arguments of every kind: texts, numbers, lists, objects, a nested model, several inputs of a layer."""
    return k.functional(
        k.pixels(),
        k.layer("Rescaling", "scaled", "pixels", scale=0.5, offset=[0.0, 0.0, 0.0]),
        k.conv(source="scaled", dtype={"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}),
        k.layer("ReLU", "relu", "conv", max_value=6.0, negative_slope=0.0, threshold=0.0),
        k.layer("Add", "added", "conv", "relu"),
        k.layer("Activation", "active", "added", activation={"module": "builtins", "class_name": "function", "config": "relu"}),
        k.layer("ZeroPadding2D", "padded", "active", padding=[[0, 1], [0, 1]], data_format="channels_last"),
        k.layer("MaxPooling2D", "small", "padded", pool_size=[2, 2], strides=[2, 2], padding="valid"),
        k.layer("Dropout", "dropped", "small", rate=0.2, seed=None, noise_shape=None),
        k.pool(source="dropped"),
        k.layer("Reshape", "shaped", "pool", target_shape=[4]),
        k.dense(source="shaped", kernel_regularizer={"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.1}}),
    )


def keras_bytes(config: bytes, weights: bytes | None = None, version: bytes = b'{"keras_version": "3.15.1"}') -> bytes:
    """A .keras archive of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in (("metadata.json", version), ("config.json", config), ("model.weights.h5", weights or k.hdf5())):
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def examples() -> list[dict[str, Any]]:
    """The configurations of the examples' models: as Keras writes them."""
    found = []
    for path in sorted((ROOT / "examples").glob("*/model.keras")):
        with zipfile.ZipFile(path) as archive:
            found.append(json.loads(archive.read("config.json")))
    return found


def a_keras(random_: random.Random) -> tuple[str, bytes]:
    config = random_.choice((k.net(), rich_net(), rich_net(), *examples()))
    kind = random_.randrange(10)
    if kind == 0:
        return "model.keras", mutate_bytes(keras_bytes(json_bytes(config)), random_)
    if kind == 1:
        return "model.keras", keras_bytes(json_bytes(config), mutate_bytes(k.hdf5(), random_))
    if kind == 2:
        version = json_bytes(mutate_json({"keras_version": "3.15.1", "date_saved": "x"}, random_))
        return "model.keras", keras_bytes(json_bytes(config), version=version)
    if kind == 3:
        return "model.keras", keras_bytes(mutate_bytes(json_bytes(config), random_))
    return "model.keras", keras_bytes(json_bytes(mutate_json(config, random_)))


def a_h5(random_: random.Random) -> tuple[str, bytes]:
    config = random_.choice((k.net(), rich_net(), *examples()))
    kind = random_.randrange(10)
    text = json_bytes(config if kind < 4 else mutate_json(config, random_)).decode()
    version = "2.15.0" if random_.random() < 0.5 else "3.15.1"

    def change(file: h5py.File) -> None:
        if kind != 3:
            return
        name = random_.choice(("keras_version", "backend", "model_config"))
        file.attrs[name] = random_.choice((b"\xff\xfe", 3, [1, 2], "", "x" * 70, [b"a", b"b"]))
        group = file["model_weights"]
        group.attrs[random_.choice(("layer_names", "weight_names"))] = random_.choice(([b"../x"], 7, [b"conv"] * 3, ""))

    with tempfile.TemporaryDirectory() as folder:
        data = k.write_h5(Path(folder) / "m.h5", text=text, version=version, change=change).read_bytes()
    return "model.h5", mutate_bytes(data, random_) if kind < 3 else data


def a_recipe(random_: random.Random) -> tuple[str, bytes]:
    text = BASE.format(model="model.keras", evaluation='images = "evaluation"', target="raspberry-pi-4")
    return "recipe.toml", mutate_text(text.encode(), random_)


def a_target(random_: random.Random) -> tuple[str, bytes]:
    name = random_.choice(target_names())
    return "board.toml", mutate_text((targets_folder() / f"{name}.toml").read_bytes(), random_)


def a_csv(random_: random.Random) -> tuple[str, bytes]:
    return "evaluation.csv", mutate_text(CSV.encode(), random_)


def a_labels(random_: random.Random) -> tuple[str, bytes]:
    seeds = ("ant\nbee\ncat\n", "0 ant\n1 bee\n2 cat\n", "0: ant\r\n1: bee\r\n2: cat\r\n")
    return "labels.txt", mutate_text(random_.choice(seeds).encode(), random_)


KINDS: dict[str, Callable[[random.Random], tuple[str, bytes]]] = {
    "keras": a_keras,
    "h5": a_h5,
    "recipe": a_recipe,
    "target": a_target,
    "csv": a_csv,
    "labels": a_labels,
}


@dataclass(slots=True)
class Tally:
    """What a run has seen."""

    codes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")


def prepare(folder: Path, kind: str) -> Path:
    """The sound project around a mutant of this kind; returns its recipe."""
    project = write_project(folder)
    (project / "evaluation.csv").write_text(CSV)
    text = BASE.format(
        model="model.h5" if kind == "h5" else "model.keras",
        evaluation='csv = "evaluation.csv"' if kind == "csv" else 'images = "evaluation"',
        target="./board.toml" if kind == "target" else "raspberry-pi-4",
    )
    (project / "recipe.toml").write_text(text)
    return project / "recipe.toml"


def mutant(kind: str, number: int) -> tuple[str, bytes]:
    """(file name, bytes) of a mutant, the same for the same number."""
    return KINDS[kind](random.Random(f"{kind} {number}"))


def run_mutants(kind: str, first: int, count: int, builds: int, real: int, keep: Path) -> Tally:
    """Run them; see the module's first lines."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch, shared_workers() as start:
        recipe = prepare(Path(scratch) / "project", kind)
        settings = {"ESPALIER_STORE": str(Path(scratch) / "store")}
        out = ["--out", str(Path(scratch) / "dist"), "--tools", "none", "--quiet"]
        with mock.patch("espalier.stages.workshop.Worker", start), mock.patch.dict(os.environ, settings):
            for number in range(first, first + count):
                name, data = mutant(kind, number)
                (recipe.parent / name).write_bytes(data)
                code = _one(tally, "check", ["check", str(recipe)], f"{kind}-{number}", data, keep)
                if code == 0 and builds > 0:
                    builds -= 1
                    _one(tally, "build", ["build", str(recipe), *out], f"{kind}-{number}", data, keep)
                if number < first + real:
                    _apart(tally, recipe, code, f"{kind}-{number}")
    return tally


def _one(tally: Tally, verb: str, command: list[str], name: str, data: bytes, keep: Path) -> int:
    started = time.perf_counter()
    code, said = run_here(command)
    tally.slowest = max(tally.slowest, (time.perf_counter() - started, f"{verb} {name}"))
    tally.codes[f"{verb} {code}"] += 1
    if code not in EXPECTED or "Traceback" in said:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / name).write_bytes(data)
        lines = [line for line in said.splitlines() if line.strip()]
        tally.wrong.append(f"{verb} {name}: exit {code}: {next((x for x in lines if 'error: ' in x), lines[-1:])}"[:400])
    return code


def _apart(tally: Tally, recipe: Path, code: int, name: str) -> None:
    """The same check in a process of its own, as a user starts it."""
    done = subprocess.run(
        [sys.executable, "-m", "espalier", "check", str(recipe)], capture_output=True, text=True, check=False, timeout=120
    )
    tally.codes[f"process {done.returncode}"] += 1
    if done.returncode != code or "Traceback" in done.stderr:
        tally.wrong.append(f"process {name}: exit {done.returncode}, {code} in the driver's process")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--builds", type=int, default=100)
    parser.add_argument("--real", type=int, default=5)
    parser.add_argument("--keep", type=Path, default=Path("mutants-that-broke-it"))
    asked = parser.parse_args()
    if asked.first == 0:
        shutil.rmtree(asked.keep / asked.kind, ignore_errors=True)
    tally = run_mutants(asked.kind, asked.first, asked.count, asked.builds, asked.real, asked.keep / asked.kind)
    print(f"{asked.kind}: {asked.count} mutants from {asked.first}")
    for code, count in sorted(tally.codes.items()):
        print(f"  {code:<12} {count:>6}")
    print(f"  slowest: {tally.slowest[0]:.1f} s, {tally.slowest[1]}")
    for line in tally.wrong[:40]:
        print(f"  WRONG {line}")
    print(f"  {len(tally.wrong)} ended wrongly")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
