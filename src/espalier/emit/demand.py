"""What a step needs from the memory planner: private memory, and how its output may overlap its inputs.

A step is a tuple of operator indices that run as one piece of C: one operator, or a tree of operators that
run row
by row (its inner tensors are never stored; see :mod:`espalier.emit.stream`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from espalier.emit.kernel_table import lower
from espalier.emit.lowering import Coding, How, round_up
from espalier.emit.stream import build_stream, stream_leads, streamable
from espalier.graph.types import Graph

__all__ = ["Demand", "demand", "streamable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """``leads``: input tensor -> bytes. The output ``o`` may share memory with input ``i`` (dead after the
    step) iff
    ``offset(i) - offset(o) >= leads[i]``; a tensor that is not listed must not overlap the output."""

    scratch_bytes: int
    leads: Mapping[int, int]


def demand(
    graph: Graph,
    ops: tuple[int, ...],
    *,
    optimize: str = "speed",
    isa: str = "portable",
    coding: Coding | None = None,
) -> Demand:
    """The needs of one step; exact for the kernels that will run under ``optimize`` on ``isa``."""
    if len(ops) > 1:
        stream = build_stream(graph, ops, optimize, isa)
        return Demand(scratch_bytes=stream.scratch_bytes, leads=stream_leads(stream))
    calls = lower(graph, ops[0], How(optimize=optimize, isa=isa, coding=coding))
    scratch = max((round_up(call.scratch_bytes, 8) for call in calls), default=0)
    op = graph.ops[ops[0]]
    leads: dict[int, int] = {}
    if len(calls) == 1 and len(op.outputs) == 1:
        for position, lead in calls[0].leads.items():
            tensor = op.inputs[position]
            leads[tensor] = max(lead, leads.get(tensor, lead))
        for position in calls[0].inputs:
            if position not in calls[0].leads:
                leads.pop(op.inputs[position], None)
    return Demand(scratch_bytes=scratch, leads=leads)
