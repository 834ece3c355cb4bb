"""Editing frozen graphs: each function returns a new one; nothing is changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from .types import ABSENT, Array, Graph, Op, Quant, Tensor, constant


def add_tensor(graph: Graph, tensor: Tensor) -> tuple[Graph, int]:
    """The graph with one tensor more, and the tensor's index."""
    return replace(graph, tensors=(*graph.tensors, tensor)), len(graph.tensors)


def add_constant(
    graph: Graph, name: str, values: Array, dtype: str, quant: Quant | None = None
) -> tuple[Graph, int]:
    data = constant(values, dtype)
    return add_tensor(graph, Tensor(name=name, shape=data.shape, dtype=dtype, quant=quant, data=data))


def replace_op(graph: Graph, position: int, *ops: Op) -> Graph:
    """Operator `position` replaced by `ops` (by nothing, to remove it)."""
    return replace(graph, ops=(*graph.ops[:position], *ops, *graph.ops[position + 1 :]))


def replace_tensor(graph: Graph, index: int, tensor: Tensor) -> Graph:
    return replace(graph, tensors=(*graph.tensors[:index], tensor, *graph.tensors[index + 1 :]))


def rename_reads(op: Op, old: int, new: int) -> Op:
    if old not in op.inputs:
        return op
    return replace(op, inputs=tuple(new if i == old else i for i in op.inputs))


def bypass(graph: Graph, position: int, source: int) -> Graph | None:
    """Remove an operator whose one result equals tensor `source`; None when the result is the caller's.

    When the result is an output of the network, `source`'s producer writes the output instead.
    """
    result = graph.ops[position].outputs[0]
    without = replace_op(graph, position)
    if result not in graph.outputs:
        return without.with_ops(tuple(rename_reads(op, result, source) for op in without.ops))
    if source in graph.inputs or source in graph.outputs or graph.tensors[source].is_constant:
        return None
    ops = []
    for op in without.ops:
        op = rename_reads(op, source, result)
        if source in op.outputs:
            op = replace(op, outputs=tuple(result if i == source else i for i in op.outputs))
        ops.append(op)
    return without.with_ops(tuple(ops))


def prune(graph: Graph) -> Graph:
    """Without operators that no output needs, and without tensors that nothing names; inputs stay."""
    needed = set(graph.outputs)
    kept: list[Op] = []
    for op in reversed(graph.ops):
        if needed & set(op.outputs):
            kept.append(op)
            needed |= {i for i in op.inputs if i != ABSENT}
    ops = tuple(reversed(kept))
    named = {*graph.inputs, *graph.outputs, *(i for op in ops for i in (*op.inputs, *op.outputs))} - {ABSENT}
    if len(ops) == len(graph.ops) and len(named) == len(graph.tensors):
        return graph
    return renumber(replace(graph, ops=ops), sorted(named))


def renumber(graph: Graph, kept: Iterable[int]) -> Graph:
    """Only the tensors `kept`, in that order."""
    order = list(kept)
    index: Mapping[int, int] = {old: new for new, old in enumerate(order)} | {ABSENT: ABSENT}
    return Graph(
        name=graph.name,
        tensors=tuple(graph.tensors[i] for i in order),
        ops=tuple(
            replace(
                op,
                inputs=tuple(index[i] for i in op.inputs),
                outputs=tuple(index[i] for i in op.outputs),
            )
            for op in graph.ops
        ),
        inputs=tuple(index[i] for i in graph.inputs),
        outputs=tuple(index[i] for i in graph.outputs),
    )


def repeated(step: Callable[[Graph], Graph], graph: Graph) -> Graph:
    """`step` again and again until it gives back the graph it was given."""
    while True:
        changed = step(graph)
        if changed is graph:
            return graph
        graph = changed
