"""The int8 file computed in float: its scales, its weights, its roundings, as float operators between QUANTIZE and
DEQUANTIZE pairs. A rounding can then be left out of one layer alone, which the int8 file itself does not allow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tflite import edit
from ..tflite.edit import (
    constant,
    dtype_name,
    graph_of,
    is_quantized,
    name_of,
    operator_name,
    set_constant,
    shape_of,
)
from ..tflite.objects import ModelT, OperatorT, TensorT
from .bias import channel_axis, linear_operators, output_name

SIMULATED = b"heads, then the scores of each"
"""Description of a file with two outputs for each head."""

_STORED = ("int8", "int16", "int32", "int64")
_ROUNDED = ("int8", "int16")
CARRIERS = frozenset(
    {
        *("CONCATENATION", "PACK", "SPLIT", "SPLIT_V", "UNPACK", "SLICE", "STRIDED_SLICE", "GATHER"),
        *("RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "DEPTH_TO_SPACE", "SPACE_TO_DEPTH"),
        *("PAD", "MIRROR_PAD", "MAX_POOL_2D", "QUANTIZE"),
    }
)
"""Operators that compute nothing."""
_FLOAT32 = 0
"""TensorType.FLOAT32 of TFLite's schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Layers (names of the tensors they compute) that keep more than 8 bits: `outputs` are not rounded,
    `weights` are those of the float file."""

    outputs: frozenset[str] = frozenset()
    weights: frozenset[str] = frozenset()


def simulate(int8_model: bytes, float_model: bytes, kept: Kept | None = None) -> bytes:
    """A .tflite that takes the int8 file's input and gives twice as many float outputs: the heads, then the scores of each
    (before its softmax; the same where there is none). Its description says so (SIMULATED)."""
    kept = kept or Kept()
    model = edit.read_model(int8_model)
    graph = graph_of(model)
    scores = scores_tensors(model)
    exact = float_weights(model, float_model, kept.weights)
    for index, tensor in enumerate(list(graph.tensors)):
        value = constant(model, index)
        if value is not None and is_quantized(tensor) and dtype_name(tensor) in _STORED:
            set_constant(model, index, exact.get(index, real_values(value, tensor)))
            tensor.quantization = None
    read_as = _round_results(model, kept.outputs)
    wanted = [*map(int, graph.outputs), *scores]
    graph.outputs = np.array([read_as.get(index, index) for index in wanted], np.int32)
    model.signatureDefs, model.description = [], SIMULATED
    return edit.pack_model(model)


def carried_with(model: ModelT, tensor: int) -> frozenset[str]:
    """Names of the tensors that carry values of `tensor` on, or into it, unchanged (concatenations, reshapes, maximum
    pooling, ...), itself among them: rounding must be left out of all of them, or it comes back."""
    graph = graph_of(model)
    links = [
        {int(i) for i in (*operator.inputs, *operator.outputs) if int(i) >= 0 and constant(model, int(i)) is None}
        for operator in graph.operators
        if operator_name(model, operator) in CARRIERS
    ]
    found, grown = {tensor}, True
    while grown:
        grown = False
        for link in links:
            if link & found and not link <= found:
                found |= link
                grown = True
    found -= {int(i) for i in graph.inputs}
    return frozenset(name_of(graph.tensors[i]) for i in found)


def _round_results(model: ModelT, unrounded: frozenset[str]) -> dict[int, int]:
    """Make every quantized tensor float and round what operators compute; returns which tensor stands for which."""
    graph = graph_of(model)
    operators, graph.operators = list(graph.operators), []
    read_as: dict[int, int] = {}
    for index in graph.inputs:
        tensor = graph.tensors[index]
        if is_quantized(tensor):
            plain = _float_twin(model, int(index))
            edit.add_operator(model, "DEQUANTIZE", [int(index)], [plain], version=2)
            read_as[int(index)] = plain
    for operator in operators:
        operator.inputs = np.array([read_as.get(int(i), int(i)) for i in operator.inputs], np.int32)
        if operator_name(model, operator) in ("QUANTIZE", "DEQUANTIZE"):
            source = int(operator.inputs[0])
        else:
            graph.operators.append(operator)
            source = -1
        for index in (int(i) for i in operator.outputs):
            _round_result(model, operator, index, source, unrounded, read_as)
    return read_as


def _round_result(
    model: ModelT, producer: OperatorT, index: int, source: int, unrounded: frozenset[str], read_as: dict[int, int]
) -> None:
    """Let the producer's tensor `index` be float, and its readers read it rounded; `source` >= 0: the producer only
    changed the scale of that tensor and is gone."""
    tensor = graph_of(model).tensors[index]
    name = name_of(tensor)
    if not is_quantized(tensor) or dtype_name(tensor) not in _ROUNDED:
        if source >= 0:
            read_as[index] = source
        return
    plain = _float_twin(model, index)
    if name in unrounded:
        if source >= 0:
            read_as[index] = source
            return
        tensor.type, tensor.quantization = _FLOAT32, None
        return
    if source < 0:
        source = _float_twin(model, index)
        producer.outputs = np.where(np.asarray(producer.outputs) == index, source, producer.outputs).astype(
            np.int32
        )
    edit.add_operator(model, "QUANTIZE", [source], [index], version=2)
    edit.add_operator(model, "DEQUANTIZE", [index], [plain], version=3)
    read_as[index] = plain


def _float_twin(model: ModelT, index: int) -> int:
    tensor = graph_of(model).tensors[index]
    shape = shape_of(tensor)
    return edit.add_tensor(model, "", shape, "float32")


def real_values(value: NDArray[Any], tensor: TensorT) -> NDArray[np.float32]:
    """(q - zero point) * scale, per tensor or per channel."""
    scale, zero = (np.asarray(part, np.float64) for part in edit.quantization_held(tensor))
    if tensor.quantization is not None and len(scale) > 1:
        shape = [1] * value.ndim
        shape[int(tensor.quantization.quantizedDimension)] = len(scale)
        scale, zero = scale.reshape(shape), zero.reshape(shape) if len(zero) == len(scale) else zero[:1]
    elif not len(zero):
        zero = np.zeros(1)
    return ((value.astype(np.float64) - zero) * scale).astype(np.float32)


def scores_tensors(model: ModelT) -> list[int]:
    """The scores of each head: the tensor before its softmax, or the head itself."""
    graph, found = graph_of(model), []
    makers = {int(index): operator for operator in graph.operators for index in operator.outputs}
    for head in map(int, graph.outputs):
        maker = makers.get(head)
        if maker is not None and operator_name(model, maker) == "QUANTIZE":
            maker = makers.get(int(maker.inputs[0]))
        softmax = maker is not None and operator_name(model, maker) == "SOFTMAX"
        found.append(int(maker.inputs[0]) if maker is not None and softmax else head)
    return found


def float_weights(model: ModelT, float_model: bytes, names: Iterable[str]) -> dict[int, NDArray[np.float32]]:
    """Constant tensor of the int8 file -> its value in the float file, for the weights and biases of these layers.

    A layer whose weights are not the float file's up to their rounding (equalization, a head that took a scale)
    is left out; the bias of a layer that reads the image stays, since it carries a part of the mean.
    """
    wanted = frozenset(names)
    if not wanted:
        return {}
    source = edit.read_model(float_model)
    originals = {output_name(source, operator): operator for operator in linear_operators(source)}
    found: dict[int, NDArray[np.float32]] = {}
    for operator in linear_operators(model):
        name = output_name(model, operator)
        original = originals.get(name) if name in wanted else None
        if original is None:
            continue
        weights = constant(source, int(original.inputs[1]))
        if weights is None or not _same_weights(model, operator, weights):
            continue
        found[int(operator.inputs[1])] = weights.astype(np.float32)
        if len(operator.inputs) > 2 and int(operator.inputs[0]) not in graph_of(model).inputs:
            bias = constant(source, int(original.inputs[2])) if len(original.inputs) > 2 else None
            if bias is not None:
                found[int(operator.inputs[2])] = bias.astype(np.float32)
    return found


def rewritten_layers(model: ModelT, source: ModelT) -> frozenset[str]:
    """Layers (names of the tensors they compute) whose int8 weights are not the float graph's up to rounding."""
    originals = {output_name(source, operator): operator for operator in linear_operators(source)}
    found = set()
    for operator in linear_operators(model):
        original = originals.get(output_name(model, operator))
        weights = None if original is None else constant(source, int(original.inputs[1]))
        if weights is None or not _same_weights(model, operator, weights):
            found.add(output_name(model, operator))
    return frozenset(found)


def _same_weights(model: ModelT, operator: OperatorT, weights: NDArray[Any]) -> bool:
    """Whether int8 weights are these, up to one step of their scale."""
    tensor = graph_of(model).tensors[operator.inputs[1]]
    stored = constant(model, int(operator.inputs[1]))
    if stored is None or not is_quantized(tensor) or stored.shape != weights.shape:
        return False
    scale = np.asarray(edit.quantization_held(tensor)[0], np.float64)
    shape = [1] * weights.ndim
    if len(scale) > 1:
        shape[channel_axis(operator_name(model, operator))] = len(scale)
    return bool((np.abs(real_values(stored, tensor) - weights) <= 1.01 * scale.reshape(shape)).all())
