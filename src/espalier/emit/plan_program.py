"""The memory plan of a program, and under `optimize = "flash"` the layers whose weights are decoded as they run.

Decoding takes private memory: a layer is decoded in as many parts as leave the arena as large as it is without. Those
that no parts fit raise the arena together, if they save more bytes of flash than it grows, and by at most ``EXTRA_RAM``
bytes within the target's RAM; else they stay as they are. Few parts are better: each takes the layer's input anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from espalier.emit.choose_coding import candidates, choose_coding
from espalier.emit.demand import demand, streamable
from espalier.emit.lower_coded import possible_parts
from espalier.emit.lowering import Coding, Lowered
from espalier.graph.types import Graph
from espalier.plan.memory import plan_memory
from espalier.plan.types import Plan

EXTRA_RAM = 4096
"""Bytes by which decoding may raise the arena."""


def plan_program(
    graph: Graph, *, optimize: str, isa: str, ram_bytes: int | None = None
) -> tuple[Plan, Coding | None]:
    """The plan, and the coding with which the program must be emitted: None unless it pays.

    ``ram_bytes``: what the arena may take on the target; None: any.
    """
    plain = plan_plain(graph, optimize=optimize, isa=isa)
    if optimize != "flash":
        return plain, None
    calls = candidates(graph, isa)
    parts = _fitted(graph, isa, calls, {}, plain.arena_bytes)
    within = _planned(graph, isa, plain, choose_coding(calls, parts))
    most = plain.arena_bytes + EXTRA_RAM
    if ram_bytes is not None:
        most = max(plain.arena_bytes, min(most, ram_bytes))
    rest = {op: call for op, call in calls.items() if op not in parts}
    beyond = _planned(graph, isa, plain, choose_coding(calls, _fitted(graph, isa, rest, parts, most)))
    growth = beyond[0].arena_bytes - within[0].arena_bytes
    return beyond if _saved(beyond[1]) - _saved(within[1]) > growth else within


def plan_plain(graph: Graph, *, optimize: str, isa: str) -> Plan:
    """The plan of the program without coded weights."""
    return _plan(graph, optimize, isa, None)


def _planned(graph: Graph, isa: str, plain: Plan, coding: Coding | None) -> tuple[Plan, Coding | None]:
    return (plain, None) if coding is None else (_plan(graph, "flash", isa, coding), coding)


def _saved(coding: Coding | None) -> int:
    return 0 if coding is None else coding.before_bytes - coding.after_bytes


def _plan(graph: Graph, optimize: str, isa: str, coding: Coding | None) -> Plan:
    needs = partial(demand, isa=isa, coding=coding)
    return plan_memory(graph, optimize=optimize, demand=needs, streamable=streamable)


def _fitted(
    graph: Graph, isa: str, calls: Mapping[int, Lowered], given: Mapping[int, int], most: int
) -> dict[int, int]:
    """Operator -> parts, for ``given`` and for those ``calls`` that fit an arena of ``most`` bytes, with few parts."""
    options = {op: possible_parts(call) for op, call in calls.items()}
    while True:
        parts = {**given, **{op: left[0] for op, left in options.items() if left}}
        plan = _plan(graph, "flash", isa, Coding(code=None, parts=parts))
        if plan.arena_bytes <= most or not any(options.values()):
            return parts
        high = {
            step
            for row in plan.lifetimes
            if row.offset + row.size_bytes > most
            for step in range(row.first_step, row.last_step + 1)
        }
        too_large = [op for step in high for op in plan.steps[step].ops if options.get(op)]
        for op in too_large or [op for op, left in options.items() if left]:
            options[op] = options[op][1:]
