"""The operators of a .tflite file as rows of the report: what each is, what feeds it, what it takes; any operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

from ..graph.verify import printable
from ..limits import LIMITS
from ..row_network import NetworkRow, NodeRow
from .bounded import Buffer, Table
from .inspect import operator_code, operator_row, tensor_facts
from .read import layer_of

MOST_NODES = 2_000
"""Rows of the report; a larger network is told by its first ones."""


def network_row(data: bytes, layers: Mapping[str, str]) -> NetworkRow:
    """The operators of a file of one subgraph. `layers`: tensor -> Keras layer. Raises ModelRefusedError for damaged bytes."""
    model = Buffer(data).root()
    graph = model.tables(2, limit=1, what="subgraphs")[0]
    operators = graph.tables(3, limit=LIMITS.tflite_operators, what="operators")
    rows = tuple(_rows(model, graph, operators[:MOST_NODES], layers))
    return NetworkRow(nodes=rows, left_out=max(0, len(operators) - MOST_NODES))


def _rows(model: Table, graph: Table, operators: tuple[Table, ...], layers: Mapping[str, str]) -> Iterator[NodeRow]:
    codes = [operator_code(table) for table in model.tables(1, limit=1 << 12, what="operator codes")]
    buffers = model.tables(4, limit=2 * LIMITS.tflite_tensors, what="buffers")
    tables = graph.tables(0, limit=LIMITS.tflite_tensors, what="tensors")
    tensors = [tensor_facts(table, buffers) for table in tables]
    makers: dict[int, int] = {}
    counted: set[int] = set()
    for place, table in enumerate(operators):
        row = operator_row(table, codes, tensors)
        used = [number for number in table.integers(1) if number >= 0]
        made = table.integers(2)
        constants = [number for number in used if tensors[number].constant and number not in counted]
        counted.update(constants)
        name = tensors[made[0]].name
        yield NodeRow(
            name=printable(layer_of(name, layers) or name.split(";")[0]),
            operator=str(row["operator"]).lower(),
            inputs=tuple(sorted({makers[number] for number in used if number in makers})),
            shape=tuple(row["output_shape"]),
            macs=int(row["macs"]),
            weight_bytes=sum(len(buffers[tables[number].integer(2, "uint32")].raw(0)) for number in constants),
            output_bytes=sum(prod(tensors[n].shape) * _width(tensors[n].dtype) for n in made),
        )
        makers.update(dict.fromkeys(made, place))


def _width(dtype: str) -> int:
    return WIDTHS.get(dtype, 4)


WIDTHS = dict.fromkeys(("int8", "uint8", "bool"), 1) | {"int16": 2, "float16": 2, "int64": 8, "float64": 8}
"""Bytes of an element that are not 4."""
