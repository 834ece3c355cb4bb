"""Activations as operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from .sheet import Sheet, UnknownLayerError

Curve = Callable[[Sheet, int], int]


def relu(s: Sheet, x: int, bound: float | None = None) -> int:
    """ReLU; a bound of 6 has an operator of its own, any other is a minimum."""
    if bound == 6.0:
        return s.add("relu6", [x])
    made = s.add("relu", [x])
    return made if bound is None else s.add("minimum", [made, s.weights(1, stored=False)])


def _swish(s: Sheet, x: int) -> int:
    return s.add("mul", [x, s.add("logistic", [x])])


def _hard_sigmoid(s: Sheet, x: int) -> int:
    """relu6(x + 3) / 6."""
    raised = relu(s, s.add("add", [x, s.weights(1, stored=False)]), 6.0)
    return s.add("mul", [raised, s.weights(1, stored=False)])


def _one(kind: str) -> Curve:
    return lambda s, x: s.add(kind, [x])


CURVES: Final[Mapping[str, Curve]] = {
    "linear": lambda s, x: x,
    "relu": relu,
    "relu6": lambda s, x: relu(s, x, 6.0),
    "leaky_relu": lambda s, x: s.add("leaky_relu", [x], alpha=0.2),
    "elu": _one("elu"),
    "gelu": _one("gelu"),
    "tanh": _one("tanh"),
    "sigmoid": _one("logistic"),
    "softmax": lambda s, x: s.add("softmax", [x], beta=1.0),
    "exponential": _one("exp"),
    **dict.fromkeys(("silu", "swish"), _swish),
    **dict.fromkeys(("hard_silu", "hard_swish"), _one("hard_swish")),
    "hard_sigmoid": _hard_sigmoid,
}
"""A function's name in Keras -> its operators."""


def curve_named(s: Sheet, x: int, name: object, layer: str) -> int:
    """What the function of this name makes of a value; none changes nothing."""
    if isinstance(name, dict):
        name = name.get("config") if isinstance(name.get("config"), str) else name.get("class_name")
    curve = CURVES.get("linear" if name is None else str(name))
    if curve is None:
        raise UnknownLayerError(
            f"the layer {layer!r} ends in {str(name)[:40]!r}, which an estimate knows no integer operators for",
            supported=", ".join(sorted(CURVES)),
            next_step="use one of these, or let a build tell: espalier build",
        )
    return curve(s, x)
