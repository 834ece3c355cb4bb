"""Functions of one int8 value as tables: one for a whole tensor, or one per channel, and chains of them as one table.

A product with a constant, a sum with one, a prelu or an activation maps each of 256 values to one, in each channel in its own
way. Operators that follow each other and each have one reader are one such function, whatever their number: what lies between
them is never stored. A table for the whole tensor costs nothing that one of its operators did not cost before, so those chains
are always joined. One table per channel costs 256 bytes of flash for each; it takes the arithmetic's place only for
`optimize = "speed"`, where a byte saves ``LEAST_GAIN`` instructions per inference, and within ``budget``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..graph import curves
from ..graph.types import ABSENT, Graph
from ..graph.view import OpView, view
from . import one_value
from .lower_tables import VALUES, answers, lookup
from .lowering import Lowered

LEAST_GAIN: Final = 8
"""Instructions per inference that a byte of tables must save."""
LEAST_BUDGET: Final = 8192
SHARE: Final = 8
"""The tables of a program take at most this part of its constants, one in so many bytes, but ``LEAST_BUDGET`` always."""
TWO_OPERANDS: Final = frozenset(
    ("add", "sub", "mul", "prelu", "maximum", "minimum", "squared_difference")
)

_CURVE: Final = "curve"
TAKES: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "": {"curve": 3.75, "mul": 10, "add": 10, "sub": 10, "prelu": 25, "pixel": 40, "table": 4.25, "tables": 7},
        "helium": {"curve": 0.6, "mul": 3.5, "add": 3.5, "sub": 3.5, "prelu": 25, "pixel": 40, "table": 0.8, "tables": 8},
    }
)  # fmt: skip
"""Instruction set ("": the others) -> instructions of a value by operator and by a table per channel, and what a pixel takes
besides of either ("pixel", "tables")."""
_OTHER: Final = 22
"""Instructions of a value by the general kernels."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Function:
    """What an operator makes of the 256 values. ``tables``: int8 [1 or channels, 256], for inputs -128 to 127."""

    ops: tuple[int, ...]
    """One, or a group of operators that read one tensor."""
    source: int
    """The tensor that is read."""
    tables: NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """Operators that run as one call. ``source``: the tensor that the first one reads."""

    ops: tuple[int, ...]
    source: int
    lowered: Lowered


def _functions(graph: Graph) -> dict[int, Function]:
    """Last operator -> function, of operators and groups."""
    found: dict[int, Function] = {}
    grouped: set[int] = set()
    for source, ops in one_value.groups(graph):
        found[ops[-1]] = Function(ops=ops, source=source, tables=one_value.table(graph, source, ops))
        grouped.update(ops)
    for number in range(len(graph.ops)):
        function = None if number in grouped else function_of(graph, number)
        if function is not None:
            found[number] = function
    return dict(sorted(found.items()))


def function_of(graph: Graph, number: int) -> Function | None:
    """The function of an int8 operator of one value; None where it has two operands that vary, or other types."""
    op = graph.ops[number]
    looked = view(graph, op)
    output = looked.output
    if output.dtype != "int8" or any(t.dtype != "int8" for t in looked.present):
        return None
    if looked.op.kind in curves.CURVES:
        return Function(ops=(number,), source=op.inputs[0], tables=curves.table(looked)[None, :])
    if looked.op.kind not in TWO_OPERANDS:
        return None
    for data, other in ((0, 1), (1, 0)):
        given, constant = looked.input(data), looked.input(other)
        if given.is_constant or not constant.is_constant or given.shape != output.shape:
            continue
        if constant.elements == 1 or constant.elements == constant.shape[-1] == output.shape[-1]:
            return Function(ops=(number,), source=op.inputs[data], tables=_tables(looked, data))
    return None


def _tables(looked: OpView, data: int) -> NDArray[np.int8]:
    """The reference's answers for all values of operand ``data``, per element of the constant one; equal ones are one."""
    constant = looked.input(1 - data)
    count = constant.elements
    shapes = {data: (VALUES, count), 1 - data: (count,)}
    return _distinct(answers(looked, shapes, {1 - data: np.asarray(constant.data)}))


def _distinct(tables: NDArray[np.int8]) -> NDArray[np.int8]:
    return tables[:1] if (tables == tables[:1]).all() else tables


def _composed(functions: Sequence[Function]) -> NDArray[np.int8]:
    tables = functions[0].tables
    for after in functions[1:]:
        count = max(len(tables), len(after.tables))
        first, second = (np.broadcast_to(t, (count, VALUES)) for t in (tables, after.tables))
        tables = np.take_along_axis(second, first.astype(np.int64) + VALUES // 2, axis=1)
    return _distinct(tables)


@lru_cache(maxsize=16)
def chains(graph: Graph, optimize: str, isa: str) -> Mapping[tuple[int, ...], Chain]:
    """Operators, in order -> the call that computes them together; also single ones, where tables per channel pay."""
    functions = _functions(graph)
    found: list[tuple[int, ...]] = []
    dear: list[tuple[float, int, tuple[int, ...]]] = []
    for ops in _runs(graph, functions):
        tables = _composed([functions[op] for op in ops])
        if len(tables) == 1:
            found.append(ops)
        else:
            bytes_ = tables.size
            gain = _gain(graph, _all_ops(ops, functions), len(tables), isa) / bytes_
            dear.append((gain, bytes_, ops))
    left = budget(graph) if optimize == "speed" else 0
    for gain, bytes_, ops in sorted(dear, key=lambda row: (-row[0], row[2])):
        if bytes_ <= left and gain >= LEAST_GAIN:
            found.append(ops)
            left -= bytes_
        else:
            found += _scalar_runs(ops, functions)
    made = [_chain(graph, ops, functions) for ops in found if _worth_a_table(ops, functions)]
    return MappingProxyType({chain.ops: chain for chain in made})


def _all_ops(run: Sequence[int], functions: Mapping[int, Function]) -> tuple[int, ...]:
    return tuple(sorted(op for last in run for op in functions[last].ops))


def joined(graph: Graph, optimize: str, isa: str) -> tuple[tuple[int, ...], ...]:
    """The chains of several operators: steps of the program."""
    return tuple(sorted(ops for ops in chains(graph, optimize, isa) if len(ops) > 1))


def budget(graph: Graph) -> int:
    """Bytes that all tables per channel of a program may take together."""
    return max(LEAST_BUDGET, sum(t.size_bytes for t in graph.tensors if t.is_constant) // SHARE)


def _worth_a_table(ops: tuple[int, ...], functions: Mapping[int, Function]) -> bool:
    """A single operator with one table has its own lowering."""
    return len(ops) > 1 or len(functions[ops[0]].ops) > 1 or len(functions[ops[0]].tables) > 1


def _runs(graph: Graph, functions: Mapping[int, Function]) -> list[tuple[int, ...]]:
    """Functions (their last operators) that follow each other, each the only reader of the one before; every function is in
    one run."""
    consumers = graph.consumers()
    runs: dict[int, tuple[int, ...]] = {}
    ends: dict[int, int] = {}
    for number, function in functions.items():
        tensor = function.source
        start = ends.get(tensor)
        alone = set(consumers.get(tensor, ())) <= set(function.ops) and tensor not in graph.outputs
        if start is None or not alone:
            start = number
        runs[start] = (*runs.get(start, ()), number)
        ends[graph.ops[number].outputs[0]] = start
    return list(runs.values())


def _scalar_runs(ops: tuple[int, ...], functions: Mapping[int, Function]) -> list[tuple[int, ...]]:
    """The parts of a run whose functions are the same in all channels."""
    parts: list[tuple[int, ...]] = [()]
    for op in ops:
        if len(functions[op].tables) == 1:
            parts[-1] = (*parts[-1], op)
        else:
            parts.append(())
    return [part for part in parts if len(part) > 1 or (part and len(functions[part[0]].ops) > 1)]


def _gain(graph: Graph, ops: tuple[int, ...], channels: int, isa: str) -> float:
    """Instructions of an inference that tables per channel save."""
    takes = TAKES.get(isa, TAKES[""])
    pixels = graph.tensors[graph.ops[ops[-1]].outputs[0]].elements // channels
    before = 0.0
    for op in ops:
        looked = view(graph, graph.ops[op])
        if looked.op.kind in curves.CURVES or any(t.is_constant and t.elements == 1 for t in looked.present):
            before += takes[_CURVE] * channels
        else:
            before += takes.get(looked.op.kind, _OTHER) * channels + takes["pixel"]
    return pixels * (before - takes["table"] * channels - takes["tables"])


def _chain(graph: Graph, ops: tuple[int, ...], functions: Mapping[int, Function]) -> Chain:
    """One call; of several operators it names the first operand of the last one, and reads the source."""
    source = functions[ops[0]].source
    assert source != ABSENT
    shape = graph.tensors[graph.ops[ops[-1]].outputs[0]].shape
    tables = _composed([functions[op] for op in ops])
    every = _all_ops(ops, functions)
    place = graph.ops[every[-1]].inputs.index(source) if len(every) == 1 else 0
    return Chain(ops=every, source=source, lowered=lookup(tables, shape, place))
