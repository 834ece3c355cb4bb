"""Multiply-accumulates of a .tflite graph, from shapes: convolutions, dense layers and matrix products."""

from __future__ import annotations

from ..graph.ops import macs_of
from .edit import graph_of, operator_name, shape_of
from .objects import ModelT, OperatorT


def count_macs(model: ModelT) -> int:
    """MACs of one inference."""
    return sum(_operator_macs(model, operator) for operator in graph_of(model).operators)


def _operator_macs(model: ModelT, operator: OperatorT) -> int:
    tensors = graph_of(model).tensors

    def shape(index: int) -> list[int]:
        return [] if index < 0 else shape_of(tensors[index])

    return macs_of(
        operator_name(model, operator).lower(),
        [shape(index) for index in operator.inputs],
        shape(operator.outputs[0]),
        turned=bool(getattr(operator.builtinOptions, "adjX", False)),
    )
