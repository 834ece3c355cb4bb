"""Run a compiled program on the emulated core of its target: the same bytes as the numpy reference, and its figures."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from ..emit.plan_program import plan_plain
from ..emit.program import Options, emit
from ..emulate.cross import Core
from ..emulate.cycles import estimate
from ..emulate.microcontroller import Emulated, measure_program
from ..errors import ToolMissingError
from ..facts import Check
from ..graph.simplify import simplify
from ..graph.types import Graph
from ..recipe import Deploy
from ..row_parts import CodedPart, ConstantsPart, EmulatedPart, LayerPart, SparsePart
from ..target import Target
from ..tflite.read import read_tflite
from .compare_modes import LEVELS
from .compile import Compiled, SparseLayer, core_of
from .job import Job
from .workshop import Workshop, pack, unpack

if TYPE_CHECKING:  # they need TensorFlow's packages, and `espalier compile` does not
    from .quantize import Int8Model


class Emulation(msgspec.Struct, frozen=True, kw_only=True):
    """The report's row (None where no emulator ran) and the check."""

    row: EmulatedPart | None
    check: Check


def emulate_program(
    shop: Workshop, job: Job, deploy: Deploy, target: Target, int8: Int8Model, compiled: Compiled
) -> Emulation:
    """Compile for the core, run every golden vector, compare bytes, count and paint; stored.

    Raises VerificationError when a byte differs or memory outside of the planned arena is written.
    """
    key = {
        "program": [[a.path, a.sha256] for a in compiled.program],
        "golden": [[v.name, v.outputs["reference"].hex()] for v in compiled.golden],
        "arena": compiled.arena_bytes,
        "optimize": deploy.optimize,
        "core": msgspec.to_builtins(target.compiler),
        "target": target.name,
    }
    def simplified() -> Graph:
        return simplify(read_tflite(int8.int8_model, name=job.recipe.name, layers=int8.layers))[0]

    files = shop.stored(
        f"emulate/{target.name}",
        key,
        lambda: {"emulation": pack(run_emulated(simplified(), job.recipe.name, deploy.optimize, target, compiled))},
    )
    return unpack(files["emulation"], Emulation)


def can_emulate(target: Target) -> bool:
    """Whether the compiler and the emulator of a target's core are there."""
    core = core_of(target)
    if core is None or importlib.util.find_spec("ziglang") is None:
        return False
    if core.unicorn:
        return importlib.util.find_spec("unicorn") is not None
    return bool(core.qemu) and shutil.which("qemu-system-arm") is not None


def run_emulated(graph: Graph, name: str, optimize: str, target: Target, compiled: Compiled) -> Emulation:
    """Compile the program of the simplified network `graph` for the target's core, run and count it."""
    cases, core = compiled.cases(), core_of(target)
    title = f"C program against the numpy reference, {len(cases)} golden vectors"
    if core is None or not (core.unicorn or core.qemu):
        why = f"no emulator models the {target.cpu}"
        return Emulation(row=None, check=Check(name=title, tool="unicorn", result="not run", why=why))
    try:
        figures = measure_program(
            [(a.path, a.data) for a in compiled.program],
            core,
            name=name,
            graph=graph,
            arena_bytes=compiled.arena_bytes,
            golden=cases,
            optimize=LEVELS[optimize],
            detector=compiled.detector,
        )
        plain = _plain(name, core, graph, compiled) if compiled.coded is not None else None
    except ToolMissingError as problem:
        check = Check(name=title, tool="zig cc, unicorn", result="not run", why=problem.found)
        return Emulation(row=None, check=check)
    time = estimate(figures.core, figures.model_cycles, target.number("clock-hz"))
    row: EmulatedPart = {
        "target": target.name,
        "core": figures.core,
        "emulator": figures.emulator,
        "compiler": f"{figures.compiler} {figures.optimize}",
        "optimize": optimize,
        "instructions": figures.instructions,
        "arena_bytes": figures.arena_bytes,
        "stack_bytes": figures.stack_bytes,
        "code_bytes": figures.code_bytes,
        "weights_bytes": figures.weights_bytes,
        "constants": _constants(figures),
        "exact": figures.exact == len(cases),
        "estimate": time.row() if time is not None else None,
        "coded": _price(plain, figures) if plain is not None else None,
        "sparse": _spared(compiled.sparse) if compiled.sparse else None,
        "layers": _layers(figures, plain, compiled.sparse),
    }
    why = f"memory was written up to byte {figures.arena_bytes} of the arena, {compiled.arena_bytes} were planned"
    if figures.decode is not None:
        why += f"; {figures.decode.text()}"
    tool = f"{figures.compiler}, {figures.emulator}"
    return Emulation(row=row, check=Check(name=title, tool=tool, result="passed", why=why))


def _layers(
    figures: Emulated, plain: Emulated | None, sparse: Sequence[SparseLayer]
) -> list[LayerPart]:
    stored = {layer.op: layer for layer in sparse}
    rows: list[LayerPart] = []
    for number, layer in enumerate(figures.layers):
        row: LayerPart = {"name": layer.name, "macs": layer.macs, "instructions": layer.instructions}
        if plain is not None:
            row["decoding"] = layer.instructions - plain.layers[number].instructions
        if layer.op in stored:
            row["sparse"] = msgspec.to_builtins(stored[layer.op])
        rows.append(row)
    return rows


def _constants(figures: Emulated) -> ConstantsPart | None:
    """The account of the constants, and in words."""
    found = figures.constants
    return None if found is None else msgspec.convert({**msgspec.to_builtins(found), "text": found.text()}, ConstantsPart)


def _spared(sparse: Sequence[SparseLayer]) -> SparsePart:
    """What leaving zeros out saves against storing them."""
    bytes_, instructions = sum(s.bytes_saved for s in sparse), sum(s.instructions_saved for s in sparse)
    layers = f"{len(sparse)} layers" if len(sparse) > 1 else "1 layer"
    return {
        "layers": len(sparse),
        "flash_bytes": bytes_,
        "instructions": -instructions,
        "text": f"zero weights of {layers} neither stored nor multiplied: {-bytes_:+,} bytes, "
        f"{-instructions / 1e6:+.1f} M instructions against storing them",
    }


def _plain(name: str, core: Core, graph: Graph, compiled: Compiled) -> Emulated:
    """The same network as a program without coded weights, run once."""
    plan = plan_plain(graph, optimize="flash", isa=core.isa)
    return measure_program(
        emit(graph, plan, name, Options(isa=core.isa)),
        core,
        name=name,
        graph=graph,
        arena_bytes=plan.arena_bytes,
        golden=compiled.cases()[:1],
        optimize=LEVELS["flash"],
    )


def _price(plain: Emulated, coded: Emulated) -> CodedPart:
    """What coded weights save and cost."""
    more = coded.instructions - plain.instructions
    return {
        "flash_bytes": plain.weights_bytes + plain.code_bytes - coded.weights_bytes - coded.code_bytes,
        "instructions": more,
        "arena_bytes": coded.arena_bytes - plain.arena_bytes,
        "text": f"weights compressed: {plain.weights_bytes:,} -> {coded.weights_bytes:,} bytes (code "
        f"{plain.code_bytes:,} -> {coded.code_bytes:,}, arena {plain.arena_bytes:,} -> {coded.arena_bytes:,}) "
        f"for {more / 1e6:+.1f} M instructions ({100 * more / plain.instructions:+.0f} %)",
    }
