"""The numpy reference: runs a `Graph` by the rules of the operator table, one operator at a time.

It shares no code with the emitted C. `run_all` keeps every tensor, so that a difference can be traced to the
first tensor that differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from ..errors import UnsupportedModelError
from .reference_compute import COMPUTE
from .reference_move import MOVE
from .reference_real import REAL
from .types import ABSENT, DTYPES, Array, Graph
from .view import OpView, view

Executor = Callable[[OpView, Sequence[Array]], tuple[Array, ...]]

EXECUTORS: Final[Mapping[str, Executor]] = MappingProxyType({**COMPUTE, **MOVE, **REAL})
"""kind -> function of the operator and its operands' values, giving its results' values."""


def run(graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    """The network's outputs, in the order of `graph.outputs`, for stored (quantized) `inputs`.

    Raises ValueError when an input has another shape or dtype than the network's.
    """
    values = run_all(graph, inputs)
    return tuple(values[i] for i in graph.outputs)


def run_all(graph: Graph, inputs: Sequence[Array]) -> dict[int, Array]:
    """Every tensor's value by its index, constants included."""
    if len(inputs) != len(graph.inputs):
        raise ValueError(f"{len(inputs)} inputs for a network with {len(graph.inputs)}")
    values: dict[int, Array] = {i: t.data for i, t in enumerate(graph.tensors) if t.data is not None}
    for index, value in zip(graph.inputs, inputs, strict=True):
        tensor = graph.tensor(index)
        if value.shape != tensor.shape or value.dtype != DTYPES[tensor.dtype]:
            raise ValueError(f"input {value.dtype} {value.shape}, wanted {tensor.dtype} {tensor.shape}")
        values[index] = value
    for op in graph.ops:
        looked = view(graph, op)
        operands = [values[i] for i in op.inputs if i != ABSENT]
        for index, value in zip(op.outputs, evaluate(looked, operands), strict=True):
            values[index] = value
    return values


def evaluate(looked: OpView, operands: Sequence[Array]) -> tuple[Array, ...]:
    """The results of one operator; `operands` are the values of its present operands."""
    executor = EXECUTORS.get(looked.op.kind)
    if executor is None:
        raise UnsupportedModelError(
            f"the reference has no {looked.op.kind} for {looked.present[0].dtype}",
            supported=", ".join(sorted(EXECUTORS)),
            next_step="quantize the model to full-integer int8",
        )
    results = executor(looked, operands)
    return tuple(
        np.ascontiguousarray(r).astype(DTYPES[t.dtype]).reshape(t.shape)
        for r, t in zip(results, looked.outputs, strict=True)
    )
