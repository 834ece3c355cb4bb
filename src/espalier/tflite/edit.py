"""Read, change and write .tflite files of ours as objects: one subgraph, canonical names, order and packing.

Only for files that this process made or that a worker handles; untrusted files go through tflite/read.py.
Objects are those of `ai_edge_litert.schema_py_generated` (ModelT, SubGraphT, TensorT, OperatorT).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from ..errors import BugError
from .numbers import IDENTIFIER, PROBABILITY, SCHEMA_VERSION, TENSOR_TYPES, tensor_type
from .objects import Builder, Indices, ModelT, OperatorT, QuantizationT, SubGraphT, TensorMapT, TensorT
from .operators import OPERATORS, builtin_name

ALIGNMENT = 16
"""`force_align: 16` of Buffer.data in schema.fbs; the object API alone aligns to 4."""

LINEAR = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
"""Operators with weights and a bias at inputs 1 and 2."""

_SLOTS: dict[str, tuple[str, ...]] = {
    "CONV_2D": ("input", "weights", "bias"),
    "DEPTHWISE_CONV_2D": ("input", "weights", "bias"),
    "FULLY_CONNECTED": ("input", "weights", "bias"),
    "TRANSPOSE_CONV": ("shape", "weights", "input", "bias"),
}


class _AlignedBuffer:
    """A BufferT whose data starts at a multiple of 16 in the file."""

    def __init__(self, data: NDArray[np.uint8] | None) -> None:
        self.data = data
        self.offset = 0
        self.size = 0

    def Pack(self, builder: Builder) -> int:
        """Called by ModelT.Pack."""
        start = None
        if self.data is not None and len(self.data):
            builder.StartVector(1, len(self.data), ALIGNMENT)
            head = builder.head - len(self.data)
            builder.head = head
            builder.Bytes[head : head + len(self.data)] = self.data.tobytes()
            start = builder.EndVector()
        schema.BufferStart(builder)
        if start is not None:
            schema.BufferAddData(builder, start)
        return int(schema.BufferEnd(builder))


def read_model(data: bytes) -> ModelT:
    """The file as a ModelT with one subgraph; buffers outside the flatbuffer are brought inside.

    Raises BugError when it is not a .tflite file or has more than one subgraph.
    """
    if len(data) < 8 or data[4:8] != IDENTIFIER:
        raise BugError("these bytes are not a .tflite file")
    model: ModelT = schema.ModelT.InitFromPackedBuf(bytearray(data), 0)
    if len(model.subgraphs) != 1:
        raise BugError(f"a .tflite file with {len(model.subgraphs)} subgraphs", supported="one subgraph")
    for index, buffer in enumerate(model.buffers):
        content = buffer.data
        if buffer.offset > 1:
            content = np.frombuffer(data, np.uint8, buffer.size, buffer.offset)
        model.buffers[index] = _AlignedBuffer(None if content is None else np.asarray(content, np.uint8))
    model.metadata = model.metadata or []
    return model


def new_model() -> ModelT:
    """A ModelT with one empty subgraph."""
    model: ModelT = schema.ModelT()
    graph: SubGraphT = schema.SubGraphT()
    model.version, model.subgraphs, model.buffers = SCHEMA_VERSION, [graph], [_AlignedBuffer(None)]
    model.operatorCodes, model.metadata, model.signatureDefs = [], [], []
    graph.tensors, graph.operators = [], []
    return model


def pack_model(model: ModelT) -> bytes:
    """The bytes of a ModelT in canonical order: tensors and buffers by first use, operator codes by first
    use.

    Unused tensors, buffers and codes are left out; equal models give equal bytes.
    """
    _order_tensors(model)
    _order_codes(model)
    _order_buffers(model)
    builder = flatbuffers.Builder(sum(len(b.data) for b in model.buffers if b.data is not None) + (1 << 16))
    builder.Finish(model.Pack(builder), file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def graph_of(model: ModelT) -> SubGraphT:
    """The only subgraph."""
    return model.subgraphs[0]


def operator_name(model: ModelT, operator: OperatorT) -> str:
    """TFLite's name of an operator, for example CONV_2D; unknown codes give OPERATOR_<code>."""
    code = model.operatorCodes[operator.opcodeIndex]
    return builtin_name(max(int(code.builtinCode), int(code.deprecatedBuiltinCode)))


def name_of(tensor: TensorT) -> str:
    """The name of a tensor, "" when it has none."""
    return bytes(tensor.name or b"").decode(errors="replace")


def shape_of(tensor: TensorT) -> list[int]:
    """The shape of a tensor; [] for a scalar."""
    return [] if tensor.shape is None else [int(n) for n in tensor.shape]


def is_quantized(tensor: TensorT) -> bool:
    """Whether a tensor has a scale."""
    quantization = tensor.quantization
    return quantization is not None and quantization.scale is not None and len(quantization.scale) > 0


def quantization_held(tensor: TensorT) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Scales and zero points of a quantized tensor. Raises BugError for one that is not."""
    held = tensor.quantization
    if held is None or held.scale is None or held.zeroPoint is None or not len(held.scale):
        raise BugError(f"tensor {name_of(tensor)!r} has no scale", supported="a quantized tensor")
    return held.scale, held.zeroPoint


def step_of(tensor: TensorT) -> tuple[float, int]:
    """(scale, zero point) of a tensor quantized as a whole."""
    scales, zero_points = quantization_held(tensor)
    return float(scales[0]), int(zero_points[0])


def dtype_name(tensor: TensorT) -> str:
    """`int8`, `float32`, ..."""
    return tensor_type(tensor.type)


def operator_code(model: ModelT, name: str, version: int = 1) -> int:
    """Index of the operator code (name, version), added when it is not there."""
    number = OPERATORS[name].number
    for index, code in enumerate(model.operatorCodes):
        if code.builtinCode == number and code.version == version:
            return index
    code = schema.OperatorCodeT()
    code.builtinCode, code.version = number, version
    code.deprecatedBuiltinCode = min(number, OPERATORS["PLACEHOLDER_FOR_GREATER_OP_CODES"].number)
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1


def constant(model: ModelT, index: int) -> NDArray[Any] | None:
    """The value of a constant tensor (a read-only view), or None for a computed or absent one."""
    if index < 0:
        return None
    tensor = graph_of(model).tensors[index]
    data = model.buffers[tensor.buffer].data
    if data is None or not len(data):
        return None
    value: NDArray[Any] = data.view(np.dtype(dtype_name(tensor))).reshape(shape_of(tensor))
    return value


def set_constant(model: ModelT, index: int, value: NDArray[Any]) -> None:
    """Give a constant tensor a new value (its own buffer, so that no other tensor changes), shape and
    dtype."""
    tensor = graph_of(model).tensors[index]
    plain = np.ascontiguousarray(value)
    model.buffers.append(_AlignedBuffer(plain.reshape(-1).view(np.uint8)))
    tensor.buffer = len(model.buffers) - 1
    tensor.shape = np.array(value.shape, np.int32)
    tensor.type = TENSOR_TYPES.index(plain.dtype.name)


def single_operator(model: ModelT, operator: OperatorT) -> bytes:
    """A .tflite with this operator alone: its constants inside, its computed inputs as graph inputs, in
    order."""
    part = new_model()
    graph = graph_of(part)
    part.buffers, part.operatorCodes = list(model.buffers), [model.operatorCodes[operator.opcodeIndex]]
    used = sorted({int(i) for i in [*operator.inputs, *operator.outputs] if i >= 0})
    place = {index: position for position, index in enumerate(used)}
    graph.tensors = [copy.copy(graph_of(model).tensors[index]) for index in used]
    alone = copy.copy(operator)
    alone.opcodeIndex = 0
    alone.inputs = np.array([place[int(i)] if i >= 0 else -1 for i in operator.inputs], np.int32)
    alone.outputs = np.array([place[int(i)] for i in operator.outputs], np.int32)
    graph.operators = [alone]
    graph.inputs = np.array([place[i] for i in computed_inputs(model, operator)], np.int32)
    graph.outputs = alone.outputs
    return pack_model(part)


def computed_inputs(model: ModelT, operator: OperatorT) -> list[int]:
    """Tensors that an operator reads and that are not constants, each once, in order of use."""
    return list(dict.fromkeys(int(i) for i in operator.inputs if i >= 0 and constant(model, int(i)) is None))


def add_tensor(
    model: ModelT,
    name: str,
    shape: Sequence[int],
    dtype: str,
    *,
    value: NDArray[Any] | None = None,
    quantization: tuple[float, int] | None = None,
) -> int:
    """Add a tensor and return its index; `quantization` is (scale, zero point)."""
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = (
        name.encode(),
        np.array(shape, np.int32),
        TENSOR_TYPES.index(dtype),
        0,
    )
    tensor.hasRank = True
    if quantization is not None:
        tensor.quantization = quantization_of([quantization[0]], [quantization[1]])
    tensors = graph_of(model).tensors
    tensors.append(tensor)
    if value is not None:
        set_constant(model, len(tensors) - 1, value)
    return len(tensors) - 1


def quantization_of(scales: Sequence[float], zero_points: Sequence[int], dimension: int = 0) -> QuantizationT:
    """A QuantizationParametersT; one scale per channel of `dimension`, or one for all."""
    value: QuantizationT = schema.QuantizationParametersT()
    value.scale = np.array(scales, np.float32)
    value.zeroPoint = np.array(zero_points, np.int64)
    value.quantizedDimension = dimension
    return value


def add_operator(
    model: ModelT,
    name: str,
    inputs: Sequence[int],
    outputs: Sequence[int],
    *,
    options: object = None,
    version: int = 1,
    at: int | None = None,
) -> OperatorT:
    """Insert an operator at position `at` (default: the end). `options` is an options object such as
    Conv2DOptionsT."""
    operator: OperatorT = schema.OperatorT()
    operator.opcodeIndex = operator_code(model, name, version)
    operator.inputs, operator.outputs = np.array(inputs, np.int32), np.array(outputs, np.int32)
    if options is not None:
        kind = type(options).__name__.removesuffix("T")
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        operator.builtinOptions = options
    operators = graph_of(model).operators
    operators.insert(len(operators) if at is None else at, operator)
    return operator


def replace_reader(model: ModelT, old: int, new: int, *, after: int = 0) -> None:
    """Let every operator from position `after` on read tensor `new` where it read `old`."""
    for operator in graph_of(model).operators[after:]:
        operator.inputs = np.where(np.asarray(operator.inputs) == old, new, operator.inputs).astype(np.int32)


def set_metadata(model: ModelT, name: str, value: bytes) -> None:
    """Set (or replace) a metadata entry; entries are kept sorted by name."""
    model.buffers.append(_AlignedBuffer(np.frombuffer(value, np.uint8)))
    entry = schema.MetadataT()
    entry.name, entry.buffer = name.encode(), len(model.buffers) - 1
    kept = [m for m in model.metadata if m.name != name.encode()]
    model.metadata = sorted([*kept, entry], key=lambda m: bytes(m.name))


def set_signature(model: ModelT) -> None:
    """One signature, `serving_default`, from the graph's inputs and outputs (litert-quantizer needs one): `image`, and all
    others by their tensors' names."""
    graph = graph_of(model)
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = b"serving_default", 0
    beside = [_tensor_map(name_of(graph.tensors[int(index)]), index) for index in graph.inputs[1:]]
    signature.inputs = [_tensor_map("image", int(graph.inputs[0])), *beside]
    signature.outputs = [_tensor_map(name_of(graph.tensors[int(index)]), index) for index in graph.outputs]
    model.signatureDefs = [signature]


def _tensor_map(name: str, tensor: int) -> TensorMapT:
    entry: TensorMapT = schema.TensorMapT()
    entry.name, entry.tensorIndex = name.encode(), int(tensor)
    return entry



def rename_tensors(
    model: ModelT, heads: Sequence[str] = (PROBABILITY,), numbers: Sequence[str] = ()
) -> dict[str, str]:
    """Give every tensor a name that depends only on the graph; returns {new name: old name}.

    `image` for the first input, `numbers` for those behind it, `heads` for the outputs, `conv_2d_3` for what operator 3 computes,
    `conv_2d_3/weights` for the constant that it is the first to read.
    """
    graph, new = graph_of(model), {}
    for name, index in zip(("image", *numbers), graph.inputs, strict=True):
        new[int(index)] = name
    for position, operator in enumerate(graph.operators):
        name = operator_name(model, operator)
        slots = _SLOTS.get(name, ())
        base = f"{name.lower()}_{position}"
        for place, index in enumerate(operator.inputs):
            slot = slots[place] if place < len(slots) else f"constant_{place}"
            if index >= 0:
                new.setdefault(int(index), f"{base}/{slot}")
        for place, index in enumerate(operator.outputs):
            new[int(index)] = base if place == 0 else f"{base}:{place}"
    taken = {name for index, name in new.items() if index not in graph.outputs}
    for index, name in zip(graph.outputs, heads, strict=True):
        new[int(index)] = name if name not in taken else f"{name}_head"
    old = {}
    for index, name in new.items():
        tensor = graph.tensors[index]
        old[name] = name_of(tensor)
        tensor.name = name.encode()
    graph.name, model.description = b"main", b"Espalier"
    set_signature(model)
    return old


def _order_tensors(model: ModelT) -> None:
    graph = graph_of(model)
    used: dict[int, int] = {}
    for index in graph.inputs:
        used.setdefault(int(index), len(used))
    for operator in graph.operators:
        for index in [*operator.inputs, *operator.outputs]:
            if index >= 0:
                used.setdefault(int(index), len(used))
    for index in graph.outputs:
        used.setdefault(int(index), len(used))
    tensors = graph.tensors
    graph.tensors = [tensors[index] for index in used]

    def moved(indices: Indices) -> NDArray[np.int32]:
        return np.array([used[int(i)] if i >= 0 else -1 for i in indices], np.int32)

    graph.inputs, graph.outputs = moved(graph.inputs), moved(graph.outputs)
    for operator in graph.operators:
        operator.inputs, operator.outputs = moved(operator.inputs), moved(operator.outputs)
    for signature in model.signatureDefs or []:
        for entry in [*signature.inputs, *signature.outputs]:
            entry.tensorIndex = used[int(entry.tensorIndex)]


def _order_codes(model: ModelT) -> None:
    used: dict[int, int] = {}
    for operator in graph_of(model).operators:
        operator.opcodeIndex = used.setdefault(int(operator.opcodeIndex), len(used))
    model.operatorCodes = [model.operatorCodes[index] for index in used]


def _order_buffers(model: ModelT) -> None:
    used: dict[int, int] = {0: 0}
    for tensor in graph_of(model).tensors:
        data = model.buffers[tensor.buffer].data
        tensor.buffer = 0 if data is None or not len(data) else used.setdefault(int(tensor.buffer), len(used))
    for entry in model.metadata:
        entry.buffer = used.setdefault(int(entry.buffer), len(used))
    buffers = model.buffers
    model.buffers = [_AlignedBuffer(None)] + [buffers[index] for index in list(used)[1:]]
