"""The stored form of weights without zeros, read back."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from espalier.emit.sparse_entries import GROUP, Entries, entries_of


def read_back(entries: Entries, channels: int, positions: int) -> NDArray[np.int8]:
    """The weights, as a kernel walks through the stream."""
    stream, at = entries.stream, 0
    weights = np.zeros((channels, positions), np.int8)
    for channel in range(channels):
        end, position, slot = at + int(entries.sizes[channel]), -1, int(entries.skip[channel])
        while at < end:
            word = int.from_bytes(stream[at : at + 4].tobytes(), "little")
            at += 4
            for number in range(slot, GROUP):
                position += 1 + (word >> 4 * number & 15)
                if stream[at]:
                    assert weights[channel, position] == 0
                    weights[channel, position] = stream[at]
                at += 1
            slot = 0
        assert at == end
    assert at == len(stream)
    return weights


@settings(max_examples=80, deadline=None)
@given(
    st.integers(1, 6), st.integers(1, 300), st.sampled_from([0.0, 0.005, 0.05, 0.3, 1.0]), st.integers(0, 999)
)
def test_every_weight_is_read_back(channels: int, positions: int, density: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(-128, 128, (channels, positions)).astype(np.int8)
    weights *= (rng.random(weights.shape) < density).astype(np.int8)
    entries = entries_of(weights)
    np.testing.assert_array_equal(read_back(entries, channels, positions), weights)
    assert entries.count >= max(channels, np.count_nonzero(weights))
    assert (entries.sizes > 0).all() and len(entries.stream) == entries.count + 4 * entries.groups


def test_a_weight_takes_a_byte_and_a_half_where_zeros_are_short_runs() -> None:
    weights = np.zeros((4, 4096), np.int8)
    weights[:, ::4] = 5
    entries = entries_of(weights)
    assert len(entries.stream) == 1.5 * np.count_nonzero(weights)


def test_a_run_of_more_than_16_zeros_passes_through_entries_of_zero() -> None:
    weights = np.zeros((1, 100), np.int8)
    for at, fillers in ((0, 0), (15, 0), (16, 1), (31, 1), (32, 2), (99, 6)):
        row = weights.copy()
        row[0, at] = 9
        assert entries_of(row).count == 1 + fillers
