"""Strict reading of TOML tables into frozen values: an unknown key is an error that names its nearest neighbour."""

from __future__ import annotations

import difflib
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from .errors import EspalierError

T = TypeVar("T")


def read_table(path: Path, kind: type[T], *, error: type[EspalierError], what: str, limit_bytes: int) -> T:
    """Read the TOML file at `path` as a value of the msgspec struct `kind`.

    Raises `error` when the file is absent, too large, not UTF-8, not TOML, or does not fit `kind`.
    """
    data = read_bounded(path, error=error, what=what, limit_bytes=limit_bytes)
    return parse_table(data, kind, error=error, where=f"{what} {path.name}")


def read_bounded(path: Path, *, error: type[EspalierError], what: str, limit_bytes: int) -> bytes:
    """The bytes of a regular file of at most `limit_bytes` bytes, or `error`."""
    if path.is_dir():
        raise error(f"{what} {path} is a folder", next_step="give the path of the file itself")
    if path.exists() and not path.is_file():
        # A pipe without a writer would be waited for for ever.
        raise error(f"{what} {path} is a pipe or a device", next_step="write it to a file and give its path")
    try:
        with path.open("rb") as file:
            data = file.read(limit_bytes + 1)
    except FileNotFoundError:
        raise error(f"{what} {path} does not exist", next_step=_nearest_file(path)) from None
    except OSError as problem:
        raise error(f"{what} {path} cannot be read: {problem.strerror}") from None
    if len(data) > limit_bytes:
        raise error(
            f"{what} {path} is larger than {limit_bytes} bytes", supported=f"at most {limit_bytes} bytes"
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
    except (msgspec.DecodeError, ValueError) as problem:
        raise error(f"{where} is not valid TOML: {problem}") from None
    unknown = _first_unknown_key(raw, kind, "")
    if unknown is not None:
        key, allowed = unknown
        near = difflib.get_close_matches(key.rsplit(".", 1)[-1], allowed, n=1, cutoff=0.5)
        raise error(
            f"{where} has an unknown key `{key}`",
            supported=", ".join(sorted(allowed)),
            next_step=f"did you mean `{near[0]}`?" if near else "remove the key or correct its name",
        )
    try:
        return msgspec.convert(raw, kind, strict=True)
    except msgspec.ValidationError as problem:
        raise error(f"{where}: {_plain(str(problem))}") from None


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
    folder = path.parent
    names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else "check the path; it is relative to the file that names it"
