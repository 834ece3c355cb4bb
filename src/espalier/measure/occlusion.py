"""Where a model looked: how much its answer falls when a part of the image is covered.

Occlusion (Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014): a window as large as two
cells a side, filled with the image's mean, is centred on each cell of a grid. It asks the model only for answers, so it holds
for any network; it cannot tell two parts apart each of which would be enough.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CELLS = 8
"""A side of the grid, at most; smaller images have a cell for each pixel."""

Grid = NDArray[np.float32]


def grid_of(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of cells."""
    return min(CELLS, height), min(CELLS, width)


def occluded(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image, and then with each cell's window covered, row by row: uint8 [h, w, c] -> [1 + cells, h, w, c]."""
    height, width, _ = image.shape
    rows, columns = grid_of(height, width)
    found = np.repeat(image[None], 1 + rows * columns, axis=0)
    mean = np.rint(image.mean(axis=(0, 1))).astype(np.uint8)
    for row in range(rows):
        top, bottom = _window(row, rows, height)
        for column in range(columns):
            left, right = _window(column, columns, width)
            found[1 + row * columns + column, top:bottom, left:right] = mean
    return found


def _window(place: int, cells: int, side: int) -> tuple[int, int]:
    """First pixel and the one after the last, two cells wide, inside the image."""
    return max(0, (2 * place - 1) * side // (2 * cells)), min(side, -(-(2 * place + 3) * side // (2 * cells)))


def heat(values: NDArray[np.float32], rows: int, columns: int, *, named: bool) -> Grid:
    """How much each cell matters, float32 [rows, columns], 0 or more; `values` are the answers to `occluded`, [1 + cells, n].

    `named`: by how much the probability of the answered label falls; otherwise by how much all values change together.
    """
    whole, covered = values[0], values[1:]
    if named:
        best = int(whole.argmax())
        lost = np.maximum(whole[best] - covered[:, best], 0)
    else:
        lost = np.abs(covered - whole).sum(axis=1)
    grid: Grid = lost.reshape(rows, columns).astype(np.float32)
    return grid


def painted(image: NDArray[np.uint8], grid: Grid, side: int) -> NDArray[np.uint8]:
    """The picture, uint8 [h, w, 3], in grey with the heat over it from blue (little) to red (the most): uint8 [h', w', 3], the
    longer side about `side` pixels."""
    from PIL import Image

    height, width = image.shape[:2]
    scale = max(1, round(side / max(height, width)))
    size = (width * scale, height * scale)
    grey = np.asarray(Image.fromarray(image).convert("L").resize(size, Image.Resampling.NEAREST), np.float32)
    share = grid / max(float(grid.max()), 1e-9)
    warm = np.asarray(Image.fromarray(share).resize(size, Image.Resampling.BILINEAR)).clip(0, 1)[..., None]
    color = np.concatenate([255 * warm, 80 * (1 - np.abs(2 * warm - 1)), 255 * (1 - warm)], axis=2)
    alpha = 0.25 + 0.4 * warm
    mixed: NDArray[np.uint8] = ((1 - alpha) * grey[..., None] + alpha * color).round().clip(0, 255).astype(np.uint8)
    return mixed
