"""Multiply-accumulates of a .tflite graph, from shapes: convolutions, dense layers and matrix products."""

from __future__ import annotations

from typing import Any

from ..graph.ops import macs_of
from .edit import graph_of, operator_name


def count_macs(model: Any) -> int:
    """MACs of one inference of a ModelT."""
    return sum(_operator_macs(model, operator) for operator in graph_of(model).operators)


def _operator_macs(model: Any, operator: Any) -> int:
    shapes = [tensor.shape for tensor in graph_of(model).tensors]

    def shape(index: int) -> list[int]:
        return [] if index < 0 or shapes[index] is None else [int(n) for n in shapes[index]]

    return macs_of(
        operator_name(model, operator).lower(),
        [shape(index) for index in operator.inputs],
        shape(operator.outputs[0]),
        turned=bool(getattr(operator.builtinOptions, "adjX", False)),
    )
