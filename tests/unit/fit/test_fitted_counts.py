"""The counts that are chosen for several budgets at once."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from espalier.fit.choose import Cost, choose
from espalier.fit.corners import corners, thinned
from espalier.fit.pricing import losses_of


@pytest.mark.parametrize("seed", range(6))
def test_no_other_levels_lose_less_within_the_budgets(seed: int) -> None:
    random = np.random.default_rng(seed)
    sizes = [3, 4, 3, 2]
    losses = [np.sort(random.uniform(0, 1, size)) for size in sizes]
    falling = [np.sort(random.uniform(0, 1, size))[::-1] for size in sizes]
    pairs = {(g, g + 1): np.outer(falling[g], falling[g + 1]) for g in range(3)}
    costs = [
        Cost(name="sum", limit=1.1, constant=0.1, single={0: falling[0]}, pairs=pairs),
        Cost(name="step", limit=0.9, single={1: falling[1], 2: falling[2] / 2}),
    ]
    found = choose(losses, costs)
    every = itertools.product(*map(range, sizes))
    possible = [one for one in every if all(cost.at(one) <= cost.limit + 1e-9 for cost in costs)]
    assert possible and found in possible
    assert found is not None
    lost = [sum(loss[place] for loss, place in zip(losses, one, strict=True)) for one in (found, *possible)]
    assert lost[0] <= min(lost) * 1.002 + 1e-6


def test_budgets_that_nothing_meets_give_no_counts() -> None:
    assert choose([np.array([0.0, 1.0])], [Cost(name="bytes", limit=1.0, constant=2.0)]) is None


def test_of_equal_losses_the_cheaper_counts_are_taken() -> None:
    losses = [np.array([0.0, 0.0]), np.array([0.0, 1.0])]
    cost = Cost(name="bytes", limit=10.0, single={0: np.array([5.0, 1.0]), 1: np.array([4.0, 1.0])})
    assert choose(losses, [cost]) == (1, 0)


def test_only_corners_of_the_staircase_are_tried() -> None:
    def tiles(count: int) -> float:
        return float(-(-count // 16))

    assert corners(4, 64, [tiles]) == (64, 48, 32, 16)
    assert corners(8, 64, [], multiple=8) == (64, 56, 48, 40, 32, 24, 16, 8)
    assert corners(3, 7, [], multiple=8) == (7, 3)


def test_many_corners_are_thinned_with_both_ends_kept() -> None:
    found = thinned(tuple(range(200, 24, -1)))
    assert len(found) <= 9 and found[0] == 200 and found[-1] == 25
    assert list(found) == sorted(found, reverse=True)


def test_a_level_loses_what_all_channels_before_it_left() -> None:
    np.testing.assert_allclose(losses_of([0.0, 0.5, 1.0, 4.0], 4, (3, 2, 1)), [0.0, 0.5, 1.5])
