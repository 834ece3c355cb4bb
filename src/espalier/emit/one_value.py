"""Operators that together are a function of one tensor's values, whatever stands between them.

x * sigmoid(x), x * tanh(log(1 + exp(x))), or a DEQUANTIZE, an operator on real values and a QUANTIZE: each int8 value of one
tensor becomes one int8 value. Nothing in between is stored, and 256 answers of the reference say all there is to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..graph import curves, reference
from ..graph.ops_real import REAL
from ..graph.types import ABSENT, Array, Graph, Op, Tensor
from ..graph.view import view
from .lower_tables import VALUES

POINTWISE: Final = frozenset(
    [*curves.CURVES, "add", "sub", "mul", "prelu", "maximum", "minimum", "squared_difference", "dequantize"]
    + [row.kind for row in REAL]
)
"""Operators of which every value depends on the operands' values at its place."""
ENDS: Final = ("int8", "bool")
"""Types of what is read and made: one byte."""
BETWEEN: Final = (*ENDS, "float32", "int32")


def groups(graph: Graph) -> Iterator[tuple[int, tuple[int, ...]]]:
    """(tensor that is read, operators in order) of each group of several operators, none in two groups.

    The last operator's result is the group's; what the others make is read by none outside.
    """
    sources = _sources(graph)
    producers, consumers = graph.producers(), graph.consumers()
    taken: set[int] = set()
    for last in range(len(graph.ops) - 1, -1, -1):
        op = graph.ops[last]
        if last in taken or graph.tensors[op.outputs[0]].dtype not in ENDS:
            continue
        for source in sources.get(op.outputs[0], ()):
            found = _between(graph, producers, source, last)
            inner = {t for n in found[:-1] for t in graph.ops[n].outputs}
            closed = all(set(consumers.get(t, ())) <= set(found) and t not in graph.outputs for t in inner)
            if len(found) > 1 and closed and taken.isdisjoint(found):
                taken.update(found)
                yield source, found
                break


def _sources(graph: Graph) -> Mapping[int, tuple[int, ...]]:
    """Tensor -> those that it is a function of, the earliest first."""
    found: dict[int, tuple[int, ...]] = {}
    for op in graph.ops:
        operands = _varying(graph, op)
        if operands is None:
            continue
        known = [(*found.get(t, ()), *((t,) if graph.tensors[t].dtype in ENDS else ())) for t in operands]
        common = tuple(t for t in known[0] if all(t in other for other in known[1:]))
        if common:
            found[op.outputs[0]] = common
    return found


def _varying(graph: Graph, op: Op) -> tuple[int, ...] | None:
    """The operands of a pointwise operator that are no constants; None where a constant differs from place to place."""
    if op.kind not in POINTWISE or len(op.outputs) != 1:
        return None
    output, varying = graph.tensors[op.outputs[0]], []
    for index in op.inputs:
        tensor = graph.tensors[index] if index != ABSENT else None
        if tensor is None or tensor.dtype not in BETWEEN:
            return None
        if tensor.data is None and tensor.shape == output.shape:
            varying.append(index)
        elif tensor.data is None or not np.all(tensor.data == tensor.data.flat[0]):
            return None
    return tuple(dict.fromkeys(varying)) if varying and output.dtype in BETWEEN else None


def _between(graph: Graph, producers: Mapping[int, int], source: int, last: int) -> tuple[int, ...]:
    """The operators that make the last one's result from the source."""
    found, waiting = set[int](), [last]
    while waiting:
        number = waiting.pop()
        if number in found:
            continue
        found.add(number)
        waiting += [producers[t] for t in _varying(graph, graph.ops[number]) or () if t != source]
    return tuple(sorted(found))


def table(graph: Graph, source: int, ops: tuple[int, ...]) -> NDArray[np.int8]:
    """What a group makes of the 256 values of `source`, from -128 on: int8 [1, 256]. A logical value is false or true."""
    every = np.arange(-VALUES // 2, VALUES // 2)
    logical = graph.tensors[source].dtype == "bool"
    values: dict[int, Array] = {source: every != 0 if logical else every.astype(np.int8)}
    for number in ops:
        op = graph.ops[number]
        tensors = [_as_vector(graph.tensors[i], i in values) for i in op.inputs]
        operands = [values[i] if t.data is None else np.asarray(t.data) for i, t in zip(op.inputs, tensors, strict=True)]
        looked = replace(view(graph, op), inputs=tuple(tensors), outputs=(_as_vector(graph.tensors[op.outputs[0]], True),))
        (values[op.outputs[0]],) = reference.evaluate(looked, operands)
    return values[graph.ops[ops[-1]].outputs[0]].astype(np.int8)[None, :]


def _as_vector(tensor: Tensor, varies: bool) -> Tensor:
    if varies:
        return replace(tensor, shape=(VALUES,), data=None)
    return replace(tensor, shape=(1,), data=np.asarray(tensor.data).reshape(-1)[:1])
