"""A model with TFLite metadata, written field by field: what the reader of the tests must accept or miss."""

from __future__ import annotations

import io
import zipfile

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema


def with_metadata(
    model: bytes,
    labels: tuple[str, ...],
    *,
    key: bytes = b"TFLITE_METADATA",
    identifier: bytes = b"M001",
    mean: tuple[float, ...] = (0.0,),
    units: int = 1,
    file: str = "labels.txt",
    stored: bool = True,
    written: tuple[str, ...] | None = (),
) -> bytes:
    """The model with metadata, and the labels (or `written`; None writes no file) appended as a zip."""
    parsed = schema.ModelT.InitFromPackedBuf(model, 0)
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(_metadata(identifier, mean, units, file), np.uint8)
    parsed.buffers.append(buffer)
    entry = schema.MetadataT()
    entry.name, entry.buffer = key, len(parsed.buffers) - 1
    parsed.metadata = [entry]
    builder = flatbuffers.Builder(1024)
    builder.Finish(parsed.Pack(builder), b"TFL3")
    if written is None:
        return bytes(builder.Output())
    archive = io.BytesIO(bytes(builder.Output()))
    with zipfile.ZipFile(archive, "a") as zipped:
        info = zipfile.ZipInfo("labels.txt", (1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        zipped.writestr(info, "".join(f"{label}\n" for label in written or labels))
    return archive.getvalue()


def _metadata(identifier: bytes, mean: tuple[float, ...], units: int, file: str) -> bytes:
    made = flatbuffers.Builder(512)

    def vector(items: list[int]) -> int:
        made.StartVector(4, len(items), 4)
        for item in reversed(items):
            made.PrependUOffsetTRelative(item)
        return int(made.EndVector())

    def floats(values: tuple[float, ...]) -> int:
        return int(made.CreateNumpyVector(np.array(values, np.float32)))

    def table(slots: int, fields: dict[int, int], scalars: dict[int, tuple[str, int]] | None = None) -> int:
        made.StartObject(slots)
        for slot, offset in fields.items():
            made.PrependUOffsetTRelativeSlot(slot, offset, 0)
        for slot, (kind, value) in (scalars or {}).items():
            getattr(made, f"Prepend{kind}Slot")(slot, value, 0)
        return int(made.EndObject())

    processing = []
    for _ in range(units):
        means, stds = floats(mean), floats((1.0,) * len(mean))
        options = table(2, {0: means, 1: stds})
        processing.append(table(2, {1: options}, {0: ("Uint8", 1)}))
    image = table(2, {}, {0: ("Int8", 1)})
    properties = table(3, {1: image}, {0: ("Uint8", 2)})
    name = made.CreateString("image")
    process_units = vector(processing)
    entry = table(7, {0: name, 3: properties, 4: process_units})
    files = []
    if file:
        name = made.CreateString(file)
        files.append(table(4, {0: name}, {2: ("Int8", 2)}))
    associated = vector(files)
    name = made.CreateString("probability")
    feature = table(3, {1: table(0, {})}, {0: ("Uint8", 1)})
    output = table(7, {0: name, 3: feature, 6: associated})
    inputs, outputs = vector([entry]), vector([output])
    graph = table(10, {2: inputs, 3: outputs})
    graphs = vector([graph])
    title, parser = made.CreateString("toy"), made.CreateString("1.0.0")
    root = table(8, {0: title, 3: graphs, 7: parser})
    made.Finish(root, identifier)
    return bytes(made.Output())
