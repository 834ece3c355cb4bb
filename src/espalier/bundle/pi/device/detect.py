"""From the network's raw int8 outputs to boxes, in plain integers: equal to the build's own decode number by number.

A box is [x1, y1, x2, y2, score, label, anchor]: corners in pixels of the network's input times 2^bits, score of 2^31.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

SURE = 1 << 31
SIZE, DISTANCE, CELLS = range(3)
HEAD = (
    "outputs", "width", "height", "bits", "shape", "bins", "classes", "threshold", "over", "under", "room", "most",
    "by_step", "softmax", "peaks", "every_class", "per_class", "levels", "tables",
)  # fmt: skip
Box = list[int]
Column = tuple[int, int, int]


class Level:
    """One map of the network, as the build wrote it."""

    def __init__(self, given: Iterator[int]) -> None:
        self.rows, self.columns, self.step_x, self.step_y, self.each = (next(given) for _ in range(5))
        self.anchors = [tuple(next(given) for _ in range(4)) for _ in range(self.each)]
        columns: list[Column] = [(next(given), next(given), next(given)) for _ in range(7)]
        self.box, (self.scores, self.background, self.objectness) = columns[:4], columns[4:]
        self.box_tables = [next(given) for _ in range(4)]
        self.score_table, self.objectness_table, self.least, self.least_objectness = (next(given) for _ in range(4))
        self.count = self.rows * self.columns * self.each


class Detector:
    """Reads the integers that the build wrote, and finds boxes with them."""

    def __init__(self, words: Sequence[int]) -> None:
        given = iter(words)
        self.head = {name: next(given) for name in HEAD}
        self.levels = [Level(given) for _ in range(self.head["levels"])]
        self.tables = [[next(given) for _ in range(256)] for _ in range(self.head["tables"])]

    def detect(self, outputs: Sequence[NDArray[np.int8]]) -> list[Box]:
        """The boxes of one image, the best first. `outputs`: int8, in the model's order."""
        flat = [np.ascontiguousarray(output).reshape(-1) for output in outputs]
        found: list[tuple[int, int, int, int, int]] = []
        first = 0
        for number, level in enumerate(self.levels):
            for anchor in self._worth_a_look(level, flat).tolist():
                found += [(-score, first + anchor, label, number, anchor) for label, score in self._scores(level, flat, anchor)]
            first += level.count
        found = sorted(found)[: self.head["room"]]
        boxes = []
        for score, place, label, number, anchor in found:
            corners = self._corners(self.levels[number], flat, anchor)
            if corners[2] > corners[0] and corners[3] > corners[1]:
                boxes.append([*corners, -score, label, place])
        return self._merged(boxes) if self.head["shape"] == CELLS else self._kept(boxes)

    def _worth_a_look(self, level: Level, outputs: Sequence[NDArray[np.int8]]) -> NDArray[np.int64]:
        """The anchors some of whose values may be enough."""
        if level.objectness[0] >= 0:
            output, start, step = level.objectness
            column = outputs[output][start : start + (level.count - 1) * step + 1 : step]
            return np.flatnonzero(column >= level.least_objectness)
        most = self._wide(outputs, level, level.scores, self.head["classes"]).max(axis=1).astype(np.int64)
        if self.head["softmax"] and level.background[0] >= 0:
            most -= self._wide(outputs, level, level.background, 1)[:, 0]
        return np.flatnonzero(most >= level.least)

    @staticmethod
    def _wide(outputs: Sequence[NDArray[np.int8]], level: Level, column: Column, width: int) -> NDArray[np.int8]:
        output, start, step = column
        values: NDArray[np.int8] = np.lib.stride_tricks.as_strided(
            outputs[output][start:], (level.count, width), (step, 1), writeable=False
        )
        return values

    @staticmethod
    def _at(outputs: Sequence[NDArray[np.int8]], column: Column, anchor: int, width: int) -> list[int]:
        output, start, step = column
        values: list[int] = outputs[output][start + anchor * step : start + anchor * step + width].tolist()
        return values

    def _scores(self, level: Level, outputs: Sequence[NDArray[np.int8]], anchor: int) -> Iterator[tuple[int, int]]:
        """(class, score) of what an anchor may be."""
        values = self._at(outputs, level.scores, anchor, self.head["classes"])
        table = self.tables[level.score_table]
        ground = self._at(outputs, level.background, anchor, 1) if level.background[0] >= 0 else []
        largest = max(values + ground)
        total = sum(table[largest - value] for value in values + ground) if self.head["softmax"] else 1
        for label in range(len(values)) if self.head["every_class"] else (values.index(max(values)),):
            value = values[label]
            score = (table[largest - value] << 31) // total if self.head["softmax"] else table[value + 128]
            if level.objectness[0] >= 0:
                object_ = self.tables[level.objectness_table][self._at(outputs, level.objectness, anchor, 1)[0] + 128]
                score = (object_ * score + SURE // 2) >> 31
            score = min(score, SURE - 1)
            if score >= self.head["threshold"] and (
                not self.head["peaks"] or self._is_peak(level, outputs, anchor, label, value)
            ):
                yield label, score

    def _is_peak(
        self, level: Level, outputs: Sequence[NDArray[np.int8]], anchor: int, label: int, value: int
    ) -> bool:
        row, column = divmod(anchor, level.columns)
        return all(
            self._at(outputs, level.scores, y * level.columns + x, self.head["classes"])[label] <= value
            for y in range(max(0, row - 1), min(level.rows, row + 2))
            for x in range(max(0, column - 1), min(level.columns, column + 2))
        )

    def _corners(self, level: Level, outputs: Sequence[NDArray[np.int8]], anchor: int) -> list[int]:
        cell, which = divmod(anchor, level.each)
        row, column = divmod(cell, level.columns)
        x, y, width, height = level.anchors[which]
        x, y = x + column * level.step_x, y + row * level.step_y
        if self.head["shape"] == DISTANCE:
            left, top, right, bottom = (
                (self._distance(level, outputs, anchor, side) * (level.step_y if side % 2 else level.step_x) + 1024) >> 11
                for side in range(4)
            )
            edges = [(edge + 128) >> 8 for edge in (x - left, y - top, x + right, y + bottom)]
        else:
            if self.head["shape"] == SIZE:
                told = [
                    self.tables[table][self._at(outputs, box, anchor, 1)[0] + 128]
                    for box, table in zip(level.box, level.box_tables, strict=True)
                ]
                by_step = self.head["by_step"]
                x += (told[0] * (level.step_x if by_step else width) + 32768) >> 16
                y += (told[1] * (level.step_y if by_step else height) + 32768) >> 16
                width, height = (told[2] * width + 32768) >> 16, (told[3] * height + 32768) >> 16
            doubled = (2 * x - width, 2 * y - height, 2 * x + width, 2 * y + height)
            edges = [(edge + 256) >> 9 for edge in doubled]
        most = (self.head["width"], self.head["height"]) * 2
        return [max(0, min(limit, edge)) for edge, limit in zip(edges, most, strict=True)]

    def _distance(self, level: Level, outputs: Sequence[NDArray[np.int8]], anchor: int, side: int) -> int:
        """Mean bin of a row of logits, in 1/2048."""
        values = self._at(outputs, level.box[side], anchor, self.head["bins"])
        largest, table = max(values), self.tables[level.box_tables[side]]
        share = [table[largest - value] for value in values]
        total = sum(share)
        whole, rest = divmod(sum(number * part for number, part in enumerate(share)), total)
        return (whole << 11) + ((rest << 11) + total // 2) // total

    def _kept(self, boxes: list[Box]) -> list[Box]:
        kept: list[Box] = []
        for box in boxes:
            if len(kept) < self.head["most"] and not any(self._overlap(better, box) for better in kept):
                kept.append(box)
        return kept

    def _overlap(self, a: Box, b: Box) -> bool:
        if not self.head["under"] or (self.head["per_class"] and a[5] != b[5]):
            return False
        x, y = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        if x <= 0 or y <= 0:
            return False
        areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
        return x * y * (self.head["over"] + self.head["under"]) > areas * self.head["over"]

    def _merged(self, boxes: list[Box]) -> list[Box]:
        """Neighbours of a class become the box around them, under the better one's score."""
        again = True
        while again:
            again, place = False, 0
            while place < len(boxes):
                a, other = boxes[place], place + 1
                while other < len(boxes):
                    b = boxes[other]
                    apart = a[0] > b[2] or b[0] > a[2] or a[1] > b[3] or b[1] > a[3]
                    if a[5] != b[5] or apart:
                        other += 1
                        continue
                    a[:4] = [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])]
                    del boxes[other]
                    again = True
                place += 1
        return boxes[: self.head["most"]]
