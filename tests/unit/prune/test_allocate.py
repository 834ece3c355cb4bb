"""The budget search, without any network."""

from __future__ import annotations

import numpy as np
import pytest

from espalier.prune.allocate import EXCESS, Choice, Term, allocate


def choice(scores: list[float], dead: int = 0) -> Choice:
    return Choice(scores=np.array(scores, float), dead=np.arange(len(scores)) < dead)


def chain(*sizes: int) -> list[Term]:
    """3 -> sizes[0] -> sizes[1] -> ... -> 10, each layer 100 positions."""
    axes = [(3, {}), *((0, {i: 1}) for i in range(len(sizes))), (10, {})]
    return [Term(weight=100, axes=(axes[i], axes[i + 1])) for i in range(len(axes) - 1)]


def counts(result: object) -> list[int]:
    return [int(mask.sum()) for mask in result.kept]  # type: ignore[attr-defined]


def test_the_cheapest_channels_go_and_the_rest_stays() -> None:
    first, second = choice([1.0] * 8 + [9.0] * 8), choice([5.0] * 16)
    result = allocate([first, second], chain(16, 16), amount=0.2, multiple=8, tile=1)
    assert counts(result)[0] == 8 and not result.kept[0][:8].any() and result.kept[0][8:].all()
    assert result.macs_after <= 0.8 * result.macs_before


@pytest.mark.parametrize("seed", range(20))
def test_the_budget_holds_for_any_scores(seed: int) -> None:
    random = np.random.default_rng(seed)
    sizes = [int(size) for size in random.integers(1, 70, 5)]
    choices = [choice(random.exponential(1, size).tolist(), dead=size // 5) for size in sizes]
    amount = float(random.uniform(0, 0.8))
    result = allocate(choices, chain(*sizes), amount=amount, multiple=8)
    assert result.macs_before == sum(term.macs(sizes) for term in chain(*sizes))
    assert result.macs_after == sum(term.macs(counts(result)) for term in chain(*sizes))
    assert result.macs_after <= (1 - amount) * result.macs_before + 1e-6
    for size, left in zip(sizes, counts(result), strict=True):
        assert left >= 1 and (left == size or left % result.multiple == 0 or left > size - 8)


def test_dead_channels_go_even_when_nothing_was_asked() -> None:
    result = allocate([choice([9.0] * 24, dead=9)], chain(24), amount=0.0, multiple=8)
    assert counts(result) == [16] and not result.kept[0][:8].any()


def test_whole_tiles_fall_too_where_that_is_affordable() -> None:
    """A step from 16 to 8 saves nothing in its own layer's tiles, so the wider layer is cut where scores are equal."""
    choices = [choice([1.0] * 16), choice([1.0] * 48)]
    result = allocate(choices, chain(16, 48), amount=0.3, multiple=8, tile=16)
    tiled = [sum(term.macs(kept, 16) for term in chain(16, 48)) for kept in ([16, 48], counts(result))]
    assert tiled[1] <= 0.7 * tiled[0] and 1 - result.macs_after / result.macs_before <= EXCESS * 0.3
    assert (
        allocate(choices, chain(16, 48), amount=0.3, multiple=8, tile=16).kept[0].tolist()
        == result.kept[0].tolist()
    )


def test_the_floor_gives_way_before_the_multiple() -> None:
    result = allocate([choice([1.0] * 64)], chain(64), amount=0.85, multiple=8, tile=1)
    assert result.multiple == 8 and result.floor < 0.25 and counts(result) == [8]


def test_an_overshoot_is_given_back() -> None:
    """One big layer alone meets the budget in the end; the small one that went before it comes back."""
    choices = [choice([0.1] * 8 + [50.0] * 8), choice([3.0] * 64)]
    terms = [Term(weight=1, axes=((0, {0: 1}),)), Term(weight=100, axes=((0, {1: 1}),))]
    result = allocate(choices, terms, amount=0.12, multiple=8, tile=1)
    assert counts(result) == [16, 56]
