"""Makes a `Detector` of what a network's heads mean: the only place where a decode is computed in floating point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, log, log2, prod

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...detector import FINE, ONE, SURE, Anchor, Column, Detector, Heads, Level, Shape
from ...errors import RecipeError
from .anchors import Grid

Real = NDArray[np.float64]
Curve = Callable[[Real], Real]

LARGEST_INPUT = (1 << 16) - 1
"""Pixels of a side, and units of a corner: they fit into 16 bits."""
MOST_BITS = 8
LEAST_THRESHOLD = 0.01
MOST_BINS = 31
DISTANCE_SHARE = (1 << 16) - 1
"""One, of a bin's share: the sums over MOST_BINS of them, with the bits of a distance, stay within 32 bits."""
MOST_ROOM = 1024
MOST_CLASSES = 1000


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """An int8 output of a network: its shape without the batch, its scale and zero point."""

    shape: tuple[int, ...]
    scale: float
    zero_point: int


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the heads of a network mean: the recipe's `[detect]`, with all defaults filled in.

    `decode`: one of DECODES. `scores`: what has to be done to them still: none, sigmoid or softmax; `background`: where
    their column of no object is: none, first or last. `variances` multiply x, y, width, height before the decode. `order`: of
    the box's numbers. `stretch`: YOLO v4's factor of the offset around the middle of the cell (scale_x_y). `overlap`: the
    intersection over union above which the lesser of two boxes goes; None: none does.
    """

    decode: str
    classes: int
    threshold: float = 0.5
    overlap: float | None = 0.45
    per_class: bool = True
    every_class: bool = False
    scores: str = "sigmoid"
    background: str = "none"
    variances: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    order: str = "xywh"
    stretch: float = 1.0
    bins: int = 16
    room: int = 128
    most: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Decode:
    """How a family of detectors writes boxes. `numbers`: per box. `offset`, `factor`: of a dequantized number."""

    shape: Shape = "size"
    numbers: int = 4
    offset: Curve = lambda t: t
    factor: Curve = lambda t: np.exp(np.minimum(t, 30.0))
    by_step: bool = False
    peaks: bool = False


def sigmoid(t: Real) -> Real:
    """1 / (1 + exp(-t)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * t)), np.float64)


_YOLO = Decode(offset=sigmoid, by_step=True)
DECODES: Mapping[str, Decode] = {
    "ssd": Decode(),
    "retinanet": Decode(),
    "yolo-v2": _YOLO,
    "yolo-v3": _YOLO,
    "yolo-v4": _YOLO,
    "yolo-v5": Decode(offset=lambda t: 2 * sigmoid(t) - 0.5, factor=lambda t: (2 * sigmoid(t)) ** 2, by_step=True),
    "yolox": Decode(by_step=True),
    "dfl": Decode(shape="distance"),
    "fomo": Decode(shape="cells", numbers=0),
    "centernet": Decode(numbers=2, factor=lambda t: np.maximum(t, 0), by_step=True, peaks=True),
}


def make_detector(
    reading: Reading,
    size: tuple[int, int],
    grids: Sequence[Grid],
    heads: Sequence[Heads],
    outputs: Sequence[Output],
) -> Detector:
    """The detector of a network with an input of `size` (height, width), whose level i has grids[i] and heads[i].

    Raises RecipeError when the outputs do not hold what the grids, classes and decode say, or no score can pass.
    """
    placed = lay_out(reading, size, grids, heads, [output.shape for output in outputs])
    decode = DECODES[reading.decode]
    bits = min(MOST_BITS, floor(log2(LARGEST_INPUT / max(size))))
    made = _Tables(reading, decode, outputs)
    unit = 1 << (bits + FINE)
    levels = [made.level(grid, named, places, unit) for grid, named, places in zip(grids, heads, placed, strict=True)]
    overlap = Fraction(reading.overlap or 0).limit_denominator(1000)
    return Detector(
        outputs=len(outputs),
        width=size[1] << bits,
        height=size[0] << bits,
        bits=bits,
        shape=decode.shape,
        bins=reading.bins if decode.shape == "distance" else 1,
        classes=reading.classes,
        threshold=made.threshold,
        overlap=(0, 0) if reading.overlap is None else (overlap.numerator, overlap.denominator),
        room=reading.room,
        most=min(reading.most, reading.room),
        levels=tuple(levels),
        tables=tuple(made.tables),
        by_step=decode.by_step,
        softmax=reading.scores == "softmax",
        peaks=decode.peaks,
        every_class=reading.every_class or decode.peaks or decode.shape == "cells",
        per_class=reading.per_class or decode.shape == "cells",
    )


def lay_out(
    reading: Reading,
    size: tuple[int, int],
    grids: Sequence[Grid],
    heads: Sequence[Heads],
    shapes: Sequence[tuple[int, ...]],
) -> list[dict[str, Column]]:
    """Of each level the first column of every role, in outputs of these shapes (without the batch).

    Raises RecipeError when the outputs do not hold what the grids, classes and decode say.
    """
    _check(reading, size, grids, heads, len(shapes))
    decode = DECODES[reading.decode]
    starts = dict.fromkeys(range(len(shapes)), 0)
    levels = []
    for grid, named in zip(grids, heads, strict=True):
        widths, places, used = _widths(reading, decode, named), {}, dict.fromkeys(starts, 0)
        for role, (output, width) in widths.items():
            step = sum(w for number, w in widths.values() if number == output)
            places[role] = Column(output, starts[output] + used[output], step)
            used[output] += width
        for output, width in used.items():
            starts[output] += grid.count * width
        levels.append(places)
    _check_full(starts, shapes, grids, reading)
    return levels


def _widths(reading: Reading, decode: Decode, named: Heads) -> dict[str, tuple[int, int]]:
    """Role -> output and numbers per anchor, in the order in which one output holds several."""
    numbers = decode.numbers * (reading.bins if decode.shape == "distance" else 1)
    background = int(reading.background != "none")
    roles = [("box", named.box, numbers), ("size", named.size, 2), ("objectness", named.objectness, 1)]
    roles.append(("scores", named.scores, reading.classes + background))
    return {role: (output, width) for role, output, width in roles if output is not None and width}


class _Tables:
    """Levels and the tables that they share."""

    def __init__(self, reading: Reading, decode: Decode, outputs: Sequence[Output]) -> None:
        self.reading, self.decode, self.outputs = reading, decode, outputs
        self.tables: list[tuple[int, ...]] = []
        self.threshold = floor(reading.threshold * SURE + 0.5)

    def level(self, grid: Grid, named: Heads, places: Mapping[str, Column], unit: int) -> Level:
        scores, background = places["scores"], None
        if self.reading.background == "first":
            scores, background = _beside(scores, 1), scores
        elif self.reading.background == "last":
            background = _beside(scores, self.reading.classes)
        box, tables = self._box(places)
        share = self._table(self._scores(self.outputs[named.scores]))
        objectness = None if named.objectness is None else self._table(_shares(self.outputs[named.objectness], "sigmoid"))
        least, least_objectness = self._least(share, objectness, named, background)
        return Level(
            rows=grid.rows,
            columns=grid.columns,
            step_x=_whole(grid.step_x * unit),
            step_y=_whole(grid.step_y * unit),
            anchors=tuple(Anchor(*(_whole(value * unit) for value in row)) for row in grid.boxes.tolist()),
            box=box,
            box_tables=tables,
            scores=scores,
            score_table=share,
            background=background,
            objectness=places.get("objectness"),
            objectness_table=objectness or 0,
            least=least,
            least_objectness=least_objectness,
        )

    def _box(self, places: Mapping[str, Column]) -> tuple[tuple[Column, ...], tuple[int, ...]]:
        """Columns and tables of x, y, width, height, or of the four sides."""
        if self.decode.shape == "cells":
            return (), ()
        box = places["box"]
        if self.decode.shape == "distance":
            table = self._table(_exponential(self.outputs[box.output].scale, DISTANCE_SHARE))
            return tuple(_beside(box, side * self.reading.bins) for side in range(4)), (table,) * 4
        columns = [_beside(box, number) for number in range(4)]
        if "size" in places:
            columns[2:] = [places["size"], _beside(places["size"], 1)]
        if self.reading.order == "yxhw":
            columns = [columns[place] for place in (1, 0, 3, 2)]
        stretch = self.reading.stretch
        tables = []
        for number, column in enumerate(columns):
            real = _real(self.outputs[column.output]) * self.reading.variances[number]
            if number < 2:
                values = self.decode.offset(real) * stretch - (stretch - 1) / 2
            else:
                values = self.decode.factor(real)
            whole = tuple(np.clip(np.floor(values * ONE + 0.5), -(2**31), 2**31 - 1).astype(np.int64).tolist())
            tables.append(self._table(whole))
        return tuple(columns), tuple(tables)

    def _scores(self, output: Output) -> tuple[int, ...]:
        if self.reading.scores != "softmax":
            return _shares(output, self.reading.scores)
        # The sum over all classes and the background stays below 2^31.
        return _exponential(output.scale, (1 << (31 - (self.reading.classes + 1).bit_length())) - 1)

    def _table(self, table: tuple[int, ...]) -> int:
        if table not in self.tables:
            self.tables.append(table)
        return self.tables.index(table)

    def _least(
        self, share: int, objectness: int | None, named: Heads, background: Column | None
    ) -> tuple[int, int]:
        """The least value of a score (or its difference to the background) and of an objectness that can pass."""
        scores = (SURE - 1,) if self.reading.scores == "softmax" else self.tables[share]

        def with_it(score: int, other: int) -> int:
            return score if objectness is None else (score * other + SURE // 2) >> 31

        others = self.tables[objectness] if objectness is not None else (SURE - 1,)
        passing = [with_it(score, max(others)) >= self.threshold for score in scores]
        if not any(passing):
            raise RecipeError(
                f"no score reaches the threshold {self.reading.threshold}: the largest that the output "
                f"{named.scores} can hold is {max(with_it(score, max(others)) for score in scores) / SURE:.3f}",
                next_step="lower the threshold, or calibrate with images that show objects",
            )
        least_objectness = -128
        if objectness is not None:
            least_objectness = [with_it(max(scores), other) >= self.threshold for other in others].index(True) - 128
        if self.reading.scores != "softmax":
            self._check_step(scores, named, objectness is None)
            return passing.index(True) - 128, least_objectness
        if background is None:
            return -128, least_objectness
        # p / (1 - p) is at least this share; the slack is more than the rounding of the exponential.
        odds = log(self.threshold / (SURE - self.threshold)) - 0.01
        return max(-255, min(255, floor(odds / self.outputs[named.scores].scale))), least_objectness

    def _check_step(self, scores: Sequence[int], named: Heads, alone: bool) -> None:
        usable = sorted({score for score in scores if score > scores[0]})
        if alone and scores[0] < self.threshold <= usable[0] and self.reading.scores == "none":
            step = self.outputs[named.scores].scale
            if self.reading.threshold < step * (1 - 1e-6):
                raise RecipeError(
                    f"the threshold {self.reading.threshold} is below one int8 step ({step:.4g}) of output {named.scores}",
                    supported=f"thresholds from {step:.4g} on",
                    next_step="raise the threshold, or cut the network before the sigmoid: logits have steps for small scores",
                )
        if alone and scores[0] >= self.threshold:
            raise RecipeError(
                f"every anchor reaches the threshold {self.reading.threshold}: the smallest score that output "
                f"{named.scores} can hold is {scores[0] / SURE:.3f}",
                supported=f"thresholds over {scores[0] / SURE:.3f}",
                next_step="raise the threshold, or calibrate with images of background, too",
            )


def _beside(column: Column, numbers: int) -> Column:
    return Column(column.output, column.start + numbers, column.step)


def _whole(value: float) -> int:
    return floor(value + 0.5)


def _real(output: Output) -> Real:
    """What each of the 256 values stands for."""
    return (np.arange(-128, 128) - output.zero_point) * output.scale


def _shares(output: Output, activation: str) -> tuple[int, ...]:
    real = _real(output)
    real = sigmoid(real) if activation == "sigmoid" else real
    return tuple(np.clip(np.floor(real * SURE + 0.5), 0, SURE - 1).astype(np.int64).tolist())


def _exponential(scale: float, one: int) -> tuple[int, ...]:
    """exp(-distance * scale) of `one` for the distances 0 to 255."""
    values = np.exp(-np.arange(256) * scale)
    return tuple(np.floor(values * one + 0.5).astype(np.int64).tolist())


_CHOICES = {
    "decode": tuple(DECODES),
    "scores": ("none", "sigmoid", "softmax"),
    "background": ("none", "first", "last"),
    "order": ("xywh", "yxhw"),
}


def _check(
    reading: Reading, size: tuple[int, int], grids: Sequence[Grid], heads: Sequence[Heads], outputs: int
) -> None:
    for key, choices in _CHOICES.items():
        if getattr(reading, key) not in choices:
            raise RecipeError(f"{key} is {getattr(reading, key)!r}", supported=", ".join(choices))
    ranges = (
        ("threshold", reading.threshold, LEAST_THRESHOLD, 0.999),
        ("overlap", 0.5 if reading.overlap is None else reading.overlap, 0.0, 1.0),
        ("bins", reading.bins, 2, MOST_BINS),
        ("room", reading.room, 1, MOST_ROOM),
        ("most", reading.most, 1, MOST_ROOM),
        ("classes", reading.classes, 1, MOST_CLASSES),
        ("an input's longer side", max(size), 1, LARGEST_INPUT),
    )
    for key, value, low, high in ranges:
        if not low <= value <= high:
            raise RecipeError(f"{key} is {value}", supported=f"{low} to {high}")
    decode = DECODES[reading.decode]
    if len(grids) != len(heads) or not grids:
        raise RecipeError(f"{len(heads)} levels of heads, but {len(grids)} maps of anchors", supported="one map per level")
    for named in heads:
        wanted = {"box": decode.numbers > 0, "size": decode.numbers == 2}
        for role, needed in wanted.items():
            if (getattr(named, role) is not None) != needed:
                raise RecipeError(
                    f"{reading.decode} {'needs' if needed else 'has no'} {role} among its heads",
                    supported="; ".join(f"{role} {'named' if yes else 'absent'}" for role, yes in wanted.items()),
                )
        for output in (named.box, named.size, named.objectness, named.scores):
            if output is not None and not 0 <= output < outputs:
                raise RecipeError(f"there is no output {output}", supported=f"outputs 0 to {outputs - 1}")


def _check_full(
    starts: Mapping[int, int], shapes: Sequence[tuple[int, ...]], grids: Sequence[Grid], reading: Reading
) -> None:
    anchors = sum(grid.count for grid in grids)
    for number, used in starts.items():
        there = prod(shapes[number])
        if used and used != there:
            maps = ", ".join(f"{grid.rows} x {grid.columns} x {len(grid.boxes)}" for grid in grids)
            raise RecipeError(
                f"output {number} holds {there} numbers {list(shapes[number])}, but {anchors} anchors ({maps}), "
                f"{reading.classes} classes and the decode {reading.decode} take {used} of it",
                supported="as many numbers as anchors times what each has",
                next_step="compare the anchors per cell, the classes (with or without background) and the maps",
            )
