"""Removing channels, with and without labels: accuracy before and after on the same images, as the build's `prune` does it,
beside the same number of channels chosen by weight norm with the same repair.

    python benchmarks/prune_without_labels.py MODEL CALIBRATION EVALUATION [--std 1] [--amounts 0.3 0.5] [--multiple 8]
        [--unlabelled MORE [--epochs 16] [--jpeg 70]] [--labelled TRAINING [--label-epochs 6]]

MODEL is a .keras or .h5 classifier (or `plain`: a plain network that is trained first, on TRAINING), CALIBRATION a folder of
images, EVALUATION one with a folder per class, in the order of the outputs. MORE and TRAINING are folders, or .npz files with
x (uint8 [n, h, w, c]) and y. Float models; losses are paired with the model as given, with their 95 % interval, and, after a
training, with that model trained the same way.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

from espalier.contract import prepare
from espalier.load.keras_file import inspect_model
from espalier.load.keras_model import rebuild
from espalier.pixels import normalize
from espalier.prune.augment import augment, looks_of
from espalier.prune.channels import norm_choice, prune_channels
from espalier.prune.constants import find_constants
from espalier.prune.distill import distill
from espalier.prune.fine_tune import fine_tune
from espalier.prune.flat import copy_model, flatten
from espalier.prune.groups import trace_groups
from espalier.prune.narrow import narrow
from espalier.prune.reconstruct import reconstruct
from espalier.recipe import Augment, Distill, FineTune, InputContract
from espalier.statistics import drop_of

Pixels = NDArray[np.uint8]
Truth = NDArray[np.int64]


def read(source: Path, contract: InputContract, order: list[str]) -> tuple[Pixels, Truth]:
    """Prepared pixels [n, h, w, c] and the class of each; -1 where it has none."""
    if source.suffix == ".npz":
        with np.load(source) as file:
            return np.asarray(file["x"], np.uint8), np.asarray(file["y"], np.int64).reshape(-1)
    paths = sorted(path for path in source.rglob("*") if path.is_file())
    places = {name: place for place, name in enumerate(order)}
    pixels = [prepare(np.asarray(Image.open(path).convert("RGB")), contract) for path in paths]
    return np.stack(pixels), np.array([places.get(path.parent.name, -1) for path in paths], np.int64)


def plain(shape: tuple[int, ...], classes: int) -> Any:
    """A plain network of six convolutions, batch norms folded away: nothing that the methods were made on."""
    keras.utils.set_random_seed(11)
    x = given = keras.Input(shape)
    for filters, stride in ((24, 1), (24, 1), (40, 2), (40, 1), (72, 2), (72, 1)):
        x = keras.layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(given, keras.layers.Dense(classes, activation="softmax")(x))


class Bench:
    """The given model, its images, and what its answers are on those that evaluate."""

    def __init__(self, model: Any, contract: InputContract, images: Pixels, truth: Truth, given: argparse.Namespace) -> None:
        self.model, self.contract, self.images, self.truth, self.given = model, contract, images, truth, given
        self.augment = Augment(flip="horizontal", shift=0.1, jpeg=given.jpeg)
        self.twins: dict[str, Any] = {}
        self.answers = self.answer(model)
        print(f"as given: {(self.answers == truth).mean():.2%} of {len(images)} images", flush=True)

    def answer(self, model: Any) -> Truth:
        """Its class for each image."""
        parts = [
            np.asarray(model(normalize(self.images[start : start + 250], self.contract)))
            for start in range(0, len(self.images), 250)
        ]
        return np.asarray(np.concatenate(parts).argmax(axis=1))

    def say(self, name: str, model: Any, began: float, twin: str = "") -> None:
        """A row of the table."""
        found = self.answer(model)
        drop = drop_of(self.answers == self.truth, found == self.truth)
        told = f"{name:44} {(found == self.truth).mean():7.2%}  lost {drop.points:6.2f} ({drop.low:.2f} to {drop.high:.2f})"
        if twin:
            other = drop_of(self.answer(self.twins[twin]) == self.truth, found == self.truth)
            told += f", of the dense twin {other.points:.2f} ({other.low:.2f} to {other.high:.2f})"
        print(f"{told}, as given {(found == self.answers).mean():.2%}, {time.monotonic() - began:.0f} s", flush=True)

    def trained(self, name: str, model: Any, lessons: list[tuple[str, Callable[[Any], object]]]) -> None:
        """A row after each training; of the dense model its twins."""
        for what, train in lessons:
            began = time.monotonic()
            train(model)
            if name == "dense":
                self.twins[what] = copy_model(model)
            self.say(f"{name}, {what}", model, began, what if name != "dense" else "")

    def say_codec(self, pixels: Pixels, truth: Truth) -> None:
        """What JPEG alone costs the model as given, on the images that it is trained on."""
        again = augment(tf.constant(pixels, tf.float32), looks_of(self.augment), tf.constant([0, 1])).numpy()
        shares = []
        for one in (pixels, again.round().astype(np.uint8)):
            parts = [self.model(normalize(one[start : start + 250], self.contract)) for start in range(0, len(one), 250)]
            shares.append(f"{(np.concatenate(parts).argmax(axis=1) == truth).mean():.2%}")
        print(f"as given, on {len(pixels)} labelled images: {shares[0]}; through JPEG from {self.given.jpeg}: {shares[1]}")

    def lessons(self, calibration: Pixels, classes: list[str]) -> list[tuple[str, Callable[[Any], object]]]:
        """The trainings that are asked, in order."""
        given, found = self.given, list[tuple[str, Callable[[Any], object]]]()
        if given.unlabelled or given.distil:
            more = read(given.unlabelled, self.contract, classes)[0] if given.unlabelled else calibration
            how = Distill(epochs=given.epochs, augment=self.augment, learning_rate=given.rate)
            found.append((f"{len(more)} unlabelled", lambda one: distill(one, self.model, how, more, self.contract, seed=1)))
        if given.labelled:
            pixels, truth = read(given.labelled, self.contract, classes)
            tune = FineTune(
                images="", epochs=given.label_epochs, augment=self.augment, learning_rate=given.label_rate
            )
            self.say_codec(pixels[:4000], truth[:4000])

            def with_labels(one: Any) -> object:
                return fine_tune(one, tune, pixels, truth.tolist(), self.contract, seed=1, teacher=self.model)

            found.append((f"{len(pixels)} labelled", with_labels))
        return found


def by_norm(model: Any, smaller: Any, images: NDArray[np.float32]) -> Any:
    """The channels of the largest weight norm, as many of each family as `smaller` has, and the same least squares."""
    graph = flatten(model)
    groups = trace_groups(graph)
    constants, counts = find_constants(graph, groups), {layer.name: layer for layer in smaller.layers}
    kept = np.ones(groups.count, bool)
    for node in graph.nodes:
        layout = groups.layouts.get(node.name)
        if layout is not None and node.name in counts and hasattr(node.operation, "kernel"):
            members = np.unique(groups.component[layout.outputs])
            kept[members] = np.arange(len(members)) < counts[node.name].kernel.shape[-1]
    chosen = norm_choice(graph, groups, kept, constants.free)
    other = narrow(graph, groups, chosen, fills=constants.fills)
    reconstruct(graph, groups, chosen, other, images)
    return other


def arguments() -> argparse.Namespace:
    """What is asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("calibration", type=Path)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--mean", type=float, default=0.0)
    parser.add_argument("--std", type=float, default=1.0)
    parser.add_argument("--labels", type=Path, help="one class folder's name per line, in the order of the outputs")
    parser.add_argument("--amounts", type=float, nargs="+", default=[0.3, 0.5])
    parser.add_argument("--multiple", type=int, default=8)
    parser.add_argument("--unlabelled", type=Path, help="more images to distil on")
    parser.add_argument("--distil", action="store_true", help="distil on the calibration images")
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--rate", type=float, default=0.005)
    parser.add_argument("--jpeg", type=int, default=100)
    parser.add_argument("--labelled", type=Path, help="images with labels to train on, after that")
    parser.add_argument("--label-epochs", type=int, default=6)
    parser.add_argument("--label-rate", type=float, default=0.0003)
    parser.add_argument("--size", type=int, nargs=2, default=[32, 32], help="of `plain`")
    return parser.parse_args()


def main() -> None:
    """Print a row for each choice, amount and training."""
    given = arguments()
    made = str(given.model) == "plain"
    model = None if made else rebuild(inspect_model(str(given.model)), given.model)
    height, width, channels = (*given.size, 3) if model is None else model.input_shape[1:]
    contract = InputContract(
        size=(height, width), color="gray" if channels == 1 else "rgb", mean=(given.mean,), std=(given.std,)
    )
    classes = sorted(path.name for path in given.evaluation.iterdir() if path.is_dir())
    classes = given.labels.read_text().split() if given.labels else classes
    if model is None:
        model, (pixels, truth) = plain((height, width, channels), len(classes)), read(given.labelled, contract, classes)
        how = FineTune(images="", epochs=15, learning_rate=0.003, augment=Augment(flip="horizontal", shift=0.1))
        fine_tune(model, how, pixels, truth.tolist(), contract, seed=1)
    calibration = read(given.calibration, contract, classes)[0]
    bench = Bench(model, contract, *read(given.evaluation, contract, classes), given)
    lessons, normal = bench.lessons(calibration, classes), normalize(calibration[:512], contract)
    bench.trained("dense", copy_model(model), lessons)
    for amount in given.amounts:
        began = time.monotonic()
        smaller, account = prune_channels(model, amount=amount, multiple=given.multiple, images=normal)
        print(f"{amount:.0%} of the MACs asked, {account['reached']:.1%} removed:")
        bench.say("ours, least squares", smaller, began)
        began = time.monotonic()
        other = by_norm(model, smaller, normal)
        bench.say("norm, least squares", other, began)
        bench.trained("ours", smaller, lessons)
        bench.trained("norm", other, lessons)


if __name__ == "__main__":
    main()
