"""`[prune] method = "fit"` on sets of budgets: met as the planner and the emulated core measure it, or proven to be out of reach.

    python benchmarks/fit_budgets.py MODEL CALIBRATION [--size 32 32] [--sets 1 2 3] [--core cortex-m4]
    python benchmarks/fit_budgets.py --strangers 2 [--sets 1 6 11]

MODEL is a .keras or .h5 classifier, CALIBRATION a folder of images. A set limits flash, arena, instructions, MACs or bytes of
the model, one to three of them, at shares of what the model takes as given; the last ones are below what it takes with every
group of channels at its floor. `--strangers`: untrained nets that nobody here drew, a MobileNet-like one among them, on noise.
Each set is a search as a build runs it, in one store; its time is printed. The chosen network is then compiled and counted once
more, on another image than the search used.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

from espalier.errors import GateError
from espalier.stages.compile import compile_graph
from espalier.stages.emulate import run_emulated
from espalier.stages.fit import EXCHANGES, Search, search
from espalier.stages.fit_measure import compiled_targets, known_answer
from espalier.stages.job import Job, read_job
from espalier.stages.workshop import Workshop
from espalier.store import Store
from espalier.terminal import Progress
from espalier.tflite.read import read_tflite

SETS: tuple[dict[str, float], ...] = (
    {"max-flash-bytes": 0.8},
    {"max-arena-bytes": 0.75},
    {"max-instructions": 0.7},
    {"max-macs": 0.7},
    {"max-model-bytes": 0.6},
    {"max-flash-bytes": 0.6, "max-arena-bytes": 0.6},
    {"max-flash-bytes": 0.5, "max-instructions": 0.5},
    {"max-arena-bytes": 0.5, "max-instructions": 0.6, "max-flash-bytes": 0.7},
    {"max-instructions": 0.35},
    {"max-arena-bytes": 0.4, "max-macs": 0.4, "max-model-bytes": 0.5},
    {"max-flash-bytes": 0.1},
    {"max-arena-bytes": 0.1, "max-instructions": 0.5},
)
"""Budgets, as shares of what the model takes as given."""
EVERY = ("max-flash-bytes", "max-arena-bytes", "max-instructions", "max-macs", "max-model-bytes")


def main() -> None:
    """Print a row for each set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("calibration", type=Path, nargs="?")
    parser.add_argument("--size", type=int, nargs=2, default=[32, 32])
    parser.add_argument("--sets", type=int, nargs="+", default=list(range(1, len(SETS) + 1)), help="numbers of the sets")
    parser.add_argument("--core", default="cortex-m4")
    parser.add_argument("--exchanges", type=int, default=EXCHANGES, help="neighbours that a search makes, at most")
    parser.add_argument("--strangers", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.model is not None:
            run(Path(folder), given.model, given.calibration, given.size, given.core, given.sets, given.exchanges)
        for name, model, images in strangers(Path(folder), given.strangers):
            print(f"stranger {name}")
            run(Path(folder), model, images, [24, 24], given.core, given.sets, given.exchanges)


def run(folder: Path, model: Path, images: Path, size: list[int], core: str, sets: list[int], exchanges: int) -> None:
    """Every set on one model; the store is the user's (ESPALIER_STORE)."""
    whole = fitted(folder, model, images, size, core, dict.fromkeys(EVERY, 10**12), exchanges)
    assert isinstance(whole[0], Search)
    natural = dict(zip((goal.name.removeprefix("budgets.") for goal in whole[0].goals), whole[0].given, strict=True))
    print(f"as given: {', '.join(f'{name} {natural[name]:,.0f}' for name in EVERY)} ({whole[1]:.0f} s)")
    met = proven = 0
    for number in sets:
        limits = {name: int(share * natural[name]) for name, share in SETS[number - 1].items()}
        found, seconds, text = fitted(folder, model, images, size, core, limits, exchanges)
        if found is None:
            proven += 1
            print(f"set {number}: cannot be met: {text} ({seconds:.0f} s)", flush=True)
            continue
        one = found.points[found.chosen]
        met += text == "met"
        rows = [f"{g.name.removeprefix('budgets.')} {one.figures.taken(g):,.0f} of {g.limit:,.0f}" for g in found.goals]
        judged = f"agreement {one.agreement:.1%}, {found.networks} networks ({seconds:.0f} s)"
        print(f"set {number}: {text}: {'; '.join(rows)}; {judged}", flush=True)
    print(f"{met} met, {proven} proven out of reach, of {len(sets)}")


def fitted(
    folder: Path, model: Path, images: Path, size: list[int], core: str, limits: dict[str, int], exchanges: int
) -> tuple[Search | None, float, str]:
    """A search, its seconds, and "met" where the chosen network, compiled and counted again, keeps every limit."""
    budgets = "\n".join(f"{name} = {limit}" for name, limit in limits.items())
    recipe = folder / "fit.toml"
    recipe.write_text(
        f'name = "fit"\nversion = "1.0.0"\n[model]\npath = "{model.resolve()}"\ntask = "classify"\n[input]\nsize = {list(size)}\n'
        f'[calibration]\nimages = "{images.resolve()}"\n[prune]\nmethod = "fit"\n[budgets]\n{budgets}\n'
        f'[[deploy]]\ntarget = "{core}"\n'
    )
    started = time.perf_counter()
    with Workshop(Store.default(), Progress(quiet=True)) as shop:
        job = read_job(shop, recipe)
        model_given = job.model.float_model()
        try:
            found = search(shop, job, model_given, exchanges=exchanges)
        except GateError as problem:
            return None, time.perf_counter() - started, problem.found
        seconds = time.perf_counter() - started
        return found, seconds, "met" if holds(job, found) else "MISSED"


def holds(job: Job, found: Search) -> bool:
    """Whether the chosen network keeps its limits when it is compiled once more and counted on another image."""
    one = found.points[found.chosen]
    graph = read_tflite(one.int8_model, name=job.recipe.name, layers=one.layers)
    ((deploy, target),) = compiled_targets(job).values()
    case = known_answer(graph, seed=7)
    compiled = compile_graph(
        graph, name=job.recipe.name, target=target, optimize=deploy.optimize, ram_limit=float("inf"), answers=(case,),
        decision=one.ends.decision,
    )  # fmt: skip
    row = run_emulated(graph, job.recipe.name, deploy.optimize, target, compiled).row
    assert row is not None
    taken = {
        "arena": compiled.arena_bytes,
        "flash": row["code_bytes"] + row["weights_bytes"],
        "instructions": row["instructions"],
        "macs": one.figures.macs,
        "model-bytes": one.figures.model_bytes,
    }
    return all(taken[goal.measure] <= goal.limit for goal in found.goals)


def strangers(folder: Path, count: int) -> Iterator[tuple[str, Path, Path]]:
    """Untrained nets with shaken weights, and noise to calibrate with: a MobileNet-like one, then random ones."""
    if not count:
        return
    import keras

    images = folder / "noise"
    images.mkdir(exist_ok=True)
    random = np.random.default_rng(5)
    for number in range(64):
        small = random.integers(0, 256, (6, 6, 3), np.uint8)
        Image.fromarray(small).resize((24, 24), Image.Resampling.BICUBIC).save(images / f"{number}.png")
    for number in range(count):
        keras.utils.set_random_seed(number)
        net = mobile(random) if number == 0 else stranger(random)
        for weight in net.weights:
            value = np.asarray(weight)
            weight.assign(value * random.uniform(0.5, 1.5, value.shape[-1:]) + 0.01 * random.uniform(size=value.shape))
        path = folder / f"stranger{number}.keras"
        net.save(path)
        yield ("MobileNet-like" if number == 0 else f"random {number}"), path, images


def mobile(random: np.random.Generator) -> object:
    """Depthwise and pointwise layers with batch norm, relu6."""
    import keras
    from keras import layers

    given = keras.Input((24, 24, 3))
    x = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(16, 3, 2, "same", use_bias=False)(given)))
    for width, stride in ((24, 1), (32, 2), (32, 1), (48, 2), (48, 1)):
        x = layers.DepthwiseConv2D(3, stride, "same", use_bias=False)(x)
        x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
        x = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(width, 1, use_bias=False)(x)))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(given, layers.Dense(10, activation="softmax")(x))


def stranger(random: np.random.Generator) -> object:
    """Convolutions of random widths and sizes, sums, concatenations, pools, a dense layer after a flattening."""
    import keras
    from keras import layers

    given = keras.Input((24, 24, 3))
    x = layers.Conv2D(int(random.integers(6, 20)), 3, padding="same", activation="relu")(given)
    for _ in range(int(random.integers(2, 5))):
        width, size = int(random.integers(6, 28)), int(random.choice([1, 3, 5]))
        y = layers.Conv2D(width, size, padding="same", activation="relu")(x)
        kind = random.choice(["sum", "join", "plain"])
        if kind == "sum":
            x = layers.ReLU()(layers.Add()([y, layers.Conv2D(width, 1)(x)]))
        else:
            x = layers.Concatenate()([x, y]) if kind == "join" else y
        x = layers.MaxPooling2D()(x) if x.shape[1] > 6 and random.random() < 0.6 else x
    x = layers.Dense(int(random.integers(12, 40)), activation="relu")(layers.Flatten()(layers.AveragePooling2D(2)(x)))
    return keras.Model(given, layers.Dense(10, activation="softmax")(x))


if __name__ == "__main__":
    main()
