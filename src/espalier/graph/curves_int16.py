"""int16 softmax, logistic and tanh: tables with linear interpolation, as in TFLite's 16x8 kernels."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from . import arithmetic as a
from .arithmetic import Ints

TABLE_STEPS: Final = 512
"""Interpolation steps of an int16 table: the high 9 bits choose one, the low 7 bits interpolate."""


def interpolation_table(
    function: Callable[[float], float], scale: float, zero_point: int, output_scale: float
) -> Ints:
    """513 samples of `function`, each corrected by half the error at the middle of its step."""
    low, high = scale * (-32768 - zero_point), scale * (32767 - zero_point)
    step = (high - low) / TABLE_STEPS
    gain = 65536.0 / (output_scale * 32767 - output_scale * -32768)
    samples = []
    for i in range(TABLE_STEPS):
        value = function(low + i * step)
        middle = function(low + i * step + step / 2)
        after = function(low + (i + 1) * step)
        sample = float(a.round_half_away(value * gain))
        interpolated = a.round_half_away((after * gain + sample) / 2)
        error = interpolated - a.round_half_away(middle * gain)
        samples.append(sample - a.round_half_away(error / 2))
    samples.append(float(a.round_half_away(function(high) * gain)))
    return np.array([int(min(max(s, -32768.0), 32767.0)) for s in samples], np.int64)


def look_up(x: Ints, table: Ints) -> Ints:
    index = 256 + (x >> 7)
    base = table[index]
    # The slope is an int16 in C: it wraps.
    slope = (table[index + 1] - base + 32768) % 65536 - 32768
    result: Ints = base + ((slope * (x & 0x7F) + 64) >> 7)
    return result


EXP_TABLE: Final = interpolation_table(math.exp, 10.0 / 65535, 32767, 2.0 / 65535)
"""exp(x) for x from -10 to 0."""
RECIPROCAL_TABLE: Final = interpolation_table(lambda x: 1.0 / (1.0 + x), 1.0 / 65535, -32768, 2.0 / 65535)
"""1 / (1 + x) for x from 0 to 1."""


def softmax_int16(x: Ints, scale: float, beta: float) -> Ints:
    """Stored outputs (scale 1/32768) of the last axis."""
    # TFLite multiplies scale and beta in F32.
    real = float(np.float32(scale) * np.float32(beta)) / (10.0 / 65535.0)
    multiplier = a.quantize_multiplier(real)
    difference = x - x.max(axis=-1, keepdims=True)
    scaled = a.rescale(difference, multiplier) + 32767
    exponentials = look_up(np.clip(scaled, -32768, 32767), EXP_TABLE)
    total = exponentials.sum(axis=-1, keepdims=True)
    headroom = 32 - np.array([int(t).bit_length() for t in total.reshape(-1)], np.int64).reshape(total.shape)
    shifted = ((total << (headroom - 1)) + (1 << 13)) >> 14
    inverse = look_up(np.clip(shifted - ((1 << 15) + (1 << 16)), -32768, 32767), RECIPROCAL_TABLE)
    right = 31 - headroom
    result = (exponentials * inverse + (np.int64(1) << (right - 1))) >> right
    return a.clamp(result, 0, 32767)


# fmt: off
ROUNDED_UP: Final = frozenset((
    4, 8, 12, 14, 15, 16, 17, 19, 20, 21, 22, 25, 27, 28, 29, 30, 31, 33, 34, 35, 37, 39, 40, 41, 43, 44, 45,
    46, 49, 50, 54, 62, 63, 64, 66, 82, 86, 93, 100, 103, 112, 116, 135, 255,
))
# fmt: on
"""Entries in which TFLite's sigmoid table lies one above the nearest value."""

SIGMOID_TABLE: Final = np.array(
    [a.round_half_away(65536.0 / (1.0 + math.exp(-i / 24.0))) + (i in ROUNDED_UP) for i in range(256)],
    np.int64,
)
"""sigmoid(i / 24) in 0.16 fixed point, as TFLite's common.h has it."""


def input_multiplier(scale: float, shifts: tuple[int, ...]) -> tuple[int, int]:
    """(multiplier, shift) that brings an input to scale 1/(3 * 4096); multiplier 0: a power of two."""
    log2 = float(np.float32(np.log(np.float32(scale))) * np.float32(1.0 / np.log(np.float32(2.0))))
    rounded = a.round_half_away(log2)
    shift = 12 + rounded
    if abs(log2 - rounded) < 1e-3 and shift in shifts:
        return 0, shift
    multiplier, shift = scale * 4096.0 * 3.0, 0
    while multiplier <= 32767.0 / 2.0 and shift <= 30:
        multiplier, shift = multiplier * 2.0, shift + 1
    return int(multiplier), shift


def logistic_int16(x: Ints, scale: float) -> Ints:
    multiplier, shift = input_multiplier(scale, (0,))
    if multiplier == 0:
        multiplier, shift = 3 << shift, 0
    data = (x * multiplier + ((1 << (shift - 1)) if shift else 0)) >> shift
    magnitude = np.abs(data)
    high = np.minimum(magnitude >> 9, 255)
    first, second = SIGMOID_TABLE[high], SIGMOID_TABLE[np.minimum(high + 1, 255)]
    result = (first << 9) + (magnitude & 0x1FF) * (second - first)
    result = np.where(high >= 255, 0x7FFF << 10, result)
    return np.where(data >= 0, result + (1 << 9), (1 << 25) - result + (1 << 9) - 1) >> 10


def tanh_int16(x: Ints, scale: float) -> Ints:
    multiplier, shift = input_multiplier(scale, (0, 1))
    if multiplier == 0:
        data = 3 * (x << shift)
    else:
        data = (x * multiplier + ((1 << (shift - 1)) if shift else 0)) >> shift
    magnitude = np.abs(data)
    high = np.minimum(magnitude >> 8, 255)
    first, second = SIGMOID_TABLE[high], SIGMOID_TABLE[np.minimum(high + 1, 255)]
    result = (first << 8) + (magnitude & 0xFF) * (second - first)
    result = np.where(high >= 255, 0xFFFF << 8, result)
    centred = np.where(data >= 0, result - (1 << 23) + (1 << 7), -result + (1 << 23) + (1 << 7) - 1)
    return centred >> 8
