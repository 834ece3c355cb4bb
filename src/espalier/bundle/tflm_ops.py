"""Operators of TensorFlow Lite Micro: the method of MicroMutableOpResolver that registers each.

Source: tensorflow/lite/micro/micro_mutable_op_resolver.h of tflite-micro (version of 2025 that registers by
reference, `const TFLMRegistration&`), read November 2026. Only builtin operators; TFLite names lowered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..errors import UnsupportedModelError

_NAMES: Final = """
Abs Add AddN ArgMax ArgMin AssignVariable AveragePool2D BatchMatMul BatchToSpaceNd BroadcastArgs BroadcastTo
CallOnce Cast Ceil Concatenation Conv2D Cos CumSum DepthToSpace DepthwiseConv2D Dequantize Div EmbeddingLookup
Elu Equal Exp ExpandDims Fill Floor FloorDiv FloorMod FullyConnected Gather GatherNd Greater GreaterEqual
HardSwish If L2Normalization L2Pool2D LeakyRelu Less LessEqual Log LogicalAnd LogicalNot LogicalOr Logistic
LogSoftmax Maximum MaxPool2D MirrorPad Mean Minimum Mul Neg NotEqual Pack Pad PadV2 Prelu Quantize
ReadVariable ReduceMax ReduceMin Relu Relu6 Reshape ResizeBilinear ResizeNearestNeighbor ReverseV2 Round Rsqrt
SelectV2 Shape Sin Slice Softmax SpaceToBatchNd SpaceToDepth Split SplitV Squeeze Sqrt Square
SquaredDifference StridedSlice Sub Sum Svdf Tanh TransposeConv Transpose Unpack UnidirectionalSequenceLSTM
VarHandle While ZerosLike
"""

_IRREGULAR: Final[Mapping[str, str]] = {
    "UnidirectionalSequenceLSTM": "unidirectional_sequence_lstm",
    "BatchMatMul": "batch_matmul",
    "CumSum": "cumsum",
    "PadV2": "padv2",
    "ReverseV2": "reverse_v2",
    "SelectV2": "select_v2",
    "Conv2D": "conv_2d",
    "DepthwiseConv2D": "depthwise_conv_2d",
    "AveragePool2D": "average_pool_2d",
    "MaxPool2D": "max_pool_2d",
    "L2Pool2D": "l2_pool_2d",
    "L2Normalization": "l2_normalization",
}


def _operator_name(method: str) -> str:
    """`FullyConnected` -> `fully_connected`."""
    letters = (f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(method))
    return _IRREGULAR.get(method, "".join(letters))


METHODS: Final[Mapping[str, str]] = {_operator_name(name): f"Add{name}" for name in _NAMES.split()}
"""Operator -> method, such as conv_2d -> AddConv2D."""

INT8_REGISTRATIONS: Final[Mapping[str, str]] = {
    "add": "tensorflow/lite/micro/kernels/add.h",
    "average_pool_2d": "tensorflow/lite/micro/kernels/pooling.h",
    "conv_2d": "tensorflow/lite/micro/kernels/conv.h",
    "depthwise_conv_2d": "tensorflow/lite/micro/kernels/depthwise_conv.h",
    "fully_connected": "tensorflow/lite/micro/kernels/fully_connected.h",
    "max_pool_2d": "tensorflow/lite/micro/kernels/pooling.h",
    "softmax": "tensorflow/lite/micro/kernels/softmax.h",
}
"""Operators with a registration for int8 only, `tflite::Register_<NAME>_INT8()`, and the header that declares
it. They leave the float and int16 kernels out: 24 to 32 KB less code (measured on Cortex-M4, knowledge of
TFLM 90b983c2)."""


def add_methods(operators: Iterable[str]) -> list[tuple[str, str]]:
    """(operator, method) for each operator, sorted, each once. Raises UnsupportedModelError for one TFLM
    lacks."""
    wanted = sorted(set(operators))
    missing = [name for name in wanted if name not in METHODS]
    if missing:
        raise UnsupportedModelError(
            f"TensorFlow Lite Micro has no operator {', '.join(missing)}",
            supported=", ".join(sorted(METHODS)),
            next_step="replace the layer that makes it, or deploy to a target with another runtime",
        )
    return [(name, METHODS[name]) for name in wanted]
