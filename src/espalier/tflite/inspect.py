"""What is in a .tflite file, for `espalier inspect`: read as data, any operator, no interpreter.

Unlike `read.py`, which refuses what Espalier cannot compile, this tells what is there; it is as strict about bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from math import prod
from typing import Any, Final

from ..errors import UnsupportedModelError
from ..graph.verify import printable
from ..limits import LIMITS
from .bounded import Buffer, Table, refused
from .versions import floor_of, runtime_floor

_OPERATORS: Final = """
ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP
FLOOR FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC
LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX
SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD
UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE
UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX
DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER
GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL
NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT
LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE
RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2
ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND
HARD_SWISH IF WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY
SEGMENT_SUM BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D
IMAG REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL
CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL
BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD
UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR RIGHT_SHIFT
""".split()  # noqa: SIM905
"""BuiltinOperator of TFLite's schema, in the order of its numbers."""

_TYPES: Final = (
    "float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64", "int8", "float64",
    "complex128", "uint64", "resource", "variant", "uint32", "uint16", "int4", "bfloat16",
)  # fmt: skip
_MOST_SIDES: Final = 8


def operator_name(number: int) -> str:
    """TFLite's name of a builtin operator, such as TILE; OPERATOR_n when it is newer than this table."""
    return _OPERATORS[number] if 0 <= number < len(_OPERATORS) else f"OPERATOR_{number}"


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
    codes = [_code(table) for table in model.tables(1, limit=1 << 12, what="operator codes")]
    buffers = model.tables(4, limit=2 * LIMITS.tflite_tensors, what="buffers")
    tables = subgraphs[0].tables(0, limit=LIMITS.tflite_tensors, what="tensors")
    tensors = [_tensor(table, buffers) for table in tables]
    operators = subgraphs[0].tables(3, limit=LIMITS.tflite_operators, what="operators")
    rows = [_row(table, codes, tensors) for table in operators]
    constants = [t for t in tensors if t["constant"] and t["dtype"] != "int64"]
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
        "parameters": sum(prod(t["shape"]) for t in constants),
        "macs": sum(row["macs"] for row in rows),
        "uses": [
            {"operator": name, "version": version, "floor": floor_of(name, version), "count": count}
            for (name, version), count in sorted(uses.items())
        ],
        "nodes": rows,
    }


def _code(table: Table) -> tuple[str, int]:
    number = max(table.integer(0, "int8"), table.integer(3, "int32"))
    if number == _OPERATORS.index("CUSTOM"):
        return "CUSTOM " + printable(table.text(1), 60), table.integer(2, "int32", 1)
    name = operator_name(number)
    return name, table.integer(2, "int32", 1)


def _tensor(table: Table, buffers: tuple[Table, ...]) -> dict[str, Any]:
    code, buffer = table.integer(1, "int8"), table.integer(2, "uint32")
    shape = table.integers(0)
    if len(shape) > _MOST_SIDES or any(side < 0 for side in shape):
        raise refused(f"a tensor has the shape {list(shape[:_MOST_SIDES])}")
    quant = table.table(4)
    scales = quant.numbers(2, "float32") if quant else ()
    zeros = quant.integers(3, "int64") if quant else ()
    return {
        "name": printable(table.text(3)),
        "shape": list(shape),
        "signature": list(table.integers(7)),
        "dtype": _TYPES[code] if 0 <= code < len(_TYPES) else f"type {code}",
        "scales": scales,
        "zero_point": zeros[0] if zeros else 0,
        "constant": 0 < buffer < len(buffers) and len(buffers[buffer].raw(0)) > 0,
    }


def _edge(tensors: list[dict[str, Any]], index: int) -> dict[str, Any]:
    if not 0 <= index < len(tensors):
        raise refused(f"it names tensor {index} of {len(tensors)}")
    tensor = tensors[index]
    facts = {key: tensor[key] for key in ("name", "shape", "dtype")}
    if tensor["scales"]:
        facts |= {"scale": tensor["scales"][0], "zero_point": tensor["zero_point"]}
    if -1 in tensor["signature"][1:]:
        facts["open_shape"] = tensor["signature"]
    return facts


def _row(table: Table, codes: list[tuple[str, int]], tensors: list[dict[str, Any]]) -> dict[str, Any]:
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
    weights = next(
        (t for t in inputs if t["constant"] and len(t["scales"]) > 0 and t["dtype"] in ("int8", "uint8")),
        None,
    )
    return {
        "operator": name,
        "version": version,
        "output_shape": outputs[0]["shape"],
        "dtype": outputs[0]["dtype"],
        "scale": outputs[0]["scales"][0] if outputs[0]["scales"] else None,
        "zero_point": outputs[0]["zero_point"] if outputs[0]["scales"] else None,
        "weight_scales": len(weights["scales"]) if weights else None,
        "macs": _macs(name, table, inputs, outputs[0]["shape"]),
    }


def _macs(name: str, table: Table, inputs: list[dict[str, Any]], output: list[int]) -> int:
    """As `tflite/macs.py` counts: products of convolutions, dense layers and matrix products; nothing else."""
    shapes: list[list[int]] = [t["shape"] for t in inputs]
    if name in ("CONV_2D", "FULLY_CONNECTED") and len(shapes) > 1:
        return prod(output) * prod(shapes[1][1:])
    if name == "DEPTHWISE_CONV_2D" and len(shapes) > 1:
        return prod(output) * prod(shapes[1][1:3])
    if name == "TRANSPOSE_CONV" and len(shapes) > 2:
        return prod(shapes[2]) * prod(shapes[1][:3])
    if name == "BATCH_MATMUL" and shapes and len(shapes[0]) > 1:
        options = table.table(4)
        transposed = bool(options.scalar(0, "bool", False)) if options else False
        return prod(output) * (shapes[0][-2] if transposed else shapes[0][-1])
    return 0


def _quantization(tensors: list[dict[str, Any]], rows: list[dict[str, Any]]) -> str:
    """One line: what computes in integers, and whether weights have one scale per channel."""
    kinds = Counter(row["dtype"] for row in rows)
    floats = sum(count for kind, count in kinds.items() if kind.startswith(("float", "bfloat")))
    whole = sum(count for kind, count in kinds.items() if kind in ("int8", "uint8", "int16"))
    scales = [row["weight_scales"] for row in rows if row["weight_scales"]]
    weights = "per-channel" if any(count > 1 for count in scales) else "per-tensor" if scales else "no"
    if not whole:
        small = any(t["constant"] and t["dtype"] in ("int8", "float16") for t in tensors)
        return "float, weights compressed (dynamic range or float16)" if small else "float"
    kind = "int16" if kinds["int16"] > kinds["int8"] + kinds["uint8"] else "int8"
    rest = f", {floats} operators left in float" if floats else ""
    return f"{kind}, {weights} weight scales{rest}"
