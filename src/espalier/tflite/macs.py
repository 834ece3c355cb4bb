"""Multiply-accumulates of a .tflite graph, from shapes: convolutions, dense layers and matrix products."""

from __future__ import annotations

from math import prod

from .edit import graph_of, operator_name
from .objects import ModelT, OperatorT


def count_macs(model: ModelT) -> int:
    """MACs of one inference. Elementwise operators and pooling count as none (the field's convention)."""
    return sum(operator_macs(model, operator) for operator in graph_of(model).operators)


def operator_macs(model: ModelT, operator: OperatorT) -> int:
    """MACs of one operator of a ModelT."""
    tensors = graph_of(model).tensors
    name = operator_name(model, operator)

    def shape(index: int) -> list[int]:
        value = tensors[index].shape
        return [] if value is None else [int(n) for n in value]

    if name in ("CONV_2D", "FULLY_CONNECTED"):
        return prod(shape(operator.outputs[0])) * prod(shape(operator.inputs[1])[1:])
    if name == "DEPTHWISE_CONV_2D":
        return prod(shape(operator.outputs[0])) * prod(shape(operator.inputs[1])[1:3])
    if name == "TRANSPOSE_CONV":
        return prod(shape(operator.inputs[2])) * prod(shape(operator.inputs[1])[:3])
    if name == "BATCH_MATMUL":
        left = shape(operator.inputs[0])
        return prod(shape(operator.outputs[0])) * (left[-2] if operator.builtinOptions.adjX else left[-1])
    return 0
