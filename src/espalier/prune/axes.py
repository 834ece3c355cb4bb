"""How channels move between axes: reshapes, transpositions, slices and splits of a tensor, and products of two.

Each is done to a table of the tensor's shape that holds every value's atom, by numpy. What comes out must have its channels
along one axis, or could not lose some and stay a box: where they vary along several, the atoms along the others are joined.
So the heads of an attention go as heads, and the channels of a shuffle as many in each part.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from ..load.keras_table import names
from .flat import FlatGraph, Node
from .trace import Atoms, Trace, sides_of

Key = tuple[Any, ...]

ANY_AXIS = names(
    """
    Activation ReLU LeakyReLU ELU Softmax Dropout GaussianDropout GaussianNoise AlphaDropout ActivityRegularization Identity
    Add Subtract Multiply Average Maximum Minimum
    .Add .Subtract .Multiply .Maximum .Minimum .Divide .TrueDivide
    .Relu .Relu6 .LeakyRelu .Elu .Selu .Celu .Gelu .Silu .HardSilu .Sigmoid .HardSigmoid .HardTanh .Tanh .Softplus .Softsign
    .LogSigmoid .Absolute .Negative .Square .Exp .Clip .StopGradient .Identity .Softmax
    """
)
"""Operations whose rule holds wherever the channels lie."""

_NEAR = 8
"""Operations between a reshape and the product that it is made for, at most."""


def channel_axis(trace: Trace, number: int) -> int:
    """The axis of a tensor that its channels lie along."""
    return trace.axes.get(number, len(trace.shape(number)) - 1)


def _table(trace: Trace, number: int) -> Atoms:
    """The atom of every value of a tensor, batch 1."""
    sides = sides_of(trace.shape(number))
    along = [1] * len(sides)
    along[channel_axis(trace, number)] = -1
    return np.broadcast_to(trace.tensors[number].reshape(along), sides)


def _settle(trace: Trace, number: int, table: Atoms) -> Atoms:
    """The atoms of a tensor along the one axis that its channels lie along from here on."""
    varying = [axis for axis in range(table.ndim) if (table != table.take([0], axis=axis)).any()]
    axis = varying[-1] if varying else table.ndim - 1
    if len(varying) > 1 and varying[-2:] == [table.ndim - 2, table.ndim - 1] and _is_multiplied(trace.graph, number):
        axis = varying[-2]
    rows = np.moveaxis(table, axis, -1).reshape(-1, table.shape[axis])
    if len(varying) > 1:
        trace.join_rows(rows)
    if axis != table.ndim - 1:
        trace.axes[number] = axis
    atoms: Atoms = rows[0]
    return atoms


def _is_multiplied(graph: FlatGraph, number: int) -> bool:
    """Whether a tensor gets, moved about, into a product: then its last axis is summed over, and the one before is heads."""
    reached, steps = {number}, 0
    for node in graph.nodes:
        if steps > _NEAR or not reached & set(node.inputs):
            continue
        steps += 1
        if node.kind in (".Matmul", ".Einsum"):
            return True
        if node.kind in MOVES or node.kind in ANY_AXIS:
            reached |= set(node.outputs)
    return False


def _reshape(trace: Trace, node: Node) -> list[Atoms]:
    before, after = trace.shape(node.inputs[0]), trace.shape(node.outputs[0])
    given = [trace.tensors[node.inputs[0]]]
    if before.count(None) > 1 or after.count(None) > 1 or math.prod(sides_of(before)) != math.prod(sides_of(after)):
        return trace.leave(node, given, "it reshapes a side of unknown length")
    return [_settle(trace, node.outputs[0], _table(trace, node.inputs[0]).reshape(sides_of(after)))]


def _transpose(trace: Trace, node: Node) -> list[Atoms]:
    table, operation = _table(trace, node.inputs[0]), node.operation
    if node.kind == "Permute":
        table = table.transpose(0, *operation.dims)
    elif node.kind == ".Swapaxes":
        table = table.swapaxes(operation.axis1, operation.axis2)
    else:
        table = table.transpose(operation.axes)
    return [_settle(trace, node.outputs[0], table)]


def slice_key(node: Node, rank: int) -> Key | None:
    """What is taken of each axis: slices and numbers, without an ellipsis; None where it is something else."""
    arguments = node.arguments
    key = arguments.kwargs.get("key", arguments.args[1] if len(arguments.args) > 1 else None)
    parts = list(key) if isinstance(key, tuple | list) else [key]
    if any(isinstance(part, keras.KerasTensor) or not isinstance(part, int | slice | type(...)) for part in parts):
        return None
    if parts.count(...) > 1 or len(parts) - parts.count(...) > rank:
        return None
    place = parts.index(...) if ... in parts else len(parts)
    missing = rank - len(parts) + parts.count(...)
    return (*parts[:place], *[slice(None)] * missing, *parts[place + 1 :])


def _take(trace: Trace, node: Node) -> list[Atoms]:
    number = node.inputs[0]
    shape, axis = trace.shape(number), channel_axis(trace, number)
    key = slice_key(node, len(shape)) if len(node.inputs) == 1 else None
    if key is None or any(key[place] != slice(None) for place, side in enumerate(shape) if side is None):
        return trace.leave(node, [trace.tensors[number]], "it takes values by places that are not known")
    if isinstance(key[axis], int) or key[axis].step not in (None, 1):
        return trace.leave(node, [trace.tensors[number]], "it takes single channels")
    return [_settle(trace, node.outputs[0], _table(trace, number)[key])]


def _split(trace: Trace, node: Node) -> list[Atoms]:
    operation, table = node.operation, _table(trace, node.inputs[0])
    parts = np.split(table, _sections(operation), axis=operation.axis)
    return [_settle(trace, number, part) for number, part in zip(node.outputs, parts, strict=True)]


def _sections(operation: Any) -> Any:
    sections = operation.indices_or_sections
    return sections if isinstance(sections, int) else [int(place) for place in sections]


def split_places(node: Node, length: int) -> list[int]:
    """Where a split cuts an axis of this length."""
    pieces = np.split(np.arange(length), _sections(node.operation))
    return np.cumsum([len(piece) for piece in pieces])[:-1].tolist()  # type: ignore[no-any-return]


def _product(trace: Trace, node: Node) -> list[Atoms]:
    """Two tensors whose channels number matrices that are multiplied one by one."""
    given = [trace.tensors[number] for number in node.inputs]
    shapes = [trace.shape(number) for number in node.inputs]
    ranks, axes = {len(shape) for shape in shapes}, {channel_axis(trace, number) for number in node.inputs}
    if len(given) != 2 or len(ranks) != 1 or len(axes) != 1 or min(axes) >= min(ranks) - 2:
        return trace.leave(node, given, "its sums run over channels, or over a product of two sets of them")
    if len(given[0]) != len(given[1]):
        return trace.leave(node, given, "one of its operands is spread over the other's channels")
    (axis,) = axes
    trace.join(given[0], given[1])
    sums = math.prod(sides_of(trace.shape(node.outputs[0]))) * int(shapes[0][-1] or 1)
    trace.cost(node, sums // len(given[0]), given[0])
    trace.axes[node.outputs[0]] = axis
    return [given[0]]


def _einsum(trace: Trace, node: Node) -> list[Atoms]:
    """A sum of products in which every operand has its channels along one letter, which the result keeps."""
    given = [trace.tensors[number] for number in node.inputs]
    left, _, result = str(node.operation.subscripts).replace(" ", "").partition("->")
    parts = left.split(",")
    fits = len(parts) == len(given) and "." not in left and all(
        len(part) == len(trace.shape(number)) for part, number in zip(parts, node.inputs, strict=False)
    )  # fmt: skip
    letters = {part[channel_axis(trace, number)] for part, number in zip(parts, node.inputs, strict=False)} if fits else set()
    if len(letters) != 1 or (letter := letters.pop()) not in result or len({len(atoms) for atoms in given}) != 1:
        return trace.leave(node, given, "its sums run over channels, or over a product of two sets of them")
    for other in given[1:]:
        trace.join(given[0], other)
    if result.index(letter) != len(result) - 1:
        trace.axes[node.outputs[0]] = result.index(letter)
    return [given[0]]


MOVES: dict[str, Callable[[Trace, Node], list[Atoms]]] = {
    **dict.fromkeys(("Reshape", "Flatten", ".Reshape", ".Ravel", ".ExpandDims", ".Squeeze"), _reshape),
    **dict.fromkeys(("Permute", ".Transpose", ".Swapaxes"), _transpose),
    ".GetItem": _take,
    ".Split": _split,
    ".Matmul": _product,
    ".Einsum": _einsum,
}
"""Class name -> how channels move through it, from the trace and the node."""
