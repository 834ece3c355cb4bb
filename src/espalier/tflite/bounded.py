"""A bounds-checked reader of flatbuffers: every offset, length and total is checked before it is followed.

The generated reader of TFLite's schema trusts the file: it follows any offset and loops over any length. This
one refuses an offset outside the file, and it spends from a budget proportional to the file's size, so that
tables that alias each other cannot make it read more than a few times the file.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from ..errors import ModelRefusedError
from ..graph.types import Array

_FORMATS: Final = {
    "int8": ("<b", 1),
    "uint8": ("<B", 1),
    "bool": ("<?", 1),
    "int32": ("<i", 4),
    "uint32": ("<I", 4),
    "float": ("<f", 4),
    "uint64": ("<Q", 8),
}
_VECTORS: Final = {"int32": "<i4", "int64": "<i8", "float32": "<f4", "uint8": "<u1"}

BUDGET_PER_BYTE: Final = 4
BUDGET_FLOOR_BYTES: Final = 1 << 16


class Buffer:
    """The bytes of a file and what may still be read of them."""

    __slots__ = ("budget", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.budget = BUDGET_PER_BYTE * len(data) + BUDGET_FLOOR_BYTES

    def scalar(self, form: str, position: int) -> int | float | bool:
        code, size = _FORMATS[form]
        self.need(position, size)
        value: int | float | bool = struct.unpack_from(code, self.data, position)[0]
        return value

    def integer(self, form: str, position: int) -> int:
        return int(self.scalar(form, position))

    def need(self, position: int, size: int) -> None:
        if position < 0 or size < 0 or position + size > len(self.data):
            raise refused(f"it points {size} bytes at position {position}, outside the file")

    def spend(self, size: int) -> None:
        self.budget -= size
        if self.budget < 0:
            raise refused("its tables point at the same bytes again and again")

    def root(self) -> Table:
        return Table(self, self.integer("uint32", 0))


class Table:
    """One table; `slot` is the field's number in the schema."""

    __slots__ = ("_buffer", "_vtable", "_vtable_size", "at")

    def __init__(self, buffer: Buffer, at: int) -> None:
        vtable = at - buffer.integer("int32", at)
        buffer.need(vtable, 4)
        size = struct.unpack_from("<H", buffer.data, vtable)[0]
        if size < 4 or size % 2:
            raise refused(f"a table's description is {size} bytes long")
        buffer.need(vtable, size)
        buffer.spend(16)
        self._buffer, self.at, self._vtable, self._vtable_size = buffer, at, vtable, size

    def _field(self, slot: int) -> int | None:
        entry = 4 + 2 * slot
        if entry + 2 > self._vtable_size:
            return None
        offset = struct.unpack_from("<H", self._buffer.data, self._vtable + entry)[0]
        return self.at + offset if offset else None

    def has(self, slot: int) -> bool:
        return self._field(slot) is not None

    def scalar(self, slot: int, form: str, default: int | float | bool) -> int | float | bool:
        at = self._field(slot)
        return default if at is None else self._buffer.scalar(form, at)

    def integer(self, slot: int, form: str, default: int = 0) -> int:
        return int(self.scalar(slot, form, default))

    def follow(self, slot: int) -> int | None:
        """Where the table, text or vector of a field starts in the file; None when the field is absent."""
        at = self._field(slot)
        if at is None:
            return None
        return at + self._buffer.integer("uint32", at)

    def table(self, slot: int) -> Table | None:
        at = self.follow(slot)
        return None if at is None else Table(self._buffer, at)

    def _vector(self, slot: int, item_bytes: int) -> tuple[int, int]:
        """(position of the first item, number of items); (0, 0) when the field is absent."""
        at = self.follow(slot)
        if at is None:
            return 0, 0
        count = self._buffer.integer("uint32", at)
        self._buffer.need(at + 4, count * item_bytes)
        return at + 4, count

    def tables(self, slot: int, *, limit: int, what: str) -> tuple[Table, ...]:
        at, count = self._vector(slot, 4)
        if count > limit:
            raise refused(f"it has {count} {what}, more than {limit}")
        positions = (at + 4 * i for i in range(count))
        return tuple(Table(self._buffer, p + self._buffer.integer("uint32", p)) for p in positions)

    def numbers(self, slot: int, form: str) -> tuple[int | float, ...]:
        """A vector of numbers, as Python values."""
        dtype = np.dtype(_VECTORS[form])
        at, count = self._vector(slot, dtype.itemsize)
        self._buffer.spend(4 * count * dtype.itemsize // 4)
        return tuple(np.frombuffer(self._buffer.data, dtype, count, at).tolist()) if count else ()

    def integers(self, slot: int, form: str = "int32") -> tuple[int, ...]:
        return tuple(int(v) for v in self.numbers(slot, form))

    def text(self, slot: int) -> str:
        at, count = self._vector(slot, 1)
        self._buffer.spend(count)
        return self._buffer.data[at : at + count].decode("utf-8", errors="replace")

    def raw(self, slot: int) -> Array:
        """A vector of bytes as a read-only view of the file (not charged: nothing is copied)."""
        at, count = self._vector(slot, 1)
        return np.frombuffer(self._buffer.data, np.uint8, count, at)


def refused(reason: str) -> ModelRefusedError:
    return ModelRefusedError(
        f"the .tflite file is damaged: {reason}",
        supported="a TensorFlow Lite flatbuffer, schema version 3",
        next_step="convert the model again",
    )
