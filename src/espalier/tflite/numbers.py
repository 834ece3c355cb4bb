"""Numbers of TFLite's schema.fbs (version 3) that have names here: element types, paddings, fused activations."""

from __future__ import annotations

from typing import Final

SCHEMA_VERSION: Final = 3
IDENTIFIER: Final = b"TFL3"
"""Bytes 4 to 8 of a file."""

PROBABILITY: Final = "probability"
"""What the head of a classifier is called in our files."""

TENSOR_TYPES: Final = (
    "float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64", "int8", "float64",
    "complex128", "uint64", "resource", "variant", "uint32", "uint16", "int4", "bfloat16", "int2", "uint4",
    "float8_e4m3fn", "float8_e5m2",
)  # fmt: skip
"""TensorType: the name of each number; where numpy has the type, numpy's name."""

PADDINGS: Final = ("same", "valid")
ACTIVATIONS: Final = ("none", "relu", "relu_n1_to_1", "relu6", "tanh", "sign_bit")


def tensor_type(number: int) -> str:
    """The name of a TensorType; `type n` when it is newer than this table."""
    return TENSOR_TYPES[number] if 0 <= number < len(TENSOR_TYPES) else f"type {number}"
