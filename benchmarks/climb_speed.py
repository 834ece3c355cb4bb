"""Time of the ladder against plain post-training quantization, on ResNet8 with 500 calibration and 2,000 evaluation
images; and of the evaluation against the interpreter alone.

    python benchmarks/climb_speed.py [--model FILE] [--images FOLDER | FILE.npy] [--evaluation FOLDER] [--rounds 3]

Three sides, each in a process of its own with its libraries imported and the Keras model loaded; they take turns, so
that all meet the same load of the machine. Each starts at the Keras model in memory and ends with what is known of the
int8 file on the evaluation images:

- peer: `TFLiteConverter.from_keras_model` with the calibration images, then the int8 file over the evaluation images
  with `tf.lite.Interpreter`, image by image, as TensorFlow's guide writes it. The float model is not evaluated.
- first: our conversion, calibration, min/max ranges and corrected biases; the float and the int8 file over the
  evaluation images.
- climb: all of `first`, then every step of the ladder, 16-bit activations included, each over the evaluation images,
  with a limit that nothing holds.

Then, in one process and taking turns: `measure.predict` (what a build evaluates with) over the evaluation images, and
one interpreter per core that does nothing but `invoke`, as often. Prints seconds and ratios as JSON, and 0 or 1 as
exit code: first at most 1 x the peer, climb under 10 x, evaluation at 90 % of the interpreter or more.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from quantize_speed import ASSETS, ask, load_model, material, start

IMAGES = 2000
SIDES = ("peer", "first", "climb")
NOTHING_HOLDS = -100.0
LIMITS = {"first": 1.0, "climb": 10.0}
SHARE = 0.9
"""Of the interpreter's own images per second, that the evaluation reaches at least."""


def main() -> int:
    """Measure; 0 when every figure is reached."""
    arguments = _arguments()
    if arguments.side:
        return serve(arguments.side, arguments.model, arguments.images, arguments.evaluation)
    with tempfile.TemporaryDirectory() as folder:
        model, images = material(arguments, Path(folder))
        evaluation = _evaluation(arguments.evaluation, Path(folder))
        options = ["--evaluation", evaluation]
        processes = {side: start(side, model, images, __file__, options) for side in SIDES}
        for process in processes.values():
            ask(process, "ready")
        seconds: dict[str, list[float]] = {side: [] for side in SIDES}
        for _ in range(arguments.rounds):
            for side, process in processes.items():
                answer = ask(process, "run")
                seconds[side].append(answer["seconds"])
                print(f"{side:6} {answer['seconds']:7.3f} s  {answer['what']}", file=sys.stderr)
        shares = [ask(processes["first"], "evaluate")["share"] for _ in range(arguments.rounds)]
        for process in processes.values():
            process.communicate()
    found = summary(seconds, shares)
    print(json.dumps(found, indent=1))
    return 0 if found["reached"] else 1


def summary(seconds: dict[str, list[float]], shares: list[float]) -> dict[str, Any]:
    """Medians; ratios to the peer of the same round, their median; and whether the figures are reached."""
    ratios = {
        side: statistics.median(own / peer for own, peer in zip(seconds[side], seconds["peer"], strict=True))
        for side in LIMITS
    }
    share = statistics.median(shares)
    return {
        "median_seconds": {side: round(statistics.median(values), 3) for side, values in seconds.items()},
        "ratio": {side: round(value, 3) for side, value in ratios.items()},
        "evaluation_of_the_interpreter_alone": round(share, 3),
        "reached": all(ratios[side] <= limit for side, limit in LIMITS.items()) and share >= SHARE,
    }


def serve(side: str, model_path: str, images_path: str, evaluation_path: str) -> int:
    """One side's process: load, then one run per line on stdin."""
    output = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    with np.load(evaluation_path) as held:
        images = np.load(images_path), held["pixels"], held["labels"]
    model = load_model(model_path)
    run = _peer(model, *images) if side == "peer" else _espalier(model, *images, whole=side == "climb")
    for line in sys.stdin:
        started = time.perf_counter()
        if line.strip() == "run":
            what = run()
            print(json.dumps({"seconds": time.perf_counter() - started, "what": what}), file=output)
        elif line.strip() == "evaluate":
            print(json.dumps({"share": evaluation_share(model, *images[:2])}), file=output)
        else:
            print(json.dumps({}), file=output)
    return 0


def _peer(model: Any, pixels: Any, evaluation: Any, labels: Any) -> Callable[[], str]:
    import tensorflow as tf

    def run() -> str:
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([p[None].astype(np.float32)] for p in pixels)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.uint8
        interpreter = tf.lite.Interpreter(model_content=converter.convert())
        interpreter.allocate_tensors()
        source, sink = (
            interpreter.get_input_details()[0]["index"],
            interpreter.get_output_details()[0]["index"],
        )
        right = 0
        for image, label in zip(evaluation, labels, strict=True):
            interpreter.set_tensor(source, image[None])
            interpreter.invoke()
            right += int(np.argmax(interpreter.get_tensor(sink)[0]) == label)
        return f"int8 {right / len(labels):.2%}"

    return run


def _espalier(model: Any, pixels: Any, evaluation: Any, labels: Any, *, whole: bool) -> Callable[[], str]:
    import litert_quantizer.quantizer  # noqa: F401  (imported before, as TensorFlow is on the other side)

    from espalier.ladder.climb import climb
    from espalier.ladder.int16_targets import Wide
    from espalier.ladder.labelled import Labelled, float_hits, hits_of
    from espalier.quantizer.convert import convert_model
    from espalier.quantizer.head import enter_pixels
    from espalier.quantizer.quantize import quantize
    from espalier.recipe import InputContract

    contract = InputContract(size=pixels.shape[1:3], color="rgb" if pixels.shape[3] == 3 else "gray")
    labelled = Labelled(pixels=evaluation, labels=labels)

    def run() -> str:
        float_model = convert_model(model, contract).float_model
        first = quantize(float_model, pixels, contract).int8_model
        before, after = float_hits(enter_pixels(float_model, contract), labelled), hits_of(first, labelled)
        said = f"float {before.mean():.2%}, int8 {after.mean():.2%}"
        if not whole:
            return said
        done = climb(
            float_model,
            pixels,
            contract,
            limit_points=NOTHING_HOLDS,
            labelled=labelled,
            wide=Wide(compiled=True),
        )
        wide = [step for step in done.steps if "16-bit" in step.candidate.name]
        simulated = sum(step.simulated for step in wide)
        return f"{said}; {len(done.steps)} steps, {len(wide)} with 16 bit, of these {simulated} in simulation only"

    return run


def evaluation_share(model: Any, pixels: Any, evaluation: Any) -> float:
    """Images per second of `measure.predict` on all cores, as a share of bare invokes on as many interpreters; the
    median of 11 turns of each."""
    from espalier.measure.predict import predict
    from espalier.quantizer.convert import convert_model
    from espalier.quantizer.quantize import quantize
    from espalier.quantizer.ranges import open_interpreter
    from espalier.recipe import InputContract
    from espalier.tflite.runtimes import litert

    contract = InputContract(size=pixels.shape[1:3], color="rgb" if pixels.shape[3] == 3 else "gray")
    int8 = quantize(convert_model(model, contract).float_model, pixels, contract).int8_model
    cores = os.cpu_count() or 1
    bare = [open_interpreter(int8) for _ in range(cores)]

    def invoke(interpreter: Any) -> None:
        for _ in range(len(evaluation) // cores):
            interpreter.invoke()

    shares = []
    with ThreadPoolExecutor(cores) as pool:
        for _ in range(11):
            started = time.perf_counter()
            list(pool.map(invoke, bare))
            alone = time.perf_counter() - started
            shares.append(alone / predict(litert(), int8, evaluation).seconds)
    return statistics.median(shares)


def _evaluation(folder: str | None, scratch: Path) -> str:
    """A .npz of pixels and labels: of a folder with one folder per class in the order of the outputs' names, sorted;
    else of the CIFAR-10 assets; else random ones."""
    given = Path(folder) if folder else ASSETS / "evaluation"
    path = scratch / "evaluation.npz"
    if given.is_dir():
        from PIL import Image

        names = sorted(place.name for place in given.iterdir() if place.is_dir())
        if (given.parent / "labels.txt").is_file():
            names = (given.parent / "labels.txt").read_text().split()
        files = [(p, label) for label, name in enumerate(names) for p in sorted((given / name).iterdir())]
        files = [files[i] for i in np.linspace(0, len(files) - 1, min(IMAGES, len(files))).astype(int)]
        pixels = np.stack([np.asarray(Image.open(p).convert("RGB")) for p, _ in files])
        labels = np.array([label for _, label in files], np.int64)
    else:
        random = np.random.default_rng(2)
        pixels = random.integers(0, 256, (IMAGES, 32, 32, 3), dtype=np.uint8)
        labels = random.integers(0, 10, IMAGES)
    np.savez(path, pixels=pixels, labels=labels)
    return str(path)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model")
    parser.add_argument("--images")
    parser.add_argument("--evaluation")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
