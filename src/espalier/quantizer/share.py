"""Constants that several operators read: each its own while a file is changed, one for all when it is done.

TFLite stores equal constants once: two equal layers share their weights, every layer without a bias the same zeros. A
pass that changes one operator's constant must not change another's, and litert-quantizer wants one name per tensor.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tflite import edit
from ..tflite.edit import LINEAR, constant, graph_of, operator_name
from ..tflite.objects import ModelT, TensorT

_PLACES = (1, 2)
"""Weights and bias of an operator of LINEAR: all that passes write to."""


def unshare_constants(model: ModelT) -> bool:
    """Give every operator weights and biases of its own, under names that nothing else has; in place. Whether anything
    was shared."""
    graph = graph_of(model)
    names = {bytes(tensor.name or b"") for tensor in graph.tensors}
    # What another kind of operator reads stays as it is.
    others = [o for o in graph.operators if operator_name(model, o) not in LINEAR]
    seen = {int(i) for operator in others for i in operator.inputs}
    changed = False
    for operator, places in _changed(model):
        inputs = np.array(operator.inputs, np.int32)
        for place in places:
            index = int(inputs[place])
            value = constant(model, index)
            if value is None:
                continue
            if index in seen:
                own = copy.copy(graph.tensors[index])
                own.quantization = copy.deepcopy(own.quantization)
                own.name = _free(bytes(own.name or b""), names)
                names.add(own.name)
                graph.tensors.append(own)
                edit.set_constant(model, len(graph.tensors) - 1, value)
                inputs[place] = len(graph.tensors) - 1
                changed = True
            seen.add(int(inputs[place]))
        operator.inputs = inputs
    return changed


def unshared(data: bytes) -> bytes:
    """The file with `unshare_constants`; the same bytes when nothing is shared."""
    model = edit.read_model(data)
    return edit.pack_model(model) if unshare_constants(model) else data


def share_equal(model: ModelT) -> None:
    """Let operators read one tensor where several constants have the same type, shape, quantization and values."""
    graph = graph_of(model)
    first: dict[tuple[Any, ...], int] = {}
    for operator, places in _changed(model):
        inputs = np.array(operator.inputs, np.int32)
        for place in places:
            index = int(inputs[place])
            value = constant(model, index)
            if value is not None:
                inputs[place] = first.setdefault(_content(graph.tensors[index], value), index)
        operator.inputs = inputs


def _changed(model: ModelT) -> list[tuple[Any, list[int]]]:
    """Operators with constants that passes write to, and the places of these."""
    return [
        (operator, [place for place in _PLACES if place < len(operator.inputs)])
        for operator in graph_of(model).operators
        if operator_name(model, operator) in LINEAR
    ]


def _content(tensor: TensorT, value: NDArray[Any]) -> tuple[Any, ...]:
    quantization = tensor.quantization
    facts: tuple[Any, ...] = ()
    if quantization is not None and quantization.scale is not None:
        zeros = () if quantization.zeroPoint is None else np.asarray(quantization.zeroPoint)
        facts = (
            np.asarray(quantization.scale, np.float32).tobytes(),
            np.asarray(zeros, np.int64).tobytes(),
            int(quantization.quantizedDimension),
        )
    return int(tensor.type), value.shape, value.tobytes(), facts


def _free(name: bytes, names: set[bytes]) -> bytes:
    number = 1
    while (found := name + f"_{number}".encode()) in names:
        number += 1
    return found
