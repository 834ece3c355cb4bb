"""The statistics equal the textbook's and scipy's, and cover what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from espalier import statistics


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (10, 10), (7, 10), (143, 200), (1, 2000)])
def test_wilson_equals_scipy(hits: int, n: int) -> None:
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    assert statistics.wilson(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_of_nothing_knows_nothing() -> None:
    assert statistics.wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("lost", "won"), [(0, 0), (1, 0), (5, 5), (42, 37), (3, 19), (900, 700), (2500, 1800)]
)
def test_mcnemar_equals_the_exact_binomial_test(lost: int, won: int) -> None:
    expected = binomtest(lost, lost + won).pvalue if lost + won else 1.0
    assert statistics.mcnemar(lost, won) == pytest.approx(expected, rel=1e-9)
    assert statistics.mcnemar(won, lost) == statistics.mcnemar(lost, won)


def test_the_paired_interval_covers_the_truth_about_95_percent_of_the_time() -> None:
    random = np.random.default_rng(7)
    n, p_lost, p_won = 500, 0.03, 0.02
    covered = 0
    for _ in range(2000):
        lost, won, _same = random.multinomial(n, [p_lost, p_won, 1 - p_lost - p_won])
        low, high = statistics.paired_interval(int(lost), int(won), n)
        covered += low <= p_lost - p_won <= high
    assert 0.93 <= covered / 2000 <= 0.98


def test_the_paired_interval_is_agresti_and_mins() -> None:
    half = 1.959964 * (8 - 9 / 102) ** 0.5 / 102
    assert statistics.paired_interval(5, 2, 100) == pytest.approx((3 / 102 - half, 3 / 102 + half), abs=1e-6)
    low, high = statistics.paired_interval(0, 0, 100)
    assert (low, high) == pytest.approx(
        (-0.0192153, 0.0192153), abs=1e-6
    )  # no flip in 100 is no proof of none


def test_images_needed_is_where_the_interval_reaches_the_limit() -> None:
    drop = statistics.paired_drop(42, 37, 2000)
    needed = statistics.images_needed(0.5, drop)
    assert needed is not None and needed > 2000
    share = (needed + 2) / (drop.n + 2)
    low, high = statistics.paired_interval(round(42.5 * share - 0.5), round(37.5 * share - 0.5), needed)
    assert low < 0 and 100 * high == pytest.approx(0.5, abs=0.01)


def test_no_number_of_images_proves_a_limit_below_the_drop() -> None:
    drop = statistics.paired_drop(60, 10, 1000)
    assert statistics.images_needed(0.5, drop) is None
    assert "whatever n" in statistics.claim(drop, 0.5)


def test_the_claim_says_what_is_shown_and_what_is_needed() -> None:
    assert "at most 0.5 points is shown" in statistics.claim(statistics.paired_drop(5, 5, 20_000), 0.5)
    assert "you need n >=" in statistics.claim(statistics.paired_drop(2, 1, 200), 0.5)


def test_nine_images_are_answered_with_what_they_show_and_what_is_needed() -> None:
    said = statistics.claim(statistics.paired_drop(0, 0, 9), 0.5)
    assert said.endswith("these show at most 17.82; to claim at most 0.5 points you need n >= 390 images like these")
    assert statistics.images_at_least(0.5) == 390
    assert statistics.paired_drop(0, 0, 390).high <= 0.5 < statistics.paired_drop(0, 0, 389).high


def test_a_limit_of_nothing_is_answered_with_what_can_be_claimed() -> None:
    assert statistics.images_at_least(0) is None
    assert "no number of images shows a drop of at most 0 points; these show at most" in statistics.claim(
        statistics.paired_drop(0, 0, 100), 0.0
    )


def test_too_few_images_are_known_before_any_is_run() -> None:
    assert "9 labelled images show at best, when no answer changes, that int8 loses under 17.82" in statistics.too_few(9, 0.5)
    assert statistics.too_few(9, 0.5).endswith("the limit of 0.5 takes at least 390")
    assert statistics.too_few(389, 0.5) and not statistics.too_few(390, 0.5)
    assert "cannot be shown by any number of images" in statistics.too_few(5000, 0.0)
