"""The boxes that golden.json states, held against its outputs: decoded again by the program of the Raspberry Pi, which shares no
code with the build's own decode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from math import prod

import numpy as np

from ..errors import VerificationError
from ..facts import TensorFacts
from .golden import FOLDER, Golden
from .pi.device.detect import DISTANCE, SIZE, Column, Detector, Level

MOST_ROOM = 1024
"""As task/boxes/tables.py: what a detector of ours has at most."""


def decode_again(golden: Golden, files: Mapping[str, bytes], heads: Sequence[TensorFacts]) -> int:
    """How many boxes the vectors have. Raises VerificationError for a detector that is damaged or decodes to others."""
    detector = _read(files.get(f"{FOLDER}/{golden.detector}", b""))
    sizes = [prod(head.shape) for head in heads]
    problem = _problem(detector, sizes)
    if problem:
        raise VerificationError(f"golden.json: {golden.detector} does not fit the model: {problem}")
    ends, count = [0, *accumulate(sizes)], 0
    for row in golden.vectors:
        for kernels, text in row.outputs.items():
            values = np.frombuffer(bytes.fromhex(text), np.int8)
            found = detector.detect([values[a:b] for a, b in pairwise(ends)])
            if [tuple(box) for box in found] != list(row.boxes.get(kernels, ())):
                raise VerificationError(f"golden.json: {row.name}, {kernels}: the outputs are decoded to other boxes")
            count += len(found)
    return count


def _read(data: bytes) -> Detector:
    try:
        numbers = np.frombuffer(data, ">i4").tolist()
        detector = Detector(numbers)
    except (ValueError, StopIteration, RuntimeError):
        raise VerificationError(f"golden.json names a detector of {len(data)} bytes that cannot be read") from None
    return detector


def _problem(detector: Detector, sizes: Sequence[int]) -> str:
    """Why a detector cannot read outputs of these sizes: nothing that it reads may lie outside of them."""
    head = detector.head
    if head["outputs"] != len(sizes) or not 0 < head["room"] <= MOST_ROOM or not 0 < head["bits"] <= 16:
        return f"{head['outputs']} outputs, {len(sizes)} in the model"
    if head["classes"] < 1 or head["bins"] < 1:
        return "no classes"
    for level in detector.levels:
        if min(level.rows, level.columns, level.each) < 1 or level.count > sum(sizes):
            return f"a map of {level.rows} x {level.columns} x {level.each} anchors"
        if not all(0 <= table < len(detector.tables) for table in (*level.box_tables, level.score_table, level.objectness_table)):
            return "a table that is not there"
        for column, width in _columns(detector, level):
            output, start, step = column
            end = start + (level.count - 1) * step + width
            if not 0 <= output < len(sizes) or start < 0 or step < 1 or end > sizes[output]:
                return f"values {start} to {end} of output {output}"
    return ""


def _columns(detector: Detector, level: Level) -> list[tuple[Column, int]]:
    """What is read for each anchor of a level, and how many values."""
    head, found = detector.head, [(level.scores, detector.head["classes"])]
    if head["shape"] in (SIZE, DISTANCE):
        found += [(column, head["bins"]) for column in level.box]
    return found + [(column, 1) for column in (level.background, level.objectness) if column[0] >= 0]
