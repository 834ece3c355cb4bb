"""A choice is balanced, deterministic, represents every kind of image, and spans the ranges when asked to."""

from __future__ import annotations

import numpy as np
import pytest

from espalier.calibrate.choose import choose, covered


def images(seed: int, count: int = 300) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Three classes of four kinds each (clusters of features); ranges with a heavy tail."""
    rng = np.random.default_rng(seed)
    groups = [number % 3 for number in range(count)]
    kinds = np.arange(count) // 3 % 4
    centres = rng.normal(size=(3, 4, 8)) * 6
    features = centres[groups, kinds] + rng.normal(size=(count, 8))
    ends = np.stack([-np.exp(rng.normal(size=(count, 5))), np.exp(rng.normal(size=(count, 5)))], axis=2)
    return features.astype(np.float32), ends, groups


@pytest.mark.parametrize("wide", [True, False])
def test_a_choice_is_balanced_and_the_same_every_time(wide: bool) -> None:
    features, ends, groups = images(0)
    chosen = choose(features, ends, groups, 30, wide=wide)
    assert chosen == choose(features, ends, groups, 30, wide=wide) == sorted(set(chosen))
    assert [sum(groups[i] == g for i in chosen) for g in range(3)] == [10, 10, 10]


def test_every_kind_of_image_is_represented() -> None:
    features, ends, groups = images(1)
    chosen = choose(features, ends, groups, 12, wide=False)
    assert len({(groups[i], i // 3 % 4) for i in chosen}) == 12


def test_a_wide_choice_spans_more_than_any_random_one() -> None:
    features, ends, groups = images(2)
    rng = np.random.default_rng(0)
    chance = [covered(ends[rng.permutation(300)[:15]], ends) for _ in range(50)]
    assert covered(ends[choose(features, ends, groups, 15)], ends) > max(chance) + 0.1


def test_small_classes_are_used_up_and_the_rest_comes_from_others() -> None:
    features, ends, _ = images(3, 40)
    groups = [0] * 37 + [1] * 3
    chosen = choose(features, ends, groups, 20)
    assert len(chosen) == 20 and sum(groups[i] for i in chosen) == 3
    assert choose(features, ends, groups, 100) == list(range(40))


def test_features_and_ranges_that_never_change_are_no_obstacle() -> None:
    chosen = choose(np.ones((10, 4), np.float32), np.zeros((10, 2, 2)), [0] * 10, 3)
    assert chosen == [0, 1, 2]


def test_the_covered_share_is_of_the_wanted_range() -> None:
    wanted = np.array([[[0.0, 10.0], [1.0, 1.0]]])
    assert covered(np.array([[[-5.0, 4.0], [0.0, 9.0]]]), wanted) == pytest.approx(0.4)
    assert covered(np.array([[[20.0, 30.0], [0.0, 9.0]]]), wanted) == 0.0
