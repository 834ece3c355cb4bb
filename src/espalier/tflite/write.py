"""Graph to .tflite bytes: canonical (equal graphs, equal bytes), readable by LiteRT and by `load.tflite`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import flatbuffers
import numpy as np

from ..graph.op_spec import Field
from ..graph.ops import OPS
from ..graph.types import DTYPES, Graph, Op, OptionValue, Quant, Tensor

SCHEMA_VERSION: Final = 3
BUFFER_ALIGNMENT: Final = 16
TENSOR_TYPES: Final = {"float32": 0, "int32": 2, "uint8": 3, "int64": 4, "int16": 7, "int8": 9}
ACTIVATIONS: Final = {"none": 0, "relu": 1, "relu_n1_to_1": 2, "relu6": 3}
PADDINGS: Final = {"same": 0, "valid": 1}


class Builder(Protocol):
    """What is used of flatbuffers.Builder, which has no types."""

    def StartObject(self, fields: int) -> None: ...
    def EndObject(self) -> int: ...
    def CreateString(self, text: str) -> int: ...
    def CreateNumpyVector(self, values: object) -> int: ...
    def StartVector(self, item: int, count: int, alignment: int) -> int: ...
    def EndVector(self) -> int: ...
    def PrependUOffsetTRelative(self, offset: int) -> None: ...
    def PrependUOffsetTRelativeSlot(self, slot: int, offset: int, default: int) -> None: ...
    def PrependInt8Slot(self, slot: int, value: int, default: int) -> None: ...
    def PrependUint8Slot(self, slot: int, value: int, default: int) -> None: ...
    def PrependInt32Slot(self, slot: int, value: int, default: int) -> None: ...
    def PrependUint32Slot(self, slot: int, value: int, default: int) -> None: ...
    def PrependBoolSlot(self, slot: int, value: bool, default: bool) -> None: ...
    def PrependFloat32Slot(self, slot: int, value: float, default: float) -> None: ...
    def Finish(self, root: int, identifier: bytes) -> None: ...
    def Output(self) -> bytearray: ...


def write_tflite(graph: Graph) -> bytes:
    """The network as a .tflite file with one subgraph, one buffer per constant and no metadata."""
    builder: Builder = flatbuffers.Builder(1024 + sum(t.size_bytes for t in graph.tensors if t.is_constant))
    constants = [i for i, t in enumerate(graph.tensors) if t.is_constant]
    buffer_of = {tensor: position + 1 for position, tensor in enumerate(constants)}
    buffers = [_table(builder, 1, lambda: None)]
    buffers += [_buffer(builder, graph.tensors[i]) for i in constants]
    codes = sorted({(OPS[op.kind].code, OPS[op.kind].version) for op in graph.ops})
    code_of = {code: position for position, (code, _) in enumerate(codes)}
    tensors = [_tensor(builder, t, buffer_of.get(i, 0)) for i, t in enumerate(graph.tensors)]
    operators = [_operator(builder, op, code_of[OPS[op.kind].code]) for op in graph.ops]
    subgraph = _subgraph(builder, graph, tensors, operators)
    root = _model(builder, [_operator_code(builder, *c) for c in codes], subgraph, buffers)
    builder.Finish(root, b"TFL3")
    return bytes(builder.Output())


def _table(builder: Builder, fields: int, fill: Callable[[], None]) -> int:
    builder.StartObject(fields)
    fill()
    return builder.EndObject()


def _offsets(builder: Builder, items: list[int]) -> int:
    builder.StartVector(4, len(items), 4)
    for item in reversed(items):
        builder.PrependUOffsetTRelative(item)
    return builder.EndVector()


def _integers(builder: Builder, values: tuple[int, ...], dtype: str = "int32") -> int:
    return builder.CreateNumpyVector(np.array(values, DTYPES[dtype]))


def _buffer(builder: Builder, tensor: Tensor) -> int:
    data = np.frombuffer(np.ascontiguousarray(tensor.data).tobytes(), np.uint8)
    builder.StartVector(1, data.size, BUFFER_ALIGNMENT)
    _copy(builder, data)
    vector = builder.EndVector()
    return _table(builder, 1, lambda: builder.PrependUOffsetTRelativeSlot(0, vector, 0))


def _copy(builder: Builder, data: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> None:
    """Put bytes in front of what is written, as CreateNumpyVector does, but with a chosen alignment."""
    builder.head = builder.head - data.size  # type: ignore[attr-defined]
    builder.Bytes[builder.head : builder.head + data.size] = data.tobytes()  # type: ignore[attr-defined]


def _operator_code(builder: Builder, code: int, version: int) -> int:
    def fill() -> None:
        builder.PrependInt8Slot(0, min(code, 127), 0)
        builder.PrependInt32Slot(2, version, 1)
        builder.PrependInt32Slot(3, code, 0)

    return _table(builder, 4, fill)


def _tensor(builder: Builder, tensor: Tensor, buffer: int) -> int:
    name = builder.CreateString(tensor.name)
    shape = _integers(builder, tensor.shape)
    quant = _quant(builder, tensor.quant) if tensor.quant is not None else None

    def fill() -> None:
        builder.PrependUOffsetTRelativeSlot(0, shape, 0)
        builder.PrependInt8Slot(1, TENSOR_TYPES[tensor.dtype], 0)
        builder.PrependUint32Slot(2, buffer, 0)
        builder.PrependUOffsetTRelativeSlot(3, name, 0)
        if quant is not None:
            builder.PrependUOffsetTRelativeSlot(4, quant, 0)
        builder.PrependBoolSlot(8, True, False)

    return _table(builder, 9, fill)


def _quant(builder: Builder, quant: Quant) -> int:
    scales = builder.CreateNumpyVector(np.array(quant.scales, DTYPES["float32"]))
    zero_points = _integers(builder, quant.zero_points, "int64")

    def fill() -> None:
        builder.PrependUOffsetTRelativeSlot(2, scales, 0)
        builder.PrependUOffsetTRelativeSlot(3, zero_points, 0)
        builder.PrependInt32Slot(6, quant.axis or 0, 0)

    return _table(builder, 7, fill)


def _operator(builder: Builder, op: Op, code: int) -> int:
    spec = OPS[op.kind]
    inputs, outputs = _integers(builder, op.inputs), _integers(builder, op.outputs)
    options = _options(builder, op, spec.fields) if spec.options_type else None

    def fill() -> None:
        builder.PrependUint32Slot(0, code, 0)
        builder.PrependUOffsetTRelativeSlot(1, inputs, 0)
        builder.PrependUOffsetTRelativeSlot(2, outputs, 0)
        if options is not None:
            builder.PrependUint8Slot(3, spec.options_type, 0)
            builder.PrependUOffsetTRelativeSlot(4, options, 0)

    return _table(builder, 5, fill)


def _options(builder: Builder, op: Op, fields: tuple[Field, ...]) -> int:
    vectors = {
        f.name: _integers(builder, op.options[f.name])  # type: ignore[arg-type]
        for f in fields
        if f.form == "ints" and op.options[f.name]
    }

    def fill() -> None:
        for field in fields:
            if field.name in vectors:
                builder.PrependUOffsetTRelativeSlot(field.slot, vectors[field.name], 0)
            elif field.form != "ints":
                _option(builder, field, op.options[field.name])

    return _table(builder, 1 + max((f.slot for f in fields), default=0), fill)


def _option(builder: Builder, field: Field, value: OptionValue) -> None:
    names = {"padding": PADDINGS, "activation": ACTIVATIONS, "dtype": TENSOR_TYPES}
    if field.form in names:
        builder.PrependInt8Slot(field.slot, names[field.form][str(value)], 0)
    elif field.form == "int8":
        builder.PrependInt8Slot(field.slot, int(value), int(field.default))  # type: ignore[arg-type]
    elif field.form == "int32":
        builder.PrependInt32Slot(field.slot, int(value), int(field.default))  # type: ignore[arg-type]
    elif field.form == "bool":
        builder.PrependBoolSlot(field.slot, bool(value), bool(field.default))
    else:
        builder.PrependFloat32Slot(field.slot, float(value), float(field.default))  # type: ignore[arg-type]


def _subgraph(builder: Builder, graph: Graph, tensors: list[int], operators: list[int]) -> int:
    tensor_vector, operator_vector = _offsets(builder, tensors), _offsets(builder, operators)
    inputs, outputs = _integers(builder, graph.inputs), _integers(builder, graph.outputs)
    name = builder.CreateString("main")

    def fill() -> None:
        for slot, offset in enumerate((tensor_vector, inputs, outputs, operator_vector, name)):
            builder.PrependUOffsetTRelativeSlot(slot, offset, 0)

    return _table(builder, 5, fill)


def _model(builder: Builder, codes: list[int], subgraph: int, buffers: list[int]) -> int:
    code_vector, subgraphs = _offsets(builder, codes), _offsets(builder, [subgraph])
    buffer_vector = _offsets(builder, buffers)

    def fill() -> None:
        builder.PrependUint32Slot(0, SCHEMA_VERSION, 0)
        builder.PrependUOffsetTRelativeSlot(1, code_vector, 0)
        builder.PrependUOffsetTRelativeSlot(2, subgraphs, 0)
        builder.PrependUOffsetTRelativeSlot(4, buffer_vector, 0)

    return _table(builder, 5, fill)
