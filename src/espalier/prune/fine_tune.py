"""Training after pruning: labelled pixels, the declared augmentation, distillation from the model as it was
given.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .. import progress
from ..errors import UnsupportedModelError, VerificationError
from ..load.keras_objects import Model, Tensor
from ..recipe import Augment, FineTune, InputContract
from .augment import augment, looks_of, moves_of
from .interrupted import Clock, State
from .magnitude import SparsityMask
from .training_set import Sparsity, Split, check_labels, class_weights, split_classes

Pixels = NDArray[np.uint8]

JUDGING = 31_337
"""The seed of the looks in which epochs are judged: the same for all of them."""

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
    state: State | None = None,
    keep: Callable[[State], None] | None = None,
) -> dict[str, Any]:
    """Train `model` in place; returns {"history", "epochs_kept", "classes_weighted", "sparsity"}.

    `pixels` uint8 [n, h, w, c], `labels` n class numbers. The best epoch on the held-out share is kept
    (epoch 0 is the model as it came). With `sparsity` the weights are masked along a schedule, and zeros
    stay exactly zero; only epochs at the final sparsity can win. Equal inputs and seed give equal weights on
    one machine. `state` and `keep`: as in `distill.distill`; a training along a schedule of zeros starts again. Changes of the
    look of an image (`augment.jpeg`, blur, ...) are the student's, also when it is judged: the teacher answers for the clean
    one. Raises ImagesRefusedError when images and labels do not fit the model.
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
        done = _epochs(trainer, mask, split, pixels, targets, batch, state, None if mask else keep)
    model.set_weights(done.best)
    if mask is not None and not mask.holds():
        raise VerificationError("weights that were pruned to zero came back during fine-tuning")
    return {
        "history": done.history,
        "epochs_kept": done.best_epoch,
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
        self.looks, self.moves, self.steps = looks_of(settings.augment), moves_of(settings.augment), steps
        total = steps * settings.epochs
        rate = keras.optimizers.schedules.CosineDecay(settings.learning_rate, total, alpha=0.02)
        self.optimizer = keras.optimizers.Adam(rate)
        self.optimizer.build(student.trainable_variables)
        self.step = tf.function(self._step, autograph=False)
        self.judge = tf.function(self._judge, reduce_retracing=True, autograph=False)

    def _step(self, pixels: Tensor, targets: Tensor, number: Tensor) -> Any:
        drawn, seed = tf.cast(pixels, tf.float32), tf.stack([self.seed, number])
        changed = augment(drawn, self.settings.augment, seed)
        given = clean = (changed - self.mean) / self.std
        if self.looks != Augment():
            clean = (augment(drawn, self.moves, seed) - self.mean) / self.std
        taught = (
            _log_odds(self.teacher(clean, training=False), self.kind) if self.teacher is not None else None
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

    def _judge(self, pixels: Tensor, targets: Tensor, number: Tensor) -> Any:
        seen = tf.cast(pixels, tf.float32)
        if self.looks != Augment():
            seen = augment(seen, self.looks, tf.stack([JUDGING, number]))
        logits = _flat(self.student((seen - self.mean) / self.std, training=False))
        losses = _label_loss(logits, targets, self.kind)
        if logits.shape[-1] == 1:
            right = tf.cast(logits[:, 0] > 0, tf.int64) == targets
        else:
            right = tf.argmax(logits, axis=-1) == targets
        return tf.reduce_sum(losses), tf.reduce_sum(tf.cast(right, tf.float32))

    def restore(self, state: State) -> None:
        """Go on where a kept training was."""
        self.student.set_weights(state.weights)
        for variable, value in zip(self.optimizer.variables, state.first, strict=True):
            variable.assign(value)


def _epochs(
    trainer: _Trainer,
    mask: SparsityMask | None,
    split: Split,
    pixels: Pixels,
    targets: NDArray[np.int64],
    batch: int,
    state: State | None,
    keep: Callable[[State], None] | None,
) -> State:
    """Train with early stop."""
    epochs = trainer.settings.epochs
    random, patience = np.random.default_rng(trainer.seed), max(3, epochs // 4)
    judged = split.judge if len(split.judge) else split.train
    if state is None:
        state = State(best=trainer.student.get_weights())
        state.history.append(_judged(trainer, pixels, targets, judged, epoch=0, loss=math.nan))
    else:
        trainer.restore(state)
        for _ in range(state.epoch):
            random.permutation(split.train)
    leader = _merit(state.history[state.best_epoch]) if mask is None else (-1.0, 0.0)
    clock = Clock(state.epoch)
    for epoch in range(state.epoch + 1, epochs + 1):
        order = random.permutation(split.train)
        loss = _epoch(trainer, mask, pixels, targets, order, batch, epoch, clock, state.history[-1])
        state.history.append(_judged(trainer, pixels, targets, judged, epoch=epoch, loss=loss))
        if not math.isfinite(loss):
            break
        if _merit(state.history[-1]) > leader and (mask is None or mask.finished):
            leader, state.best, state.best_epoch = _merit(state.history[-1]), trainer.student.get_weights(), epoch
        if mask is None and epoch - state.best_epoch >= patience:
            break
        if keep is not None and state.due and epoch < epochs:
            state.epoch, state.weights = epoch, trainer.student.get_weights()
            state.first = [variable.numpy() for variable in trainer.optimizer.variables]
            keep(state)
            state.kept = time.monotonic()
    return state


def _epoch(
    trainer: _Trainer,
    mask: SparsityMask | None,
    pixels: Pixels,
    targets: NDArray[np.int64],
    order: NDArray[np.int64],
    batch: int,
    epoch: int,
    clock: Clock,
    last: dict[str, float],
) -> float:
    """Train on every image once; the mean loss."""
    losses, epochs, steps = [], trainer.settings.epochs, trainer.steps
    for step in range(steps):
        number = (epoch - 1) * steps + step
        chosen = np.sort(order[step * batch : (step + 1) * batch])
        loss = trainer.step(tf.constant(pixels[chosen]), tf.constant(targets[chosen]), tf.constant(number))
        losses.append(loss)
        if mask is not None:
            mask.apply(number + 1)
        if step % 8 == 7:
            told = f"fine-tune, epoch {epoch} of {epochs}: loss {float(loss):.3f}, {last['accuracy']:.1%} right, "
            progress.report(number + 1, epochs * steps, told + clock.left((number + 1) / steps, epochs))
    return float(tf.reduce_mean(losses))


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
        answer = trainer.judge(tf.constant(pixels[part]), tf.constant(targets[part]), tf.constant(start))
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
