"""What a .tflite says of itself in TFLite metadata: labels, and how its input is normalised."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass

from ..errors import ModelRefusedError
from ..limits import LIMITS
from .bounded import Buffer, Table

_ENTRY = "TFLITE_METADATA"
_NORMALIZATION = 1
_AXIS_LABELS = 2


@dataclass(frozen=True, slots=True)
class Stated:
    """Empty where it says nothing."""

    labels: tuple[str, ...] = ()
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()


def stated_in(model: bytes) -> Stated:
    """What the metadata says. Raises ModelRefusedError for damaged bytes."""
    root = Buffer(model).root()
    buffers = root.tables(4, limit=2 * LIMITS.tflite_tensors, what="buffers")
    entries = root.tables(6, limit=64, what="metadata entries")
    place = next((entry.integer(1, "uint32") for entry in entries if entry.text(0) == _ENTRY), None)
    if place is None or place >= len(buffers):
        return Stated()
    subgraphs = Buffer(buffers[place].raw(0).tobytes()).root().tables(3, limit=1, what="subgraphs")
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    name = ""
    for graph in subgraphs:
        for tensor in graph.tables(2, limit=64, what="inputs")[:1]:
            mean, std = _normalisation(tensor)
        for tensor in graph.tables(3, limit=64, what="outputs")[:1]:
            files = tensor.tables(6, limit=8, what="associated files")
            name = next((file.text(0) for file in files if file.integer(2, "int8") == _AXIS_LABELS), "")
    return Stated(_labels(model, name) if name else (), mean, std)


def _normalisation(tensor: Table) -> tuple[tuple[float, ...], tuple[float, ...]]:
    for unit in tensor.tables(4, limit=8, what="process units"):
        options = unit.table(1)
        if unit.integer(0, "uint8") == _NORMALIZATION and options is not None:
            mean, std = (tuple(float(one) for one in options.numbers(slot, "float32")) for slot in (0, 1))
            return mean, std
    return (), ()


def _labels(model: bytes, name: str) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(model)) as archive:
            if archive.getinfo(name).file_size > LIMITS.labels_bytes:
                raise ModelRefusedError(f"the label file {name} in the .tflite is too large")
            return tuple(line for line in archive.read(name).decode("utf-8", "replace").splitlines() if line)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, NotImplementedError, RuntimeError, zlib.error):
        return ()
