"""Thresholds of several labels by cost: the cheapest of each label, and what 1,000 images cost with them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.errors import RecipeError
from espalier.recipe_answers import Cost, LabelCost
from espalier.task.cost_labels import cheapest_cuts, find_cost_cuts, label_cost_row, label_prices, weights_of

LABELS = ("smoke", "dust")


def answers(seed: int, count: int = 400) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Probabilities in steps of int8 that overlap, and the truth."""
    random = np.random.default_rng(seed)
    known = random.random((count, 2)) < (0.2, 0.5)
    values = np.clip(random.normal(np.where(known, 0.6, 0.4), 0.12), 0, 255 / 256)
    return np.floor(values * 256) / 256, known


def cost_of(values: NDArray[np.float64], known: NDArray[np.bool_], prices: tuple[float, float], cut: float) -> float:
    said = values >= cut
    return prices[0] * int((known & ~said).sum()) + prices[1] * int((~known & said).sum())


@pytest.mark.parametrize(("miss", "alarm"), [(1.0, 1.0), (50.0, 1.0), (1.0, 20.0)])
def test_no_threshold_of_a_label_is_cheaper_than_the_one_that_is_found(miss: float, alarm: float) -> None:
    for seed in range(5):
        values, known = answers(seed)
        prices = label_prices(Cost(miss=miss, false_alarm=alarm, review=1.0), LABELS)
        for place, cut in enumerate(find_cost_cuts(values, known, prices, {})):
            every = [cost_of(values[:, place], known[:, place], (miss, alarm), k / 256) for k in range(1, 256)]
            assert cost_of(values[:, place], known[:, place], (miss, alarm), cut) == min(every)


def test_the_dearer_a_miss_the_sooner_its_label_is_said_and_no_other() -> None:
    values, known = answers(1)
    plain = Cost(miss=1.0, false_alarm=1.0, review=1.0)
    dear = Cost(miss=1.0, false_alarm=1.0, review=1.0, labels={"smoke": LabelCost(miss=100.0)})
    before, after = (find_cost_cuts(values, known, label_prices(cost, LABELS), {}) for cost in (plain, dear))
    assert after[0] < before[0] - 0.1 and after[1] == before[1]
    assert find_cost_cuts(values, known, label_prices(dear, LABELS), {0: 0.75})[0] == 0.75


def test_the_row_adds_up_what_each_label_costs() -> None:
    values, known = answers(2)
    prices = label_prices(Cost(miss=10.0, false_alarm=1.0, review=3.0), LABELS)
    cuts = find_cost_cuts(values, known, prices, {})
    row = label_cost_row(values, values, known, prices, cuts, (0, 1))
    paid = sum(10 * label.missed + label.false_alarms for label in row.labels)
    assert row.each and row.int8.here == pytest.approx(1000 * paid / len(known)) and row.int8.review == 0
    assert row.nothing == pytest.approx(1000 * 10 * known.sum() / len(known)) and row.people == 3000
    assert row.int8.low <= row.int8.held_out <= row.int8.high and row.int8.held_out >= row.int8.here
    assert [label.threshold for label in row.labels] == list(cuts) and "a threshold for each label" in row.claim


def test_a_label_counts_by_the_share_that_the_recipe_states() -> None:
    values, known = answers(3)
    rare = Cost(miss=10.0, false_alarm=1.0, review=3.0, labels={"smoke": LabelCost(share=0.001)})
    prices = label_prices(rare, LABELS)
    weights = weights_of(known, prices)
    assert weights.mean(axis=0) == pytest.approx([1, 1])
    assert (weights * known).mean(axis=0)[0] == pytest.approx(0.001)
    plain = label_prices(Cost(miss=10.0, false_alarm=1.0, review=3.0), LABELS)
    assert cheapest_cuts(values, known, prices, weights, {})[0] > find_cost_cuts(values, known, plain, {})[0]


@pytest.mark.parametrize(("seen", "said"), [(False, "no evaluation image has this label"), (True, "every evaluation image has")])
def test_a_share_that_these_images_cannot_have_is_refused(seen: bool, said: str) -> None:
    known = np.full((30, 2), seen)
    prices = label_prices(Cost(miss=1.0, false_alarm=1.0, review=1.0, labels={"dust": LabelCost(share=0.5)}), LABELS)
    with pytest.raises(RecipeError, match=said):
        weights_of(known, prices)
    with pytest.raises(RecipeError, match="names the label 'fog'"):
        label_prices(Cost(miss=1.0, false_alarm=1.0, review=1.0, labels={"fog": LabelCost()}), LABELS)
