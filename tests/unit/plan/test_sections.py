"""The division into sections is the best one there is."""

from __future__ import annotations

import itertools
import random

import pytest

from espalier.plan.sections import LONGEST, divide


def every_division(count: int) -> list[list[tuple[int, int]]]:
    made = []
    for cuts in itertools.product((False, True), repeat=count - 1):
        starts = [0, *(n + 1 for n, cut in enumerate(cuts) if cut), count]
        made.append([(a, b - 1) for a, b in itertools.pairwise(starts)])
    return made


@pytest.mark.parametrize("seed", range(60))
def test_no_division_is_cheaper_and_none_as_cheap_fuses_less(seed: int) -> None:
    chance = random.Random(seed)
    count = chance.randint(1, 8)
    prices = {
        (a, b): chance.choice([None, *range(1, 7)]) if b > a else chance.randint(2, 9)
        for a in range(count)
        for b in range(a, count)
    }
    judged = []
    for sections in every_division(count):
        costs = [prices[s] for s in sections]
        if None not in costs:
            fused = sum(b - a + 1 for a, b in sections if b > a)
            judged.append((max(c for c in costs if c is not None), fused))
    found = divide(count, lambda a, b: prices[a, b])
    whole = dict(found)
    covered = {n for a, b in found for n in range(a, b + 1)}
    singles = [(n, n) for n in range(count) if n not in covered]
    costs = [prices[s] for s in [*whole.items(), *singles]]
    assert (max(c for c in costs if c is not None), len(covered)) == min(judged)


def test_where_an_operator_has_no_price_there_is_no_division() -> None:
    assert divide(3, lambda a, b: None if a <= 1 <= b else 5) == ()


def test_sections_are_never_longer_than_the_longest() -> None:
    assert divide(LONGEST + 1, lambda a, b: 2 if b - a == LONGEST else 3) == ()
