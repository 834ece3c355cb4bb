"""The offset search never overlaps blocks and stays near the lower bound."""

from __future__ import annotations

import os
import random

import pytest
from lifetimes import random_blocks

from espalier.errors import BugError
from espalier.plan.check import check_blocks, find_overlap
from espalier.plan.offsets import aligned, live_bytes, place_blocks
from espalier.plan.types import Block


def random_sharing(chance: random.Random, blocks: list[Block]) -> dict[tuple[int, int], int]:
    sharing = {}
    for i, output in enumerate(blocks):
        for j, source in enumerate(blocks):
            if (
                i != j
                and source.last == output.first
                and source.first < output.first
                and chance.random() < 0.5
            ):
                sharing[i, j] = chance.choice([0, 0, chance.randint(1, 500), -chance.randint(1, 500)])
    return sharing


def check_many(seed: int, count: int) -> None:
    chance = random.Random(seed)
    near = 0
    for _ in range(count):
        blocks = random_blocks(chance)
        offsets, used = place_blocks(blocks)
        bound = max(live_bytes(blocks))
        assert find_overlap(blocks, offsets, {}) is None
        assert bound <= used <= sum(aligned(b.size_bytes) for b in blocks)
        check_blocks(blocks, offsets, used, {})
        near += used <= 1.05 * bound
    assert near >= 0.95 * count


def test_random_lifetimes_never_overlap_and_95_percent_are_within_5_percent_of_the_bound() -> None:
    check_many(1, 600)


def test_random_lifetimes_with_sharing_keep_the_leads() -> None:
    chance = random.Random(2)
    smaller = 0
    for _ in range(150):
        blocks = random_blocks(chance)
        sharing = random_sharing(chance, blocks)
        offsets, used = place_blocks(blocks, sharing)
        check_blocks(blocks, offsets, used, sharing)
        smaller += used < place_blocks(blocks)[1]
    assert smaller > 25


def test_an_output_may_start_before_its_input_by_the_lead() -> None:
    blocks = [Block(first=0, last=1, size_bytes=1000), Block(first=1, last=2, size_bytes=1000)]
    for lead, wanted in ((0, 1000), (104, 1104), (-200, 1000), (5000, 2000)):
        offsets, used = place_blocks(blocks, {(1, 0): lead})
        assert used == wanted
        check_blocks(blocks, offsets, used, {(1, 0): lead})


def test_no_blocks_need_no_bytes() -> None:
    assert place_blocks([]) == ((), 0)


@pytest.mark.parametrize(
    ("offsets", "arena", "complaint"),
    [((0, 0), 16, "overlap"), ((0, 4), 16, "overlap"), ((0, 8), 12, "outside"), ((0, 12), 32, "unaligned"),
     ((-8, 8), 32, "outside")],
)  # fmt: skip
def test_the_checker_finds_broken_plans(offsets: tuple[int, int], arena: int, complaint: str) -> None:
    blocks = [Block(first=0, last=1, size_bytes=8), Block(first=1, last=1, size_bytes=8)]
    with pytest.raises(BugError, match=complaint):
        check_blocks(blocks, offsets, arena, {})


def test_the_checker_knows_the_lead() -> None:
    blocks = [Block(first=0, last=1, size_bytes=64), Block(first=1, last=2, size_bytes=64)]
    assert find_overlap(blocks, (16, 0), {(1, 0): 16}) is None
    assert find_overlap(blocks, (16, 0), {(1, 0): 24}) == (0, 1)
    assert find_overlap(blocks, (0, 16), {(1, 0): 8}) == (0, 1)


@pytest.mark.sweep
def test_sweep_a_million_random_lifetimes() -> None:
    check_many(int(os.environ.get("ESPALIER_SWEEP_SEED", "1000")), 1_000_000)
