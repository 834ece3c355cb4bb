"""What is in a .tflite file, for `espalier inspect`: read as data, any operator, no interpreter.

Unlike `read.py`, which refuses what Espalier cannot compile, this tells what is there; it is as strict about bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, Final, NamedTuple

from ..errors import UnsupportedModelError
from ..graph.ops import macs_of
from ..graph.verify import printable
from ..limits import LIMITS
from .bounded import Buffer, Table, refused
from .numbers import tensor_type
from .operators import builtin_name
from .versions import floor_of, runtime_floor

_MOST_SIDES: Final = 8


def inspect_tflite(data: bytes) -> dict[str, Any]:
    """Plain facts of a .tflite file: input, output, operators with versions and floors, MACs, parameters.

    Raises ModelRefusedError for damaged bytes, UnsupportedModelError for several subgraphs.
    """
    if len(data) > LIMITS.tflite_bytes:
        raise refused(f"it has {len(data)} bytes, more than {LIMITS.tflite_bytes}")
    model = Buffer(data).root()
    subgraphs = model.tables(2, limit=1 << 10, what="subgraphs")
    if not subgraphs:
        raise refused("it has no subgraph")
    if len(subgraphs) > 1:
        raise UnsupportedModelError(
            f"the .tflite file has {len(subgraphs)} subgraphs", supported="one subgraph (no control flow)"
        )
    codes = [operator_code(table) for table in model.tables(1, limit=1 << 12, what="operator codes")]
    buffers = model.tables(4, limit=2 * LIMITS.tflite_tensors, what="buffers")
    tables = subgraphs[0].tables(0, limit=LIMITS.tflite_tensors, what="tensors")
    tensors = [tensor_facts(table, buffers) for table in tables]
    operators = subgraphs[0].tables(3, limit=LIMITS.tflite_operators, what="operators")
    rows = [operator_row(table, codes, tensors) for table in operators]
    constants = [t for t in tensors if t.constant and t.dtype != "int64"]
    uses = Counter((row["operator"], row["version"]) for row in rows)
    return {
        "format": "tflite",
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "input": [_edge(tensors, i) for i in subgraphs[0].integers(1)],
        "output": [_edge(tensors, i) for i in subgraphs[0].integers(2)],
        "quantization": _quantization(tensors, rows),
        "runtime_floor": runtime_floor(uses),
        "operators": len(rows),
        "parameters": sum(prod(t.shape) for t in constants),
        "macs": sum(row["macs"] for row in rows),
        "uses": [
            {"operator": name, "version": version, "floor": floor_of(name, version), "count": count}
            for (name, version), count in sorted(uses.items())
        ],
        "nodes": rows,
    }


def operator_code(table: Table) -> tuple[str, int]:
    number = max(table.integer(0, "int8"), table.integer(3, "int32"))
    name = builtin_name(number)
    if name == "CUSTOM":
        name += " " + printable(table.text(1), 60)
    return name, table.integer(2, "int32", 1)


class _Tensor(NamedTuple):
    name: str
    shape: list[int]
    signature: list[int]
    dtype: str
    scales: tuple[float, ...]
    zero_point: int
    constant: bool


def tensor_facts(table: Table, buffers: tuple[Table, ...]) -> _Tensor:
    code, buffer = table.integer(1, "int8"), table.integer(2, "uint32")
    shape = table.integers(0)
    if len(shape) > _MOST_SIDES or any(side < 0 for side in shape):
        raise refused(f"a tensor has the shape {list(shape[:_MOST_SIDES])}")
    quant = table.table(4)
    scales = quant.numbers(2, "float32") if quant else ()
    zeros = quant.integers(3, "int64") if quant else ()
    return _Tensor(
        name=printable(table.text(3)),
        shape=list(shape),
        signature=list(table.integers(7)),
        dtype=tensor_type(code),
        scales=scales,
        zero_point=zeros[0] if zeros else 0,
        constant=0 < buffer < len(buffers) and len(buffers[buffer].raw(0)) > 0,
    )


def _edge(tensors: list[_Tensor], index: int) -> dict[str, Any]:
    if not 0 <= index < len(tensors):
        raise refused(f"it names tensor {index} of {len(tensors)}")
    tensor = tensors[index]
    facts: dict[str, Any] = {"name": tensor.name, "shape": tensor.shape, "dtype": tensor.dtype}
    if tensor.scales:
        facts |= {"scale": tensor.scales[0], "zero_point": tensor.zero_point}
    if -1 in tensor.signature[1:]:
        facts["open_shape"] = tensor.signature
    return facts


def operator_row(table: Table, codes: list[tuple[str, int]], tensors: list[_Tensor]) -> dict[str, Any]:
    index = table.integer(0, "uint32")
    if index >= len(codes):
        raise refused(f"an operator names operator code {index} of {len(codes)}")
    name, version = codes[index]
    used = {}
    for slot, least in ((1, -1), (2, 0)):
        numbers = table.integers(slot)
        if any(not least <= number < len(tensors) for number in numbers):
            raise refused(f"an operator {name} names a tensor that does not exist")
        used[slot] = [tensors[number] for number in numbers if number >= 0]
    inputs, outputs = used[1], used[2]
    if not outputs:
        raise refused(f"an operator {name} has no result")
    options = table.table(4) if name == "BATCH_MATMUL" else None
    weights = next(
        (t for t in inputs if t.constant and len(t.scales) > 0 and t.dtype in ("int8", "uint8")),
        None,
    )
    return {
        "operator": name,
        "version": version,
        "output_shape": outputs[0].shape,
        "dtype": outputs[0].dtype,
        "scale": outputs[0].scales[0] if outputs[0].scales else None,
        "zero_point": outputs[0].zero_point if outputs[0].scales else None,
        "weight_scales": len(weights.scales) if weights else None,
        "macs": macs_of(
            name.lower(),
            [t.shape for t in inputs],
            outputs[0].shape,
            turned=options is not None and bool(options.scalar(0, "bool", False)),
        ),
    }


def _quantization(tensors: list[_Tensor], rows: Sequence[Mapping[str, Any]]) -> str:
    """One line: what computes in integers, and whether weights have one scale per channel."""
    kinds = Counter(row["dtype"] for row in rows)
    floats = sum(count for kind, count in kinds.items() if kind.startswith(("float", "bfloat")))
    whole = sum(count for kind, count in kinds.items() if kind in ("int8", "uint8", "int16"))
    scales = [row["weight_scales"] for row in rows if row["weight_scales"]]
    weights = "per-channel" if any(count > 1 for count in scales) else "per-tensor" if scales else "no"
    if not whole:
        small = any(t.constant and t.dtype in ("int8", "float16") for t in tensors)
        return "float, weights compressed (dynamic range or float16)" if small else "float"
    kind = "int16" if kinds["int16"] > kinds["int8"] + kinds["uint8"] else "int8"
    rest = f", {floats} operators left in float" if floats else ""
    return f"{kind}, {weights} weight scales{rest}"
