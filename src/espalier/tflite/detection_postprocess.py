"""TFLite_Detection_PostProcess behind the two outputs of a detector, for readers that want decoded boxes: four float outputs,
boxes (ymin, xmin, ymax, xmax as shares of the picture), classes, scores, and how many of them count.

The operator computes in floating point; only LiteRT and its like have it, TensorFlow Lite Micro would need a megabyte for it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import flexbuffers

from . import edit
from .box_heads import Meaning
from .objects import ModelT
from .operators import OPERATORS

NAME: Final = "TFLite_Detection_PostProcess"
OUTPUTS: Final = ("boxes", "classes", "scores", "count")
_PER_CLASS: Final = 100
"""Of which no more are looked at for each class: the operator's own default."""


def add_postprocess(model: ModelT, means: Meaning, most: int) -> None:
    """In place: a model with the outputs `location` and `score`, int8 or real, gives `most` boxes instead. Beyond `count` the
    operator leaves memory as it was."""
    graph = edit.graph_of(model)
    boxes, scores = (_real(model, int(index)) for index in graph.outputs)
    if means.sigmoid:
        logits, shape = scores, edit.shape_of(graph.tensors[scores])
        scores = edit.add_tensor(model, "probabilities", shape, "float32")
        edit.add_operator(model, "LOGISTIC", [logits], [scores])
    anchors = np.ascontiguousarray(means.anchors[:, [1, 0, 3, 2]], np.float32)
    given = edit.add_tensor(model, "anchors", anchors.shape, "float32", value=anchors)
    shapes = ([1, most, 4], [1, most], [1, most], [1])
    made = [edit.add_tensor(model, name, shape, "float32") for name, shape in zip(OUTPUTS, shapes, strict=True)]
    operator = schema.OperatorT()
    operator.opcodeIndex = _custom_code(model)
    operator.inputs, operator.outputs = np.array([boxes, scores, given], np.int32), np.array(made, np.int32)
    operator.customOptions = np.frombuffer(options_of(means, most), np.uint8)
    graph.operators.append(operator)
    graph.outputs = np.array(made, np.int32)
    edit.set_signature(model)


def _real(model: ModelT, tensor: int) -> int:
    """A tensor's real values."""
    given = edit.graph_of(model).tensors[tensor]
    if edit.dtype_name(given) == "float32":
        return tensor
    made = edit.add_tensor(model, f"{edit.name_of(given)}_real", edit.shape_of(given), "float32")
    edit.add_operator(model, "DEQUANTIZE", [tensor], [made], options=schema.DequantizeOptionsT(), version=2)
    return made


def _custom_code(model: ModelT) -> int:
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = OPERATORS["CUSTOM"].number
    code.customCode, code.version = NAME.encode(), 1
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1


def options_of(means: Meaning, most: int) -> bytes:
    """The operator's options. Where no box goes for another, only what overlaps wholly does: it takes no other number."""
    x, y, w, h = means.scales
    builder = flexbuffers.Builder()
    with builder.Map():
        builder.Int("max_detections", most)
        builder.Int("max_classes_per_detection", 1)
        builder.Int("detections_per_class", _PER_CLASS)
        builder.Bool("use_regular_nms", means.per_class)
        builder.Float("nms_score_threshold", means.threshold)
        builder.Float("nms_iou_threshold", means.overlap or 1.0)
        builder.Int("num_classes", means.classes)
        builder.Float("y_scale", y)
        builder.Float("x_scale", x)
        builder.Float("h_scale", h)
        builder.Float("w_scale", w)
    return bytes(builder.Finish())
