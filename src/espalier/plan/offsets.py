"""The offset problem: blocks with lifetimes get offsets so that none overlap, in as few bytes as possible.

Finding the optimum is NP-hard; first-fit under several orders is close, and stops as soon as it reaches the
largest sum of blocks that live at once, below which nothing can go. The search is deterministic.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from .types import ALIGNMENT, Block

NO_SHARING: Final[Mapping[tuple[int, int], int]] = {}
REPAIRS: Final = 60
"""Orders that are tried after the fixed ones, each moving what lies on top of the arena to the front."""


def aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def live_bytes(blocks: Sequence[Block]) -> tuple[int, ...]:
    """Bytes of the blocks that live at each step, from step 0 on."""
    steps = 1 + max((b.last for b in blocks), default=-1)
    totals = [0] * steps
    for block in blocks:
        for step in range(block.first, block.last + 1):
            totals[step] += aligned(block.size_bytes)
    return tuple(totals)


def place_blocks(
    blocks: Sequence[Block],
    sharing: Mapping[tuple[int, int], int] = NO_SHARING,
    *,
    repairs: int = REPAIRS,
) -> tuple[tuple[int, ...], int]:
    """(offset of each block, arena bytes).

    `sharing[(output, input)] = lead` allows two blocks to overlap when the input's offset minus the output's
    is at least `lead` (which may be negative).
    """
    if not blocks:
        return (), 0
    neighbours = _neighbours(blocks, sharing)
    bound = 0 if sharing else max(live_bytes(blocks), default=0)
    best: tuple[int, ...] = ()
    best_bytes = -1
    for order in _orders(blocks):
        offsets = _first_fit(blocks, neighbours, order)
        used = arena_bytes(blocks, offsets)
        if best_bytes < 0 or used < best_bytes:
            best, best_bytes = offsets, used
        if best_bytes <= bound:
            return best, best_bytes
    return _repair(blocks, neighbours, best, best_bytes, bound, repairs)


def arena_bytes(blocks: Sequence[Block], offsets: Sequence[int]) -> int:
    return max((o + aligned(b.size_bytes) for b, o in zip(blocks, offsets, strict=True)), default=0)


_Neighbour = tuple[int, int | None, int | None]
"""(block, lead when this block is the output, lead when this block is the input)"""


def _neighbours(
    blocks: Sequence[Block], sharing: Mapping[tuple[int, int], int]
) -> tuple[tuple[_Neighbour, ...], ...]:
    """For each block the blocks that live at the same time as it, with the permission to share."""
    found: list[list[_Neighbour]] = [[] for _ in blocks]
    for i, left in enumerate(blocks):
        for j in range(i + 1, len(blocks)):
            right = blocks[j]
            if left.first <= right.last and right.first <= left.last:
                outward, inward = sharing.get((i, j)), sharing.get((j, i))
                outward = None if outward is None else aligned(outward)
                inward = None if inward is None else aligned(inward)
                found[i].append((j, outward, inward))
                found[j].append((i, inward, outward))
    return tuple(tuple(f) for f in found)


def _first_fit(
    blocks: Sequence[Block], neighbours: Sequence[Sequence[_Neighbour]], order: Sequence[int]
) -> tuple[int, ...]:
    """Each block, in `order`, at the lowest offset that disturbs none placed before it."""
    offsets = [-1] * len(blocks)
    sizes = [aligned(b.size_bytes) for b in blocks]
    for i in order:
        forbidden = []
        for j, as_output, as_input in neighbours[i]:
            start = offsets[j]
            if start < 0:
                continue
            low, high = start - sizes[i], start + sizes[j]
            if as_output is not None:
                low = max(low, start - as_output)
            if as_input is not None:
                high = min(high, start + as_input)
            if low < high:
                forbidden.append((low, high))
        forbidden.sort()
        offset = 0
        for low, high in forbidden:
            if offset <= low:
                break
            offset = max(offset, high)
        offsets[i] = offset
    return tuple(offsets)


def _orders(blocks: Sequence[Block]) -> Iterator[list[int]]:
    every = range(len(blocks))
    pressure = live_bytes(blocks)

    def peak(i: int) -> int:
        return max(pressure[blocks[i].first : blocks[i].last + 1])

    def length(i: int) -> int:
        return blocks[i].last - blocks[i].first + 1

    def size(i: int) -> int:
        return blocks[i].size_bytes

    yield sorted(every, key=lambda i: (-size(i), blocks[i].first, i))
    yield sorted(every, key=lambda i: (-length(i), -size(i), i))
    yield sorted(every, key=lambda i: (-size(i) * length(i), i))
    yield sorted(every, key=lambda i: (-peak(i), -size(i), i))
    yield sorted(every, key=lambda i: (-peak(i), blocks[i].first, -size(i), i))
    yield sorted(every, key=lambda i: (blocks[i].first, -length(i), i))
    yield sorted(every, key=lambda i: (-blocks[i].last, -length(i), i))


def _repair(
    blocks: Sequence[Block],
    neighbours: Sequence[Sequence[_Neighbour]],
    best: tuple[int, ...],
    best_bytes: int,
    bound: int,
    repairs: int,
) -> tuple[tuple[int, ...], int]:
    """Move what lies on top to the front of the order, with some shuffling, and keep what gets smaller."""
    chance = random.Random(len(blocks))
    order = sorted(range(len(blocks)), key=lambda i: (best[i], i))
    offsets, used = best, best_bytes
    for _ in range(repairs):
        top = [i for i in order if offsets[i] + aligned(blocks[i].size_bytes) == used]
        rest = [i for i in order if i not in top]
        if chance.random() < 0.7 and len(rest) > 2:
            a, b = chance.randrange(len(rest)), chance.randrange(len(rest))
            rest[a], rest[b] = rest[b], rest[a]
        trial = top + rest
        candidate = _first_fit(blocks, neighbours, trial)
        bytes_now = arena_bytes(blocks, candidate)
        if bytes_now <= used or chance.random() < 0.1:
            order, offsets, used = trial, candidate, bytes_now
        if bytes_now < best_bytes:
            best, best_bytes = candidate, bytes_now
            if best_bytes <= bound:
                break
    return best, best_bytes
