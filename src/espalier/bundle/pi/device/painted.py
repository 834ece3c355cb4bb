"""What the model paints: a class for each pixel, or a picture; both as pictures to look at."""

from __future__ import annotations

from typing import Any

import numpy as np

from .draw import COLOURS
from .model import Pixels


def class_map(output: Pixels, facts: dict[str, Any]) -> Pixels:
    """The class of each pixel, uint8 [rows, columns], of output bytes 0 to 255: the first largest channel."""
    values = output.reshape(facts["rows"], facts["columns"], facts["channels"])
    if facts["channels"] == 1:
        return np.asarray(values[..., 0].astype(np.int16) >= facts["least"], np.uint8)
    return np.asarray(values.argmax(axis=2), np.uint8)


def areas(found: Pixels, facts: dict[str, Any]) -> list[int]:
    """Pixels of each class."""
    return [int((found == number).sum()) for number in range(len(facts["names"]))]


def grown(found: Pixels, rows: int, columns: int) -> Pixels:
    """A map at the size of a picture: its nearest neighbours."""
    down = (2 * np.arange(rows) + 1) * found.shape[0] // (2 * rows)
    across = (2 * np.arange(columns) + 1) * found.shape[1] // (2 * columns)
    return np.ascontiguousarray(found[down][:, across])


def picture(output: Pixels, facts: dict[str, Any]) -> Pixels:
    """The picture, uint8 [rows, columns, channels], of output bytes 0 to 255."""
    shape = (facts["rows"], facts["columns"], facts["channels"])
    return np.array(facts["table"], np.uint8)[output].reshape(shape)


def overlay(found: Pixels, pixels: Pixels, color: str) -> Pixels:
    """The prepared image, uint8 [h, w, c], half covered with a colour for each class but the first."""
    rgb = as_rgb(pixels, color)
    shown = grown(found, *rgb.shape[:2])
    colours = np.array([(0, 0, 0), *COLOURS], np.uint16)
    covered = (rgb + colours[np.where(shown > 0, (shown.astype(int) - 1) % len(COLOURS) + 1, 0)] + 1) // 2
    return np.where(shown[..., None] > 0, covered, rgb).astype(np.uint8)


def as_rgb(pixels: Pixels, color: str) -> Pixels:
    """A prepared image or picture to look at."""
    if pixels.shape[2] != 3:
        return np.repeat(pixels[:, :, :1], 3, axis=2)
    return np.ascontiguousarray(pixels[:, :, ::-1] if color == "bgr" else pixels)
