"""`espalier estimate`: where a model would fit, in seconds, without images and without TensorFlow."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Final, Literal

from ..errors import EspalierError, GateError, ModelRefusedError, UnsupportedModelError
from ..estimate_rows import Bounds, EstimatedModel, EstimateReport, EstimateRow
from ..footprint.account import Network, Reserve, account
from ..graph.integer_ends import cut_float_ends
from ..graph.ops import macs
from ..graph.types import DTYPES, Graph
from ..graph.view import view
from ..limits import LIMITS
from ..load.keras_facts import ModelFacts
from ..outline.draw import Outline, outline_of
from ..outline.integers import int8_network
from ..stages.compile import core_of
from ..tables import read_bounded
from ..tabular import Tabular
from ..target import load_target, target_names
from ..tflite.read import read_tflite
from ..worker.client import Worker
from ..worker.file_calls import InspectModel
from .inspect import OPEN_SIZE, head_of

KERAS_NOTES: Final = (
    "without calibration: channels that a build drops, and weights that it stores as a code or without zeros, take less",
)
TENSOR_BYTES: Final = 160
"""Of a .tflite file: what a tensor takes beside its values (its name, shape and place), about."""
CHANNEL_BYTES: Final = 12
"""Scale and zero point of a channel in a .tflite file."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Estimated(Tabular):
    """What a model would take.

    found = espalier.estimate("model.keras", ["cortex-m4"])
    found.rows["cortex-m4"].fits, found.rows["cortex-m4"].ram.most
    """

    report: EstimateReport
    failure: EspalierError | None
    """What the command ends with where a target was named that cannot hold the model."""

    @property
    def rows(self) -> Mapping[str, EstimateRow]:
        """The rows by target."""
        return {row.target: row for row in self.report.targets}

    def table(self) -> list[tuple[str, ...]]:
        """Target, whether it fits, flash, RAM, instructions, milliseconds, why."""
        return _cells(self.report)


def estimate_model(
    model: Path | str,
    targets: Sequence[str] = (),
    *,
    optimize: Literal["speed", "ram"] | str = "speed",
    size: tuple[int, int] | None = None,
    reserve_flash: int = 0,
    reserve_ram: int = 0,
) -> Estimated:
    """What a model would take on targets, added up without building it.

    `model`: a .keras or .h5 file, or an int8 .tflite of any maker. `targets`: names or target files; none: all that are shipped.
    `size`: height and width where the model leaves its image's open. `reserve_...`: bytes that belong to the application.

    Raises ModelRefusedError for a file that is none, UnsupportedModelError for a layer that an estimate does not know,
    TargetError.

        found = espalier.estimate("model.keras", ["cortex-m4"])
        found.rows["cortex-m4"].fits, found.rows["cortex-m4"].ram.most
    """
    known = [load_target(name) for name in targets or target_names()]
    asked, network = _read(Path(model), size or OPEN_SIZE, optimize)
    reserve = Reserve(reserve_flash, reserve_ram)
    rows = tuple(account(network, target, core_of(target), reserve) for target in known)
    notes = KERAS_NOTES if network.outlined else ()
    report = EstimateReport(
        model=asked, optimize="ram" if optimize == "ram" else "speed", targets=rows, notes=notes
    )
    return Estimated(report=report, failure=_failure(rows) if targets else None)


def _failure(rows: Sequence[EstimateRow]) -> EspalierError | None:
    lacking = [row for row in rows if row.lacks]
    if lacking:
        return UnsupportedModelError(
            f"{lacking[0].target} lacks {', '.join(lacking[0].lacks)}",
            next_step='replace the layer, or set runtime = "tflm"',
        )
    large = [row for row in rows if row.fits == "no"]
    if large:
        told = "; ".join(f"{row.target}: {row.why}" for row in large)
        return GateError(
            told, next_step='prune it to fit ([prune] method = "fit"), or choose a part with more memory'
        )
    return None


def _read(path: Path, size: tuple[int, int], optimize: str) -> tuple[EstimatedModel, Network]:
    if os.path.isfile(path) and head_of(path)[4:8] == b"TFL3":
        data = read_bounded(path, error=ModelRefusedError, what="model", limit_bytes=LIMITS.tflite_bytes)
        graph, _ = cut_float_ends(read_tflite(data, name="model"))
        sha256 = hashlib.sha256(data).hexdigest()
        return _model(path, "tflite", sha256, graph, _parameters(graph), len(data)), Network(
            graph, optimize, False
        )
    with Worker("container", reads=[path]) as container:
        facts = container.ask(
            InspectModel(path=os.path.realpath(path), scores=False), seconds=LIMITS.container_worker_seconds
        )
    drawn = outline_of(facts, size)
    _check_weights(path, facts, drawn)
    graph = int8_network(drawn.graph)
    told = f"Keras {facts.generation} {'.keras' if facts.format == 'keras' else '.h5'}"
    return (
        _model(path, told, facts.sha256, graph, drawn.parameters, file_bytes(graph)),
        Network(graph, optimize, True),
    )


def _check_weights(path: Path, facts: ModelFacts, drawn: Outline) -> None:
    if facts.parameters != drawn.parameters:
        raise ModelRefusedError(
            f"the model file {path.name!r} stores {facts.parameters:,} numbers, its layers have {drawn.parameters:,}",
            next_step="save the model again; espalier inspect tells which layer it is",
        )


def _model(
    path: Path, told: str, sha256: str, graph: Graph, parameters: int, int8_bytes: int
) -> EstimatedModel:
    return EstimatedModel(
        file=path.name,
        format=told,
        sha256=sha256,
        input_shape=graph.tensors[graph.inputs[0]].shape,
        parameters=parameters,
        macs=sum(macs(view(graph, op)) for op in graph.ops),
        operators=len(graph.ops),
        int8_bytes=int8_bytes,
    )


def _parameters(graph: Graph) -> int:
    return sum(tensor.elements for tensor in graph.tensors if tensor.is_constant and tensor.dtype != "int64")


def file_bytes(graph: Graph) -> int:
    """The .tflite file of a network, about."""
    total = 0
    for tensor in graph.tensors:
        scales = len(tensor.quant.scales) if tensor.quant is not None else 0
        stored = prod(tensor.shape) * DTYPES[tensor.dtype].itemsize if tensor.is_constant else 0
        total += TENSOR_BYTES + stored + CHANNEL_BYTES * scales
    return total


def estimate_lines(report: EstimateReport) -> list[str]:
    """`espalier estimate`."""
    model = report.model
    sides = " x ".join(map(str, model.input_shape))
    head = (
        f"{model.file}: {model.parameters:,} parameters, {model.macs:,} MACs, image {sides}, int8 file about "
    )
    head += f"{model.int8_bytes:,} bytes; estimated for optimize = {report.optimize}"
    rows = _cells(report)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]
    return [head, "", *(line.rstrip() for line in lines), *(f"note: {note}" for note in report.notes)]


def _cells(report: EstimateReport) -> list[tuple[str, ...]]:
    head = ("fits", "target", "flash", "RAM", "instructions", "ms", "why")
    order = {"yes": 0, "perhaps": 1, "no": 2}
    rows = sorted(report.targets, key=lambda row: (order[row.fits], row.bundle != "firmware", row.target))
    return [
        head,
        *(
            (row.fits, row.target, _bytes(row.flash), _bytes(row.ram), _million(row), _time(row), row.why)
            for row in rows
        ),
    ]


def _bytes(found: Bounds | None) -> str:
    if found is None:
        return "-"
    if found.least == found.most:
        return f"{found.likely / 1000:,.1f} kB"
    return f"{found.least / 1000:,.0f}-{found.most / 1000:,.0f} kB"


def _million(row: EstimateRow) -> str:
    found = row.instructions
    return "-" if found is None else f"{found.least / 1e6:,.2f}-{found.most / 1e6:,.2f} M"


def _time(row: EstimateRow) -> str:
    return "-" if row.milliseconds is None else f"{row.milliseconds[0]:,.3g}-{row.milliseconds[1]:,.3g}"
