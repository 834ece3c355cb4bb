"""Operators that OpenMV's firmware registers with TensorFlow Lite Micro: lib/tflm/tflm_backend.cc of openmv/openmv (2026).

The list is compiled into the firmware, the same for every camera; what is not in it cannot be added on the camera.
"""

from __future__ import annotations

from typing import Final

from .tflm_ops import METHODS

_METHODS: Final = """
    Abs Add AddN ArgMax ArgMin AssignVariable AveragePool2D BatchMatMul BatchToSpaceNd BroadcastArgs BroadcastTo CallOnce Cast
    Ceil CircularBuffer Concatenation Conv2D Cos CumSum Delay DepthToSpace DepthwiseConv2D Dequantize Div Elu EmbeddingLookup
    Energy Equal Exp ExpandDims FftAutoScale Fill FilterBank FilterBankLog FilterBankSpectralSubtraction FilterBankSquareRoot
    Floor FloorDiv FloorMod Framer FullyConnected Gather GatherNd Greater GreaterEqual HardSwish If Irfft L2Normalization
    L2Pool2D LeakyRelu Less LessEqual Log LogSoftmax LogicalAnd LogicalNot LogicalOr Logistic MaxPool2D Maximum Mean Minimum
    MirrorPad Mul Neg NotEqual OverlapAdd PCAN Pack Pad PadV2 Prelu Quantize ReadVariable ReduceMax Relu Relu6 Reshape
    ResizeBilinear ResizeNearestNeighbor Rfft Round Rsqrt SelectV2 Shape Sin Slice Softmax SpaceToBatchNd SpaceToDepth Split
    SplitV Sqrt Square SquaredDifference Squeeze Stacker StridedSlice Sub Sum Svdf Tanh Transpose TransposeConv
    UnidirectionalSequenceLSTM Unpack VarHandle While Window ZerosLike
"""
REGISTERED: Final = frozenset(_METHODS.split())
"""As the methods are called: AddConv2D -> Conv2D."""

OPERATORS: Final = frozenset(name for name, method in METHODS.items() if method.removeprefix("Add") in REGISTERED)
"""TFLite names, lowered."""
