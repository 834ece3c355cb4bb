"""Compile the int8 model of a build to C for one microcontroller; emulate_program.py runs and proves it."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from ..bundle.prove_model import Proof
from ..bundle.source import Artifact, Check, GoldenVector
from ..graph import reference
from ..graph.simplify import Account, simplify
from ..graph.types import Graph
from ..job import Job
from ..load.tflite import read_tflite
from ..measure.cross import CORES, Core
from ..plan.explain import chart, peak
from ..plan.peak import Peak
from ..plan.types import Plan
from ..quantize.quantize_model import Int8Model
from ..recipe import Deploy
from ..store import digest
from ..target import Target
from ..workshop import Workshop, pack, unpack
from .compare_modes import Mode, compare_modes
from .lowering import Coding
from .plan_program import layers_without_zeros, plan_program
from .program import Options, emit
from .selftest import GoldenCase

REFERENCE_MACS = 400_000_000
"""Work that the slow numpy reference is given; it bounds the number of golden vectors."""


class CodedWeights(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of the weights that a code holds, before and with its tables; what that takes of the code is not in it."""

    layers: int
    before_bytes: int
    after_bytes: int

    @classmethod
    def of(cls, coding: Coding) -> CodedWeights:
        return cls(layers=len(coding.parts), before_bytes=coding.before_bytes, after_bytes=coding.after_bytes)


class SparseLayer(msgspec.Struct, frozen=True, kw_only=True):
    """A layer whose zero weights are not stored: share of the others, and what it saves; instructions by the core's
    price list."""

    op: int
    density: float
    bytes_saved: int
    instructions_saved: int


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """The C program, its exact arena, its golden vectors, and what was checked."""

    program: tuple[Artifact, ...]
    arena_bytes: int
    peak: Peak
    chart: str
    """The arena over time, as SVG."""
    golden: tuple[GoldenVector, ...]
    checks: tuple[Check, ...]
    coded: CodedWeights | None = None
    sparse: tuple[SparseLayer, ...] = ()

    def cases(self) -> tuple[GoldenCase, ...]:
        """The golden vectors as the program takes and answers them."""
        return tuple(GoldenCase(input=entered(v.pixels), output=v.outputs["reference"]) for v in self.golden)


def compile_model(
    shop: Workshop, job: Job, deploy: Deploy, target: Target, int8: Int8Model, proof: Proof
) -> Compiled:
    """Simplify losslessly, plan the memory, emit C; stored. Raises UnsupportedModelError for an operator without kernel."""
    key = {
        "int8": digest(int8.int8_model),
        "layers": int8.layers,
        "golden": [digest(vector.pixels) for vector in proof.golden],
        "labels": job.labels(),
        "threshold": job.recipe.decision.threshold,
        "name": job.recipe.name,
        "optimize": deploy.optimize,
        # Only what is left decides how far compressed weights may raise the arena.
        "ram": str(ram_limit(job, deploy, target)) if deploy.optimize == "flash" else "",
        "core": msgspec.to_builtins(target.compiler),
        "target": target.name,
    }
    files = shop.stored(
        f"compile/{target.name}", key, lambda: {"compiled": pack(_compile(job, deploy, target, int8, proof))}
    )
    return unpack(files["compiled"], Compiled)


def _compile(job: Job, deploy: Deploy, target: Target, int8: Int8Model, proof: Proof) -> Compiled:
    given = read_tflite(int8.int8_model, name=job.recipe.name, layers=int8.layers)
    graph, account = simplify(given)
    ram = ram_limit(job, deploy, target)
    plan, coding = plan_program(
        graph, optimize=deploy.optimize, isa=_isa(target), ram_bytes=None if ram == math.inf else int(ram)
    )
    vectors = _vectors(given, int8, proof)
    cases = tuple(GoldenCase(input=entered(v.pixels), output=v.outputs["reference"]) for v in vectors)
    # The preprocessing comes with the firmware bundle, the same C for both runtimes.
    options = Options(
        labels=job.labels(),
        golden=cases,
        threshold=job.recipe.decision.threshold,
        isa=_isa(target),
        coding=coding,
    )
    files = emit(graph, plan, job.recipe.name, options)
    return Compiled(
        program=tuple(Artifact(path=path, data=data, role="source") for path, data in files),
        arena_bytes=plan.arena_bytes,
        peak=peak(graph, plan),
        chart=chart(graph, plan),
        golden=vectors,
        checks=(_distance(vectors, proof), _lossless(graph, account, cases[0])),
        coded=None if coding is None else CodedWeights.of(coding),
        sparse=() if coding is not None else _sparse(graph, plan, _isa(target)),
    )


def _sparse(graph: Graph, plan: Plan, isa: str) -> tuple[SparseLayer, ...]:
    return tuple(
        SparseLayer(
            op=op,
            density=saved.density,
            bytes_saved=saved.bytes_saved,
            instructions_saved=saved.instructions_saved,
        )
        for op, saved in sorted(layers_without_zeros(graph, plan, isa).items())
    )


def _isa(target: Target) -> str:
    core = core_of(target)
    return core.isa if core is not None else "portable"


def ram_limit(job: Job, deploy: Deploy, target: Target) -> float:
    """Bytes that an arena may have: the recipe's budget or the RAM that the application leaves, whichever is less."""
    ram = target.number("ram-bytes")
    limits = (job.recipe.budgets.max_arena_bytes, None if ram is None else ram - deploy.reserve_ram)
    return min((limit for limit in limits if limit is not None), default=math.inf)


def flash_limit(deploy: Deploy, target: Target) -> float:
    """Bytes that code and constants may have: the flash that the application leaves."""
    flash = target.number("flash-bytes")
    return math.inf if flash is None else flash - deploy.reserve_flash


def tried_modes(
    shop: Workshop,
    job: Job,
    target: Target,
    int8: Int8Model,
    compiled: Compiled,
    limits: tuple[float, float],
) -> tuple[Mode, ...]:
    """Every `optimize` of a target that is over its limits (flash, RAM in bytes), planned and measured; stored."""
    key = {
        "int8": digest(int8.int8_model),
        "core": msgspec.to_builtins(target.compiler),
        "case": digest(compiled.cases()[0].input),
        "limits": [str(limit) for limit in limits],
    }

    def run() -> dict[str, bytes]:
        graph, _ = simplify(read_tflite(int8.int8_model, name=job.recipe.name, layers=int8.layers))
        modes = compare_modes(
            graph,
            name=job.recipe.name,
            core=core_of(target),
            case=compiled.cases()[0],
            flash_limit=limits[0],
            ram_limit=limits[1],
        )
        return {"modes": pack(modes)}

    return unpack(shop.stored(f"modes/{target.name}", key, run)["modes"], tuple[Mode, ...])


def _vectors(graph: Graph, int8: Int8Model, proof: Proof) -> tuple[GoldenVector, ...]:
    """Golden vectors with the numpy reference's outputs: fully connected layers round as TFLM's do."""
    count = int(np.clip(REFERENCE_MACS // max(1, int8.macs), 1, len(proof.golden)))
    source = graph.tensors[graph.inputs[0]]
    vectors = []
    for vector in proof.golden[:count]:
        pixels = np.frombuffer(entered(vector.pixels), np.int8).reshape(source.shape)
        (output,) = reference.run(graph, [pixels])
        vectors.append(
            msgspec.structs.replace(vector, outputs={"reference": output.astype(np.int8).tobytes()})
        )
    return tuple(vectors)


def entered(pixels: bytes) -> bytes:
    """Pixel bytes as the int8 model takes them: pixel - 128."""
    return (np.frombuffer(pixels, np.uint8) ^ np.uint8(0x80)).tobytes()


def core_of(target: Target) -> Core | None:
    """The emulated core that models a target's CPU, or None: the target's table names an emulator only if one does."""
    if target.compiler is None or not (target.compiler.unicorn_cpu or target.compiler.qemu_machine):
        return None
    wanted = target.compiler.zig_cpu.partition("+")[0]
    return next((core for core in CORES.values() if core.cpu.partition("+")[0] == wanted), None)


def _lossless(graph: Graph, account: Account, case: GoldenCase) -> Check:
    """The simplified network answers a golden vector as the network before it did; what was saved."""
    pixels = np.frombuffer(case.input, np.int8).reshape(graph.tensors[graph.inputs[0]].shape)
    (output,) = reference.run(graph, [pixels])
    before, after = account.before, account.after
    return Check(
        name="lossless simplification",
        tool="espalier",
        result="passed" if output.astype(np.int8).tobytes() == case.output else "failed",
        why=f"{before.operators} operators, {before.macs:,} MACs and {before.constant_bytes:,} bytes of constants became "
        f"{after.operators}, {after.macs:,} and {after.constant_bytes:,}",
    )


def _distance(vectors: tuple[GoldenVector, ...], proof: Proof) -> Check:
    """How far the program's reference is from LiteRT's own (fully connected layers round differently there)."""
    theirs = {vector.name: vector.outputs for vector in proof.golden}
    pairs = [(v.outputs["reference"], theirs[v.name].get("reference")) for v in vectors]
    largest = max(
        (
            int(np.abs(np.frombuffer(a, np.int8).astype(int) - np.frombuffer(b, np.int8)).max())
            for a, b in pairs
            if b
        ),
        default=0,
    )
    return Check(
        name="numpy reference against LiteRT BUILTIN_REF",
        tool="litert",
        result="passed",
        why=f"largest difference of an output byte {largest}",
    )
