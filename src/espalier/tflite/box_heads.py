"""The outputs of a detector as others read them: one tensor of box encodings in the order y, x, h, w and one of scores, for all
anchors; with their anchors and scales. MediaPipe's ObjectDetector and TFLite_Detection_PostProcess decode such a pair:

    y = encoding / y_scale * h_anchor + y_anchor, h = exp(encoding / h_scale) * h_anchor

What a detector means is read off its integer tables (detector.py), so it holds for whatever made them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from ..detector import FINE, ONE, SURE, Column, Detector, Level
from ..facts import TensorFacts
from . import edit
from .objects import ModelT
from .operator_versions import write_versions

NEAR = 2e-3
"""So near must scales of two levels be to be one."""
ORDER = (1, 0, 3, 2)
"""Columns x, y, width, height of a level as y, x, height, width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """Of the pair. `anchors`: float64 [n, 4], middle x, middle y, width, height, as shares of the input; `scales`: what an
    encoding of x, y, w, h is divided by; `sigmoid`: whether scores still need one; `classes`, `threshold`, `overlap` (0: none
    goes), `per_class`: as the detector has them."""

    anchors: NDArray[np.float64]
    scales: tuple[float, float, float, float]
    sigmoid: bool
    softmax: bool
    exact: bool
    """Whether the pair stays in integers; otherwise its values are looked up in floating point (box_tables.py)."""
    classes: int
    threshold: float
    overlap: float
    per_class: bool


def meaning_of(detector: Detector, heads: Sequence[TensorFacts]) -> Meaning | str:
    """What a detector's outputs mean to such readers, or why they cannot read them."""
    if detector.shape != "size" or detector.peaks:
        kind = {"distance": "distances of four sides", "cells": "cells"}.get(detector.shape, "peaks of a map")
        return f"they decode offsets and sizes from anchors, this model gives {kind}"
    plain = _as_they_are(detector, heads)
    if isinstance(plain, Meaning):
        return plain
    return _meaning(detector, (1.0, 1.0, 1.0, 1.0), sigmoid=False, exact=False)


def _as_they_are(detector: Detector, heads: Sequence[TensorFacts]) -> Meaning | str:
    """What the outputs themselves mean, or why such a reader needs other numbers."""
    if any(level.objectness is not None for level in detector.levels):
        return "there is an objectness beside the scores"
    slopes = []
    for level in detector.levels:
        found = _slopes(detector, level, heads)
        if isinstance(found, str):
            return found
        slopes.append(found)
    if np.ptp(np.log(slopes), axis=0).max() > NEAR:
        return "levels have different variances"
    sigmoid = _is_sigmoid(detector, heads)
    if sigmoid is None:
        return "scores are neither probabilities nor logits of a sigmoid or softmax"
    x, y, w, h = (float(1 / value) for value in np.mean(slopes, axis=0))
    return _meaning(detector, (x, y, w, h), sigmoid=sigmoid, exact=True)


def _meaning(detector: Detector, scales: tuple[float, float, float, float], *, sigmoid: bool, exact: bool) -> Meaning:
    numerator, denominator = detector.overlap
    return Meaning(
        anchors=np.concatenate([_anchors(detector, level) for level in detector.levels]),
        scales=scales,
        sigmoid=sigmoid,
        softmax=detector.softmax,
        exact=exact,
        classes=detector.classes,
        threshold=detector.threshold / SURE,
        overlap=numerator / denominator if denominator else 0.0,
        per_class=detector.per_class,
    )


def _real(head: TensorFacts) -> NDArray[np.float64]:
    """What each of the 256 values of a head stands for."""
    return np.asarray((np.arange(-128, 128) - head.zero_point) * head.scale, np.float64)


def _slopes(detector: Detector, level: Level, heads: Sequence[TensorFacts]) -> list[float] | str:
    """By what x, y, w, h of a level are multiplied before anchor and exp."""
    found = []
    for place, (column, number) in enumerate(zip(level.box, level.box_tables, strict=True)):
        real, table = _real(heads[column.output]), np.array(detector.tables[number], np.float64) / ONE
        if place < 2:
            slope = (table[-1] - table[0]) / (real[-1] - real[0])
            fits = np.abs(table - slope * real).max() <= 2 / ONE
        else:
            inner = (table > 64 / ONE) & (table < 2**14)
            slope = float(np.log(table[inner][-1] / table[inner][0]) / np.ptp(real[inner])) if inner.sum() > 1 else 0.0
            fits = np.abs(table - np.exp(slope * real))[inner].max(initial=0) <= 2 / ONE + 1e-3 * table[inner].max(initial=0)
        if slope <= 0 or not fits:
            return "offsets are no multiples of the output, or sizes no exponential of it"
        found.append(float(slope))
    if detector.by_step and any((a.width, a.height) != (level.step_x, level.step_y) for a in level.anchors):
        return "offsets count in cells and sizes in anchors"
    return found


def _is_sigmoid(detector: Detector, heads: Sequence[TensorFacts]) -> bool | None:
    """Whether scores are logits of a sigmoid; False for probabilities or a softmax, None for anything else."""
    if detector.softmax:
        return False
    kinds = set()
    for level in detector.levels:
        real, table = _real(heads[level.scores.output]), np.array(detector.tables[level.score_table], np.float64) / SURE
        plain = np.abs(np.clip(real, 0, 1) - table).max() < 1e-4
        curve = np.abs(1 / (1 + np.exp(-np.clip(real, -60, 60))) - table).max() < 1e-4
        kinds.add(False if plain else True if curve else None)
    return kinds.pop() if len(kinds) == 1 else None


def _anchors(detector: Detector, level: Level) -> NDArray[np.float64]:
    own = np.array([[a.x, a.y, a.width, a.height] for a in level.anchors], np.float64)
    row, column, which = np.indices((level.rows, level.columns, len(own))).reshape(3, -1)
    found = own[which]
    found[:, 0] += column * level.step_x
    found[:, 1] += row * level.step_y
    whole: NDArray[np.float64] = found / (np.array([detector.width, detector.height] * 2, np.float64) * (1 << FINE))
    return whole


class Tail:
    """Operators behind the outputs of a detector, in int8."""

    def __init__(self, model: ModelT) -> None:
        self.model = model
        self.outputs = [int(index) for index in edit.graph_of(model).outputs]

    def shape(self, tensor: int) -> list[int]:
        return edit.shape_of(edit.graph_of(self.model).tensors[tensor])

    def step(self, tensor: int) -> tuple[float, int]:
        return edit.step_of(edit.graph_of(self.model).tensors[tensor])

    def add(
        self, operator: str, inputs: Sequence[int], shape: Sequence[int], step: tuple[float, int] | None, options: object,
        dtype: str = "int8",
    ) -> int:  # fmt: skip
        number = len(edit.graph_of(self.model).tensors)
        made = edit.add_tensor(self.model, f"boxes_{number}", shape, dtype, quantization=step)
        edit.add_operator(self.model, operator, inputs, [made], options=options)
        return made

    def constant(self, value: NDArray[Any]) -> int:
        number = len(edit.graph_of(self.model).tensors)
        return edit.add_tensor(self.model, f"boxes_{number}", value.shape, value.dtype.name, value=value)

    def rows(self, column: Column, count: int) -> int:
        """[1, count, step]: the rows of a level in the output that holds it."""
        tensor = self.outputs[column.output]
        shape = [1, prod(self.shape(tensor)) // column.step, column.step]
        if self.shape(tensor) != shape:
            options = schema.ReshapeOptionsT()
            options.newShape = np.array(shape, np.int32)
            wanted = self.constant(np.array(shape, np.int32))
            tensor = self.add("RESHAPE", [tensor, wanted], shape, self.step(tensor), options)
        first = column.start // column.step
        if shape[1] == count:
            return tensor
        begin, size = (self.constant(np.array(one, np.int32)) for one in ([0, first, 0], [1, count, column.step]))
        return self.add("SLICE", [tensor, begin, size], [1, count, column.step], self.step(tensor), schema.SliceOptionsT())

    def columns(self, tensor: int, wanted: Sequence[int]) -> int:
        """Some columns of rows, in this order."""
        rows = self.shape(tensor)
        if list(wanted) == list(range(rows[2])):
            return tensor
        options = schema.GatherOptionsT()
        options.axis = 2
        indices = self.constant(np.array(wanted, np.int32))
        return self.add("GATHER", [tensor, indices], [*rows[:2], len(wanted)], self.step(tensor), options)

    def joined(self, parts: Sequence[int]) -> int:
        """All levels as one: those with a finer step are brought to the coarsest."""
        if len(parts) == 1:
            return parts[0]
        step = _common([self.step(part) for part in parts])
        same = [
            part if self.step(part) == step
            else self.add("QUANTIZE", [part], self.shape(part), step, schema.QuantizeOptionsT())
            for part in parts
        ]  # fmt: skip
        options = schema.ConcatenationOptionsT()
        options.axis = 1
        shapes = [self.shape(part) for part in same]
        return self.add("CONCATENATION", same, [1, sum(shape[1] for shape in shapes), shapes[0][2]], step, options)

    def scores(self, detector: Detector, level: Level) -> tuple[int, int]:
        """The rows of a level that hold its scores, and the column of the first class; a softmax is computed."""
        rows, first = self.rows(level.scores, level.count), level.scores.start % level.scores.step
        if not detector.softmax:
            return rows, first
        ground = [] if level.background is None else [level.background.start % level.background.step]
        every = sorted([*ground, *range(first, first + detector.classes)])
        return self.softmax(self.columns(rows, every)), every.index(first)

    def softmax(self, tensor: int) -> int:
        options = schema.SoftmaxOptionsT()
        options.beta = 1.0
        return self.add("SOFTMAX", [tensor], self.shape(tensor), (1 / 256, -128), options)


def _common(steps: Sequence[tuple[float, int]]) -> tuple[float, int]:
    """Scale and zero point of int8 that hold what all of these do."""
    if len(set(steps)) == 1:
        return steps[0]
    low = min((-128 - zero) * scale for scale, zero in steps)
    high = max((127 - zero) * scale for scale, zero in steps)
    scale = float(np.float32((high - low) / 255))
    return scale, int(np.clip(round(-128 - low / scale), -128, 127))


def joined_heads(int8_model: bytes, detector: Detector) -> bytes:
    """The model with two int8 outputs `location` and `score` as `meaning_of` describes them; a softmax is computed inside."""
    model = edit.read_model(int8_model)
    tail, boxes, scores = Tail(model), [], []
    for level in detector.levels:
        box = tail.rows(level.box[0], level.count)
        boxes.append(tail.columns(box, [level.box[place].start % level.box[place].step for place in ORDER]))
        rows, first = tail.scores(detector, level)
        scores.append(tail.columns(rows, range(first, first + detector.classes)))
    ends = [tail.joined(boxes), tail.joined(scores)]
    graph = edit.graph_of(model)
    for end, name in zip(ends, ("location", "score"), strict=True):
        graph.tensors[end].name = name.encode()
    graph.outputs = np.array(ends, np.int32)
    edit.set_signature(model)
    write_versions(model)
    return edit.pack_model(model)
