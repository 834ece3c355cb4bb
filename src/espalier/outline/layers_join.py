"""Layers that join several values: sums, products, concatenations; numbers in their place are constants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Final

from .calls import Call, Value
from .settings import whole
from .sheet import Sheet

Draw = Callable[[Sheet, Call], int]


def _operands(s: Sheet, call: Call) -> list[int]:
    """The operands in order; a number is a constant of the network."""

    def look(value: object) -> Iterator[int]:
        if isinstance(value, Value):
            yield value.tensor
        elif isinstance(value, tuple):
            for item in value:
                yield from look(item)
        elif isinstance(value, dict) or (isinstance(value, int | float) and not isinstance(value, bool)):
            yield s.weights(*_sides(value), stored=False)

    return [tensor for argument in (*call.arguments, *call.keywords.values()) for tensor in look(argument)]


def _sides(value: object) -> tuple[int, ...]:
    """The shape of a number or of an array of numbers."""
    held = value.get("config") if isinstance(value, dict) else None
    listed = held.get("value") if isinstance(held, dict) else None
    shape: list[int] = []
    while isinstance(listed, Sequence) and not isinstance(listed, str) and listed:
        shape.append(len(listed))
        listed = listed[0]
    return tuple(shape) or (1,)


def _folded(kind: str) -> Draw:
    """The operator over the operands from the left; a whole value comes first."""

    def draw(s: Sheet, call: Call) -> int:
        return reduce(lambda left, right: s.add(kind, [left, right]), _operands(s, call))

    return draw


def _average(s: Sheet, call: Call) -> int:
    total = _folded("add")(s, call)
    return s.add("mul", [total, s.weights(1, stored=False)])


def _concatenate(s: Sheet, call: Call) -> int:
    """Along an axis that a layer has in its configuration, an operation among its arguments."""
    given = call.keywords.get("axis", call.config.get("axis"))
    plain = [value for value in call.arguments if isinstance(value, int)]
    axis = given if isinstance(given, int) else plain[0] if plain else whole(call.config, "axis", -1)
    first = s.shape(call.operands[0])
    return s.add("concatenation", list(call.operands), axis=axis % len(first))


JOINS: Final[Mapping[str, Draw]] = {
    "Add": _folded("add"),
    "Subtract": _folded("sub"),
    "Multiply": _folded("mul"),
    "Maximum": _folded("maximum"),
    "Minimum": _folded("minimum"),
    "Average": _average,
    "Concatenate": _concatenate,
}
