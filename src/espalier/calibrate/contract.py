"""The preprocessing contract, as integer arithmetic: the same bytes on the build machine and on every device.

An image is brought to the model's size with the rules below; each is defined in integers, so that numpy here, and
the Python, Java and C that the bundles carry, give equal bytes. `H, W` is the source, `h, w` the wanted size, all
divisions of integers are floor divisions.

1. Orientation and mode are settled before (EXIF applied, RGB, see load/images.py).
2. `fit`: `stretch` uses the whole image. `crop` takes the largest centred region with the wanted aspect ratio:
   if W*h > H*w its width is max(1, (2*H*w + h) // (2*h)), else its height is max(1, (2*W*h + w) // (2*w)); the
   margin before is (side - region) // 2. `pad` resizes the whole image to the largest size with its own aspect
   ratio that fits into h x w (same rounding) and centres it on black; the margin before is (side - region) // 2.
3. `resize`, half-pixel centres (as tf.image.resize without antialiasing), per axis with source length n and
   wanted length m, for the output index i:
   - nearest:  source index ((2i+1)*n) // (2m).
   - bilinear: c = (2i+1)*n - m; left index l = c // (2m); fraction f = ((c - 2m*l)*2048 + m) // (2m); weights
     (2048-f, f) on l and l+1, indices clamped to 0..n-1.
   - bicubic:  the same c and l, t = (c - 2m*l) / 2m; four taps l-1..l+2 with Keys' kernel a = -0.5; a tap outside
     the image weighs 0 and the others are divided by their sum (as TensorFlow does); each weight
     floor(2048*w + 0.5), the tap with the largest weight (the first of equals) corrected so that they sum to 2048.
   - area:     output i covers source i*n .. (i+1)*n in units of 1/m source pixels; the weight of source pixel j is
     the overlap of [j*m, (j+1)*m) with it; the weights sum to n.
   The value is (sum_y sum_x wy*wx*p + T/2) // T, T the product of the weight sums, clamped to 0..255. For equal
   lengths every method is the identity.
4. `color`: rgb as decoded, bgr reversed, gray = (19595*R + 38470*G + 7471*B + 32768) >> 16 (Rec. 601), computed on
   the source before resizing.

The resized bytes are what the device feeds: the model's quantized input takes them as they are (uint8), or minus
128 (int8). Mean and std are inside the model.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError
from ..recipe import InputContract

Pixels = NDArray[np.uint8]

UNIT = 2048
"""Fixed-point one of the bilinear and bicubic weights."""


def prepare(image: Pixels, contract: InputContract) -> Pixels:
    """Apply the contract to an RGB image: uint8 [H, W, 3] -> uint8 [h, w, channels].

    Raises BugError when the image is not uint8 RGB; images are decoded and converted before.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise BugError(f"prepare needs uint8 [H, W, 3], got {image.dtype} {list(image.shape)}")
    if contract.color == "gray":
        image = to_gray(image)
    elif contract.color == "bgr":
        image = image[:, :, ::-1]
    height, width = contract.size
    if contract.fit == "crop":
        top, left, rows, columns = crop_region(image.shape[0], image.shape[1], height, width)
        image = image[top : top + rows, left : left + columns]
    if contract.fit == "pad":
        rows, columns = padded_size(image.shape[0], image.shape[1], height, width)
        canvas = np.zeros((height, width, image.shape[2]), np.uint8)
        top, left = (height - rows) // 2, (width - columns) // 2
        canvas[top : top + rows, left : left + columns] = resize(image, rows, columns, contract.resize)
        return canvas
    return resize(image, height, width, contract.resize)


def to_gray(image: Pixels) -> Pixels:
    """Rec. 601 luma in 16-bit fixed point (Pillow's `L`): uint8 [H, W, 3] -> uint8 [H, W, 1]."""
    r, g, b = (image[:, :, i].astype(np.int32) for i in range(3))
    gray: Pixels = ((19595 * r + 38470 * g + 7471 * b + 32768) >> 16).astype(np.uint8)[:, :, None]
    return gray


def crop_region(rows: int, columns: int, height: int, width: int) -> tuple[int, int, int, int]:
    """(top, left, rows, columns) of the largest centred region with the aspect ratio height:width."""
    if columns * height > rows * width:
        taken = max(1, (2 * rows * width + height) // (2 * height))
        return 0, (columns - taken) // 2, rows, taken
    taken = max(1, (2 * columns * height + width) // (2 * width))
    return (rows - taken) // 2, 0, taken, columns


def padded_size(rows: int, columns: int, height: int, width: int) -> tuple[int, int]:
    """(rows, columns) of the whole image scaled to fit into height x width."""
    if columns * height > rows * width:
        return max(1, (2 * rows * width + columns) // (2 * columns)), width
    return height, max(1, (2 * columns * height + rows) // (2 * rows))


def resize(image: Pixels, height: int, width: int, method: str) -> Pixels:
    """Resize uint8 [H, W, C] to uint8 [height, width, C] by the integer rules of this module."""
    source_rows, source_columns = image.shape[:2]
    if (source_rows, source_columns) == (height, width):
        return np.ascontiguousarray(image)
    if method == "nearest":
        return np.ascontiguousarray(image[nearest_taps(source_rows, height)][:, nearest_taps(source_columns, width)])
    row_index, row_weight = taps(source_rows, height, method)
    column_index, column_weight = taps(source_columns, width, method)
    total = int(row_weight[0].sum()) * int(column_weight[0].sum())
    # The intermediate keeps the full integer sum, so the order of the axes does not change a bit: the cheaper goes
    # first. Bicubic weights sum to at most 1.27 in absolute value per axis, hence the headroom of 1.7.
    wide: type[np.int32] | type[np.int64] = np.int32 if 255 * 1.7 * total < 2**31 else np.int64
    if height * source_columns < source_rows * width:
        rows = _along_rows(image, row_index, row_weight.astype(wide))
        summed = _along_columns(rows, column_index, column_weight.astype(wide))
    else:
        columns = _along_columns(image, column_index, column_weight.astype(wide))
        summed = _along_rows(columns, row_index, row_weight.astype(wide))
    return np.clip((summed + total // 2) // total, 0, 255).astype(np.uint8)


def _along_rows(image: NDArray[Any], index: NDArray[np.int64], weight: NDArray[Any]) -> NDArray[Any]:
    result = np.zeros((index.shape[0], *image.shape[1:]), weight.dtype)
    for tap in range(index.shape[1]):
        result += image[index[:, tap]] * weight[:, tap, None, None]
    return result


def _along_columns(image: NDArray[Any], index: NDArray[np.int64], weight: NDArray[Any]) -> NDArray[Any]:
    result = np.zeros((image.shape[0], index.shape[0], image.shape[2]), weight.dtype)
    for tap in range(index.shape[1]):
        result += image[:, index[:, tap]] * weight[:, tap, None]
    return result


def nearest_taps(source: int, wanted: int) -> NDArray[np.int64]:
    """Source index of each output index: int64 [wanted]."""
    index = np.arange(wanted, dtype=np.int64)
    return ((2 * index + 1) * source) // (2 * wanted)


@lru_cache(maxsize=64)
def taps(source: int, wanted: int, method: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Source indices and integer weights of each output index along one axis: two int64 [wanted, taps].

    Remembered, because a camera or a folder asks for the same sizes again and again.
    Keys' cubic: R. Keys, "Cubic convolution interpolation", IEEE TASSP 29(6), 1981.
    """
    if source == wanted:
        return np.arange(wanted, dtype=np.int64)[:, None], np.ones((wanted, 1), np.int64)
    if method == "area":
        return _area_taps(source, wanted)
    index = np.arange(wanted, dtype=np.int64)
    centre = (2 * index + 1) * source - wanted
    left = centre // (2 * wanted)
    rest = centre - 2 * wanted * left
    if method == "bilinear":
        fraction = (rest * UNIT + wanted) // (2 * wanted)
        offsets, weights = np.array([0, 1]), np.stack([UNIT - fraction, fraction], axis=1)
    else:
        offsets = np.array([-1, 0, 1, 2])
        inside = (left[:, None] + offsets >= 0) & (left[:, None] + offsets < source)
        weights = np.array(
            [_cubic_weights(int(r), 2 * wanted, i) for r, i in zip(rest, inside.tolist(), strict=True)], np.int64
        )
    return np.clip(left[:, None] + offsets, 0, source - 1), weights


def _cubic_weights(rest: int, whole: int, inside: list[bool]) -> list[int]:
    t = Fraction(rest, whole)
    exact = [_keys(x) if i else Fraction(0) for x, i in zip((1 + t, t, 1 - t, 2 - t), inside, strict=True)]
    total = sum(exact)
    weights = [(w / total * UNIT + Fraction(1, 2)).__floor__() for w in exact]
    weights[weights.index(max(weights))] += UNIT - sum(weights)
    return weights


def _keys(x: Fraction) -> Fraction:
    a = Fraction(-1, 2)
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    if x < 2:
        return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a
    return Fraction(0)


def _area_taps(source: int, wanted: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    index = np.arange(wanted, dtype=np.int64)
    start, end = index * source, (index + 1) * source
    first = start // wanted
    count = int(((end - 1) // wanted - first).max()) + 1
    pixel = first[:, None] + np.arange(count)
    overlap = np.minimum(end[:, None], (pixel + 1) * wanted) - np.maximum(start[:, None], pixel * wanted)
    return np.clip(pixel, 0, source - 1), np.maximum(overlap, 0)
