"""Operators that litert-quantizer leaves in float although TFLite runs them in int8: DEQUANTIZE, operator,
QUANTIZE becomes the operator alone. What then still computes in float is refused by name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import UnsupportedModelError
from ..tflite import edit
from ..tflite.edit import constant, dtype_name, graph_of, name_of, operator_name, step_of
from ..tflite.objects import ModelT, OperatorT
from .results import Ranges

_OWN_SCALE = frozenset({"ELU", "LEAKY_RELU", "PRELU"})
"""int8 kernels whose output has a scale of its own."""

_FIXED_SCALE = frozenset({"L2_NORMALIZATION"})
"""int8 kernels whose output has one scale for all inputs."""

_SAME_SCALE = frozenset({"TILE", "RELU6", "RELU_N1_TO_1", "MINIMUM"})
"""int8 kernels that copy or clamp bytes: input and output need one scale (TFLite Micro clamps in the input's). A clamp
stands alone where it cannot be fused: after a concatenation, or a sum that others read, too. A MINIMUM is one whose bound
is a constant (rewrite.py has the others)."""

_ALONE = _OWN_SCALE | _FIXED_SCALE | _SAME_SCALE

_UNIT = (1 / 128, 0)
"""Scale and zero point that the int8 kernel of L2_NORMALIZATION gives."""
_UNIT_RANGE = (-1.0, 127 / 128)
"""The range that is quantized to them."""

_ADVICE: dict[str, str] = {
    "EXP": "swish, gelu or relu instead of mish, softplus, selu or exponential",
    "LOG": "swish, gelu or relu instead of mish or softplus",
    "CAST": "float32 layers (no mixed precision) and no integer arithmetic",
    "DIV": "a product with a constant instead of a quotient",
    "POW": "a whole exponent from 2 to 16 (it becomes products), a square root, or relu and gelu instead of a fractional one",
    "LOG_SOFTMAX": "a softmax or the logits as the output: the logarithm can be taken of the answer",
    "TOPK_V2": "the values that it sorts as the output: the device picks the largest of them",
    "REDUCE_PROD": "a product along one axis of at most 16 values (it becomes products)",
    "CUMSUM": "a running sum along the last axis of at most 1,024 values (it becomes a dense layer)",
}


def same_ranges(float_graph: ModelT, ranges: Ranges) -> Ranges:
    """The ranges with every copying operator's output given its input's range, and that of unit vectors what their kernel
    gives."""
    changed = dict(ranges)
    tensors = graph_of(float_graph).tensors
    for operator in graph_of(float_graph).operators:
        result = name_of(tensors[operator.outputs[0]])
        if operator_name(float_graph, operator) == "L2_NORMALIZATION" and result in changed:
            changed[result] = _UNIT_RANGE
        if operator_name(float_graph, operator) in (*_SAME_SCALE, "RESHAPE"):
            source, result = (
                name_of(tensors[i]) for i in (operator.inputs[0], operator.outputs[0])
            )
            if source in changed and result in changed:
                changed[result] = changed[source]
    return changed


def absorb_float(model: ModelT, ranges: Ranges | None = None) -> int:
    """Replace each float operator of the tables that stands between DEQUANTIZE and QUANTIZE, in place. Of such that follow
    each other (a PReLU, then a LeakyReLU) what is between them is quantized to its range first, where `ranges` has it."""
    graph, count = graph_of(model), 0
    _part_chains(model, ranges or {})
    for operator in [o for o in graph.operators if operator_name(model, o) in _ALONE]:
        before = _maker(model, int(operator.inputs[0]), "DEQUANTIZE")
        after = [o for o in graph.operators if int(operator.outputs[0]) in o.inputs]
        if before is None or len(after) != 1 or operator_name(model, after[0]) != "QUANTIZE":
            continue
        source, result = int(before.inputs[0]), int(after[0].outputs[0])
        if operator_name(model, operator) in _SAME_SCALE and not _equal_scale(model, source, result):
            continue
        if operator_name(model, operator) == "MINIMUM" and not _quantize_bound(model, operator, source):
            continue
        if operator_name(model, operator) in _FIXED_SCALE:
            if dtype_name(graph.tensors[source]) != "int8":
                continue  # no kernel of 16 bits
            graph.tensors[result].quantization = edit.quantization_of([_UNIT[0]], [_UNIT[1]])
        operator.inputs = np.array([source, *operator.inputs[1:]], np.int32)
        operator.outputs = np.array([result], np.int32)
        if operator_name(model, operator) == "PRELU":
            _quantize_slope(model, operator)
        graph.operators.remove(after[0])
        if not any(int(before.outputs[0]) in o.inputs for o in graph.operators):
            graph.operators.remove(before)
        count += 1
    return count


def _part_chains(model: ModelT, ranges: Ranges) -> None:
    """Let operators of the tables that read the float output of another one read it through 8 or 16 bits."""
    graph = graph_of(model)
    for operator in [o for o in graph.operators if operator_name(model, o) in _ALONE]:
        made = int(operator.outputs[0])
        before, name = _maker(model, int(operator.inputs[0]), "DEQUANTIZE"), name_of(graph.tensors[made])
        readers = [o for o in graph.operators if made in o.inputs]
        if before is None or name not in ranges or not any(operator_name(model, o) in _ALONE for o in readers):
            continue
        source, shape = graph.tensors[int(before.inputs[0])], edit.shape_of(graph.tensors[made])
        kind, place = dtype_name(source), next(n for n, other in enumerate(graph.operators) if other is operator)
        step = step_of(source) if operator_name(model, operator) in _SAME_SCALE else _step_of_range(*ranges[name], kind)
        written = [o for o in readers if operator_name(model, o) == "QUANTIZE"]
        if written:
            held = int(written[0].outputs[0])
            graph.operators.remove(written[0])
            graph.operators.insert(place + 1, written[0])
        else:
            held = edit.add_tensor(model, f"{name}/held", shape, kind, quantization=step)
            edit.add_operator(model, "QUANTIZE", [made], [held], at=place + 1)
        read = edit.add_tensor(model, f"{name}/read", shape, "float32")
        edit.add_operator(model, "DEQUANTIZE", [held], [read], at=place + 2)
        edit.replace_reader(model, made, read, after=place + 3)


def _step_of_range(low: float, high: float, kind: str) -> tuple[float, int]:
    """Scale and zero point of int8, or of int16 (symmetric), for values from `low` to `high`."""
    low, high = min(low, 0.0), max(high, 0.0)
    if kind == "int16":
        return max(-low, high) / 32767 or 1.0, 0
    scale = (high - low) / 255 or 1.0
    return scale, round(-128 - low / scale)


def refuse_float(model: ModelT, layers: Mapping[str, str]) -> None:
    """Raise UnsupportedModelError when an operator computes in float (edges excepted), naming it and its
    layer."""
    found: dict[str, set[str]] = {}
    for operator in graph_of(model).operators:
        name = operator_name(model, operator)
        if name in ("QUANTIZE", "DEQUANTIZE"):
            continue
        tensors = [graph_of(model).tensors[i] for i in [*operator.inputs, *operator.outputs] if i >= 0]
        if any(dtype_name(tensor).startswith("float") for tensor in tensors):
            base = name_of(graph_of(model).tensors[operator.outputs[0]])
            found.setdefault(name, set()).add(layers.get(base, ""))
    if not found:
        return
    text = "; ".join(
        name + (f" (Keras layer {', '.join(sorted(places))})" if (places := where - {""}) else "")
        for name, where in sorted(found.items())
    )
    advice = [_ADVICE[name] for name in sorted(found) if name in _ADVICE]
    raise UnsupportedModelError(
        f"int8 has no way to compute {text}: it would stay in float",
        supported="operators with an int8 kernel: conv, dense, pooling, add, mul, relu, swish, gelu, softmax",
        next_step=f"use {advice[0]}" if advice else "replace the layer in the Keras model and train again",
    )


def _maker(model: ModelT, tensor: int, name: str) -> OperatorT | None:
    for operator in graph_of(model).operators:
        if tensor in operator.outputs:
            return operator if operator_name(model, operator) == name else None
    return None


def _equal_scale(model: ModelT, one: int, other: int) -> bool:
    left, right = (step_of(graph_of(model).tensors[i]) for i in (one, other))
    return left == right


def _quantize_bound(model: ModelT, operator: OperatorT, source: int) -> bool:
    """Write the constant of a MINIMUM in the scale of what it bounds; False where it is no constant."""
    index = int(operator.inputs[1])
    bound, given = constant(model, index), graph_of(model).tensors[source]
    if bound is None:
        return False
    scale, zero_point = step_of(given)
    kind = np.dtype(dtype_name(given))
    limits = np.iinfo(kind)
    stored = np.clip(np.rint(bound / scale) + zero_point, limits.min, limits.max).astype(kind)
    edit.set_constant(model, index, stored)
    graph_of(model).tensors[index].quantization = edit.quantization_of([scale], [zero_point])
    return True


def _quantize_slope(model: ModelT, operator: OperatorT) -> None:
    index = int(operator.inputs[1])
    slope = constant(model, index)
    if slope is None:
        return
    scale = float(np.abs(slope).max()) / 127 or 1.0
    edit.set_constant(model, index, np.clip(np.rint(slope / scale), -127, 127).astype(np.int8))
    graph_of(model).tensors[index].quantization = edit.quantization_of([scale], [0])
