"""The form of a row of the operator table (`ops.py`)."""

from __future__ import annotations

from dataclasses import dataclass

from .rules import Rule
from .shapes import ShapeRule
from .types import OptionValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One option: `form` is padding | activation | dtype | int8 | int32 | bool | float | ints."""

    name: str
    slot: int
    form: str
    default: OptionValue


@dataclass(frozen=True, slots=True, kw_only=True)
class OpSpec:
    """A row of the table. `rounding` names a rule of `espalier.graph.arithmetic.ROUNDING`."""

    kind: str
    options_type: int
    arity: tuple[int, int]
    shape: ShapeRule
    rounding: str
    fields: tuple[Field, ...] = ()
    rules: tuple[Rule, ...] = ()
    results: tuple[int, int] = (1, 1)


def padding_field(slot: int) -> Field:
    return Field(name="padding", slot=slot, form="padding", default="same")


def activation_field(slot: int) -> Field:
    return Field(name="activation", slot=slot, form="activation", default="none")


def int_fields(*pairs: tuple[str, int, int]) -> tuple[Field, ...]:
    return tuple(Field(name=n, slot=s, form="int32", default=d) for n, s, d in pairs)


def flag_field(name: str, slot: int, default: bool = False) -> Field:
    return Field(name=name, slot=slot, form="bool", default=default)
