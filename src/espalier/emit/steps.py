"""The statements of `<name>_run`: one kernel call per operator, or one loop over rows per streamed step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..graph.types import ABSENT, Graph
from ..graph.verify import layer_name
from . import c_text as c
from .c_text import Name
from .channel_tables import chains
from .kernel_table import lower
from .lowering import Coding, How, Lowered, ring_call
from .stream import Node, Stream, build_stream


class PlannedStep(Protocol):
    """Operators that run as one piece of C, and where their private memory lies in the arena."""

    @property
    def ops(self) -> Sequence[int]: ...
    @property
    def scratch_offset(self) -> int: ...


class PlannedPlace(Protocol):
    """Where a tensor lies: "arena" at a byte offset, or "input" / "output" number ``offset`` of the
    caller."""

    @property
    def where(self) -> str: ...
    @property
    def offset(self) -> int: ...


class Planned(Protocol):
    """What the emitter needs of a memory plan."""

    @property
    def steps(self) -> Sequence[PlannedStep]: ...
    @property
    def places(self) -> Mapping[int, PlannedPlace]: ...
    @property
    def optimize(self) -> str: ...
    @property
    def arena_bytes(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer structure of the program and the operator it belongs to."""

    name: str
    op: int
    lowered: Lowered


@dataclass(frozen=True, slots=True)
class Body:
    """The statements of the run function and the layer structures they use, in order."""

    lines: list[str] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)


def layer_id(prefix: str, op: int, part: int = 0, parts: int = 1) -> str:
    """Name of a layer structure: unique also when several programs are compiled as one file."""
    return f"{prefix}_layer_{op:02d}" + (f"_{part}" if parts > 1 else "")


def write_steps(
    graph: Graph,
    plan: Planned,
    prefix: str,
    isa: str,
    locate: Callable[[int], Name],
    coding: Coding | None = None,
) -> Body:
    """All steps of the plan; ``locate`` gives the pointer expression of a tensor."""
    body = Body()
    how = How(optimize=plan.optimize, isa=isa, coding=coding)
    for step in plan.steps:
        names = ", ".join(f"{graph.ops[op].kind} {layer_name(graph, graph.ops[op])}" for op in step.ops)
        chain = chains(graph, plan.optimize, isa).get(tuple(step.ops)) if len(step.ops) > 1 else None
        if chain is not None:
            layer = Layer(name=layer_id(prefix, step.ops[-1]), op=step.ops[-1], lowered=chain.lowered)
            body.layers.append(layer)
            body.lines.append(c.comment(f"one table: {names}"))
            body.lines.append(c.statement(_whole_call(graph, layer, 0, locate, chain.source)))
            continue
        if len(step.ops) > 1:
            body.lines.append(c.comment(f"row by row: {names}"))
            _write_stream(
                graph, build_stream(graph, tuple(step.ops), plan.optimize, isa), step, prefix, locate, body
            )
            continue
        calls = lower(graph, step.ops[0], how)
        if calls:
            body.lines.append(c.comment(names))
        for part, lowered in enumerate(calls):
            layer = Layer(
                name=layer_id(prefix, step.ops[0], part, len(calls)), op=step.ops[0], lowered=lowered
            )
            body.layers.append(layer)
            body.lines.append(c.statement(_whole_call(graph, layer, step.scratch_offset, locate)))
    return body


def _whole_call(
    graph: Graph, layer: Layer, scratch: int, locate: Callable[[int], Name], source: int = ABSENT
) -> str:
    """``source``: the tensor that is read instead of the operator's own, where others of its step come first."""
    lowered, op = layer.lowered, graph.ops[layer.op]
    arguments: list[c.Value] = [c.address(layer.name)]
    for number, position in enumerate(lowered.inputs):
        tensor = op.inputs[position] if position < len(op.inputs) else ABSENT
        tensor = tensor if source == ABSENT else source
        pointer = c.shifted(locate(tensor), lowered.in_offset if number == 0 else 0)
        kind = lowered.input_types[number] if lowered.input_types else "int8_t"
        arguments.append(pointer if kind == "int8_t" else c.const_cast(pointer, kind))
    target = c.shifted(locate(op.outputs[lowered.output]), lowered.out_offset)
    arguments.append(target if lowered.out_type == "int8_t" else c.cast(target, lowered.out_type))
    if lowered.uses_scratch:
        arguments.append(c.offset("arena", scratch))
    return c.call(lowered.function, arguments)


def _write_stream(
    graph: Graph, stream: Stream, step: PlannedStep, prefix: str, locate: Callable[[int], Name], body: Body
) -> None:
    base = step.scratch_offset
    names = {node.op: layer_id(prefix, node.op) for node in stream.nodes()}
    pointers: list[str] = []
    starts: list[str] = []
    for node in stream.nodes():
        body.layers.append(Layer(name=names[node.op], op=node.op, lowered=node.lowered))
        start = node.lowered.start_call(c.address(names[node.op]), c.offset("arena", base + node.state))
        if start:
            starts.append(c.statement(start))
        for number, child in enumerate(node.children):
            if isinstance(child, int):
                pointers.append(c.declaration("const int8_t *", _cursor(node, number), locate(child)))

    def row_call(node: Node, target: Name) -> list[str]:
        """Statements that compute the next row of ``node`` into ``target``."""
        lines: list[str] = []
        layer, state = c.address(names[node.op]), c.offset("arena", base + node.state)
        sources: list[c.Value] = []
        after: list[str] = []
        for number, child in enumerate(node.children):
            cursor, row = _cursor(node, number), node.window.in_row_bytes
            if node.window.ring_rows:
                lines += _fill_ring(node, layer, state, number, child)
                sources.append(Name("0"))
            elif isinstance(child, Node):
                buffer = c.offset("arena", base + child.row)
                lines += row_call(child, buffer)
                sources.append(buffer)
            else:
                sources.append(Name(cursor))
                after.append(c.advance(cursor, row * node.window.stride))
        work = c.offset("arena", base + stream.work)
        lines.append(c.statement(node.lowered.row(layer, state, work, sources, target)))
        return lines + after

    def _fill_ring(node: Node, layer: Name, state: Name, number: int, child: Node | int) -> list[str]:
        wants = ring_call("wants", layer, state)
        if isinstance(child, Node) and child.row >= 0:
            buffer = c.offset("arena", base + child.row)
            push = c.statement(node.lowered.push_call(layer, state, buffer))
            return c.while_loop(wants, [*row_call(child, buffer), push])
        if isinstance(child, Node):
            slot = Name(ring_call("slot", layer, state))
            took = c.statement(ring_call("advance", layer, state))
            return c.while_loop(wants, [*row_call(child, slot), took])
        cursor = _cursor(node, number)
        push = c.statement(node.lowered.push_call(layer, state, Name(cursor)))
        return c.while_loop(wants, [push, c.advance(cursor, node.window.in_row_bytes)])

    window = stream.root.window
    result = locate(graph.ops[stream.root.op].outputs[0])
    pointers.append(c.declaration("int8_t *", "out", result))
    inner = [*row_call(stream.root, Name("out")), c.advance("out", window.out_row_bytes)]
    body.lines.extend(
        c.block([*pointers, c.declare("int32_t", "row"), *starts, *c.loop("row", window.out_height, inner)])
    )


def _cursor(node: Node, number: int) -> str:
    return f"in_{node.op:02d}_{number}"
