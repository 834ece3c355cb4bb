"""The three ways to optimize a program, tried on one network and core: flash, RAM and instructions of each."""

from __future__ import annotations

import msgspec

from ..emit.choose_widths import chosen_widths
from ..emit.plan_program import plan_program
from ..emit.program import Options, emit
from ..emit.selftest import GoldenCase
from ..emulate.cross import Core
from ..emulate.microcontroller import measure_program
from ..errors import EspalierError
from ..graph.types import Graph
from ..row_mode import Mode

LEVELS = {"speed": "-O2", "ram": "-O2", "flash": "-Os"}
"""`optimize` of a [[deploy]] table -> the compiler's level."""


def compare_modes(
    graph: Graph,
    *,
    whole: Graph | None = None,
    name: str,
    core: Core | None,
    case: GoldenCase,
    flash_limit: float,
    ram_limit: float,
) -> tuple[Mode, ...]:
    """Plan, emit, compile and count the network under each `optimize`. `core`: None where none is emulated.

    `whole`: the network without removal of channels, where any was removed.

    Limits are bytes that the target leaves to the network. A mode that cannot be measured keeps its planned arena.
    """
    isa = core.isa if core is not None else "portable"
    ram, flash = (None if limit == float("inf") else int(limit) for limit in (ram_limit, flash_limit))
    rows = []
    for optimize, level in LEVELS.items():
        net = chosen_widths(graph, optimize=optimize, isa=isa, whole=whole, ram_bytes=ram, flash_bytes=flash)
        plan, coding = plan_program(net, optimize=optimize, isa=isa, ram_bytes=ram)
        row = Mode(optimize=optimize, arena_bytes=plan.arena_bytes)
        if core is not None:
            try:
                files = emit(net, plan, name, Options(isa=isa, coding=coding))
                figures = measure_program(
                    files,
                    core,
                    name=name,
                    graph=net,
                    arena_bytes=plan.arena_bytes,
                    golden=[case],
                    optimize=level,
                )
            except EspalierError:
                pass  # no tool, or an emulator without room for it: what the plan says is still true
            else:
                flash = figures.code_bytes + figures.weights_bytes
                row = msgspec.structs.replace(row, flash_bytes=flash, instructions=figures.instructions)
        fits = row.arena_bytes <= ram_limit and (row.flash_bytes is not None and row.flash_bytes <= flash_limit)
        rows.append(msgspec.structs.replace(row, fits=fits))
    return tuple(rows)
