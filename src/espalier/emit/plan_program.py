"""The memory plan of a program, and under `optimize = "flash"` the layers whose weights are decoded as they run.

Decoding takes private memory. A layer is decoded in as many parts as leave the arena as large as it is without: few
parts are better, each takes the layer's input anew. The arena grows for further layers only by the steps of
``EXTRA_RAM``, within the target's RAM, and only where a byte of it saves ``FLASH_PER_RAM`` bytes of flash.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ..graph.types import ABSENT, Graph
from ..graph.view import view
from ..plan.memory import plan_memory
from ..plan.types import Plan
from .channel_tables import joined
from .choose_coding import candidates, choose_coding, worth_its_time
from .demand import demand, streamable
from .kernel_table import lower
from .lower_coded import possible_parts
from .lower_sparse import may_be_sparse
from .lowering import NO_CODING, Coding, How, Lowered, Sparse
from .sparse_prices import CODE_BYTES

Trees = tuple[tuple[int, ...], ...]
"""Operators that are streamed row by row, together."""

EXTRA_RAM = (1024, 2048, 4096)
"""Bytes by which decoding may raise the arena."""
FLASH_PER_RAM = 2
"""Bytes of flash that a byte of RAM must buy: microcontrollers have two to eight times as much flash."""


def plan_program(
    graph: Graph, *, optimize: str, isa: str, ram_bytes: int | None = None
) -> tuple[Plan, Coding | None]:
    """The plan, and the coding with which the program must be emitted: None unless it pays.

    ``ram_bytes``: what the arena may take on the target; None: any.
    """
    plain = plan_plain(graph, optimize=optimize, isa=isa)
    if optimize != "flash":
        return plain, None
    # What the fastest program takes is no reason for more parts: decoding may take as much.
    most = max(plain.arena_bytes, plan_plain(graph, optimize="speed", isa=isa).arena_bytes)
    most = most if ram_bytes is None else max(plain.arena_bytes, min(most, ram_bytes))
    plan, coding = _coded(graph, isa, ram_bytes, _needed(graph, isa, trees_of(graph, plain, isa), most), most)
    sparse = _without_zeros(graph, isa)
    fits = ram_bytes is None or plan.arena_bytes <= max(ram_bytes, plain.arena_bytes)
    if coding is None or not fits or (sparse is not None and not worth_its_time(coding, sparse)):
        return plain, None
    return plan, coding


def trees_of(graph: Graph, plan: Plan, isa: str) -> Trees:
    """The operators that a plan streams together."""
    tables = joined(graph, plan.optimize, isa)
    return tuple(step.ops for step in plan.steps if len(step.ops) > 1 and step.ops not in tables)


def _needed(graph: Graph, isa: str, trees: Trees, most: int) -> Trees:
    """Those trees without which the arena would pass ``most`` bytes: what runs by itself can have coded weights. The
    trees with most weights are left out first."""

    def weight(tree: tuple[int, ...]) -> int:
        tensors = (graph.tensors[i] for op in tree for i in graph.ops[op].inputs if i != ABSENT)
        return sum(tensor.size_bytes for tensor in tensors if tensor.is_constant)

    for tree in sorted(trees, key=weight, reverse=True):
        rest = tuple(other for other in trees if other != tree)
        if _plan(graph, "flash", isa, NO_CODING, rest).arena_bytes <= most:
            trees = rest
    return trees


def _coded(
    graph: Graph, isa: str, ram_bytes: int | None, trees: Trees, free_bytes: int
) -> tuple[Plan, Coding | None]:
    """The best coding beside storing all weights as they are; what is streamed reads its weights row after row, so it
    keeps them as they are. An arena of ``free_bytes`` costs nothing."""
    plain = _plan(graph, "flash", isa, NO_CODING, trees)
    streamed = {op for tree in trees for op in tree}
    calls = candidates(graph, isa, without=streamed)
    within = _fitted(graph, isa, calls, {}, free_bytes, trees)
    rest = {op: call for op, call in calls.items() if op not in within}
    best: tuple[Plan, Coding | None] = plain, None
    for extra in (0, *EXTRA_RAM) if rest else (0,):
        most = free_bytes + extra
        if extra and ram_bytes is not None and most > ram_bytes:
            break
        parts = _fitted(graph, isa, rest, within, most, trees) if extra else within
        coding = choose_coding(calls, parts)
        if coding is not None:
            plan = _plan(graph, "flash", isa, coding, trees)
            best = max(best, (plan, coding), key=lambda choice: _worth(choice, free_bytes))
    return best


def layers_without_zeros(graph: Graph, plan: Plan, isa: str) -> dict[int, Sparse]:
    """Operator -> what leaving its zeros out saves, for the layers of a plan without coded weights that do."""
    found: dict[int, Sparse] = {}
    for step in plan.steps:
        how = How(rows=len(step.ops) > 1, optimize=plan.optimize, isa=isa)
        for op in step.ops:
            if may_be_sparse(view(graph, graph.ops[op])):
                sparse = lower(graph, op, how)[0].sparse
                found |= {} if sparse is None else {op: sparse}
    return found


def _without_zeros(graph: Graph, isa: str) -> Sparse | None:
    """What all layers that store no zeros save together, after the code of kernels that others of their kind do not need;
    None where there are none."""
    calls = [(op.kind, lower(graph, n, How(optimize="flash", isa=isa))) for n, op in enumerate(graph.ops)]
    found = [(kind, call.sparse) for kind, parts in calls for call in parts if call.sparse is not None]
    if not found:
        return None
    stored = {kind for kind, parts in calls for call in parts if call.sparse is None}
    both = {kind for kind, _ in found} & stored
    return Sparse(
        density=max(sparse.density for _, sparse in found),
        bytes_saved=sum(sparse.bytes_saved for _, sparse in found) - sum(CODE_BYTES[kind] for kind in both),
        instructions_saved=sum(sparse.instructions_saved for _, sparse in found),
    )


def _worth(choice: tuple[Plan, Coding | None], free_bytes: int) -> int:
    """Bytes of flash that a choice saves, less what its RAM must buy."""
    plan, coding = choice
    return (coding.saved_bytes if coding else 0) - FLASH_PER_RAM * max(plan.arena_bytes, free_bytes)


def plan_plain(graph: Graph, *, optimize: str, isa: str) -> Plan:
    """The plan of the program without coded weights."""
    return _plan(graph, optimize, isa, None)


def plan_like(graph: Graph, other: Plan, *, optimize: str, isa: str) -> Plan:
    """The plan without coded weights that streams the trees which `other`, a plan of the same network for another instruction
    set, streams: nothing is searched. Raises BugError or UnsupportedModelError where the kernels of this one cannot."""
    alone = set(joined(graph, optimize, isa))
    trees = tuple(tuple(step.ops) for step in other.steps if len(step.ops) > 1 and tuple(step.ops) not in alone)
    return _plan(graph, optimize, isa, None, trees)


def _plan(graph: Graph, optimize: str, isa: str, coding: Coding | None, trees: Trees | None = None) -> Plan:
    needs = partial(demand, isa=isa, coding=coding)
    return plan_memory(
        graph,
        optimize=optimize,
        demand=needs,
        streamable=partial(streamable, optimize=optimize, isa=isa),
        trees=trees,
        chains=joined(graph, optimize, isa),
    )


def _fitted(
    graph: Graph, isa: str, calls: Mapping[int, Lowered], given: Mapping[int, int], most: int, trees: Trees
) -> dict[int, int]:
    """Operator -> parts, for ``given`` and for those ``calls`` that fit an arena of ``most`` bytes, with few parts."""
    options = {op: possible_parts(call) for op, call in calls.items()}
    while True:
        parts = {**given, **{op: left[0] for op, left in options.items() if left}}
        plan = _plan(graph, "flash", isa, Coding(code=None, parts=parts), trees)
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
