"""Read back the TFLite metadata and the labels of a model, as phone and camera libraries read them.

The reader shares no code with the writer. Field numbers: metadata_schema.fbs of TensorFlow Lite Support and
schema.fbs of TensorFlow Lite.
"""

from __future__ import annotations

import io
import zipfile

from ..errors import ModelRefusedError
from ..limits import LIMITS
from ..tflite.bounded import Buffer, Table

_METADATA_NAME = "TFLITE_METADATA"
_TENSOR_AXIS_LABELS = 2
_NORMALIZATION = 1


def metadata_problem(model: bytes, labels: tuple[str, ...], channels: int, *, camera: bool = True) -> str:
    """The first thing that a reader of the metadata would miss, as a sentence; an empty text when all is
    there. Without labels no label file is looked for. `camera`: whether pixels of a camera can be fed; otherwise nothing may
    say how they are normalised.

    Checked: the metadata's identifier; input normalisation, one mean and std per channel or one for all; the
    label file that the output names; that file at the end of the model, stored uncompressed, one label per
    line.
    """
    try:
        metadata = _metadata(model)
        if metadata is None:
            return f"the model has no {_METADATA_NAME}"
        subgraph = _only(metadata, 3)
        inputs = _first(subgraph, 2)
        outputs = _only(subgraph, 3) if labels else None
        units = [
            unit.table(1)
            for unit in inputs.tables(4, limit=8, what="process units")
            if unit.integer(0, "uint8") == _NORMALIZATION
        ]
        if not camera:
            if units:
                return "the metadata says how pixels are normalised, which is not all that this model needs"
        elif len(units) != 1 or units[0] is None:
            return "the metadata does not say how the input is normalised"
        if units and units[0] and any(len(units[0].numbers(slot, "float32")) not in (1, channels) for slot in (0, 1)):
            return "the metadata's mean and std do not fit the channels"
        if outputs is None:
            return ""
        names = [
            file.text(0)
            for file in outputs.tables(6, limit=8, what="associated files")
            if file.integer(2, "int8") == _TENSOR_AXIS_LABELS
        ]
    except ModelRefusedError as problem:
        return f"the metadata cannot be read: {problem.found}"
    if len(names) != 1:
        return "the metadata does not name one label file"
    return _labels_problem(model, names[0], labels)


def labels_of(model: bytes) -> tuple[str, ...] | None:
    """The labels that the metadata of a model names and that lie at its end; None where there are none. Raises
    ModelRefusedError where they cannot be read."""
    metadata = _metadata(model)
    outputs = () if metadata is None else _only(metadata, 3).tables(3, limit=64, what="rows")
    names = [
        file.text(0)
        for output in outputs
        for file in output.tables(6, limit=8, what="associated files")
        if file.integer(2, "int8") == _TENSOR_AXIS_LABELS
    ]
    return _label_file(model, names[0]) if names else None


def _metadata(model: bytes) -> Table | None:
    root = Buffer(model).root()
    for entry in root.tables(6, limit=64, what="metadata entries"):
        if entry.text(0) == _METADATA_NAME:
            buffers = root.tables(4, limit=100_000, what="buffers")
            index = entry.integer(1, "uint32")
            data = buffers[index].raw(0).tobytes() if index < len(buffers) else b""
            return Buffer(data).root() if data[4:8] == b"M001" else None
    return None


def _first(table: Table, slot: int) -> Table:
    """The image; what follows are numbers beside it."""
    rows = table.tables(slot, limit=1 + LIMITS.input_numbers, what="rows")
    if not rows:
        raise ModelRefusedError("no rows where one is expected")
    return rows[0]


def _only(table: Table, slot: int) -> Table:
    rows = table.tables(slot, limit=64, what="rows")
    if len(rows) != 1:
        raise ModelRefusedError(f"{len(rows)} rows where one is expected")
    return rows[0]


def _label_file(model: bytes, name: str) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(model)) as archive:
            info = archive.getinfo(name)
            if info.file_size > LIMITS.labels_bytes:
                raise ModelRefusedError(f"the label file {name!r} is over {LIMITS.labels_bytes} bytes")
            return tuple(archive.read(info).decode().splitlines())
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, NotImplementedError, RuntimeError, OSError) as problem:
        raise ModelRefusedError(f"the label file {name!r} is not at the end of the model: {problem}") from None


def _labels_problem(model: bytes, name: str, labels: tuple[str, ...]) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(model)) as archive:
            info = archive.getinfo(name)
            found = archive.read(info).decode().splitlines()
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError) as problem:
        return f"the label file {name!r} is not at the end of the model: {problem}"
    if info.compress_type != zipfile.ZIP_STORED:
        return f"the label file {name!r} is compressed; MediaPipe refuses that"
    if tuple(found) != labels:
        return f"the label file {name!r} holds other labels"
    return ""
