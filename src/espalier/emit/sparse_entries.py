"""The storage of weights whose zeros are left out: entries of a weight and a distance, in groups of eight.

A channel's entries are its weights in the order of the window's positions. A group is a word of eight 4-bit
distances (positions passed over since the entry before, the lowest bits first) followed by its weights; the first
group of a channel may lack entries, it then uses the upper distances. A distance above 15 passes through entries of
weight 0. An entry takes 1.5 bytes, which is the break-even of stored bytes at two weights of three.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GROUP = 8
"""Entries that share a word of distances."""
_WORD = 4
_FURTHEST = 15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entries:
    """``stream``: all channels, one behind the other. ``skip``: per channel, entries that its first group lacks;
    ``sizes``: per channel, bytes of its groups."""

    stream: NDArray[np.int8]
    skip: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Entries, also those of weight 0."""
        return len(self.stream) - _WORD * self.groups

    @property
    def groups(self) -> int:
        return int(((self.sizes + self.skip) // (GROUP + _WORD)).sum())


def entries_of(weights: NDArray[np.int8]) -> Entries:
    """The entries of int8 [channels, positions]; a channel of zeros gets one entry, as the kernels run at least one."""
    stored = weights != 0
    stored[~stored.any(axis=1), 0] = True
    channel, position = np.nonzero(stored)
    first = np.flatnonzero(np.diff(channel, prepend=-1))
    passed = np.diff(position, prepend=0) - 1
    passed[first] = position[first]
    # Where the distance does not fit, entries of weight 0 stand before: each passes 15 positions and itself.
    fillers = passed // (_FURTHEST + 1)
    repeat = fillers + 1
    last = np.cumsum(repeat) - 1
    distances = np.full(int(repeat.sum()), _FURTHEST, np.int64)
    distances[last] = passed % (_FURTHEST + 1)
    values = np.zeros(len(distances), np.int8)
    values[last] = weights[channel, position]
    counts = np.bincount(np.repeat(channel, repeat), minlength=len(weights))
    return _grouped(values, distances, counts)


def _grouped(values: NDArray[np.int8], distances: NDArray[np.int64], counts: NDArray[np.int64]) -> Entries:
    skip = -counts % GROUP
    groups = (counts + skip) // GROUP
    sizes = counts + _WORD * groups
    starts = np.cumsum(sizes) - sizes
    number = np.arange(len(values)) - np.repeat(np.cumsum(counts) - counts, counts)
    # Place of an entry as if the first group were full, then without the weights that it lacks.
    place = number + np.repeat(skip, counts)
    group = place // GROUP
    lacking = np.repeat(skip, counts)
    word = np.repeat(starts, counts) + group * (GROUP + _WORD) - np.where(group > 0, lacking, 0)
    within = place % GROUP - np.where(group == 0, lacking, 0)
    stream = np.zeros(int(sizes.sum()), np.uint8)
    stream[word + _WORD + within] = values.view(np.uint8)
    nibble = (distances << (4 * (place % 2))).astype(np.uint8)
    np.bitwise_or.at(stream, word + place % GROUP // 2, nibble)
    return Entries(stream=stream.view(np.int8), skip=skip, sizes=sizes)
