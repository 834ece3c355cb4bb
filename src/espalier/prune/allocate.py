"""How many channels each family loses: a global greedy under a MAC budget. Pure numpy, no TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Channels that may replace each other. `scores` float [n] (what losing one costs), `dead` bool [n]."""

    scores: NDArray[np.float64]
    dead: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """MACs = weight * product over axes of (fixed + sum over choices of kept * times); axes: (fixed, {choice: times})."""

    weight: int
    axes: tuple[tuple[int, dict[int, int]], ...]

    def macs(self, kept: Sequence[int]) -> int:
        return self.weight * math.prod(
            fixed + sum(kept[choice] * times for choice, times in members.items()) for fixed, members in self.axes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Kept members of each choice (bool arrays), the multiple that held, and the MACs that remain."""

    kept: tuple[NDArray[np.bool_], ...]
    multiple: int
    floor: float
    macs_before: int
    macs_after: int


def allocate(
    choices: Sequence[Choice], terms: Sequence[Term], *, amount: float, multiple: int, floor: float = 0.25
) -> Allocation:
    """Keep channels so that at least `amount` of the MACs goes, at the least score per MAC saved.

    Counts become multiples of `multiple` (the nearest one downwards, never upwards), and no choice falls under
    `floor` of its channels or one multiple. Only when the budget cannot be met so, the floor is halved, and then the
    multiple, down to 1. Dead channels go first, whatever the amount, as far as whole multiples of them can go.
    """
    sizes = [len(choice.scores) for choice in choices]
    order = [np.lexsort((np.arange(len(c.scores)), c.scores, ~c.dead)) for c in choices]
    counts = list(sizes)
    macs_before = sum(term.macs(counts) for term in terms)
    goal = macs_before * (1 - amount)
    for index, choice in enumerate(choices):
        living = int((~choice.dead).sum())
        counts[index] = min(sizes[index], max(math.ceil(living / multiple), 1) * multiple)
    whole = list(counts)
    macs, step, share = sum(term.macs(counts) for term in terms), multiple, floor
    for step, share in _stages(multiple, floor):
        macs = _descend(choices, terms, order, counts, goal, step, share)
        if macs <= goal:
            macs = _give_back(choices, terms, order, counts, goal, step, whole)
            break
    kept = []
    for index in range(len(choices)):
        mask = np.ones(sizes[index], bool)
        mask[order[index][: sizes[index] - counts[index]]] = False
        kept.append(mask)
    return Allocation(kept=tuple(kept), multiple=step, floor=share, macs_before=macs_before, macs_after=macs)


def _stages(multiple: int, floor: float) -> list[tuple[int, float]]:
    return [(multiple, floor), (multiple, floor / 2), (multiple, 0.0)] + [
        (step, share) for step in (multiple // 2**k for k in range(1, 10)) if step for share in (floor, 0.0)
    ]


def _descend(
    choices: Sequence[Choice],
    terms: Sequence[Term],
    order: Sequence[NDArray[np.int64]],
    counts: list[int],
    goal: float,
    step: int,
    share: float,
) -> int:
    """Remove the cheapest batch of channels until the goal is met or nothing may go; changes `counts`."""
    used = [[term for term in terms if any(i in members for _, members in term.axes)] for i in range(len(choices))]
    running = [np.concatenate([[0.0], np.cumsum(c.scores[o])]) for c, o in zip(choices, order, strict=True)]
    macs = sum(term.macs(counts) for term in terms)
    while macs > goal:
        best: tuple[float, int, int, int] | None = None
        for index, choice in enumerate(choices):
            batch = counts[index] % step or step
            left, size = counts[index] - batch, len(choice.scores)
            if left < max(step, math.ceil(size * share)):
                continue
            before = sum(term.macs(counts) for term in used[index])
            counts[index] = left
            saved = before - sum(term.macs(counts) for term in used[index])
            counts[index] = left + batch
            gone = size - counts[index]
            price = float(running[index][gone + batch] - running[index][gone])
            rate = price / saved if saved else math.inf
            if best is None or rate < best[0]:
                best = (rate, index, batch, saved)
        if best is None:
            return macs
        counts[best[1]] -= best[2]
        macs -= best[3]
    return macs


def _give_back(
    choices: Sequence[Choice],
    terms: Sequence[Term],
    order: Sequence[NDArray[np.int64]],
    counts: list[int],
    goal: float,
    step: int,
    whole: Sequence[int],
) -> int:
    """The last batch often overshoots: return the dearest batches that still fit under the goal; changes `counts`."""

    def price(index: int) -> float:
        gone = len(choices[index].scores) - counts[index]
        return float(choices[index].scores[order[index][max(gone - step, 0) : gone]].sum())

    while True:
        for index in sorted(range(len(choices)), key=lambda i: (-price(i), i)):
            if counts[index] >= whole[index]:
                continue
            old = counts[index]
            counts[index] = min(old + step, whole[index])
            if sum(term.macs(counts) for term in terms) <= goal:
                break
            counts[index] = old
        else:
            return sum(term.macs(counts) for term in terms)
