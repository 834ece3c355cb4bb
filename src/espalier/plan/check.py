"""The independent checker of memory plans: every pair of blocks, no cleverness, no code of the planner's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import BugError
from .types import Block


def find_overlap(
    blocks: Sequence[Block], offsets: Sequence[int], sharing: Mapping[tuple[int, int], int]
) -> tuple[int, int] | None:
    """The first two blocks that live at once and share bytes without permission, or None."""
    for i in range(len(blocks)):
        for j in range(len(blocks)):
            if i == j:
                continue
            a, b = blocks[i], blocks[j]
            apart_in_time = a.last < b.first or b.last < a.first
            apart_in_space = (
                offsets[i] + a.size_bytes <= offsets[j] or offsets[j] + b.size_bytes <= offsets[i]
            )
            if apart_in_time or apart_in_space:
                continue
            lead = sharing.get((i, j))
            back = sharing.get((j, i))
            if lead is not None and offsets[j] - offsets[i] >= lead:
                continue
            if back is not None and offsets[i] - offsets[j] >= back:
                continue
            return i, j
    return None


def check_blocks(
    blocks: Sequence[Block], offsets: Sequence[int], arena_bytes: int, sharing: Mapping[tuple[int, int], int]
) -> None:
    """Raise BugError when blocks overlap, leave the arena, or are not aligned."""
    pair = find_overlap(blocks, offsets, sharing)
    if pair is not None:
        raise BugError(
            f"the memory plan lets blocks {pair[0]} and {pair[1]} overlap",
            supported="blocks that live at once lie apart, or share as the kernel permits",
            next_step="report this with the model",
        )
    for i, (block, offset) in enumerate(zip(blocks, offsets, strict=True)):
        if offset < 0 or offset % 8 or offset + block.size_bytes > arena_bytes:
            raise BugError(
                f"block {i} of the memory plan lies at {offset}, outside {arena_bytes} bytes or unaligned",
                supported="offsets that are multiples of 8 inside the arena",
                next_step="report this with the model",
            )
