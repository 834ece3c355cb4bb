"""Train the shelf model: a small SSD (Liu et al., ECCV 2016) over a depthwise-separable net, 128x96 RGB, four classes.

    python calibration/shelf/make.py examples/shelf/images
    python examples/shelf/train.py examples/shelf/images

Images are prepared with the recipe's own contract, so training, calibration, evaluation and every device see the same bytes.
The loss sees all anchors in one tensor; what is saved ends before that, with one output per level and head. About ten
minutes on two cores; writes model.keras and anchors.json beside this file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops
from PIL import Image

from espalier.contract import prepare
from espalier.recipe import InputContract
from espalier.task.boxes.scenes import overlaps

HERE = Path(__file__).parent
LABELS = (HERE / "labels.txt").read_text().split()
WIDTH, HEIGHT = 128, 96
CONTRACT = InputContract(size=(HEIGHT, WIDTH), mean=(127.5,), std=(127.5,))
ANCHORS = {8: ((8, 13), (7, 24), (12, 17), (11, 31)), 16: ((17, 24), (24, 34), (18, 56), (36, 50))}
"""Of each level, by its stride: width and height in pixels of the input, medians of eight clusters of the training boxes."""
VARIANCES = np.array([0.1, 0.1, 0.2, 0.2])
"""Of x, y, width, height, as SSD has them."""
Boxes = tuple[np.ndarray, np.ndarray]
"""Corners [n, 4] in pixels of the input, and class numbers [n]."""


def load(images: Path, split: str) -> tuple[np.ndarray, list[Boxes]]:
    """Prepared images uint8 [n, 96, 128, 3], and the boxes of each."""
    table = json.loads((images / f"{split}.json").read_text())
    names = {row["id"]: LABELS.index(row["name"]) for row in table["categories"]}
    found: dict[int, list[tuple[list[float], int]]] = {row["id"]: [] for row in table["images"]}
    for row in table["annotations"]:
        x, y, width, height = row["bbox"]
        found[row["image_id"]].append(([x, y, x + width, y + height], names[row["category_id"]]))
    pixels, boxes = [], []
    for row in table["images"]:
        picture = np.asarray(Image.open(images / split / row["file_name"]).convert("RGB"))
        pixels.append(prepare(picture, CONTRACT))
        corners = np.array([corner for corner, _ in found[row["id"]]], np.float64).reshape(-1, 4)
        corners *= np.array([WIDTH / row["width"], HEIGHT / row["height"]] * 2)
        boxes.append((corners, np.array([label for _, label in found[row["id"]]], np.int64)))
    return np.stack(pixels), boxes


def anchors(table: dict[int, tuple[tuple[int, int], ...]] = ANCHORS) -> np.ndarray:
    """All anchors [n, 4], centre x, y, width, height in pixels: levels, then cells row by row, then sizes."""
    rows = []
    for stride, sizes in table.items():
        for y in range(HEIGHT // stride):
            for x in range(WIDTH // stride):
                rows += [((x + 0.5) * stride, (y + 0.5) * stride, *size) for size in sizes]
    return np.array(rows, np.float64)


def encode(boxes: Boxes, priors: np.ndarray, variances: np.ndarray = VARIANCES) -> np.ndarray:
    """What the loss is told of one image, float32 [anchors, 4 + 1 + classes]: offsets, whether the anchor counts for
    the scores, and its class. An anchor is an object's from an overlap of 0.5 on, or as its nearest; nobody's below 0.4."""
    corners, labels = boxes
    told = np.zeros((len(priors), 5 + len(LABELS)), np.float32)
    told[:, 4] = 1
    if not len(labels):
        return told
    edges = np.concatenate([priors[:, :2] - priors[:, 2:] / 2, priors[:, :2] + priors[:, 2:] / 2], axis=1)
    share = overlaps(edges, corners)
    whose, best = share.argmax(axis=1), share.max(axis=1)
    nearest = share.argmax(axis=0)
    whose[nearest], best[nearest] = np.arange(len(labels)), 1
    told[(best >= 0.4) & (best < 0.5), 4] = 0
    mine = np.flatnonzero(best >= 0.5)
    box, prior = corners[whose[mine]], priors[mine]
    size = np.maximum(box[:, 2:] - box[:, :2], 1)
    told[mine, 0:2] = ((box[:, :2] + box[:, 2:]) / 2 - prior[:, :2]) / prior[:, 2:] / variances[:2]
    told[mine, 2:4] = np.log(size / prior[:, 2:]) / variances[2:]
    told[mine, 5 + labels[whose[mine]]] = 1
    return told


def build() -> keras.Model:
    """One output of boxes and one of scores (logits) per level."""
    inputs = keras.Input((HEIGHT, WIDTH, 3), name="image")
    x = separable(conv(inputs, 16, "stem", strides=2), 24, "block0")
    x = separable(separable(x, 32, "block1a", 2), 32, "block1b")
    x = separable(x, 64, "block2a", 2)
    fine = separable(separable(x, 64, "block2b"), 64, "block2c")
    coarse = separable(fine, 96, "block3a", 2)
    coarse = separable(separable(coarse, 96, "block3b"), 96, "block3c")
    outputs = []
    for (stride, sizes), level in zip(ANCHORS.items(), (fine, coarse), strict=True):
        for head, numbers in (("boxes", 4), ("scores", len(LABELS))):
            y = separable(level, 64, f"{head}{stride}_hidden")
            bias = keras.initializers.Constant(-4.0 if head == "scores" else 0.0)  # at first nothing is an object
            outputs.append(layers.Conv2D(len(sizes) * numbers, 1, name=f"{head}{stride}", bias_initializer=bias)(y))
    return keras.Model(inputs, outputs, name="shelf")


def conv(x: keras.KerasTensor, filters: int, name: str, kernel: int = 3, strides: int = 1) -> keras.KerasTensor:
    """Convolution, batch normalisation, ReLU6."""
    x = layers.Conv2D(filters, kernel, strides, "same", use_bias=False, name=name)(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x))


def separable(x: keras.KerasTensor, filters: int, name: str, strides: int = 1) -> keras.KerasTensor:
    """Depthwise and pointwise convolution; beside a skip where the shapes allow it."""
    y = layers.DepthwiseConv2D(3, strides, "same", use_bias=False, name=f"{name}_dw")(x)
    y = layers.ReLU(6.0, name=f"{name}_dw_relu")(layers.BatchNormalization(momentum=0.9, name=f"{name}_dw_bn")(y))
    y = conv(y, filters, f"{name}_pw", kernel=1)
    return layers.Add(name=f"{name}_add")([x, y]) if y.shape == x.shape else y


def joined(model: keras.Model, activation: str | None = None) -> keras.KerasTensor:
    """[anchors, 4 + classes]: all levels of a model whose outputs are boxes and scores by turns."""
    levels = []
    for boxes, scores in zip(model.outputs[0::2], model.outputs[1::2], strict=True):
        scores = layers.Reshape((-1, len(LABELS)))(scores)
        scores = layers.Activation(activation)(scores) if activation else scores
        levels.append(layers.Concatenate()([layers.Reshape((-1, 4))(boxes), scores]))
    return layers.Concatenate(axis=1)(levels)


def loss_for(variances: np.ndarray = VARIANCES) -> Callable[[keras.KerasTensor, keras.KerasTensor], keras.KerasTensor]:
    """Focal loss of the scores (Lin et al., ICCV 2017) and smooth L1 of the boxes, per object of the batch."""
    unit = (variances / VARIANCES).astype(np.float32)

    def loss(told: keras.KerasTensor, found: keras.KerasTensor) -> keras.KerasTensor:
        wanted, counts, classes = told[..., :4], told[..., 4:5], told[..., 5:]
        objects = ops.sum(classes)
        share = ops.sigmoid(found[..., 4:])
        right = ops.where(classes > 0, share, 1 - share)
        weight = ops.where(classes > 0, 0.25, 0.75) * ops.square(1 - right)
        focal = ops.sum(counts * weight * -ops.log(ops.maximum(right, 1e-7)))
        off = ops.abs(wanted - found[..., :4]) * unit
        smooth = ops.where(off < 1, 0.5 * ops.square(off), off - 0.5) * ops.sum(classes, -1, keepdims=True)
        return (focal + 0.5 * ops.sum(smooth)) / ops.maximum(objects, 1.0)

    return loss


def fit(
    model: keras.Model, x: np.ndarray, boxes: list[Boxes], priors: np.ndarray, epochs: int, variances: np.ndarray = VARIANCES
) -> None:
    """Train on prepared images, mirrored by chance and in other light."""
    rng = np.random.default_rng(0)
    told = np.stack([encode(one, priors, variances) for one in boxes])
    turned = np.array([WIDTH, 0, WIDTH, 0])
    mirrored = np.stack(
        [encode((np.abs(turned - c)[:, [2, 1, 0, 3]], labels), priors, variances) for c, labels in boxes]
    )
    steps, batch = len(x) // 32, 32
    rate = keras.optimizers.schedules.CosineDecay(0.0, epochs * steps, 0.0, "warmup", 0.004, 200)
    trainer = keras.Model(model.inputs, joined(model))
    trainer.compile(keras.optimizers.AdamW(rate, weight_decay=0.0005, clipnorm=10.0), loss_for(variances))
    for epoch in range(epochs):
        order, total = rng.permutation(len(x)), 0.0
        for step in range(steps):
            places = order[step * batch : (step + 1) * batch]
            flip = rng.random(batch) < 0.5
            pixels = x[places]
            pixels = np.where(flip[:, None, None, None], pixels[:, :, ::-1], pixels)
            light = rng.uniform(0.85, 1.15, (batch, 1, 1, 3))
            values = np.clip(pixels * light / 127.5 - 1, -1, 1).astype(np.float32)
            total += float(trainer.train_on_batch(values, np.where(flip[:, None, None], mirrored[places], told[places])))
        print(epoch, round(total / steps, 4), flush=True)


def main(images: Path, epochs: int = 30) -> None:
    """Train and save."""
    keras.utils.set_random_seed(0)
    model, priors = build(), anchors()
    fit(model, *load(images, "train"), priors, epochs)
    plain = keras.models.clone_model(model)
    plain.set_weights(model.get_weights())
    plain.save(HERE / "model.keras")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
