"""Operators without an int8 form that are sums and products of some that have one, spelled out in the float graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from ..tflite import edit
from ..tflite.edit import graph_of, operator_name, shape_of
from ..tflite.objects import ModelT, OperatorT

LARGEST_POWER: Final = 16
"""Whole exponent up to which a power is products."""
MOST_FACTORS: Final = 16
"""Values along an axis up to which their product is spelled out."""
LONGEST_SUM: Final = 1024
"""Values along an axis up to which running sums are one dense layer of ones and zeros."""


def spell_out_rare(model: ModelT) -> int:
    """POW with a whole exponent, REDUCE_PROD, CUMSUM, ADD_N, and LOG_SOFTMAX before a softmax, in place; returns how many."""
    graph, count = graph_of(model), 0
    for operator in list(graph.operators):
        spell = _SPELLED.get(operator_name(model, operator))
        if spell is None:
            continue
        position = graph.operators.index(operator)
        made = _Made(model, position)
        if spell(made, operator):
            graph.operators.remove(operator)
            count += 1
    return count


class _Made:
    """What stands in the place of an operator, in order, before it."""

    def __init__(self, model: ModelT, position: int) -> None:
        self.model, self.position, self._number = model, position, 0

    def shape(self, tensor: int) -> list[int]:
        return shape_of(graph_of(self.model).tensors[tensor])

    def tensor(self, shape: list[int]) -> int:
        self._number += 1
        return edit.add_tensor(self.model, f"part_{self.position}_{self._number}", shape, "float32")

    def add(self, kind: str, inputs: list[int], result: int, options: object = None) -> int:
        edit.add_operator(self.model, kind, inputs, [result], options=options, at=self.position)
        self.position += 1
        return result

    def fold(self, kind: str, values: list[int], result: int, options: Callable[[], object]) -> None:
        """One operator of two operands after the other over at least two values."""
        done = values[0]
        for place, value in enumerate(values[1:], 2):
            shape = self.shape(result)
            done = self.add(kind, [done, value], result if place == len(values) else self.tensor(shape), options())

    def numbers(self, name: str, values: list[int]) -> int:
        flat = np.array(values, np.int32)
        return edit.add_tensor(self.model, f"{name}_{self.position}", [len(flat)], "int32", value=flat)


def _power(made: _Made, operator: OperatorT) -> bool:
    """x^n as products: squares of squares, and those among them that n has."""
    source, exponent = int(operator.inputs[0]), edit.constant(made.model, int(operator.inputs[1]))
    if exponent is None or len(set(exponent.reshape(-1).tolist())) != 1:
        return False
    whole = float(exponent.reshape(-1)[0])
    result = int(operator.outputs[0])
    if whole != int(whole) or not 2 <= whole <= LARGEST_POWER or made.shape(source) != made.shape(result):
        return False
    left, square, factors = int(whole), source, []
    while left:
        if left & 1:
            factors.append(square)
        left >>= 1
        if left:
            last = left == 1 and not factors
            square = made.add(
                "MUL", [square, square], result if last else made.tensor(made.shape(source)), schema.MulOptionsT()
            )
    if len(factors) > 1:
        made.fold("MUL", factors, result, schema.MulOptionsT)
    return True


def _product(made: _Made, operator: OperatorT) -> bool:
    """The values along one axis, each by itself, multiplied one after the other."""
    source, result = int(operator.inputs[0]), int(operator.outputs[0])
    shape, axes = made.shape(source), edit.constant(made.model, int(operator.inputs[1]))
    if axes is None or axes.size != 1:
        return False
    axis = int(axes.reshape(-1)[0]) % len(shape)
    if not 2 <= shape[axis] <= MOST_FACTORS:
        return False
    size = [1 if place == axis else side for place, side in enumerate(shape)]
    factors = []
    for number in range(shape[axis]):
        begin = made.numbers(f"begin_{number}", [number if place == axis else 0 for place in range(len(shape))])
        sides = made.numbers(f"size_{number}", size)
        factors.append(made.add("SLICE", [source, begin, sides], made.tensor(size), schema.SliceOptionsT()))
    whole = made.tensor(size)
    made.fold("MUL", factors, whole, schema.MulOptionsT)
    _reshape(made, whole, result)
    return True


def _running_sum(made: _Made, operator: OperatorT) -> bool:
    """Along the last axis: a dense layer whose weights are ones and zeros."""
    source, result = int(operator.inputs[0]), int(operator.outputs[0])
    shape, axis = made.shape(source), edit.constant(made.model, int(operator.inputs[1]))
    count = shape[-1]
    if axis is None or int(axis.reshape(-1)[0]) % len(shape) != len(shape) - 1 or count > LONGEST_SUM:
        return False
    options = operator.builtinOptions
    ones = np.tril(np.ones((count, count), np.float32), -1 if options.exclusive else 0)
    ones = ones[::-1, ::-1].copy() if options.reverse else ones
    weights = edit.add_tensor(made.model, f"ones_{made.position}", [count, count], "float32", value=ones)
    dense = schema.FullyConnectedOptionsT()
    dense.keepNumDims = len(shape) > 2
    made.add("FULLY_CONNECTED", [source, weights], result, dense)
    return True


def _sum(made: _Made, operator: OperatorT) -> bool:
    """One ADD after the other."""
    if len(operator.inputs) < 2:
        return False
    made.fold("ADD", [int(i) for i in operator.inputs], int(operator.outputs[0]), schema.AddOptionsT)
    return True


def _unseen_log(made: _Made, operator: OperatorT) -> bool:
    """LOG_SOFTMAX whose every reader is a softmax, which does not see what it takes off each value."""
    graph, result = graph_of(made.model), int(operator.outputs[0])
    readers = [one for one in graph.operators if result in one.inputs]
    if result in graph.outputs or not readers or any(operator_name(made.model, one) != "SOFTMAX" for one in readers):
        return False
    if any(one.builtinOptions.beta != 1.0 for one in readers):
        return False
    for one in readers:
        one.inputs = np.array([int(operator.inputs[0])], np.int32)
    return True


def _reshape(made: _Made, source: int, result: int) -> None:
    shape = made.shape(result)
    options = schema.ReshapeOptionsT()
    options.newShape = np.array(shape, np.int32)
    made.add("RESHAPE", [source, made.numbers("shape", shape)], result, options)


_SPELLED: Final[dict[str, Callable[[_Made, OperatorT], bool]]] = {
    "POW": _power,
    "REDUCE_PROD": _product,
    "CUMSUM": _running_sum,
    "ADD_N": _sum,
    "LOG_SOFTMAX": _unseen_log,
}
