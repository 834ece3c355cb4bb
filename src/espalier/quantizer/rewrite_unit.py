"""Vectors divided by their length, as Keras spells it: x * min(1 / sqrt(sum(x * x)), bound). As it stands there the length of a
zero vector is divided by (XNNPACK then answers NaN), and int8 has no form of the bound."""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from ..tflite import edit
from ..tflite.edit import graph_of, operator_name, shape_of
from ..tflite.objects import ModelT, OperatorT


def unit_vectors(model: ModelT) -> int:
    """L2_NORMALIZATION in its place, where the vector is the last axis; else the bound under the root, which is the same and
    divides by no zero. In place; returns how many."""
    graph, count = graph_of(model), 0
    for bound in [one for one in graph.operators if operator_name(model, one) == "MINIMUM"]:
        root, largest = _bounded_root(model, bound)
        if root is None:
            continue
        count += 1
        if not _fuse(model, root, bound):
            _guard(model, root, bound, largest)
    return count


def _bounded_root(model: ModelT, bound: OperatorT) -> tuple[OperatorT | None, float]:
    """The RSQRT that alone is bounded by one positive number, and the number."""
    for place in (0, 1):
        number = edit.constant(model, int(bound.inputs[1 - place]))
        root = _maker(model, int(bound.inputs[place]), "RSQRT")
        if root is not None and number is not None and number.size == 1 and float(number.reshape(-1)[0]) > 0:
            return root, float(number.reshape(-1)[0])
    return None, 0.0


def _maker(model: ModelT, tensor: int, kind: str) -> OperatorT | None:
    """The operator of a kind that makes a tensor, where one operator alone reads it and it is no output."""
    graph = graph_of(model)
    made = [one for one in graph.operators if tensor in [int(index) for index in one.outputs]]
    readers = [one for one in graph.operators if tensor in [int(index) for index in one.inputs]]
    alone = len(readers) == 1 and tensor not in [int(index) for index in graph.outputs]
    return made[0] if alone and made and operator_name(model, made[0]) == kind else None


def _fuse(model: ModelT, root: OperatorT, bound: OperatorT) -> bool:
    graph = graph_of(model)
    total = _maker(model, int(root.inputs[0]), "SUM")
    squares = None if total is None else _maker(model, int(total.inputs[0]), "SQUARE")
    products = [one for one in graph.operators if int(bound.outputs[0]) in [int(index) for index in one.inputs]]
    if total is None or squares is None or len(products) != 1 or operator_name(model, products[0]) != "MUL":
        return False
    source, axes = int(squares.inputs[0]), edit.constant(model, int(total.inputs[1]))
    rank = len(shape_of(graph.tensors[source]))
    last = axes is not None and [int(axis) % rank for axis in axes.reshape(-1)] == [rank - 1]
    others = [int(index) for index in products[0].inputs if int(index) != int(bound.outputs[0])]
    if not last or others != [source] or products[0].builtinOptions.fusedActivationFunction:
        return False
    result, position = int(products[0].outputs[0]), graph.operators.index(products[0])
    edit.add_operator(
        model, "L2_NORMALIZATION", [source], [result], options=schema.L2NormOptionsT(), at=position
    )
    for spent in (squares, total, root, bound, products[0]):
        graph.operators.remove(spent)
    return True


def _guard(model: ModelT, root: OperatorT, bound: OperatorT, largest: float) -> None:
    """min(1 / sqrt(x), c) = 1 / sqrt(max(x, 1 / c^2))."""
    graph, source = graph_of(model), int(root.inputs[0])
    least = edit.add_tensor(model, f"least_{source}", [1], "float32", value=np.array([1 / largest**2], np.float32))
    guarded = edit.add_tensor(model, f"guarded_{source}", shape_of(graph.tensors[source]), "float32")
    position = graph.operators.index(root)
    edit.add_operator(
        model, "MAXIMUM", [source, least], [guarded], options=schema.MaximumMinimumOptionsT(), at=position
    )
    root.inputs, root.outputs = np.array([guarded], np.int32), np.array([int(bound.outputs[0])], np.int32)
    graph.operators.remove(bound)
