"""Training after pruning: labelled pixels, the declared augmentation, distillation from the model as it was
given.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .. import progress
from ..errors import UnsupportedModelError, VerificationError
from ..load.keras_objects import Model, Tensor, Weights
from ..recipe import FineTune, InputContract
from .augment import augment
from .magnitude import SparsityMask
from .training_set import Sparsity, Split, check_labels, class_weights, split_classes

Pixels = NDArray[np.uint8]

DISTILLED = 0.5
TEMPERATURE = 4.0
"""Weight and temperature of the distillation loss (Hinton, Vinyals & Dean 2015). ResNet8 at 40 % fewer MACs,
three epochs on 4,000 images: 72.6 % of the evaluation images with it, 71.2 % with labels alone (the given
model: 76.4 %)."""

BATCH_NORM_MOMENTUM = 0.9
"""A few hundred steps are too few for the usual 0.99 to follow."""


def fine_tune(
    model: Model,
    settings: FineTune,
    pixels: Pixels,
    labels: Sequence[int],
    contract: InputContract,
    *,
    seed: int = 0,
    teacher: Model | None = None,
    sparsity: Sparsity | None = None,
) -> dict[str, Any]:
    """Train `model` in place; returns {"history", "epochs_kept", "classes_weighted", "sparsity"}.

    `pixels` uint8 [n, h, w, c], `labels` n class numbers. The best epoch on the held-out share is kept
    (epoch 0 is the model as it came). With `sparsity` the weights are masked along a schedule, and zeros
    stay exactly zero; only epochs at the final sparsity can win. Equal inputs and seed give equal weights on
    one machine. Raises ImagesRefusedError when images and labels do not fit the model.
    """
    classes = _class_count(model)
    targets = check_labels(pixels, labels, classes)
    keras.utils.set_random_seed(seed)
    split = split_classes(targets, seed)
    weights = class_weights(targets[split.train], max(classes, 2))
    batch = min(settings.batch_size, len(split.train))
    steps = max(1, len(split.train) // batch)
    with _as_logits(model) as (student, kind), _quick_statistics(model):
        trainer = _Trainer(student, teacher, kind, settings, contract, weights, steps, seed)
        mask = SparsityMask(model, sparsity, steps * settings.epochs) if sparsity else None
        history, best = _epochs(trainer, mask, split, pixels, targets, batch, steps, settings.epochs)
    model.set_weights(best[1])
    if mask is not None and not mask.holds():
        raise VerificationError("weights that were pruned to zero came back during fine-tuning")
    return {
        "history": history,
        "epochs_kept": best[0],
        "classes_weighted": bool(np.ptp(weights) > 0),
        "sparsity": mask.report() if mask is not None else None,
    }


class _Trainer:
    """The compiled steps: one that trains and one that judges."""

    def __init__(
        self,
        student: Model,
        teacher: Model | None,
        kind: str,
        settings: FineTune,
        contract: InputContract,
        weights: NDArray[np.float32],
        steps: int,
        seed: int,
    ) -> None:
        self.student, self.teacher, self.kind, self.settings = student, teacher, kind, settings
        self.mean, self.std = (
            tf.constant(v, tf.float32) for v in (contract.channel_mean, contract.channel_std)
        )
        self.weights, self.seed = tf.constant(weights), seed
        total = steps * settings.epochs
        rate = keras.optimizers.schedules.CosineDecay(settings.learning_rate, total, alpha=0.02)
        self.optimizer = keras.optimizers.Adam(rate)
        self.optimizer.build(student.trainable_variables)
        self.step = tf.function(self._step, autograph=False)
        self.judge = tf.function(self._judge, reduce_retracing=True, autograph=False)

    def _step(self, pixels: Tensor, targets: Tensor, number: Tensor) -> Any:
        changed = augment(tf.cast(pixels, tf.float32), self.settings.augment, tf.stack([self.seed, number]))
        given = (changed - self.mean) / self.std
        taught = (
            _log_odds(self.teacher(given, training=False), self.kind) if self.teacher is not None else None
        )
        with tf.GradientTape() as tape:
            logits = _flat(self.student(given, training=True))
            loss = _label_loss(logits, targets, self.kind) * tf.gather(self.weights, targets)
            if taught is not None:
                loss = (1 - DISTILLED) * loss + DISTILLED * _distance(logits, taught, self.kind)
            total = tf.reduce_mean(loss) + tf.add_n([*self.student.losses, tf.constant(0.0)])
        variables = self.student.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(total, variables), variables, strict=True))
        return total

    def _judge(self, pixels: Tensor, targets: Tensor) -> Any:
        logits = _flat(self.student((tf.cast(pixels, tf.float32) - self.mean) / self.std, training=False))
        losses = _label_loss(logits, targets, self.kind)
        if logits.shape[-1] == 1:
            right = tf.cast(logits[:, 0] > 0, tf.int64) == targets
        else:
            right = tf.argmax(logits, axis=-1) == targets
        return tf.reduce_sum(losses), tf.reduce_sum(tf.cast(right, tf.float32))


def _epochs(
    trainer: _Trainer,
    mask: SparsityMask | None,
    split: Split,
    pixels: Pixels,
    targets: NDArray[np.int64],
    batch: int,
    steps: int,
    epochs: int,
) -> tuple[list[dict[str, float]], tuple[int, Weights]]:
    """Train with early stop; returns the history and (best epoch, its weights)."""
    random, patience = np.random.default_rng(trainer.seed), max(3, epochs // 4)
    judged = split.judge if len(split.judge) else split.train
    history = [_judged(trainer, pixels, targets, judged, epoch=0, loss=math.nan)]
    best = (0, trainer.student.get_weights())
    leader = _merit(history[0]) if mask is None else (-1.0, 0.0)
    for epoch in range(1, epochs + 1):
        order, losses = random.permutation(split.train), []
        for step in range(steps):
            number = (epoch - 1) * steps + step
            chosen = np.sort(order[step * batch : (step + 1) * batch])
            loss = trainer.step(
                tf.constant(pixels[chosen]), tf.constant(targets[chosen]), tf.constant(number)
            )
            losses.append(loss)
            if mask is not None:
                mask.apply(number + 1)
            if step % 8 == 7:
                progress.report(number + 1, epochs * steps, f"fine-tune, epoch {epoch} of {epochs}")
        history.append(
            _judged(trainer, pixels, targets, judged, epoch=epoch, loss=float(tf.reduce_mean(losses)))
        )
        if not math.isfinite(history[-1]["loss"]):
            break
        if _merit(history[-1]) > leader and (mask is None or mask.finished):
            leader, best = _merit(history[-1]), (epoch, trainer.student.get_weights())
        if mask is None and epoch - best[0] >= patience:
            break
    return history, best


def _merit(row: dict[str, float]) -> tuple[float, float]:
    return row["accuracy"], -row["held_out_loss"]


def _judged(
    trainer: _Trainer,
    pixels: Pixels,
    targets: NDArray[np.int64],
    chosen: NDArray[np.int64],
    *,
    epoch: int,
    loss: float,
) -> dict[str, float]:
    sums = np.zeros(2)
    for start in range(0, len(chosen), 256):
        part = chosen[start : start + 256]
        answer = trainer.judge(tf.constant(pixels[part]), tf.constant(targets[part]))
        sums += [float(value) for value in answer]
    row = {
        "epoch": float(epoch),
        "held_out_loss": float(sums[0] / len(chosen)),
        "accuracy": float(sums[1] / len(chosen)),
    }
    return {**row, "loss": 0.0 if epoch == 0 else loss}


def _label_loss(logits: Tensor, targets: Tensor, kind: str) -> Any:
    if kind in ("sigmoid", "one logit"):
        wanted = targets[:, None] if logits.shape[-1] == 1 else tf.one_hot(targets, logits.shape[-1])
        losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(wanted, tf.float32), logits)
        return tf.reduce_mean(losses, axis=-1)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)


def _distance(logits: Tensor, taught: Tensor, kind: str) -> Any:
    """Cross-entropy to the teacher's softened answer, scaled by T^2 so that its gradient keeps its size."""
    if kind in ("sigmoid", "one logit"):
        wanted = tf.sigmoid(taught / TEMPERATURE)
        losses = tf.reduce_mean(
            tf.nn.sigmoid_cross_entropy_with_logits(wanted, logits / TEMPERATURE), axis=-1
        )
    else:
        losses = tf.nn.softmax_cross_entropy_with_logits(
            tf.nn.softmax(taught / TEMPERATURE), logits / TEMPERATURE
        )
    return losses * TEMPERATURE**2


def _log_odds(answer: Tensor, kind: str) -> Any:
    """A model's answer as logits, up to a constant that no loss here sees."""
    answer = tf.stop_gradient(_flat(answer))
    if kind in ("logits", "one logit"):
        return answer
    safe = tf.clip_by_value(answer, 1e-9, 1.0 if kind == "softmax" else 1 - 1e-7)
    return tf.math.log(safe) if kind == "softmax" else tf.math.log(safe) - tf.math.log1p(-safe)


def _flat(answer: Tensor) -> Any:
    return tf.reshape(answer, [-1, math.prod(answer.shape[1:])])


@contextmanager
def _as_logits(model: Model) -> Iterator[tuple[Model, str]]:
    """The model without its final softmax or sigmoid, sharing its weights, and what its answer is: "softmax",
    "sigmoid", "logits" (of a softmax) or "one logit" (of a sigmoid).
    """
    last = model.outputs[0]._keras_history.operation
    name = getattr(getattr(last, "activation", None), "__name__", "")
    if type(last).__name__ in ("Softmax", "Sigmoid"):
        source = last._inbound_nodes[model.outputs[0]._keras_history.node_index].input_tensors[0]
        yield keras.Model(model.inputs, source), type(last).__name__.lower()
    elif name in ("softmax", "sigmoid"):
        original, last.activation = last.activation, keras.activations.linear
        try:
            yield model, name
        finally:
            last.activation = original
    else:
        yield model, "logits" if _class_count(model) > 1 else "one logit"


@contextmanager
def _quick_statistics(model: Model) -> Iterator[None]:
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    before = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = min(layer.momentum, BATCH_NORM_MOMENTUM)
    try:
        yield
    finally:
        for layer, momentum in zip(norms, before, strict=True):
            layer.momentum = momentum


def _class_count(model: Model) -> int:
    if len(model.outputs) != 1 or None in model.outputs[0].shape[1:]:
        raise UnsupportedModelError("fine-tuning needs one output of fixed length", supported="classifiers")
    return math.prod(model.outputs[0].shape[1:])
