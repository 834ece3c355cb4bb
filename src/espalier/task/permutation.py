"""Labels in the wrong order: a permutation of the outputs that explains the answers far better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..statistics import mcnemar

Indices = NDArray[np.int64]

FACTOR = 2.0
"""The other order must be right this many times as often on the moved classes."""

SHARE = 0.3
"""And on at least this share of their images, and of those of the classes that stay: a trained model knows all."""

SUPPORTED = 0.85
"""More than this share of the moved classes must be answered more often as the other order says than as given; of few
classes, each."""

REST = 0.5
"""The classes that stay must be known at least this share as well as the moved ones in their new order."""

CHAIN = 3
"""Classes with images in a row that end at a class without any, from which labels are called moved."""

P_HELD_OUT, P_ALL = 1e-2, 1e-4
"""McNemar's p-value, on the images that did not choose the order and on all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`order[i]` is the label that output i seems to stand for, empty where classes without images leave it open;
    `moved` are the labels that change places, `open_classes` those without images that they run into."""

    order: tuple[str, ...]
    moved: tuple[str, ...]
    given_share: float
    found_share: float
    open_classes: tuple[str, ...] = ()

    def __str__(self) -> str:
        figures = f"({self.given_share:.0%} right as given, {self.found_share:.0%} in the best order)"
        if self.open_classes:
            return (
                f"the labels look permuted: the images of {_named(self.moved)} are answered as those of other classes, each "
                f"as another {figures}; the whole order cannot be told without images of {_named(self.open_classes)}"
            )
        return (
            f"the labels look permuted: {_named(self.moved)} answer for each other {figures}; "
            f"best order: {_named(self.order, 12)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """`target[c]`: the output that seems to stand for class c, int64 [classes]. `moved`: the classes that change places.
    `complete`: whether `target` is a permutation, which it is not where moved classes run into one without images."""

    target: Indices
    moved: Indices
    complete: bool


def best_order(truth: Indices, answers: Indices, labels: Sequence[str]) -> Order | None:
    """The order of labels that fits clearly better than the given one, or None; see `best_move`."""
    move = best_move(truth, answers, len(labels))
    if move is None:
        return None
    counts = _counts(truth, answers, len(labels), np.ones(len(truth), np.bool_))
    images = int(counts[move.moved].sum())
    order = [""] * len(labels)
    for label, output in enumerate(move.target):
        order[int(output)] = labels[label]
    ends = set(move.target[move.moved].tolist()) - set(move.moved.tolist())
    return Order(
        order=tuple(order) if move.complete else (),
        moved=tuple(labels[int(i)] for i in move.moved),
        given_share=float(counts[move.moved, move.moved].sum()) / images,
        found_share=float(counts[move.moved, move.target[move.moved]].sum()) / images,
        open_classes=tuple(labels[i] for i in sorted(ends)),
    )


def best_move(truth: Indices, answers: Indices, count: int) -> Move | None:
    """Classes that change places, of `count`, where the answers show it clearly; else None.

    An optimal assignment of the classes that have images to outputs on every second image gives the candidates: cycles
    of classes, and chains that end in the output of a class without images (which alone are no reason: any model may
    take one thing for another that is not in the set). They are believed when they hold on the other images: right
    at least twice as often as the given order, on at least 30 % of the images, for most of their classes and with
    McNemar's test agreeing; and only of a model that also knows the classes that stay. So neither a weak model's
    confusions nor one that was never trained raises an alarm (of three and more classes: two classes that a random
    network tells apart the wrong way round are a swap by every measure).
    """
    learn, test = _halves(truth, answers, count)
    present = np.flatnonzero((learn + test).sum(axis=1))
    target = np.arange(count)
    assigned = _assign(learn, present)
    complete = True
    for members, closed in _components(assigned, present):
        if (closed or len(members) >= CHAIN) and _holds(learn, test, members, assigned[members]):
            target[members] = assigned[members]
            complete = complete and closed
    moved = np.flatnonzero(target != np.arange(count))
    if not len(moved) or not _knows_the_rest(learn + test, moved, target[moved], np.setdiff1d(present, moved)):
        return None
    return Move(target=target, moved=moved, complete=complete)


def reordered_hits(truth: Indices, answers: Indices, count: int) -> NDArray[np.bool_]:
    """Right answers under the best order of labels, bool [n]: each half of the images is judged with the order that
    fits the other half best, so that the freedom to choose flatters nothing."""
    first, second = _halves(truth, answers, count)
    present = np.flatnonzero((first + second).sum(axis=1))
    even = _rank_within(truth) % 2 == 0
    wanted = np.where(even, _assign(second, present)[truth], _assign(first, present)[truth])
    return np.asarray(wanted == answers)


def _assign(counts: Indices, present: Indices) -> Indices:
    """The output of each class, int64 [classes], that explains most of `counts`; the given one where nothing speaks
    against it, and for classes without images."""
    target = np.arange(len(counts))
    if not (counts.argmax(axis=1) != target)[counts.sum(axis=1) > 0].any():
        return target
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment((counts + 0.5 * np.eye(len(counts)))[present], maximize=True)
    target[present[rows]] = columns
    return target


def _holds(learn: Indices, test: Indices, members: Indices, outputs: Indices) -> bool:
    given, found = int(test[members, members].sum()), int(test[members, outputs].sum())
    both = learn + test
    better = both[members, outputs] > both[members, members]
    return (
        found >= FACTOR * given
        and found >= SHARE * int(test[members].sum())
        and (bool(better.all()) or (len(members) > CHAIN and float(better.mean()) > SUPPORTED))
        and mcnemar(given, found) < P_HELD_OUT
        and mcnemar(int(both[members, members].sum()), int(both[members, outputs].sum())) < P_ALL
    )


def _knows_the_rest(counts: Indices, moved: Indices, outputs: Indices, stays: Indices) -> bool:
    if not len(stays):
        return True
    known = float(counts[stays, stays].sum() / counts[stays].sum())
    return known >= max(SHARE, REST * float(counts[moved, outputs].sum() / counts[moved].sum()))


def _halves(truth: Indices, answers: Indices, count: int) -> tuple[Indices, Indices]:
    even = _rank_within(truth) % 2 == 0
    return _counts(truth, answers, count, even), _counts(truth, answers, count, ~even)


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


def _components(assigned: Indices, present: Indices) -> list[tuple[Indices, bool]]:
    """The classes with images that move, in groups: (members, True) is a cycle, (members, False) a chain that ends in
    the output of a class without images."""
    left = {int(c) for c in present if assigned[c] != c}
    came = {int(assigned[c]): int(c) for c in present}
    found = []
    while left:
        start = min(left)
        while came.get(start) in left and came[start] != min(left):
            start = came[start]
        members, place = [], start
        while place in left:
            left.remove(place)
            members.append(place)
            place = int(assigned[place])
        found.append((np.array(members), place == start))
    return found


def _named(names: Sequence[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (" ..." if len(names) > most else "")
