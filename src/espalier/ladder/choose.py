"""Which measured step to keep, and how much choosing flatters its figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..task.types import Hits
from .candidate import Candidate
from .goal import excess_of

SPLITS = 200
"""Random halves of the images that a choice is repeated on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A candidate that was measured: `top1` on labelled images and `drop` in points against float (None
    without labels), `kept` for the one that is used. `hits`: the labelled images that it gets right, `same`: the share
    of them that it answers as the float model does. `simulated`: measured by the candidate's simulation; such a step is
    not kept. `given_up`: images after which it was shown to be lost (0: it was measured on all); its figures are of these,
    and it is kept only when all others are lost, too."""

    candidate: Candidate
    top1: float | None
    drop: float | None
    kept: bool = False
    simulated: bool = False
    hits: Hits | None = None
    same: float | None = None
    given_up: int = 0

    @property
    def agreement(self) -> float:
        """Share of the images answered as the float model does: of the labelled ones, without labels of the judged
        calibration images."""
        return self.candidate.nearness.agreement if self.same is None else self.same


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What stops the climb: at most `limit_points` of `loss`, and at least `min_agreement` (a share)."""

    limit_points: float
    min_agreement: float = 0.0

    def excess(self, step: Step) -> float:
        """Percentage points by which a step misses the goal; it holds at 0 and below."""
        return excess_of(loss(step), step.agreement, self.limit_points, self.min_agreement)

    def order(self, step: Step) -> tuple[float, float]:
        """By what is missing, then by the error of the scores; without labels by that alone."""
        error = step.candidate.nearness.error
        return (error if step.drop is None else self.excess(step)), error


def loss(step: Step) -> float:
    """What a step costs in percentage points: of accuracy, or of agreement without labels."""
    return 100 * (1 - step.candidate.nearness.agreement) if step.drop is None else step.drop


def order(step: Step) -> tuple[float, float]:
    """By accuracy, then by the error of the scores; without labels by that alone."""
    return (step.candidate.nearness.error if step.drop is None else step.drop), step.candidate.nearness.error


def best_step(steps: Sequence[Step], int8: int, goal: Goal) -> Step:
    """The step to keep when none stopped the climb; the first `int8` are without 16-bit activations, and one with
    them is kept only when it halves what is missing: it is several times slower."""
    measured = [step for step in steps[:int8] if not step.given_up]
    narrow = min(measured or steps[:int8], key=goal.order)
    wide = min((step for step in steps[int8:] if not step.given_up), key=goal.order, default=narrow)
    return wide if goal.excess(wide) <= goal.excess(narrow) / 2 else narrow


def held_out_drop(
    steps: Sequence[Step], floats: Hits, *, limit_points: float | None = None, before: Sequence[Hits] = ()
) -> float:
    """Points that the chosen one of these steps loses on images that it was not chosen on: the mean over SPLITS random
    halves of choosing on one half and measuring on the other. Deterministic.

    The choice is the best, or with `limit_points` what a climb does: the first in order that holds the limit, the best
    where none does. `before`: what was measured on the same images before the climb, and comes first in its order.

    The best of N figures from the same images is too good by chance (the winner's curse), and so is the first of N that
    holds; this is what the same choice, made on half as many images, is worth on others. Steps without labelled hits are
    not looked at: they were lost, or simulated.
    """
    rows = [step for step in steps if step.hits is not None]
    errors = np.array([np.inf] * len(before) + [step.candidate.nearness.error for step in rows])
    hits = [*before, *(step.hits for step in rows if step.hits is not None)]
    lost = np.stack([floats.astype(np.float32) - one for one in hits])
    halves = _halves(len(floats))
    # Whole numbers [steps, splits]: images lost, less those won, on the half that chooses and on the other.
    chosen_on = lost @ halves.T
    other = lost.sum(axis=1, keepdims=True) - chosen_on
    sizes = halves.sum(axis=1)
    best = [int(np.lexsort((errors, chosen_on[:, split]))[0]) for split in range(len(halves))]
    if limit_points is not None:
        holds = 100 * chosen_on <= limit_points * sizes
        best = [int(column.argmax()) if column.any() else row for row, column in zip(best, holds.T, strict=True)]
    rest = len(floats) - sizes
    return round(float(np.mean([100 * other[row, split] / rest[split] for split, row in enumerate(best)])), 6)


def _halves(count: int) -> NDArray[np.float32]:
    """0 or 1 [SPLITS, count], half of each row 1."""
    random = np.random.default_rng(1)
    rows = np.zeros((SPLITS, count), np.float32)
    for row in rows:
        row[random.permutation(count)[: count // 2]] = 1
    return rows
