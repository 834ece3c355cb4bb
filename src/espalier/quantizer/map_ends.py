"""What stands at the end of a network that paints a map and need not be computed on a device: a softmax or sigmoid, which leave
the largest class and the side of a threshold as they are, a reshape of the map to a list of pixels, and (`map`) a resize, whose
work can be spared by deciding on fewer pixels."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from ..task.types import Ends, Head
from ..tflite import edit
from ..tflite.edit import graph_of, name_of, operator_name, shape_of
from ..tflite.macs import count_macs
from ..tflite.objects import ModelT, OperatorT, TensorT
from .results import Converted, MapEnds

RESIZES = ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR")
SCORES = ("SOFTMAX", "LOGISTIC")


def as_map(done: Converted, ends: Ends) -> Converted:
    """A converted model of one map without what that need not end in: what was proven, less its last operators."""
    found = cut_map(done.float_model)
    if ends == "whole-map" and found.whole_head is not None:
        found = MapEnds(float_model=found.whole, head=found.whole_head, tensor=found.whole_tensor)
    return replace(
        done,
        float_model=found.float_model,
        macs=count_macs(edit.read_model(found.float_model)),
        layers=done.layers | {found.head.name: done.layers.get(found.tensor, "")},
        heads=(found.head,),
        whole=found,
    )


def with_maps(done: Converted, names: Collection[str]) -> Converted:
    """The same of a model with several outputs, those of these names maps."""
    data, heads, called = cut_maps(done.float_model, names)
    return replace(
        done,
        float_model=data,
        macs=count_macs(edit.read_model(data)),
        layers=done.layers | {name: done.layers.get(tensor, "") for name, tensor in called.items()},
        heads=heads,
    )


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


def cut_maps(data: bytes, names: Collection[str]) -> tuple[bytes, tuple[Head, ...], dict[str, str]]:
    """A float file with several outputs, without what those of these names need not end in; all its heads, and what the last
    tensors of those were called. A resize stays: what it costs is measured of a model with one map only."""
    model = edit.read_model(data)
    heads = [Head(name=name_of(tensor), shape=tuple(shape_of(tensor)[1:])) for tensor in _outputs(model)]
    called: dict[str, str] = {}
    for place, head in enumerate(heads):
        if head.name in names:
            data, heads[place], called[head.name], _ = _cut(data, resize=False, place=place)
    return data, tuple(heads), called


def _outputs(model: ModelT) -> list[TensorT]:
    graph = graph_of(model)
    return [graph.tensors[int(index)] for index in graph.outputs]


def _cut(data: bytes, *, resize: bool, place: int = 0) -> tuple[bytes, Head, str, str]:
    """The file, the head at this place (probabilities: a score stands before a resize that stays), what its last tensor was
    called, and which resize was dropped."""
    model = edit.read_model(data)
    graph = graph_of(model)
    name, dropped, end = name_of(graph.tensors[int(graph.outputs[place])]), "", int(graph.outputs[place])
    while (operator := _producer(model, end)) is not None and not _is_read(model, end):
        kind, source = operator_name(model, operator), int(operator.inputs[0])
        before, after = shape_of(graph.tensors[source]), shape_of(graph.tensors[end])
        if kind == "RESHAPE" and not _listed(before, after):
            break
        if kind in RESIZES and not (resize and not dropped and np.prod(before[1:3]) < np.prod(after[1:3])):
            break
        if kind not in (*SCORES, *RESIZES, "RESHAPE") or source in [int(index) for index in graph.outputs]:
            break
        if kind in RESIZES:
            dropped = f"{kind.removeprefix('RESIZE_').removesuffix('_NEIGHBOR').lower()}, {_sides(before)} to {_sides(after)}"
        graph.operators.remove(operator)
        end = source
    tensor = graph.tensors[end]
    head, called = Head(name=name, shape=tuple(shape_of(tensor)[1:]), probability=_scored(model, end)), name_of(tensor)
    if end == int(graph.outputs[place]):
        return data, head, called, ""
    ends = [end if number == place else int(index) for number, index in enumerate(graph.outputs)]
    graph.outputs, tensor.name = np.array(ends, np.int32), name.encode()
    edit.set_signature(model)
    return edit.pack_model(model), head, called, dropped


def _listed(before: list[int], after: list[int]) -> bool:
    """Whether a reshape lists the pixels of a map, or gives one channel no axis of its own."""
    return len(before) == 4 and (after[-1] == before[-1] or before[-1] == 1) and len(after) in (3, 4)


def _producer(model: ModelT, tensor: int) -> OperatorT | None:
    return next((op for op in graph_of(model).operators if tensor in [int(out) for out in op.outputs]), None)


def _is_read(model: ModelT, tensor: int) -> bool:
    """Whether an operator takes an output further, to another one."""
    return any(tensor in [int(given) for given in operator.inputs] for operator in graph_of(model).operators)


def _scored(model: ModelT, end: int) -> bool:
    """Whether a resize at the end has a softmax or sigmoid before it."""
    operator = _producer(model, end)
    while operator is not None and operator_name(model, operator) in (*RESIZES, "RESHAPE"):
        operator = _producer(model, int(operator.inputs[0]))
    return operator is not None and operator_name(model, operator) in SCORES


def _sides(shape: list[int]) -> str:
    return " x ".join(map(str, shape[1:3]))
