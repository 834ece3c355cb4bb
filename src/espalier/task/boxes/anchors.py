"""Anchors: by the rules that detectors are published with, or as data; always as maps of cells with the same anchors in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import RecipeError

NEAR_PIXELS = 0.005
"""So near must anchors given as data be to a rule that replaces them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A map: cells of `step_x` by `step_y` pixels of the network's input, and in each cell the same anchors.

    `boxes`: float64 [anchors, 4], x and y of the centre from the cell's upper left corner, width and height, in pixels.
    """

    rows: int
    columns: int
    step_x: float
    step_y: float
    boxes: NDArray[np.float64]

    @property
    def count(self) -> int:
        """Anchors of the map."""
        return self.rows * self.columns * len(self.boxes)

    def anchors(self) -> NDArray[np.float64]:
        """All of them in order, [n, 4]: centre x, y, width, height in pixels."""
        row, column, which = np.indices((self.rows, self.columns, len(self.boxes))).reshape(3, -1)
        result: NDArray[np.float64] = self.boxes[which]
        result[:, 0] += column * self.step_x
        result[:, 1] += row * self.step_y
        return result


def grid(rows: int, columns: int, size: tuple[int, int], sizes: Sequence[tuple[float, float]]) -> Grid:
    """A map that covers an input of `size` (height, width), with anchors of these widths and heights (pixels) in the middle
    of each cell."""
    step_y, step_x = size[0] / rows, size[1] / columns
    boxes = [(step_x / 2, step_y / 2, width, height) for width, height in sizes]
    return Grid(rows=rows, columns=columns, step_x=step_x, step_y=step_y, boxes=np.array(boxes, np.float64).reshape(-1, 4))


def points(rows: int, columns: int, size: tuple[int, int], centred: bool = True) -> Grid:
    """A map without anchors: one point per cell, in its middle or at its upper left corner, as large as the cell."""
    step_y, step_x = size[0] / rows, size[1] / columns
    middle = (step_x / 2, step_y / 2) if centred else (0.0, 0.0)
    return Grid(
        rows=rows, columns=columns, step_x=step_x, step_y=step_y, boxes=np.array([[*middle, step_x, step_y]])
    )


def corner_sizes(rows: int, columns: int, size: tuple[int, int], sizes: Sequence[tuple[float, float]]) -> Grid:
    """As YOLO has them: offsets count from the cell's upper left corner; widths and heights in pixels."""
    made = grid(rows, columns, size, sizes)
    made.boxes[:, :2] = 0
    return made


def pyramid_sizes(
    stride: int,
    scale: float = 4.0,
    octaves: int = 3,
    ratios: Sequence[float] = (0.5, 1.0, 2.0),
) -> list[tuple[float, float]]:
    """RetinaNet's anchors of a level in the order of its published code: for each ratio (height to width) every octave; the
    area is that of a square of scale * stride * 2^(k / octaves) (Lin et al., "Focal Loss for Dense Object Detection", 2017)."""
    return [
        (side / ratio**0.5, side * ratio**0.5)
        for ratio in ratios
        for side in (scale * stride * 2 ** (k / octaves) for k in range(octaves))
    ]


def pair_sizes(
    size: tuple[int, int], sides: Sequence[float], ratios: Sequence[float]
) -> list[tuple[float, float]]:
    """SSD's anchors of a level as AIZOO's detectors have them: a square of each side (shares of the input), then the first
    side in each other ratio (width to height)."""
    shapes = [(side, side) for side in sides] + [(sides[0] * r**0.5, sides[0] / r**0.5) for r in ratios]
    return [(width * size[1], height * size[0]) for width, height in shapes]


def from_data(
    anchors: NDArray[np.float64], maps: Sequence[tuple[int, int]], size: tuple[int, int]
) -> list[Grid]:
    """Anchors that come as numbers, [n, 4] (centre x, y, width, height as shares of the input), as maps of cells where they
    are regular, which takes no memory on a device, else as they are.

    `maps`: rows and columns of the levels, where they are known. Raises RecipeError for numbers that are no anchors.
    """
    if anchors.ndim != 2 or anchors.shape[1] != 4 or not len(anchors) or not np.isfinite(anchors).all():
        raise RecipeError(
            f"the anchors are an array of {list(anchors.shape)}",
            supported="finite numbers [n, 4]: centre x, centre y, width and height as shares of the input",
        )
    if (anchors[:, 2:] <= 0).any() or np.abs(anchors).max() > 16:
        raise RecipeError(
            "the anchors hold a width or height of zero or less, or a number over 16",
            supported="shares of the input: centre x, centre y, width, height",
            next_step="divide anchors in pixels by the input's width and height",
        )
    height, width = size
    pixels = anchors * np.array([width, height, width, height])
    cells = sum(rows * columns for rows, columns in maps)
    return _regular(pixels, maps, size, cells) or [
        Grid(rows=1, columns=1, step_x=float(width), step_y=float(height), boxes=pixels)
    ]


def _regular(
    pixels: NDArray[np.float64], maps: Sequence[tuple[int, int]], size: tuple[int, int], cells: int
) -> list[Grid]:
    """The maps that give exactly these anchors, when each has the same number in a cell or their first ones say how many."""
    if not cells or len(pixels) % cells:
        return []
    each, first, found = len(pixels) // cells, 0, []
    for rows, columns in maps:
        part = pixels[first : first + rows * columns * each]
        step_y, step_x = size[0] / rows, size[1] / columns
        made = Grid(rows=rows, columns=columns, step_x=step_x, step_y=step_y, boxes=part[:each].copy())
        if np.abs(made.anchors() - part).max() > NEAR_PIXELS:
            return []
        found.append(made)
        first += len(part)
    return found
