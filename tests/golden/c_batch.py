"""Compiles many emitted programs at once, for this machine or for an emulated core, and runs them."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from espalier.emit.channel_tables import joined
from espalier.emit.choose_coding import common_code
from espalier.emit.demand import demand, streamable
from espalier.emit.kernel_table import lower
from espalier.emit.lower_coded import possible_parts, weights_of
from espalier.emit.lowering import Coding, How
from espalier.emit.program import Options, emit
from espalier.emulate.cross import WARNINGS, Core, compile_program
from espalier.emulate.emulate import EmulatedCore
from espalier.graph.types import DTYPES, Array, Graph
from espalier.plan.memory import plan_memory
from espalier.plan.types import Plan

GUARD = 64
_TABLE = re.compile(
    r"^(?:ESPALIER_ALIGNED\(\d+\) )?(?P<static>static )?const (?P<name>\w+ \w+(?:\[\d+\])?) = \{$.*?^\};$",
    re.MULTILINE | re.DOTALL,
)
"""The weights of a layer, or its structure."""
_PAINT = 0xA5


@dataclass(frozen=True)
class Program:
    prefix: str
    graph: Graph
    arena_bytes: int


@dataclass(frozen=True)
class Batch:
    programs: tuple[Program, ...]
    files: dict[str, bytes]
    """One C file for all programs, and the kernels."""


def code_everything(graph: Graph, isa: str, seed: int) -> Coding | None:
    """A coding of every layer that can have one, whether it pays or not, in random parts."""
    calls = {op: lower(graph, op, How(optimize="flash", isa=isa)) for op in range(len(graph.ops))}
    codable = {op: call[0] for op, call in calls.items() if call and weights_of(call[0]) is not None}
    chance = random.Random(seed)
    parts = {op: chance.choice(possible_parts(call)) for op, call in codable.items()}
    return Coding(code=common_code(codable, parts), parts=parts) if parts else None


def make_batch(
    graphs: Sequence[Graph],
    *,
    optimize: str = "speed",
    isa: str = "portable",
    plans: Sequence[Plan] | None = None,
) -> Batch:
    """``optimize``: speed | ram | flash | coded, which is flash with every layer coded that can be. ``plans``: the
    plans to use instead of the planner's own."""
    programs, kernels, bodies = [], {}, []
    for number, graph in enumerate(graphs):
        prefix = f"case{number}"
        coding = code_everything(graph, isa, number) if optimize == "coded" else None
        mode = "flash" if optimize == "coded" else optimize
        needs = functools.partial(demand, isa=isa, coding=coding)
        if plans is None:
            tables = joined(graph, mode, isa)
            may = functools.partial(streamable, optimize=mode, isa=isa)
            plan = plan_memory(graph, optimize=mode, demand=needs, streamable=may, chains=tables)
        else:
            plan = plans[number]
        files = dict(emit(graph, plan, prefix, Options(isa=isa, shared_kernels=True, coding=coding)))
        for end in ("_weights.h", ".h", "_weights.c", ".c"):
            text = files.pop(prefix + end).decode()
            bodies.append("\n".join(line for line in text.splitlines() if f'#include "{prefix}' not in line))
        kernels.update(files)
        programs.append(Program(prefix, graph, plan.arena_bytes))
    kernels["cases.c"] = ("\n".join(bodies) + "\n").encode()
    return Batch(tuple(programs), kernels)


def split(batch: Batch) -> tuple[Batch, bytes]:
    """The batch without its constants, and a C file of these: no core of an ABI and no level changes their bytes."""
    tables: list[str] = []

    def moved(found: re.Match[str]) -> str:
        tables.append(found[0].replace("static ", "", 1))
        return f"extern const {found['name']};" if found["static"] else ""

    cases = _TABLE.sub(moved, batch.files["cases.c"].decode()).encode()
    data = "\n".join(['#include "espalier.h"', *tables, ""]).encode()
    return Batch(batch.programs, {**batch.files, "cases.c": cases}), data


def native_compiler() -> list[str] | None:
    found = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
    return [found] if found else None


@contextmanager
def native(batch: Batch, folder: Path, *flags: str, kept: Path | None = None) -> Iterator[NativeBatch]:
    """The batch as a shared library of this machine; ``kept`` is a folder of kernels' objects for other batches."""
    compiler = native_compiler()
    assert compiler is not None
    for name, data in batch.files.items():
        (folder / name).write_bytes(data)
    command = [*compiler, *WARNINGS, "-fPIC", *flags]
    kernels = sorted(n for n in batch.files if n.endswith(".c") and n != "cases.c")
    objects = [_kept_object(command, batch, name, folder, kept) for name in kernels] if kept else kernels
    _run_compiler([*command, "-shared", "cases.c", *map(str, objects), "-o", "cases.so"], folder)
    yield NativeBatch(batch, ctypes.CDLL(str(folder / "cases.so")))


def _kept_object(command: Sequence[str], batch: Batch, name: str, folder: Path, kept: Path) -> Path:
    headers = [data for other, data in sorted(batch.files.items()) if other.endswith(".h")]
    digest = hashlib.sha256(b"".join([repr(command).encode(), *headers, batch.files[name]])).hexdigest()
    made = kept / f"{digest[:32]}.o"
    if not made.exists():
        _run_compiler([*command, "-c", name, "-o", "kept.o"], folder)
        os.replace(folder / "kept.o", made)
    return made


def _run_compiler(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-1500:]


class NativeBatch:
    def __init__(self, batch: Batch, library: ctypes.CDLL) -> None:
        self.batch, self.library = batch, library

    def run(self, number: int, inputs: Sequence[Array]) -> list[Array]:
        program = self.batch.programs[number]
        arena = np.full(program.arena_bytes + GUARD + 8, _PAINT, np.uint8)
        start = -arena.ctypes.data % 8
        given = [np.ascontiguousarray(x).copy() for x in inputs]
        outputs = _blank(program.graph)
        pointers = [ctypes.c_void_p(arena.ctypes.data + start)]
        pointers += [ctypes.c_void_p(a.ctypes.data) for a in (*given, *outputs)]
        status = getattr(self.library, f"{program.prefix}_run")(*pointers)
        assert status == 0
        assert (arena[start + max(program.arena_bytes, 1) :] == _PAINT).all(), "the arena is overrun"
        for before, after in zip(inputs, given, strict=True):
            np.testing.assert_array_equal(before, after, "an input was changed")
        return _unguarded(program.graph, [o.tobytes() for o in outputs])


class EmulatedBatch:
    def __init__(
        self,
        batch: Batch,
        core: Core,
        folder: Path,
        optimize: str,
        machine: type[EmulatedCore] = EmulatedCore,
        objects: Sequence[str] = (),
    ) -> None:
        """``objects``: what :func:`split` took away, compiled."""
        self.batch = batch
        image = compile_program(
            batch.files,
            core,
            roots=[f"{p.prefix}_run" for p in batch.programs],
            workdir=folder,
            optimize=optimize,
            objects=objects,
        )
        self.core = machine(image, core, workdir=folder)

    def run(self, number: int, inputs: Sequence[Array]) -> list[Array]:
        return self.counted(number, inputs)[0]

    def counted(self, number: int, inputs: Sequence[Array]) -> tuple[list[Array], int]:
        """The outputs and the instructions of the call."""
        program = self.batch.programs[number]
        arena = bytes([_PAINT]) * (program.arena_bytes + GUARD)
        given = [np.ascontiguousarray(x).tobytes() for x in inputs]
        blanks = [o.tobytes() for o in _blank(program.graph)]
        call = self.core.call(f"{program.prefix}_run", [arena, *given, *blanks])
        assert call.result == 0
        assert call.buffers[0][program.arena_bytes :] == arena[program.arena_bytes :], "the arena is overrun"
        return _unguarded(program.graph, call.buffers[1 + len(given) :]), call.instructions


def _blank(graph: Graph) -> list[Array]:
    return [np.full(graph.tensors[t].size_bytes + GUARD, _PAINT, np.uint8) for t in graph.outputs]


def _unguarded(graph: Graph, buffers: Sequence[bytes]) -> list[Array]:
    results: list[Array] = []
    for tensor, data in zip(graph.outputs, buffers, strict=True):
        facts = graph.tensors[tensor]
        assert set(data[facts.size_bytes :]) == {_PAINT}, "an output is overrun"
        results.append(np.frombuffer(data[: facts.size_bytes], DTYPES[facts.dtype]).reshape(facts.shape))
    return results
