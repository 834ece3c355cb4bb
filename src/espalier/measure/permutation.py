"""Labels in the wrong order: a permutation of the outputs that explains the answers far better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .statistics import mcnemar

Indices = NDArray[np.int64]

FACTOR = 2.0
"""The other order must be right this many times as often on the moved classes."""

SHARE = 0.3
"""And on at least this share of their images."""

P_HELD_OUT, P_ALL = 1e-2, 1e-4
"""McNemar's p-value, on the images that did not choose the order and on all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`order[i]` is the label that output i seems to stand for; `moved` are the labels that change places."""

    order: tuple[str, ...]
    moved: tuple[str, ...]
    given_share: float
    found_share: float

    def __str__(self) -> str:
        shown = ", ".join(self.order[:12]) + (" ..." if len(self.order) > 12 else "")
        return (
            f"the labels look permuted: {', '.join(self.moved[:8])} answer for each other "
            f"({self.given_share:.0%} right as given, {self.found_share:.0%} in the best order); "
            f"best order: {shown}"
        )


def best_order(truth: Indices, answers: Indices, labels: Sequence[str]) -> Order | None:
    """The order of labels that fits clearly better than the given one, or None.

    An optimal assignment of classes to outputs on every second image gives the candidate; only cycles that
    hold on the other images (right at least twice as often as the given order, on at least 30 % of the
    moved classes' images, McNemar's test agreeing) are believed, so that a weak model's confusions raise no
    alarm.
    """
    count = len(labels)
    ranks = _rank_within(truth)
    learn, test = (
        _counts(truth, answers, count, ranks % 2 == 0),
        _counts(truth, answers, count, ranks % 2 == 1),
    )
    if not (learn.argmax(axis=1) != np.arange(count))[learn.sum(axis=1) > 0].any():
        return None
    from scipy.optimize import linear_sum_assignment

    # The given order is preferred where nothing speaks against it.
    _, assigned = linear_sum_assignment(learn + 0.5 * np.eye(count), maximize=True)
    target = np.arange(count)
    for cycle in _cycles(assigned):
        members = np.array(cycle)
        given, found = int(test[members, members].sum()), int(test[members, assigned[members]].sum())
        held_out = found >= FACTOR * given and found >= SHARE * int(test[members].sum())
        given_all = given + int(learn[members, members].sum())
        found_all = found + int(learn[members, assigned[members]].sum())
        if held_out and mcnemar(given, found) < P_HELD_OUT and mcnemar(given_all, found_all) < P_ALL:
            target[members] = assigned[members]
    moved = np.flatnonzero(target != np.arange(count))
    if not len(moved):
        return None
    both = learn + test
    images = int(both[moved].sum())
    order = [""] * count
    for label, output in enumerate(target):
        order[int(output)] = labels[label]
    return Order(
        order=tuple(order),
        moved=tuple(labels[int(i)] for i in moved),
        given_share=float(both[moved, moved].sum()) / images,
        found_share=float(both[moved, target[moved]].sum()) / images,
    )


def _counts(truth: Indices, answers: Indices, count: int, kept: NDArray[np.bool_]) -> Indices:
    flat = np.bincount(truth[kept] * count + answers[kept], minlength=count * count)
    return flat.reshape(count, count)


def _rank_within(truth: Indices) -> Indices:
    """The how-many-eth image of its class each image is."""
    order = np.argsort(truth, kind="stable")
    ordered = truth[order]
    starts = np.searchsorted(ordered, ordered)
    ranks = np.empty(len(truth), np.int64)
    ranks[order] = np.arange(len(truth)) - starts
    return ranks


def _cycles(permutation: NDArray[np.int64]) -> list[list[int]]:
    """The cycles of two and more of a permutation."""
    left = set(range(len(permutation)))
    cycles = []
    while left:
        start = min(left)
        cycle = []
        while start in left:
            left.remove(start)
            cycle.append(start)
            start = int(permutation[start])
        if len(cycle) > 1:
            cycles.append(cycle)
    return cycles
