"""Fixed inputs that a conversion is proven on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..recipe import InputContract
from ..recipe_numbers import InputNumbers


def probe_inputs(contract: InputContract, count: int = 8) -> list[NDArray[np.float32]]:
    """Fixed inputs that reach a model's working range, an array for each: images, float32 [count, h, w, c], and vectors of
    numbers, float32 [count, k], normalised by the contract.

    Smooth random fields of several contrasts, noise, black and white; numbers from one end of their range to the other.
    """
    height, width, channels = contract.shape
    random = np.random.default_rng(20)
    rows, columns = np.linspace(0, 1, height)[:, None, None], np.linspace(0, 1, width)[None, :, None]
    pixels = []
    for index in range(count - 3):
        phase, speed = random.uniform(0, 6.28, (2, channels)), random.uniform(1, 4 + 4 * index, (2, channels))
        field = np.sin(rows * speed[0] + phase[0]) * np.cos(columns * speed[1] + phase[1])
        pixels.append(127.5 + 127.5 * field * random.uniform(0.2, 1.0))
    pixels += [
        random.uniform(0, 255, contract.shape),
        np.zeros(contract.shape),
        np.full(contract.shape, 255.0),
    ]
    mean, std = np.array(contract.channel_mean), np.array(contract.channel_std)
    scaled: NDArray[np.float32] = ((np.round(np.stack(pixels)) - mean) / std).astype(np.float32)
    return [scaled, *(_probe_numbers(one, count) for one in contract.numbers)]


def _probe_numbers(one: InputNumbers, count: int) -> NDArray[np.float32]:
    low, high = np.array(one.ends).T
    # Columns run at different speeds, so that none is a copy of another.
    shares = np.linspace(0, 1, count)[:, None] * (1 + np.arange(len(one.names))) % 1.0000001
    values = low + (high - low) * shares
    scaled: NDArray[np.float32] = ((values - np.array(one.column_mean)) / np.array(one.column_std)).astype(np.float32)
    return scaled
