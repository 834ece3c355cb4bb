"""A call to a child process: one struct that names its answer's type, and the strict reading of both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec
import numpy as np

Answer = TypeVar("Answer")
Kind = TypeVar("Kind")


class Ask(msgspec.Struct, Generic[Answer], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of a child process; `class Quantize(Ask[Quantized])` is answered with a `Quantized`."""


Handler = Callable[[Any], Any]


def name_of(call: type[Ask[Answer]]) -> str:
    """What a call is called between processes and in messages: PrepareSet is `prepare_set`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", call.__name__).lower()


def answer_of(call: type[Ask[Answer]]) -> type[Answer]:
    """The type of a call's answer."""
    (answer,) = get_args(call.__orig_bases__[0])  # type: ignore[attr-defined]
    return cast("type[Answer]", answer)


def calls_of(handlers: Iterable[Handler]) -> dict[str, tuple[type[Ask[Any]], Handler]]:
    """The calls that functions of one argument answer, by name: the argument's type says which."""
    found = {}
    for handler in handlers:
        hints = get_type_hints(handler)
        hints.pop("return", None)
        (call,) = hints.values()
        found[name_of(call)] = (call, handler)
    return found


def read_as(value: object, kind: type[Kind]) -> Kind:
    """Plain data and arrays as this type. Raises msgspec.ValidationError for anything else."""
    return msgspec.convert(value, kind, dec_hook=_array)


def _array(kind: object, value: object) -> object:
    if (get_origin(kind) or kind) is not np.ndarray:
        raise NotImplementedError(f"{kind} does not cross a process boundary")
    wanted = get_args(get_args(kind)[1])[0]
    if not isinstance(value, np.ndarray) or (wanted is not Any and value.dtype != np.dtype(wanted)):
        raise ValueError(f"Expected an array of {getattr(wanted, '__name__', 'numbers')}")
    return value
