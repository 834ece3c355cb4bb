"""The best division of operators, in their order, into sections that run row by row.

Fusing one tree after the other gets stuck where a network has several equal peaks, or where only a long section
pays. This search sees all sections at once, but each of them alone: what else lies in the arena is not its affair.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

Section: TypeAlias = tuple[int, int]
"""First and last operator, both included."""
LONGEST: Final = 14
"""Operators in a section at most."""


def divide(count: int, cost: Callable[[int, int], int | None]) -> tuple[Section, ...]:
    """The sections of at least two operators in the division of 0 .. count - 1 whose most expensive section is
    cheapest, and among those the division that fuses fewest operators.

    `cost(first, last)` is the price of a section, None where there is none; of single operators too. Nothing is
    returned where some operator is in no section that has a price.
    """
    prices = {
        (first, last): price
        for first in range(count)
        for last in range(first, min(count, first + LONGEST))
        if (price := cost(first, last)) is not None
    }
    ends: list[list[Section]] = [[] for _ in range(count)]
    for section in sorted(prices):
        ends[section[1]].append(section)
    least: list[int | None] = [0]
    for last in range(count):
        reached = [(least[s[0]], prices[s]) for s in ends[last]]
        least.append(
            min((max(before, price) for before, price in reached if before is not None), default=None)
        )
    most = least[count]
    if most is None:
        return ()
    fewest: list[tuple[int, tuple[Section, ...]] | None] = [(0, ())]
    for last in range(count):
        options = []
        for first, _ in ends[last]:
            before = fewest[first]
            if before is None or prices[first, last] > most:
                continue
            fused = ((first, last),) if last > first else ()
            options.append((before[0] + (last - first + 1 if fused else 0), before[1] + fused))
        fewest.append(min(options, default=None))
    found = fewest[count]
    return found[1] if found is not None else ()
