"""What a device paints of int8 outputs, in integers: the one definition that C, Java and Python follow.

A map: of several channels the first largest one; of one channel 1 from the byte `least` on, else 0. An alert: from
`alert_pixels` pixels of its class on. A picture: a byte for each output byte, looked up in a table of 256.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ..facts import ClassMap, PictureBytes, TensorFacts
from ..maps import least_in, sides_of
from .segment import least_pixels, wanted
from .types import Task

Bytes = NDArray[np.uint8]


def map_facts(task: Task, head: TensorFacts) -> ClassMap:
    """What a device needs for the map of an int8 head."""
    classes = wanted(task)
    rows, columns, channels = sides_of(head.shape[1:], classes.size)
    probability = bool(task.heads and task.heads[0].probability)
    least = np.float32(least_in(classes.threshold, probability=probability))
    # The values as measure.predict.dequantize makes them: the same side of the threshold for every byte.
    steps = [bool(np.float32((q - head.zero_point) * head.scale) >= least) for q in range(-128, 128)]
    return ClassMap(
        rows=rows,
        columns=columns,
        channels=channels,
        names=classes.names,
        least=steps.index(True) - 128 if channels == 1 and True in steps else 128,
        alert=classes.alert,
        alert_pixels=max(1, least_pixels(classes, rows * columns)) if classes.alert >= 0 else 0,
    )


def map_of(output: NDArray[np.int8], facts: ClassMap) -> Bytes:
    """The class of each pixel, uint8 [rows, columns], of one output."""
    values = output.reshape(facts.rows, facts.columns, facts.channels)
    if facts.channels == 1:
        return np.asarray(values[..., 0].astype(np.int16) >= facts.least, np.uint8)
    return np.asarray(values.argmax(axis=2), np.uint8)


def areas_of(painted: Bytes, facts: ClassMap) -> list[int]:
    """Pixels of each class."""
    return [int((painted == number).sum()) for number in range(len(facts.names))]


def alert_of(painted: Bytes, facts: ClassMap) -> bool:
    """Whether the class of the alert has its share."""
    return facts.alert >= 0 and areas_of(painted, facts)[facts.alert] >= facts.alert_pixels


def picture_facts(task: Task, head: TensorFacts) -> PictureBytes:
    """The bytes that an int8 head's bytes stand for: (value - black) / (white - black) * 255, to the nearest, halves up,
    between 0 and 255. Exact: scale and shades are taken as the fractions that they are."""
    black, white = (0.0, 1.0) if task.shades is None else (task.shades.black, task.shades.white)
    low, span, scale = Fraction(black), Fraction(white) - Fraction(black), Fraction(float(head.scale))
    sides = sides_of(head.shape[1:], (0, 0))
    shades = [math.floor(((q - head.zero_point) * scale - low) / span * 255 + Fraction(1, 2)) for q in range(-128, 128)]
    return PictureBytes(
        rows=sides[0], columns=sides[1], channels=sides[2], table=tuple(min(255, max(0, shade)) for shade in shades)
    )


def picture_of(output: NDArray[np.int8], facts: PictureBytes) -> Bytes:
    """The picture of one output, uint8 [rows, columns, channels]."""
    table = np.array(facts.table, np.uint8)
    return np.asarray(table[output.astype(np.int64) + 128].reshape(facts.rows, facts.columns, facts.channels))
