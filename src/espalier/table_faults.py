"""What is wrong in a table of TOML, all of it at once, in the words of TOML and of the table's own type."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from .visible import shown

_WORDS = {
    str: "text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dict: "a table",
    list: "a list in [ ]",
}
_SAID = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}
"""What people write for true and false."""


_ANY_OF = "write one of these"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what was found, what may stand there, what to do."""

    text: str
    supported: str = ""
    next_step: str = ""

    def line(self) -> str:
        """In one line, among others: what to do, or what may stand there."""
        return f"{self.text}: {self.next_step}" if self.next_step != _ANY_OF else f"{self.text}; supported: {self.supported}"


def faults(raw: Any, kind: Any, place: str = "") -> Iterator[Fault]:
    """Everything in which plain data read from TOML differs from the type `kind`: unknown and missing keys, types, words,
    numbers out of range.

    `kind`: msgspec structs, tuples, lists, dicts with text keys, literals, unions of such and plain types; a number may be
    annotated with its range (msgspec.Meta: ge or gt, and le).
    """
    options = _alternatives(kind)
    literal = [word for option in options if typing.get_origin(option) is Literal for word in typing.get_args(option)]
    if literal and isinstance(raw, str):
        if raw not in literal:
            yield _no_such_word(raw, literal, place)
        return
    fitting = [option for option in options if _is_of(raw, option)]
    if not fitting:
        yield Fault(f"`{place or 'the file'}` is {_found(raw)}", _words(options), _instead(raw, options, place))
        return
    yield from _inside(raw, fitting[0], place)


def _inside(raw: Any, option: Any, place: str) -> Iterator[Fault]:
    option, limits = _limits(option)
    origin, arguments = typing.get_origin(option), typing.get_args(option)
    if limits is not None and not _holds(raw, limits):
        allowed = f"{_named(option)} {_range(limits)}"
        yield Fault(f"`{place}` is {_found(raw)}", allowed, _share(raw, limits) or f"write {allowed}")
    elif _is_struct(option):
        yield from _table(raw, option, place)
    elif origin is dict:
        for key, value in raw.items():
            yield from faults(value, arguments[1], _at(place, key))
    elif _is_list(option):
        count = _length(option)
        if count is not None and len(raw) != count:
            yield Fault(f"`{place}` has {len(raw)} of {count} values", _named(option), "correct the list")
            return
        for index, value in enumerate(raw):
            yield from faults(value, arguments[0 if count is None else index], f"{place}[{index}]")


def _table(raw: dict[str, Any], kind: type[msgspec.Struct], place: str) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    absent = [name for name, field in fields.items() if field.required and name not in raw]
    unknown = [key for key in raw if key not in fields]
    for key in unknown:
        near = difflib.get_close_matches(key, fields, n=1, cutoff=0.5)
        yield Fault(
            f"an unknown key `{shown(_at(place, key))}`",
            ", ".join(sorted(fields)),
            f"did you mean `{near[0]}`?" if near else "remove the key or correct its name",
        )
    for name in absent:
        if difflib.get_close_matches(name, unknown, n=1, cutoff=0.5):
            continue  # the unknown key says so
        options = _alternatives(fields[name].type)
        yield Fault(f"no key `{_at(place, name)}`", _words(options), f"add {_example(options[0], _at(place, name))}")
    for key, value in raw.items():
        if key in fields:
            yield from faults(value, fields[key].type, _at(place, key))


def _limits(option: Any) -> tuple[Any, msgspec.Meta | None]:
    """The type without its annotation, and its range where it has one."""
    if typing.get_origin(option) is not Annotated:
        return option, None
    kind, meta = typing.get_args(option)[:2]
    return kind, meta if meta.le is not None else None


def _holds(raw: float, limits: msgspec.Meta) -> bool:
    """Whether a number is in range; what is no number (nan) is not."""
    above = raw > limits.gt if limits.gt is not None else limits.ge is None or raw >= limits.ge
    return above and raw <= (limits.le or 0)


def _range(limits: msgspec.Meta) -> str:
    low = f"above {limits.gt:,.15g}, at most" if limits.gt is not None else f"from {limits.ge or 0:,.15g} to"
    return f"{low} {limits.le or 0:,.15g}"


def _share(raw: float, limits: msgspec.Meta) -> str:
    """Who writes 95 for a share of 0 to 1 means per cent."""
    return f"write {raw / 100:g}" if (limits.ge, limits.le) == (0, 1) and 1 < raw <= 100 else ""


def _instead(raw: Any, options: Sequence[Any], place: str) -> str:
    """What to write in place of a value of another type."""
    said = str(raw).strip().casefold()
    for option in (_limits(option)[0] for option in options):
        if _is_list(option) and _is_struct(_each(option)):
            return f"write [[{place}]] for each"
        if _is_list(option) and _is_of(raw, _each(option)):
            return f"write {place.rpartition('.')[2]} = [{', '.join([_toml(raw)] * (_length(option) or 1))}]"
        if option is str and _is_of(raw, float):
            return f'write "{_toml(raw)}"'
        if option is bool and said in _SAID:
            return f"write {_toml(_SAID[said])}, without quotes"
        if option in (int, float) and isinstance(raw, str) and said.lstrip("+-").replace(".", "", 1).isdecimal():
            return f"write {said}, without quotes"
    return f"write {_words(options)}"


def _example(option: Any, place: str) -> str:
    """How a key that is absent is written, by its type."""
    if _is_list(option) and _is_struct(_each(option)):
        return f"a table [[{place}]]"
    if _is_struct(option):
        return f"a table [{place}]"
    table, _, key = place.rpartition(".")
    return f"`{key}` to [{table}]" if table else f"`{key}` above the first table"


def _toml(raw: Any) -> str:
    return shown(f'"{raw}"' if isinstance(raw, str) else str(raw).lower() if isinstance(raw, bool) else repr(raw), 60)


def _no_such_word(raw: str, literal: Sequence[str], place: str) -> Fault:
    near = difflib.get_close_matches(raw.casefold(), literal, n=1, cutoff=0.4)
    return Fault(
        f'`{place}` is "{shown(raw, 60)}"',
        ", ".join(f'"{word}"' for word in literal),
        f'did you mean "{near[0]}"?' if near else _ANY_OF,
    )


def _is_struct(option: Any) -> bool:
    return isinstance(option, type) and issubclass(option, msgspec.Struct)


def _is_list(option: Any) -> bool:
    return typing.get_origin(option) in (tuple, list)


def _length(option: Any) -> int | None:
    """How many values a list must have; None: any number."""
    arguments = typing.get_args(option)
    return len(arguments) if typing.get_origin(option) is tuple and arguments[-1] is not Ellipsis else None


def _each(option: Any) -> Any:
    """The type of a list's first value."""
    return _limits(typing.get_args(option)[0])[0]


def _is_of(raw: Any, option: Any) -> bool:
    """Whether a value is of a type's own kind, whatever is in it."""
    option, _ = _limits(option)
    origin = typing.get_origin(option)
    if origin is Literal:
        return raw in typing.get_args(option)
    if _is_list(option):
        return isinstance(raw, list)
    if origin is dict or _is_struct(option):
        return isinstance(raw, dict)
    if option is float:
        return isinstance(raw, int | float) and not isinstance(raw, bool)
    if option is int:
        return isinstance(raw, int) and not isinstance(raw, bool)
    return option is Any or isinstance(raw, option)


def _words(options: Sequence[Any]) -> str:
    """Types in TOML's words."""
    return " or ".join(dict.fromkeys(_named(option) for option in options if option is not type(None)))


def _named(option: Any) -> str:
    option, _ = _limits(option)
    origin = typing.get_origin(option)
    if origin is Literal:
        return "one of " + ", ".join(f'"{word}"' for word in typing.get_args(option))
    if _is_list(option):
        count = _length(option)
        if _is_struct(_each(option)):
            return "a list of tables"
        return _WORDS[list] if count is None else f"a list of {count} values"
    return _WORDS[dict] if origin is dict or _is_struct(option) else _WORDS.get(option, str(option))


def _found(raw: Any) -> str:
    if isinstance(raw, str):
        return f'the text "{shown(raw, 60)}"'
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        return f"the number {shown(repr(raw), 60)}"
    return _WORDS.get(type(raw), "a date or a time")


def _at(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _alternatives(kind: Any) -> tuple[Any, ...]:
    if typing.get_origin(kind) is Annotated and _limits(kind)[1] is None:  # a word for the JSON Schema only
        return _alternatives(typing.get_args(kind)[0])
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return tuple(inner for option in typing.get_args(kind) for inner in _alternatives(option))
    return (kind,)
