"""Strict reading of TOML tables into frozen values: an error names every unknown key, wrong word, wrong type and number out
of range at once."""

from __future__ import annotations

import difflib
import itertools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from .errors import EspalierError
from .table_faults import Fault, faults
from .visible import shown

T = TypeVar("T")

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

MOST_FAULTS = 12
"""Faults of one file that are told."""


class Table(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """A frozen TOML table with kebab-case keys."""


def read_bounded(path: Path, *, error: type[EspalierError], what: str, limit_bytes: int) -> bytes:
    """The bytes of a regular file of at most `limit_bytes` bytes, or `error`."""
    # os.path, not Path: these say False where the system refuses the name (NUL, too long, no permission).
    named = f"{what} {shown(str(path))}"
    if os.path.isdir(path):
        raise error(f"{named} is a folder", next_step="give the path of the file itself")
    if os.path.exists(path) and not os.path.isfile(path):
        # A pipe without a writer would be waited for for ever.
        raise error(f"{named} is a pipe or a device", next_step="write it to a file and give its path")
    try:
        with path.open("rb") as file:
            data = file.read(limit_bytes + 1)
    except FileNotFoundError:
        raise error(f"{named} does not exist", next_step=nearest_file(path)) from None
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the name
        raise error(
            f"{named} cannot be read: {getattr(problem, 'strerror', None) or problem}",
            supported="a regular file that this user may read",
            next_step="check the path and its permissions",
        ) from None
    if len(data) > limit_bytes:
        raise error(
            f"{named} is larger than {limit_bytes} bytes",
            supported=f"at most {limit_bytes} bytes",
            next_step="check that this is the right file",
        )
    return data


def parse_table(data: bytes, kind: type[T], *, error: type[EspalierError], where: str) -> T:
    """A value of the msgspec struct `kind` from TOML bytes. Raises `error` when they are not UTF-8, not TOML, or do not fit."""
    return convert_table(decode_table(data, error=error, where=where), kind, error=error, where=where)


def decode_table(data: bytes, *, error: type[EspalierError], where: str) -> dict[str, Any]:
    """Plain data of TOML bytes. Raises `error` for what is not UTF-8 or not TOML."""
    try:
        decoded: dict[str, Any] = msgspec.toml.decode(data.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise error(
            f"{where} is not UTF-8 text (byte {problem.start})", next_step="save the file as UTF-8"
        ) from None
    except RecursionError:
        raise _nested(error, where) from None
    except (msgspec.DecodeError, ValueError) as problem:
        raise error(
            f"{where} is not valid TOML: {_one_line(problem)}",
            supported="TOML 1.0 (toml.io)",
            next_step="correct that place",
        ) from None
    return decoded


def convert_table(raw: dict[str, Any], kind: type[T], *, error: type[EspalierError], where: str) -> T:
    """Plain data as a value of `kind`. Raises `error` with everything in which it does not fit."""
    try:
        wrong = list(itertools.islice(faults(raw, kind), MOST_FAULTS + 1))
        if not wrong:
            return msgspec.convert(raw, kind, strict=True)
    except RecursionError:
        raise _nested(error, where) from None
    except msgspec.ValidationError as problem:  # a rule of a type that `faults` does not know
        raise error(f"{where}: {_plain(_one_line(problem))}") from None
    raise _all_of(wrong, error, where)


def table_text(table: Mapping[str, Any], path: tuple[str, ...] = (), *, headed: bool = False) -> str:
    """Plain data as TOML; `path` is the table's own place in the file; `headed`: what names it is written already."""
    scalars = [f"{key} = {_value_text(value)}" for key, value in table.items() if not _is_table(value)]
    text = (f"[{'.'.join(path)}]\n" if path and scalars and not headed else "") + "".join(line + "\n" for line in scalars)
    for key, value in table.items():
        if isinstance(value, dict):
            text += "\n" + table_text(value, (*path, key)) if value else f"\n[{'.'.join((*path, key))}]\n"
        elif _is_table(value):
            for item in value:
                text += f"\n[[{'.'.join((*path, key))}]]\n" + table_text(item, (*path, key), headed=True)
    return text


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list | tuple) and len(value) > 0 and all(isinstance(item, dict) for item in value)
    )


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return msgspec.json.encode(value).decode()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value_text, value)) + "]"
    return repr(value)


def _all_of(wrong: Sequence[Fault], error: type[EspalierError], where: str) -> EspalierError:
    """One error for everything that is wrong in a table."""
    if len(wrong) == 1:
        (fault,) = wrong
        found = f"{where}: {fault.text}" if fault.text.startswith("`") else f"{where} has {fault.text}"
        return error(found, supported=fault.supported, next_step=fault.next_step)
    told = [fault.line() for fault in wrong[:MOST_FAULTS]]
    count = f"over {MOST_FAULTS}" if len(wrong) > MOST_FAULTS else str(len(wrong))
    return error(
        f"{where} has {count} faults: " + "; ".join(told),
        supported="the keys and values of docs/reference/recipe.md and target-file.md (`espalier schema` for editors)",
        next_step="correct them; each is named with its place",
    )


def _nested(error: type[EspalierError], where: str) -> EspalierError:
    return error(
        f"{where} is nested too deeply",
        supported="tables and lists a few levels deep",
        next_step="look for a row of brackets in it",
    )


def _one_line(problem: Exception) -> str:
    """What a library says of a stranger's text, without control characters and bounded."""
    text = "".join(c if c.isprintable() else "?" for c in str(problem))
    return text if len(text) <= 300 else text[:300] + " ..."


def _plain(message: str) -> str:
    """msgspec names places as `$.a.b`; users write them as `a.b`."""
    return message.replace("`$.", "`").replace("`$[", "`[").replace(" - at ", " at ")


def nearest_file(path: Path, otherwise: str = "check the path; it is relative to the file that names it") -> str:
    """What to do about a path that does not exist: the nearest name beside it, where one is near."""
    try:
        names = sorted(os.listdir(path.parent))
    except (OSError, ValueError):
        names = []
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else otherwise
