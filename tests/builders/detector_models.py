"""Small int8 detectors, built operator by operator, and the source of their bundles: no training, no TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import msgspec
import numpy as np
from single_op_cases import Builder

from espalier.bundle import golden
from espalier.detector import Detector
from espalier.facts import ArenaFacts, BundleSource, GoldenVector, OperatorUse, TensorFacts
from espalier.graph import reference
from espalier.graph.types import Graph, Quant
from espalier.quantizer.interface import uint8_twin
from espalier.recipe import CalibrationSource, Deploy, InputContract, ModelSource, Recipe
from espalier.recipe_answers import Decision
from espalier.target import load_target
from espalier.task.boxes.anchors import Grid, grid
from espalier.task.boxes.golden import with_boxes
from espalier.task.boxes.tables import Heads, Output, Reading, make_detector
from espalier.tflite.metadata import add_metadata
from espalier.tflite.read import read_tflite
from espalier.tflite.write import write_tflite

SMALL = (32, 48)
"""Height and width of the input; `larger` multiplies them."""
LABELS = ("cup", "plate", "spoon & fork")
CONTRACT = InputContract(size=SMALL, resize="bilinear", fit="pad", mean=(0.0,), std=(255.0,))
ANCHORS = (((6.0, 5.0), (9.0, 12.0)), ((14.0, 12.0), (20.0, 26.0)))
"""Widths and heights of each level."""


@dataclass(frozen=True, kw_only=True)
class Finder:
    """A network, what its heads mean, and their detector. `outputs`: in the network's order."""

    model: bytes
    graph: Graph
    grids: tuple[Grid, ...]
    heads: tuple[Heads, ...]
    reading: Reading
    detector: Detector


@cache
def finder(
    scores: str = "sigmoid", background: str = "none", order: str = "xywh", joined: bool = True, decode: str = "ssd",
    larger: int = 1, overlap: float = 0.4, per_class: bool = True,
) -> Finder:
    """Two maps of 4 x 6 and 2 x 3 cells with two anchors each. `joined`: one output for boxes and one for scores, of all
    levels; else two for each level, each with its own scale. A YOLO has one for each level: boxes, objectness, scores."""
    rng, b = np.random.default_rng(1), Builder()
    extra = int(background != "none")
    columns = len(LABELS) + extra
    size = (SMALL[0] * larger, SMALL[1] * larger)
    image = b.input((1, *size, 3), Quant(scales=(1 / 255,), zero_points=(-128,)))
    found = []
    fine = _conv(b, rng, image, 8, 8, 8 * larger, activation="relu")
    coarse = _conv(b, rng, fine, 12, 3, 2, activation="relu")
    for level, features in enumerate((fine, coarse)):
        if decode.startswith("yolo"):
            quant = Quant(scales=(0.015 * (1 + 0.4 * level),), zero_points=(-30,))
            rows = _conv(b, rng, features, 2 * (5 + columns), 1, 1, quant=quant, spread=0.4)
            count = b.tensors[rows].shape[1] * b.tensors[rows].shape[2] * 2
            found.append([_reshaped(b, rows, (1, count, 5 + columns))])
            continue
        apart = 1.0 if joined else 1 + 0.4 * level
        box = _conv(b, rng, features, 8, 1, 1, quant=Quant(scales=(0.02 * apart,), zero_points=(3,)), spread=2.0)
        score = _conv(b, rng, features, 2 * columns, 1, 1, quant=Quant(scales=(0.035 * apart,), zero_points=(40,)), spread=1.0)
        count = b.tensors[box].shape[1] * b.tensors[box].shape[2] * 2
        found.append([_reshaped(b, box, (1, count, 4)), _reshaped(b, score, (1, count, columns))])
    if decode.startswith("yolo"):
        ends = [end for (end,) in found]
        heads = [Heads(box=0, objectness=0, scores=0), Heads(box=1, objectness=1, scores=1)]
    elif joined:
        ends = [_concatenated(b, [row[n] for row in found]) for n in (0, 1)]
        heads = [Heads(box=0, scores=1)] * 2
    else:
        ends = [end for row in found for end in row]
        heads = [Heads(box=0, scores=1), Heads(box=2, scores=3)]
    if scores == "none":
        quant = Quant(scales=(1 / 256,), zero_points=(-128,))
        ends = [b.op("logistic", [end], quant) if n % 2 else end for n, end in enumerate(ends)]
    model = write_tflite(b.finish(ends))
    graph = read_tflite(model, name="toy-finder")
    reading = Reading(
        decode=decode, classes=len(LABELS), threshold=0.3 if scores == "softmax" or decode.startswith("yolo") else 0.7,
        overlap=overlap, scores=scores,
        background=background, order=order,
        variances=(0.1, 0.1, 0.2, 0.2) if decode == "ssd" else (1.0, 1.0, 1.0, 1.0), room=32, most=12, per_class=per_class,
    )  # fmt: skip
    grids = [
        grid(rows, rows * 3 // 2, size, [(larger * width, larger * height) for width, height in sizes])
        for rows, sizes in zip((4, 2), ANCHORS, strict=True)
    ]
    outputs = [
        Output(shape=tensor.shape[1:], scale=tensor.quant.scale, zero_point=tensor.quant.zero_point)
        for tensor in (graph.tensors[end] for end in graph.outputs)
        if tensor.quant is not None
    ]
    detector = make_detector(reading, size, grids, heads, outputs)
    return Finder(model=model, graph=graph, grids=tuple(grids), heads=tuple(heads), reading=reading, detector=detector)


def _conv(
    b: Builder,
    rng: np.random.Generator,
    given: int,
    channels: int,
    window: int,
    stride: int,
    *,
    activation: str = "none",
    quant: Quant | None = None,
    spread: float = 1.0,
) -> int:
    entered, count = b.tensors[given], b.tensors[given].shape[3]
    quant = quant or Quant(scales=(0.03,), zero_points=(-128,))
    assert entered.quant is not None
    step = 0.02 * spread / np.sqrt(window * window * count) * 3
    weights = rng.integers(-127, 128, (channels, window, window, count))
    bias = rng.integers(-int(0.3 / (entered.quant.scale * step)), int(0.3 / (entered.quant.scale * step)) + 1, channels)
    flat = Quant(scales=(step,) * channels, zero_points=(0,) * channels, axis=0)
    whole = Quant(scales=(entered.quant.scale * step,) * channels, zero_points=(0,) * channels, axis=0)
    operands = [given, b.const(weights, "int8", flat), b.const(bias, "int32", whole)]
    return b.op(
        "conv_2d", operands, quant, padding="same", stride_w=stride, stride_h=stride, activation=activation, dilation_w=1,
        dilation_h=1,
    )  # fmt: skip


def _reshaped(b: Builder, given: int, shape: tuple[int, ...]) -> int:
    return b.op("reshape", [given, b.const(shape, "int32")], b.tensors[given].quant, new_shape=shape)


def _concatenated(b: Builder, given: list[int]) -> int:
    return b.op("concatenation", given, b.tensors[given[0]].quant, axis=1, activation="none")


def heads_of(graph: Graph) -> tuple[TensorFacts, ...]:
    return tuple(_facts(graph, index, name) for index, name in zip(graph.outputs, ("a", "b", "c", "d"), strict=False))


def _facts(graph: Graph, index: int, name: str) -> TensorFacts:
    tensor = graph.tensors[index]
    assert tensor.quant is not None
    quant = tensor.quant
    return TensorFacts(name=name, shape=tensor.shape, dtype="int8", scale=quant.scale, zero_point=quant.zero_point)


def some_pictures(count: int, seed: int = 5, larger: int = 1) -> np.ndarray:
    """uint8 [n, height, width, 3]: smooth colours with blocks in them."""
    rng = np.random.default_rng(seed)
    colours = rng.integers(0, 256, (count, SMALL[0] // 8, SMALL[1] // 8, 3), np.uint8)
    pictures = colours.repeat(8 * larger, 1).repeat(8 * larger, 2)
    return np.clip(pictures.astype(int) + rng.integers(-20, 21, pictures.shape), 0, 255).astype(np.uint8)


def answers_of(graph: Graph, pictures: np.ndarray) -> list[bytes]:
    """The reference's outputs, one behind the other, for each picture."""
    return [
        b"".join(head.astype(np.int8).tobytes() for head in reference.run(graph, [(p ^ 0x80).view(np.int8)[None]]))
        for p in pictures
    ]


@cache
def detector_source(target: str = "cortex-m4", name: str = "toy-finder", **options: object) -> BundleSource:
    """What a bundle of a detector is made from."""
    made = finder(**options)  # type: ignore[arg-type]
    larger = int(options.get("larger", 1))  # type: ignore[call-overload]
    pictures = some_pictures(4, larger=larger)
    contract = msgspec.structs.replace(CONTRACT, size=(SMALL[0] * larger, SMALL[1] * larger))
    heads = heads_of(made.graph)
    vectors = [
        GoldenVector(name=f"{n}.png", pixels=picture.tobytes(), outputs={"reference": answer}, label="")
        for n, (picture, answer) in enumerate(zip(pictures, answers_of(made.graph, pictures), strict=True))
    ]
    plain = uint8_twin(made.model)
    return BundleSource(
        recipe=Recipe(
            name=name, version="1.2.3", model=ModelSource(path="model.keras"), input=contract,
            calibration=CalibrationSource(images="calibration"), deploy=(Deploy(target=target),),
            decision=Decision(threshold=0.55),
        ),
        target=load_target(target),
        labels=LABELS,
        int8_model=made.model,
        uint8_model=add_metadata(
            plain, labels=LABELS, heads=[head.name for head in heads], contract=contract, name=name, version="1.2.3"
        ),
        input=_facts(made.graph, made.graph.inputs[0], "image"),
        heads=heads,
        operators=tuple(
            sorted({OperatorUse(name=op.kind, version=1, count=1) for op in made.graph.ops})
        ),
        runtime_floor="1.14.0",
        golden=with_boxes(vectors, heads, made.detector),
        contract_cases=golden.contract_cases(contract),
        arena=ArenaFacts(arena_bytes=20_000, margin_bytes=1_000, how="a guess for tests"),
        measurements=(),
        checks=(),
        model_sha256="0" * 64,
        macs=1,
        parameters=1,
        task="detect",
        detector=made.detector,
    )  # fmt: skip


def with_target(source: BundleSource, target: str) -> BundleSource:
    return msgspec.structs.replace(source, target=load_target(target))
