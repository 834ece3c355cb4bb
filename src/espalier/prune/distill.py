"""Repair without labels, the second half: what was pruned learns to answer as the model that was given, on any pictures.

Adam (Kingma & Ba, 2015) with a cosine schedule; each tensor moves in parts of its own size (as in Shazeer & Stern, "Adafactor",
2018), so that a stem that reads 0..255 and a layer behind a batch norm need no rate of their own. Batch norms keep the
statistics that they have: they were renewed before (`reconstruct.py`). What is judged and kept is a moving average of the
weights (Polyak & Juditsky, 1992). Everything is drawn from the seed and the step's number, so that a training that was
interrupted ends in the same bits as one that was not.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .. import progress
from ..load.keras_objects import Model, Tensor, Weights
from ..recipe import Augment, Distill, InputContract
from ..task.types import CLASSIFY, Task
from .augment import augment, looks_of, moves_of
from .interrupted import Clock, State
from .lessons import SAME_PICTURE, Lesson, agreement, as_logits, distance, flat_answers, in_units, lessons_of

Pixels = NDArray[np.uint8]

HELD_OUT = 0.1
"""Share of the images that judges the epochs and is not trained on."""

DISTILLED = "distillation"
"""The step, as the account of a repair names it."""

FEW = 20
"""Below this number of images all of them do both."""

MOST_JUDGED = 1_024
UNIT_IMAGES = 64
"""Of those, how many say what a constant answer loses."""

SMALLEST_SIZE = 0.05
"""A vector that is smaller on the average (a bias near 0) moves as if it had this size."""

BETAS = (0.9, 0.999)
BATCH = 128
JUDGING = 31_337
"""The seed of the looks in which epochs are judged: the same for all of them."""

HORIZON = 0.05
"""The moving average reaches back over about this share of all steps."""

LOWEST_RATE = 0.01
"""Of the rate at the start: what is left of it at the end."""

ROW = ("epoch", "loss", "held_out_loss", "agreement")
"""The figures of an epoch."""


def distill(
    student: Model,
    teacher: Model,
    settings: Distill,
    pixels: Pixels,
    contract: InputContract,
    *,
    task: Task = CLASSIFY,
    seed: int = 0,
    state: State | None = None,
    keep: Callable[[State], None] | None = None,
) -> dict[str, Any]:
    """Train `student` in place to answer as `teacher`; returns {"history", "epochs_kept"}.

    `pixels` uint8 [n, h, w, c], without labels; a tenth of them judges the epochs. The best epoch is kept; epoch 0 is the
    student as it came. Both models have the same outputs; of any kind of `task`. `state`: of an interrupted run with the same
    arguments, whose end is then the same bit for bit; `keep` is given the state now and then. Changes of the look of an
    image (`augment.jpeg`, blur, brightness, ...) are the student's alone, when it learns and when it is judged: the teacher
    answers for the clean one, except where the answer is itself a picture.
    """
    judged = held_out(len(pixels))
    trained = np.setdiff1d(np.arange(len(pixels)), judged) if len(pixels) >= FEW else judged
    judged = judged[:MOST_JUDGED]
    with as_logits(student) as (learner, _), as_logits(teacher) as (master, ends):
        trainer = _Trainer(learner, master, ends, settings, contract, task, seed)
        trainer.measure_units(pixels[judged[:UNIT_IMAGES]])
        done = _epochs(trainer, student, pixels, trained, judged, state, keep)
    student.set_weights(done.best)
    return {"history": done.history, "epochs_kept": done.best_epoch}


def judge_of(
    teacher: Model,
    pixels: Pixels,
    contract: InputContract,
    *,
    task: Task = CLASSIFY,
    settings: Distill | None = None,
) -> Callable[[Model], dict[str, Any]]:
    """A function of models that answer the same as `teacher`: {"agreement", "distance", "images"} on the images, and in the
    looks, that `distill` judges with."""
    settings = settings or Distill()
    judged = pixels[held_out(len(pixels))][:MOST_JUDGED]

    def judge(model: Model) -> dict[str, Any]:
        with as_logits(model) as (learner, _), as_logits(teacher) as (master, ends):
            judge = _Judge(learner, master, ends, contract, task, settings)
            judge.measure_units(judged[:UNIT_IMAGES])
            far, same = judge.judged(judged, np.arange(len(judged)))
        return {"agreement": same, "distance": far, "images": len(judged)}

    return judge


def held_out(count: int) -> NDArray[np.int64]:
    """Places of the images that judge: of a few images all."""
    return np.arange(count)[:: round(1 / HELD_OUT)] if count >= FEW else np.arange(count)


def _epochs(
    trainer: _Trainer,
    student: Model,
    pixels: Pixels,
    trained: NDArray[np.int64],
    judged: NDArray[np.int64],
    state: State | None,
    keep: Callable[[State], None] | None,
) -> State:
    if state is None:
        state = State(best=student.get_weights())
        state.history.append(trainer.row(pixels, judged, 0, 0.0))
    else:
        student.set_weights(state.weights)
        trainer.restore(state)
    epochs, clock = trainer.settings.epochs, Clock(state.epoch)
    for epoch in range(state.epoch + 1, epochs + 1):
        loss = _epoch(trainer, pixels, trained, epoch, clock, state.history[-1])
        if not math.isfinite(loss):
            break
        now = student.get_weights()
        trainer.put_average()
        state.history.append(trainer.row(pixels, judged, epoch, loss))
        if state.history[-1]["held_out_loss"] < state.history[state.best_epoch]["held_out_loss"]:
            state.best, state.best_epoch = student.get_weights(), epoch
        student.set_weights(now)
        if keep is not None and state.due and epoch < epochs:
            state.epoch, state.weights = epoch, now
            state.first, state.second, state.average = trainer.moments()
            keep(state)
            state.kept = time.monotonic()
    return state


def _epoch(
    trainer: _Trainer,
    pixels: Pixels,
    trained: NDArray[np.int64],
    epoch: int,
    clock: Clock,
    last: dict[str, float],
) -> float:
    """Train on every image once; the mean loss."""
    settings = trainer.settings
    batch = min(settings.batch_size, len(trained))
    steps = max(1, len(trained) // batch)
    total, losses = steps * settings.epochs, []
    order = np.random.default_rng([trainer.seed, epoch]).permutation(trained)
    for step in range(steps):
        number = (epoch - 1) * steps + step
        chosen = np.sort(order[step * batch : (step + 1) * batch])
        losses.append(trainer.learn(pixels[chosen], number, total))
        if step % 8 == 7 or step == steps - 1:
            left = clock.left((number + 1) / steps, settings.epochs)
            text = f"distil, epoch {epoch} of {settings.epochs}: loss {float(losses[-1]):.4f}, "
            text += f"{last['agreement']:.1%} as the given model, {left}"
            progress.report(number + 1, total, text)
    return float(tf.reduce_mean(losses))


def _schedule(number: int, total: int, rate: float) -> tuple[float, float]:
    """The rate of a step, and how much of the average it keeps: it warms up over a fortieth, then follows a cosine."""
    warm = max(1, total // 40)
    falling = LOWEST_RATE + (1 - LOWEST_RATE) * 0.5 * (1 + math.cos(math.pi * number / total))
    horizon = max(1.0, HORIZON * total)
    return rate * min(1.0, (number + 1) / warm) * falling, min(1 - 1 / horizon, number / (number + 9.0))


def _size(values: NDArray[Any]) -> float:
    return math.sqrt(float(np.mean(np.square(values)))) if values.size else 0.0


class _Judge:
    """How far a student's answers are from the teacher's."""

    def __init__(
        self,
        student: Model,
        teacher: Model,
        ends: Sequence[str],
        contract: InputContract,
        task: Task,
        settings: Distill,
    ) -> None:
        self.student, self.teacher, self.settings = student, teacher, settings
        self.temperature, self.same = settings.temperature, task.kind in SAME_PICTURE
        self.looks = Augment() if self.same else looks_of(settings.augment)
        self.mean, self.std = (tf.constant(v, tf.float32) for v in (contract.channel_mean, contract.channel_std))
        self.lessons: tuple[Lesson, ...] = lessons_of(teacher, ends, task)
        self.judge = tf.function(self._judge, reduce_retracing=True, autograph=False)

    def measure_units(self, pixels: Pixels) -> None:
        """What each lesson is measured in, of the teacher's answers to some images."""
        answers = flat_answers(self.teacher, self.normal(tf.constant(pixels)), training=False)
        self.lessons = tuple(in_units(lesson, answers, self.temperature) for lesson in self.lessons)

    def normal(self, pixels: Tensor) -> Any:
        """What the models take."""
        return (tf.cast(pixels, tf.float32) - self.mean) / self.std

    def _judge(self, pixels: Tensor, number: Tensor) -> Any:
        seen = augment(tf.cast(pixels, tf.float32), self.looks, tf.stack([JUDGING, number]))
        ours = flat_answers(self.student, self.normal(seen), training=False)
        theirs = flat_answers(self.teacher, self.normal(pixels), training=False)
        far = tf.add_n([tf.reduce_sum(distance(one, ours, theirs, self.temperature)) for one in self.lessons])
        same = tf.add_n([tf.reduce_sum(agreement(one, ours, theirs)) for one in self.lessons])
        return far / len(self.lessons), same / len(self.lessons)

    def judged(self, pixels: Pixels, chosen: NDArray[np.int64]) -> tuple[float, float]:
        """Distance and agreement."""
        sums = np.zeros(2)
        for start in range(0, len(chosen), BATCH):
            sums += [float(value) for value in self.judge(tf.constant(pixels[chosen[start : start + BATCH]]), tf.constant(start))]
        return float(sums[0] / len(chosen)), float(sums[1] / len(chosen))


class _Trainer(_Judge):
    """The compiled step that trains."""

    def __init__(
        self,
        student: Model,
        teacher: Model,
        ends: Sequence[str],
        settings: Distill,
        contract: InputContract,
        task: Task,
        seed: int,
    ) -> None:
        super().__init__(student, teacher, ends, contract, task, settings)
        self.seed = seed
        self.moved = settings.augment if self.same else moves_of(settings.augment)
        self.variables = list(student.trainable_variables)
        floors = [SMALLEST_SIZE if len(v.shape) < 2 else 1e-9 for v in self.variables]
        self.sizes = [max(_size(v.numpy()), floor) for v, floor in zip(self.variables, floors, strict=True)]
        self.first, self.second, self.average = (
            [tf.Variable(start(v)) for v in self.variables] for start in (tf.zeros_like, tf.zeros_like, tf.identity)
        )
        self.step = tf.function(self._step, autograph=False)

    def learn(self, pixels: Pixels, number: int, total: int) -> Any:
        """The step of this number, of `total`; its loss."""
        rate, share = (tf.constant(value, tf.float32) for value in _schedule(number, total, self.settings.learning_rate))
        return self.step(tf.constant(pixels), tf.constant(number), rate, share)

    def _step(self, pixels: Tensor, number: Tensor, rate: Any, share: Any) -> Any:
        drawn, seed = tf.cast(pixels, tf.float32), tf.stack([self.seed, number])
        seen = augment(drawn, self.settings.augment, seed)
        clean = seen if self.moved is self.settings.augment else augment(drawn, self.moved, seed)
        taught = [tf.stop_gradient(one) for one in flat_answers(self.teacher, self.normal(clean), training=False)]
        with tf.GradientTape() as tape:
            answers = flat_answers(self.student, self.normal(seen), training=False)
            parts = [distance(lesson, answers, taught, self.settings.temperature) for lesson in self.lessons]
            loss = tf.add_n([tf.reduce_mean(part) for part in parts]) / len(parts)
        gradients = tape.gradient(loss, self.variables, unconnected_gradients="zero")
        count: Any = tf.cast(number, tf.float32) + 1.0
        for place, gradient in enumerate(gradients):
            first = self.first[place].assign(BETAS[0] * self.first[place] + (1 - BETAS[0]) * gradient)
            second = self.second[place].assign(BETAS[1] * self.second[place] + (1 - BETAS[1]) * gradient**2)
            towards = first / (1 - BETAS[0] ** count) / (tf.sqrt(second / (1 - BETAS[1] ** count)) + 1e-12)
            new = self.variables[place].value - rate * self.sizes[place] * towards
            self.variables[place].assign(new)
            self.average[place].assign(share * self.average[place] + (1 - share) * new)
        return loss

    def row(self, pixels: Pixels, chosen: NDArray[np.int64], epoch: int, loss: float) -> dict[str, float]:
        """The figures of an epoch, on images that are not trained on."""
        return dict(zip(ROW, (float(epoch), loss, *self.judged(pixels, chosen)), strict=True))

    def moments(self) -> tuple[Weights, Weights, Weights]:
        """First and second moments and the average, to be kept."""
        return tuple([one.numpy() for one in each] for each in (self.first, self.second, self.average))  # type: ignore[return-value]

    def restore(self, state: State) -> None:
        """Go on where a kept training was."""
        for each, values in ((self.first, state.first), (self.second, state.second), (self.average, state.average)):
            for variable, value in zip(each, values, strict=True):
                variable.assign(value)

    def put_average(self) -> None:
        """Give the student the averaged weights."""
        for variable, value in zip(self.variables, self.average, strict=True):
            variable.assign(value)
