"""The version of every operator of an int8 or int16 file, as upstream's converter would write it.

litert-quantizer leaves version 1 on operators that it turned into int8; loaders compare versions with what
their kernels registered, so a wrong one is refused, or worse, accepted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .edit import dtype_name, graph_of, operator_code, operator_name, pack_model, read_model, set_metadata
from .objects import ModelT, OperatorT
from .operators import OPERATORS
from .versions import UNKNOWN, runtime_floor


def _rank(model: ModelT, index: int) -> int:
    shape = graph_of(model).tensors[index].shape
    return 0 if shape is None else len(shape)


def _dense(model: ModelT, operator: OperatorT) -> int:
    if len([i for i in operator.inputs if i >= 0]) == 2:
        return 6
    return 5 if operator.builtinOptions.keepNumDims else 1


def _conv(model: ModelT, operator: OperatorT) -> int:
    tensors = graph_of(model).tensors
    grouped = tensors[operator.inputs[0]].shape[3] != tensors[operator.inputs[1]].shape[3]
    return 6 if grouped else 1


def _depthwise(model: ModelT, operator: OperatorT) -> int:
    options = operator.builtinOptions
    return 2 if (options.dilationWFactor, options.dilationHFactor) != (1, 1) else 1


def _mul(model: ModelT, operator: OperatorT) -> int:
    tensors = graph_of(model).tensors
    scales = [tensors[i].quantization for i in (*operator.inputs, operator.outputs[0])]
    if any(s is None or s.scale is None or not len(s.scale) for s in scales):
        return 1
    left, right, result = (float(s.scale[0]) for s in scales)
    return 3 if left * right / result >= 1.0 else 1


def _broadcast(version: int) -> Callable[[ModelT, OperatorT], int]:
    def rule(model: ModelT, operator: OperatorT) -> int:
        tensors = graph_of(model).tensors
        left, right = (tensors[i].shape for i in operator.inputs[:2])
        wide = max(_rank(model, int(i)) for i in operator.inputs) > 4
        return version if wide and not np.array_equal(left, right) else 1

    return rule


def _wide(version: int) -> Callable[[ModelT, OperatorT], int]:
    return lambda model, operator: version if _rank(model, int(operator.inputs[0])) > 4 else 1


_MORE: dict[str, Callable[[ModelT, OperatorT], int]] = {
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
"""What raises a version beside the dtype, from LiteRT's op_version.cc, too; the higher one counts."""


def _quantize(read: str, written: str, int8: int, int16: int) -> int:
    """int8 -> int16 has no version of its own upstream, but tflite-runtime 2.14, which reads versions up to
    3, refuses it. Version 4 (2.21) makes an old runtime say so when it loads, and keeps the floor honest."""
    if (read, written) == ("int8", "int16"):
        return 4
    return int16 if written == "int16" else int8


def version_of(model: ModelT, operator: OperatorT) -> int:
    """The lowest version that describes this operator as it is used in the file."""
    name = operator_name(model, operator)
    tensors = graph_of(model).tensors
    place = {"SPLIT": 1, "TRANSPOSE_CONV": 2}.get(name, 0)
    read, written = dtype_name(tensors[operator.inputs[place]]), dtype_name(tensors[operator.outputs[0]])
    row = OPERATORS[name]
    if name == "QUANTIZE":
        base = _quantize(read, written, row.int8, row.int16)
    elif name == "BROADCAST_TO" and read == "float32":
        base = 2
    else:
        base = {"int8": row.int8, "int16": row.int16}.get(read, 1)
    more = _MORE[name](model, operator) if name in _MORE else 1
    return max(base, more)


def write_versions(model: ModelT) -> str:
    """Set every operator's version and the file's `min_runtime_version`, in place; returns the floor.

    The metadata is left out when the floor is unknown.
    """
    for operator in graph_of(model).operators:
        name = operator_name(model, operator)
        if not name.startswith(("OPERATOR", "CUSTOM")):
            operator.opcodeIndex = operator_code(model, name, version_of(model, operator))
    floor = runtime_floor(operator_uses(model))
    if floor != UNKNOWN:
        set_metadata(model, "min_runtime_version", floor.encode().ljust(16, b"\0"))
    return floor


REFERENCE_VERSIONS = {"DEPTH_TO_SPACE": 1, "TILE": 2}
"""The highest version with which LiteRT 2.3.0's reference resolver registers an operator whose kernel takes what a higher
version stands for (int8), from tflite/kernels/register_ref.cc."""


def for_reference_kernels(data: bytes) -> bytes:
    """The file with no version that the reference resolver does not know although its kernel does."""
    model = read_model(data)
    lowered = False
    for operator in graph_of(model).operators:
        name = operator_name(model, operator)
        most = REFERENCE_VERSIONS.get(name)
        if most is not None and model.operatorCodes[operator.opcodeIndex].version > most:
            operator.opcodeIndex, lowered = operator_code(model, name, most), True
    return pack_model(model) if lowered else data


def operator_uses(model: ModelT) -> list[tuple[str, int]]:
    """(operator, version) of every operator, in graph order."""
    return [
        (operator_name(model, operator), int(model.operatorCodes[operator.opcodeIndex].version))
        for operator in graph_of(model).operators
    ]
