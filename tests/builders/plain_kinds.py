"""Small sets and networks for tasks other than one label: what is true of an image can be computed from its pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 12
Channels = NDArray[np.float64]
"""Mean of red, green and blue, 0 to 1."""

DEPLOY = """
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m4"
"""

RECIPE = """
name = "{name}"
[model]
path = "model.keras"
task = "{task}"
{labels}
[input]
size = [12, 12]
std = [255.0]
[calibration]
images = "calibration"
[quantize]
max-accuracy-drop = 5.0
"""


def coloured(rng: np.random.Generator) -> NDArray[np.uint8]:
    """An image of one colour and noise, uint8 [SIDE, SIDE, 3]."""
    return np.clip(rng.uniform(0, 255, 3) + rng.normal(0, 12, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8)


def write_images(
    folder: Path, count: int, seed: int, place: Callable[[Channels, int], str]
) -> list[tuple[str, Channels]]:
    """Files below `folder`, where `place` says from their colours and number; (path, colours) of each."""
    rng, rows = np.random.default_rng(seed), []
    for number in range(count):
        pixels = coloured(rng)
        colours = pixels.mean(axis=(0, 1)) / 255
        name = place(colours, number)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / name)
        rows.append((name, colours))
    return rows


def colour_net(weights: Sequence[Sequence[float]], bias: Sequence[float], activation: str | None) -> Any:
    """A network whose outputs are weighted sums of the mean colours."""
    layers = keras.layers
    last = layers.Dense(len(bias), activation=activation)
    model = keras.Sequential([keras.Input((SIDE, SIDE, 3)), layers.Conv2D(3, 1), layers.GlobalAveragePooling2D(), last])
    model.layers[0].set_weights([np.eye(3, dtype=np.float32)[None, None], np.zeros(3, np.float32)])
    last.set_weights([np.float32(weights), np.float32(bias)])
    return model
