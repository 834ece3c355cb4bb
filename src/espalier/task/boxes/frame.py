"""The preprocessing contract for boxes, both ways, in integers: from the camera's frame to the network's input (truth), and
from the input back to the frame (what a device says). The same numbers in C, Java and Python.

Corners are edges: a box of one pixel at the upper left is 0, 0, 1, 1. `f` are the bits below a pixel that a corner has in the
frame, `b` those in the input (Detector.bits). `contract.py` resizes a region of the frame (`stretch`: all of it) into a region
of the input (all of it but for `pad`) with centres of pixels in the middle, hence edges on edges. Along one axis, with the
region from `left` on of `taken` pixels in the frame and from `at` on of `given` pixels in the input, // rounding down:

- forward:  x is clipped to left * 2^f .. (left + taken) * 2^f; d = taken * 2^f;
            X = at * 2^b + ((x - left * 2^f) * given * 2^b + d // 2) // d
- backward: X is clipped to at * 2^b .. (at + given) * 2^b; d = given * 2^b;
            x = left * 2^f + ((X - at * 2^b) * taken * 2^f + d // 2) // d
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...contract import crop_region, padded_size
from ...recipe import InputContract

Corners = NDArray[np.int64]

TRUTH_BITS = 6
"""Bits below a pixel that the corners of annotations keep: 1/64 pixel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One axis: `taken` pixels of the frame from `left` on become `given` pixels of the input from `at` on."""

    left: int
    taken: int
    at: int
    given: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which part of a frame the network sees, and where."""

    across: Span
    down: Span


def window_of(rows: int, columns: int, contract: InputContract) -> Window:
    """The window of an upright frame of this size (pixels)."""
    height, width = contract.size
    top, left, taken_rows, taken_columns = 0, 0, rows, columns
    given_rows, given_columns = height, width
    if contract.fit == "crop":
        top, left, taken_rows, taken_columns = crop_region(rows, columns, height, width)
    elif contract.fit == "pad":
        given_rows, given_columns = padded_size(rows, columns, height, width)
    return Window(
        across=Span(left=left, taken=taken_columns, at=(width - given_columns) // 2, given=given_columns),
        down=Span(left=top, taken=taken_rows, at=(height - given_rows) // 2, given=given_rows),
    )


def to_input(corners: Corners, window: Window, frame_bits: int, input_bits: int) -> Corners:
    """Corners [n, 4] (x1, y1, x2, y2) of the frame, in pixels * 2^frame_bits, as corners of the input, clipped to what is
    seen: a box outside of it has no area left."""
    return _mapped(corners, window, _forward, frame_bits, input_bits)


def to_frame(corners: Corners, window: Window, input_bits: int, frame_bits: int) -> Corners:
    """Corners [n, 4] of the input, in pixels * 2^input_bits, as corners of the frame, clipped to what was seen."""
    return _mapped(corners, window, _backward, input_bits, frame_bits)


def seen(corners: Corners, window: Window, frame_bits: int) -> NDArray[np.float64]:
    """The share of each box of the frame [n, 4] that the network sees: 0 to 1."""
    inside = corners.copy()
    for columns, span in ((slice(0, 4, 2), window.across), (slice(1, 4, 2), window.down)):
        inside[:, columns] = np.clip(corners[:, columns], span.left << frame_bits, (span.left + span.taken) << frame_bits)
    whole = _area(corners)
    share: NDArray[np.float64] = _area(inside) / np.maximum(whole, 1)
    return share


def _area(corners: Corners) -> Corners:
    return np.asarray((corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1]), np.int64)


def _forward(values: Corners, span: Span, frame_bits: int, input_bits: int) -> Corners:
    return _scaled(values, (span.left, span.taken), (span.at, span.given), frame_bits, input_bits)


def _backward(values: Corners, span: Span, input_bits: int, frame_bits: int) -> Corners:
    return _scaled(values, (span.at, span.given), (span.left, span.taken), input_bits, frame_bits)


def _scaled(
    values: Corners, source: tuple[int, int], wanted: tuple[int, int], source_bits: int, wanted_bits: int
) -> Corners:
    start, length = source[0] << source_bits, source[1] << source_bits
    offset = np.clip(values, start, start + length) - start
    scaled: Corners = (wanted[0] << wanted_bits) + (offset * (wanted[1] << wanted_bits) + length // 2) // length
    return scaled


def _mapped(corners: Corners, window: Window, move: Callable[..., Corners], first: int, second: int) -> Corners:
    result = np.empty_like(corners, dtype=np.int64)
    result[:, ::2] = move(corners[:, ::2].astype(np.int64), window.across, first, second)
    result[:, 1::2] = move(corners[:, 1::2].astype(np.int64), window.down, first, second)
    return result
