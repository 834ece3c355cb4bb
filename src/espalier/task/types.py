"""The words of a task: heads, values, results; and the functions that make a kind of answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..image_facts import ImageFacts
from ..maps import Classes, Shades
from ..rows import AccuracyRow
from ..statistics import Drop
from .boxes.plan import Plan

Values = NDArray[Any]
"""What a model answers: a row per image with the real values of every head, one head after the other."""

Results = NDArray[Any]
"""What the values say, image by image, in the kind's own terms: a class, numbers, ... ; [n] or [n, ...]."""

Hits = NDArray[np.bool_]
"""Image by image, yes or no."""


Ends = Literal["probabilities", "sigmoids", "values", "map", "whole-map", "residual"]
"""What a kind wants of a network: class probabilities of its one output; one independent probability per label of its one
output; every output as it is; or its one map before a softmax or sigmoid at the end, and (`map`) before a resize there
(quantizer/map_ends.py); or its one picture less the image (residual)."""


SCORES: frozenset[Ends] = frozenset({"probabilities", "sigmoids"})
"""Of these, what is of labels."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """One output of a network: its name, and its shape without the batch."""

    name: str
    shape: tuple[int, ...]
    probability: bool = False
    """Of one mask: whether its values are probabilities, not logits."""

    @property
    def values(self) -> int:
        """How many values it gives for an image."""
        return prod(self.shape)


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """What numbers are called (empty: as the heads), what they are in, and how far off one may be and still be right."""

    names: tuple[str, ...] = ()
    unit: str = ""
    tolerance: float


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a network: the kind of answer (kinds.KINDS), the heads that give it (where they matter), and the
    names of its outputs where they have any. Plain data: it crosses to child processes."""

    kind: str = "classify"
    heads: tuple[Head, ...] = ()
    labels: tuple[str, ...] = ()
    numbers: Numbers | None = None
    cuts: tuple[float, ...] = ()
    """From which score on a label is said: of task binary one, of task multi-label one per label."""
    sought: tuple[int, ...] = ()
    """The labels whose cut was found on the evaluation images."""
    columns: tuple[str, ...] = ()
    """What the truth's columns are called, where it is a csv of several."""
    classes: Classes | None = None
    """Of a map: task segment."""
    shades: Shades | None = None
    """Of a picture: task image."""
    normal: str = ""
    """Of task anomaly: the label of images with which nothing is wrong."""
    false_alarms: float = 0.01
    """Of task anomaly, where the cut was found (`sought`): the share of good images that may reach it."""
    grey: float = 1.0
    """Of task anomaly: grey levels, of 255, in one of the difference between picture and image."""
    boxes: Plan | None = None
    """Of a detector: what its heads mean."""
    parts: tuple[Task, ...] = ()
    """Of task several: what each output is asked, in the order of the model."""
    name: str = ""
    """Of a part: the output's."""
    threshold: float = 0.6
    """Of a part: of its decision, and the precision that it should reach."""
    precision: float | None = None


CLASSIFY = Task()
"""What is asked where a recipe says nothing else."""


def task_of(task: dict[str, Any] | None) -> Task:
    """A task as it crosses to a child process."""
    return CLASSIFY if task is None else msgspec.convert(task, Task)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind measures: the images by `names`, their `truth` (None: they have none), and the values that the model
    as given, the one that was quantized (the same where nothing was pruned) and the int8 file answer.

    `limit_points`: what int8 may lose. `threshold`, `wished`: of the decision, and the precision that it should reach.
    """

    names: Sequence[str]
    truth: Results | None
    given: Values
    base: Values
    int8: Values
    limit_points: float
    threshold: float
    wished: float | None = None
    heads: Sequence[TensorFacts] = ()
    """Of the int8 file."""
    cut: Values | None = None
    """Where a resize was left off the end: what the model as given answers without it."""


Integers = NDArray[np.int64]
"""What an int8 file answers, less its zero points: [n, values], or one whole number for each image, [n]."""


Edge = tuple[float, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of answer, as functions of values that know nothing of models, files or devices."""

    ends: Ends
    """What the network is cut and completed to."""
    named: bool
    """Whether its outputs are labels."""
    one: bool = False
    """Whether an image has exactly one of the labels."""
    each: bool = True
    """Whether an image is right or wrong by itself; else its truth is of the whole set, and for `measure` and `doubts` alone."""
    edge: Edge
    """Scale and zero point that each int8 head must have; None: its own."""
    results: Callable[[Values, Task], Results]
    """What each image's values say."""
    truth: Callable[[Sequence[ImageFacts], Task], Results | None]
    """What is true of images; None where they do not say. Raises ImagesRefusedError for a truth that the task does not have."""
    right: Callable[[Results, Results, Task], Hits]
    """Which results are right, given the truth."""
    same: Callable[[Results, Results, Task], Hits]
    """Which results say the same as those of the float model, the second."""
    words: Callable[[Results, Task], list[str]]
    """The name of each result."""
    margins: Callable[[Integers, Task], Integers]
    """By how many steps each image is from saying something else."""
    sorts: Callable[[Integers, Task], Integers]
    """Of which sort each image is; of each sort one is worth keeping."""
    distance: Callable[[Values, Values, Task, float], float]
    """How far scores are from those of the float model, the second, relative to these. The last: how far below the largest a
    score still matters."""
    decibels: Callable[[Values, Values, Task], float]
    """The same as signal to noise."""
    doubts: Callable[[Values, Results | None, Task, Finding | None], tuple[Finding, ...]]
    """What the float model's values say against itself, the images or their truth (None: unknown); the last: what was found
    wrong with the way that images are fed."""
    measure: Callable[[Asked, Task], AccuracyRow]
    """The report's row."""
    decision: Callable[[Task, Sequence[TensorFacts], float], Decision | None]
    """What a device needs to say the same of its integers, with the recipe's threshold; None where it says nothing."""
    score: Callable[[Results, Results, Task], float] | None = None
    """What results are worth given the truth, 0 to 1; None: the share of right ones."""
    drop: Callable[[Results, Results, Results, Task], Drop] | None = None
    """With `score`: what is lost from some results to others, the truth third: points of it, paired over images."""
    right_is: str = "accuracy"
    """What the share of right images is called, where people would take it for another figure."""
    painted: bool = False
    """Whether an answer is a map or a picture: too many values to keep, so that results (bytes, [n, pixels]) are kept in their
    place, and `results` leaves results as they are."""

    def worth(self, found: Results, truth: Results, task: Task) -> float:
        """What results are worth given the truth, 0 to 1."""
        return float(self.right(found, truth, task).mean()) if self.score is None else self.score(found, truth, task)


PAINTED_VALUES = 1 << 25
"""Values of all images together that are held at a time."""


def at_most(task: Task, images: int) -> int:
    """How many images' values are held at a time, of so many: fewer where an answer is a map."""
    each = sum(head.values for head in task.heads)
    return min(images, max(8, PAINTED_VALUES // max(1, each)))
