"""Strict reading of TOML tables into frozen values: an unknown key is an error that names its nearest neighbour."""

from __future__ import annotations

import difflib
import os
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from .errors import EspalierError
from .visible import shown

T = TypeVar("T")


def read_table(path: Path, kind: type[T], *, error: type[EspalierError], what: str, limit_bytes: int) -> T:
    """Read the TOML file at `path` as a value of the msgspec struct `kind`.

    Raises `error` when the file is absent, too large, not UTF-8, not TOML, or does not fit `kind`.
    """
    data = read_bounded(path, error=error, what=what, limit_bytes=limit_bytes)
    return parse_table(data, kind, error=error, where=f"{what} {path.name}")


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
        raise error(f"{named} does not exist", next_step=_nearest_file(path)) from None
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
    """Decode TOML bytes into `kind`; see `read_table`."""
    try:
        raw = msgspec.toml.decode(data.decode("utf-8-sig"))
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
    try:
        unknown = _first_unknown_key(raw, kind, "")
    except RecursionError:
        raise _nested(error, where) from None
    if unknown is not None:
        key, allowed = unknown
        near = difflib.get_close_matches(key.rsplit(".", 1)[-1], allowed, n=1, cutoff=0.5)
        raise error(
            f"{where} has an unknown key `{shown(key)}`",
            supported=", ".join(sorted(allowed)),
            next_step=f"did you mean `{near[0]}`?" if near else "remove the key or correct its name",
        )
    try:
        return msgspec.convert(raw, kind, strict=True)
    except RecursionError:
        raise _nested(error, where) from None
    except msgspec.ValidationError as problem:
        raise error(f"{where}: {_plain(_one_line(problem))}") from None


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


def _first_unknown_key(raw: Any, kind: Any, prefix: str) -> tuple[str, list[str]] | None:
    for option in _alternatives(kind):
        origin = typing.get_origin(option)
        if origin in (tuple, list) and isinstance(raw, list):
            for index, item in enumerate(raw):
                found = _first_unknown_key(item, typing.get_args(option)[0], f"{prefix[:-1]}[{index}].")
                if found:
                    return found
        if not (isinstance(option, type) and issubclass(option, msgspec.Struct) and isinstance(raw, dict)):
            continue
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(option)}
        for key, value in raw.items():
            if key not in fields:
                return prefix + key, sorted(fields)
            found = _first_unknown_key(value, fields[key], f"{prefix}{key}.")
            if found:
                return found
    return None


def _alternatives(kind: Any) -> tuple[Any, ...]:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return typing.get_args(kind)
    return (kind,)


def _nearest_file(path: Path) -> str:
    try:
        names = sorted(os.listdir(path.parent))
    except (OSError, ValueError):
        names = []
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else "check the path; it is relative to the file that names it"
