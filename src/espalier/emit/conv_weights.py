"""Weights and rescaling of convolutions in the order in which the tile kernels read them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..graph.arithmetic import Multiplier

WORD = 4
"""Bytes that the kernels read at once: pieces of windows are padded to it."""
VECTOR = 16
"""Bytes of a Helium register: windows of espalier_tile_bytes are padded to it."""


def wrapped(values: NDArray[np.int64]) -> NDArray[np.int32]:
    """Two's complement wrap-around to 32 bits."""
    return (values & 0xFFFF_FFFF).astype(np.uint32).view(np.int32)


def pair_rows(
    biases: NDArray[np.int64], multipliers: Sequence[Multiplier], shifts: Sequence[int], groups: int, filling: int = 1
) -> NDArray[np.int32]:
    """Rows of espalier_pair, of an odd group the last one with a channel of no effect and the shift ``filling``: int32
    [pairs, 6]."""
    values = np.array([m.value for m in multipliers], np.int64).astype(np.int32)
    table = np.stack([wrapped(biases), values, np.array(shifts, np.int32)], axis=1).reshape(groups, -1, 3)
    if table.shape[1] % 2:
        empty = np.array([0, 0, filling], np.int32)
        table = np.concatenate([table, np.broadcast_to(empty, (groups, 1, 3))], axis=1)
    pairs = table.reshape(-1, 2, 3)
    return np.concatenate([pairs[:, :, 0], pairs[:, 0, 1:], pairs[:, 1, 1:]], axis=1)


def paired_weights(
    weights: NDArray[np.int8], groups: int, segments: int, tail: int = 0, steps_of_piece: int | None = None
) -> NDArray[np.int8]:
    """OHWI weights as espalier_conv_2d_layer documents them, the last ``tail`` values of each piece behind the words of
    all pieces, ``steps_of_piece`` where a piece does not end with a word: int8 [pairs, steps, 4], flat."""
    out_c, kernel_h = weights.shape[:2]
    pieces = weights.reshape(out_c, kernel_h * segments, -1)
    whole = pieces.shape[2] - tail
    words = np.pad(pieces[:, :, :whole], ((0, 0), (0, 0), (0, -whole % WORD))).reshape(out_c, -1, WORD)
    values = words[:, :, [0, 2, 1, 3]].reshape(*pieces.shape[:2], -1)
    values = values[:, :, : None if steps_of_piece is None else 2 * steps_of_piece]
    tails = pieces[:, :, whole:].reshape(out_c, -1)
    steps = np.concatenate([values.reshape(out_c, -1), tails], axis=1)
    steps = np.pad(steps, ((0, 0), (0, steps.shape[1] % 2)))
    channels = steps.reshape(groups, out_c // groups, -1, 2)
    if channels.shape[1] % 2:
        channels = np.pad(channels, ((0, 0), (0, 1), (0, 0), (0, 0)))
    pairs = channels.reshape(-1, 2, channels.shape[2], 2)
    return np.ascontiguousarray(pairs.transpose(0, 2, 3, 1)).reshape(-1)


def byte_weights(weights: NDArray[np.int8], groups: int, window_bytes: int) -> NDArray[np.int8]:
    """OHWI weights as espalier_tile_bytes reads them: int8 [pairs, window_bytes / 16, 2, 16], flat."""
    flat = weights.reshape(weights.shape[0], -1)
    channels = flat.reshape(groups, -1, flat.shape[1])
    missing = (0, channels.shape[1] % 2), (0, window_bytes - flat.shape[1])
    blocks = np.pad(channels, ((0, 0), *missing)).reshape(-1, 2, window_bytes // VECTOR, VECTOR)
    return np.ascontiguousarray(blocks.transpose(0, 2, 1, 3)).reshape(-1)
