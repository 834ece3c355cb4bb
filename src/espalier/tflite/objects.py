"""The objects of a .tflite file that we edit, as `ai_edge_litert.schema_py_generated` makes them, and the interpreter, for the
type checker: what they are made of is generated, and has no types of its own."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int32]


class QuantizationT(Protocol):
    """Scales and zero points, one for all or one per channel of `quantizedDimension`; None or empty: not quantized."""

    scale: NDArray[np.float32] | None
    zeroPoint: NDArray[np.int64] | None
    quantizedDimension: int


class TensorT(Protocol):
    """A tensor; `buffer` is its place among the buffers of the model."""

    name: bytes | None
    shape: Indices | None
    shapeSignature: Indices | None
    type: int
    buffer: int
    quantization: QuantizationT | None
    hasRank: bool


class OperatorT(Protocol):
    """An operator; an input of -1 is left out."""

    opcodeIndex: int
    inputs: Indices
    outputs: Indices
    builtinOptions: Any
    builtinOptionsType: int


class SubGraphT(Protocol):
    """A graph: its operators in order."""

    name: bytes | None
    tensors: list[TensorT]
    operators: list[OperatorT]
    inputs: Indices
    outputs: Indices


class BufferT(Protocol):
    """Bytes of a constant tensor or of a metadata entry; `offset` and `size` where they stand outside the flatbuffer."""

    data: NDArray[np.uint8] | None
    offset: int
    size: int


class CodeT(Protocol):
    """Which operator in which version."""

    builtinCode: int
    deprecatedBuiltinCode: int
    version: int


class MetadataT(Protocol):
    """A named buffer."""

    name: bytes
    buffer: int


class TensorMapT(Protocol):
    """A name for an input or an output."""

    name: bytes
    tensorIndex: int


class SignatureT(Protocol):
    """Names for what a graph takes and gives."""

    inputs: list[TensorMapT]
    outputs: list[TensorMapT]


class ModelT(Protocol):
    """A whole file."""

    version: int
    description: bytes | None
    subgraphs: list[SubGraphT]
    operatorCodes: list[CodeT]
    buffers: list[BufferT]
    metadata: list[MetadataT]
    signatureDefs: list[SignatureT]

    def Pack(self, builder: Builder) -> int:
        """Write it."""


class Builder(Protocol):
    """flatbuffers.Builder: what we call of it."""

    head: int
    Bytes: bytearray
    minalign: int

    def StartVector(self, elemSize: int, numElems: int, alignment: int) -> int: ...
    def EndVector(self) -> int: ...
    def StartObject(self, numfields: int) -> None: ...
    def EndObject(self) -> int: ...
    def CreateString(self, s: str) -> int: ...
    def PrependFloat32(self, x: float) -> None: ...
    def PrependUOffsetTRelative(self, off: int) -> None: ...
    def PrependUOffsetTRelativeSlot(self, o: int, x: int, d: int) -> None: ...
    def PrependInt8Slot(self, o: int, x: int, d: int) -> None: ...
    def PrependUint8Slot(self, o: int, x: int, d: int) -> None: ...
    def PrependUint32Slot(self, o: int, x: int, d: int) -> None: ...
    def PrependInt32Slot(self, o: int, x: int, d: int) -> None: ...
    def PrependFloat32Slot(self, o: int, x: float, d: float) -> None: ...
    def PrependBoolSlot(self, o: int, x: bool, d: bool) -> None: ...
    def PrependUint32(self, x: int) -> None: ...


class Interpreter(Protocol):
    """An interpreter of LiteRT or tflite-runtime, tensors allocated."""

    def allocate_tensors(self) -> None:
        """Before the first run."""

    def get_input_details(self) -> list[dict[str, Any]]:
        """What the graph takes."""

    def get_output_details(self) -> list[dict[str, Any]]:
        """What it gives."""

    def get_tensor_details(self) -> list[dict[str, Any]]:
        """Every tensor."""

    def set_tensor(self, tensor_index: int, value: NDArray[Any]) -> None:
        """Feed one."""

    def get_tensor(self, tensor_index: int) -> NDArray[Any]:
        """Read one."""

    def invoke(self) -> None:
        """Run."""

    def _get_ops_details(self) -> list[dict[str, Any]]:
        """Every operator, a delegate's after those that it replaces."""

    def _native_handle(self) -> int:
        """What LiteRT's calibrator takes."""
