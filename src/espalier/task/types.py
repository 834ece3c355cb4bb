"""The words of a task: heads, values, results; and the functions that make a kind of answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..rows import AccuracyRow

Values = NDArray[Any]
"""What a model answers: a row per image with the real values of every head, one head after the other."""

Results = NDArray[Any]
"""What the values say, image by image, in the kind's own terms: a class, numbers, ... ; [n] or [n, ...]."""

Hits = NDArray[np.bool_]
"""Image by image, yes or no."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """One output of a network: its name, and its shape without the batch."""

    name: str
    shape: tuple[int, ...]

    @property
    def values(self) -> int:
        """How many values it gives for an image."""
        return prod(self.shape)


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a network: the kind of answer (kinds.KINDS), the heads that give it (where they matter), and the
    names of its outputs where they have any. Plain data: it crosses to child processes."""

    kind: str = "classify"
    heads: tuple[Head, ...] = ()
    labels: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of answer, as functions of values that know nothing of models, files or devices.

    `results(values, task)`: what each image's values say. `right(results, truth)`: which of them are right.
    `same(results, others, task)`: which say the same. `margins(integers, task)`: by how many steps of int8 each image is
    from saying something else. `distance(found, wanted, task, seen)`: of two sets of scores, relative to `wanted`; less is
    nearer, and `seen` is how far below the largest a score still matters. `decibels(found, wanted)`: signal over noise.
    `doubts(values, truth, task, preprocessing)`: what the float model's answers say against itself, the images or their
    truth (None: unknown). `measure(asked, task)`: the report's row. `decision(task, heads, threshold)`: what a device
    needs to say the same of its integers; None where it says nothing.
    """

    results: Callable[[Values, Task], Results]
    right: Callable[[Results, Results], Hits]
    same: Callable[[Results, Results, Task], Hits]
    margins: Callable[[NDArray[np.int64], Task], NDArray[np.int64]]
    distance: Callable[[Values, Values, Task, float], float]
    decibels: Callable[[Values, Values], float]
    doubts: Callable[[Values, Results | None, Task, Finding | None], tuple[Finding, ...]]
    measure: Callable[[Asked, Task], AccuracyRow]
    decision: Callable[[Task, Sequence[TensorFacts], float], Decision | None]
