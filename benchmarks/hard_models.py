"""int8 on ten networks that are hard to quantize: Espalier's ladder, TFLiteConverter and LiteRT's own quantizer.

    python benchmarks/hard_models.py [NAME ...] [--search best | until-limit] [--keep FOLDER] [--json FILE]

For each network of hard_nets.py, in one run and on the same images: top-1 of the float model; plain post-training
quantization by TFLiteConverter (full integer, min/max); plain LiteRT quantizer (its static int8 recipe, its own
calibration); Espalier's `scheme = "auto"` with the limit that the network's row states, through the stages of
`espalier build`. 300 calibration and 2,000 evaluation images, drawn from different originals.

Espalier runs with `search = "best"`: it sees the evaluation images' labels and keeps the best of its steps on them, so
its figure on these images is too good by chance. Three things are printed beside it: what the same choice loses on
images that it was not made on (its report's held-out drop), all files on 2,000 fresh images from originals that
nothing was chosen on, and McNemar's exact p-value of each difference against a peer. With `--search until-limit` (a
recipe's default) it stops at the first step that holds the limit, which may be some tenths below a peer.

Prints two tables and a verdict for each figure that is required. `--keep` keeps models and images there, and does not
train again what it finds there. About ten minutes on two cores; training uses one.
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

import numpy as np
from hard_nets import MEAN, NETS, SIDE, STD, HardNet, draw, net_of
from numpy.typing import NDArray
from PIL import Image

from espalier.errors import EspalierError
from espalier.recipe import InputContract
from espalier.stages.job import read_job
from espalier.stages.quantize import quantize_model
from espalier.stages.workshop import Workshop
from espalier.store import Store
from espalier.task.accuracy import compare, top1
from espalier.terminal import Progress
from espalier.worker.client import Worker
from espalier.worker.runtime_calls import Predict

ROOT = Path(__file__).resolve().parents[1]
COUNTS = {"calibration": 300, "evaluation": 2000}
PEERS = {"tflite": "TFLite", "litert": "LiteRT"}
FRESH = 2000
SIGNIFICANT = 0.05
"""Level at which a file counts as worse on fresh images, divided by the number of comparisons (Bonferroni)."""
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
search = "{search}"
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
    limit, `espalier` is the best one. `held_out`: see report.content.QuantizeRow.held_out_drop. `versus`: for each
    peer, Espalier against it."""

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
    held_out: float | None
    train_seconds: float
    versus: dict[str, Versus]
    fresh: Fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Versus:
    """Espalier against a peer on the same images: points more, and McNemar's exact two-sided p-value."""

    points: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """On images that nothing was chosen on: points lost against float by each file that exists, and `versus`."""

    float_top1: float
    losses: dict[str, float]
    versus: dict[str, Versus]


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Espalier's file (empty when it refused: `why`), how it was made."""

    int8_model: bytes = b""
    seconds: float = 0.0
    rung: str = "none"
    steps: int = 0
    held_out: float | None = None
    why: str = ""


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
            rows.append(measure(net, Path(arguments.keep or scratch).resolve(), search=arguments.search))
            print(line(rows[-1]), file=sys.stderr, flush=True)
    said = verdicts(rows)
    lines = [*table(rows), "", *fresh_table(rows), ""]
    print("\n".join([*lines, *(("holds   " if held else "FAILS   ") + text for text, held in said)]))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps([asdict(row) for row in rows], indent=1))
    return 0 if all(held for _, held in said) else 1


# One network


def measure(
    net: HardNet,
    folder: Path,
    counts: dict[str, int] | None = None,
    epochs: int | None = None,
    search: str = "best",
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
    notes = json.loads((made / "notes.json").read_text())
    own = quantize_own(net, place, search)
    (place / "espalier.tflite").write_bytes(own.int8_model)
    whys = {"float": "", "espalier": own.why} | {peer: notes[peer]["why"] for peer in PEERS}
    seconds = {"espalier": own.seconds} | {peer: notes[peer].get("seconds", 0.0) for peer in PEERS}
    pixels, truth = draw("evaluation", counts["evaluation"])
    found = _answers(made, whys, pixels)
    scores = {
        name: _score(found["float"], found[name], truth, seconds[name]) if name in found else Score(why=why)
        for name, why in whys.items()
        if name != "float"
    }
    return Row(
        net=net.name,
        weights=net.weights,
        limit=net.limit,
        float_top1=float((found["float"] == truth).mean()),
        rung=own.rung,
        steps=own.steps,
        refused=bool(own.why) or scores["espalier"].loss > net.limit,
        held_out=own.held_out,
        train_seconds=notes["train"]["seconds"],
        versus=_versus(found, truth),
        fresh=_fresh(made, whys),
        **scores,
    )


def quantize_own(net: HardNet, folder: Path, search: str) -> Own:
    """Espalier's ladder through the stages of a build."""
    target = "raspberry-pi-4"
    if net.weights == "per-tensor":
        target = "./per-tensor.toml"
        text = (ROOT / "targets" / "raspberry-pi-4.toml").read_text()
        text = text.replace('"per-channel"', '"per-tensor"').replace("raspberry-pi-4", "per-tensor", 1)
        (folder / target).write_text(text)
    recipe = folder / "recipe.toml"
    recipe.write_text(
        RECIPE.format(side=SIDE, mean=MEAN, std=STD, limit=net.limit, search=search, target=target)
    )
    with (
        tempfile.TemporaryDirectory() as store,
        Workshop(Store(Path(store)), Progress(quiet=True)) as shop,
    ):
        job = read_job(shop, recipe)
        model = job.model.float_model()
        job.calibration.prepared()
        started = time.monotonic()
        try:
            int8 = quantize_model(shop, job, model)
        except EspalierError as problem:
            return Own(why=str(problem))
        return Own(
            int8_model=int8.int8_model,
            seconds=time.monotonic() - started,
            rung=next(step.name for step in int8.steps if step.kept),
            steps=len(int8.steps),
            held_out=int8.held_out_drop,
        )


def _answers(made: Path, whys: dict[str, str], pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.int64]]:
    """The classes that each file answers; a file that does not run is left out, and `whys` says why."""
    found = {}
    for name in [name for name, why in whys.items() if not why]:
        try:
            found[name] = top1(predictions(made / f"{name}.tflite", pixels))
        except EspalierError as problem:
            whys[name] = str(problem)
    return found


def _versus(found: dict[str, NDArray[np.int64]], truth: NDArray[np.int64]) -> dict[str, Versus]:
    """Espalier against each peer."""
    drops = {p: compare(found[p], found["espalier"], truth) for p in PEERS if {p, "espalier"} <= set(found)}
    return {p: Versus(points=0.0 - drop.points, p_value=drop.p_value) for p, drop in drops.items()}


def _fresh(made: Path, whys: dict[str, str]) -> Fresh:
    pixels, truth = draw("fresh", FRESH)
    found = _answers(made, whys, pixels)
    before = float((found["float"] == truth).mean())
    losses = {name: 100 * (before - float((answers == truth).mean())) for name, answers in found.items()}
    return Fresh(float_top1=before, losses=losses, versus=_versus(found, truth))


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
            call = Predict(model=path.read_bytes(), pixels_path=f"{scratch}/pixels.npy", contract=CONTRACT)
            return worker.ask(call).real()
        finally:
            worker.close(kill=True)


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
    f"{'Espal.':>7}{'loss':>7}{'(95 %)':>16}{'agree':>7}{'s':>6}{'p TFL.':>9}{'p LiteRT':>9}  rung kept (steps tried)"
)


def line(row: Row) -> str:
    """One row."""
    own = row.espalier
    text = f"{row.net:<21}{row.float_top1:>7.2%} |{_short(row.tflite)} |{_short(row.litert)} |"
    if own.why:
        return f"{text} refused: {own.why}"
    interval = f"{own.low:.2f} to {own.high:.2f}"
    text += f"{own.top1:>7.2%}{own.loss:>7.2f}{interval:>16}{own.agreement:>7.1%}{own.seconds:>6.1f}"
    text += "".join(f"{_p_value(row.versus, peer):>9}" for peer in PEERS) + f"  {row.rung} ({row.steps})"
    return text + (f"  OVER the limit {row.limit:g}" if row.refused else "")


def _short(score: Score) -> str:
    if score.why:
        return f" fails: {score.why.splitlines()[0][:19]:<19}"
    return f"{score.top1:>7.2%}{score.loss:>7.2f}{score.agreement:>7.1%}{score.seconds:>6.1f}"


def _p_value(versus: dict[str, Versus], peer: str) -> str:
    return "" if peer not in versus else f"{versus[peer].p_value:.2g}"


def fresh_table(rows: Sequence[Row]) -> list[str]:
    """What the choice is worth on images that it was not made on, and all files on fresh images."""
    lines = [
        f"points lost on {FRESH} fresh images; before them Espalier's, as its report corrects it for the choice",
        f"{'network':<21}{'held out':>9} |{'float':>7}{'TFLite':>8}{'LiteRT':>8}{'Espal.':>8} |"
        f"{'+TFLite':>8}{'p':>9}{'+LiteRT':>8}{'p':>9}",
    ]
    for row in rows:
        fresh = row.fresh
        held_out = "" if row.held_out is None else f"{row.held_out:.2f}"
        losses = [
            f"{fresh.losses[name]:.2f}" if name in fresh.losses else "fails" for name in (*PEERS, "espalier")
        ]
        text = f"{row.net:<21}{held_out:>9} |{fresh.float_top1:>7.2%}" + "".join(f"{v:>8}" for v in losses)
        text += " |"
        for peer in PEERS:
            points = f"{fresh.versus[peer].points:+.2f}" if peer in fresh.versus else ""
            text += f"{points:>8}{_p_value(fresh.versus, peer):>9}"
        lines.append(text)
    return lines


def verdicts(rows: Sequence[Row]) -> list[tuple[str, bool]]:
    """Each required figure in words, with whether it is reached."""
    held = [r for r in rows if not r.refused]
    refused = [r.net for r in rows if r.refused]
    worse = _behind([(r.net, r.versus) for r in rows])
    fresh = [(r.net, r.fresh.versus) for r in rows]
    behind, comparisons = _behind(fresh), sum(len(versus) for _, versus in fresh)
    proven = [
        one
        for _, v in fresh
        for one in v.values()
        if one.points < 0 and one.p_value < SIGNIFICANT / comparisons
    ]
    better = [r.net for r in rows if r.tflite.why or r.espalier.top1 - r.tflite.top1 >= 0.05]
    tensor = [r for r in rows if r.weights == "per-tensor"]
    found = [
        (
            f"{len(held)} of {len(rows)} within their limit of float"
            + (f"; refused with the best reached: {', '.join(refused)}" if refused else ""),
            len(held) + len(refused) == len(rows),
        ),
        (
            "never below a peer on the images of the build" + (f": below in {worse}" if worse else ""),
            not worse,
        ),
        (
            f"on fresh images nowhere below a peer beyond chance (level {SIGNIFICANT:g} over {comparisons} comparisons)"
            + (f"; below in {behind}" if behind else ""),
            not proven,
        ),
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


def _behind(compared: Sequence[tuple[str, dict[str, Versus]]]) -> str:
    """Where Espalier is below a peer, and how sure that is."""
    return ", ".join(
        f"{net} ({one.points:+.2f} against {PEERS[peer]}, p = {one.p_value:.2g})"
        for net, versus in compared
        for peer, one in versus.items()
        if one.points < 0
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="networks (default: all)")
    parser.add_argument("--search", choices=("best", "until-limit"), default="best")
    parser.add_argument("--keep")
    parser.add_argument("--json")
    parser.add_argument("--make", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--calibration", type=int, default=COUNTS["calibration"], help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
