"""`espalier compile`: any maker's int8 .tflite to C for a microcontroller, with the proof and the figures of a build."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..bundle import program_library, program_manifest
from ..bundle.manifest import NAME as MANIFEST
from ..emit.selftest import GoldenCase, inputs_of, outputs_of
from ..errors import (
    EspalierError,
    GateError,
    ModelRefusedError,
    UnsupportedModelError,
    UsageError,
    VerificationError,
)
from ..facts import Artifact, Check, Decision
from ..graph.integer_ends import cut_float_ends
from ..graph.ops import macs
from ..graph.simplify import simplify, without_removal
from ..graph.types import Graph
from ..graph.view import view
from ..limits import LIMITS
from ..load.labels import read_labels
from ..recipe import VERSION
from ..report.gates import describe
from ..report.program import ProgramReport, figures, program_files
from ..row_mode import Mode
from ..row_parts import EmulatedPart
from ..rows import ArenaRow, GateRow
from ..scratch import Scratch
from ..stages.compare_modes import compare_modes
from ..stages.compile import Compiled, compile_graph, core_of
from ..stages.emulate import Emulation, run_emulated
from ..stages.fit_gates import Reserve, flash_row, ram_row
from ..stages.output import PROGRAM
from ..stages.publish import may_replace, publish, write_files
from ..tables import read_bounded
from ..tabular import Tabular
from ..target import Target, load_target
from ..task.kinds import kind_of
from ..task.types import Task
from ..tflite.read import read_tflite
from .compile_answers import distance, known_answers

if TYPE_CHECKING:
    from .quantize import Small


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Compilation(Tabular):
    """What a compilation leaves: its report, the folder if there is one, the C files by name, and the error of a failed gate
    or check.

        program = espalier.compile(small, target="cortex-m4")
        program.program["model.c"], program.arena_bytes, program.instructions, program.exact
    """

    report: ProgramReport
    folder: Path | None
    program: dict[str, bytes]
    failure: EspalierError | None = None
    warnings: tuple[str, ...] = ()

    @property
    def arena_bytes(self) -> int:
        """RAM that one inference needs beside the stack."""
        return self.report.arena_bytes

    @property
    def instructions(self) -> int | None:
        """Of one inference on the emulated core; None where no emulator of it is installed."""
        return next((int(row["instructions"]) for row in self.report.emulated), None)

    @property
    def exact(self) -> bool:
        """Whether the emulated program gave the bytes of the reference on every known answer."""
        return any(row["exact"] for row in self.report.emulated)

    def table(self) -> list[tuple[str, ...]]:
        """Label and value of the figures that decide."""
        head = (self.report.name, f"{self.report.version} for {self.report.target}: {self.report.status}")
        return [head, *figures(self.report), *(("warning", text) for text in self.warnings)]


def compile_model(
    model: Small | bytes | Path | str,
    target: str,
    out: Path | str | None = None,
    *,
    name: str | None = None,
    version: str = "1.0.0",
    optimize: str = "speed",
    labels: Path | None = None,
    threshold: float = 0.6,
    reserve: Reserve | None = None,
    tools: str = "none",
) -> Compilation:
    """Compile a model whose operators are integers to C for a microcontroller.

    `model`: what `quantize` gave, or any maker's .tflite, its path or its bytes. `target`: a microcontroller's name or target
    file. `out`: a folder for the library with its proof and report, which appears at once or not at all; without one the C
    files are in `program` only. `name`: of the C files and functions; default: the model's. `optimize`: speed | ram | flash.
    `labels`: a file with one line per output adds `<name>_decide` with `threshold`. `reserve`: bytes of flash and RAM that
    belong to the application. `tools`: none | fast | all checks of the library.
    A float QUANTIZE at an input and DEQUANTIZE at an output are cut off: the program takes and gives integers.

    Raises ModelRefusedError for bytes that are no .tflite, UnsupportedModelError naming what cannot be compiled,
    UsageError for a bad name or folder; a program that does not fit is returned as `failure`, with its report.

        program = espalier.compile(small, target="cortex-m4")
        program.program["model.c"], program.arena_bytes, program.instructions, program.exact
    """
    if out is not None:
        may_replace(Path(out).absolute(), PROGRAM)
    asked = _asked(model, load_target(target), name, version, optimize, labels, reserve or Reserve())
    made = _compile(asked, threshold)
    source = _source(asked, made.compiled)
    files = program_library.contents(source, asked.graph)
    checks = (*made.compiled.checks, made.emulation.check, distance(asked.data, asked.graph, asked.answers))
    if tools != "none":
        with Scratch() as scratch:
            write_files(files, scratch, durable=False)
            checks += program_library.check(source, scratch, thorough=tools == "all")
    failure = _failure(checks, made.gates)
    report = _report(asked, made, source, checks, failure)
    folder, aside = None if out is None else Path(out), None
    if folder is not None:
        written = (*files, _manifest(source, report, asked.words, optimize, files)) if failure is None else ()
        aside = publish((*program_files(report), *written), folder, owner=PROGRAM)
    return Compilation(
        report=report,
        folder=folder,
        program={artifact.path: artifact.data for artifact in made.compiled.program},
        failure=failure,
        warnings=(f"files that were in {folder} and are not the compiler's were kept in {aside}",) if aside else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is to be compiled, checked: the file, the graph without float ends, its known answers, the device."""

    file: str
    data: bytes
    name: str
    version: str
    target: Target
    optimize: str
    graph: Graph
    notes: tuple[str, ...]
    answers: tuple[GoldenCase, ...]
    words: tuple[str, ...]
    reserve: Reserve

    def left(self, fact: str, reserved: int) -> float:
        """Bytes of the device's flash or RAM that the program may use."""
        known = self.target.number(fact)
        return float("inf") if known is None else known - reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """The program, what it does on the emulated core, and whether it fits."""

    compiled: Compiled
    emulation: Emulation
    modes: tuple[Mode, ...]
    gates: tuple[GateRow, ...]


def _asked(
    model: Small | bytes | Path | str,
    target: Target,
    name: str | None,
    version: str,
    optimize: str,
    labels: Path | None,
    reserve: Reserve,
) -> _Asked:
    _check_target(target)
    file, data = _given(model)
    title = _name(Path(file).stem if name is None else name)
    _check_version(version)
    graph, notes = cut_float_ends(read_tflite(data, name=title))
    _check_ends(graph)
    return _Asked(
        file=file,
        data=data,
        name=title,
        version=version,
        target=target,
        optimize=optimize,
        graph=graph,
        notes=notes,
        answers=known_answers(graph, hashlib.sha256(data).digest()),
        words=_labels(graph, labels),
        reserve=reserve,
    )


def _compile(asked: _Asked, threshold: float) -> _Made:
    limits = asked.left("flash-bytes", asked.reserve.flash), asked.left("ram-bytes", asked.reserve.ram)
    compiled = compile_graph(
        asked.graph,
        name=asked.name,
        target=asked.target,
        optimize=asked.optimize,
        ram_limit=limits[1],
        flash_limit=limits[0],
        answers=asked.answers,
        decision=_decision(asked.graph, asked.words, threshold),
    )
    simplified, account = simplify(asked.graph)
    emulation = run_emulated(simplified, asked.name, asked.optimize, asked.target, compiled)
    whole = without_removal(asked.graph, account)
    modes = _modes(simplified, whole, asked.name, asked.target, compiled, emulation.row, limits)
    gates = _gates(asked.target, asked.reserve, compiled, emulation.row, modes)
    return _Made(compiled=compiled, emulation=emulation, modes=modes, gates=gates)


def _source(asked: _Asked, compiled: Compiled) -> program_library.ProgramSource:
    graph, facts_of = asked.graph, program_library.facts_of
    return program_library.ProgramSource(
        name=asked.name,
        version=asked.version,
        target=asked.target,
        model=asked.data,
        program=compiled.program,
        inputs=facts_of(graph, graph.inputs, [end.name for end in inputs_of(graph)]),
        outputs=facts_of(graph, graph.outputs, [end.name for end in outputs_of(graph)]),
        answers=asked.answers,
        arena_bytes=compiled.arena_bytes,
        notes=asked.notes,
    )


def _report(
    asked: _Asked,
    made: _Made,
    source: program_library.ProgramSource,
    checks: tuple[Check, ...],
    failure: EspalierError | None,
) -> ProgramReport:
    compiled = made.compiled
    return ProgramReport(
        name=source.name,
        version=source.version,
        status="failed" if failure else "passed",
        target=source.target.name,
        model={
            "file": asked.file,
            "sha256": hashlib.sha256(asked.data).hexdigest(),
            "bytes": len(asked.data),
            "operators": len(asked.graph.ops),
            "macs": sum(macs(view(asked.graph, op)) for op in asked.graph.ops),
        },
        inputs=source.inputs,
        outputs=source.outputs,
        notes=source.notes,
        arena_bytes=compiled.arena_bytes,
        arena=ArenaRow(target=source.target.name, peak=compiled.peak, chart=compiled.chart),
        emulated=() if made.emulation.row is None else (made.emulation.row,),
        modes=made.modes,
        gates=made.gates,
        checks=checks,
    )


def _given(model: Small | bytes | Path | str) -> tuple[str, bytes]:
    """The name of a model's file, and its bytes."""
    if isinstance(model, Path | str):
        path = Path(model)
        return path.name, read_bounded(path, error=ModelRefusedError, what="model", limit_bytes=LIMITS.tflite_bytes)
    if isinstance(model, bytes):
        return "model.tflite", model
    if not isinstance(getattr(model, "int8", None), bytes):
        raise UsageError(
            f"the model is a {type(model).__module__}.{type(model).__qualname__}",
            supported="what `espalier.quantize` gave, the bytes of an int8 .tflite, or its path",
            next_step="quantize the model first: espalier.quantize(model, images, input=...)",
        )
    return f"{model.name}.tflite", model.int8


def _check_target(target: Target) -> None:
    if target.bundle != "firmware":
        raise UnsupportedModelError(
            f"{target.name} runs the .tflite as it is; there is nothing to compile",
            supported="microcontroller targets (see `espalier targets`)",
            next_step="give the file to the runtime on the device, or name a microcontroller",
        )


def _name(text: str) -> str:
    """The name of C files and of the library, made from any text."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:64].strip("-")
    name = name if name[:1].isalpha() else f"model-{name}".strip("-")[:64]
    return name or "model"


def _check_version(version: str) -> None:
    if not re.fullmatch(VERSION, version):
        raise UsageError(
            f"the version {version!r} is no semantic version", next_step="three numbers, such as 1.0.0"
        )


def _check_ends(graph: Graph) -> None:
    """Float ends that could not be cut off would bring floating-point routines into the firmware."""
    for role, tensors in (("input", graph.inputs), ("output", graph.outputs)):
        for index in tensors:
            if graph.tensors[index].dtype == "float32":
                raise UnsupportedModelError(
                    f"the {role} {index} is float32, and more than one QUANTIZE or DEQUANTIZE stands between it and the "
                    "integers",
                    supported="int8, uint8 or int16 ends, or float ends with one QUANTIZE or DEQUANTIZE",
                    next_step="convert the model with full-integer quantization "
                    "(inference_input_type = inference_output_type = tf.int8)",
                )


def _labels(graph: Graph, path: Path | None) -> tuple[str, ...]:
    """The labels of a network whose one output is int8."""
    if path is None:
        return ()
    output = graph.tensors[graph.outputs[0]]
    if len(graph.outputs) != 1 or output.dtype != "int8":
        raise UsageError(
            "labels need a model with one int8 output",
            next_step="leave --labels out; the program gives the output as it is",
        )
    return read_labels(path, output.elements)


def _decision(graph: Graph, labels: tuple[str, ...], threshold: float) -> Decision | None:
    """The decision of a network whose outputs have labels."""
    if not labels:
        return None
    heads = program_library.facts_of(graph, graph.outputs, [end.name for end in outputs_of(graph)])
    task = Task(labels=labels)
    return kind_of(task).decision(task, heads, threshold)


def _modes(
    graph: Graph,
    whole: Graph | None,
    name: str,
    target: Target,
    compiled: Compiled,
    row: EmulatedPart | None,
    limits: tuple[float, float],
) -> tuple[Mode, ...]:
    """Every `optimize`, tried, where the one that was asked for does not fit."""
    flash = 0 if row is None else int(row["code_bytes"]) + int(row["weights_bytes"])
    if flash <= limits[0] and compiled.arena_bytes <= limits[1]:
        return ()
    return compare_modes(
        graph,
        whole=whole,
        name=name,
        core=core_of(target),
        case=compiled.answers[0],
        flash_limit=limits[0],
        ram_limit=limits[1],
    )


def _gates(
    target: Target,
    reserve: Reserve,
    compiled: Compiled,
    row: EmulatedPart | None,
    modes: tuple[Mode, ...],
) -> tuple[GateRow, ...]:
    """Flash and RAM of the target; without an emulated core flash has no figure, and is no gate."""
    flash, ram = target.number("flash-bytes"), target.number("ram-bytes")
    tried = {target.name: modes}
    rows = []
    if flash is not None and row is not None:
        rows.append(flash_row(target.name, flash - reserve.flash, 0, [row], tried))
    if ram is not None:
        arena = ArenaRow(target=target.name, peak=compiled.peak)
        name = f"{target.name}.ram-bytes"
        rows.append(ram_row(name, int(ram) - reserve.ram, target.name, compiled.arena_bytes, [arena], tried))
    return tuple(rows)


def _failure(checks: tuple[Check, ...], gates: tuple[GateRow, ...]) -> EspalierError | None:
    failed = [check for check in checks if check.result == "failed"]
    if failed:
        return VerificationError(
            f"{len(failed)} checks failed: " + "; ".join(f"{check.name}: {check.why}" for check in failed[:4]),
            next_step="the report names each; the library was not written",
        )
    over = [row for row in gates if not row.passed]
    if over:
        return GateError(
            f"{len(over)} of {len(gates)} gates failed: " + "; ".join(describe(row) for row in over),
            next_step="the report was written, the library was not",
        )
    return None


def _manifest(
    source: program_library.ProgramSource,
    report: ProgramReport,
    labels: tuple[str, ...],
    optimize: str,
    files: tuple[Artifact, ...],
) -> Artifact:
    facts = {
        "name": source.name,
        "version": source.version,
        "target": source.target.name,
        "model_sha256": report.model["sha256"],
        "macs": report.model["macs"],
        "inputs": source.inputs,
        "outputs": source.outputs,
        "labels": labels,
        "optimize": optimize,
        "arena_bytes": source.arena_bytes,
        "answers": len(source.answers),
        "notes": source.notes,
    }
    listed = (*files, *program_files(report))
    return Artifact(
        path=MANIFEST, data=program_manifest.write(facts, listed, report.checks), role="manifest"
    )
