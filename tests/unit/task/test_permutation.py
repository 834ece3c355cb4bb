"""A permuted labels file is found and the right order named; weak models raise no alarm."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.task.permutation import best_order, reordered_hits

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


def test_a_class_without_images_takes_no_part() -> None:
    """Dogs that are answered as wolves, and no wolf among the images: a model's mistake, not another order."""
    truth = np.repeat([0, 1, 3, 4], 40)
    given = np.where(truth == 1, 2, answers(truth, 0.9, 5, 4))
    assert best_order(truth, given, ("cat", "dog", "wolf", "fox", "owl")) is None


@pytest.mark.parametrize("missing", [0, 4, 9])
def test_a_rotated_file_with_a_class_without_images_is_told_without_an_order_that_may_be_wrong(missing: int) -> None:
    truth = np.repeat([c for c in range(10) if c != missing], 30)
    order = best_order(truth, (answers(truth, 0.9, 10, 5) + 1) % 10, LABELS)
    assert order is not None and order.order == () and order.open_classes == (LABELS[missing],)
    assert len(order.moved) == 9 and f"without images of {LABELS[missing]}" in str(order)


def test_a_swap_beside_classes_without_images_leaves_their_lines_where_they_are() -> None:
    truth = np.repeat([0, 1, 2, 5], 40)
    swapped = np.array([1, 0, 2, 3, 4, 5, 6, 7, 8, 9])[answers(truth, 0.9, 10, 6)]
    order = best_order(truth, swapped, LABELS)
    assert order is not None and order.moved == ("a", "b") and order.order == ("b", "a", *LABELS[2:])


def test_a_swap_counts_only_of_a_model_that_knows_the_classes_that_stay() -> None:
    """A network that was never trained answers each class by something: two may well lie crosswise."""
    truth = np.repeat(np.arange(6), 40)
    untrained = np.array([1, 0, 0, 1, 0, 1])[truth]
    assert best_order(truth, untrained, LABELS[:6]) is None


def test_the_best_order_of_one_half_is_judged_on_the_other() -> None:
    """Guesses hit no more than chance in their best order, however many orders there are to choose from."""
    rng = np.random.default_rng(7)
    for classes in (2, 10, 50, 200):
        truth = np.arange(400) % classes
        share = np.mean([reordered_hits(truth, rng.integers(0, classes, 400), classes).mean() for _ in range(20)])
        assert abs(share - 1 / classes) < 0.03, classes
    truth = np.arange(400) % 10
    assert reordered_hits(truth, (truth + 3) % 10, 10).all()
