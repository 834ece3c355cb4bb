"""Facts of a model file for `espalier inspect`: .keras and .h5 through the workers, .tflite as data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from ..errors import ModelRefusedError
from ..limits import LIMITS
from ..tflite.inspect import inspect_tflite
from ..worker.calls import InspectModel, LoadModel
from ..worker.client import Worker

OPEN_SIZE = (224, 224)
"""Image size that shapes and MACs are given for when the model leaves its size open."""


def inspect_file(path: Path | str) -> dict[str, Any]:
    """Plain facts of a .keras, .h5 or .tflite file. Raises ModelRefusedError for anything else."""
    path = Path(path)
    if os.path.isfile(path):
        head = _head(path)
        if head[4:8] == b"TFL3":
            if path.stat().st_size > LIMITS.tflite_bytes:
                raise ModelRefusedError(f"the file {path.name!r} has over {LIMITS.tflite_bytes:,} bytes")
            return {"file": path.name} | inspect_tflite(path.read_bytes())
    return {"file": path.name} | _inspect_keras(path)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as problem:
        raise ModelRefusedError(
            f"the file {path.name!r} cannot be read: {problem.strerror}",
            supported="a .keras, .h5 or .tflite file that this user may read",
            next_step="check its permissions",
        ) from None


def _inspect_keras(path: Path) -> dict[str, Any]:
    with Worker("container") as container:
        facts = container.ask(InspectModel(path=os.path.realpath(path)), seconds=LIMITS.container_worker_seconds)
    height, width = (have or default for have, default in zip(facts.input_shape[:2], OPEN_SIZE, strict=True))
    with Worker("tensorflow") as tensorflow:
        rebuilt = tensorflow.ask(LoadModel(path=os.path.realpath(path), facts=facts, size=(height, width)))
    notes = list(rebuilt.notes)
    if None in facts.input_shape[:2]:
        notes.append(f"the model leaves its input size open; figures are for {height} x {width} pixels")
    return {
        "format": f"Keras {facts.generation} {'.keras' if facts.format == 'keras' else '.h5'}",
        "keras_version": facts.keras_version,
        "bytes": facts.file_bytes,
        "sha256": facts.sha256,
        "input_shape": list(rebuilt.input_shape),
        "output_shape": list(rebuilt.output_shape),
        "ends_with": rebuilt.output,
        "parameters": rebuilt.parameters,
        "macs": rebuilt.macs,
        "notes": notes,
        "layers": msgspec.to_builtins(rebuilt.layers),
    }
