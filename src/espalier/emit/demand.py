"""What a step needs from the memory planner: private memory, and how its output may overlap its inputs.

A step is a tuple of operator indices that run as one piece of C: one operator, a tree of operators that run row by row
(its inner tensors are never stored; see :mod:`espalier.emit.stream`), or a chain that is one table
(:mod:`espalier.emit.channel_tables`).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from ..graph.types import Graph
from ..plan.types import Needs
from .channel_tables import chains
from .kernel_table import lower
from .lowering import Coding, How, round_up
from .stream import Stream, build_stream, stream_leads, streamable

__all__ = ["Demand", "demand", "streamable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """``leads``: input tensor -> bytes. The output ``o`` may share memory with input ``i`` (dead after the
    step) iff
    ``offset(i) - offset(o) >= leads[i]``; a tensor that is not listed must not overlap the output."""

    scratch_bytes: int
    leads: Mapping[int, int]


class _StreamDemand:
    """The same of a streamed step. The schedule is played only when somebody asks for the leads."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    @property
    def scratch_bytes(self) -> int:
        return self._stream.scratch_bytes

    @functools.cached_property
    def leads(self) -> Mapping[int, int]:
        return stream_leads(self._stream)


def demand(
    graph: Graph,
    ops: tuple[int, ...],
    *,
    optimize: str = "speed",
    isa: str = "portable",
    coding: Coding | None = None,
) -> Needs:
    """The needs of one step; exact for the kernels that will run under ``optimize`` on ``isa``."""
    chain = chains(graph, optimize, isa).get(ops) if len(ops) > 1 else None
    if chain is not None:
        return Demand(scratch_bytes=0, leads=dict.fromkeys((chain.source,), 0))
    if len(ops) > 1:
        return _StreamDemand(build_stream(graph, ops, optimize, isa))
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
