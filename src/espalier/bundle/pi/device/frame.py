"""Boxes of the network's input as pixels of the camera's frame, and the way forward, in plain integers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .contract import crop_region, padded_size


class Span(NamedTuple):
    """Along one axis, `taken` pixels of the frame from `left` on became `given` pixels of the input from `at` on."""

    left: int
    taken: int
    at: int
    given: int


def window_of(rows: int, columns: int, size: tuple[int, int], fit: str) -> tuple[Span, Span]:
    """Across and down, of an upright frame; `size`: height and width of the network's input."""
    height, width = size
    top, left, taken_rows, taken_columns = 0, 0, rows, columns
    given_rows, given_columns = height, width
    if fit == "crop":
        top, left, taken_rows, taken_columns = crop_region(rows, columns, height, width)
    elif fit == "pad":
        given_rows, given_columns = padded_size(rows, columns, height, width)
    across = Span(left, taken_columns, (width - given_columns) // 2, given_columns)
    return across, Span(top, taken_rows, (height - given_rows) // 2, given_rows)


def to_frame(box: Sequence[int], window: tuple[Span, Span], input_bits: int, frame_bits: int = 0) -> list[int]:
    """Left, top, right, bottom in pixels of the frame times 2^frame_bits."""
    return [
        _scaled(edge, (span.at, span.given), (span.left, span.taken), input_bits, frame_bits)
        for edge, span in zip(box, window * 2, strict=True)
    ]


def to_input(box: Sequence[int], window: tuple[Span, Span], frame_bits: int, input_bits: int) -> list[int]:
    """Corners of the input of a box of the frame."""
    return [
        _scaled(edge, (span.left, span.taken), (span.at, span.given), frame_bits, input_bits)
        for edge, span in zip(box, window * 2, strict=True)
    ]


def _scaled(value: int, source: tuple[int, int], wanted: tuple[int, int], bits: int, wanted_bits: int) -> int:
    start, length = source[0] << bits, source[1] << bits
    offset = max(0, min(length, value - start))
    return (wanted[0] << wanted_bits) + (offset * (wanted[1] << wanted_bits) + length // 2) // length
