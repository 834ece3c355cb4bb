"""What the structs of an interface (recipe, target, report, manifests) say of themselves, as tables and as JSON Schemas.

The sentence below a field in the source is what the reference page, the schema and an editor's tooltip say: it is written
once.
"""

from __future__ import annotations

import ast
import inspect
import json
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

import msgspec

DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a table: its name in Python and in the file, its type, its default as a file would say it."""

    name: str
    key: str
    type: Any
    default: str


def keys_of(kind: Any) -> list[Key]:
    """The keys of a struct or of a dictionary with known keys (TypedDict)."""
    if typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind)
        return [Key(name, name, hint, "required" if name in kind.__required_keys__ else "–") for name, hint in hints.items()]
    return [Key(f.name, f.encode_name, f.type, _default(f)) for f in msgspec.structs.fields(kind)]


def is_table(kind: Any) -> bool:
    """Whether a type has keys of its own."""
    return typing.is_typeddict(kind) or (isinstance(kind, type) and issubclass(kind, msgspec.Struct))


@cache
def meanings(kind: type) -> dict[str, str]:
    """Field -> the sentence below it in the source; fields without one are absent."""
    found: dict[str, str] = {}
    if typing.is_typeddict(kind):
        return found  # what its docstring says
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("espalier") and base is not kind:
            found |= meanings(base)
    (body,) = (node for node in ast.parse(inspect.getsource(kind)).body if isinstance(node, ast.ClassDef))
    for field, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            found[field.target.id] = " ".join(str(below.value.value).split())  # type: ignore[union-attr]
    return found


def said(kind: type) -> str:
    """A struct's docstring, in one line."""
    return " ".join((kind.__doc__ or "").split())


def sections(
    kind: Any, heading: Callable[[str], str], path: str = "", *, null: bool = False, within: tuple[Any, ...] = ()
) -> list[str]:
    """A reference page's tables: one per struct, each key with what may stand there, its default and its meaning.
    `heading` writes the place of a struct, `a.b` with [] for a list of them and NAME for any name. `null`: whether the format
    can write it. `within`: the structs around it; one of them in it is not written again."""
    lines = ["| key | value | default | means |", "|---|---|---|---|"]
    inner: list[str] = []
    for field in keys_of(kind):
        nested, suffix = struct_in(field.type)
        text = meanings(kind).get(field.name) or (said(nested) if nested else "")
        lines.append(f"| `{field.key}` | {cell(words(field.type, null=null))} | {field.default} | {cell(text)} |")
        if nested is not None and nested not in (*within, kind):
            place = f"{path}.{field.key}{suffix}".lstrip(".")
            below = sections(nested, heading, place, null=null, within=(*within, kind))
            inner += ["", f"## {heading(place)}", "", said(nested), "", *below]
    return lines + inner


def toml_heading(place: str) -> str:
    """The place of a table as TOML writes it."""
    return f"`[[{place[:-2]}]]`" if place.endswith("[]") else f"`[{place}]`"


def struct_in(kind: Any) -> tuple[Any, str]:
    """The struct that a field holds, and how its keys go on: nothing for one table, [] for a list of them, .NAME for a dict."""
    for option in options(kind):
        origin, arguments = typing.get_origin(option), typing.get_args(option)
        if is_table(option):
            return option, ""
        if origin in (tuple, list) and struct_in(arguments[0])[0] is not None:
            return struct_in(arguments[0])[0], "[]"
        if origin is dict and struct_in(arguments[1])[0] is not None:
            return struct_in(arguments[1])[0], ".NAME" + struct_in(arguments[1])[1]
    return None, ""


def options(kind: Any) -> tuple[Any, ...]:
    """The types that a value may have, without None."""
    if typing.get_origin(kind) is Annotated:
        inner, meta = typing.get_args(kind)[:2]
        return (kind,) if meta.le is not None else options(inner)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return tuple(part for option in typing.get_args(kind) for part in options(option))
    return () if kind is type(None) else (kind,)


def words(kind: Any, *, null: bool = False) -> str:
    """A type in words."""
    absent = null and type(None) in typing.get_args(kind)
    return " or ".join([*(_word(option) for option in options(kind)), *(["null"] if absent else [])])


def _word(option: Any) -> str:
    origin, arguments = typing.get_origin(option), typing.get_args(option)
    if origin is Annotated:
        meta = arguments[1]
        low = f"above {meta.gt:,.15g}, at most" if meta.gt is not None else f"{meta.ge:,.15g} to"
        return f"{_word(arguments[0])}, {low} {meta.le:,.15g}"
    if origin is Literal:
        return ", ".join(f'"{word}"' for word in arguments)
    if origin in (tuple, list):
        many = arguments[-1] is Ellipsis or origin is list
        inner = _word(options(arguments[0])[0])
        return f"list: {inner}" if many else f"list of {len(arguments)}: {inner}"
    if origin is dict:
        return f"names: {_word(options(arguments[1])[0])}"
    if is_table(option):
        return "table"
    return {str: "text", bool: "true, false", int: "whole number", float: "number"}.get(option, "anything")


def _default(field: Any) -> str:
    """A default as a file would say it."""
    if field.required:
        return "required"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value is None or isinstance(value, msgspec.Struct) or value in ((), {}):
        return "–"
    return f"`{json.dumps(value)}`"


def cell(text: str) -> str:
    """Text in a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def schema(kind: type, *, title: str, file: str, closed: bool) -> dict[str, Any]:
    """The JSON Schema of an interface. `closed`: what is not named is wrong, and null cannot be written (TOML)."""
    (_,), parts = msgspec.json.schema_components((kind,), ref_template="#/$defs/{name}")
    for struct in _structs(kind, {}).values():
        part = parts[struct.__name__]
        part["description"] = said(struct)
        part.pop("title", None)
        for field in keys_of(struct):
            value = part["properties"][field.key]
            text = meanings(struct).get(field.name)
            part["properties"][field.key] = {**value, "description": text} if text else value
        if closed:
            part["additionalProperties"] = False
    tidy: dict[str, Any] = _written(parts) if closed else parts
    top = tidy.pop(kind.__name__)
    return {"$schema": DRAFT, "$id": f"espalier:{file}", "title": title, **top, "$defs": dict(sorted(tidy.items()))}


def _structs(kind: Any, found: dict[str, Any]) -> dict[str, Any]:
    """Every struct that a value of a type may hold, by name."""
    if is_table(kind):
        if kind.__name__ in found:
            return found
        found[kind.__name__] = kind
        for field in keys_of(kind):
            _structs(field.type, found)
    for argument in typing.get_args(kind):
        _structs(argument, found)
    return found


def _written(node: Any) -> Any:
    """A schema without null: in TOML a key that has no value is absent."""
    if isinstance(node, list):
        return [_written(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _written(value) for key, value in node.items() if not (key == "default" and value in (None, {}, []))}
    some = [option for option in node.get("anyOf", ()) if option != {"type": "null"}]
    if len(some) == 1:
        del node["anyOf"]
        node = {**some[0], **node}
    return node
