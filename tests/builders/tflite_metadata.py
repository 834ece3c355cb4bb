"""What a reader finds in a model's metadata, for tests: the product only writes it (and asks `bundle/metadata_check.py`)."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from espalier.tflite.bounded import Buffer, Table
from espalier.tflite.edit import read_model


@dataclass(frozen=True, kw_only=True)
class Description:
    name: str
    version: str
    description: str
    author: str
    color: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    labels: tuple[str, ...]


def metadata_of(data: bytes) -> dict[str, bytes]:
    """Metadata entries by name."""
    model = read_model(data)
    held = {bytes(entry.name).decode(): model.buffers[entry.buffer].data for entry in model.metadata}
    return {name: b"" if value is None else value.tobytes() for name, value in held.items()}


def read_metadata(data: bytes) -> Description | None:
    """What the metadata and the label file behind a model say, or None without metadata."""
    block = metadata_of(data).get("TFLITE_METADATA")
    if block is None:
        return None
    root = Buffer(block).root()
    subgraph = _first(root, 3)
    image, probability = _first(subgraph, 2), _first(subgraph, 3)
    content, process = _below(_below(image, 3), 1), _below(_first(image, 4), 1)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        labels = archive.read(_first(probability, 6).text(0)).decode().splitlines()
    return Description(
        name=root.text(0),
        description=root.text(1),
        version=root.text(2),
        author=root.text(4),
        color={1: "rgb", 2: "gray"}.get(content.integer(0, "int8"), "unknown"),
        mean=process.numbers(0, "float32"),
        std=process.numbers(1, "float32"),
        labels=tuple(labels),
    )


def _first(table: Table, slot: int) -> Table:
    return table.tables(slot, limit=8, what="rows")[0]


def _below(table: Table, slot: int) -> Table:
    found = table.table(slot)
    assert found is not None
    return found
