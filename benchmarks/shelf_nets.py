"""Two detectors of the scenes of examples/shelf, how each is saved the usual way, and their boxes in floating point.

`shelf` is the example's own model: an SSD with heads of its own at two levels. `shared` is RetinaNet in small (Lin et al., ICCV
2017): a feature pyramid of three levels, and one head of boxes and one of scores that all levels share; it is trained here, from
the example's backbone on.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from espalier.task.boxes.anchors import pyramid_sizes
from espalier.task.boxes.scenes import Found, overlaps

ROOT = Path(__file__).resolve().parents[1]
Real = NDArray[np.float64]
LEAST, MOST, OVERLAP, THRESHOLD = 0.01, 100, 0.5, 0.5
"""Score from which a box counts for average precision, boxes of an image, overlap over which the lesser of two goes,
score from which a device says that there is an object."""


def _module(path: Path, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} cannot be read")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # its dataclasses look for it there
    spec.loader.exec_module(module)
    return module


EXAMPLE = _module(ROOT / "examples/shelf/train.py", "shelf_train")
SCENES = _module(ROOT / "calibration/shelf/make.py", "shelf_make")
WIDTH, HEIGHT, LABELS = EXAMPLE.WIDTH, EXAMPLE.HEIGHT, EXAMPLE.LABELS
STRIDES = (8, 16, 32)


@dataclass(frozen=True, kw_only=True)
class Net:
    """A detector: where its anchors are, and what its numbers mean."""

    name: str
    decode: str
    sizes: dict[int, tuple[tuple[float, float], ...]]
    variances: tuple[float, float, float, float]

    @property
    def priors(self) -> Real:
        """[n, 4]: all anchors, centre x, y, width, height in pixels of the input."""
        priors: Real = EXAMPLE.anchors(self.sizes)
        return priors

    def detect(self) -> str:
        """The recipe's [detect]."""
        levels = {role: ", ".join(f'"{role}{stride}"' for stride in self.sizes) for role in ("boxes", "scores")}
        sizes = [[[round(float(side), 6) for side in pair] for pair in level] for level in self.sizes.values()]
        return (
            f'[detect]\ndecode = "{self.decode}"\nboxes = [{levels["boxes"]}]\nscores = [{levels["scores"]}]\n'
            f"strides = {list(self.sizes)}\nvariances = {[float(v) for v in self.variances]}\n"
            f"anchors = {{ sizes = {sizes} }}\nthreshold = {THRESHOLD}\noverlap = {OVERLAP}\n"
        )


SHELF = Net(name="shelf", decode="ssd", sizes=EXAMPLE.ANCHORS, variances=tuple(EXAMPLE.VARIANCES))
SHARED = Net(
    name="shared",
    decode="retinanet",
    sizes={s: tuple(pyramid_sizes(s, scale=1.5, octaves=2, ratios=(1.0, 1.7, 3.2))) for s in STRIDES},
    variances=(1.0, 1.0, 1.0, 1.0),
)


def shared() -> keras.Model:
    """Backbone of the example, a pyramid of 48 channels at strides 8, 16 and 32, one head of two layers for all of them."""
    conv, separable = EXAMPLE.conv, EXAMPLE.separable
    inputs = keras.Input((HEIGHT, WIDTH, 3), name="image")
    x = separable(conv(inputs, 16, "stem", strides=2), 24, "block0")
    x = separable(separable(x, 32, "block1a", 2), 32, "block1b")
    c3 = separable(separable(x, 64, "block2a", 2), 64, "block2b")
    c4 = separable(separable(c3, 96, "block3a", 2), 96, "block3b")
    c5 = separable(separable(c4, 96, "block4a", 2), 96, "block4b")
    levels = [layers.Conv2D(48, 1, name="lateral32")(c5)]
    for stride, level in ((16, c4), (8, c3)):
        above = layers.UpSampling2D(2, name=f"up{stride}")(levels[0])
        levels.insert(0, layers.Add(name=f"merge{stride}")([layers.Conv2D(48, 1, name=f"lateral{stride}")(level), above]))
    heads = [(name, numbers, _shared_head(name, numbers)) for name, numbers in (("boxes", 4), ("scores", len(LABELS)))]
    outputs = []
    for stride, level in zip(STRIDES, levels, strict=True):
        for name, numbers, head in heads:
            y = level
            for layer in head:
                y = layer(y)
            outputs.append(layers.Reshape((-1, numbers), name=f"{name}{stride}")(y))
    return keras.Model(inputs, outputs, name="shared")


def _shared_head(name: str, numbers: int) -> list[keras.layers.Layer]:
    each = len(SHARED.sizes[8])
    last = keras.initializers.Constant(-4.0 if name == "scores" else 0.0)
    hidden = [layers.SeparableConv2D(48, 3, padding="same", activation="relu", name=f"{name}_hidden{i}") for i in range(2)]
    return [*hidden, layers.Conv2D(each * numbers, 3, padding="same", bias_initializer=last, name=f"{name}_head")]


def trained(net: Net, images: Path, keep: Path, epochs: int) -> Path:
    """The .keras file of a net: the example's, or one that is trained here and kept."""
    if net is SHELF:
        return ROOT / "examples/shelf/model.keras"
    path = keep / f"{net.name}.keras"
    if not path.exists():
        keras.utils.set_random_seed(1)
        model = shared()
        _start_from(model, keras.models.load_model(ROOT / "examples/shelf/model.keras"))
        EXAMPLE.fit(model, *EXAMPLE.load(images, "train"), net.priors, epochs, variances=np.array(net.variances))
        model.save(path)
    return path


def _start_from(model: keras.Model, other: keras.Model) -> None:
    """Takes the weights of the layers that both have: the backbone need not be learned again."""
    known = {layer.name: layer.get_weights() for layer in other.layers}
    for layer in model.layers:
        weights = known.get(layer.name, [])
        if weights and [w.shape for w in weights] == [w.shape for w in layer.get_weights()]:
            layer.set_weights(weights)


def as_usual(model: keras.Model, net: Net, pixels: bool) -> keras.Model:
    """As detectors are saved as a rule: decoded inside, one output [anchors, 4 + classes] of x1, y1, x2, y2 (in pixels of the
    input, or as shares of it) and a probability per class."""
    joined = EXAMPLE.joined(model)
    priors, variances = net.priors.astype(np.float32), np.float32(net.variances)
    size = np.float32([WIDTH, HEIGHT])
    if not pixels:
        priors = priors / np.tile(size, 2)
    centre = joined[..., :2] * (variances[:2] * priors[:, 2:]) + priors[:, :2]
    half = ops.exp(joined[..., 2:4] * variances[2:]) * (priors[:, 2:] / 2)
    scores = layers.Activation("sigmoid")(joined[..., 4:])
    return keras.Model(model.inputs, layers.Concatenate()([centre - half, centre + half, scores]), name="usual")


def decoded(outputs: Sequence[NDArray[Any]], net: Net, size: tuple[int, int]) -> list[Found]:
    """Boxes in floating point, in pixels of images of `size` (height, width); outputs by turns: boxes, scores of each level."""
    count = len(outputs[0])
    boxes = np.concatenate([o.reshape(count, -1, 4) for o in outputs[0::2]], axis=1).astype(np.float64)
    scores = np.concatenate([o.reshape(count, -1, len(LABELS)) for o in outputs[1::2]], axis=1).astype(np.float64)
    priors, variances = net.priors, np.array(net.variances)
    centre = boxes[..., :2] * variances[:2] * priors[:, 2:] + priors[:, :2]
    half = np.exp(np.minimum(boxes[..., 2:] * variances[2:], 30)) * priors[:, 2:] / 2
    return suppressed(np.concatenate([centre - half, centre + half], axis=-1), 1 / (1 + np.exp(-scores)), size)


def suppressed(corners: Real, scores: Real, size: tuple[int, int]) -> list[Found]:
    """From all anchors [images, n, 4] (pixels of the input) and probabilities [images, n, classes]: the boxes that stay."""
    ratio = np.array([size[1] / WIDTH, size[0] / HEIGHT] * 2)
    corners = np.clip(corners, 0, [WIDTH, HEIGHT] * 2)
    return [_kept(here, these, ratio) for here, these in zip(corners, scores, strict=True)]


def _kept(corners: Real, scores: Real, ratio: Real) -> Found:
    """An anchor is an object of its best class."""
    best = scores.max(axis=1)
    anchors = np.argsort(-best, kind="stable")[: min(1024, int((best >= LEAST).sum()))]
    labels = scores[anchors].argmax(axis=1)
    boxes, left, kept = corners[anchors], np.ones(len(anchors), np.bool_), []
    share = overlaps(boxes, boxes)
    for place in range(len(anchors)):
        if left[place]:
            kept.append(place)
            left &= ~((share[place] > OVERLAP) & (labels == labels[place]))
    kept = kept[:MOST]
    return Found(corners=boxes[kept] * ratio, labels=labels[kept].astype(np.int64), scores=best[anchors[kept]])
