"""Graph to `Plan`: which operators run as one step, and where everything lies.

Operators that only rename memory (reshape, squeeze, expand_dims) get no step: their result lies where their
operand lies. Inputs and outputs of the network lie in the caller's buffers. A tree of operators that the
kernels can stream row by row is fused into one step where that makes the arena smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from ..graph.types import ABSENT, Graph
from .check import check_blocks
from .offsets import aligned, place_blocks
from .sections import divide
from .types import Block, Demand, Lifetime, Needs, Place, Plan, Step, Streamable

RENAMING: Final = frozenset({"reshape", "squeeze", "expand_dims"})
MAX_TREE_OPS: Final = 8
"""Operators in one streamed step at most: each adds a ring of rows to the scratch."""
SEARCH_REPAIRS: Final = 10


def plan_memory(
    graph: Graph,
    *,
    optimize: str,
    demand: Demand,
    streamable: Streamable,
    trees: tuple[tuple[int, ...], ...] | None = None,
    chains: tuple[tuple[int, ...], ...] = (),
) -> Plan:
    """The plan with the smallest arena that the search finds; deterministic.

    Operators are streamed row by row wherever that lowers the arena (streaming repeats no computation), but for
    "speed" not through maps one pixel wide, whose rows cost several times what they cost together; with `trees`
    exactly those, and nothing is searched: () runs every operator by itself, which needs the least code. `chains` are
    operators that always run as one step, whatever is streamed; no tree may hold one of them.
    Raises BugError when the independent checker finds an overlap.
    """
    storages = replace(_storages(graph), chains=chains)
    demand = _remembered(demand)
    if trees is None:
        start = _layout(graph, storages, (), demand, optimize, SEARCH_REPAIRS)
        may = _with_broad_rows(streamable) if optimize == "speed" else streamable
        fused = _search(graph, storages, demand, may, optimize, start)
    else:
        fused = trees
    layout = _layout(graph, storages, fused, demand, optimize, 400)
    check_blocks(layout.blocks, layout.offsets, layout.arena_bytes, layout.sharing)
    return _plan(graph, storages, layout, optimize)


def _with_broad_rows(streamable: Streamable) -> Streamable:
    """Trees without a map one pixel wide and several high."""

    def broad(graph: Graph, ops: tuple[int, ...]) -> bool:
        shapes = [graph.tensors[t].shape for op in ops for t in graph.ops[op].outputs]
        return not any(len(s) == 4 and s[2] == 1 < s[1] for s in shapes) and streamable(graph, ops)

    return broad


def _remembered(demand: Demand) -> Demand:
    """`demand`, asked once for each step: the search tries the same steps again and again."""
    known: dict[tuple[int, ...], Needs] = {}

    def asked(graph: Graph, ops: tuple[int, ...], *, optimize: str) -> Needs:
        if ops not in known:
            known[ops] = demand(graph, ops, optimize=optimize)
        return known[ops]

    return asked


@dataclass(frozen=True, slots=True)
class _Storages:
    """Tensors that share a place: `of[tensor]` is the storage, `places` those in the caller's buffers."""

    of: Mapping[int, int]
    places: Mapping[int, Place]
    silent: frozenset[int]
    """Operators that only rename."""
    chains: tuple[tuple[int, ...], ...] = ()
    """Operators that are one step."""


@dataclass(frozen=True, slots=True)
class _Layout:
    steps: tuple[tuple[int, ...], ...]
    blocks: tuple[Block, ...]
    owners: tuple[tuple[str, int], ...]
    """("storage", index) or ("scratch", step) of each block."""
    sharing: Mapping[tuple[int, int], int]
    offsets: tuple[int, ...]
    arena_bytes: int


def _storages(graph: Graph) -> _Storages:
    of = {i: i for i, t in enumerate(graph.tensors) if not t.is_constant}
    places = {t: Place(where="input", offset=k) for k, t in enumerate(graph.inputs)}
    outputs = {t: Place(where="output", offset=k) for k, t in enumerate(graph.outputs)}
    places |= {t: p for t, p in outputs.items() if t not in places}
    silent = set()
    for position, op in enumerate(graph.ops):
        if op.kind not in RENAMING or op.inputs[0] not in of:
            continue
        source, result = of[op.inputs[0]], of[op.outputs[0]]
        if source in places and result in places:
            continue  # both belong to the caller: the values must be copied
        place = places.get(source, places.get(result))
        of = {t: source if s == result else s for t, s in of.items()}
        if place is not None:
            places[source] = place
        silent.add(position)
    return _Storages(MappingProxyType(of), MappingProxyType(places), frozenset(silent))


def _steps(
    graph: Graph, storages: _Storages, fused: tuple[tuple[int, ...], ...]
) -> tuple[tuple[int, ...], ...]:
    """Fused trees run where their last operator stands; the others one by one."""
    tree_of = {op: tree for tree in fused for op in tree}
    steps = []
    for position in range(len(graph.ops)):
        tree = tree_of.get(position)
        if position in storages.silent or (tree is not None and position != tree[-1]):
            continue
        steps.append(tree if tree is not None else (position,))
    return tuple(steps)


def _layout(
    graph: Graph,
    storages: _Storages,
    fused: tuple[tuple[int, ...], ...],
    demand: Demand,
    optimize: str,
    repairs: int,
) -> _Layout:
    fused = (*fused, *storages.chains)
    steps = _steps(graph, storages, fused)
    inner = {t for tree in fused for op in tree[:-1] for t in graph.ops[op].outputs}
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for number, step in enumerate(steps):
        for op in step:
            node = graph.ops[op]
            for tensor in (*node.inputs, *node.outputs):
                if tensor == ABSENT or tensor not in storages.of or tensor in inner:
                    continue
                storage = storages.of[tensor]
                if storage not in storages.places:
                    first.setdefault(storage, number)
                    last[storage] = number
    blocks: list[Block] = []
    owners: list[tuple[str, int]] = []
    index: dict[int, int] = {}
    for storage in sorted(first):
        index[storage] = len(blocks)
        size = graph.tensors[storage].size_bytes
        blocks.append(Block(first=first[storage], last=last[storage], size_bytes=size))
        owners.append(("storage", storage))
    sharing: dict[tuple[int, int], int] = {}
    for number, step in enumerate(steps):
        needs = demand(graph, step, optimize=optimize)
        if needs.scratch_bytes:
            blocks.append(Block(first=number, last=number, size_bytes=needs.scratch_bytes))
            owners.append(("scratch", number))
        results = graph.ops[step[-1]].outputs
        target = index.get(storages.of[results[0]])
        if len(results) != 1 or target is None:
            continue
        for source, lead in _permissions(graph, storages, step, needs.leads).items():
            dying = index.get(source)
            if dying is not None and dying != target and blocks[dying].last == number:
                sharing[target, dying] = lead
    offsets, used = place_blocks(blocks, sharing, repairs=repairs)
    return _Layout(steps, tuple(blocks), tuple(owners), MappingProxyType(sharing), offsets, used)


def _permissions(
    graph: Graph, storages: _Storages, step: tuple[int, ...], leads: Mapping[int, int]
) -> dict[int, int]:
    """Storage -> lead, for those of which every tensor that the step reads may lie under its output."""
    read = {t for op in step for t in graph.ops[op].inputs if t in storages.of}
    written = {t for op in step for t in graph.ops[op].outputs}
    allowed: dict[int, int] = {}
    for storage in sorted({storages.of[t] for t in read - written}):
        members = [t for t in read - written if storages.of[t] == storage]
        if all(t in leads for t in members):
            allowed[storage] = max(leads[t] for t in members)
    return allowed


def _search(
    graph: Graph,
    storages: _Storages,
    demand: Demand,
    streamable: Streamable,
    optimize: str,
    start: _Layout,
) -> tuple[tuple[int, ...], ...]:
    """The trees that lower the arena: fused one after the other, or first by sections where that leads further.

    At the end every tree that the arena can do without is taken apart again.
    """

    def tried(trees: tuple[tuple[int, ...], ...]) -> _Layout:
        return _layout(graph, storages, trees, demand, optimize, 0)

    taken = {op for chain in storages.chains for op in chain}
    candidates = [t for t in _trees(graph, storages) if taken.isdisjoint(t) and streamable(graph, t)]
    fused = _grown(graph, storages, tried, candidates, (), start)
    least = _score(tried(fused) if fused else start)
    sections = _sections(graph, storages, demand, streamable, optimize, least[0])
    if sections:
        other = _grown(graph, storages, tried, candidates, sections, tried(sections))
        if _score(tried(other)) < least:
            fused, least = other, _score(tried(other))
    for tree in fused:
        without = tuple(f for f in fused if f != tree)
        if tried(without).arena_bytes <= least[0]:
            fused = without
    return fused


def _grown(
    graph: Graph,
    storages: _Storages,
    tried: Callable[[tuple[tuple[int, ...], ...]], _Layout],
    candidates: Sequence[tuple[int, ...]],
    fused: tuple[tuple[int, ...], ...],
    layout: _Layout,
) -> tuple[tuple[int, ...], ...]:
    """Fuse the tree that lowers the arena most, again and again, until none does.

    A network may have several equal peaks: a tree that lowers one of them is a gain too.
    """
    least = _score(layout)
    while True:
        crowded = _at_the_top(layout)
        best: tuple[tuple[int, int], tuple[tuple[int, ...], ...]] | None = None
        for tree in candidates:
            rest = tuple(f for f in fused if not set(f) <= set(tree))
            if any(set(f) & set(tree) for f in rest) or tree in fused:
                continue
            if crowded.isdisjoint(storages.of[t] for op in tree for t in graph.ops[op].outputs):
                continue
            score = _score(tried((*rest, tree)))
            if score < least and (best is None or score < best[0]):
                best = score, (*rest, tree)
        if best is None:
            return fused
        least, fused = best
        layout = tried(fused)


def _sections(
    graph: Graph, storages: _Storages, demand: Demand, streamable: Streamable, optimize: str, below: int
) -> tuple[tuple[int, ...], ...]:
    """Sections of consecutive operators of which none needs as much as `below` bytes; none where there are none."""
    count = len(graph.ops)
    uses: dict[int, tuple[int, int]] = {}
    for position, op in enumerate(graph.ops):
        for tensor in (*op.inputs, *op.outputs):
            if tensor in storages.of and storages.of[tensor] not in storages.places:
                storage = storages.of[tensor]
                uses[storage] = uses.get(storage, (position, position))[0], position
    taken = {*storages.silent, *(op for chain in storages.chains for op in chain)}
    alone = [n not in taken and streamable(graph, (n,)) for n in range(count)]

    def cost(first: int, last: int) -> int | None:
        if first == last and first in storages.silent:
            return 0
        run = tuple(range(first, last + 1))
        if first < last and not (all(alone[first : last + 1]) and streamable(graph, run)):
            return None
        return _step_bytes(graph, storages, run, demand(graph, run, optimize=optimize), uses, below)

    return tuple(tuple(range(first, last + 1)) for first, last in divide(count, cost))


def _step_bytes(
    graph: Graph,
    storages: _Storages,
    run: tuple[int, ...],
    needs: Needs,
    uses: Mapping[int, tuple[int, int]],
    below: int,
) -> int | None:
    """What the arena holds while a section runs, if all lies as well as it can; None from `below` on."""
    first, last = run[0], run[-1]
    stored = [s for s, (start, end) in sorted(uses.items()) if start < first and end >= first]
    target = storages.of[graph.ops[last].outputs[0]]
    results = {storages.of[t] for t in graph.ops[last].outputs} & uses.keys()
    sizes = [graph.tensors[s].size_bytes for s in (*stored, *sorted(results))]
    together = needs.scratch_bytes + sum(sizes)
    read = {storages.of[t] for op in run for t in graph.ops[op].inputs if t in storages.of}
    dying = [s for s in stored if s in read and uses[s][1] <= last]
    if together - min(sum(sizes[len(stored) :]), sum(graph.tensors[s].size_bytes for s in dying)) >= below:
        return None
    leads = _permissions(graph, storages, run, needs.leads)
    blocks = [Block(first=0, last=0, size_bytes=size) for size in (needs.scratch_bytes, *sizes)]
    sharing = {
        (len(stored) + 1, 1 + stored.index(s)): leads[s] for s in dying if s in leads and results == {target}
    }
    used = place_blocks(blocks, sharing, repairs=0)[1]
    return used if used < below else None


def _filled(layout: _Layout) -> list[int]:
    """The end of the highest byte in use at each step."""
    filled = [0] * len(layout.steps)
    for block, offset in zip(layout.blocks, layout.offsets, strict=True):
        for step in range(block.first, block.last + 1):
            filled[step] = max(filled[step], offset + aligned(block.size_bytes))
    return filled


def _score(layout: _Layout) -> tuple[int, int]:
    """The arena, and how many steps fill as much of it as the fullest one."""
    return layout.arena_bytes, sum(top == layout.arena_bytes for top in _filled(layout))


def _at_the_top(layout: _Layout) -> frozenset[int]:
    """Storages that live at a step that fills the arena."""
    full = [n for n, top in enumerate(_filled(layout)) if top == layout.arena_bytes]
    return frozenset(
        number
        for (kind, number), block in zip(layout.owners, layout.blocks, strict=True)
        if kind == "storage" and any(block.first <= n <= block.last for n in full)
    )


def _trees(graph: Graph, storages: _Storages) -> Iterator[tuple[int, ...]]:
    """Every tree of operators that ends in one root and whose inner tensors have one reader each."""
    producers, consumers = graph.producers(), graph.consumers()
    for root in range(len(graph.ops)):
        if root in storages.silent:
            continue
        seen: set[tuple[int, ...]] = set()
        level: list[tuple[int, ...]] = [(root,)]
        while level:
            grown: list[tuple[int, ...]] = []
            for tree in level:
                for tensor in sorted({t for op in tree for t in graph.ops[op].inputs if t != ABSENT}):
                    source = producers.get(tensor)
                    if source is None or source in tree or source in storages.silent:
                        continue
                    if tensor in graph.outputs or any(c not in tree for c in consumers.get(tensor, ())):
                        continue
                    larger = tuple(sorted((*tree, source)))
                    if len(larger) <= MAX_TREE_OPS and larger not in seen:
                        seen.add(larger)
                        grown.append(larger)
                        yield larger
            level = grown


def _plan(graph: Graph, storages: _Storages, layout: _Layout, optimize: str) -> Plan:
    offset_of = dict(zip(layout.owners, layout.offsets, strict=True))
    size_of = {o: b.size_bytes for o, b in zip(layout.owners, layout.blocks, strict=True)}
    places: dict[int, Place] = {}
    for tensor, storage in sorted(storages.of.items()):
        if storage in storages.places:
            places[tensor] = storages.places[storage]
        elif ("storage", storage) in offset_of:
            places[tensor] = Place(where="arena", offset=offset_of["storage", storage])
    members: dict[int, tuple[int, ...]] = {}
    for tensor, storage in sorted(storages.of.items()):
        members[storage] = (*members.get(storage, ()), tensor)
    lifetimes = tuple(
        Lifetime(
            tensors=members[number] if kind == "storage" else (),
            first_step=block.first,
            last_step=block.last,
            offset=offset,
            size_bytes=aligned(block.size_bytes),
        )
        for (kind, number), block, offset in zip(layout.owners, layout.blocks, layout.offsets, strict=True)
    )
    steps = tuple(
        Step(
            ops=ops,
            scratch_offset=offset_of.get(("scratch", n), 0),
            scratch_bytes=size_of.get(("scratch", n), 0),
        )
        for n, ops in enumerate(layout.steps)
    )
    used = tuple(_covered(lifetimes, n) for n in range(max(1, len(steps))))
    return Plan(
        optimize=optimize,
        steps=steps,
        places=MappingProxyType(places),
        lifetimes=lifetimes,
        used_bytes=used,
        arena_bytes=layout.arena_bytes,
        peak_step=used.index(max(used)),
    )


def _covered(lifetimes: tuple[Lifetime, ...], step: int) -> int:
    """Bytes that hold something at `step`; what shares memory counts once."""
    live = sorted(
        (r.offset, r.offset + r.size_bytes) for r in lifetimes if r.first_step <= step <= r.last_step
    )
    total, end = 0, 0
    for low, high in live:
        total += max(0, high - max(low, end))
        end = max(end, high)
    return total
