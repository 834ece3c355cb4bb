"""A permuted labels file is found and the right order named; weak models raise no alarm."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.measure.permutation import best_order

LABELS = tuple("abcdefghij")


def answers(truth: NDArray[np.int64], accuracy: float, classes: int, seed: int) -> NDArray[np.int64]:
    random = np.random.default_rng(seed)
    right = random.random(len(truth)) < accuracy
    return np.where(right, truth, random.integers(0, classes, len(truth)))


@pytest.mark.parametrize("accuracy", [0.5, 0.75, 1.0])
def test_two_swapped_labels_are_found(accuracy: float) -> None:
    truth = np.repeat(np.arange(10), 40)
    swap = np.array([0, 1, 2, 5, 4, 3, 6, 7, 8, 9])
    order = best_order(truth, swap[answers(truth, accuracy, 10, 1)], LABELS)
    assert order is not None
    assert order.moved == ("d", "f")
    assert order.order == ("a", "b", "c", "f", "e", "d", "g", "h", "i", "j")
    assert "best order: a, b, c, f, e, d" in str(order)


def test_a_rotated_file_is_undone() -> None:
    truth = np.repeat(np.arange(10), 20)
    order = best_order(truth, (answers(truth, 0.8, 10, 2) + 1) % 10, LABELS)
    assert order is not None
    assert order.order == ("j", *"abcdefghi")
    assert order.found_share > 0.7 > 0.1 > order.given_share


def test_two_classes_swapped_are_found() -> None:
    truth = np.repeat(np.arange(2), 50)
    order = best_order(truth, 1 - answers(truth, 0.8, 2, 3), ("good", "bad"))
    assert order is not None and order.order == ("bad", "good")


def test_weak_models_raise_no_alarm() -> None:
    for seed in range(60):
        for classes, per_class in ((2, 20), (3, 10), (10, 20), (50, 5), (100, 1)):
            truth = np.repeat(np.arange(classes), per_class)
            given = answers(truth, 0.15, classes, seed)
            assert best_order(truth, given, [str(i) for i in range(classes)]) is None, (seed, classes)


def test_two_classes_answered_as_one_are_no_permutation() -> None:
    truth = np.repeat(np.arange(3), 30)
    assert best_order(truth, np.minimum(truth, 1), ("a", "b", "c")) is None
