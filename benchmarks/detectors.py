"""Detectors in int8: what Espalier keeps of their average precision, and what a plain conversion of the same file leaves.

    python benchmarks/detectors.py [shelf] [shared] [--keep FOLDER] [--evaluation 600] [--seed 2] [--epochs 4]

For each network of shelf_nets.py, in one run and on the same rendered scenes of examples/shelf:
- the float model, its boxes decoded in floating point;
- Espalier: int8 by a build that sees calibration images only, the graph ended before the decode, boxes by the integers of
  task/boxes/decode.py;
- "usual, pixels" and "usual, shares": the model as detectors are saved as a rule (decoded inside, boxes and scores in one output,
  boxes in pixels or as shares of the input), by plain TFLiteConverter post-training quantization on the same images;
- "same outputs": TFLiteConverter on the heads as Espalier gets them, its outputs decoded in floating point.

COCO's average precision of each (faster-coco-eval, held against pycocotools), the paired 95 % interval of what it loses, and the
share of the float model's boxes (from a score of 0.5 on) that it gives, too: same class, overlap of 0.5 or more. All in points of
100. Another `--seed` draws other scenes. Prints a verdict for each figure that is required; `--keep` keeps images and the trained
network there.
About ten minutes on two idle cores, half of it training `shared`.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import msgspec
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray
from shelf_nets import (
    EXAMPLE,
    HEIGHT,
    LABELS,
    LEAST,
    MOST,
    SCENES,
    SHARED,
    SHELF,
    THRESHOLD,
    WIDTH,
    Net,
    as_usual,
    decoded,
    suppressed,
    trained,
)

from espalier.detector import SURE
from espalier.stages.job import read_job
from espalier.stages.quantize import quantize_model
from espalier.stages.workshop import Workshop
from espalier.store import Store
from espalier.task.boxes.compare import PrecisionDrop, paired_drop
from espalier.task.boxes.decisions import at_threshold, changes
from espalier.task.boxes.decode import detect
from espalier.task.boxes.precision import average_precision
from espalier.task.boxes.scenes import Found, Truth, sizes_of
from espalier.terminal import Progress

NETS = (SHELF, SHARED)
FRAME = (SCENES.HEIGHT, SCENES.WIDTH)
Pixels = NDArray[np.uint8]
LIMITS = {"shelf": 0.5, "shared": 1.0}
"""Points that Espalier may lose."""
PLAIN_LOSS, AGREEMENT = 5.0, 98.0


RECIPE = """
name = "{name}"
[model]
path = "model.keras"
labels = "labels.txt"
task = "detect"
{detect}
[input]
size = {size}
mean = [127.5]
std = [127.5]
[calibration]
images = "calibration"
[[deploy]]
target = "raspberry-pi-4"
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way of making int8 from a network, in points of 100; `apart`: shares between our figures and pycocotools'."""

    net: str
    way: str
    drop: PrecisionDrop
    agreement: float
    recall: float
    alarms: float
    apart: float


def main() -> int:
    """Run the chosen networks; 0 when every required figure is reached."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="detectors-") as scratch:
        keep = Path(arguments.keep or scratch).resolve()
        images = _images(keep, arguments)
        rows = [row for net in NETS if net.name in arguments.nets for row in measure(net, keep, images, arguments.epochs)]
    print(f"\n{'':8}{'':16}{'AP':>7}{'lost':>7}  {'95 %':17}{'AP50 lost':>10}{'agree':>8}{'recall':>8}{'alarms':>8}")
    for row in rows:
        print(line(row))
    said = [*verdicts(rows)]
    print("\n".join(("holds   " if held else "FAILS   ") + text for text, held in said))
    return 0 if all(held for _, held in said) else 1


def measure(net: Net, keep: Path, images: Path, epochs: int) -> list[Row]:
    """Float, and int8 in every way, on the evaluation scenes."""
    path = trained(net, images, keep, epochs)
    model = keras.models.load_model(path)
    x, boxes = EXAMPLE.load(images, "evaluation")
    calibration, _ = EXAMPLE.load(images, "calibration")
    truths = _truths(boxes)
    given = decoded([np.asarray(o) for o in model.predict(_real(x), verbose=0)], net, FRAME)
    rows = [row_of(net, "float", truths, given, given)]
    print(f"{net.name}: float {100 * rows[0].drop.first:.2f} AP on {len(x)} scenes", file=sys.stderr, flush=True)
    for way, answers in _ways(net, model, path, images / "calibration", calibration, x):
        rows.append(row_of(net, way, truths, given, answers))
        print(line(rows[-1]), file=sys.stderr, flush=True)
    return rows


def _ways(
    net: Net, model: keras.Model, path: Path, folder: Path, calibration: Pixels, x: Pixels
) -> Iterator[tuple[str, list[Found]]]:
    yield "Espalier", own(net, path, folder, x)
    for way, pixels in (("usual, pixels", True), ("usual, shares", False)):
        usual = as_usual(model, net, pixels)
        (joint,) = _run(_converted(usual, calibration), x)
        scale = 1 if pixels else np.array([WIDTH, HEIGHT] * 2)
        yield way, suppressed(joint[..., :4].astype(np.float64) * scale, joint[..., 4:].astype(np.float64), FRAME)
    yield "same outputs", decoded(_run(_converted(model, calibration), x), net, FRAME)


def own(net: Net, path: Path, folder: Path, x: Pixels) -> list[Found]:
    """Espalier's int8 model by the stages of a build, which sees the calibration images only, and the integer decode that
    devices run."""
    place = folder.parent / net.name
    place.mkdir(exist_ok=True)
    shutil.copy(path, place / "model.keras")
    (place / "labels.txt").write_text("".join(f"{label}\n" for label in LABELS))
    if not (place / "calibration").exists():
        (place / "calibration").symlink_to(folder)
    recipe = place / "recipe.toml"
    recipe.write_text(RECIPE.format(name=net.name, detect=net.detect(), size=[HEIGHT, WIDTH]))
    with tempfile.TemporaryDirectory() as store, Workshop(Store(Path(store)), Progress(quiet=True)) as shop:
        job = read_job(shop, recipe)
        given = job.model.float_model()
        made = quantize_model(shop, job, given)
        detector = job.detector(given, made.heads)
    if detector is None:
        raise SystemExit(f"{net.name}: no detector")
    detector = msgspec.structs.replace(detector, threshold=int(LEAST * SURE), room=1024, most=MOST)
    unit = np.array([FRAME[1] / detector.width, FRAME[0] / detector.height] * 2)
    found = []
    for answers in zip(*_run(made.int8_model, x, raw=True), strict=True):
        boxes = detect(detector, answers)
        found.append(
            Found(corners=boxes.corners * unit, labels=boxes.labels.astype(np.int64), scores=boxes.scores / float(SURE))
        )
    return found


def row_of(net: Net, way: str, truths: Sequence[Truth], given: Sequence[Found], answers: Sequence[Found]) -> Row:
    """Its figures. The average precision is the library's; the interval is of our own matching, equal to it to 1e-6."""
    drop = paired_drop(truths, given, answers, len(LABELS))
    told = average_precision(truths, answers, LABELS)
    oracle = by_pycocotools(truths, answers)
    if drop is None or told.ap is None or told.ap50 is None:
        raise SystemExit(f"{net.name}, {way}: no object in these scenes")
    at = at_threshold(truths, answers, len(LABELS), THRESHOLD)
    return Row(
        net=net.name,
        way=way,
        drop=drop,
        agreement=100 * agreeing(truths, given, answers),
        recall=100 * (at.recall or 0.0),
        alarms=at.false_alarms_per_image,
        apart=max(abs(oracle[0] - told.ap), abs(oracle[1] - told.ap50), abs(oracle[0] - drop.second)),
    )


def by_pycocotools(truths: Sequence[Truth], answers: Sequence[Found]) -> tuple[float, float]:
    """AP and AP50 by the reference."""
    library = importlib.import_module("pycocotools.coco")
    objects = [(image, truth, place) for image, truth in enumerate(truths) for place in range(len(truth))]
    boxes = [(image, found, place) for image, found in enumerate(answers) for place in range(len(found))]
    with contextlib.redirect_stdout(io.StringIO()):
        given = library.COCO()
        given.dataset = {
            "info": {},
            "images": [{"id": image} for image in range(len(truths))],
            "categories": [{"id": number, "name": name} for number, name in enumerate(LABELS)],
            "annotations": [
                _row(image, truth, place) | {"id": number + 1, "area": float(truth.areas[place]), "iscrowd": 0}
                for number, (image, truth, place) in enumerate(objects)
            ],
        }
        given.createIndex()
        if not boxes:
            return 0.0, 0.0
        said = [_row(image, found, place) | {"score": float(found.scores[place])} for image, found, place in boxes]
        evaluation = importlib.import_module("pycocotools.cocoeval").COCOeval(given, given.loadRes(said), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0]), float(evaluation.stats[1])


def _row(image: int, boxes: Truth | Found, place: int) -> dict[str, Any]:
    x1, y1, x2, y2 = boxes.corners[place].tolist()
    return {"image_id": image, "category_id": int(boxes.labels[place]), "bbox": [x1, y1, x2 - x1, y2 - y1]}


def agreeing(truths: Sequence[Truth], given: Sequence[Found], answers: Sequence[Found]) -> float:
    """Share of the float model's boxes at the threshold that these answers hold, too, at the same threshold."""
    even = [Found(corners=f.corners, labels=f.labels, scores=np.where(f.scores >= THRESHOLD, 1.0, 0.0)) for f in given]
    other = [Found(corners=f.corners, labels=f.labels, scores=np.where(f.scores >= THRESHOLD, 1.0, 0.0)) for f in answers]
    return changes(truths, even, other, THRESHOLD).agreement or 0.0


def line(row: Row) -> str:
    """A row of the table."""
    d = row.drop
    span = f"{100 * d.low:+.2f} to {100 * d.high:+.2f}"
    return (
        f"{row.net:8}{row.way:16}{100 * d.second:7.2f}{100 * d.drop:+7.2f}  {span:17}{100 * d.drop50:+10.2f}"
        f"{row.agreement:8.2f}{row.recall:8.2f}{row.alarms:8.2f}"
    )


def verdicts(rows: Sequence[Row]) -> Iterator[tuple[str, bool]]:
    """What is required of each network."""
    for net in {row.net: None for row in rows}:
        ways = {row.way: row for row in rows if row.net == net}
        ours, usual = ways["Espalier"], ways["usual, pixels"]
        low, high = 100 * ours.drop.low, 100 * ours.drop.high
        yield (
            f"{net}: int8 loses {100 * ours.drop.drop:.2f} AP (95 % {low:+.2f} to {high:+.2f}), at most {LIMITS[net]}",
            100 * ours.drop.drop <= LIMITS[net],
        )
        yield (
            f"{net}: plain conversion, saved the usual way, loses {100 * usual.drop.drop:.2f} AP, at least {PLAIN_LOSS}",
            100 * usual.drop.drop >= PLAIN_LOSS,
        )
        apart = max(row.apart for row in rows if row.net == net)
        yield f"{net}: average precision is pycocotools' to {apart:.1g}, at most 1e-6", apart <= 1e-6
        yield f"{net}: {ours.agreement:.2f} % of the boxes agree, at least {AGREEMENT}", ours.agreement >= AGREEMENT


def _truths(boxes: Sequence[Any]) -> list[Truth]:
    """In pixels of the frame."""
    ratio = np.array([FRAME[1] / WIDTH, FRAME[0] / HEIGHT] * 2)
    return [
        Truth(corners=c * ratio, labels=labels, ignored=np.zeros(len(labels), np.bool_), areas=sizes_of(c * ratio))
        for c, labels in boxes
    ]


def _real(x: Pixels) -> NDArray[np.float32]:
    real: NDArray[np.float32] = (x.astype(np.float32) - 127.5) / np.float32(127.5)
    return real


def _converted(model: keras.Model, calibration: Pixels) -> bytes:
    """Plain post-training quantization: int8 in and out, min and max of the calibration images."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = _few(calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    with contextlib.redirect_stdout(io.StringIO()):
        return bytes(converter.convert())


def _few(calibration: Pixels) -> Callable[[], Iterator[list[NDArray[np.float32]]]]:
    return lambda: ([image[None]] for image in _real(calibration))


def _interpreter(model: bytes) -> Any:
    interpreter = Interpreter(model_content=model)
    interpreter.allocate_tensors()
    return interpreter


def _run(model: bytes, x: Pixels, raw: bool = False) -> list[NDArray[Any]]:
    """Every output for all images, in the model's order; real numbers, or int8 as they are."""
    interpreter = _interpreter(model)
    (entry,) = interpreter.get_input_details()
    details = _ordered(interpreter)
    scale, zero = entry["quantization"]
    values = np.clip(np.round(_real(x) / scale + zero), -128, 127).astype(np.int8)
    found: list[list[NDArray[Any]]] = [[] for _ in details]
    for image in values:
        interpreter.set_tensor(entry["index"], image[None])
        interpreter.invoke()
        for place, detail in enumerate(details):
            found[place].append(interpreter.get_tensor(detail["index"])[0])
    stacks = [np.stack(one) for one in found]
    if raw:
        return stacks
    return [(s.astype(np.float32) - d["quantization"][1]) * d["quantization"][0] for s, d in zip(stacks, details, strict=True)]


def _ordered(interpreter: Any) -> list[Any]:
    """Details of the outputs in the model's order: TFLiteConverter numbers them by name only, Espalier's come in order."""
    details = list(interpreter.get_output_details())
    signatures = interpreter.get_signature_list()
    names = next(iter(signatures.values()))["outputs"] if signatures else []
    if not names or not all(name.startswith("output_") for name in names):
        return details
    named = interpreter.get_signature_runner().get_output_details()
    by_index = {detail["index"]: detail for detail in details}
    return [by_index[named[name]["index"]] for name in sorted(names, key=lambda name: int(name.rpartition("_")[2]))]


def _images(keep: Path, arguments: argparse.Namespace) -> Path:
    """Scenes of the example, evaluation with the seed that is asked for."""
    images = keep / f"scenes{arguments.seed}-{arguments.evaluation}"
    counts = {"train": SCENES.SETS["train"] if "shared" in arguments.nets else 0, "calibration": SCENES.SETS["calibration"]}
    for seed, (split, count) in enumerate(counts.items()):
        if count and not (images / f"{split}.json").exists():
            SCENES.write(images, split, count, seed)
    if not (images / "evaluation.json").exists():
        SCENES.write(images, "evaluation", arguments.evaluation, arguments.seed)
    return images


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("nets", nargs="*", default=[net.name for net in NETS], help="shelf, shared (all)")
    parser.add_argument("--keep", help="folder for images and trained networks")
    parser.add_argument("--evaluation", type=int, default=600, help="scenes")
    parser.add_argument("--seed", type=int, default=2, help="of the evaluation scenes; 0 and 1 are training and calibration")
    parser.add_argument("--epochs", type=int, default=4, help="of the network that is trained here")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
