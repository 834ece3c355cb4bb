"""TFLite metadata (schema metadata_schema.fbs, identifier M001) and the label file behind a model, written
without any TensorFlow library: no healthy one writes it today.

Phones read the labels, the input's normalisation and the kind of each tensor from here. Writing keeps the
model's own bytes: the new root, buffers and metadata go before them, so that every offset inside stays true.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import flatbuffers

from ..errors import LabelsRefusedError, ModelRefusedError
from ..limits import LIMITS
from ..recipe import InputContract
from ..recipe_numbers import InputNumbers
from .bounded import Buffer, Table
from .numbers import IDENTIFIER, PROBABILITY
from .objects import Builder

ENTRY = "TFLITE_METADATA"
LABELS = "labels.txt"
PARSER = "1.0.0"

# Slots of the tables of TFLite's schema.fbs that are touched here.
_MODEL_FIELDS, _BUFFERS, _METADATA = 8, 4, 6
# Enumerations of metadata_schema.fbs.
_UNKNOWN, _RGB, _GRAYSCALE, _TENSOR_AXIS_LABELS = 0, 1, 2, 2
_FEATURE, _IMAGE, _NORMALIZATION = 1, 2, 1
_BOUNDING_BOX, _BOUNDARIES = 3, 1


def add_metadata(
    model: bytes,
    *,
    labels: Sequence[str],
    heads: Sequence[str] = (PROBABILITY,),
    contract: InputContract,
    name: str,
    version: str,
    description: str = "",
    author: str = "",
    license: str = "",
    decoding: tuple[str, bytes] | None = None,
) -> bytes:
    """The model with metadata and, where it has labels, a label file (zip, stored, dated 1980). Same input, same bytes.
    `heads`: names of the outputs, in their order. `decoding`: of a model whose two outputs are box encodings and scores, name
    and bytes of the custom metadata that say how they are decoded.

    The normalisation is the one that agrees with the input's quantization (mean = zero point, std = 1 /
    scale), so that a reader which normalises and then quantizes, and one which feeds bytes, both end at the
    pixel's value. A contract that smooths or balances has neither an image nor a normalisation in the metadata: no reader of it
    could make the pixels. Raises LabelsRefusedError for a label with a line break, ModelRefusedError when the bytes
    are no .tflite file.
    """
    for label in labels:
        if "\n" in label or "\r" in label:
            raise LabelsRefusedError(
                f"the label {label!r} holds a line break", supported="one line per label"
            )
    body = _plain_model(model)
    texts = {
        "name": name,
        "version": version,
        "description": description,
        "author": author,
        "license": license,
    }
    root = Buffer(body).root()
    block = _metadata_block(
        {key: text for key, text in texts.items() if text},
        contract,
        [(head, bool(labels)) for head in heads],
        *_normalisation(root, contract),
        decoding,
    )
    return _with_entry(body, root, block) + (_label_zip(labels) if labels else b"")


def _plain_model(model: bytes) -> bytes:
    """The flatbuffer alone, without a zip behind it, at a multiple of 16 bytes (its alignment counts from the
    end)."""
    if len(model) < 16 or model[4:8] != IDENTIFIER:
        raise ModelRefusedError("these bytes are not a .tflite file")
    start = _zip_start(model)
    body = model[:start] if start is not None else model
    return body + bytes(-len(body) % 16)


def _normalisation(root: Table, contract: InputContract) -> tuple[list[float], list[float]]:
    """(mean, std) for the input tensor: from its quantization, or the contract's for a float model."""
    (graph,) = root.tables(2, limit=1, what="subgraphs")
    image = graph.tables(0, limit=LIMITS.tflite_tensors, what="tensors")[graph.integers(1)[0]]
    if (quantization := image.table(4)) is not None:
        scales, zero_points = quantization.numbers(2, "float32"), quantization.integers(3, "int64")
        if scales and zero_points:
            return [float(zero_points[0])], [1.0 / scales[0]]
    return list(contract.channel_mean), list(contract.channel_std)


def _with_entry(body: bytes, old: Table, block: bytes) -> bytes:
    """A new root table, buffer list and metadata list before `body`, which keeps its bytes; `old` is its root."""
    builder = flatbuffers.Builder(len(body) + len(block) + (1 << 14))
    _seed(builder, body)
    end = len(body)
    builder.StartVector(1, len(block), 16)
    builder.head -= len(block)
    builder.Bytes[builder.head : builder.head + len(block)] = block
    data = builder.EndVector()
    builder.StartObject(3)
    builder.PrependUOffsetTRelativeSlot(0, data, 0)
    buffer = builder.EndObject()
    most = 2 * LIMITS.tflite_tensors
    buffers = [end - table.at for table in old.tables(_BUFFERS, limit=most, what="buffers")]
    known = old.tables(_METADATA, limit=most, what="metadata entries")
    entries = [end - table.at for table in known if table.text(0) != ENTRY]
    entry_name = builder.CreateString(ENTRY)
    builder.StartObject(2)
    builder.PrependUOffsetTRelativeSlot(0, entry_name, 0)
    builder.PrependUint32Slot(1, len(buffers), 0)
    entry = builder.EndObject()
    replaced = {
        _BUFFERS: _offsets(builder, [*buffers, buffer]),
        _METADATA: _offsets(builder, [*entries, entry]),
    }
    builder.StartObject(_MODEL_FIELDS)
    for slot in range(1, _MODEL_FIELDS):
        place = old.follow(slot)
        target = 0 if place is None else end - place
        builder.PrependUOffsetTRelativeSlot(slot, replaced.get(slot, target), 0)
    builder.PrependUint32Slot(0, old.integer(0, "uint32"), 0)
    builder.Finish(builder.EndObject(), file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def _seed(builder: Builder, body: bytes) -> None:
    """Put finished bytes at the end of an empty builder: a table at position p of them is object len(body) -
    p."""
    builder.head = len(builder.Bytes) - len(body)
    builder.Bytes[builder.head :] = body
    builder.minalign = 16


def _metadata_block(
    texts: dict[str, str],
    contract: InputContract,
    heads: Sequence[tuple[str, bool]],
    mean: Sequence[float],
    std: Sequence[float],
    decoding: tuple[str, bytes] | None = None,
) -> bytes:
    builder = flatbuffers.Builder(1 << 12)
    space = {"gray": _GRAYSCALE, "bands": _UNKNOWN}.get(contract.color, _RGB)
    channels = {"gray": "one channel", "bands": f"{contract.bands} channels"}.get(contract.color, contract.color.upper())
    image = (
        _tensor(
            builder, "image",
            f"Not pixels of a camera: bytes 0..255, {channels}, after {contract.retouches}, which the bundles' own code does.",
            _feature_content(builder), [], _stats(builder, [0.0], [255.0]), [],
        )
        if contract.retouches
        else _tensor(
            builder, "image", f"Pixels 0..255, {channels}, as the camera gives them.",
            _image_content(builder, space), [_normalization(builder, mean, std)], _stats(builder, [0.0], [255.0]), [],
        )
    )  # fmt: skip
    ends = [_head(builder, name, labelled=labelled) for name, labelled in heads]
    if decoding is not None:
        content = _content(builder, _BOUNDING_BOX, _bounding_box(builder))
        ends[0] = _tensor(builder, heads[0][0], "Encodings of boxes: y, x, height, width.", content, [], 0, [])
    beside = [
        _tensor(builder, one.name, number_text(one), _feature_content(builder), [], 0, []) for one in contract.numbers
    ]
    inputs, outputs = _offsets(builder, [image, *beside]), _offsets(builder, ends)
    custom = _custom(builder, *decoding) if decoding is not None else 0
    builder.StartObject(10)
    builder.PrependUOffsetTRelativeSlot(9, custom, 0)
    builder.PrependUOffsetTRelativeSlot(2, inputs, 0)
    builder.PrependUOffsetTRelativeSlot(3, outputs, 0)
    subgraphs = _offsets(builder, [builder.EndObject()])
    slots = {"name": 0, "description": 1, "version": 2, "author": 4, "license": 5}
    strings = {slots[key]: builder.CreateString(text) for key, text in sorted(texts.items())}
    strings[7] = builder.CreateString(PARSER)
    builder.StartObject(8)
    for slot, offset in sorted((strings | {3: subgraphs}).items()):
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    builder.Finish(builder.EndObject(), file_identifier=b"M001")
    return bytes(builder.Output())


def number_text(one: InputNumbers) -> str:
    """What a vector of numbers beside the image holds, for people."""
    columns = zip(one.names, one.ends, one.column_mean, one.column_std, strict=True)
    told = [f"{name} {low:g} to {high:g}, less {mean:g}, divided by {std:g}" for name, (low, high), mean, std in columns]
    return f"Numbers beside the image, in order: {'; '.join(told)}."


def _head(builder: Builder, name: str, *, labelled: bool) -> int:
    """The TensorMetadata of an output: class probabilities, or values as they are."""
    what = "Probability of each label." if labelled else "Values as they are."
    content = _feature_content(builder)
    stats = _stats(builder, [0.0], [1.0]) if labelled else 0
    return _tensor(builder, name, what, content, [], stats, [_label_file(builder)] if labelled else [])


def _tensor(
    builder: Builder, name: str, description: str, content: int, process: list[int], stats: int, files: list[int]
) -> int:
    """A TensorMetadata table."""
    fields = {0: builder.CreateString(name), 1: builder.CreateString(description), 3: content}
    if stats:
        fields[5] = stats
    if process:
        fields[4] = _offsets(builder, process)
    if files:
        fields[6] = _offsets(builder, files)
    builder.StartObject(7)
    for slot, offset in sorted(fields.items()):
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    return int(builder.EndObject())


def _bounding_box(builder: Builder) -> int:
    """BoundingBoxProperties: four numbers as they come, edges as shares of the picture once they are decoded."""
    builder.StartVector(4, 4, 4)
    for place in (3, 2, 1, 0):
        builder.PrependUint32(place)
    index = builder.EndVector()
    builder.StartObject(3)
    builder.PrependUOffsetTRelativeSlot(0, index, 0)
    builder.PrependInt8Slot(1, _BOUNDARIES, 0)
    return int(builder.EndObject())


def _custom(builder: Builder, name: str, data: bytes) -> int:
    """The list of custom metadata: one, whose bytes begin at a multiple of 16."""
    builder.StartVector(1, len(data), 16)
    builder.head -= len(data)
    builder.Bytes[builder.head : builder.head + len(data)] = data
    block, called = builder.EndVector(), builder.CreateString(name)
    builder.StartObject(2)
    builder.PrependUOffsetTRelativeSlot(0, called, 0)
    builder.PrependUOffsetTRelativeSlot(1, block, 0)
    return _offsets(builder, [builder.EndObject()])


def _content(builder: Builder, kind: int, properties: int) -> int:
    builder.StartObject(3)
    builder.PrependUint8Slot(0, kind, 0)
    builder.PrependUOffsetTRelativeSlot(1, properties, 0)
    return int(builder.EndObject())


def _image_content(builder: Builder, color: int) -> int:
    builder.StartObject(2)
    builder.PrependInt8Slot(0, color, 0)
    return _content(builder, _IMAGE, builder.EndObject())


def _feature_content(builder: Builder) -> int:
    builder.StartObject(0)
    return _content(builder, _FEATURE, builder.EndObject())


def _normalization(builder: Builder, mean: Sequence[float], std: Sequence[float]) -> int:
    means, stds = _float_vector(builder, mean), _float_vector(builder, std)
    builder.StartObject(2)
    builder.PrependUOffsetTRelativeSlot(0, means, 0)
    builder.PrependUOffsetTRelativeSlot(1, stds, 0)
    options = builder.EndObject()
    builder.StartObject(2)
    builder.PrependUint8Slot(0, _NORMALIZATION, 0)
    builder.PrependUOffsetTRelativeSlot(1, options, 0)
    return int(builder.EndObject())


def _stats(builder: Builder, low: Sequence[float], high: Sequence[float]) -> int:
    highs, lows = _float_vector(builder, high), _float_vector(builder, low)
    builder.StartObject(2)
    builder.PrependUOffsetTRelativeSlot(0, highs, 0)
    builder.PrependUOffsetTRelativeSlot(1, lows, 0)
    return int(builder.EndObject())


def _label_file(builder: Builder) -> int:
    name = builder.CreateString(LABELS)
    builder.StartObject(5)
    builder.PrependUOffsetTRelativeSlot(0, name, 0)
    builder.PrependInt8Slot(2, _TENSOR_AXIS_LABELS, 0)
    return int(builder.EndObject())


def _float_vector(builder: Builder, values: Sequence[float]) -> int:
    builder.StartVector(4, len(values), 4)
    for value in reversed(values):
        builder.PrependFloat32(value)
    return int(builder.EndVector())


def _offsets(builder: Builder, tables: Sequence[int]) -> int:
    builder.StartVector(4, len(tables), 4)
    for table in reversed(tables):
        builder.PrependUOffsetTRelative(table)
    return int(builder.EndVector())


def _label_zip(labels: Sequence[str]) -> bytes:
    """labels.txt in a zip, stored (MediaPipe refuses a packed one), with a fixed date and mode."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        info = zipfile.ZipInfo(LABELS, date_time=(1980, 1, 1, 0, 0, 0))
        info.create_system, info.external_attr = 3, 0o644 << 16
        archive.writestr(info, "".join(f"{label}\n" for label in labels).encode())
    return target.getvalue()


def _zip_start(data: bytes) -> int | None:
    """Where a zip behind the flatbuffer starts, or None."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return min((info.header_offset for info in archive.infolist()), default=None)
