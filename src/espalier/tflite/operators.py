"""The one table of TFLite's operators: what each is called, in which versions, by which runtimes and by TFLM.

`graph/ops.py` says what those that Espalier compiles compute; every other fact of an operator is a column here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_TABLE: Final = """
  0 ADD                          Add                        2 3  1.5.0 1.14.0 2.4.0 2.6.0 2.13.0 2.23.0
  1 AVERAGE_POOL_2D              AveragePool2D              2 3  1.5.0 1.14.0 2.3.0
  2 CONCATENATION                Concatenation              2 3  1.5.0 1.14.0 2.3.0 2.14.0
  3 CONV_2D                      Conv2D                     3 4  1.5.0 1.14.0 1.14.0 2.3.0 2.4.0 2.9.0 2.11.0 2.15.0
  4 DEPTHWISE_CONV_2D            DepthwiseConv2D            3 5  1.5.0 1.12.0 1.14.0 2.2.0 2.3.0 2.3.0 2.11.0
  5 DEPTH_TO_SPACE               DepthToSpace               2 1  2.1.0 2.5.0
  6 DEQUANTIZE                   Dequantize                 2 3  1.13.1 1.14.0 1.15.0 2.2.0 2.7.0 2.18.0
  7 EMBEDDING_LOOKUP             EmbeddingLookup            1 1  1.13.0 1.14.0 1.14.0 2.18.0
  8 FLOOR                        Floor                      1 1  1.9.0
  9 FULLY_CONNECTED              FullyConnected             4 7  1.5.0 1.10.0 1.14.0 1.14.0 2.0.0 2.1.0 2.3.0 2.3.0 \
      2.3.0 2.11.0 2.15.0 2.17.0 2.18.0 2.21.0
 10 HASHTABLE_LOOKUP
 11 L2_NORMALIZATION             L2Normalization            2 1  1.5.0 1.14.0
 12 L2_POOL_2D                   L2Pool2D                   1 1  1.5.0
 13 LOCAL_RESPONSE_NORMALIZATION -                          1 1  1.5.0
 14 LOGISTIC                     Logistic                   2 3  1.14.0 1.14.0 2.3.0
 15 LSH_PROJECTION
 16 LSTM
 17 MAX_POOL_2D                  MaxPool2D                  2 3  1.5.0 1.14.0 2.3.0
 18 MUL                          Mul                        2 4  1.5.0 1.14.0 1.15.0 2.3.0 2.6.0 2.11.0 2.13.0
 19 RELU                         Relu                       2 3  1.5.0 2.1.0 2.5.0
 20 RELU_N1_TO_1                 -                          1 1  1.5.0
 21 RELU6                        Relu6                      2 3  1.5.0 1.14.0 2.5.0
 22 RESHAPE                      Reshape                    1 1  1.5.0
 23 RESIZE_BILINEAR              ResizeBilinear             2 4  1.7.0 1.14.0 2.2.0 2.5.0
 24 RNN
 25 SOFTMAX                      Softmax                    2 3  1.5.0 1.14.0 2.3.0 2.23.0
 26 SPACE_TO_DEPTH               SpaceToDepth               2 1  1.5.0 1.14.0
 27 SVDF                         Svdf                       1 1  1.5.0 1.14.0 2.2.0 2.3.0
 28 TANH                         Tanh                       2 3  1.14.0 1.14.0 2.3.0
 29 CONCAT_EMBEDDINGS
 30 SKIP_GRAM
 31 CALL
 32 CUSTOM
 33 EMBEDDING_LOOKUP_SPARSE
 34 PAD                          Pad                        2 3  1.5.0 1.14.0 2.4.0 2.6.0 2.20.0
 35 UNIDIRECTIONAL_SEQUENCE_RNN
 36 GATHER                       Gather                     2 4  1.6.0 1.14.0 1.15.0 2.4.0 2.5.0 2.13.0 2.15.0
 37 BATCH_TO_SPACE_ND            BatchToSpaceNd             2 4  1.6.0 1.14.0 2.3.0 2.12.0
 38 SPACE_TO_BATCH_ND            SpaceToBatchNd             2 4  1.6.0 1.14.0 2.3.0 2.12.0
 39 TRANSPOSE                    Transpose                  2 5  1.6.0 1.14.0 1.15.0 2.3.0 2.4.0 2.12.0 2.14.4
 40 MEAN                         Mean                       2 3  1.6.0 1.14.0 2.4.0
 41 SUB                          Sub                        2 5  1.6.0 1.14.0 2.3.0 2.4.0 2.4.0
 42 DIV                          Div                        1 1  1.6.0 2.3.0
 43 SQUEEZE                      Squeeze                    1 1  1.6.0 2.5.0
 44 UNIDIRECTIONAL_SEQUENCE_LSTM UnidirectionalSequenceLSTM 1 1
 45 STRIDED_SLICE                StridedSlice               2 1  1.6.0 1.14.0 2.1.0 2.2.0 2.5.0 2.6.0 2.14.0 2.14.0
 46 BIDIRECTIONAL_SEQUENCE_RNN
 47 EXP                          Exp                        2 2  1.7.0 2.12.0
 48 TOPK_V2                      -                          1 1  1.7.0 1.14.0 2.13.0
 49 SPLIT                        Split                      2 4  1.5.0 1.14.0 1.14.0 2.3.0
 50 LOG_SOFTMAX                  LogSoftmax                 2 1  1.14.0 1.14.0
 51 DELEGATE
 52 BIDIRECTIONAL_SEQUENCE_LSTM
 53 CAST                         Cast                       1 1  1.5.0 2.7.0 2.8.0 2.9.0 2.12.0 2.15.0 2.17.0
 54 PRELU                        Prelu                      1 1  1.8.0
 55 MAXIMUM                      Maximum                    2 4  1.14.0 1.14.0 2.3.0 2.3.0
 56 ARG_MAX                      ArgMax                     2 1  1.9.0 1.14.0 2.9.0
 57 MINIMUM                      Minimum                    2 4  1.14.0 1.14.0 2.3.0 2.3.0
 58 LESS                         Less                       1 1  1.14.0 1.14.0 2.13.0
 59 NEG                          Neg                        1 1  1.9.0
 60 PADV2                        PadV2                      2 3  1.9.0 1.14.0 2.4.0 2.6.0
 61 GREATER                      Greater                    1 1  1.14.0 1.14.0
 62 GREATER_EQUAL                GreaterEqual               1 1  1.14.0 1.14.0 2.13.0
 63 LESS_EQUAL                   LessEqual                  1 1  1.14.0 1.14.0
 64 SELECT                       -                          2 1  1.14.0 1.14.0 2.12.0 2.12.0
 65 SLICE                        Slice                      2 4  1.14.0 1.14.0 1.14.0 2.4.0 2.5.0 2.14.0
 66 SIN                          Sin                        1 1  1.9.0
 67 TRANSPOSE_CONV               TransposeConv              2 2  1.9.0 2.2.0 2.3.0 2.13.0 2.15.0
 68 SPARSE_TO_DENSE
 69 TILE                         -                          3 1  1.10.1 2.2.0 2.8.0
 70 EXPAND_DIMS                  ExpandDims                 1 1  1.10.0
 71 EQUAL                        Equal                      2 4  1.14.0 1.14.0 2.3.0 2.13.0
 72 NOT_EQUAL                    NotEqual                   1 1  1.14.0 1.14.0 2.3.0
 73 LOG                          Log                        2 2  1.14.0 2.15.0
 74 SUM                          Sum                        2 1  1.10.0 1.15.0
 75 SQRT                         Sqrt                       2 1  1.10.0 2.21.0
 76 RSQRT                        Rsqrt                      2 3  1.10.0 2.5.0 2.15.0
 77 SHAPE                        Shape                      1 1  1.10.0
 78 POW                          -                          1 1  1.10.0
 79 ARG_MIN                      ArgMin                     1 1  1.9.0 1.14.0 2.9.0
 80 FAKE_QUANT
 81 REDUCE_PROD                  -                          1 1  1.11.0 2.6.0
 82 REDUCE_MAX                   ReduceMax                  2 3  1.11.0 1.14.0 2.5.0
 83 PACK                         Pack                       2 3  1.11.0 1.14.0 2.3.0 2.13.0
 84 LOGICAL_OR                   LogicalOr                  1 1  1.11.0
 85 ONE_HOT                      -                          1 1  1.11.0
 86 LOGICAL_AND                  LogicalAnd                 1 1  1.11.0
 87 LOGICAL_NOT                  LogicalNot                 1 1  1.11.0
 88 UNPACK                       Unpack                     2 4  1.11.0 1.14.0 2.2.0 2.3.0
 89 REDUCE_MIN                   ReduceMin                  2 3  1.11.0 1.14.0 2.5.0
 90 FLOOR_DIV                    FloorDiv                   1 1  1.14.0 1.14.0 2.13.0
 91 REDUCE_ANY                   -                          1 1  1.11.0
 92 SQUARE                       Square                     1 1  1.12.0
 93 ZEROS_LIKE                   ZerosLike                  1 1  1.12.0
 94 FILL                         Fill                       1 1  1.13.0 2.3.0 2.5.0 2.12.0
 95 FLOOR_MOD                    FloorMod                   1 1  1.13.0 2.13.0
 96 RANGE                        -                          1 1  1.13.0 2.14.0
 97 RESIZE_NEAREST_NEIGHBOR      ResizeNearestNeighbor      2 4  1.13.1 1.14.0 2.3.0 2.4.0
 98 LEAKY_RELU                   LeakyRelu                  1 2  1.13.1 2.3.0
 99 SQUARED_DIFFERENCE           SquaredDifference          2 1  1.13.1 2.5.0
100 MIRROR_PAD                   MirrorPad                  2 3  1.13.1 2.3.0 2.12.0
101 ABS                          Abs                        2 3  1.13.0 2.4.0 2.5.0 2.6.0 2.12.0
102 SPLIT_V                      SplitV                     2 1  1.13.1 2.3.0
103 UNIQUE
104 CEIL                         Ceil                       1 1  1.14.0
105 REVERSE_V2                   ReverseV2                  3 1  1.14.0 2.2.0 2.5.0
106 ADD_N                        AddN                       1 1  1.14.0
107 GATHER_ND                    GatherNd                   1 1  1.14.0 2.3.0 2.5.0 2.13.0 2.16.0
108 COS                          Cos                        1 1  1.14.0
109 WHERE                        -                          1 1  1.14.0 2.8.0
110 RANK
111 ELU                          Elu                        1 1  1.14.0
112 REVERSE_SEQUENCE
113 MATRIX_DIAG
114 QUANTIZE                     Quantize                   1 2  1.14.0 1.15.0 2.7.0 2.21.0 2.21.0 2.21.0
115 MATRIX_SET_DIAG
116 ROUND                        Round                      1 1  1.14.0
117 HARD_SWISH                   HardSwish                  1 1  1.15.0
118 IF                           If                         1 1
119 WHILE                        While                      1 1
120 NON_MAX_SUPPRESSION_V4
121 NON_MAX_SUPPRESSION_V5
122 SCATTER_ND
123 SELECT_V2                    SelectV2                   1 1  2.2.0 2.12.0
124 DENSIFY                      -                          1 1  2.2.0
125 SEGMENT_SUM
126 BATCH_MATMUL                 BatchMatMul                2 3  2.3.0 2.3.0 2.4.0 2.5.0
127 PLACEHOLDER_FOR_GREATER_OP_CODES
128 CUMSUM                       CumSum                     1 1  2.4.0
129 CALL_ONCE                    CallOnce                   1 1
130 BROADCAST_TO                 BroadcastTo                3 3  - 2.5.0 2.5.0
131 RFFT2D
132 CONV_3D
133 IMAG
134 REAL
135 COMPLEX_ABS
136 HASHTABLE
137 HASHTABLE_FIND
138 HASHTABLE_IMPORT
139 HASHTABLE_SIZE
140 REDUCE_ALL                   -                          1 1  2.6.0
141 CONV_3D_TRANSPOSE
142 VAR_HANDLE                   VarHandle                  1 1
143 READ_VARIABLE                ReadVariable               1 1
144 ASSIGN_VARIABLE              AssignVariable             1 1
145 BROADCAST_ARGS               BroadcastArgs              1 1
146 RANDOM_STANDARD_NORMAL
147 BUCKETIZE
148 RANDOM_UNIFORM
149 MULTINOMIAL
150 GELU                         -                          2 1  2.9.0 2.9.0
151 DYNAMIC_UPDATE_SLICE         -                          1 1  2.9.0 2.17.0 2.19.0 2.20.0
152 RELU_0_TO_1                  -                          1 1  2.10.0
153 UNSORTED_SEGMENT_PROD
154 UNSORTED_SEGMENT_MAX
155 UNSORTED_SEGMENT_SUM
156 ATAN2
157 UNSORTED_SEGMENT_MIN
158 SIGN                         -                          1 1  2.11.0 2.12.0
159 BITCAST
160 BITWISE_XOR
161 RIGHT_SHIFT
"""
"""Number in the schema; name; the method of MicroMutableOpResolver that registers it, without `Add` ("-": TensorFlow Lite Micro
has none); the version that an int8 and an int16 file need; the lowest release of TensorFlow Lite or LiteRT that has version 1,
2, 3, ... ("-": that version was withdrawn). A line without more columns: version 1, unknown floors.

Sources. Numbers: BuiltinOperator of LiteRT's schema.fbs. Methods: tensorflow/lite/micro/micro_mutable_op_resolver.h of
tflite-micro (version of 2025 that registers by reference, `const TFLMRegistration&`), read November 2026. Versions: LiteRT
tflite/tools/versioning/op_version.cc; what raises them beside the dtype stands in `operator_versions.py`. Floors: LiteRT
tflite/tools/versioning/runtime_version.cc (2026-08), with the pairs that were added after its 2025 state: ADD v6, SOFTMAX v4
(2.23), FULLY_CONNECTED v14, QUANTIZE v4-6 (2.21), PAD v5 (2.20), SQRT v2 (2.21: int8, as its converter writes it).
"""

_LATER: Final = """
STABLEHLO_LOGISTIC STABLEHLO_ADD STABLEHLO_DIVIDE STABLEHLO_MULTIPLY STABLEHLO_MAXIMUM STABLEHLO_RESHAPE
STABLEHLO_CLAMP STABLEHLO_CONCATENATE STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CONVOLUTION STABLEHLO_SLICE
STABLEHLO_CUSTOM_CALL STABLEHLO_REDUCE STABLEHLO_ABS STABLEHLO_AND STABLEHLO_COSINE STABLEHLO_EXPONENTIAL
STABLEHLO_FLOOR STABLEHLO_LOG STABLEHLO_MINIMUM STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_POWER STABLEHLO_REMAINDER
STABLEHLO_RSQRT STABLEHLO_SELECT STABLEHLO_SUBTRACT STABLEHLO_TANH STABLEHLO_SCATTER STABLEHLO_COMPARE
STABLEHLO_CONVERT STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_PAD STABLEHLO_IOTA
STABLEHLO_DOT_GENERAL STABLEHLO_REDUCE_WINDOW STABLEHLO_SORT STABLEHLO_WHILE STABLEHLO_GATHER STABLEHLO_TRANSPOSE
DILATE STABLEHLO_RNG_BIT_GENERATOR REDUCE_WINDOW STABLEHLO_COMPOSITE STABLEHLO_SHIFT_LEFT STABLEHLO_CBRT
STABLEHLO_CASE
"""
"""The operators after the table's last, in the order of their numbers; no runtime of ours has their versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One line. `method` is "" where TFLM has none, `floors` those of versions 1, 2, 3, ..."""

    number: int
    name: str
    method: str = ""
    int8: int = 1
    int16: int = 1
    floors: tuple[str, ...] = ()


def _row(number: str, name: str, method: str = "-", int8: str = "1", int16: str = "1", *floors: str) -> Operator:
    method = "" if method == "-" else method
    return Operator(
        number=int(number), name=name, method=method, int8=int(int8), int16=int(int16), floors=floors
    )


_KNOWN: Final = [_row(*line.split()) for line in _TABLE.strip().splitlines()]
_MORE: Final = [Operator(number=len(_KNOWN) + i, name=name) for i, name in enumerate(_LATER.split())]

OPERATORS: Final[Mapping[str, Operator]] = MappingProxyType({row.name: row for row in (*_KNOWN, *_MORE)})
"""Name, such as CONV_2D, -> line."""

_NAMES: Final = {row.number: row.name for row in OPERATORS.values()}


def builtin_name(number: int) -> str:
    """TFLite's name of a builtin operator, such as TILE; OPERATOR_n when it is newer than this table."""
    return _NAMES.get(number, f"OPERATOR_{number}")
