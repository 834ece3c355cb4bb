"""Counts the instructions of many programs that are compiled together: one image, one run of the emulator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..emit.harness import write_cases
from ..emit.plan_program import plan_program
from ..emit.program import Options, emit
from ..emit.selftest import GoldenCase, inputs_of, outputs_of, parts
from ..errors import VerificationError
from ..graph.types import Graph
from ..scratch import Scratch
from .cross import Core, compile_program
from .emulate import EmulatedCore
from .qemu import count_on_board

PER_IMAGE = 64
"""Programs that are compiled at once: clang's memory and the board's code memory bound it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """A network and the answers that its program must give, at least one."""

    graph: Graph
    golden: tuple[GoldenCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    net: Net
    prefix: str
    arena_bytes: int


def count_many(
    nets: Sequence[Net], core: Core, *, optimize: str = "speed", level: str = "-O2"
) -> list[int]:
    """Instructions of one inference of each network, in the order given; every golden case is compared.

    Raises :class:`VerificationError` when a byte differs, :class:`ToolMissingError` without compiler or emulator.
    """
    counts: list[int] = []
    for start in range(0, len(nets), PER_IMAGE):
        with Scratch() as folder:
            counts += _counted(nets[start : start + PER_IMAGE], core, optimize, level, folder)
    return counts


def _counted(nets: Sequence[Net], core: Core, optimize: str, level: str, workdir: Path) -> list[int]:
    files: dict[str, bytes] = {}
    programs = []
    for number, net in enumerate(nets):
        prefix = f"net{number}"
        plan, coding = plan_program(net.graph, optimize=optimize, isa=core.isa)
        options = Options(isa=core.isa, shared_kernels=True, coding=coding)
        files |= dict(emit(net.graph, plan, prefix, options))
        programs.append(_Program(net=net, prefix=prefix, arena_bytes=plan.arena_bytes))
    if not core.unicorn:
        files |= _board_cases(programs)
        cases = [len(net.golden) for net in nets]
        return count_on_board(files, core, cases, workdir=workdir, optimize=level)
    roots = [f"{program.prefix}_run" for program in programs]
    image = compile_program(files, core, roots=roots, workdir=workdir, optimize=level)
    emulated = EmulatedCore(image, core, workdir=workdir)
    return [_run(emulated, program) for program in programs]


def _run(emulated: EmulatedCore, program: _Program) -> int:
    graph, count = program.net.graph, 0
    ends = outputs_of(graph)
    for number, case in enumerate(program.net.golden):
        given = [*parts(case.input, inputs_of(graph))]
        buffers = [bytes(program.arena_bytes), *given, *(bytes(end.size_bytes) for end in ends)]
        call = emulated.call(f"{program.prefix}_run", buffers)
        if call.result != 0 or b"".join(call.buffers[1 + len(given) :]) != case.output:
            raise VerificationError(f"{graph.name or program.prefix}: golden case {number} differs")
        count = count or call.instructions
    return count


def _board_cases(programs: Sequence[_Program]) -> dict[str, bytes]:
    """A file of cases for each program, and run_cases(), which runs them all."""
    files = {}
    for program in programs:
        text = write_cases(program.prefix, program.net.graph, program.arena_bytes, program.net.golden)
        renamed = text.replace("int run_cases(void)", f"int {program.prefix}_cases(void);\nint {program.prefix}_cases(void)")
        files[f"{program.prefix}_cases.c"] = renamed.encode("ascii")
    names = [f"{program.prefix}_cases" for program in programs]
    lines = ['#include "boot.h"', *(f"int {name}(void);" for name in names), "int run_cases(void) {"]
    lines += [f"  if ({name}() != 0) return {number + 1};" for number, name in enumerate(names)]
    files["cases.c"] = "\n".join([*lines, "  return 0;", "}", ""]).encode("ascii")
    return files
