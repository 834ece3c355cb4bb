"""The heat map lies on what a model answers by, and the picture shows it."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_models import classifier

from espalier.measure.occlusion import grid_of, heat, occluded, painted
from espalier.measure.predict import predict
from espalier.recipe import InputContract
from espalier.tflite.runtimes import litert


@pytest.mark.parametrize(("row", "column"), [(2, 5), (12, 12), (15, 0), (0, 15)])
def test_the_hottest_cell_is_where_the_model_looks(row: int, column: int) -> None:
    """A model that asks only whether one spot of an image is bright."""
    shape = (16, 16, 3)
    weights = np.zeros((2, *shape))
    weights[1, row, column] = 6.0
    model = classifier(weights.reshape(2, -1), np.array([3.0, 0.0]), shape=shape)
    image = np.random.default_rng(1).integers(0, 90, shape).astype(np.uint8)
    image[row, column] = 255
    contract = InputContract(size=shape[:2], std=(255.0,))
    values = predict(litert(), model, occluded(image), contract=contract).real()
    grid = heat(values, *grid_of(*shape[:2]), named=True)
    hot = np.unravel_index(int(grid.argmax()), grid.shape)
    assert abs(hot[0] - row // 2) <= 1 and abs(hot[1] - column // 2) <= 1 and grid.max() > 0.2
    far = [(r, c) for r in range(8) for c in range(8) if abs(r - row // 2) > 1 or abs(c - column // 2) > 1]
    assert all(grid[place] < 1e-4 for place in far)
    unnamed = heat(values, *grid_of(*shape[:2]), named=False)
    assert np.unravel_index(int(unnamed.argmax()), unnamed.shape) == hot


def test_every_pixel_is_covered_and_windows_stay_inside_for_every_shape() -> None:
    for height, width, channels in [(1, 1, 1), (1, 7, 3), (5, 3, 4), (8, 8, 1), (33, 17, 3), (96, 96, 3)]:
        image = np.random.default_rng(2).integers(1, 255, (height, width, channels)).astype(np.uint8)
        image.reshape(-1)[0] = 255
        covered = occluded(image)
        rows, columns = grid_of(height, width)
        assert covered.shape == (1 + rows * columns, height, width, channels)
        assert np.array_equal(covered[0], image)
        mean = np.rint(image.mean(axis=(0, 1))).astype(np.uint8)
        hidden = (covered[1:] == mean).all(axis=3)
        assert hidden.any(axis=0).all()


def test_the_picture_is_red_where_it_matters_and_blue_elsewhere() -> None:
    grid = np.zeros((4, 4), np.float32)
    grid[0, 3] = 0.7
    picture = painted(np.full((8, 8, 3), 128, np.uint8), grid, 112)
    assert picture.shape == (112, 112, 3)
    top_right, bottom_left = picture[5, -6].astype(int), picture[-6, 5].astype(int)
    assert top_right[0] > top_right[2] + 60 and bottom_left[2] > bottom_left[0] + 30
    flat = painted(np.full((5, 9, 3), 128, np.uint8), np.zeros((5, 8), np.float32), 112)
    assert flat.shape == (60, 108, 3)  # nothing matters: no division by zero
