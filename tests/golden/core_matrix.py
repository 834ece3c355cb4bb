"""The directed cases on an emulated core at one optimisation level: many cases in one program, bytes compared."""

from __future__ import annotations

import functools
import hashlib
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from c_batch import Batch, EmulatedBatch, make_batch, split
from c_cases import Case, compiled
from directed_cases import dense_cases, directed_cases, weighted_cases
from file_program import run_under_qemu

from espalier.emulate.cross import CORES, Core, compile_object
from espalier.emulate.emulate import EmulatedCore
from espalier.graph import reference

LEVELS = ("-O0", "-Os", "-O2", "-O3")
PER_PROGRAM = 400
"""clang's time grows faster than the file."""
PER_BOARD = 160
"""Code and constants of so many fit the 512 KB of mps3-an547 at -O0."""


@dataclass(frozen=True)
class Outcome:
    """Of one program: how many cases it has, the names of those whose bytes differ, and its digest."""

    ran: int
    wrong: tuple[str, ...]
    digest: str


@functools.cache
def every_case() -> tuple[Case, ...]:
    """Those that the kernels take: batches of pooled images are refused."""
    made = [*directed_cases(), *weighted_cases("fully_connected"), *dense_cases()]
    return tuple(compiled([(graph, inputs, name) for name, graph, inputs in made]))


@functools.cache
def wanted(index: int) -> tuple[bytes, ...]:
    """The reference's outputs of a case."""
    graph, inputs, _ = every_case()[index]
    return tuple(np.ascontiguousarray(a).tobytes() for a in reference.run(graph, inputs))


@functools.lru_cache(maxsize=256)
def prepared(numbers: tuple[int, ...], isa: str) -> tuple[Batch, bytes]:
    """Kept from core to core and from level to level: emitting takes as long as compiling."""
    return split(make_batch([every_case()[n][0] for n in numbers], isa=isa))


class _Uncounted(EmulatedCore):
    """Without the hook that counts instructions: -O0 code runs three times as fast."""

    def _hook(self, counter: Any) -> None:
        del counter

    def _unhook(self, handle: Any) -> None:
        del handle


def programs(core: Core, numbers: Sequence[int]) -> list[tuple[int, ...]]:
    """The cases of each program."""
    room = PER_PROGRAM if core.unicorn else PER_BOARD
    return [tuple(numbers[start : start + room]) for start in range(0, len(numbers), room)]


def constants(core: Core, numbers: tuple[int, ...], kept: Path) -> Path:
    """The object of a program's constants, the same for all cores of an ABI and all levels; compiled once."""
    batch, data = prepared(numbers, core.isa)
    digest = hashlib.sha256(core.triple.encode() + batch.files["espalier.h"] + data).hexdigest()
    made = kept / f"{digest[:32]}.o"
    if not made.exists():
        compile_object({"data.c": data, "espalier.h": batch.files["espalier.h"]}, "data.c", core, made)
    return made


def digest_of(core: Core, level: str, numbers: tuple[int, ...]) -> str:
    """Changes with every byte that is compiled, run or expected."""
    batch, data = prepared(numbers, core.isa)
    parts = [repr((core, level)).encode(), data, *(batch.files[n] for n in sorted(batch.files))]
    parts += [b"".join(a.tobytes() for a in every_case()[n][1]) + b"".join(wanted(n)) for n in numbers]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def outcomes(
    core: Core, level: str, numbers: Sequence[int], *, kept: Path | None = None, known: Collection[str] = ()
) -> Iterator[Outcome]:
    """Program by program; one whose digest is ``known`` to be exact is not run again."""
    with tempfile.TemporaryDirectory() as folder:  # one for all: the kernels' objects stay in it
        for part in programs(core, numbers):
            digest = digest_of(core, level, part)
            if digest in known:
                yield Outcome(len(part), (), digest)
                continue
            results = _run(core, level, part, Path(folder), kept or Path(folder))
            wrong = [
                f"{every_case()[n][2]} on {core.name} at {level}"
                for n, got in zip(part, results, strict=True)
                if tuple(got) != wanted(n)
            ]
            yield Outcome(len(part), tuple(wrong), digest)


def _run(core: Core, level: str, numbers: tuple[int, ...], folder: Path, kept: Path) -> list[list[bytes]]:
    batch, _ = prepared(numbers, core.isa)
    given = [every_case()[n][1] for n in numbers]
    objects = [str(constants(core, numbers, kept))]
    if not core.unicorn:
        return run_under_qemu(batch, core, given, folder, level, objects)
    runner = EmulatedBatch(batch, core, folder, level, machine=_Uncounted, objects=objects)
    return [[a.tobytes() for a in runner.run(k, inputs)] for k, inputs in enumerate(given)]


def cells() -> list[tuple[str, str]]:
    """The longest first: -O0, and the board that QEMU emulates."""
    order = sorted(CORES, key=lambda name: bool(CORES[name].unicorn))
    return [(core, level) for level in LEVELS for core in order]
