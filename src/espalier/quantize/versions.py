"""Which runtime an operator needs: (operator, version) -> lowest TensorFlow Lite / LiteRT release that has
it.

A pair that is not in the table is UNKNOWN, never OK (the upstream converter skips it in silence, and so
writes a `min_runtime_version` that cannot be trusted).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .flatbuffer import dtype_name, graph_of, operator_code, operator_name, set_metadata

UNKNOWN = "unknown"

_FLOORS: dict[str, str] = {
    "ABS": "1.13.0 2.4.0 2.5.0 2.6.0 2.12.0",
    "ADD": "1.5.0 1.14.0 2.4.0 2.6.0 2.13.0 2.23.0",
    "ADD_N": "1.14.0",
    "ARG_MAX": "1.9.0 1.14.0 2.9.0",
    "ARG_MIN": "1.9.0 1.14.0 2.9.0",
    "AVERAGE_POOL_2D": "1.5.0 1.14.0 2.3.0",
    "BATCH_MATMUL": "2.3.0 2.3.0 2.4.0 2.5.0",
    "BATCH_TO_SPACE_ND": "1.6.0 1.14.0 2.3.0 2.12.0",
    "BROADCAST_TO": "- 2.5.0 2.5.0",
    "CAST": "1.5.0 2.7.0 2.8.0 2.9.0 2.12.0 2.15.0 2.17.0",
    "CEIL": "1.14.0",
    "CONCATENATION": "1.5.0 1.14.0 2.3.0 2.14.0",
    "CONV_2D": "1.5.0 1.14.0 1.14.0 2.3.0 2.4.0 2.9.0 2.11.0 2.15.0",
    "COS": "1.14.0",
    "CUMSUM": "2.4.0",
    "DENSIFY": "2.2.0",
    "DEPTHWISE_CONV_2D": "1.5.0 1.12.0 1.14.0 2.2.0 2.3.0 2.3.0 2.11.0",
    "DEPTH_TO_SPACE": "2.1.0 2.5.0",
    "DEQUANTIZE": "1.13.1 1.14.0 1.15.0 2.2.0 2.7.0 2.18.0",
    "DIV": "1.6.0 2.3.0",
    "DYNAMIC_UPDATE_SLICE": "2.9.0 2.17.0 2.19.0 2.20.0",
    "ELU": "1.14.0",
    "EMBEDDING_LOOKUP": "1.13.0 1.14.0 1.14.0 2.18.0",
    "EQUAL": "1.14.0 1.14.0 2.3.0 2.13.0",
    "EXP": "1.7.0 2.12.0",
    "EXPAND_DIMS": "1.10.0",
    "FILL": "1.13.0 2.3.0 2.5.0 2.12.0",
    "FLOOR": "1.9.0",
    "FLOOR_DIV": "1.14.0 1.14.0 2.13.0",
    "FLOOR_MOD": "1.13.0 2.13.0",
    "FULLY_CONNECTED": "1.5.0 1.10.0 1.14.0 1.14.0 2.0.0 2.1.0 2.3.0 2.3.0 2.3.0 2.11.0 2.15.0 2.17.0 "
    "2.18.0 2.21.0",
    "GATHER": "1.6.0 1.14.0 1.15.0 2.4.0 2.5.0 2.13.0 2.15.0",
    "GATHER_ND": "1.14.0 2.3.0 2.5.0 2.13.0 2.16.0",
    "GELU": "2.9.0 2.9.0",
    "GREATER": "1.14.0 1.14.0",
    "GREATER_EQUAL": "1.14.0 1.14.0 2.13.0",
    "HARD_SWISH": "1.15.0",
    "L2_NORMALIZATION": "1.5.0 1.14.0",
    "L2_POOL_2D": "1.5.0",
    "LEAKY_RELU": "1.13.1 2.3.0",
    "LESS": "1.14.0 1.14.0 2.13.0",
    "LESS_EQUAL": "1.14.0 1.14.0",
    "LOCAL_RESPONSE_NORMALIZATION": "1.5.0",
    "LOG": "1.14.0 2.15.0",
    "LOGICAL_AND": "1.11.0",
    "LOGICAL_NOT": "1.11.0",
    "LOGICAL_OR": "1.11.0",
    "LOGISTIC": "1.14.0 1.14.0 2.3.0",
    "LOG_SOFTMAX": "1.14.0 1.14.0",
    "MAXIMUM": "1.14.0 1.14.0 2.3.0 2.3.0",
    "MAX_POOL_2D": "1.5.0 1.14.0 2.3.0",
    "MEAN": "1.6.0 1.14.0 2.4.0",
    "MINIMUM": "1.14.0 1.14.0 2.3.0 2.3.0",
    "MIRROR_PAD": "1.13.1 2.3.0 2.12.0",
    "MUL": "1.5.0 1.14.0 1.15.0 2.3.0 2.6.0 2.11.0 2.13.0",
    "NEG": "1.9.0",
    "NOT_EQUAL": "1.14.0 1.14.0 2.3.0",
    "ONE_HOT": "1.11.0",
    "PACK": "1.11.0 1.14.0 2.3.0 2.13.0",
    "PAD": "1.5.0 1.14.0 2.4.0 2.6.0 2.20.0",
    "PADV2": "1.9.0 1.14.0 2.4.0 2.6.0",
    "POW": "1.10.0",
    "PRELU": "1.8.0",
    "QUANTIZE": "1.14.0 1.15.0 2.7.0 2.21.0 2.21.0 2.21.0",
    "RANGE": "1.13.0 2.14.0",
    "REDUCE_ALL": "2.6.0",
    "REDUCE_ANY": "1.11.0",
    "REDUCE_MAX": "1.11.0 1.14.0 2.5.0",
    "REDUCE_MIN": "1.11.0 1.14.0 2.5.0",
    "REDUCE_PROD": "1.11.0 2.6.0",
    "RELU": "1.5.0 2.1.0 2.5.0",
    "RELU6": "1.5.0 1.14.0 2.5.0",
    "RELU_0_TO_1": "2.10.0",
    "RELU_N1_TO_1": "1.5.0",
    "RESHAPE": "1.5.0",
    "RESIZE_BILINEAR": "1.7.0 1.14.0 2.2.0 2.5.0",
    "RESIZE_NEAREST_NEIGHBOR": "1.13.1 1.14.0 2.3.0 2.4.0",
    "REVERSE_V2": "1.14.0 2.2.0 2.5.0",
    "ROUND": "1.14.0",
    "RSQRT": "1.10.0 2.5.0 2.15.0",
    "SELECT": "1.14.0 1.14.0 2.12.0 2.12.0",
    "SELECT_V2": "2.2.0 2.12.0",
    "SHAPE": "1.10.0",
    "SIGN": "2.11.0 2.12.0",
    "SIN": "1.9.0",
    "SLICE": "1.14.0 1.14.0 1.14.0 2.4.0 2.5.0 2.14.0",
    "SOFTMAX": "1.5.0 1.14.0 2.3.0 2.23.0",
    "SPACE_TO_BATCH_ND": "1.6.0 1.14.0 2.3.0 2.12.0",
    "SPACE_TO_DEPTH": "1.5.0 1.14.0",
    "SPLIT": "1.5.0 1.14.0 1.14.0 2.3.0",
    "SPLIT_V": "1.13.1 2.3.0",
    "SQRT": "1.10.0",
    "SQUARE": "1.12.0",
    "SQUARED_DIFFERENCE": "1.13.1 2.5.0",
    "SQUEEZE": "1.6.0 2.5.0",
    "STRIDED_SLICE": "1.6.0 1.14.0 2.1.0 2.2.0 2.5.0 2.6.0 2.14.0 2.14.0",
    "SUB": "1.6.0 1.14.0 2.3.0 2.4.0 2.4.0",
    "SUM": "1.10.0 1.15.0",
    "SVDF": "1.5.0 1.14.0 2.2.0 2.3.0",
    "TANH": "1.14.0 1.14.0 2.3.0",
    "TILE": "1.10.1 2.2.0 2.8.0",
    "TOPK_V2": "1.7.0 1.14.0 2.13.0",
    "TRANSPOSE": "1.6.0 1.14.0 1.15.0 2.3.0 2.4.0 2.12.0 2.14.4",
    "TRANSPOSE_CONV": "1.9.0 2.2.0 2.3.0 2.13.0 2.15.0",
    "UNPACK": "1.11.0 1.14.0 2.2.0 2.3.0",
    "WHERE": "1.14.0 2.8.0",
    "ZEROS_LIKE": "1.12.0",
}
"""Operator -> floors of versions 1, 2, 3, ... ("-": that version was withdrawn).

Source: LiteRT tflite/tools/versioning/runtime_version.cc (2026-08), with the pairs that were added after its
2025 state: ADD v6, SOFTMAX v4 (2.23), FULLY_CONNECTED v14, QUANTIZE v4-6 (2.21), PAD v5 (2.20).
"""

_INT8_INT16: dict[str, tuple[int, int]] = {
    "ABS": (2, 3),
    "ADD": (2, 3),
    "ARG_MAX": (2, 1),
    "AVERAGE_POOL_2D": (2, 3),
    "BATCH_MATMUL": (2, 3),
    "BATCH_TO_SPACE_ND": (2, 4),
    "BROADCAST_TO": (3, 3),
    "CONCATENATION": (2, 3),
    "CONV_2D": (3, 4),
    "DEPTHWISE_CONV_2D": (3, 5),
    "DEPTH_TO_SPACE": (2, 1),
    "DEQUANTIZE": (2, 3),
    "EQUAL": (2, 4),
    "EXP": (2, 2),
    "FULLY_CONNECTED": (4, 7),
    "GATHER": (2, 4),
    "GELU": (2, 1),
    "LEAKY_RELU": (1, 2),
    "LOG": (2, 2),
    "LOGISTIC": (2, 3),
    "LOG_SOFTMAX": (2, 1),
    "L2_NORMALIZATION": (2, 1),
    "MAXIMUM": (2, 4),
    "MAX_POOL_2D": (2, 3),
    "MEAN": (2, 3),
    "MINIMUM": (2, 4),
    "MIRROR_PAD": (2, 3),
    "MUL": (2, 4),
    "PACK": (2, 3),
    "PAD": (2, 3),
    "PADV2": (2, 3),
    "QUANTIZE": (1, 2),
    "REDUCE_MAX": (2, 3),
    "REDUCE_MIN": (2, 3),
    "RELU": (2, 3),
    "RELU6": (2, 3),
    "RESIZE_BILINEAR": (2, 4),
    "RESIZE_NEAREST_NEIGHBOR": (2, 4),
    "RSQRT": (2, 3),
    "SELECT": (2, 1),
    "SLICE": (2, 4),
    "SOFTMAX": (2, 3),
    "SPACE_TO_BATCH_ND": (2, 4),
    "SPACE_TO_DEPTH": (2, 1),
    "SPLIT": (2, 4),
    "SPLIT_V": (2, 1),
    "SQUARED_DIFFERENCE": (2, 1),
    "STRIDED_SLICE": (2, 1),
    "SUB": (2, 5),
    "SUM": (2, 1),
    "TANH": (2, 3),
    "TILE": (3, 1),
    "TRANSPOSE": (2, 5),
    "TRANSPOSE_CONV": (2, 2),
    "UNPACK": (2, 4),
}
"""Operator -> version for int8 and for int16 activations. Source: LiteRT
tflite/tools/versioning/op_version.cc."""


def _rank(model: Any, index: int) -> int:
    shape = graph_of(model).tensors[index].shape
    return 0 if shape is None else len(shape)


def _dense(model: Any, operator: Any) -> int:
    if len([i for i in operator.inputs if i >= 0]) == 2:
        return 6
    return 5 if operator.builtinOptions.keepNumDims else 1


def _conv(model: Any, operator: Any) -> int:
    tensors = graph_of(model).tensors
    grouped = tensors[operator.inputs[0]].shape[3] != tensors[operator.inputs[1]].shape[3]
    return 6 if grouped else 1


def _depthwise(model: Any, operator: Any) -> int:
    options = operator.builtinOptions
    return 2 if (options.dilationWFactor, options.dilationHFactor) != (1, 1) else 1


def _mul(model: Any, operator: Any) -> int:
    tensors = graph_of(model).tensors
    scales = [tensors[i].quantization for i in (*operator.inputs, operator.outputs[0])]
    if any(s is None or s.scale is None or not len(s.scale) for s in scales):
        return 1
    left, right, result = (float(s.scale[0]) for s in scales)
    return 3 if left * right / result >= 1.0 else 1


def _broadcast(version: int) -> Callable[[Any, Any], int]:
    def rule(model: Any, operator: Any) -> int:
        tensors = graph_of(model).tensors
        left, right = (tensors[i].shape for i in operator.inputs[:2])
        wide = max(_rank(model, int(i)) for i in operator.inputs) > 4
        return version if wide and not np.array_equal(left, right) else 1

    return rule


def _wide(version: int) -> Callable[[Any, Any], int]:
    return lambda model, operator: version if _rank(model, int(operator.inputs[0])) > 4 else 1


_MORE: dict[str, Callable[[Any, Any], int]] = {
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _depthwise,
    "DIV": _broadcast(2),
    "FULLY_CONNECTED": _dense,
    "GATHER": lambda model, operator: 5 if operator.builtinOptions.batchDims else 1,
    "MAXIMUM": _broadcast(3),
    "MINIMUM": _broadcast(3),
    "MUL": _mul,
    "PAD": _wide(4),
    "PADV2": _wide(4),
    "RESIZE_BILINEAR": lambda model, operator: 3 if operator.builtinOptions.halfPixelCenters else 1,
    "RESIZE_NEAREST_NEIGHBOR": lambda model, operator: (
        3 if operator.builtinOptions.halfPixelCenters or operator.builtinOptions.alignCorners else 1
    ),
    "SLICE": _wide(5),
    "STRIDED_SLICE": lambda model, operator: (
        6
        if operator.builtinOptions.ellipsisMask or operator.builtinOptions.newAxisMask
        else _wide(4)(model, operator)
    ),
    "SUB": _broadcast(3),
    "TRANSPOSE": _wide(4),
    "TRANSPOSE_CONV": lambda model, operator: (
        4 if operator.builtinOptions.fusedActivationFunction else 3 if len(operator.inputs) == 4 else 1
    ),
}
"""What raises a version beside the dtype, from the same source; the higher one counts."""


def version_of(model: Any, operator: Any) -> int:
    """The lowest version that describes this operator as it is used in the file."""
    name = operator_name(model, operator)
    tensors = graph_of(model).tensors
    place = {"SPLIT": 1, "TRANSPOSE_CONV": 2}.get(name, 0)
    read, written = dtype_name(tensors[operator.inputs[place]]), dtype_name(tensors[operator.outputs[0]])
    int8, int16 = _INT8_INT16.get(name, (1, 1))
    if name == "QUANTIZE":
        base = int16 if written == "int16" else int8
    elif name == "BROADCAST_TO" and read == "float32":
        base = 2
    else:
        base = {"int8": int8, "int16": int16}.get(read, 1)
    more = _MORE[name](model, operator) if name in _MORE else 1
    return max(base, more)


def write_versions(model: Any) -> str:
    """Set every operator's version and the file's `min_runtime_version`, in place; returns the floor.

    The metadata is left out when the floor is unknown.
    """
    for operator in graph_of(model).operators:
        name = operator_name(model, operator)
        if not name.startswith(("UNKNOWN", "CUSTOM")):
            operator.opcodeIndex = operator_code(model, name, version_of(model, operator))
    floor = runtime_floor(operator_uses(model))
    if floor != UNKNOWN:
        set_metadata(model, "min_runtime_version", floor.encode().ljust(16, b"\0"))
    return floor


def operator_uses(model: Any) -> list[tuple[str, int]]:
    """(operator, version) of every operator, in graph order."""
    return [
        (operator_name(model, operator), int(model.operatorCodes[operator.opcodeIndex].version))
        for operator in graph_of(model).operators
    ]


def floor_of(name: str, version: int) -> str:
    """Lowest runtime for one pair, for example "2.3.0", or UNKNOWN."""
    floors = _FLOORS.get(name.upper(), "").split()
    if not 1 <= version <= len(floors) or floors[version - 1] == "-":
        return UNKNOWN
    return floors[version - 1]


def runtime_floor(pairs: Iterable[tuple[str, int]]) -> str:
    """Lowest runtime that has every pair; UNKNOWN as soon as one is unknown; "1.5.0" for no operator."""
    floors = [floor_of(name, version) for name, version in pairs]
    if UNKNOWN in floors:
        return UNKNOWN
    return max(floors, key=version_key, default="1.5.0")


def version_key(text: str) -> tuple[int, ...]:
    """A release such as "2.14.0" or "2.14" as numbers to compare; text after the numbers is ignored."""
    numbers = []
    for part in text.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return (*numbers, *([0] * (3 - len(numbers))))


def missing_operators(pairs: Iterable[tuple[str, int]], runtime: str) -> list[tuple[str, int, str]]:
    """(operator, version, floor) of every pair that a runtime of this release lacks or that is UNKNOWN,
    sorted."""
    missing = set()
    for name, version in pairs:
        floor = floor_of(name, version)
        if floor == UNKNOWN or version_key(floor) > version_key(runtime):
            missing.add((name, version, floor))
    return sorted(missing)
