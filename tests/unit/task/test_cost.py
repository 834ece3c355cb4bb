"""The threshold of least expected cost is the cheapest, and what it is said to cost holds on other images."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.errors import RecipeError
from espalier.recipe_answers import Cost, LabelCost
from espalier.recipe_file import parse_recipe
from espalier.rows import AccuracyRow, TopRow
from espalier.stages.answer_gates import max_cost
from espalier.task import cost
from espalier.task.cost import THRESHOLDS, choose_by_cost, cost_row, prices_of, weights_of

LABELS = ("crack", "good", "scratch")
PLAIN = Cost(miss=100, false_alarm=5, review=1)


def answers_of(n: int, seed: int, skill: float = 2.0, classes: int = 3) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Probabilities of a model that is mostly right, and the truth; int8's steps of 1/256."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, n)
    logits = random.normal(0, 1.2, (n, classes))
    logits[np.arange(n), truth] += skill
    exact = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return (np.rint(exact * 256) / 256).astype(np.float32), truth


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("normal", [None, "good"])
def test_no_other_threshold_is_cheaper(seed: int, normal: str | None) -> None:
    outputs, truth = answers_of(60, seed)
    wish = Cost(miss=100, false_alarm=5, review=7, normal=normal, labels={"scratch": LabelCost(miss=20)})
    prices = prices_of(wish, LABELS)
    chosen, _ = choose_by_cost(outputs, truth, prices)

    def total(threshold: float) -> float:
        paid = 0.0
        for row, true in zip(outputs, truth, strict=True):
            answer = int(row.argmax())
            if row[answer] < threshold:
                paid += 7
            elif answer != true:
                paid += {0: 100, 1: 0 if normal else 100, 2: 20}[int(true)]
                paid += 0 if normal and answer == 1 else 5
        return paid

    everything = [total(float(point)) for point in THRESHOLDS]
    assert total(chosen) == min(everything) and chosen == THRESHOLDS[int(np.argmin(everything))]
    row = cost_row(outputs, outputs, truth, prices)
    assert row.int8.threshold == chosen and row.int8.here == pytest.approx(1000 * total(chosen) / 60)
    assert row.people == 7000 and msgspec.msgpack.decode(msgspec.msgpack.encode(row), type=type(row)) == row


def test_a_wrong_answer_is_a_miss_of_one_label_and_a_false_alarm_of_another() -> None:
    wish = Cost(miss=100, false_alarm=5, review=1, normal="good", labels={"scratch": LabelCost(miss=30, false_alarm=2)})
    assert prices_of(wish, LABELS).wrong.tolist() == [[0, 100, 102], [5, 0, 2], [35, 30, 0]]
    assert prices_of(PLAIN, LABELS).wrong.tolist() == [[0, 105, 105], [105, 0, 105], [105, 105, 0]]


def test_without_a_model_all_images_are_taken_for_the_normal_or_the_cheapest_label() -> None:
    outputs, truth = answers_of(300, 1)
    with_normal = cost_row(outputs, outputs, truth, prices_of(msgspec.structs.replace(PLAIN, normal="good"), LABELS))
    assert with_normal.nothing_label == "good"
    assert with_normal.nothing == pytest.approx(1000 * 100 * (truth != 1).mean())
    plain = cost_row(outputs, outputs, truth, prices_of(PLAIN, LABELS))
    most = np.bincount(truth).argmax()
    assert plain.nothing_label == LABELS[most] and plain.nothing == pytest.approx(1000 * 105 * (truth != most).mean())


def test_stated_shares_count_as_if_the_images_came_that_often() -> None:
    outputs, truth = answers_of(90, 2)
    cracks = truth == 0
    wish = msgspec.structs.replace(PLAIN, labels={"crack": LabelCost(share=0.5)})
    weights = weights_of(truth, prices_of(wish, LABELS))
    assert weights[cracks].sum() / len(truth) == pytest.approx(0.5) and weights.mean() == pytest.approx(1)
    # Doubling every crack is the same as the share that they then have.
    twice = np.concatenate([np.arange(90), np.flatnonzero(cracks)])
    share = 2 * cracks.sum() / (90 + cracks.sum())
    weighted = prices_of(msgspec.structs.replace(PLAIN, labels={"crack": LabelCost(share=float(share))}), LABELS)
    plain = prices_of(PLAIN, LABELS)
    assert choose_by_cost(outputs, truth, weighted) == choose_by_cost(outputs[twice], truth[twice], plain)
    assert cost_row(outputs, outputs, truth, weighted).int8.here == pytest.approx(
        cost_row(outputs, outputs, truth[:], weighted).int8.here
    )
    assert cost_row(outputs, outputs, truth, weighted).int8.here == pytest.approx(
        cost_row(outputs[twice], outputs[twice], truth[twice], plain).int8.here
    )


def test_the_interval_holds_what_the_threshold_costs_on_other_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over 120 sets of 150 images: the true cost of the threshold that each chose, from 40,000 others."""
    monkeypatch.setattr(cost, "RESAMPLES", 300)
    prices = prices_of(Cost(miss=20, false_alarm=5, review=6), LABELS)
    others = answers_of(40_000, 999)
    elsewhere = [1000 * float(cost.judged(*others, prices, (float(point), None)).costs.mean()) for point in THRESHOLDS]
    inside, here, held, true = 0, [], [], []
    for seed in range(120):
        side = cost_row(*(answers_of(150, seed)[0],) * 2, answers_of(150, seed)[1], prices).int8
        real = elsewhere[round(100 * side.threshold)]
        inside += side.low <= real <= side.high
        here.append(side.here)
        held.append(side.held_out)
        true.append(real)
    assert inside >= 106, inside
    # On the images that chose it a threshold looks cheaper than it is; held out it does not.
    assert np.mean(here) < np.mean(true) - 50
    assert abs(np.mean(held) - np.mean(true)) < 0.5 * (np.mean(true) - np.mean(here))


@pytest.mark.parametrize("seed", range(4))
def test_yes_or_no_has_no_cheaper_pair_of_cut_and_threshold(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 2, 30)
    yes = np.rint(256 / (1 + np.exp(-(random.normal(0, 1.5, 30) + 2 * truth - 1)))) / 256
    outputs = np.stack([1 - yes, yes], axis=1).astype(np.float32)
    labels = ("good", "crack")
    wish = Cost(miss=random.uniform(5, 60), false_alarm=5, review=random.uniform(0.5, 6), normal="good")
    prices = prices_of(wish, labels)
    threshold, cut = choose_by_cost(outputs, truth, prices, binary=True)

    def total(least: float, positive: float) -> float:
        paid = 0.0
        for p, true in zip(yes, truth, strict=True):
            said = p >= positive
            paid += wish.review if max(p, 1 - p) < least else 0.0 if said == true else wish.miss if true else wish.false_alarm
        return paid

    assert cut is not None and total(threshold, cut) == pytest.approx(
        min(total(float(a), float(b)) for a in THRESHOLDS for b in cost.CUTS)
    )
    row = cost_row(outputs, outputs, truth, prices, binary=True)
    assert (row.int8.threshold, row.int8.cut) == (threshold, cut) and "yes from" in row.claim
    assert row.int8.here == pytest.approx(1000 * total(threshold, cut) / 30)
    by_label = {label.label: label for label in row.labels}
    assert by_label["crack"].false_alarms == by_label["good"].missed


def test_misses_that_few_images_cannot_show_are_in_the_upper_end() -> None:
    outputs = np.tile(np.float32([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05]]), (20, 1))
    truth = np.tile([0, 1], 20)
    side = cost_row(outputs, outputs, truth, prices_of(msgspec.structs.replace(PLAIN, normal="good"), LABELS)).int8
    assert side.here == side.held_out == side.low == 0
    assert side.high == pytest.approx(1000 * 0.5 * 3 / 20 * 105)


def accuracy(outputs: NDArray[np.float32], truth: NDArray[np.int64]) -> AccuracyRow:
    return AccuracyRow(
        n=len(truth), float=TopRow(top1=1.0), pruned=None, int8=TopRow(top1=1.0), agreement=1.0, drop_points=0.0,
        interval=(0.0, 0.0), p_value=1.0, flips=(), cost=cost_row(outputs, outputs, truth, prices_of(PLAIN, LABELS)),
    )  # fmt: skip


def test_the_gate_fails_over_the_budget_and_is_not_shown_where_the_interval_goes_over_it() -> None:
    row = accuracy(*answers_of(400, 3))
    assert row.cost is not None
    side = row.cost.int8
    over, between, under = (max_cost(limit, row) for limit in (side.held_out - 1, side.held_out + 1, side.high + 1))
    assert not over.passed and over.shown and "1,000 images cost" in over.why
    assert between.passed and not between.shown
    assert under.passed and under.shown and not under.why
    assert not max_cost(5, None).passed


def test_a_model_that_saves_nothing_is_said_to() -> None:
    outputs, truth = answers_of(100, 4, skill=0.0)
    row = cost_row(outputs, outputs, truth, prices_of(PLAIN, LABELS))
    assert row.int8.held_out >= 1000 and "saves nothing" in row.claim
    assert "saves" not in cost_row(*(answers_of(2000, 4, skill=5.0)[0],) * 2, answers_of(2000, 4, skill=5.0)[1],
                                   prices_of(Cost(miss=3, false_alarm=3, review=2), LABELS)).claim  # fmt: skip


RECIPE = """
name = "a"
[model]
path = "m.keras"
labels = "l.txt"
[input]
size = [8, 8]
[calibration]
images = "c"
[evaluation]
images = "e"
[decision]
{}
[budgets]
{}
[[deploy]]
target = "cortex-m4"
"""


def test_the_line_of_a_recipe_is_read() -> None:
    text = 'cost = { miss = 100, false-alarm = 5, review = 1, normal = "good", labels.crack = { miss = 500, share = 0.01 } }'
    recipe = parse_recipe(RECIPE.format(text, "max-cost = 400").encode())
    assert recipe.decision.cost == Cost(
        miss=100, false_alarm=5, review=1, normal="good", labels={"crack": LabelCost(miss=500, share=0.01)}
    )
    assert recipe.budgets.max_cost == 400


@pytest.mark.parametrize(
    ("decision", "budget", "words"),
    [
        ("cost = { miss = 1, false-alarm = 1 }", "", "review"),
        ("cost = { miss = -1, false-alarm = 1, review = 1 }", "", "miss"),
        ("cost = { miss = 1, false-alarm = 1, review = 1 }\nprecision = 0.9", "", "instead"),
        ("cost = { miss = 1, false-alarm = 1, review = 1 }\nthreshold = 0.9", "", "instead"),
        ("cost = { miss = 1, false-alarm = 1, review = 1, labels = { a = { share = 0.7 }, b = { share = 0.7 } } }", "", "share"),
        ("", "max-cost = 3", "needs `decision.cost`"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(decision: str, budget: str, words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        parse_recipe(RECIPE.format(decision, budget).encode())


def test_labels_that_the_model_or_the_images_do_not_have_are_refused() -> None:
    with pytest.raises(RecipeError, match="'dent'"):
        prices_of(msgspec.structs.replace(PLAIN, normal="dent"), LABELS)
    with pytest.raises(RecipeError, match="no evaluation image"):
        weights_of(np.array([1, 2]), prices_of(msgspec.structs.replace(PLAIN, labels={"crack": LabelCost(share=0.1)}), LABELS))
    every = {label: LabelCost(share=0.1) for label in LABELS}
    with pytest.raises(RecipeError, match=r"make 0\.3"):
        weights_of(np.array([0, 1, 2]), prices_of(msgspec.structs.replace(PLAIN, labels=every), LABELS))
