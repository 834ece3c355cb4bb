"""How many channels each family loses: a global greedy under a MAC budget. Pure numpy, no TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TILE = 16
"""Output channels that an int8 matrix kernel computes at a time; a half-filled tile takes the time of a full
one.

XNNPACK's int8 kernels for Arm cores with the dot-product extension (qd8/qs8 4x16c4) and for AVX-512 compute
16. Measured on ResNet8 (LiteRT 2.3, AVX-512 VNNI): 16 -> 8 outputs of a convolution bought 6 % of the
latency for 19 % of the MACs, 64 -> 48 elsewhere paid in full.
"""

EXCESS = 1.2
"""Tiles may make pruning remove up to this multiple of the MACs that were asked for, not more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Channels that may replace each other. `scores` float [n] (what losing one costs), `dead` bool [n]; `width`: how many
    channels one of them stands for (a head of an attention, one of each group of a convolution)."""

    scores: NDArray[np.float64]
    dead: NDArray[np.bool_]
    width: int = 1

    def step(self, multiple: int) -> int:
        """Members that a multiple of channels is."""
        return max(1, multiple // self.width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """MACs = weight * product over axes of (fixed + sum over choices of kept * times); axes: (fixed,
    {choice: times}).

    The last axis is the one of the output channels.
    """

    weight: int
    axes: tuple[tuple[int, dict[int, int]], ...]

    def macs(self, kept: Sequence[int], tile: int = 1) -> int:
        """MACs with `kept` members per choice; with a tile, as a kernel computes them that fills up its last
        one.
        """
        sides = [
            fixed + sum(kept[choice] * times for choice, times in members.items())
            for fixed, members in self.axes
        ]
        if sides:
            sides[-1] = math.ceil(sides[-1] / tile) * tile
        return self.weight * math.prod(sides)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Kept members of each choice (bool arrays), the multiple and floor that held, and the MACs that
    remain.
    """

    kept: tuple[NDArray[np.bool_], ...]
    multiple: int
    floor: float
    macs_before: int
    macs_after: int


def allocate(
    choices: Sequence[Choice],
    terms: Sequence[Term],
    *,
    amount: float,
    multiple: int,
    floor: float = 0.25,
    tile: int = TILE,
) -> Allocation:
    """Keep channels so that at least `amount` of the MACs goes, at the least score per MAC saved.

    Counts become multiples of `multiple` (the nearest one downwards, never upwards), and no choice falls
    under `floor` of its channels or one multiple. Where it can (see EXCESS), the MACs as computed in whole
    tiles fall by `amount` too, because that is what latency follows. Only when the budget cannot be met so,
    the tiles are forgotten, then the floor is halved, and then the multiple, down to 1. Dead channels go
    first, whatever the amount, as far as whole multiples of them can go.
    """
    search = _Search(choices, terms, multiple, tile)
    start = list(search.counts)
    stage = (multiple, floor)
    if search.descend(amount, tile, multiple, floor):
        search.give_back(amount, tile, multiple, start)
    if not search.met(amount, tile) or (search.saved() > EXCESS * amount and search.counts != start):
        search.counts = list(start)
        for stage in _stages(multiple, floor):
            if search.descend(amount, 1, *stage):
                search.give_back(amount, 1, stage[0], start)
                break
    return Allocation(
        kept=tuple(search.mask(index) for index in range(len(choices))),
        multiple=stage[0],
        floor=stage[1],
        macs_before=search.whole[1],
        macs_after=search.macs(1),
    )


def _stages(multiple: int, floor: float) -> Iterator[tuple[int, float]]:
    yield from ((multiple, floor), (multiple, floor / 2), (multiple, 0.0))
    while multiple > 1:
        multiple //= 2
        yield from ((multiple, floor), (multiple, 0.0))


class _Search:
    """The state of the greedy: `counts[i]` members of choice i are kept, the best-scored ones."""

    def __init__(self, choices: Sequence[Choice], terms: Sequence[Term], multiple: int, tile: int) -> None:
        self.sizes = [len(choice.scores) for choice in choices]
        self.order = [np.lexsort((np.arange(len(c.scores)), c.scores, ~c.dead)) for c in choices]
        self.running = [
            np.concatenate([[0.0], np.cumsum(np.where(c.dead, 0.0, c.scores)[order])])
            for c, order in zip(choices, self.order, strict=True)
        ]
        self.terms = terms
        self.used = [
            [t for t in terms if any(i in members for _, members in t.axes)] for i in range(len(choices))
        ]
        self.counts = list(self.sizes)
        self.choices = choices
        self.whole = {t: max(self.macs(t), 1) for t in (1, tile)}
        for index, choice in enumerate(choices):
            living, step = int((~choice.dead).sum()), choice.step(multiple)
            self.counts[index] = min(self.sizes[index], max(math.ceil(living / step), 1) * step)

    def macs(self, tile: int) -> int:
        return sum(term.macs(self.counts, tile) for term in self.terms)

    def saved(self, tile: int = 1) -> float:
        """Share of the MACs that is gone."""
        return 1 - self.macs(tile) / self.whole[tile]

    def met(self, amount: float, tile: int) -> bool:
        return all(self.macs(t) <= self.whole[t] * (1 - amount) for t in {1, tile})

    def mask(self, index: int) -> NDArray[np.bool_]:
        kept = np.ones(self.sizes[index], bool)
        kept[self.order[index][: self.sizes[index] - self.counts[index]]] = False
        return kept

    def price(self, index: int, batch: int) -> float:
        """Score of the next `batch` members of a choice to go."""
        gone = self.sizes[index] - self.counts[index]
        return float(self.running[index][gone + batch] - self.running[index][gone])

    def relief(self, index: int, batch: int, tile: int) -> float:
        """What removing the next `batch` saves, as a share of all MACs, summed over both ways to count
        them.
        """

        def cost() -> float:
            return sum(
                term.macs(self.counts, t) / self.whole[t] for t in {1, tile} for term in self.used[index]
            )

        before = cost()
        self.counts[index] -= batch
        after = cost()
        self.counts[index] += batch
        return before - after

    def descend(self, amount: float, tile: int, multiple: int, share: float) -> bool:
        """Remove the cheapest batch until the amount is met (True) or nothing may go (False)."""
        while not self.met(amount, tile):
            best: tuple[float, int, int] | None = None
            for index, size in enumerate(self.sizes):
                step = self.choices[index].step(multiple)
                small = self.counts[index] % step or step
                to_tile = (self.counts[index] % tile or tile) if self.choices[index].width == 1 else small
                for batch in sorted({small, to_tile} if to_tile % step == small % step else {small}):
                    if self.counts[index] - batch < max(step, math.ceil(size * share)):
                        continue
                    relief = self.relief(index, batch, tile)
                    rate = self.price(index, batch) / relief if relief > 0 else math.inf
                    if best is None or rate < best[0]:
                        best = (rate, index, batch)
            if best is None:
                return False
            self.counts[best[1]] -= best[2]
        return True

    def give_back(self, amount: float, tile: int, multiple: int, start: Sequence[int]) -> None:
        """The last batch often overshoots: return the dearest batches that the budget can still bear."""

        def last_price(index: int) -> float:
            gone = self.sizes[index] - self.counts[index]
            return float(self.running[index][gone] - self.running[index][max(gone - self.choices[index].step(multiple), 0)])

        changed = True
        while changed:
            changed = False
            for index in sorted(range(len(self.sizes)), key=lambda i: (-last_price(i), i)):
                old = self.counts[index]
                if old >= start[index]:
                    continue
                self.counts[index] = min(old + self.choices[index].step(multiple), start[index])
                if self.met(amount, tile):
                    changed = True
                    break
                self.counts[index] = old
