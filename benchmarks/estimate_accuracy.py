"""`espalier estimate` against real builds: published architectures with random weights, quantized, compiled and run.

    python benchmarks/estimate_accuracy.py FOLDER [NET ...] [--target cortex-m4 ...]

FOLDER keeps each net's model and int8 file and what its program took, so that a run goes on where one ended. Batch normalizations
get the statistics of the images, as a training gives them. Prints for each net and target how far flash, RAM and instructions are
off, and the largest of each; the exit code is 1 where one is beyond what the command promises (footprint/account.py), or where it
said that a program fits that does not.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import espalier
from espalier.command.estimate import estimate_model
from espalier.footprint.account import FLASH_ERROR, INSTRUCTIONS_ERROR, RAM_ERROR
from espalier.graph.integer_ends import cut_float_ends
from espalier.graph.simplify import simplify
from espalier.recipe import Quantize
from espalier.stages.compile import compile_graph
from espalier.stages.emulate import run_emulated
from espalier.stages.fit_measure import known_answer
from espalier.target import load_target
from espalier.tflite.read import read_tflite

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / name) for name in ("corpus", "builders")]

NETS = (
    "mlperf-resnet8",
    "mlperf-person-detection",
    "lenet5",
    "keras-mnist-convnet",
    "squeezenet",
    "mini-vggnet",
    "keras-cifar10-resnet20",
    "inverted-residuals-relu6",
    "tensorflow-cnn-tutorial",
    "edge-impulse-scratch",
    "sign-language-mnist",
    "se-resnet",
)
TARGETS = ("cortex-m4", "cortex-m0plus", "esp32-c3", "cortex-m55")
IMAGES = 40


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("nets", nargs="*", metavar="NET")
    parser.add_argument("--target", action="append")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    worst = {"flash": 0.0, "RAM": 0.0, "instructions": 0.0}
    wrong = 0
    for name in given.nets or NETS:
        model = kept_model(given.folder, name)
        found = estimate_model(model, given.target or TARGETS).rows
        for target in given.target or TARGETS:
            real = taken(given.folder, name, target)
            row = found[target]
            off = dict(differences(row, real))
            worst = {what: max(most, abs(off.get(what, 0.0))) for what, most in worst.items()}
            fits = all(
                bounds is None or bounds.limit is None or used <= bounds.limit
                for bounds, used in pairs(row, real)
            )
            lied = row.fits == "yes" and not fits
            wrong += lied
            told = ", ".join(f"{what} {share:+.1%}" for what, share in off.items())
            print(f"{name:28} {target:14} {told}{'  SAID THAT IT FITS' * lied}", flush=True)
    print(", ".join(f"{what} at most {share:.1%} off" for what, share in worst.items()))
    promised = {"flash": FLASH_ERROR, "RAM": RAM_ERROR, "instructions": INSTRUCTIONS_ERROR}
    sys.exit(bool(wrong) or any(worst[what] > most for what, most in promised.items()))


def pairs(row: Any, real: dict[str, Any]) -> list[tuple[Any, int]]:
    return [(row.flash, real["code_bytes"] + real["weights_bytes"]), (row.ram, real["arena_planned"])]


def differences(row: Any, real: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """How far each figure is from the real one, as a share of it."""
    figures = ((row.flash, real["code_bytes"] + real["weights_bytes"]), (row.ram, real["arena_planned"]))
    for what, (bounds, used) in zip(("flash", "RAM"), figures, strict=True):
        if bounds is not None:
            yield what, bounds.likely / used - 1
    if row.instructions is not None:
        yield "instructions", row.instructions.likely / real["instructions"] - 1


def kept_model(folder: Path, name: str) -> Path:
    """The net as a .keras file, with statistics of images in its batch normalizations."""
    path = folder / f"{name}.keras"
    if not path.exists():
        import architectures
        import keras

        from corpus import image_of, pictures

        keras.utils.set_random_seed(3)
        model = architectures.NETS[name](keras)
        layers = [
            layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.BatchNormalization)
        ]
        momenta = [layer.momentum for layer in layers]
        for layer in layers:
            layer.momentum = 0.0
        model(pictures(image_of(tuple(model.input_shape[1:])), 32).astype("float32") / 255, training=True)
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
        model.save(path)
    return path


def kept_file(folder: Path, name: str) -> Path:
    """The net as an int8 .tflite."""
    path = folder / f"{name}.tflite"
    if not path.exists():
        from corpus import pictures

        model = kept_model(folder, name)
        height, width, channels = espalier.inspect(model).input_shape[1:]
        contract = espalier.Input(
            size=(height, width), color="gray" if channels == 1 else "rgb", std=(255.0,)
        )
        images = pictures((height, width, channels), IMAGES)
        whatever = Quantize(max_accuracy_drop=100.0)  # random weights leave no margin between answers
        path.write_bytes(espalier.quantize(model, images, input=contract, task="raw", quantize=whatever).int8)
    return path


def taken(folder: Path, name: str, target: str) -> dict[str, Any]:
    """What the program of a net takes on a target, compiled and run."""
    path = folder / f"{name}.{target}.json"
    if not path.exists():
        graph, _ = cut_float_ends(read_tflite(kept_file(folder, name).read_bytes(), name="net"))
        device = load_target(target)
        made = compile_graph(
            graph,
            name="net",
            target=device,
            optimize="speed",
            ram_limit=float("inf"),
            answers=(known_answer(graph),),
        )
        row = run_emulated(simplify(graph)[0], "net", "speed", device, made).row
        assert row is not None, f"no emulator of {target} is installed here"
        path.write_text(json.dumps({**row, "arena_planned": made.arena_bytes}))
    return json.loads(path.read_text())


if __name__ == "__main__":
    main()
