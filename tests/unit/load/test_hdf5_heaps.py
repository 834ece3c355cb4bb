"""A damaged global heap makes libhdf5 run for ever: entries of no room (found by mutants of .h5 files)."""

from __future__ import annotations

import struct
from pathlib import Path

import keras_files as k
import pytest

from espalier.errors import ModelRefusedError
from espalier.load.hdf5_heaps import endless_heap
from espalier.load.keras_file import inspect_model


def heap_of(data: bytes) -> int:
    place = data.find(b"GCOL\x01\0\0\0")
    assert place > 0
    return place


def objects(data: bytes, place: int) -> list[int]:
    """Where the objects of a heap begin."""
    size = int.from_bytes(data[place + 8 : place + 16], "little")
    at, found = place + 16, []
    while place + size - at >= 16:
        found.append(at)
        index, room = struct.unpack_from("<H6xQ", data, at)
        at += 16 + (room + 7) // 8 * 8 if index else room
    return found


def test_a_heap_entry_that_takes_no_room_is_refused_at_once(tmp_path: Path) -> None:
    path = k.write_h5(tmp_path / "m.h5")
    sound = path.read_bytes()
    place = heap_of(sound)
    assert endless_heap(sound) is None
    for at in objects(sound, place):
        for head in (struct.pack("<H6xQ", 0, 0), struct.pack("<H6xQ", 1, 2**64 - 16), struct.pack("<H6xQ", 0, 2**63)):
            broken = sound[:at] + head + sound[at + 16 :]
            assert endless_heap(broken) == place
    path.write_bytes(sound[: place + 16] + bytes(16) + sound[place + 32 :])
    with pytest.raises(ModelRefusedError, match=f"the heap at byte {place} has no end"):
        inspect_model(str(path))


def test_weights_in_a_keras_archive_are_looked_at_as_well(tmp_path: Path) -> None:
    weights = k.hdf5()
    assert endless_heap(weights) is None
    assert endless_heap(b"x" * 40 + b"GCOL\x01\0\0\0" + (48).to_bytes(8, "little") + bytes(32)) == 40


def test_bytes_that_only_look_like_a_heap_are_left_to_libhdf5() -> None:
    for data in (b"", b"GCOL", b"GCOL\x01\0\0\0", b"GCOL\x01\0\0\0" + bytes(8), b"GCOL\x01\0\0\0" + b"\xff" * 8 + bytes(64)):
        assert endless_heap(data) is None
