"""What a computed tensor is part of (swish, squeeze-excite, LayerNorm, ...), recognised in a .tflite graph."""

from __future__ import annotations

from ..tflite.edit import constant, graph_of, operator_name, shape_of
from ..tflite.objects import ModelT, OperatorT

_ONE_OPERATOR: dict[str, str] = {
    "HARD_SWISH": "hard-swish",
    "GELU": "gelu",
    "SOFTMAX": "softmax",
    "RSQRT": "layer-norm",
    "SQUARED_DIFFERENCE": "layer-norm",
    "CONCATENATION": "concat",
    "ADD": "add",
    "SUB": "add",
    "DEPTHWISE_CONV_2D": "depthwise",
}
"""Operators that say by themselves what they are a part of."""
_CURVES: dict[str, str] = {"LOGISTIC": "swish", "RELU6": "hard-swish", "ERF": "gelu", "TANH": "gelu"}
"""What a product of x and of this curve of x is."""
_NEAR = 4
"""Operators between x and the curve that may shift and scale."""


def patterns_of(model: ModelT) -> dict[int, tuple[str, ...]]:
    """Computed tensor -> sorted names of the patterns that it belongs to; `answer` marks a softmax at the end, `joined`
    what a concatenation reads."""
    graph = graph_of(model)
    makers = {int(i): operator for operator in graph.operators for i in operator.outputs}
    found: dict[int, set[str]] = {}
    for operator in graph.operators:
        name, result = operator_name(model, operator), int(operator.outputs[0])
        if name in _ONE_OPERATOR:
            found.setdefault(result, set()).add(_ONE_OPERATOR[name])
        if name == "CONCATENATION":
            for tensor in operator.inputs:
                found.setdefault(int(tensor), set()).add("joined")
        if name == "SOFTMAX" and result in graph.outputs:
            found[result] = {"answer"}
        if name == "MUL":
            for word, tensors in _products(model, operator, makers):
                for tensor in tensors:
                    found.setdefault(tensor, set()).add(word)
    return {tensor: tuple(sorted(words)) for tensor, words in sorted(found.items())}


def _products(model: ModelT, operator: OperatorT, makers: dict[int, OperatorT]) -> list[tuple[str, list[int]]]:
    """Patterns that end in a product of two computed tensors, with their tensors."""
    first, second = (int(i) for i in operator.inputs[:2])
    if constant(model, first) is not None or constant(model, second) is not None:
        return []
    shapes = [shape_of(graph_of(model).tensors[i]) for i in (first, second)]
    result = int(operator.outputs[0])
    if _is_per_channel(*shapes):
        return [("squeeze-excite", [second, result])]
    if _is_per_channel(*reversed(shapes)):
        return [("squeeze-excite", [first, result])]
    found = []
    for value, curved in ((first, second), (second, first)):
        between, word = _curve(model, curved, value, makers)
        if word:
            found.append((word, [*between, result]))
    return found


def _is_per_channel(large: list[int], small: list[int]) -> bool:
    return len(large) == 4 == len(small) and small[1:3] == [1, 1] != large[1:3] and small[3] == large[3]


def _curve(
    model: ModelT, curved: int, value: int, makers: dict[int, OperatorT]
) -> tuple[list[int], str]:
    """The tensors from `curved` back to `value` and the pattern, when there is such a way through a known curve."""
    between, word, tensor = [], "", curved
    for _ in range(_NEAR):
        maker = makers.get(tensor)
        if maker is None:
            break
        name = operator_name(model, maker)
        options = maker.builtinOptions
        fused = getattr(options, "fusedActivationFunction", 0) == 3 and name in ("ADD", "MINIMUM")
        word = word or _CURVES.get("RELU6" if fused else name, "")
        between.append(tensor)
        entering = [int(i) for i in maker.inputs if int(i) >= 0 and constant(model, int(i)) is None]
        if value in entering:
            return (between, word) if word else ([], "")
        if len(entering) != 1:
            break
        tensor = entering[0]
    return [], ""
