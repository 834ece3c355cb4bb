"""Compile the int8 model of a build to C for one microcontroller; emulate.py runs and proves it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from ..detector import Detector
from ..emit.choose_widths import chosen_widths
from ..emit.lowering import Coding
from ..emit.plan_program import layers_without_zeros, plan_program
from ..emit.program import Options, emit
from ..emit.selftest import GoldenCase, inputs_of, parts
from ..emulate.cross import CORES, Core
from ..facts import Artifact, Check, Decision, GoldenVector
from ..graph import reference
from ..graph.simplify import Account, simplify, without_removal
from ..graph.types import DTYPES, Graph
from ..peak import Peak
from ..plan.explain import chart, peak
from ..plan.types import Plan
from ..recipe import Deploy
from ..row_mode import Mode
from ..store import digest
from ..target import Target
from ..task.kinds import kind_of
from ..task.types import Head
from ..tflite.read import read_tflite
from .compare_modes import compare_modes
from .job import Job
from .workshop import Workshop, pack, unpack

if TYPE_CHECKING:  # they need TensorFlow's packages, and `espalier compile` does not
    from .prove import Proof
    from .quantize import Int8Model

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
    answers: tuple[GoldenCase, ...]
    """Known answers as the program takes and gives them."""
    checks: tuple[Check, ...]
    detector: Detector | None = None
    """What the program makes boxes with."""
    coded: CodedWeights | None = None
    sparse: tuple[SparseLayer, ...] = ()

    def cases(self) -> tuple[GoldenCase, ...]:
        """The known answers."""
        return self.answers


def compile_model(
    shop: Workshop,
    job: Job,
    deploy: Deploy,
    target: Target,
    int8: Int8Model,
    proof: Proof,
    detector: Detector | None = None,
) -> Compiled:
    """Simplify losslessly, plan the memory, emit C; stored. Raises UnsupportedModelError for an operator without kernel."""
    key = {
        "int8": digest(int8.int8_model),
        "whole": digest(int8.whole) if int8.whole else "",
        "layers": int8.layers,
        "golden": [digest(vector.fed) for vector in proof.golden],
        "decision": msgspec.to_builtins(decision_of(job, int8)),
        "detector": msgspec.to_builtins((detector, job.labels() if detector else ())),
        "name": job.recipe.name,
        "optimize": deploy.optimize,
        # Only what is left decides how far compressed weights and channels that do not matter may raise what it takes.
        "ram": str(ram_limit(job, deploy, target)) if deploy.optimize == "flash" or int8.whole else "",
        "flash": str(flash_limit(deploy, target)) if int8.whole else "",
        "core": msgspec.to_builtins(target.compiler),
        "target": target.name,
    }
    files = shop.stored(
        f"compile/{target.name}", key, lambda: {"compiled": pack(_compile(job, deploy, target, int8, proof, detector))}
    )
    return unpack(files["compiled"], Compiled)


def decision_of(job: Job, int8: Int8Model) -> Decision | None:
    """What a device of this build decides with."""
    task = job.task_of([Head(name=head.name, shape=head.shape[1:]) for head in int8.heads])
    return kind_of(task).decision(task, int8.heads, job.recipe.decision.threshold)


def _compile(
    job: Job, deploy: Deploy, target: Target, int8: Int8Model, proof: Proof, detector: Detector | None
) -> Compiled:
    given = read_tflite(int8.int8_model, name=job.recipe.name, layers=int8.layers)
    vectors = _vectors(given, int8, proof)
    compiled = compile_graph(
        given,
        name=job.recipe.name,
        target=target,
        optimize=deploy.optimize,
        ram_limit=ram_limit(job, deploy, target),
        flash_limit=flash_limit(deploy, target),
        whole=_whole(job, int8),
        # The preprocessing comes with the firmware bundle, the same C for both runtimes.
        answers=tuple(GoldenCase(input=entered(v.fed), output=v.outputs["reference"]) for v in vectors),
        decision=decision_of(job, int8),
        detector=detector,
        labels=job.labels() if detector else (),
    )
    return msgspec.structs.replace(
        compiled, golden=vectors, checks=(_distance(vectors, proof), *compiled.checks)
    )


def _whole(job: Job, int8: Int8Model) -> Graph | None:
    """The network with every channel, where the file has fewer."""
    return read_tflite(int8.whole, name=job.recipe.name, layers=int8.layers) if int8.whole else None


def compile_graph(
    given: Graph,
    *,
    name: str,
    target: Target,
    optimize: str,
    ram_limit: float,
    flash_limit: float = math.inf,
    whole: Graph | None = None,
    answers: tuple[GoldenCase, ...],
    decision: Decision | None = None,
    detector: Detector | None = None,
    labels: tuple[str, ...] = (),
) -> Compiled:
    """The C program of any int8 network for a target. `answers`: known answers of `given`, one at least.
    `detector`, `labels`: how its outputs become boxes, where they do, and what these are called.
    Limits are the bytes that the target leaves. `whole`: the same network before its channels were removed, if they were.

    Raises UnsupportedModelError for an operator without kernel.
    """
    needed, account = simplify(given)
    isa = _isa(target)
    ram, flash = (None if limit == math.inf else int(limit) for limit in (ram_limit, flash_limit))
    whole = without_removal(given, account) if whole is None else simplify(whole, removal=False)[0]
    graph = chosen_widths(needed, optimize=optimize, isa=isa, whole=whole, ram_bytes=ram, flash_bytes=flash)
    plan, coding = plan_program(graph, optimize=optimize, isa=isa, ram_bytes=ram)
    options = Options(decision=decision, detector=detector, labels=labels, golden=answers, isa=isa, coding=coding)
    files = emit(graph, plan, name, options)
    return Compiled(
        program=tuple(Artifact(path=path, data=data, role="source") for path, data in files),
        arena_bytes=plan.arena_bytes,
        peak=peak(graph, plan),
        chart=chart(graph, plan),
        golden=(),
        answers=answers,
        checks=(_lossless(graph, account, answers[0], _kept(graph, needed, whole)),),
        detector=detector,
        coded=None if coding is None else CodedWeights.of(coding),
        sparse=() if coding is not None else _sparse(graph, plan, isa),
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
        "whole": digest(int8.whole) if int8.whole else "",
        "core": msgspec.to_builtins(target.compiler),
        "case": digest(compiled.cases()[0].input),
        "limits": [str(limit) for limit in limits],
    }

    def run() -> dict[str, bytes]:
        given = read_tflite(int8.int8_model, name=job.recipe.name, layers=int8.layers)
        needed, account = simplify(given)
        whole = _whole(job, int8)
        modes = compare_modes(
            needed,
            whole=without_removal(given, account) if whole is None else simplify(whole, removal=False)[0],
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
    vectors = []
    for vector in proof.golden[:count]:
        ends = zip(parts(entered(vector.fed), inputs_of(graph)), graph.inputs, strict=True)
        fed = [np.frombuffer(data, np.int8).reshape(graph.tensors[i].shape) for data, i in ends]
        given = b"".join(head.astype(np.int8).tobytes() for head in reference.run(graph, fed))
        vectors.append(msgspec.structs.replace(vector, outputs={"reference": given}))
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


def _kept(graph: Graph, needed: Graph, whole: Graph | None) -> str:
    """What is computed beside the channels that matter, and why."""
    if graph is whole:
        return "; channels that do not matter are computed, as the kernels take no less time without them"
    return "" if graph is needed else "; some counts of channels are rounded up, as the kernels take less time then"


def _lossless(graph: Graph, account: Account, case: GoldenCase, kept: str) -> Check:
    """The simplified network answers a golden vector as the network before it did; what was saved."""
    ends = zip(parts(case.input, inputs_of(graph)), graph.inputs, strict=True)
    given = [
        np.frombuffer(data, DTYPES[graph.tensors[i].dtype]).reshape(graph.tensors[i].shape) for data, i in ends
    ]
    answer = b"".join(np.ascontiguousarray(output).tobytes() for output in reference.run(graph, given))
    before, after = account.before, account.after
    return Check(
        name="lossless simplification",
        tool="espalier",
        result="passed" if answer == case.output else "failed",
        why=f"{before.operators} operators, {before.macs:,} MACs and {before.constant_bytes:,} bytes of constants became "
        f"{after.operators}, {after.macs:,} and {after.constant_bytes:,}"
        + kept,
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
