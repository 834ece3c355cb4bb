"""What a model's answers teach another that should give the same: which values of which output are a choice among several,
yes or no, or numbers; and how far two answers are apart, in one unit for all of them.

Scores are compared by the Kullback-Leibler divergence at a temperature (Hinton, Vinyals & Dean, "Distilling the knowledge in a
neural network", 2015), numbers by the smooth L1 (Huber) of their difference; boxes count as much as the teacher believes that
there is something in them. Each part is divided by what the best constant answer would lose, so that 1 is "knows nothing" and
no part drowns another whatever its unit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..load.keras_objects import Model, Tensor
from ..task.boxes.plan import Plan
from ..task.boxes.tables import DECODES, lay_out
from ..task.types import Task

Means = Literal["choice", "yes-no", "numbers"]
"""What a row of values is: logits of which one is right; each its own logit; or anything else."""

Places = NDArray[np.int64]
"""Where rows lie in an output that is laid out flat, [rows, values of a row]."""

YES_NO_KINDS = ("binary", "multi-label")
CHOICES = ("classify", "segment")
SAME_PICTURE = ("image", "anomaly")
"""Tasks whose answer is a picture: what changes the look of the image changes the right answer."""

SMALLEST = 1e-6
"""Of what a constant answer loses: below it the answer is constant, and any distance from it counts in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Rows of one output. `weight`: the rows by whose scores each of these counts (boxes); `constant`: what the best constant
    answer loses, the unit of the distance."""

    means: Means
    output: int
    places: Places
    weight: Lesson | None = None
    constant: float = 1.0

    def rows(self, answers: Sequence[Tensor]) -> Any:
        """[n, rows, values] of flat outputs [n, values]."""
        return tf.gather(answers[self.output], self.places, axis=1)

    def believed(self, answers: Sequence[Tensor]) -> Any:
        """How sure an answer is of each row, [n, rows] in 0..1."""
        rows = self.rows(answers)
        return tf.reduce_max(tf.nn.softmax(rows) if self.means == "choice" else tf.sigmoid(rows), axis=-1)


def lessons_of(model: Model, ends: Sequence[str], task: Task) -> tuple[Lesson, ...]:
    """Lessons of a model whose outputs end in `ends` (from `as_logits`) and of which `task` is asked."""
    if task.boxes is not None:
        return _of_boxes(task.boxes, ends)
    parts, lessons = task.parts or (task,) * len(model.outputs), []
    for number, (output, end, part) in enumerate(zip(model.outputs, ends, parts, strict=False)):
        shape = [int(side) for side in output.shape[1:]]
        if part.kind == "classify" or not shape:
            shape = [math.prod(shape)]
        means = _means(end, part.kind, shape[-1])
        lessons.append(Lesson(means=means, output=number, places=np.arange(math.prod(shape)).reshape(-1, shape[-1])))
    return tuple(lessons)


def _means(end: str, kind: str, values: int) -> Means:
    if end == "softmax":
        return "choice"
    if end == "sigmoid":
        return "yes-no"
    if kind in YES_NO_KINDS:
        return "choice" if kind == "binary" and values == 2 else "yes-no"
    if kind in CHOICES:
        return "choice" if values > 1 else "yes-no"
    return "numbers"


def _of_boxes(plan: Plan, ends: Sequence[str]) -> tuple[Lesson, ...]:
    grids, reading = [one.grid() for one in plan.maps], plan.reading
    decode, lessons = DECODES[reading.decode], list[Lesson]()
    scores = reading.classes + (reading.background != "none")
    for grid, named, columns in zip(
        grids, plan.heads, lay_out(reading, plan.size, grids, plan.heads, plan.shapes), strict=True
    ):

        def part(means: Means, role: str, width: int, weight: Lesson | None = None, of: Any = (grid, columns)) -> Lesson:
            column = of[1][role]
            rows = column.start + np.arange(of[0].count)[:, None] * column.step + np.arange(width)
            return Lesson(means=means, output=column.output, places=rows, weight=weight)

        said = reading.scores if reading.scores != "none" else ends[named.scores]
        means: Means = "choice" if said == "softmax" else "yes-no" if said == "sigmoid" else "numbers"
        score = part(means, "scores", scores)
        lessons.append(score)
        sure = part("yes-no", "objectness", 1) if "objectness" in columns else score
        if sure is not score:
            lessons.append(sure)
        if decode.shape == "distance":
            box = part("choice", "box", decode.numbers * reading.bins, sure)
            lessons.append(Lesson(
                means="choice", output=box.output, places=box.places.reshape(-1, reading.bins),
                weight=Lesson(means=sure.means, output=sure.output, places=np.repeat(sure.places, decode.numbers, axis=0)),
            ))  # fmt: skip
        elif "box" in columns:
            lessons.append(part("numbers", "box", decode.numbers, sure))
        if "size" in columns:
            lessons.append(part("numbers", "size", 2, sure))
    return tuple(lessons)


def distance(lesson: Lesson, student: Sequence[Tensor], teacher: Sequence[Tensor], temperature: float) -> Any:
    """How far the student's flat outputs [n, values] are from the teacher's, image by image, [n]."""
    ours, theirs = lesson.rows(student), lesson.rows(teacher)
    return _row_mean(lesson, teacher, _apart(lesson.means, ours, theirs, temperature)) / lesson.constant


def _apart(means: Means, ours: Tensor, theirs: Tensor, temperature: float) -> Any:
    """[n, rows] of [n, rows, values]."""
    ours, theirs = (ours, theirs) if means == "numbers" else (ours / temperature, theirs / temperature)
    if means == "choice":
        wanted = tf.nn.softmax(theirs)
        found = tf.reduce_sum(wanted * (tf.nn.log_softmax(theirs) - tf.nn.log_softmax(ours)), axis=-1)
    elif means == "yes-no":
        wanted = tf.sigmoid(theirs)
        cross = tf.nn.sigmoid_cross_entropy_with_logits(wanted, ours)
        found = tf.reduce_mean(cross - tf.nn.sigmoid_cross_entropy_with_logits(wanted, theirs), axis=-1)
    else:
        size = tf.abs(ours - theirs)
        return tf.reduce_mean(tf.where(size < 1.0, 0.5 * size**2, size - 0.5), axis=-1)
    return found * temperature**2


def _row_mean(lesson: Lesson, teacher: Sequence[Tensor], apart: Tensor) -> Any:
    if lesson.weight is None:
        return tf.reduce_mean(apart, axis=1)
    weight = lesson.weight.believed(teacher) if lesson.weight.means != "numbers" else tf.ones_like(apart)
    return tf.reduce_sum(apart * weight, axis=1) / (tf.reduce_mean(tf.reduce_sum(weight, axis=1)) + 1e-9)


def agreement(lesson: Lesson, student: Sequence[Tensor], teacher: Sequence[Tensor]) -> Any:
    """Share of the rows that say the same, image by image, [n]; of numbers 1 less the distance, at least 0."""
    ours, theirs = lesson.rows(student), lesson.rows(teacher)
    if lesson.means == "numbers":
        return tf.maximum(0.0, 1.0 - distance(lesson, student, teacher, 1.0))
    if lesson.means == "choice":
        same = tf.cast(tf.argmax(ours, axis=-1) == tf.argmax(theirs, axis=-1), tf.float32)
    else:
        same = tf.reduce_mean(tf.cast((ours > 0) == (theirs > 0), tf.float32), axis=-1)
    return _row_mean(lesson, teacher, same) if lesson.weight is None else tf.reduce_mean(same, axis=1)


def in_units(lesson: Lesson, answers: Sequence[Tensor], temperature: float) -> Lesson:
    """The lesson with what the best constant answer loses, of a teacher's flat outputs on some images."""
    rows = lesson.rows(answers)
    if lesson.means == "choice":
        mean = tf.math.log(tf.reduce_mean(tf.nn.softmax(rows / temperature), axis=0, keepdims=True) + 1e-9) * temperature
    elif lesson.means == "yes-no":
        share = tf.clip_by_value(tf.reduce_mean(tf.sigmoid(rows / temperature), axis=0, keepdims=True), 1e-7, 1 - 1e-7)
        mean = (tf.math.log(share) - tf.math.log1p(-share)) * temperature
    else:
        mean = tf.reduce_mean(rows, axis=0, keepdims=True)
    apart = _apart(lesson.means, tf.broadcast_to(mean, tf.shape(rows)), rows, temperature)
    loses = float(tf.reduce_mean(_row_mean(lesson, answers, apart)))
    constant = loses if math.isfinite(loses) and loses > SMALLEST else 1.0
    return Lesson(
        means=lesson.means, output=lesson.output, places=lesson.places, weight=lesson.weight, constant=constant
    )


def flat_answers(model: Model, given: Tensor, *, training: bool) -> list[Any]:
    """The outputs of a model, each [n, values]."""
    answers = model(given, training=training)
    answers = answers if isinstance(answers, list | tuple) else [answers]
    return [tf.reshape(one, [-1, math.prod(one.shape[1:])]) for one in answers]


@contextmanager
def as_logits(model: Model) -> Iterator[tuple[Model, tuple[str, ...]]]:
    """The model without the softmax or sigmoid at its ends, sharing its weights, and for each output which of them it was
    ("softmax", "sigmoid", "none")."""
    sources, ends, swapped = [], [], dict[int, tuple[Any, Any]]()
    for output in model.outputs:
        history = output._keras_history
        last, kind = history.operation, type(history.operation).__name__
        name = getattr(getattr(last, "activation", None), "__name__", "")
        if kind in ("Softmax", "Sigmoid") or (kind == "Activation" and name in ("softmax", "sigmoid")):
            sources.append(last._inbound_nodes[history.node_index].input_tensors[0])
            ends.append(kind.lower() if kind != "Activation" else name)
        else:
            sources.append(output)
            ends.append(name if name in ("softmax", "sigmoid") else "none")
            if name in ("softmax", "sigmoid"):
                swapped[id(last)] = (last, last.activation)
    for last, _ in swapped.values():
        last.activation = keras.activations.linear
    try:
        yield keras.Model(model.inputs, sources), tuple(ends)
    finally:
        for last, original in swapped.values():
            last.activation = original
