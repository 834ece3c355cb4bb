"""What stands at the end of a network that paints a map and need not be computed on a device: a softmax or sigmoid, which leave
the largest class and the side of a threshold as they are, a reshape of the map to a list of pixels, and (`map`) a resize, whose
work can be spared by deciding on fewer pixels."""

from __future__ import annotations

import numpy as np

from ..task.types import Head
from ..tflite import edit
from ..tflite.edit import graph_of, name_of, operator_name, shape_of
from ..tflite.objects import ModelT, OperatorT
from .results import MapEnds

RESIZES = ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR")
SCORES = ("SOFTMAX", "LOGISTIC")


def cut_map(data: bytes) -> MapEnds:
    """A float file with one output, without what is spared: once with its last resize, and where it ends in one that makes
    the map larger, once without."""
    whole, head, tensor, _ = _cut(data, resize=False)
    bare, bare_head, inner, dropped = _cut(data, resize=True)
    if not dropped:
        return MapEnds(float_model=whole, head=head, tensor=tensor)
    return MapEnds(
        float_model=bare, head=bare_head, tensor=inner, whole=whole, whole_head=head, whole_tensor=tensor, resize=dropped
    )


def _cut(data: bytes, *, resize: bool) -> tuple[bytes, Head, str, str]:
    """The file, its head (probabilities: a score stands before a resize that stays), what its last tensor was called, and
    which resize was dropped."""
    model = edit.read_model(data)
    graph = graph_of(model)
    name, dropped, end = name_of(graph.tensors[int(graph.outputs[0])]), "", int(graph.outputs[0])
    while (operator := _producer(model, end)) is not None:
        kind, source = operator_name(model, operator), int(operator.inputs[0])
        before, after = shape_of(graph.tensors[source]), shape_of(graph.tensors[end])
        if kind == "RESHAPE" and not _listed(before, after):
            break
        if kind in RESIZES and not (resize and not dropped and np.prod(before[1:3]) < np.prod(after[1:3])):
            break
        if kind not in (*SCORES, *RESIZES, "RESHAPE"):
            break
        if kind in RESIZES:
            dropped = f"{kind.removeprefix('RESIZE_').removesuffix('_NEIGHBOR').lower()}, {_sides(before)} to {_sides(after)}"
        graph.operators.remove(operator)
        end = source
    tensor = graph.tensors[end]
    head, called = Head(name=name, shape=tuple(shape_of(tensor)[1:]), probability=_scored(model, end)), name_of(tensor)
    if end == int(graph.outputs[0]):
        return data, head, called, ""
    graph.outputs, tensor.name = np.array([end], np.int32), name.encode()
    edit.set_signature(model)
    return edit.pack_model(model), head, called, dropped


def _listed(before: list[int], after: list[int]) -> bool:
    """Whether a reshape lists the pixels of a map, or gives one channel no axis of its own."""
    return len(before) == 4 and (after[-1] == before[-1] or before[-1] == 1) and len(after) in (3, 4)


def _producer(model: ModelT, tensor: int) -> OperatorT | None:
    return next((op for op in graph_of(model).operators if tensor in [int(out) for out in op.outputs]), None)


def _scored(model: ModelT, end: int) -> bool:
    """Whether a resize at the end has a softmax or sigmoid before it."""
    operator = _producer(model, end)
    while operator is not None and operator_name(model, operator) in (*RESIZES, "RESHAPE"):
        operator = _producer(model, int(operator.inputs[0]))
    return operator is not None and operator_name(model, operator) in SCORES


def _sides(shape: list[int]) -> str:
    return " x ".join(map(str, shape[1:3]))
