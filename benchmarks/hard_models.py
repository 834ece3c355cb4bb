"""int8 on ten networks that are hard to quantize: Espalier's ladder, TFLiteConverter and LiteRT's own quantizer.

    python benchmarks/hard_models.py [NAME ...] [--keep FOLDER] [--json FILE]

For each network of hard_nets.py, in one run and on the same images: top-1 of the float model; plain post-training
quantization by TFLiteConverter (full integer, min/max); plain LiteRT quantizer (its static int8 recipe, its own
calibration); Espalier's `scheme = "auto"` with the limit that the network's row states, through the stages of
`espalier build`. 300 calibration and 2,000 evaluation images, drawn from different originals. Prints a table and a
verdict for each figure that is required. `--keep` keeps models and images there, and does not train again what it
finds there. About eight minutes on two cores; training uses one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from hard_nets import MEAN, NETS, SIDE, STD, HardNet, draw, net_of
from numpy.typing import NDArray
from PIL import Image

from espalier.errors import EspalierError
from espalier.job import read_job
from espalier.measure.accuracy import compare, top1
from espalier.measure.evaluate_model import answers
from espalier.measure.predict import dequantize
from espalier.quantize.quantize_model import quantize_model
from espalier.recipe import InputContract
from espalier.store import Store
from espalier.terminal import Progress
from espalier.worker.client import Worker
from espalier.workshop import Workshop

ROOT = Path(__file__).resolve().parents[1]
COUNTS = {"calibration": 300, "evaluation": 2000}
PEERS = ("tflite", "litert")
CONTRACT = InputContract(size=(SIDE, SIDE), mean=(MEAN,), std=(STD,))

RECIPE = """
name = "hard"
[model]
path = "model.keras"
[input]
size = [{side}, {side}]
mean = [{mean}]
std = [{std}]
[calibration]
images = "calibration"
count = 100000
[evaluation]
images = "evaluation"
[quantize]
scheme = "auto"
max-accuracy-drop = {limit}
[[deploy]]
target = "{target}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One int8 model against float: shares, points lost with their 95 % interval, seconds to make it; `why` it does
    not exist, when it does not."""

    top1: float = 0.0
    loss: float = 0.0
    low: float = 0.0
    high: float = 0.0
    agreement: float = 0.0
    seconds: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one network came to. `rung`: the step of the ladder that was kept, of how many; `refused`: no step held the
    limit, `espalier` is the best one."""

    net: str
    weights: str
    limit: float
    float_top1: float
    tflite: Score
    litert: Score
    espalier: Score
    rung: str
    steps: int
    refused: bool
    train_seconds: float


def main() -> int:
    """Run the suite; 0 when every required figure is reached."""
    arguments = _arguments()
    if arguments.make:
        make(arguments.make, Path(arguments.folder), arguments.calibration, arguments.epochs)
        return 0
    chosen = [net_of(name) for name in arguments.names] or list(NETS)
    with tempfile.TemporaryDirectory(prefix="hard-models-") as scratch:
        rows = []
        for net in chosen:
            rows.append(measure(net, Path(arguments.keep or scratch).resolve()))
            print(line(rows[-1]), file=sys.stderr, flush=True)
    said = verdicts(rows)
    print(
        "\n".join([*table(rows), "", *(("holds   " if held else "FAILS   ") + text for text, held in said)])
    )
    if arguments.json:
        Path(arguments.json).write_text(json.dumps([asdict(row) for row in rows], indent=1))
    return 0 if all(held for _, held in said) else 1


# One network


def measure(
    net: HardNet, folder: Path, counts: dict[str, int] | None = None, epochs: int | None = None
) -> Row:
    """Train (or find) the network, quantize it three ways, measure all on the same images."""
    counts = counts or COUNTS
    write_images(folder, counts)
    place = folder / net.name
    place.mkdir(parents=True, exist_ok=True)
    made = _make(net, place, counts["calibration"], epochs)
    for name in counts:
        if not (place / name).exists():
            (place / name).symlink_to(folder / name)
    pixels, truth = draw("evaluation", counts["evaluation"])
    before = predictions(made / "float.tflite", pixels)
    notes = json.loads((made / "notes.json").read_text())
    peers = {peer: _peer_score(made / f"{peer}.tflite", notes[peer], pixels, before, truth) for peer in PEERS}
    own, rung, steps, refused, float_top1 = espalier_score(net, place)
    return Row(
        net=net.name,
        weights=net.weights,
        limit=net.limit,
        float_top1=float_top1,
        espalier=own,
        rung=rung,
        steps=steps,
        refused=refused,
        train_seconds=notes["train"]["seconds"],
        **peers,
    )


def espalier_score(net: HardNet, folder: Path) -> tuple[Score, str, int, bool, float]:
    """Espalier's ladder through the stages of a build: score, step kept, steps tried, refused, float top-1."""
    target = "raspberry-pi-4"
    if net.weights == "per-tensor":
        target = "./per-tensor.toml"
        text = (ROOT / "targets" / "raspberry-pi-4.toml").read_text()
        text = text.replace('"per-channel"', '"per-tensor"').replace("raspberry-pi-4", "per-tensor", 1)
        (folder / target).write_text(text)
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE.format(side=SIDE, mean=MEAN, std=STD, limit=net.limit, target=target))
    with (
        tempfile.TemporaryDirectory() as store,
        Workshop(Store(Path(store)), Progress(quiet=True)) as shop,
    ):
        job = read_job(shop, recipe)
        model = job.model.float_model()
        job.calibration.prepared()
        images = job.evaluation
        if images is None:
            raise ValueError("the recipe has no evaluation images")
        before = answers(shop, images, model.tflite, job)
        rows = images.prepared().images
        truth = np.array([int(row.label or -1) for row in rows])
        float_top1 = float((top1(before) == truth).mean())
        started = time.monotonic()
        try:
            int8 = quantize_model(shop, job, model)
        except EspalierError as problem:
            return Score(why=str(problem)), "none", 0, True, float_top1
        seconds = time.monotonic() - started
        after = answers(shop, images, int8.int8_model, job)
    kept = next(step for step in int8.steps if step.kept)
    score = _score(top1(before), top1(after), truth, seconds)
    return score, kept.name, len(int8.steps), score.loss > net.limit, float_top1


def _peer_score(
    path: Path,
    notes: dict[str, Any],
    pixels: NDArray[np.uint8],
    before: NDArray[Any],
    truth: NDArray[np.int64],
) -> Score:
    if notes["why"]:
        return Score(why=notes["why"])
    try:
        after = predictions(path, pixels)
    except EspalierError as problem:
        return Score(why=str(problem))
    return _score(top1(before), top1(after), truth, notes["seconds"])


def _score(before: Any, after: Any, truth: Any, seconds: float) -> Score:
    drop = compare(before, after, truth)
    return Score(
        top1=float((after == truth).mean()),
        loss=drop.points,
        low=drop.low,
        high=drop.high,
        agreement=float((before == after).mean()),
        seconds=round(seconds, 2),
    )


def predictions(path: Path, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A file's class probabilities with LiteRT's default kernels, in a process of their own (a quantizer can write a
    file that ends the interpreter's process)."""
    with tempfile.TemporaryDirectory() as scratch:
        np.save(f"{scratch}/pixels.npy", pixels)
        worker = Worker("litert-runtime", scratch=Path(scratch))
        try:
            value = worker.call(
                "predict",
                model=path.read_bytes(),
                pixels_path=f"{scratch}/pixels.npy",
                contract=msgspec.to_builtins(CONTRACT),
            )
        finally:
            worker.close(kill=True)
    return dequantize(value["outputs"], value["scale"], value["zero_point"])


def write_images(folder: Path, counts: dict[str, int]) -> None:
    """<folder>/<set>/<digit>/<number>.png for both sets, once."""
    for name, count in counts.items():
        if (folder / name).exists():
            continue
        for number, (image, label) in enumerate(zip(*draw(name, count), strict=True)):
            place = folder / name / str(label)
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(place / f"{number:05d}.png")


# The Keras model and the peers, in a TensorFlow process


def _make(net: HardNet, place: Path, calibration: int, epochs: int | None) -> Path:
    """Train in a process of its own and leave there what `make` says, once."""
    if not (place / "notes.json").exists():
        path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
        environment = os.environ | {
            "PYTHONPATH": path,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": "",
        }
        command = [sys.executable, __file__, "--make", net.name, "--folder", str(place)]
        command += ["--calibration", str(calibration), "--epochs", str(epochs or net.epochs)]
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{net.name}: {done.stderr[-3000:]}")
    return place


def make(name: str, folder: Path, calibration: int, epochs: int | None = None) -> None:
    """Train a network and quantize it with both peers: model.keras, float.tflite, <peer>.tflite, notes.json."""
    import tensorflow as tf
    from hard_nets import train
    from tensorflow.lite.python.convert_phase import ConverterError

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    net, started = net_of(name), time.monotonic()
    model = train(net, epochs=epochs)
    notes: dict[str, Any] = {"train": {"seconds": round(time.monotonic() - started, 1)}}
    model.save(folder / "model.keras")
    pixels, _ = draw("calibration", calibration)
    images = (pixels.astype(np.float32) - np.float32(MEAN)) / np.float32(STD)
    single = _batch_of_one(model)
    converter = tf.lite.TFLiteConverter.from_keras_model(single)
    float_model = bytes(converter.convert())
    (folder / "float.tflite").write_bytes(float_model)
    peers: dict[str, Callable[[], bytes]] = {
        "tflite": lambda: plain_tflite(single, images, net.weights),
        "litert": lambda: plain_litert(float_model, images, net.weights),
    }
    for peer, run in peers.items():
        started = time.monotonic()
        try:
            (folder / f"{peer}.tflite").write_bytes(run())
            notes[peer] = {"why": "", "seconds": time.monotonic() - started}
        except (
            ConverterError,
            ValueError,
            RuntimeError,
            KeyError,
            TypeError,
            NotImplementedError,
        ) as problem:
            notes[peer] = {"why": f"{type(problem).__name__}: {str(problem).strip()[:300]}"}
    (folder / "notes.json").write_text(json.dumps(notes))


def plain_tflite(model: Any, images: NDArray[np.float32], weights: str) -> bytes:
    """TFLiteConverter's full-integer post-training quantization, as its guide shows it; its switch for weights with one
    scale per tensor when the target asks for that."""
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([image[None]] for image in images)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter._experimental_disable_per_channel = weights == "per-tensor"
    return bytes(converter.convert())


def plain_litert(float_model: bytes, images: NDArray[np.float32], weights: str) -> bytes:
    """LiteRT's quantizer with its static int8 recipe and its own calibration."""
    from ai_edge_litert.interpreter import Interpreter
    from litert_quantizer import qtyping, quantizer, recipe

    interpreter: Any = Interpreter(model_content=float_model)
    signature, parts = next(iter(interpreter.get_signature_list().items()))
    steps = recipe.static_wi8_ai8()
    if weights == "per-tensor":
        for step in steps:
            step["op_config"]["weight_tensor_config"]["granularity"] = qtyping.QuantGranularity.TENSORWISE
    worker = quantizer.Quantizer(bytearray(float_model), steps)
    data = {signature: [{parts["inputs"][0]: image[None]} for image in images]}
    result = worker.quantize(worker.calibrate(data, num_threads=1))
    return bytes(result.quantized_model)


def _batch_of_one(model: Any) -> Any:
    """The model with a fixed batch, without which both peers keep shape arithmetic that is not int8."""
    import keras

    inputs = keras.Input(batch_shape=(1, SIDE, SIDE, 3), name="image")
    return keras.Model(inputs, model(inputs))


# What is printed


def table(rows: Sequence[Row]) -> list[str]:
    """The rows side by side."""
    return [_HEAD, *(line(row) for row in rows)]


_HEAD = (
    f"{'network':<21}{'float':>7} |{'TFLite':>7}{'loss':>7}{'agree':>7}{'s':>6} |{'LiteRT':>7}{'loss':>7}{'agree':>7}{'s':>6} |"
    f"{'Espal.':>7}{'loss':>7}{'(95 %)':>16}{'agree':>7}{'s':>6}  rung kept (steps tried)"
)


def line(row: Row) -> str:
    """One row."""
    own = row.espalier
    text = f"{row.net:<21}{row.float_top1:>7.2%} |{_short(row.tflite)} |{_short(row.litert)} |"
    if own.why:
        return f"{text} refused: {own.why}"
    interval = f"{own.low:.2f} to {own.high:.2f}"
    text += f"{own.top1:>7.2%}{own.loss:>7.2f}{interval:>16}{own.agreement:>7.1%}{own.seconds:>6.1f}  {row.rung} ({row.steps})"
    return text + (f"  OVER the limit {row.limit:g}" if row.refused else "")


def _short(score: Score) -> str:
    if score.why:
        return f" fails: {score.why.splitlines()[0][:19]:<19}"
    return f"{score.top1:>7.2%}{score.loss:>7.2f}{score.agreement:>7.1%}{score.seconds:>6.1f}"


def verdicts(rows: Sequence[Row]) -> list[tuple[str, bool]]:
    """Each required figure in words, with whether it is reached."""
    held = [r for r in rows if not r.refused]
    refused = [r.net for r in rows if r.refused]
    worse = [
        f"{r.net} ({peer.loss - r.espalier.loss:+.2f} against {name})"
        for r in rows
        for name, peer in (("TFLite", r.tflite), ("LiteRT", r.litert))
        if not peer.why and peer.top1 > r.espalier.top1
    ]
    better = [r.net for r in rows if r.tflite.why or r.espalier.top1 - r.tflite.top1 >= 0.05]
    tensor = [r for r in rows if r.weights == "per-tensor"]
    found = [
        (
            f"{len(held)} of {len(rows)} within their limit of float"
            + (f"; refused with the best reached: {', '.join(refused)}" if refused else ""),
            len(held) + len(refused) == len(rows),
        ),
        ("never below a peer" + (f": below in {', '.join(worse)}" if worse else ""), not worse),
        (
            f"at least 5 points over plain TFLite in {len(better)} (4 wanted): {', '.join(better)}",
            len(better) >= 4,
        ),
    ]
    found += [
        (
            f"{r.net}: within 1 point with per-tensor weights ({r.espalier.loss:.2f} points)",
            r.espalier.loss <= 1.0,
        )
        for r in tensor
    ]
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="networks (default: all)")
    parser.add_argument("--keep")
    parser.add_argument("--json")
    parser.add_argument("--make", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--calibration", type=int, default=COUNTS["calibration"], help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
