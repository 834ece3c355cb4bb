"""The legacy-Keras side: rebuild a model layer by layer from plain data, prove it equal, prune it with tfmot.

Runs only in the `legacy` process, where TF_USE_LEGACY_KERAS is set. No Keras file is ever opened here:
classes come from the table `TWINS`, configurations are reduced to the parameters that those classes have.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_model_optimization as tfmot
import tf_keras
from numpy.typing import NDArray

from .. import progress
from ..errors import UnsupportedModelError, VerificationError
from ..load.keras_objects import Layer, Model, Tensor
from ..load.keras_table import names
from ..recipe import Augment, FineTune, InputContract
from .augment import augment
from .training_set import Sparsity, Training, check_labels, class_weights, split_classes

TOLERANCE = 1e-5
"""Largest difference between the twin's and the original's answers, relative to the answers' size if above
1.
"""

TWINS = names(
    """
    Conv1D Conv2D Conv1DTranspose Conv2DTranspose DepthwiseConv1D DepthwiseConv2D SeparableConv1D
    SeparableConv2D Dense BatchNormalization LayerNormalization Activation ReLU LeakyReLU ELU PReLU
    Softmax Add Subtract Multiply Average Maximum Minimum Concatenate Flatten Reshape Permute
    MaxPooling1D MaxPooling2D AveragePooling1D AveragePooling2D GlobalAveragePooling1D
    GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D ZeroPadding1D ZeroPadding2D
    Cropping1D Cropping2D UpSampling1D UpSampling2D Dropout SpatialDropout1D SpatialDropout2D
    GaussianNoise GaussianDropout Rescaling
    """
)
"""Layers that legacy Keras has under the same name with the same meaning."""

RENAMED = {("LeakyReLU", "negative_slope"): "alpha"}

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu6": tf.nn.relu6,
    "hard_sigmoid": lambda x: tf.nn.relu6(x + 3.0) / 6.0,
    "hard_silu": lambda x: x * tf.nn.relu6(x + 3.0) / 6.0,
    "hard_swish": lambda x: x * tf.nn.relu6(x + 3.0) / 6.0,
}
"""Activations that legacy Keras lacks or defines otherwise."""

BATCH_NORM_MOMENTUM = 0.9
"""A few hundred steps are too few for the usual 0.99 to follow."""

SELF_TAUGHT_STEPS = 120
SELF_TAUGHT_RATE = 2e-4
"""Without labels tfmot still needs steps to move its masks: the twin is trained towards its own first
answers.
"""

TAUGHT = 0.5
"""Weight of the first answers beside the labels, when there are labels."""


def prune_with_tfmot(
    *,
    twin_path: str,
    out_path: str,
    sparsity: Sparsity,
    pixels_path: str,
    contract: InputContract,
    training: Training | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """tfmot's prune_low_magnitude on the twin of the file `twin_path`; the weights go to `out_path` (.npz).

    `training`: labelled images to train on, or None: then the calibration pixels are used, with the model's own
    first answers as targets. Returns
    {"difference", "history", "trained_on"}. Raises VerificationError when the twin is not equal,
    UnsupportedModelError for an unknown layer.
    """
    tf_keras.utils.set_random_seed(seed)
    with np.load(twin_path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    model = json.loads(arrays["__model__"].tobytes())
    twin = build_twin(model, arrays)
    difference = check_twin(twin, arrays)
    wrapped = _wrap(twin, set(model["prunable"]), sparsity, _steps(training))
    history = _train(wrapped, twin, training, pixels_path, contract, seed)
    stripped = tfmot.sparsity.keras.strip_pruning(wrapped)
    weights = {
        f"{layer.name}/{i}": value for layer in stripped.layers for i, value in enumerate(layer.get_weights())
    }
    np.savez(out_path, **weights)
    return {
        "difference": difference,
        "history": history,
        "trained_on": "labels" if training else "its own answers",
    }


def build_twin(model: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Model:
    """The functional tf_keras model of a description (see twin.write_model), with its weights."""
    entries = [tf_keras.Input(shape=tuple(shape)) for shape in model["input_shapes"]]
    values: dict[int, Any] = dict(zip(model["inputs"], entries, strict=True))
    made: dict[str, Layer] = {}
    for call in model["calls"]:
        name = call["name"]
        if name not in made:
            made[name] = make_layer(call)
        given = [values[number] for number in call["inputs"]]
        values[call["outputs"][0]] = made[name](given if len(given) > 1 else given[0])
    twin: Model = tf_keras.Model(entries, [values[number] for number in model["outputs"]])
    for name, layer in made.items():
        weights = [arrays[f"{name}/{i}"] for i in range(len(layer.weights))]
        if [w.shape for w in weights] != [tuple(w.shape) for w in layer.weights]:
            raise VerificationError(
                f"the layer {name!r} has other weights in legacy Keras", next_step='use engine = "native"'
            )
        layer.set_weights(weights)
    return twin


def make_layer(call: dict[str, Any]) -> Layer:
    """A tf_keras layer from a Keras 3 class name and configuration. Raises UnsupportedModelError where there
    is none.
    """
    kind, config = call["kind"], call["config"]
    if kind not in TWINS:
        raise UnsupportedModelError(
            f"the layer {call['name']!r} is a {kind}, which is not rebuilt in legacy Keras",
            supported=", ".join(sorted(TWINS)),
            next_step='use engine = "native"',
        )
    cls = getattr(tf_keras.layers, kind)
    known = {
        p
        for base in cls.__mro__
        if "__init__" in vars(base)
        for p in inspect.signature(base.__init__).parameters
    }
    kept = {RENAMED.get((kind, key), key): value for key, value in config.items()}
    kept = {key: value for key, value in kept.items() if key in known and not key.endswith(_LEFT_OUT)}
    if kind == "BatchNormalization":
        kept["momentum"] = min(kept["momentum"], BATCH_NORM_MOMENTUM)
    for key in ("activation", "depthwise_activation"):
        if kept.get(key) is not None:
            kept[key] = _activation(call["name"], kept[key])
    layer: Layer = cls(**{**kept, "name": call["name"]})
    return layer


_LEFT_OUT = (
    "initializer",
    "regularizer",
    "constraint",
    "dtype",
    "dtype_policy",
    "synchronized",
    "trainable",
    "seed",
)


def _activation(layer: str, name: object) -> Any:
    if not isinstance(name, str):
        raise UnsupportedModelError(
            f"the activation of {layer!r} is a layer of its own", next_step='use engine = "native"'
        )
    if name in ACTIVATIONS:
        return ACTIVATIONS[name]
    try:
        return tf_keras.activations.get(name)
    except ValueError:
        raise UnsupportedModelError(
            f"legacy Keras has no activation {name!r} (layer {layer!r})", next_step='use engine = "native"'
        ) from None


def check_twin(twin: Model, arrays: Mapping[str, NDArray[Any]]) -> float:
    """The largest difference of the twin's answers on the probes; raises VerificationError above
    TOLERANCE.
    """
    wanted = arrays["__answers__"]
    difference = float(np.abs(np.asarray(twin(arrays["__probes__"])) - wanted).max())
    if not difference <= TOLERANCE * max(1.0, float(np.abs(wanted).max())):
        raise VerificationError(
            f"the legacy-Keras twin answers differently from the model (largest difference {difference:.2g})",
            supported=f"at most {TOLERANCE:g}",
            next_step='use engine = "native"',
        )
    return difference


def _wrap(twin: Model, prunable: set[str], sparsity: Sparsity, steps: int) -> Model:
    pruning = tfmot.sparsity.keras
    end = max(2, round(0.6 * steps))
    if sparsity.pattern == "2:4":
        schedule = pruning.ConstantSparsity(0.5, begin_step=0, frequency=max(1, end // 8))
    else:
        schedule = pruning.PolynomialDecay(
            0.0, sparsity.amount, begin_step=0, end_step=end, frequency=max(1, end // 16)
        )
    extra = {"sparsity_m_by_n": (2, 4)} if sparsity.pattern == "2:4" else {}

    def wrap(layer: Layer) -> Layer:
        if layer.name not in prunable:
            return layer
        wrapper: Layer = pruning.prune_low_magnitude(layer, pruning_schedule=schedule, **extra)
        return wrapper

    # The wrapped model trains the twin's own layers, so its first answers must be taken from a copy.
    wrapped: Model = tf_keras.models.clone_model(twin, clone_function=wrap)
    return wrapped


def _steps(training: Training | None) -> int:
    if training is None:
        return SELF_TAUGHT_STEPS
    split = split_classes(np.asarray(training.labels, np.int64), training.seed)
    return training.settings.epochs * max(1, len(split.train) // training.settings.batch_size)


def _train(
    wrapped: Model,
    twin: Model,
    training: Training | None,
    pixels_path: str,
    contract: InputContract,
    seed: int,
) -> list[dict[str, float]]:
    settings = training.settings if training else _self_taught(pixels_path)
    pixels = np.load(training.pixels_path if training else pixels_path, mmap_mode="r", allow_pickle=False)
    classes = int(twin.output_shape[-1])
    if training:
        targets = check_labels(pixels, training.labels, classes)
        split = split_classes(targets, seed)
        train, judge = split.train, split.judge
        weights = class_weights(targets[train], max(classes, 2))
    else:
        targets, train, judge, weights = None, np.arange(len(pixels)), np.arange(0), np.ones(1, np.float32)
    batch = min(settings.batch_size, len(train))
    steps = max(1, len(train) // batch)
    teacher = tf_keras.models.clone_model(twin)
    teacher.set_weights(twin.get_weights())
    loss, from_logits = _loss(twin)
    optimizer = tf_keras.optimizers.Adam(
        tf_keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps * settings.epochs, alpha=0.02)
    )
    wrapped.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    batches = _Batches(
        pixels, targets, train, batch, settings.augment, contract, teacher, from_logits, weights, seed
    )
    history = wrapped.fit(
        batches.forever(steps),
        steps_per_epoch=steps,
        epochs=settings.epochs,
        verbose=0,
        callbacks=[tfmot.sparsity.keras.UpdatePruningStep(), _Progress(steps * settings.epochs)],
        validation_data=batches.held_out(judge) if len(judge) else None,
    ).history
    return [
        {
            "epoch": float(i + 1),
            **{k.replace("val_", "held_out_"): float(v[i]) for k, v in sorted(history.items())},
        }
        for i in range(settings.epochs)
    ]


def _self_taught(pixels_path: str) -> FineTune:
    count = len(np.load(pixels_path, mmap_mode="r", allow_pickle=False))
    steps = max(1, count // min(32, count))
    epochs = max(1, round(SELF_TAUGHT_STEPS / steps))
    return FineTune(images="", epochs=epochs, learning_rate=SELF_TAUGHT_RATE, batch_size=32)


def _loss(twin: Model) -> tuple[Any, bool]:
    """The loss that fits the twin's last activation, and whether it answers logits."""
    name = getattr(getattr(twin.layers[-1], "activation", None), "__name__", "")
    softmax = name == "softmax" or type(twin.layers[-1]).__name__ == "Softmax"
    if name == "sigmoid" or int(twin.output_shape[-1]) == 1:
        return tf_keras.losses.BinaryCrossentropy(from_logits=name != "sigmoid"), name != "sigmoid"
    return tf_keras.losses.CategoricalCrossentropy(from_logits=not softmax), not softmax


class _Progress(tf_keras.callbacks.Callback):  # type: ignore[misc]
    def __init__(self, total: int) -> None:
        super().__init__()
        self.total, self.done = total, 0

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self.done += 1
        if self.done % 8 == 0:
            progress.report(self.done, self.total, "fine-tune with tfmot")


class _Batches:
    """Batches of (pixels normalised, soft targets, weights), without end, from a fixed seed."""

    def __init__(
        self,
        pixels: NDArray[np.uint8],
        targets: NDArray[np.int64] | None,
        train: NDArray[np.int64],
        batch: int,
        settings: Augment,
        contract: InputContract,
        teacher: Model,
        from_logits: bool,
        weights: NDArray[np.float32],
        seed: int,
    ) -> None:
        self.pixels, self.targets, self.train, self.batch = pixels, targets, train, batch
        self.settings, self.teacher, self.from_logits, self.weights, self.seed = (
            settings,
            teacher,
            from_logits,
            weights,
            seed,
        )
        self.mean, self.std = (
            np.array(value, np.float32) for value in (contract.channel_mean, contract.channel_std)
        )

    def forever(self, steps: int) -> Iterator[Any]:
        random, number = np.random.default_rng(self.seed), 0
        while True:
            order = random.permutation(self.train)
            for step in range(steps):
                chosen = np.sort(order[step * self.batch : (step + 1) * self.batch])
                changed = augment(
                    tf.constant(self.pixels[chosen], tf.float32),
                    self.settings,
                    tf.constant([self.seed, number]),
                )
                number += 1
                given = (changed - self.mean) / self.std
                yield given, self._mixed(given, chosen), self._weight(chosen)

    def held_out(self, judge: NDArray[np.int64]) -> tuple[Any, Any]:
        return (self.pixels[judge].astype(np.float32) - self.mean) / self.std, self._labels(judge)

    def _mixed(self, given: Tensor, chosen: NDArray[np.int64]) -> Any:
        answer = self.teacher(given, training=False)
        if self.from_logits:
            answer = tf.sigmoid(answer) if answer.shape[-1] == 1 else tf.nn.softmax(answer)
        return answer if self.targets is None else (1 - TAUGHT) * self._labels(chosen) + TAUGHT * answer

    def _labels(self, chosen: NDArray[np.int64]) -> Any:
        width = int(self.teacher.output_shape[-1])
        labels = np.zeros(0, np.int64) if self.targets is None else self.targets[chosen]
        return tf.constant(labels[:, None], tf.float32) if width == 1 else tf.one_hot(labels, width)

    def _weight(self, chosen: NDArray[np.int64]) -> Any:
        if self.targets is None:
            return tf.ones([len(chosen)])
        return tf.constant(self.weights[self.targets[chosen]])
