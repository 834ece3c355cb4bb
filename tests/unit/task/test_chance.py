"""Answers are held against guessing with the same answers, whatever the classes' shares."""

from __future__ import annotations

import numpy as np
import pytest

from espalier.task.chance import nearly_equal, skill


def test_always_right_is_one_and_always_wrong_is_below_nothing() -> None:
    truth = np.arange(100) % 4
    right, wrong = skill(truth, truth), skill(truth, (truth + 1) % 4)
    assert right.kappa == 1.0 and right.beats_chance and right.chance == pytest.approx(0.25)
    assert wrong.kappa == pytest.approx(-1 / 3) and not wrong.beats_chance and wrong.deviations < -3


def test_one_answer_to_everything_is_never_better_than_chance_however_common_its_class() -> None:
    truth = np.array([0] * 95 + [1] * 5)
    found = skill(truth, np.zeros(100, np.int64))
    assert found.share == 0.95 and found.kappa == 0.0 and not found.beats_chance


def test_the_deviation_is_that_of_answers_in_a_random_order() -> None:
    rng = np.random.default_rng(0)
    truth, answers = rng.choice(5, 80, p=[0.4, 0.3, 0.15, 0.1, 0.05]), rng.choice(5, 80, p=[0.1, 0.5, 0.2, 0.1, 0.1])
    hits = np.array([(truth == rng.permutation(answers)).sum() for _ in range(20_000)])
    found = skill(truth, answers)
    assert 80 * found.chance == pytest.approx(hits.mean(), abs=0.1)
    deviation = (80 * found.share - 80 * found.chance) / found.deviations
    assert deviation == pytest.approx(hits.std(), rel=0.03)


@pytest.mark.parametrize("classes", [2, 3, 10, 200])
def test_guessing_seldom_beats_chance_and_knowing_does(classes: int) -> None:
    rng = np.random.default_rng(classes)
    truth = np.arange(200) % classes
    lucky = sum(skill(truth, rng.integers(0, classes, 200)).beats_chance for _ in range(300))
    assert lucky <= 6
    known = np.where(rng.random(200) < 0.6, truth, rng.integers(0, classes, 200))
    assert skill(truth, known).beats_chance


@pytest.mark.parametrize("classes", [2, 3, 10, 1000])
def test_scores_of_an_untrained_network_are_nearly_equal_and_those_of_a_trained_one_are_not(classes: int) -> None:
    rng = np.random.default_rng(1)
    for spread, flat in ((0.1, True), (3.0, False)):
        logits = spread * rng.normal(size=(60, classes))
        scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        assert nearly_equal(scores.astype(np.float32)) is flat, (classes, spread)


def test_a_few_doubtful_images_do_not_make_a_model_flat() -> None:
    scores = np.full((100, 4), 0.25, np.float32)
    scores[:20] = [0.9, 0.05, 0.03, 0.02]
    assert not nearly_equal(scores)
    assert not nearly_equal(np.full((3, 1), 1.0, np.float32)) and not nearly_equal(np.zeros((0, 4), np.float32))
