"""Scenes of red and green squares, and detectors that find them by hand-made weights: one for each family of decodes.

A square is 16 x 16 pixels, its middle up to two pixels from the middle of a cell of 8 x 8. The first layer gives the mean of red
and of green around each cell, and how much more of it lies right and below; heads of 1 x 1 make scores and offsets of these.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 64
CELL = 8
SQUARE = 16
LABELS = ("red", "green")
Weights = NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """uint8 [64, 64, 3], and of each square x1, y1, x2, y2 and which label."""

    pixels: NDArray[np.uint8]
    objects: tuple[tuple[int, int, int, int, int], ...]


def scenes(count: int, seed: int) -> list[Scene]:
    """Up to three squares that do not touch, on noise."""
    random = np.random.default_rng(seed)
    return [_scene(random) for _ in range(count)]


def _scene(random: np.random.Generator) -> Scene:
    pixels = random.integers(0, 60, (SIDE, SIDE, 3)).astype(np.uint8)
    taken, objects = np.zeros((SIDE, SIDE), bool), []
    for _ in range(int(random.integers(1, 4))):
        x, y = (CELL * random.integers(1, SIDE // CELL - 1, 2) + CELL // 2 - SQUARE // 2 + random.integers(-2, 3, 2)).tolist()
        around = slice(max(0, y - 6), y + SQUARE + 6), slice(max(0, x - 6), x + SQUARE + 6)
        if taken[around].any():
            continue
        taken[around] = True
        label, bright = int(random.integers(2)), int(random.integers(200, 255))
        pixels[y : y + SQUARE, x : x + SQUARE, label] = bright
        objects.append((x, y, x + SQUARE, y + SQUARE, label))
    return Scene(pixels=pixels, objects=tuple(objects))


def save(found: list[Scene], folder: Path, *, coco: Path | None = None, size: tuple[int, int] = (SIDE, SIDE)) -> None:
    """Images 000.png ... in a folder, of this width and height; their boxes in a COCO file."""
    folder.mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    for number, scene in enumerate(found):
        Image.fromarray(scene.pixels).resize(size, Image.Resampling.NEAREST).save(folder / f"{number:03d}.png")
        images.append({"id": number, "file_name": f"{number:03d}.png", "width": size[0], "height": size[1]})
        for x1, y1, x2, y2, label in scene.objects:
            across, down = size[0] / SIDE, size[1] / SIDE
            box = [x1 * across, y1 * down, (x2 - x1) * across, (y2 - y1) * down]
            annotations.append({"id": len(annotations) + 1, "image_id": number, "category_id": 10 + 5 * label, "bbox": box,
                                "area": box[2] * box[3], "iscrowd": 0})  # fmt: skip
    if coco is not None:
        names = [{"id": 10 + 5 * number, "name": label} for number, label in enumerate(LABELS)]
        coco.write_text(json.dumps({"images": images, "annotations": annotations, "categories": names}))


def body(image: keras.KerasTensor) -> keras.KerasTensor:
    """[8, 8, 8]: the mean of red and green (1 for a square under the cell), how far right and below the colour lies (pixels,
    positive parts apart), and one."""
    layers = keras.layers
    kernel = np.zeros((SQUARE, SQUARE, 3, 7), np.float32)
    ramp = (np.arange(SQUARE) - (SQUARE - 1) / 2).astype(np.float32)
    for label in range(2):
        kernel[:, :, label, label] = 1 / SQUARE**2
        for place, weight in ((2, ramp[None, :]), (3, -ramp[None, :]), (4, ramp[:, None]), (5, -ramp[:, None])):
            # A square of one colour that lies d pixels to the right has a first moment of about 8 d of its 16 columns.
            kernel[:, :, label, place] = weight / (SQUARE**2 * SQUARE / 2 / SQUARE)
    padded = layers.ZeroPadding2D(((4, 4), (4, 4)))(image)
    found = layers.Conv2D(7, SQUARE, strides=CELL, activation="relu", name="means")(padded)
    keras.Model(image, found).get_layer("means").set_weights([kernel, np.array([0, 0, 0, 0, 0, 0, 1], np.float32)])
    return found


def head(features: keras.KerasTensor, columns: list[list[float]], name: str, activation: str | None = None) -> keras.KerasTensor:
    """A 1 x 1 convolution; each column: weights of red, green, right, left, below, above, one."""
    layer = keras.layers.Conv2D(len(columns), 1, activation=activation, name=name)
    out = layer(features)
    layer.set_weights([np.array(columns, np.float32).T[None, None], np.zeros(len(columns), np.float32)])
    return out


def score_columns(gain: float = 24.0, least: float = 0.62) -> list[list[float]]:
    """A logit for each label, above zero where over `least` of the window has its colour."""
    return [[gain, -4, 0, 0, 0, 0, -gain * least], [-4, gain, 0, 0, 0, 0, -gain * least]]


def moved(unit: float) -> list[list[float]]:
    """x and y of the middle from the cell's, in `unit` pixels."""
    return [[0, 0, 1 / unit, -1 / unit, 0, 0, 0], [0, 0, 0, 0, 1 / unit, -1 / unit, 0]]


def constant(value: float) -> list[float]:
    return [0, 0, 0, 0, 0, 0, value]


def apart() -> keras.Model:
    """SSD: boxes and scores from layers of their own."""
    image = keras.Input((SIDE, SIDE, 3))
    features = body(image)
    boxes = head(features, [*moved(SQUARE * 0.1), constant(0.0), constant(0.0)], "boxes")
    scores = head(features, score_columns(), "scores", "sigmoid")
    return keras.Model(image, [boxes, scores])


def joined() -> keras.Model:
    """The same as it is usually saved: rows of boxes and probabilities in one tensor."""
    image = keras.Input((SIDE, SIDE, 3))
    features = body(image)
    layers = keras.layers
    boxes = layers.Reshape((-1, 4))(head(features, [*moved(SQUARE * 0.1), constant(0.0), constant(0.0)], "boxes"))
    scores = layers.Activation("sigmoid")(layers.Reshape((-1, 2))(head(features, score_columns(), "scores")))
    return keras.Model(image, layers.Concatenate(axis=-1, name="rows")([boxes, scores]))


@keras.saving.register_keras_serializable("tiny")
class Decode(keras.layers.Layer):
    """A decode of somebody's own, as detectors are often saved with."""

    def call(self, boxes: keras.KerasTensor, scores: keras.KerasTensor) -> keras.KerasTensor:
        return keras.ops.concatenate([keras.ops.exp(boxes), scores], axis=-1)


def decoded() -> keras.Model:
    """SSD with its decode inside, behind heads that are flattened."""
    image = keras.Input((SIDE, SIDE, 3))
    features, layers = body(image), keras.layers
    boxes = layers.Reshape((-1, 4))(head(features, [*moved(SQUARE * 0.1), constant(0.0), constant(0.0)], "boxes"))
    scores = layers.Reshape((-1, 2))(head(features, score_columns(), "scores", "sigmoid"))
    return keras.Model(image, layers.Identity(name="last")(Decode(name="mine")(boxes, scores)))


def levels(sort: str = "shared") -> keras.Model:
    """Two levels: one head for both (`shared`), or a head of each, joined to rows."""
    image = keras.Input((SIDE, SIDE, 3))
    layers = keras.layers
    fine = body(image)
    coarse = layers.MaxPooling2D(2)(fine)
    box = keras.layers.Conv2D(4, 1, name="boxes")
    score = keras.layers.Conv2D(2, 1, name="scores", activation="sigmoid")
    boxes, scores = [box(fine), box(coarse)], [score(fine), score(coarse)]
    for layer, columns in ((box, [*moved(SQUARE), constant(0.0), constant(0.0)]), (score, score_columns())):
        layer.set_weights([np.array(columns, np.float32).T[None, None], np.zeros(len(columns), np.float32)])
    rows = [layers.Reshape((-1, 4))(one) for one in boxes], [layers.Reshape((-1, 2))(one) for one in scores]
    if sort == "shared":
        return keras.Model(image, [*boxes, *scores])
    names = ("all_boxes", "all_scores")
    return keras.Model(image, [layers.Concatenate(axis=1, name=name)(parts) for name, parts in zip(names, rows, strict=True)])


def objectness() -> list[float]:
    """A logit of there being any square."""
    return [24, 24, 0, 0, 0, 0, -24 * 0.62]


def which() -> list[list[float]]:
    """A logit of each label, given that there is a square."""
    return [[8, -8, 0, 0, 0, 0, 0], [-8, 8, 0, 0, 0, 0, 0]]


def scaled(columns: list[list[float]], factor: float, added: float = 0.0) -> list[list[float]]:
    """Columns times a number, with another added."""
    return [[factor * value for value in column[:-1]] + [factor * column[-1] + added] for column in columns]


def distribution(sign: float, along: list[float]) -> list[list[float]]:
    """Eight logits whose mean is one cell plus or less how far off the middle is (`along`, in cells)."""
    steep = 2.36 * sign
    three = [[-steep * value for value in along], constant(1.0), [steep * value for value in along]]
    return [*three, *[constant(-12.0)] * 5]


def family(decode: str) -> tuple[keras.Model, str]:
    """A detector of the squares whose heads are written as this decode has them, and the recipe's `[detect]`."""
    image = keras.Input((SIDE, SIDE, 3))
    features = body(image)
    flat, cell = scaled(moved(SQUARE), 1.0), moved(CELL)
    outputs, table = _FAMILIES[decode](features, flat, cell)
    return keras.Model(image, outputs), f'decode = "{decode}"\n{table}'


def _anchored(features, flat, cell):  # type: ignore[no-untyped-def]
    boxes = head(features, [*flat, constant(0), constant(0)], "boxes")
    return [boxes, head(features, score_columns(), "scores", "sigmoid")]


def _retinanet(features, flat, cell):  # type: ignore[no-untyped-def]
    names = 'boxes = ["boxes"]\nscores = ["scores"]\nanchors = { scale = 2.0, octaves = 1, ratios = [1.0] }'
    return _anchored(features, flat, cell), names


def _ssd(features, flat, cell):  # type: ignore[no-untyped-def]
    """A softmax over a background and the labels."""
    boxes = head(features, [*scaled(flat, 10.0), constant(0), constant(0)], "boxes")
    rows = keras.layers.Reshape((-1, 3))(head(features, [constant(0), *score_columns()], "scores"))
    table = (
        'boxes = ["boxes"]\nscores = ["shares"]\nactivation = "softmax"\nbackground = "first"\nvariances = [0.1, 0.1, 0.2, 0.2]\n'
        "anchors = { sides = [[0.25]] }"
    )
    return [boxes, keras.layers.Softmax(name="shares")(rows)], table


def _yolo(offset: float, sizes: str, more: str = ""):  # type: ignore[no-untyped-def]
    def made(features, flat, cell):  # type: ignore[no-untyped-def]
        columns = [*scaled(cell, offset), constant(0), constant(0), objectness(), *which()]
        names = 'boxes = ["map"]\nscores = ["map"]\nobjectness = ["map"]\n'
        return [head(features, columns, "map")], f"{names}anchors = {{ {sizes} }}\n{more}"

    return made


def _yolox(features, flat, cell):  # type: ignore[no-untyped-def]
    boxes = head(features, [*scaled(cell, 1.0, 0.5), constant(np.log(2)), constant(np.log(2))], "boxes")
    outputs = [boxes, head(features, [objectness()], "there", "sigmoid"), head(features, which(), "scores", "sigmoid")]
    return outputs, 'boxes = ["boxes"]\nscores = ["scores"]\nobjectness = ["there"]'


def _dfl(features, flat, cell):  # type: ignore[no-untyped-def]
    across, down = cell
    sides = [(-1, across), (-1, down), (1, across), (1, down)]
    columns = [column for sign, along in sides for column in distribution(sign, along)]
    outputs = [head(features, columns, "boxes"), head(features, score_columns(), "scores", "sigmoid")]
    return outputs, 'boxes = ["boxes"]\nscores = ["scores"]\nbins = 8'


def _centernet(features, flat, cell):  # type: ignore[no-untyped-def]
    outputs = [head(features, scaled(cell, 1.0, 0.5), "offsets"), head(features, [constant(2), constant(2)], "sizes"),
               head(features, score_columns(), "peaks", "sigmoid")]  # fmt: skip
    return outputs, 'boxes = ["offsets"]\nsizes = ["sizes"]\nscores = ["peaks"]'


def _fomo(features, flat, cell):  # type: ignore[no-untyped-def]
    shares = head(features, [constant(0), *score_columns(24.0, 0.45)], "cells", "softmax")
    return [shares], 'scores = ["cells"]\nactivation = "softmax"\nbackground = "first"'


_FAMILIES = {
    "ssd": _ssd,
    "retinanet": _retinanet,
    "yolo-v2": _yolo(4.0, 'sizes = [[[2, 2]]], unit = "cells"', 'activation = "softmax"'),
    "yolo-v3": _yolo(4.0, "sizes = [[[16, 16]]]"),
    "yolo-v4": _yolo(4.0 / 1.1, "sizes = [[[16, 16]]]", "stretch = 1.1"),
    "yolo-v5": _yolo(2.0, 'sizes = [[[0.25, 0.25]]], unit = "shares"'),
    "yolox": _yolox,
    "dfl": _dfl,
    "centernet": _centernet,
    "fomo": _fomo,
}
FAMILIES = tuple(_FAMILIES)


def roomy() -> keras.Model:
    """`apart` with a layer between, most of whose channels say next to nothing."""
    image, layers = keras.Input((SIDE, SIDE, 3)), keras.layers
    random = np.random.default_rng(4)
    mixed = layers.Conv2D(32, 1, activation="relu", name="mixed")
    x = mixed(body(image))
    kernel = random.normal(0, 1e-3, (7, 32)).astype(np.float32)
    kernel[:, :7] = np.eye(7, dtype=np.float32)
    mixed.set_weights([kernel[None, None], np.zeros(32, np.float32)])
    rows = [*moved(SQUARE * 0.1), constant(0.0), constant(0.0)], score_columns()
    boxes, scores = ([[*column, *[0.0] * 25] for column in columns] for columns in rows)
    return keras.Model(image, [head(x, boxes, "boxes"), head(x, scores, "scores", "sigmoid")])
