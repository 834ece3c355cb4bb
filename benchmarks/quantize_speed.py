"""Time of int8 quantization alone: Espalier against TFLiteConverter.from_keras_model, same model, same
images.

    python benchmarks/quantize_speed.py [--model FILE] [--images FOLDER | FILE.npy] [--count 500] [--rounds 3]

Each side has a process of its own with TensorFlow imported and the Keras model loaded; they take turns (A B A
B ...), so that both meet the same load of the machine. Measured: from the Keras model in memory to the int8
.tflite bytes. Without options: MLPerf Tiny's ResNet8 and its calibration images when they are at
../shared/assets/cifar10, else a network of the same kind with random weights and images. Prints medians and
ratios as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT.parent / "shared" / "assets" / "cifar10"


def main() -> int:
    arguments = _arguments()
    if arguments.side:
        return serve(arguments.side, arguments.model, arguments.images)
    with tempfile.TemporaryDirectory() as folder:
        model, images = material(arguments, Path(folder))
        sides = {side: start(side, model, images) for side in ("peer", "espalier")}
        for process in sides.values():
            ask(process, "ready")
        seconds: dict[str, list[float]] = {side: [] for side in sides}
        processor: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(arguments.rounds):
            for side, process in sides.items():
                answer = ask(process, "run")
                seconds[side].append(answer["seconds"])
                processor[side].append(answer["processor"])
                print(f"{side:9} {answer['seconds']:6.3f} s  {answer['bytes']} bytes", file=sys.stderr)
        for process in sides.values():
            process.communicate()
    print(json.dumps(summary(seconds, processor), indent=1))
    return 0


def summary(seconds: dict[str, list[float]], processor: dict[str, list[float]]) -> dict[str, Any]:
    """Medians, the ratio of each round, of the fastest rounds, and of processor time (which other programs on
    the machine disturb least)."""
    rounds = [own / peer for own, peer in zip(seconds["espalier"], seconds["peer"], strict=True)]
    return {
        "median_seconds": {side: round(statistics.median(values), 3) for side, values in seconds.items()},
        "ratio": round(statistics.median(rounds), 3),
        "ratio_of_rounds": [round(value, 3) for value in rounds],
        "ratio_of_fastest": round(min(seconds["espalier"]) / min(seconds["peer"]), 3),
        "ratio_of_processor_time": round(sum(processor["espalier"]) / sum(processor["peer"]), 3),
    }


def serve(side: str, model_path: str, images_path: str) -> int:
    """One side's process: load, warm nothing up, then one run per line on stdin."""
    output = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    pixels = np.load(images_path)
    model = load_model(model_path)
    run = _peer(model, pixels) if side == "peer" else _espalier(model, pixels)
    for line in sys.stdin:
        if line.strip() == "ready":
            print(json.dumps({}), file=output)
            continue
        start, processor = time.perf_counter(), time.process_time()
        data = run()
        spent = {"seconds": time.perf_counter() - start, "processor": time.process_time() - processor}
        print(json.dumps(spent | {"bytes": len(data)}), file=output)
    return 0


def _peer(model: Any, pixels: Any) -> Any:
    import tensorflow as tf

    def run() -> bytes:
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([p[None].astype(np.float32)] for p in pixels)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        return bytes(converter.convert())

    return run


def _espalier(model: Any, pixels: Any) -> Any:
    import litert_quantizer.quantizer  # noqa: F401  (imported before, as TensorFlow is on the other side)
    import tensorflow  # noqa: F401

    from espalier.quantizer.convert import convert_model
    from espalier.quantizer.quantize import quantize
    from espalier.recipe import InputContract

    contract = InputContract(size=pixels.shape[1:3], color="rgb" if pixels.shape[3] == 3 else "gray")

    def run() -> bytes:
        return quantize(convert_model(model, contract).float_model, pixels, contract).int8_model

    return run


def load_model(path: str) -> Any:
    """The Keras model of a file, Keras 2's depthwise layers too."""
    import keras

    class Depthwise(keras.layers.DepthwiseConv2D):  # type: ignore[misc]
        """Keras 2 files carry a `groups` that Keras 3 refuses."""

        def __init__(self, *positional: Any, groups: int = 1, **named: Any) -> None:
            super().__init__(*positional, **named)

    return keras.models.load_model(path, compile=False, custom_objects={"DepthwiseConv2D": Depthwise})


def material(arguments: argparse.Namespace, folder: Path) -> tuple[str, str]:
    """Paths of the model and of a .npy of the images, from the options or their defaults."""
    random = np.random.default_rng(1)
    model = arguments.model
    if model is None and (ASSETS / "models" / "pretrainedResnet.h5").is_file():
        model = str(ASSETS / "models" / "pretrainedResnet.h5")
    if model is None:
        model = str(folder / "model.keras")
        subprocess.run([sys.executable, "-c", _MAKE_MODEL, model], check=True, stderr=subprocess.DEVNULL)
    images = arguments.images or (str(ASSETS / "calibration") if (ASSETS / "calibration").is_dir() else None)
    if images is None:
        pixels = random.integers(0, 256, (arguments.count, 32, 32, 3), dtype=np.uint8)
    elif images.endswith(".npy"):
        pixels = np.load(images)[: arguments.count]
    else:
        from PIL import Image

        files = sorted(p for p in Path(images).rglob("*") if p.is_file())[: arguments.count]
        pixels = np.stack([np.asarray(Image.open(f).convert("RGB")) for f in files])
    path = folder / "pixels.npy"
    np.save(path, pixels)
    return model, str(path)


_MAKE_MODEL = """
import sys, keras
L = keras.layers
keras.utils.set_random_seed(1)
x = i = keras.Input((32, 32, 3))
x = L.ReLU()(L.BatchNormalization()(L.Conv2D(16, 3, padding="same")(L.Rescaling(1 / 255)(x))))
for width, stride in ((16, 1), (32, 2), (64, 2)):
    y = L.ReLU()(L.BatchNormalization()(L.Conv2D(width, 3, stride, padding="same")(x)))
    y = L.BatchNormalization()(L.Conv2D(width, 3, padding="same")(y))
    x = x if stride == 1 else L.Conv2D(width, 1, stride)(x)
    x = L.ReLU()(L.Add()([x, y]))
x = L.Dense(10, activation="softmax")(L.GlobalAveragePooling2D()(x))
keras.Model(i, x).save(sys.argv[1])
"""


def start(
    side: str, model: str, images: str, script: str = __file__, more: Sequence[str] = ()
) -> subprocess.Popen[str]:
    """One side's process, which answers to lines on its stdin."""
    command = [sys.executable, script, "--side", side, "--model", model, "--images", images, *more]
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": path}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment
    )


def ask(process: subprocess.Popen[str], line: str) -> dict[str, Any]:
    """A side's answer to one line."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("no pipe")
    print(line, file=process.stdin, flush=True)
    answer = process.stdout.readline()
    if not answer:
        raise SystemExit("a side ended before it answered")
    return dict(json.loads(answer))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model")
    parser.add_argument("--images")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=("peer", "espalier"), help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
