"""Boxes of mirrored or turned images are found by what the float model sees, and true ones are not called so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from espalier.task.boxes.scenes import Found, Truth
from espalier.task.boxes.turned import TURNS, turned

SIZE = (200.0, 100.0)


def scenes(seed: int, count: int = 40) -> list[Truth]:
    """One to three objects in every image, anywhere."""
    random, made = np.random.default_rng(seed), []
    for _ in range(count):
        n = int(random.integers(1, 4))
        sides = random.uniform(5, 90, (n, 2))
        start = random.uniform(0, np.array(SIZE) - sides)
        corners = np.concatenate([start, start + sides], axis=1)
        labels, none = random.integers(0, 2, n), np.zeros(n, np.bool_)
        made.append(Truth(corners=corners, labels=labels, ignored=none, areas=np.prod(sides, axis=1)))
    return made


def seen(truths: list[Truth], share: float, seed: int) -> list[Found]:
    """What a model finds of them."""
    random, made = np.random.default_rng(seed), []
    for one in truths:
        some = random.random(len(one)) < share
        made.append(Found(corners=one.corners[some], labels=one.labels[some], scores=np.ones(int(some.sum()))))
    return made


@pytest.mark.parametrize("share", [1.0, 0.6])
@pytest.mark.parametrize("way", range(len(TURNS)))
def test_turned_boxes_are_named_and_true_ones_are_not(way: int, share: float) -> None:
    name, turn = TURNS[way]
    sizes = [SIZE] * 40
    for seed in range(5):
        truths = scenes(seed)
        found = seen(truths, share, seed)
        assert turned(truths, found, sizes) is None
        wrong = [replace(one, corners=turn(one.corners, SIZE)) for one in truths]
        alarm = turned(wrong, found, sizes)
        assert alarm is not None and alarm.code == "boxes-mirrored" and name in alarm.message


def test_a_model_that_finds_things_anywhere_raises_no_alarm() -> None:
    for seed in range(30):
        assert turned(scenes(seed), seen(scenes(1000 + seed), 1.0, seed), [SIZE] * 40) is None


def test_objects_in_the_middle_say_nothing_of_a_mirror() -> None:
    middle = np.array([[80.0, 40.0, 120.0, 60.0]])
    truths = [Truth(corners=middle, labels=np.zeros(1, np.int64), ignored=np.zeros(1, np.bool_), areas=np.ones(1))] * 30
    assert turned(truths, seen(truths, 1.0, 0), [SIZE] * 30) is None
