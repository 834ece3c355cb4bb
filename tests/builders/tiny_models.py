"""Two-operator classifiers as .tflite bytes: FULLY_CONNECTED and SOFTMAX over all pixels of a small image."""

from __future__ import annotations

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

SHAPE = (4, 4, 3)


def _tensor(
    name: str, shape: tuple[int, ...], kind: int, buffer: int, scale: float = 0.0, zero: int = 0
) -> object:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, list(shape), kind, buffer
    if scale:
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = np.array([scale], np.float32)
        tensor.quantization.zeroPoint = np.array([zero], np.int64)
    return tensor


def _operator(code: int, inputs: list[int], outputs: list[int], kind: int, options: object) -> object:
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = code, inputs, outputs
    operator.builtinOptionsType, operator.builtinOptions = kind, options
    return operator


def _code(builtin: int, version: int) -> object:
    code = schema.OperatorCodeT()
    code.builtinCode, code.deprecatedBuiltinCode, code.version = builtin, builtin, version
    return code


def _buffer(values: NDArray[np.generic] | None = None) -> object:
    buffer = schema.BufferT()
    if values is not None:
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
    return buffer


def classifier(
    weights: NDArray[np.float64],
    bias: NDArray[np.float64],
    *,
    kind: str = "float",
    builtin: int | None = None,
    shape: tuple[int, int, int] = SHAPE,
) -> bytes:
    """softmax(weights @ x + bias) with weights [classes, pixels], x the image [1, *shape].

    `kind` "int8" has weights rounded with one scale, input scale 1, zero point -128 and output scale 1/256,
    zero point -128. `builtin` replaces FULLY_CONNECTED by another operator code.
    """
    classes, pixels = weights.shape
    options = schema.FullyConnectedOptionsT()
    softmax = schema.SoftmaxOptionsT()
    softmax.beta = 1.0
    graph, model = schema.SubGraphT(), schema.ModelT()
    if kind == "float":
        f = schema.TensorType.FLOAT32
        constants = [weights.astype(np.float32), bias.astype(np.float32)]
        graph.tensors = [
            _tensor("input", (1, *shape), f, 0),
            _tensor("weights", (classes, pixels), f, 1),
            _tensor("bias", (classes,), f, 2),
            _tensor("logits", (1, classes), f, 0),
            _tensor("output", (1, classes), f, 0),
        ]
    else:
        scale = float(np.abs(weights).max()) / 127
        constants = [np.round(weights / scale).astype(np.int8), np.round(bias / scale).astype(np.int32)]
        int8 = schema.TensorType.INT8
        graph.tensors = [
            _tensor("input", (1, *shape), int8, 0, 1.0, -128),
            _tensor("weights", (classes, pixels), int8, 1, scale),
            _tensor("bias", (classes,), schema.TensorType.INT32, 2, scale),
            _tensor("logits", (1, classes), int8, 0, 0.1, 0),
            _tensor("output", (1, classes), int8, 0, 1 / 256, -128),
        ]
    names = schema.BuiltinOperator
    model.version, model.subgraphs = 3, [graph]
    first = names.FULLY_CONNECTED if builtin is None else builtin
    model.operatorCodes = [
        _code(first, 4 if kind == "int8" else 1),
        _code(names.SOFTMAX, 2 if kind == "int8" else 1),
    ]
    model.buffers = [_buffer(), *(_buffer(values) for values in constants)]
    graph.inputs, graph.outputs = [0], [4]
    graph.operators = [
        _operator(0, [0, 1, 2], [3], schema.BuiltinOptions.FullyConnectedOptions, options),
        _operator(1, [3], [4], schema.BuiltinOptions.SoftmaxOptions, softmax),
    ]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def brightness_classifier(kind: str = "float") -> bytes:
    """Class 1 when the mean of the input is above 0 (float) or the mean pixel above 127.5 (int8)."""
    ones = np.ones((1, 48)) / 48
    weights = np.concatenate([-ones, ones]) * (20.0 if kind == "float" else 0.2)
    bias = np.zeros(2) if kind == "float" else np.array([0.2, -0.2]) * 127.5
    return classifier(weights, bias, kind=kind)


def redness_classifier() -> bytes:
    """Class 1 when there is more of the first channel than of the third (float)."""
    pattern = np.tile(np.array([1.0, 0.0, -1.0]), 16)[None] / 16
    return classifier(np.concatenate([-pattern, pattern]), np.zeros(2))
