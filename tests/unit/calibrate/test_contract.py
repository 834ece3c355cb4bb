"""The contract against a second, slow implementation of its own text: plain integers, one pixel at a time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from espalier.contract import crop_region, padded_size, prepare, resize, taps, to_gray
from espalier.errors import BugError
from espalier.recipe import InputContract

METHODS = ("nearest", "bilinear", "bicubic", "area")


def keys(x: Fraction) -> Fraction:
    x = abs(x)
    a = Fraction(-1, 2)
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a if x < 2 else Fraction(0)


def weights(n: int, m: int, i: int, method: str) -> dict[int, int]:
    """Source index -> integer weight of output i along one axis, from the module's text."""
    if n == m:
        return {i: 1}
    if method == "nearest":
        return {((2 * i + 1) * n) // (2 * m): 1}
    if method == "area":
        return {j: min((i + 1) * n, (j + 1) * m) - max(i * n, j * m)
                for j in range(n) if min((i + 1) * n, (j + 1) * m) > max(i * n, j * m)}
    c = (2 * i + 1) * n - m
    left = c // (2 * m)
    result: dict[int, int] = {}
    if method == "bilinear":
        f = ((c - 2 * m * left) * 2048 + m) // (2 * m)
        pairs = [(left, 2048 - f), (left + 1, f)]
    else:
        t = Fraction(c - 2 * m * left, 2 * m)
        exact = [keys(t - k) if 0 <= left + k < n else Fraction(0) for k in (-1, 0, 1, 2)]
        whole = [(w / sum(exact) * 2048 + Fraction(1, 2)).__floor__() for w in exact]
        whole[whole.index(max(whole))] += 2048 - sum(whole)
        pairs = [(left + k, w) for k, w in zip((-1, 0, 1, 2), whole, strict=True)]
    for j, w in pairs:
        j = min(max(j, 0), n - 1)
        result[j] = result.get(j, 0) + w
    return result


def slow_resize(image: np.ndarray, height: int, width: int, method: str) -> np.ndarray:
    rows, columns, channels = image.shape
    out = np.zeros((height, width, channels), np.uint8)
    for y in range(height):
        for x in range(width):
            wy, wx = weights(rows, height, y, method), weights(columns, width, x, method)
            total = sum(wy.values()) * sum(wx.values())
            for c in range(channels):
                acc = sum(a * b * int(image[j, k, c]) for j, a in wy.items() for k, b in wx.items())
                out[y, x, c] = min(255, max(0, (acc + total // 2) // total))
    return out


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 14), st.integers(1, 14), st.integers(1, 14), st.integers(1, 14), st.sampled_from(METHODS),
       st.integers(0, 2**32 - 1))
def test_every_resize_equals_its_definition(rows: int, columns: int, height: int, width: int, method: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    image = random.choice(np.array([0, 1, 127, 128, 254, 255], np.uint8), (rows, columns, 3))
    np.testing.assert_array_equal(resize(image, height, width, method), slow_resize(image, height, width, method))


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_image_stays_constant(method: str) -> None:
    for value in (0, 1, 128, 255):
        image = np.full((37, 23, 3), value, np.uint8)
        assert np.unique(resize(image, 11, 64, method)).tolist() == [value]


@pytest.mark.parametrize("method", METHODS)
def test_an_image_of_the_wanted_size_is_untouched(method: str) -> None:
    image = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    np.testing.assert_array_equal(resize(image, 9, 7, method), image)


@pytest.mark.parametrize("method", ["bilinear", "bicubic", "area"])
@settings(max_examples=50, deadline=None)
@given(st.integers(1, 500), st.integers(1, 500))
def test_the_weights_of_every_output_have_the_same_sum(method: str, source: int, wanted: int) -> None:
    _, weight = taps(source, wanted, method)
    assert len(set(weight.sum(axis=1).tolist())) == 1


def test_large_images_do_not_overflow() -> None:
    image = np.full((3000, 2000, 3), 255, np.uint8)
    for method in ("bilinear", "bicubic", "area"):
        assert np.unique(resize(image, 5, 5, method)).tolist() == [255]


def test_gray_is_pillows_luma() -> None:
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    np.testing.assert_array_equal(to_gray(image)[:, :, 0], np.asarray(Image.fromarray(image).convert("L")))


def test_bgr_is_rgb_reversed() -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    rgb = prepare(image, InputContract(size=(8, 8)))
    bgr = prepare(image, InputContract(size=(8, 8), color="bgr"))
    np.testing.assert_array_equal(rgb[:, :, ::-1], bgr)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 64), st.integers(1, 64))
def test_crop_takes_a_centred_region_inside_the_image(rows: int, columns: int, height: int, width: int) -> None:
    top, left, taken_rows, taken_columns = crop_region(rows, columns, height, width)
    assert taken_rows == rows or taken_columns == columns
    assert 1 <= taken_rows <= rows and 1 <= taken_columns <= columns
    assert top == (rows - taken_rows) // 2 and left == (columns - taken_columns) // 2


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 64), st.integers(1, 64))
def test_pad_fits_the_whole_image_and_touches_two_sides(rows: int, columns: int, height: int, width: int) -> None:
    fitted_rows, fitted_columns = padded_size(rows, columns, height, width)
    assert 1 <= fitted_rows <= height and 1 <= fitted_columns <= width
    assert fitted_rows == height or fitted_columns == width


def test_pad_is_black_around_the_image() -> None:
    image = np.full((10, 40, 3), 200, np.uint8)
    out = prepare(image, InputContract(size=(16, 16), fit="pad"))
    assert (out[:6] == 0).all() and (out[10:] == 0).all() and (out[6:10] == 200).all()


@pytest.mark.parametrize("bad", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_rgb_image_is_a_bug(bad: np.ndarray) -> None:
    with pytest.raises(BugError):
        prepare(bad, InputContract(size=(2, 2)))
