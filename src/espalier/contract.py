"""The preprocessing contract, as integer arithmetic: the same bytes on the build machine and on every device.

An image is brought to the model's size with the rules below; each is defined in integers, so that numpy here, and
the Python, Java and C that the bundles carry, give equal bytes. `H, W` is the source, `h, w` the wanted size, all
divisions of integers are floor divisions.

1. Orientation and mode are settled before (EXIF applied, RGB or `bands` channels, see load/images.py).
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
4. `color`: rgb and bands as decoded, bgr reversed, gray = (19595*R + 38470*G + 7471*B + 32768) >> 16 (Rec. 601), computed on
   the source before resizing.

The resized bytes are what the device feeds: the model's quantized input takes them as they are (uint8), or minus
128 (int8). Mean and std are inside the model.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import BugError
from .recipe import InputContract

Pixels = NDArray[np.uint8]

UNIT = 2048
"""Fixed-point one of the bilinear and bicubic weights."""

STRIP = 1 << 18
"""Values of the intermediate that are made at a time: 1 MiB."""


def prepare(image: Pixels, contract: InputContract) -> Pixels:
    """Apply the contract to an RGB image or one of several bands: uint8 [H, W, source channels] -> [h, w, channels].

    Raises BugError when the image is not uint8 or has other channels; images are decoded and converted before.
    """
    wanted = contract.source_channels
    if image.ndim != 3 or image.shape[2] != wanted or image.dtype != np.uint8 or 0 in image.shape:
        raise BugError(f"prepare needs uint8 [H, W, {wanted}], got {image.dtype} {list(image.shape)}")
    if contract.fit == "crop":
        top, left, rows, columns = crop_region(image.shape[0], image.shape[1], *contract.size)
        image = image[top : top + rows, left : left + columns]
    return fill(to_gray(image) if contract.color == "gray" else image, contract)


def fill(image: Pixels, contract: InputContract) -> Pixels:
    """The part of `prepare` after cropping and luma: uint8 [H, W, channels] -> uint8 [h, w, channels]."""
    height, width = contract.size
    if contract.fit == "pad":
        rows, columns = padded_size(image.shape[0], image.shape[1], height, width)
        canvas = np.zeros((height, width, image.shape[2]), np.uint8)
        top, left = (height - rows) // 2, (width - columns) // 2
        canvas[top : top + rows, left : left + columns] = resize(image, rows, columns, contract.resize)
        image = canvas
    else:
        image = resize(image, height, width, contract.resize)
    # Last, because it is the same on fewer pixels.
    return np.ascontiguousarray(image[:, :, ::-1]) if contract.color == "bgr" else image


def to_gray(image: Pixels) -> Pixels:
    """Rec. 601 luma in 16-bit fixed point (Pillow's `L`): uint8 [H, W, 3] -> uint8 [H, W, 1]."""
    gray = np.empty((*image.shape[:2], 1), np.uint8)
    for start, stop in _strips(len(image), 3 * image.shape[1]):
        r, g, b = (image[start:stop, :, i].astype(np.int32) for i in range(3))
        gray[start:stop, :, 0] = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16
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
    rows, columns, channels = image.shape
    if (rows, columns) == (height, width):
        return np.ascontiguousarray(image)
    if method == "nearest":
        lines = image[nearest_taps(rows, height)].reshape(height, -1)
        nearest: Pixels = np.take(lines, _places(columns, width, channels), axis=1)
        return nearest.reshape(height, width, channels)
    down, across = taps(rows, height, method), taps(columns, width, method)
    image = np.ascontiguousarray(image)
    result = np.empty((height, width, channels), np.uint8)
    # The intermediate keeps the full integer sum, so the order of the axes does not change a bit: the cheaper goes
    # first. It is made in strips that stay in the processor's cache, which also bounds what a large image takes.
    if height * columns <= rows * width:
        for start, stop in _strips(width, channels * height * max(1, columns // width)):
            first, last = _reach(across, start, stop)
            lines = image.reshape(rows, -1)[:, first * channels : last * channels]
            summed = _weighted(lines, *down, _kind(down[1])).T.reshape(last - first, channels * height)
            strip = _divided(summed, across[0][start:stop] - first, across[1][start:stop], down[1], method)
            result[:, start:stop] = strip.reshape(stop - start, channels, height).transpose(2, 0, 1)
    else:
        for start, stop in _strips(height, channels * width * max(1, rows // height)):
            first, last = _reach(down, start, stop)
            lines = image[first:last].reshape(last - first, -1).T.reshape(columns, -1)
            summed = _weighted(lines, *across, _kind(across[1])).reshape(width * channels, last - first).T
            strip = _divided(summed, down[0][start:stop] - first, down[1][start:stop], across[1], method)
            result[start:stop] = strip.reshape(stop - start, width, channels)
    return result


def _strips(length: int, each: int) -> list[tuple[int, int]]:
    """(start, stop) of the strips of an axis of `length` outputs, when each makes `each` values of the intermediate."""
    step = max(1, STRIP // each)
    return [(start, min(length, start + step)) for start in range(0, length, step)]


def _reach(axis: tuple[NDArray[np.int64], NDArray[np.int64]], start: int, stop: int) -> tuple[int, int]:
    """First source index of some outputs, and the one after their last."""
    index = axis[0][start:stop]
    return int(index.min()), int(index.max()) + 1


def _weighted(
    lines: NDArray[Any], index: NDArray[np.int64], weight: NDArray[np.int64], kind: type[np.integer[Any]]
) -> NDArray[Any]:
    """Along the first axis, [n, k] -> [m, k]: the sum over the taps of weight times line."""
    weight = weight.astype(kind)
    result = np.multiply(lines[index[:, 0]], weight[:, :1], dtype=kind)
    part = np.empty_like(result)
    for tap in range(1, index.shape[1]):
        rows = np.flatnonzero(weight[:, tap])
        if 3 * len(rows) > 2 * len(result):
            result += np.multiply(lines[index[:, tap]], weight[:, tap : tap + 1], out=part, dtype=kind)
        else:  # The last tap of an area reaches few outputs.
            result[rows] += np.multiply(lines[index[rows, tap]], weight[rows, tap : tap + 1], dtype=kind)
    return result


def _divided(
    summed: NDArray[Any],
    index: NDArray[np.int64],
    weight: NDArray[np.int64],
    other: NDArray[np.int64],
    method: str,
) -> NDArray[np.uint16]:
    """The second axis, [n, k] -> bytes as uint16 [m, k], divided by the product of both axes' weight sums."""
    total = int(weight[0].sum()) * int(other[0].sum())
    # Bicubic weights sum to at most 1.27 in absolute value per axis, hence the headroom of 1.7.
    kind = np.int32 if 255 * 1.7 * total < 2**31 else np.int64
    value = _weighted(summed, index, weight, kind)
    value += kind(total // 2)
    if total & (total - 1):
        value //= kind(total)
    else:  # Rounds down as the division does, also below zero.
        value >>= kind(total.bit_length() - 1)
    if method == "bicubic":  # Only it has negative weights.
        np.clip(value, 0, 255, out=value)
    # What is transposed next moves faster in words of two bytes.
    return value.astype(np.uint16)


def _kind(weight: NDArray[np.int64]) -> type[np.integer[Any]]:
    """The smallest type that holds what these weights make of bytes: half the bytes cost half the time."""
    low = bool(weight.min() < 0)
    return np.int32 if low or 255 * int(weight[0].sum()) >= 2**16 else np.uint16


@lru_cache(maxsize=64)
def nearest_taps(source: int, wanted: int) -> NDArray[np.int64]:
    """Source index of each output index: int64 [wanted]. Remembered as `taps` are."""
    index = np.arange(wanted, dtype=np.int64)
    return ((2 * index + 1) * source) // (2 * wanted)


@lru_cache(maxsize=64)
def _places(source: int, wanted: int, channels: int) -> NDArray[np.int64]:
    """`nearest_taps` in a row of pixels of so many bytes: int64 [wanted * channels]."""
    return (nearest_taps(source, wanted)[:, None] * channels + np.arange(channels)).reshape(-1)


@lru_cache(maxsize=64)
def taps(source: int, wanted: int, method: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Source indices and integer weights of each output index along one axis: two int64 [wanted, taps].

    Remembered, because a camera or a folder asks for the same sizes again and again.
    Keys' cubic: R. Keys, "Cubic convolution interpolation", IEEE TASSP 29(6), 1981.
    """
    if source == wanted:
        return np.arange(wanted, dtype=np.int64)[:, None], np.ones((wanted, 1), np.int64)
    if method == "area":
        index, weights = _area_taps(source, wanted)
        # Less their common factor: the sum and half of it are divided by the same, which leaves every quotient as it is.
        return index, weights // gcd(source, wanted)
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
        weights = _cubic_weights(rest, 2 * wanted, inside)
    return np.clip(left[:, None] + offsets, 0, source - 1), weights


def _cubic_weights(rest: NDArray[np.int64], whole: int, inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Weights of the four taps, int64 [wanted, 4], for t = rest / whole: Keys' kernel times 2 * whole^3, in integers."""
    near = np.stack([rest, whole - rest], axis=1)
    far = near + whole
    kernel = np.empty((len(rest), 4), np.int64)
    kernel[:, 1:3] = 3 * near**3 - 5 * near**2 * whole + 2 * whole**3
    kernel[:, ::3] = -(far**3) + 5 * far**2 * whole - 8 * far * whole**2 + 4 * whole**3
    kernel *= inside
    total = kernel.sum(axis=1, keepdims=True)
    weights: NDArray[np.int64] = (2 * UNIT * kernel + total) // (2 * total)
    weights[np.arange(len(rest)), weights.argmax(axis=1)] += UNIT - weights.sum(axis=1)
    return weights


def _area_taps(source: int, wanted: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    index = np.arange(wanted, dtype=np.int64)
    start, end = index * source, (index + 1) * source
    first = start // wanted
    count = int(((end - 1) // wanted - first).max()) + 1
    pixel = first[:, None] + np.arange(count)
    overlap = np.minimum(end[:, None], (pixel + 1) * wanted) - np.maximum(start[:, None], pixel * wanted)
    return np.clip(pixel, 0, source - 1), np.maximum(overlap, 0)
