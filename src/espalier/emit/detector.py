"""`xmodel_detector.h` and `.c`: a detector's integers as C, for the hand-written decode (task/device/detect.c)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..detector import SHAPES, Column, Detector, Level
from . import c_text as c
from .decision import device_source, label_files

_STRUCTURES = """
typedef struct {
  int32_t output, start, step;
} xmodel_column; /* element start + anchor * step of an output; output -1: there is none */

typedef struct {
  int32_t x, y, width, height;
} xmodel_anchor; /* in 1/256 of a corner's units, x and y from the corner of the cell */

typedef struct {
  int32_t count, columns, rows, per_cell, step_x, step_y;
  const xmodel_anchor *anchors;
  xmodel_column box[4], scores, background, objectness;
  const int32_t *box_of[4], *scores_of, *objectness_of;
  int32_t least, least_objectness; /* smaller values cannot pass */
} xmodel_map;

extern const xmodel_map xmodel_levels[XMODEL_LEVELS];
"""
_NONE = "{-1, 0, 0}"


def detector_files(prefix: str, detector: Detector, labels: Sequence[str]) -> dict[str, str]:
    """File name -> text: the decode, its integers and the labels of a model, with its name in them."""
    own = {
        name.replace("xmodel", prefix): text.replace("xmodel", prefix).replace("XMODEL", prefix.upper())
        for name, text in write_detector(detector).items()
    }
    hand = {f"{prefix}_detect.{end}": device_source(prefix, f"detect.{end}") for end in ("c", "h")}
    return {**own, **hand, **label_files(prefix, labels)}


def write_detector(detector: Detector) -> dict[str, str]:
    """File name -> C text, with `xmodel` where the model's name goes, as in the hand-written files."""
    return {"xmodel_detector.h": _header(detector), "xmodel_detector.c": _source(detector)}


def _header(detector: Detector) -> str:
    over, under = detector.overlap
    constants: dict[str, c.Value] = {
        "DETECTOR_OUTPUTS": detector.outputs,
        "DETECTOR_CLASSES": detector.classes,
        "LEVELS": len(detector.levels),
        "BOX_BITS": detector.bits,
        "BOX_WIDTH": detector.width,
        "BOX_HEIGHT": detector.height,
        "BOX_ROOM": detector.room,
        "BOX_MOST": detector.most,
        "SCORE_LEAST": detector.threshold,
        "OVERLAP_OVER": over,
        "OVERLAP_UNDER": under,
        "PER_CLASS": int(detector.per_class),
        "EVERY_CLASS": int(detector.every_class),
        "BY_STEP": int(detector.by_step),
        "SOFTMAX": int(detector.softmax),
        "PEAKS": int(detector.peaks),
        "OBJECTNESS": int(any(level.objectness for level in detector.levels)),
        "BINS": detector.bins,
        **{f"SHAPE_{shape.upper()}": number for number, shape in enumerate(SHAPES)},
        "SHAPE": SHAPES.index(detector.shape),
    }
    lines = [c.define(f"XMODEL_{name}", value) for name, value in constants.items()]
    return "\n".join(c.guarded("XMODEL_DETECTOR_H", ["#include <stdint.h>", "", *lines, *_STRUCTURES.splitlines()])) + "\n"


def _source(detector: Detector) -> str:
    lines = ['#include "xmodel_detector.h"', ""]
    for number, table in enumerate(detector.tables):
        lines.append(c.array(f"table_{number}", np.array(table, np.int32)))
    for number, level in enumerate(detector.levels):
        lines.append(c.structures("xmodel_anchor", f"anchors_{number}", [list(anchor) for anchor in _rows(level)]))
    levels = [[c.Name(field) for field in _fields(level, number)] for number, level in enumerate(detector.levels)]
    return "\n".join([*lines, c.structures("xmodel_map", "xmodel_levels", levels, static=False), ""])


def _rows(level: Level) -> list[tuple[int, int, int, int]]:
    return [(anchor.x, anchor.y, anchor.width, anchor.height) for anchor in level.anchors]


def _fields(level: Level, number: int) -> list[str]:
    box = [_column(column) for column in level.box] or [_NONE] * 4
    tables = [f"table_{table}" for table in level.box_tables] or ["0"] * 4
    words = [level.count, level.columns, level.rows, len(level.anchors), level.step_x, level.step_y]
    return [
        *map(c.integer, words),
        f"anchors_{number}",
        "{" + ", ".join(box) + "}",
        *map(_column, (level.scores, level.background, level.objectness)),
        "{" + ", ".join(tables) + "}",
        f"table_{level.score_table}",
        f"table_{level.objectness_table}" if level.objectness else "0",
        c.integer(level.least),
        c.integer(level.least_objectness),
    ]


def _column(column: Column | None) -> str:
    return _NONE if column is None else "{" + ", ".join(map(c.integer, (column.output, column.start, column.step))) + "}"
