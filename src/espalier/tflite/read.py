"""Hostile bytes to `Graph`: a .tflite file is read as data, checked for meaning, and refused precisely.

LiteRT's own verifier checks offsets, not meaning, and aborts the process on some mutated files; nothing of it
is used here. Every index, length, shape product, scale and zero point is checked before a value is built.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from ..errors import ModelRefusedError, UnsupportedModelError
from ..graph.op_spec import Field
from ..graph.ops import OPS
from ..graph.types import ABSENT, DTYPES, Array, Graph, Op, OptionValue, Quant, Tensor
from ..graph.verify import MAX_ELEMENTS, MAX_RANK, find_problem, printable
from ..limits import LIMITS
from .bounded import Buffer, Table, refused
from .numbers import ACTIVATIONS, IDENTIFIER, PADDINGS, SCHEMA_VERSION, TENSOR_TYPES
from .operators import OPERATORS, builtin_name

_SPECS: Final = {OPERATORS[kind.upper()].number: spec for kind, spec in OPS.items()}
_CUSTOM: Final = OPERATORS["CUSTOM"].number
_DTYPES: Final = {number: name for number, name in enumerate(TENSOR_TYPES) if name in DTYPES}
"""The tensor types that are read; the others are refused."""

_NAMES: Final[Mapping[str, Mapping[int, str]]] = {
    "padding": dict(enumerate(PADDINGS)),
    "activation": dict(enumerate(ACTIVATIONS)),
    "dtype": _DTYPES,
}
"""Form of an option -> what its numbers mean."""


def read_tflite(data: bytes, *, name: str = "model", layers: Mapping[str, str] | None = None) -> Graph:
    """The network in `data`; `name` is what the graph is called, `layers` the Keras layers behind its tensors' names.

    Raises ModelRefusedError when the bytes are no sound .tflite file, UnsupportedModelError when the network
    holds an operator, type or shape that Espalier does not compile.
    """
    graph = _read(data, name, layers or {})
    problem = find_problem(graph)
    if problem is None:
        return graph
    raise (UnsupportedModelError if problem.unsupported else ModelRefusedError)(
        f"{printable(name)}: {problem.found}", supported=problem.supported, next_step=problem.next_step
    )


def _read(data: bytes, name: str, layers: Mapping[str, str]) -> Graph:
    if len(data) > LIMITS.tflite_bytes:
        raise refused(f"it has {len(data)} bytes, more than {LIMITS.tflite_bytes}")
    if len(data) < 8 or data[4:8] != IDENTIFIER:
        raise refused("it does not carry the identifier TFL3")
    model = Buffer(data).root()
    version = model.integer(0, "uint32")
    if version != SCHEMA_VERSION:
        raise refused(f"its schema version is {version}")
    subgraphs = model.tables(2, limit=1 << 16, what="subgraphs")
    if len(subgraphs) != 1:
        raise UnsupportedModelError(
            f"{printable(name)} has {len(subgraphs)} subgraphs",
            supported="one subgraph (no control flow, no stateful layers)",
            next_step="remove loops and conditions from the model",
        )
    codes = tuple(_operator_code(t) for t in model.tables(1, limit=1 << 16, what="operator codes"))
    buffers = model.tables(4, limit=LIMITS.tflite_tensors * 2, what="buffers")
    subgraph = subgraphs[0]
    tables = subgraph.tables(0, limit=LIMITS.tflite_tensors, what="tensors")
    tensors = tuple(_tensor(i, t, buffers, layers) for i, t in enumerate(tables))
    operators = subgraph.tables(3, limit=LIMITS.tflite_operators, what="operators")
    return Graph(
        name=name,
        tensors=tensors,
        ops=tuple(_op(i, t, codes, tensors) for i, t in enumerate(operators)),
        inputs=subgraph.integers(1),
        outputs=subgraph.integers(2),
    )


def _operator_code(table: Table) -> int:
    return max(table.integer(0, "int8"), table.integer(3, "int32"))


def layer_of(tensor: str, layers: Mapping[str, str]) -> str:
    """The Keras layer behind a tensor's name, or "". Quantizing adds to names: `conv_2d_3` becomes
    `conv_2d_3/weights`, `conv_2d_3_int8`."""
    while tensor and tensor not in layers:
        tensor = tensor[: max(tensor.rfind(end) for end in "/:_")] if any(e in tensor for e in "/:_") else ""
    return layers.get(tensor, "")


def _tensor(index: int, table: Table, buffers: tuple[Table, ...], layers: Mapping[str, str]) -> Tensor:
    name = table.text(3)
    layer = layer_of(name, layers)
    where = f"tensor {index} ({printable(name)}{', layer ' + printable(layer) if layer else ''})"
    code = table.integer(1, "int8")
    if code not in _DTYPES:
        raise UnsupportedModelError(
            f"{where} has the TFLite type number {code}",
            supported=", ".join(_DTYPES.values()),
            next_step="quantize the model to full-integer int8",
        )
    dtype = _DTYPES[code]
    shape = _shape(where, table)
    if any(table.has(slot) for slot in (6, 9)) or table.scalar(5, "bool", False):
        raise UnsupportedModelError(
            f"{where} is sparse, a variant or a variable",
            supported="dense tensors without state",
            next_step="convert the model without sparse encoding and stateful layers",
        )
    buffer = table.integer(2, "uint32")
    if table.integer(10, "uint32") or buffer >= max(1, len(buffers)):
        raise refused(f"{where} names buffer {buffer} of {len(buffers)}")
    data = _constant(where, buffers[buffer], shape, dtype) if buffer else None
    quant = _quant(where, table, dtype)
    return Tensor(name=name, shape=shape, dtype=dtype, quant=quant, data=data, layer=layer)


def _shape(where: str, table: Table) -> tuple[int, ...]:
    shape, signature = table.integers(0), table.integers(7)
    if len(shape) > MAX_RANK or any(n < 1 for n in shape) or math.prod(shape) >= MAX_ELEMENTS:
        raise refused(f"{where} has the shape {shape[: MAX_RANK + 1]}")
    if any(n == -1 for n in signature[1:]) or (signature and len(signature) != len(shape)):
        raise UnsupportedModelError(
            f"{where} has the shape {signature[: MAX_RANK + 1]}, which is not fixed",
            supported="fixed shapes (the batch may be open; it is taken as 1)",
            next_step="export the model with a fixed input size",
        )
    return shape


def _constant(where: str, buffer: Table, shape: tuple[int, ...], dtype: str) -> Array | None:
    if buffer.has(1) or buffer.has(2):
        raise UnsupportedModelError(
            f"{where} is stored outside the flatbuffer",
            supported="files below 2 GB with their weights inside",
            next_step="convert the model again",
        )
    raw = buffer.raw(0)
    if not len(raw):
        return None
    expected = math.prod(shape) * DTYPES[dtype].itemsize
    if len(raw) != expected:
        raise refused(f"{where} has {len(raw)} bytes of data, its shape {shape} needs {expected}")
    return raw.view(DTYPES[dtype]).reshape(shape)


def _quant(where: str, table: Table, dtype: str) -> Quant | None:
    quant = table.table(4)
    if quant is None:
        return None
    scales = quant.numbers(2, "float32")
    if not scales:
        if quant.numbers(3, "int64"):
            raise refused(f"{where} has zero points without scales")
        return None
    if quant.integer(4, "uint8"):
        raise UnsupportedModelError(
            f"{where} has a custom or blockwise quantization",
            supported="one scale per tensor or per channel",
            next_step="quantize the model with per-channel int8 weights",
        )
    zero_points = quant.integers(3, "int64") or (0,) * len(scales)
    if any(not -(1 << 31) <= z < 1 << 31 for z in zero_points):
        raise refused(f"{where} has a zero point outside {dtype}")
    axis = quant.integer(6, "int32") if len(scales) > 1 else None
    return Quant(scales=tuple(float(s) for s in scales), zero_points=zero_points, axis=axis)


def _op(position: int, table: Table, codes: tuple[int, ...], known: tuple[Tensor, ...]) -> Op:
    tensors = len(known)
    index = table.integer(0, "uint32")
    if index >= len(codes):
        raise refused(f"operator {position} names operator code {index} of {len(codes)}")
    code = codes[index]
    spec = _SPECS.get(code)
    if spec is None:
        what = (
            "a custom operator" if code == _CUSTOM else f"{builtin_name(code)}, TFLite operator number {code}"
        )
        made = [known[i] for i in table.integers(2) if 0 <= i < tensors]
        layer = f", layer {printable(made[0].layer)}" if made and made[0].layer else ""
        makes = f", which makes {printable(made[0].name)!r}" if made else ""
        raise UnsupportedModelError(
            f"operator {position}{layer} is {what}{makes}",
            supported=", ".join(sorted(OPS)),
            next_step="replace the layer by one of the supported ones",
        )
    operands, results = table.integers(1), table.integers(2)
    if any(not ABSENT <= i < tensors for i in operands) or any(not 0 <= i < tensors for i in results):
        raise refused(f"operator {position} ({spec.kind}) names a tensor that does not exist")
    if not results:
        raise refused(f"operator {position} ({spec.kind}) has no result")
    if table.has(5) and table.integers(7, "uint8"):
        raise refused(f"operator {position} ({spec.kind}) changes its operands")
    options_type = table.integer(3, "uint8")
    options = table.table(4) if options_type else None
    if options is not None and options_type != spec.options_type:
        raise refused(f"operator {position} ({spec.kind}) has options of type {options_type}")
    values = {f.name: _option(position, spec.kind, options, f) for f in spec.fields}
    return Op(kind=spec.kind, inputs=operands, outputs=results, options=values)


def _option(position: int, kind: str, table: Table | None, field: Field) -> OptionValue:
    if table is None:
        return field.default
    if field.form == "ints":
        return table.integers(field.slot)
    if (names := _NAMES.get(field.form)) is not None:
        code = table.integer(field.slot, "int8")
        if code not in names:
            raise refused(f"operator {position} ({kind}) has {field.name} number {code}")
        return names[code]
    value = table.scalar(field.slot, field.form, field.default)  # type: ignore[arg-type]
    if field.form == "float" and not np.isfinite(value):
        raise refused(f"operator {position} ({kind}) has a {field.name} that is not a number")
    return value
