"""Row-by-row execution of a tree of operators: inner tensors are never stored, only the rows that are
still needed.

The last operator is the root. Every inner tensor has one consumer, inside the tree; the leaves are whole
tensors. A
windowed consumer keeps its rows in a ring; the producer writes straight into the ring's next slot.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import BugError, EspalierError
from ..graph.types import Graph
from .kernel_table import LOWERINGS, lower
from .lowering import READ_FIRST, How, Lowered, Window, round_up


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """One operator of the tree; ``children`` holds, per operand pointer, a node or the index of a whole
    tensor."""

    op: int
    lowered: Lowered
    window: Window
    children: tuple[Node | int, ...]
    state: int
    """Offset of the operator's state in the step's scratch."""
    row: int
    """Offset of the buffer for one output row; -1 where the row goes elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stream:
    root: Node
    work: int
    """Offset of the memory that every operator may use during one row."""
    scratch_bytes: int

    def nodes(self) -> Iterator[Node]:
        """Children before their consumers."""
        yield from _walk(self.root)


@functools.lru_cache(maxsize=512)
def _lowered(graph: Graph, op: int, how: How) -> tuple[Lowered, ...]:
    """The planner asks for the same operators in many trees."""
    return lower(graph, op, how)


@functools.lru_cache(maxsize=2)
def _links(graph: Graph) -> tuple[Mapping[int, int], Mapping[int, tuple[int, ...]]]:
    """Producers and consumers: the planner asks for many trees of one network."""
    return graph.producers(), graph.consumers()


def _walk(node: Node) -> Iterator[Node]:
    for child in node.children:
        if isinstance(child, Node):
            yield from _walk(child)
    yield node


def streamable(graph: Graph, ops: tuple[int, ...], *, optimize: str = "ram", isa: str = "portable") -> bool:
    """Whether ``ops`` form a tree that can run row by row, with the kernels that run under ``optimize`` on ``isa``: a PReLU
    that is a table can, one that is computed cannot."""
    try:
        build_stream(graph, ops, optimize, isa)
    except EspalierError:
        return False
    return True


def build_stream(graph: Graph, ops: tuple[int, ...], optimize: str, isa: str = "portable") -> Stream:
    """The tree of a streamed step with the layout of its scratch; :class:`BugError` when it is no such
    tree."""
    how = How(rows=True, optimize=optimize, isa=isa)
    producers, consumers = _links(graph)
    inside = set(ops)
    seen: set[int] = set()
    size = 0
    work = 0

    def grow(op: int, stores_row: bool) -> Node:
        nonlocal size, work
        if op in seen or graph.ops[op].kind not in LOWERINGS:
            raise BugError("a streamed step is not a tree of kernels")
        seen.add(op)
        calls = _lowered(graph, op, how)
        if len(calls) != 1 or calls[0].window is None:
            raise BugError(f"{graph.ops[op].kind} cannot run row by row")
        lowered, window = calls[0], calls[0].window
        state, size = size, size + round_up(lowered.state_bytes, 8)
        work = max(work, round_up(lowered.work_bytes, 8))
        row = size if stores_row else -1
        size += round_up(window.out_row_bytes, 8) if stores_row else 0
        children: list[Node | int] = []
        for position in lowered.inputs:
            tensor = graph.ops[op].inputs[position]
            producer = producers.get(tensor, -1)
            if producer not in inside:
                children.append(tensor)
            elif len(consumers[tensor]) != 1 or tensor in graph.outputs:
                raise BugError("an inner tensor of a streamed step is needed elsewhere")
            elif not window.ring_rows and window.stride != 1:
                raise BugError("a strided operator without a ring reads whole tensors only")
            else:
                children.append(
                    grow(producer, stores_row=lowered.row_form != "window" or not window.ring_rows)
                )
        return Node(op=op, lowered=lowered, window=window, children=tuple(children), state=state, row=row)

    root = grow(ops[-1], stores_row=False)
    if seen != inside:
        raise BugError("a streamed step holds operators that its last one does not need")
    return Stream(root=root, work=size, scratch_bytes=size + work)


def stream_leads(stream: Stream) -> Mapping[int, int]:
    """Tensor -> lead, by playing the schedule: what is still unread whenever a row of the output is
    written."""
    progress = {id(node): 0 for node in stream.nodes()}
    pushed = dict(progress)
    leads: dict[int, int] = {}

    def produce(node: Node) -> None:
        row = progress[id(node)]
        needed = node.window.rows_read(row)
        for child in node.children:
            if isinstance(child, Node):
                if node.window.ring_rows:
                    while pushed[id(node)] < needed:
                        produce(child)
                        pushed[id(node)] += 1
                else:
                    produce(child)
        progress[id(node)] = row + 1

    out_row = stream.root.window.out_row_bytes
    for row in range(stream.root.window.out_height):
        produce(stream.root)
        for node in stream.nodes():
            for child in node.children:
                if isinstance(child, int):
                    unread = _first_unread(node, stream.root is node, progress[id(node)], row)
                    lead = READ_FIRST if unread is None else unread[1] * out_row - unread[0]
                    leads[child] = max(lead, leads.get(child, READ_FIRST))
    return leads


def _first_unread(node: Node, root: bool, produced: int, row: int) -> tuple[int, int] | None:
    """(first byte that is read later, output rows written by then); None when everything has been read."""
    window = node.window
    if root and not window.ring_rows:
        # The root reads this row while it writes it: element by element, or tile by tile for a 1x1
        # convolution.
        elementwise = window.in_row_bytes == window.out_row_bytes and window.stride == 1
        return row * window.stride * window.in_row_bytes, row if elementwise else row + 1
    if window.ring_rows:
        unread = window.rows_read(max(0, produced - 1)) if produced else 0
    else:
        unread = produced * window.stride
    return (unread * window.in_row_bytes, row + 1) if unread < window.in_height else None
