"""The words of detection: where a network's heads hold what, the integer tables of a decode, and its result.

A `Detector` is all that a device needs to turn the int8 outputs of a network into boxes: integers only, made once on the
build machine (`tables.py`), so that numpy (`decode.py`), C, Java and Python compute the same from the same.

Units. A box is four corners x1, y1, x2, y2 in pixels of the network's input times 2^bits, which fit into 16 bits. Anchors and
the steps from cell to cell have FINE more bits. Scores are 1/2^31, so that
they keep the order of the real ones up to a logit of 20, and 2^31 - 1 at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

FINE = 8
"""Bits that anchors and steps have below the units of a corner."""

ONE = 1 << 16
"""One, of a factor in a table."""

SURE = 1 << 31
"""One, of a score: never quite reached."""

DISTANCE_BITS = 11
"""Bits of a distance that a distribution (`dfl`) gives: the most that stay within 32 bits for 31 bins."""

Shape = Literal["size", "distance", "cells"]
"""How four numbers are a box: an offset of the centre and a factor of the size; distances of the four sides, each the mean of
a distribution over bins; or none, a cell is an object and neighbours are one (`fomo`)."""

SHAPES: tuple[Shape, ...] = ("size", "distance", "cells")


class Heads(msgspec.Struct, frozen=True, kw_only=True):
    """Which outputs belong to a level: `box` (none for `fomo`), `size` (`centernet` only), `objectness`, `scores`. One output
    can be several of them (in this order), and the same for all levels."""

    scores: int
    box: int | None = None
    size: int | None = None
    objectness: int | None = None


class HeadNames(msgspec.Struct, frozen=True, kw_only=True):
    """Which layers of a network give what, by role, as a recipe names them; `activation`: what of the scores is computed behind
    the network, `width`: of a row of scores, `numbers`: of a box."""

    scores: tuple[str, ...]
    boxes: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    objectness: tuple[str, ...] = ()
    activation: str = "none"
    width: int
    numbers: int = 4


class HeadLeaf(msgspec.Struct, frozen=True, kw_only=True):
    """A layer that a network's outputs are made of: its shape without the batch, and what activates it
    (none, sigmoid, softmax)."""

    layer: str
    shape: tuple[int, ...]
    activation: str = "none"


class Column(msgspec.Struct, frozen=True, array_like=True):
    """One number of each anchor of a level: element `start + anchor * step` of an output, flat."""

    output: int
    start: int
    step: int


class Anchor(msgspec.Struct, frozen=True, array_like=True):
    """Centre (from the corner of its cell), width and height, in fine units."""

    x: int
    y: int
    width: int
    height: int


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One map of a network: cells row by row, and in each the same anchors one after the other.

    `box`: x, y, width, height; or left, top, right, bottom, the first of `bins` each; none for cells.
    `box_tables`: which of the tables belongs to each of them; for distances the same exponential.
    `scores`: the first class; the others follow. `score_table`, `objectness_table`: which table.
    `least`: the smallest value of a score that can pass (128: none); with a softmax and a background the smallest
    difference to the background. `least_objectness`: the same of the objectness. Both only save time.
    """

    rows: int
    columns: int
    step_x: int
    step_y: int
    anchors: tuple[Anchor, ...]
    box: tuple[Column, ...]
    box_tables: tuple[int, ...]
    scores: Column
    score_table: int
    background: Column | None = None
    objectness: Column | None = None
    objectness_table: int = 0
    least: int = -128
    least_objectness: int = -128

    @property
    def count(self) -> int:
        """Anchors of the map."""
        return self.rows * self.columns * len(self.anchors)


class Detector(msgspec.Struct, frozen=True, kw_only=True):
    """From outputs to boxes. `width`, `height`: the network's input in units of a corner.

    `tables`: each of 256 32-bit integers: value + 128 -> factor times 65536, or score; or, of an exponential, distance from
    the largest -> share of it.
    `by_step`: offsets count in cells, not in the anchor's size. `softmax`: scores are logits of a softmax over the classes
    and the background. `peaks`: only a score that none of its eight neighbours exceeds counts (`centernet`).
    `every_class`: an anchor can be an object of every class that reaches the threshold, not of its best one only.
    `overlap`: numerator and denominator of the intersection over union above which the lesser box goes; (0, 0): never.
    `per_class`: boxes of other classes do not matter then. `room`: candidates, `most`: boxes kept, at most.
    """

    outputs: int
    width: int
    height: int
    bits: int
    shape: Shape
    bins: int
    classes: int
    threshold: int
    overlap: tuple[int, int]
    room: int
    most: int
    levels: tuple[Level, ...]
    tables: tuple[tuple[int, ...], ...]
    by_step: bool = False
    softmax: bool = False
    peaks: bool = False
    every_class: bool = False
    per_class: bool = True

    @property
    def anchors(self) -> int:
        """Of all levels."""
        return sum(level.count for level in self.levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """What a detector finds, the best first: corners int32 [n, 4] (x1, y1, x2, y2), score, label and anchor int32 [n]."""

    corners: NDArray[np.int32]
    scores: NDArray[np.int32]
    labels: NDArray[np.int32]
    anchors: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.scores)

    def rows(self) -> NDArray[np.int32]:
        """int32 [n, 7]: x1, y1, x2, y2, score, label, anchor. What all languages are compared by."""
        rest = np.stack([self.scores, self.labels, self.anchors], axis=1)
        rows: NDArray[np.int32] = np.concatenate([self.corners, rest], axis=1).astype(np.int32)
        return rows


def words(detector: Detector) -> list[int]:
    """The detector as 32-bit integers, for devices that read it: the fields in the order in which they stand below."""
    flags = detector.by_step, detector.softmax, detector.peaks, detector.every_class, detector.per_class
    result = [detector.outputs, detector.width, detector.height, detector.bits, SHAPES.index(detector.shape)]
    result += [detector.bins, detector.classes, detector.threshold, *detector.overlap, detector.room, detector.most]
    result += [*map(int, flags), len(detector.levels), len(detector.tables)]
    for level in detector.levels:
        result += [level.rows, level.columns, level.step_x, level.step_y, len(level.anchors)]
        result += [number for anchor in level.anchors for number in (anchor.x, anchor.y, anchor.width, anchor.height)]
        columns = [*level.box, *[None] * (4 - len(level.box)), level.scores, level.background, level.objectness]
        result += [number for column in columns for number in _numbers(column)]
        result += [*level.box_tables, *[0] * (4 - len(level.box_tables))]
        result += [level.score_table, level.objectness_table, level.least, level.least_objectness]
    for table in detector.tables:
        result += table
    return result


def _numbers(column: Column | None) -> tuple[int, int, int]:
    return (-1, 0, 0) if column is None else (column.output, column.start, column.step)
