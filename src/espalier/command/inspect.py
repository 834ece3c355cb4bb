"""Facts of a model file for `espalier inspect`: .keras and .h5 through the workers, .tflite as data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ..errors import EspalierError, ModelRefusedError, UnsupportedModelError
from ..limits import LIMITS
from ..load.keras_container import refuse_what_is_no_file
from ..load.keras_facts import ModelFacts, ModelSummary
from ..outline.draw import outline_of
from ..tabular import Tabular
from ..tflite.inspect import inspect_tflite
from ..worker.client import Worker
from ..worker.file_calls import InspectModel
from ..worker.keras_calls import LoadModel

OPEN_SIZE = (224, 224)
"""Image size that shapes and MACs are given for when the model leaves its size open."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Inspected(Tabular):
    """What is in a model file."""

    facts: Mapping[str, object]
    """Everything, as `espalier inspect --json` prints it."""

    @property
    def format(self) -> str:
        """`Keras 3 .keras`, `Keras 2 .h5` and so on, or `tflite`."""
        return str(self.facts["format"])

    @property
    def macs(self) -> int:
        """Multiplications with additions of one inference, batch 1."""
        return self._number("macs")

    @property
    def parameters(self) -> int:
        """Trained numbers; of a .tflite, the elements of its constants."""
        return self._number("parameters")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of the first input, the batch first."""
        return self._shape("input")

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Of the first output, the batch first."""
        return self._shape("output")

    @property
    def layers(self) -> tuple[Mapping[str, object], ...]:
        """The layers of a Keras model, or the operators of a .tflite, in their order: each has `macs` and its output's shape."""
        return msgspec.convert(self.facts.get("layers", self.facts.get("nodes", ())), tuple[dict[str, object], ...])

    def _number(self, name: str) -> int:
        return msgspec.convert(self.facts[name], int)

    def _shape(self, end: str) -> tuple[int, ...]:
        known: dict[str, Any] = dict(self.facts)
        return tuple(known[end][0]["shape"] if known.get(end) else known[f"{end}_shape"])

    def table(self) -> list[tuple[str, ...]]:
        """Label and value of the figures that decide."""
        rows = [
            ("file", str(self.facts["file"])),
            ("format", self.format),
            ("bytes", f"{self._number('bytes'):,}"),
            ("input", " x ".join(map(str, self.input_shape))),
            ("output", " x ".join(map(str, self.output_shape))),
            ("MACs", f"{self.macs:,}"),
            ("parameters", f"{self.parameters:,}"),
            ("layers", f"{len(self.layers):,}"),
        ]
        told = ("quantization", "runtime_floor", "keras_version", "ends_with")
        rows += [(key.replace("_", " "), str(self.facts[key])) for key in told if key in self.facts]
        return [*rows, *(("note", note) for note in msgspec.convert(self.facts.get("notes", ()), tuple[str, ...]))]


def inspect_file(path: Path | str) -> Inspected:
    """What is in a model file: layers or operators, shapes, MACs, parameters, quantization.

    `path`: a .keras, .h5 or .tflite. A .tflite is read as data; a Keras file in confined child processes, with TensorFlow
    only where a layer is one that no outline can be drawn of (espalier/outline).
    Raises ModelRefusedError for anything else, and for what is broken or hostile, UnsupportedModelError for a .tflite with
    several subgraphs.

        found = espalier.inspect("model.keras")
        found.macs, found.parameters, found.input_shape
        [layer["macs"] for layer in found.layers]
    """
    return Inspected(facts=_facts(Path(path)))


def _facts(path: Path) -> dict[str, Any]:
    if os.path.isfile(path):
        head = head_of(path)
        if head[4:8] == b"TFL3":
            if path.stat().st_size > LIMITS.tflite_bytes:
                raise ModelRefusedError(f"the file {path.name!r} has over {LIMITS.tflite_bytes:,} bytes")
            return {"file": path.name} | inspect_tflite(path.read_bytes())
    return {"file": path.name} | _inspect_keras(path)


def head_of(path: Path) -> bytes:
    """The first bytes of a file. Raises ModelRefusedError where it cannot be read."""
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
    """As a classifier; any other model with the values of its outputs."""
    refuse_what_is_no_file(path)  # here: a child does not see what lies beside it
    question = InspectModel(path=os.path.realpath(path))
    whatever = msgspec.structs.replace(question, scores=False)
    with Worker("container", reads=[path]) as container, ExitStack() as stack:

        def described(asked: InspectModel) -> dict[str, Any]:
            facts = container.ask(asked, seconds=LIMITS.container_worker_seconds)
            summary = _outlined(facts)
            if summary is None:
                height, width = _size(facts)
                loading = LoadModel(path=asked.path, facts=facts, size=(height, width))
                summary = stack.enter_context(Worker("tensorflow", reads=[path])).ask(loading)
            return _told(facts, summary)

        try:
            return described(question)
        except (ModelRefusedError, UnsupportedModelError) as problem:
            try:
                return described(whatever)
            except EspalierError:
                raise problem from None


def _size(facts: ModelFacts) -> tuple[int, int]:
    height, width = (have or default for have, default in zip(facts.input_shape[:2], OPEN_SIZE, strict=True))
    return height, width


def _outlined(facts: ModelFacts) -> ModelSummary | None:
    """The model as its configuration outlines it; None where only Keras can tell: a layer that no outline can be drawn of,
    weights that are not those of the configuration, an answer that is not what was asked for."""
    try:
        found = outline_of(facts, _size(facts))
    except UnsupportedModelError:
        return None
    result = found.graph.tensors[found.graph.outputs[0]].shape
    scores = len(found.graph.outputs) == 1 and len(result) == 2 and result[1] > 1
    if found.parameters != facts.parameters or not (scores or facts.output == "values"):
        return None
    return ModelSummary(
        parameters=found.parameters,
        macs=found.macs,
        layers=found.rows,
        input_shape=found.graph.tensors[found.graph.inputs[0]].shape,
        output_shape=result,
        output=facts.output,
        notes=facts.notes,
    )


def _told(facts: ModelFacts, rebuilt: ModelSummary) -> dict[str, Any]:
    height, width = _size(facts)
    notes = list(rebuilt.notes)
    if None in facts.input_shape[:2]:
        notes.append(f"the model leaves its input size open; figures are for {height} x {width} pixels")
    if facts.numbers:
        told = ", ".join(f"{one.name} ({one.values} value{'s' * (one.values != 1)})" for one in facts.numbers)
        notes.append(f"beside the image it takes numbers: {told}")
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
