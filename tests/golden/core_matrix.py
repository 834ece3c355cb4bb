"""The directed cases on an emulated core at one optimisation level: many cases in one program, bytes compared."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from c_batch import Batch, EmulatedBatch, make_batch
from directed_cases import directed_cases, weighted_cases
from file_program import run_under_qemu
from test_c_against_reference import compiled

from espalier.graph import reference
from espalier.graph.types import Array, Graph
from espalier.measure.cross import CORES, Core
from espalier.measure.emulate import EmulatedCore

Case = tuple[Graph, list[Array], str]
LEVELS = ("-O0", "-Os", "-O2", "-O3")
PER_PROGRAM = 400
"""clang's time grows faster than the file: 400 cases take 3 s, 1,200 take a minute."""
PER_BOARD = 160
"""Code and constants of so many fit the 512 KB of mps3-an547 at -O0."""


@functools.cache
def every_case() -> tuple[Case, ...]:
    """Those that the kernels take: batches of pooled images are refused."""
    made = [*directed_cases(), *weighted_cases("fully_connected")]
    return tuple(compiled([(graph, inputs, name) for name, graph, inputs in made]))


@functools.cache
def wanted(index: int) -> tuple[bytes, ...]:
    """The reference's outputs of a case."""
    graph, inputs, _ = every_case()[index]
    return tuple(np.ascontiguousarray(a).tobytes() for a in reference.run(graph, inputs))


@functools.lru_cache(maxsize=64)
def _batch(numbers: tuple[int, ...], isa: str) -> Batch:
    """Kept from level to level: emitting takes as long as compiling."""
    return make_batch([every_case()[n][0] for n in numbers], isa=isa)


class _Uncounted(EmulatedCore):
    """Without the hook that counts instructions: -O0 code runs three times as fast."""

    def _hook(self, counter: Any) -> None:
        del counter

    def _unhook(self, handle: Any) -> None:
        del handle


def differing(core: Core, level: str, numbers: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
    """Per program: how many cases ran, and the names of those whose bytes differ."""
    room = PER_PROGRAM if core.unicorn else PER_BOARD
    with tempfile.TemporaryDirectory() as folder:  # one for all: zig keeps the kernels' objects in it
        for start in range(0, len(numbers), room):
            part = tuple(numbers[start : start + room])
            results = _run(core, level, part, Path(folder))
            wrong = [
                f"{every_case()[n][2]} on {core.name} at {level}"
                for n, got in zip(part, results, strict=True)
                if tuple(got) != wanted(n)
            ]
            yield len(part), wrong


def _run(core: Core, level: str, numbers: tuple[int, ...], folder: Path) -> list[list[bytes]]:
    batch = _batch(numbers, core.isa)
    given = [every_case()[n][1] for n in numbers]
    if not core.unicorn:
        return run_under_qemu(batch, core, given, folder, level)
    runner = EmulatedBatch(batch, core, folder, level, machine=_Uncounted)
    return [[a.tobytes() for a in runner.run(k, inputs)] for k, inputs in enumerate(given)]


def cells() -> list[tuple[str, str]]:
    return [(core, level) for core in CORES for level in LEVELS]
