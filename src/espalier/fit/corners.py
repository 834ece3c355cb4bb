"""Which counts of a group are worth trying: the corners of the staircase that a core's kernels make of its instructions.

A kernel that takes sixteen channels at a time takes as long for nine as for sixteen: nine would only lose. Going down from
all channels, a count is a corner where the layers around the group take less than at any larger count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

LEVELS = 9
"""Counts of a group that are tried, at most."""
STEP = 0.002
"""Of what the layers around a group take: by so much a corner must be below all larger counts."""


def corners(floor: int, natural: int, prices: Sequence[Callable[[int], float]], *, multiple: int = 1) -> tuple[int, ...]:
    """Counts in falling order, `natural` first and the least last; `prices`: of a count, one of each core (none: steps of
    `multiple`). At most LEVELS, evenly spread."""
    found = {natural}
    for price in prices:
        least = price(natural)
        for count in range(natural - 1, floor - 1, -1):
            here = price(count)
            if here < least * (1 - STEP):
                found.add(count)
                least = here
    if not prices:
        found |= {count for count in range(floor, natural) if count % multiple == 0} or {floor}
    return thinned(sorted(found, reverse=True))


def thinned(counts: Sequence[int], most: int = LEVELS) -> tuple[int, ...]:
    """At most so many of the counts, the first and the last among them, at equal distances as far as there are such."""
    if len(counts) <= most:
        return tuple(counts)
    first, last = counts[0], counts[-1]
    wanted = [first + (last - first) * step / (most - 1) for step in range(most)]
    return tuple(sorted({min(counts, key=lambda count: (abs(count - want), count)) for want in wanted}, reverse=True))
