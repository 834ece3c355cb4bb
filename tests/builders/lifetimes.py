"""Blocks of memory with random sizes and lifetimes."""

from __future__ import annotations

import random

from espalier.plan.types import Block


def random_blocks(chance: random.Random) -> list[Block]:
    steps = chance.randint(1, 40)
    length = 3.0 if chance.random() < 0.5 else 10.0
    blocks = []
    for _ in range(chance.randint(1, 40)):
        first = chance.randrange(steps)
        last = min(steps - 1, first + 1 + int(chance.expovariate(1 / length)))
        size = chance.choice([chance.randint(1, 64), chance.randint(1, 4096), 8 << chance.randint(0, 12)])
        blocks.append(Block(first=first, last=last, size_bytes=size))
    return blocks
