"""From the recipe's `[detect]` and the shapes of a network's heads to what all of detection works with: a `Plan`, plain data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, prod

import msgspec
import numpy as np

from ...detector import Detector, HeadNames, Heads
from ...errors import RecipeError
from ...facts import TensorFacts
from ...recipe import Fit, InputContract
from ...recipe_detect import Anchors, Detect
from . import anchors as rules
from .anchors import Grid
from .tables import DECODES, Output, Reading, lay_out, make_detector

Rows = tuple[tuple[float, float, float, float], ...]
Shape = tuple[int, ...]

OVERLAP = 0.45
"""Intersection over union above which the lesser box goes, where a recipe says nothing; of peaks and cells: none."""

RATIOS = (0.5, 1.0, 2.0)
"""Of RetinaNet's anchors as published."""

FIRST_ANCHORS = ("yolo-v2", "yolo-v3", "yolo-v4", "yolo-v5")
"""Decodes whose offsets count from the corner of a cell."""


class Map(msgspec.Struct, frozen=True, kw_only=True):
    """A level: anchors.Grid as plain data."""

    rows: int
    columns: int
    step_x: float
    step_y: float
    boxes: Rows

    def grid(self) -> Grid:
        """The same to compute with."""
        boxes = np.array(self.boxes, np.float64).reshape(-1, 4)
        return Grid(rows=self.rows, columns=self.columns, step_x=self.step_x, step_y=self.step_y, boxes=boxes)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What the heads of a network mean, and how its input (`size`: height, width) is taken from a frame (`fit`). `shapes`: of
    its outputs without the batch, in order; level i has maps[i] and heads[i]."""

    reading: Reading
    size: tuple[int, int]
    fit: Fit
    maps: tuple[Map, ...]
    heads: tuple[Heads, ...]
    shapes: tuple[Shape, ...]

    def detector(self, heads: Sequence[TensorFacts]) -> Detector:
        """The integers for the int8 outputs of a file. Raises RecipeError when no score can pass, or all do."""
        outputs = [Output(shape=tuple(h.shape[1:]), scale=h.scale, zero_point=h.zero_point) for h in heads]
        return make_detector(self.reading, self.size, [one.grid() for one in self.maps], self.heads, outputs)

    @property
    def cells(self) -> bool:
        """Whether a cell is an object: then its place counts, and its size says nothing."""
        return DECODES[self.reading.decode].shape == "cells"

    @property
    def contract(self) -> InputContract:
        """Of the input contract what moves boxes."""
        return InputContract(size=self.size, fit=self.fit)


def reading_of(detect: Detect, classes: int) -> Reading:
    """The recipe's table with every default filled in. `classes`: how many labels there are."""
    alone = detect.decode in ("centernet", "fomo")
    overlap = detect.overlap if detect.overlap is not None else None if alone else OVERLAP
    return Reading(
        decode=detect.decode,
        classes=classes,
        threshold=detect.threshold,
        overlap=None if overlap is None or overlap >= 1 else overlap,
        per_class=detect.per_class,
        every_class=detect.every_class,
        scores=detect.activation,
        background=detect.background,
        variances=detect.variances,
        order=detect.order,
        stretch=detect.stretch,
        bins=detect.bins,
        room=detect.room,
        most=detect.most,
    )


def names_of(detect: Detect, classes: int) -> HeadNames:
    """The layers that the recipe names."""
    decode = DECODES[detect.decode]
    return HeadNames(
        scores=detect.scores,
        boxes=detect.boxes,
        sizes=detect.sizes,
        objectness=detect.objectness,
        activation=detect.activation,
        width=classes + (detect.background != "none"),
        numbers=decode.numbers * (detect.bins if decode.shape == "distance" else 1),
    )


@lru_cache(maxsize=8)
def plan_of(
    detect: Detect,
    contract: InputContract,
    classes: int,
    shapes: tuple[Shape, ...],
    heads: tuple[Heads, ...],
    anchors: Rows = (),
) -> Plan:
    """What a network's outputs of these `shapes` mean; `heads`: which of them each level has (one for all levels, where they
    are joined); `anchors`: the numbers of `detect.anchors.file`.

    Raises RecipeError with what was found and what would fit.
    """
    size, reading = contract.size, reading_of(detect, classes)
    maps = _maps(detect, size, shapes, heads)
    heads = heads * (max(1, len(maps)) if len(heads) == 1 else 1)
    grids = _grids(detect, size, maps, reading, shapes, heads, anchors)
    heads = heads if len(heads) == len(grids) else heads[:1] * len(grids)
    lay_out(reading, size, grids, heads, shapes)
    plain = tuple(
        Map(
            rows=one.rows,
            columns=one.columns,
            step_x=one.step_x,
            step_y=one.step_y,
            boxes=tuple((x, y, w, h) for x, y, w, h in one.boxes.tolist()),
        )
        for one in grids
    )
    return Plan(reading=reading, size=size, fit=contract.fit, maps=plain, heads=heads, shapes=tuple(shapes))


def _maps(
    detect: Detect, size: tuple[int, int], shapes: Sequence[Shape], heads: Sequence[Heads]
) -> list[tuple[int, int]]:
    """Rows and columns of every level; empty where anchors from a file tell it all."""
    given = [shapes[named.scores] for named in heads]
    if all(len(shape) == 3 for shape in given):
        maps = [(shape[0], shape[1]) for shape in given]
        strided = [(ceil(size[0] / stride), ceil(size[1] / stride)) for stride in detect.strides]
        if strided and strided != maps:
            raise RecipeError(
                f"`detect.strides` {list(detect.strides)} make maps of {_sides(strided)} of an input of {size[0]} x {size[1]}, "
                f"the heads are maps of {_sides(maps)}",
                supported="the heads from the finest level to the coarsest, with their strides or none",
                next_step="correct `strides`, or leave them out",
            )
        return maps
    if detect.strides:
        if len(heads) not in (1, len(detect.strides)):
            raise RecipeError(
                f"`detect.scores` gives {len(heads)} heads, `detect.strides` has {len(detect.strides)} levels",
                supported="a head for each level, or one for all",
            )
        return [(ceil(size[0] / stride), ceil(size[1] / stride)) for stride in detect.strides]
    if detect.anchors is not None and detect.anchors.file is not None:
        return []
    raise RecipeError(
        f"the scores are an output of {list(given[0])}: it does not say how many cells each level has",
        supported="heads that are maps [rows, columns, numbers], or `detect.strides`, the pixels between two cells of each level",
        next_step="add strides such as `strides = [8, 16, 32]` to [detect]",
    )


def _sides(maps: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{rows} x {columns}" for rows, columns in maps)


def _grids(
    detect: Detect,
    size: tuple[int, int],
    maps: Sequence[tuple[int, int]],
    reading: Reading,
    shapes: Sequence[Shape],
    heads: Sequence[Heads],
    anchors: Rows,
) -> list[Grid]:
    given = detect.anchors
    if given is None:
        centred = reading.decode in ("dfl", "fomo")
        return [rules.points(rows, columns, size, centred) for rows, columns in maps]
    if given.file is not None:
        found = rules.from_data(np.array(anchors, np.float64).reshape(-1, 4), maps, size)
        apart = len({named.scores for named in heads}) == len(heads) > 1
        return _divided(found[0], reading, shapes, heads) if apart and len(found) == 1 else found
    lists = _sizes(given, size, maps, detect.strides)
    if len(lists) != len(maps):
        raise RecipeError(
            f"`detect.anchors` has {len(lists)} levels, the heads have {len(maps)}",
            supported="a list of anchors for each level, the finest first",
        )
    make = rules.corner_sizes if reading.decode in FIRST_ANCHORS else rules.grid
    return [make(rows, columns, size, sizes) for (rows, columns), sizes in zip(maps, lists, strict=True)]


def _sizes(
    given: Anchors, size: tuple[int, int], maps: Sequence[tuple[int, int]], strides: Sequence[int]
) -> list[list[tuple[float, float]]]:
    """Widths and heights in pixels of the anchors of each level."""
    height, width = size
    if given.sides:
        return [rules.pair_sizes(size, sides, given.ratios) for sides in given.sides]
    if given.scale:
        steps = strides or [round(height / rows) for rows, _ in maps]
        return [rules.pyramid_sizes(step, given.scale, given.octaves, given.ratios or RATIOS) for step in steps]
    units = {"pixels": [(1.0, 1.0)] * len(given.sizes), "shares": [(float(width), float(height))] * len(given.sizes)}
    units["cells"] = [(width / columns, height / rows) for rows, columns in maps]
    return [
        [(w * x, h * y) for w, h in sizes] for sizes, (x, y) in zip(given.sizes, units[given.unit], strict=False)
    ] + [[] for _ in given.sizes[len(units[given.unit]) :]]


def _divided(whole: Grid, reading: Reading, shapes: Sequence[Shape], heads: Sequence[Heads]) -> list[Grid]:
    """Anchors of no rule, one list for all levels: each head's own."""
    width = reading.classes + (reading.background != "none")
    width += 0 if DECODES[reading.decode].numbers == 0 or heads[0].box != heads[0].scores else 4
    counts = [prod(shapes[named.scores]) // width for named in heads]
    if sum(counts) != len(whole.boxes):
        raise RecipeError(
            f"the file of `detect.anchors` has {len(whole.boxes)} anchors, the heads have {sum(counts)} ({counts})",
            supported="an anchor in each row, in the order of the heads",
        )
    ends = np.cumsum(counts)[:-1]
    return [
        Grid(rows=1, columns=1, step_x=whole.step_x, step_y=whole.step_y, boxes=part) for part in np.split(whole.boxes, ends)
    ]


def read_anchors(text: str, where: str) -> Rows:
    """The rows of a csv of anchors. Raises RecipeError with the line that is none."""
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            values = [float(cell) for cell in line.split(",")]
        except ValueError:
            values = []
        if len(values) != 4 or not np.isfinite(values).all():
            raise RecipeError(
                f"line {number} of the anchors {where!r} is no anchor: {line.strip()[:60]!r}",
                supported="a row for each anchor: centre x, centre y, width, height, as shares of the input, with commas",
            )
        rows.append((values[0], values[1], values[2], values[3]))
    if not rows:
        raise RecipeError(f"the anchors {where!r} are empty", supported="a row for each anchor")
    return tuple(rows)
