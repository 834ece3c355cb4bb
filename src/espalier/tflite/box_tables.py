"""The outputs of a detector as encodings in floating point, for decodes that are no multiples and exponentials of an output
(YOLO's, and any other of offsets and sizes): each int8 value is looked up in the detector's own table, so nothing is lost."""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from ..detector import ONE, SURE, Detector, Level
from . import edit
from .box_heads import ORDER, Tail
from .operator_versions import write_versions


def float_heads(int8_model: bytes, detector: Detector) -> bytes:
    """The model with two float outputs: `location`, y, x, h, w of each anchor, where sizes are logarithms, and `score`,
    probabilities. Its input stays int8."""
    model = edit.read_model(int8_model)
    tail, boxes, scores = Tail(model), [], []
    for level in detector.levels:
        boxes.append(_locations(tail, detector, level))
        scores.append(_scores(tail, detector, level))
    ends = [_joined(tail, parts, 1) for parts in (boxes, scores)]
    graph = edit.graph_of(model)
    for end, name in zip(ends, ("location", "score"), strict=True):
        graph.tensors[end].name = name.encode()
    graph.outputs = np.array(ends, np.int32)
    edit.set_signature(model)
    write_versions(model)
    return edit.pack_model(model)


def _locations(tail: Tail, detector: Detector, level: Level) -> int:
    parts = []
    for place in ORDER:
        column, table = level.box[place], np.array(detector.tables[level.box_tables[place]], np.float64) / ONE
        rows = tail.columns(tail.rows(column, level.count), [column.start % column.step])
        if place >= 2:
            parts.append(_looked_up(tail, rows, np.log(np.maximum(table, 1 / ONE))))
            continue
        found = _looked_up(tail, rows, table)
        if detector.by_step:  # a reader multiplies by the anchor, the detector by the step
            step = (level.step_x, level.step_y)[place]
            own = [step / (a.width if place == 0 else a.height) for a in level.anchors]
            factor = np.tile(np.array(own, np.float32), level.rows * level.columns)[None, :, None]
            found = _multiplied(tail, found, tail.constant(factor))
        parts.append(found)
    return _joined(tail, parts, 2)


def _scores(tail: Tail, detector: Detector, level: Level) -> int:
    rows, first = tail.scores(detector, level)
    wanted = tail.columns(rows, range(first, first + detector.classes))
    if detector.softmax:
        found = tail.add("DEQUANTIZE", [wanted], tail.shape(wanted), None, schema.DequantizeOptionsT(), "float32")
    else:
        found = _looked_up(tail, wanted, np.array(detector.tables[level.score_table], np.float64) / SURE)
    if level.objectness is None:
        return found
    column, table = level.objectness, np.array(detector.tables[level.objectness_table], np.float64) / SURE
    given = tail.columns(tail.rows(column, level.count), [column.start % column.step])
    return _multiplied(tail, found, _looked_up(tail, given, table))


def _looked_up(tail: Tail, rows: int, table: NDArray[np.float64]) -> int:
    """Each int8 value of a tensor by the table's 256 numbers."""
    shape, cast, gather = tail.shape(rows), schema.CastOptionsT(), schema.GatherOptionsT()
    cast.inDataType, cast.outDataType = schema.TensorType.INT8, schema.TensorType.INT32
    wide = tail.add("CAST", [rows], shape, None, cast, "int32")
    offset = tail.constant(np.array([128], np.int32))
    index = tail.add("ADD", [wide, offset], shape, None, schema.AddOptionsT(), "int32")
    gather.axis = 0
    return tail.add("GATHER", [tail.constant(table.astype(np.float32)), index], shape, None, gather, "float32")


def _multiplied(tail: Tail, a: int, b: int) -> int:
    return tail.add("MUL", [a, b], tail.shape(a), None, schema.MulOptionsT(), "float32")


def _joined(tail: Tail, parts: list[int], axis: int) -> int:
    if len(parts) == 1:
        return parts[0]
    options = schema.ConcatenationOptionsT()
    options.axis = axis
    shape = tail.shape(parts[0])
    shape[axis] = sum(tail.shape(part)[axis] for part in parts)
    return tail.add("CONCATENATION", parts, shape, None, options, "float32")
