"""Frames between the command and its child processes: a length, then msgpack. Plain data and arrays, no code."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec
import numpy as np

from ..errors import BugError
from ..limits import LIMITS
from ..walls.held import Walls

ARRAY = 1
"""msgpack extension code of a numpy array: msgpack (dtype string, shape, bytes); of records, in the dtype's place, the
name, dtype and shape of each field."""

_HEADER = struct.Struct("<Q")


class Call(msgspec.Struct, frozen=True, tag="call"):
    """Parent to child: a call by its name (ask.name_of), and what it asks."""

    method: str
    asked: Any


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """Child to parent while a call runs."""

    done: float
    total: float
    text: str


class Kept(msgspec.Struct, frozen=True, tag="kept"):
    """Child to parent while a call runs: a result on the way, under a name."""

    name: str
    data: bytes


class Result(msgspec.Struct, frozen=True, tag="result"):
    """Child to parent: the call returned."""

    value: Any


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The value of a child's first result: versions of what it imported, and what holds it."""

    versions: dict[str, str]
    walls: Walls


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """Child to parent: the call raised. `kind` is a class of espalier.errors, or the name of another exception."""

    kind: str
    found: str
    supported: str
    next_step: str
    trace: str


Frame = Call | Progress | Kept | Result | Failure


def _encode_extension(value: object) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError("arrays of objects do not cross a process boundary")
        plain = np.ascontiguousarray(value)
        body = msgspec.msgpack.encode((_described(plain.dtype), list(value.shape), plain.tobytes()))
        return msgspec.msgpack.Ext(ARRAY, body)
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} does not cross a process boundary")


def _decode_extension(code: int, data: memoryview) -> Any:
    if code != ARRAY:
        raise ValueError(f"unknown extension {code}")
    dtype, shape, body = msgspec.msgpack.decode(data, type=tuple[str | list[Field], list[int], bytes])
    return np.frombuffer(body, dtype=np.dtype(dtype)).reshape(shape)


Field = tuple[str, str, tuple[int, ...]]


def _described(dtype: np.dtype[Any]) -> str | list[Field]:
    """As numpy makes the dtype of it again."""
    if dtype.fields is None:
        return dtype.str
    return [(name, field[0].base.str, field[0].shape) for name, field in dtype.fields.items()]


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_encode_extension)
_DECODER: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame, ext_hook=_decode_extension)


def write_frame(stream: BinaryIO, frame: Frame) -> None:
    """Send one frame."""
    body = _ENCODER.encode(frame)
    stream.write(_HEADER.pack(len(body)) + body)
    stream.flush()


def read_frame(read: Callable[[int], bytes]) -> Frame | None:
    """Receive one frame through `read(n)`, which returns n bytes, or fewer at the end of the stream.

    Returns None at a clean end. Raises BugError for a frame over the limit.
    """
    header = read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    (length,) = _HEADER.unpack(header)
    if length > LIMITS.worker_frame_bytes:
        raise BugError(
            f"a frame of {length} bytes between processes", supported=f"{LIMITS.worker_frame_bytes}"
        )
    body = read(length)
    if len(body) < length:
        return None
    return _DECODER.decode(body)
