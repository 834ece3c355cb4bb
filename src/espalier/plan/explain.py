"""A memory plan in words and as a chart: which step is the peak, what fills it, and what would help."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

from espalier.errors import GateError
from espalier.graph.types import Graph
from espalier.graph.verify import layer_name, printable
from espalier.plan.types import Lifetime, Plan

CHART_WIDTH: Final = 760
CHART_HEIGHT: Final = 260
HUES: Final = ("#3b6ea5", "#5b8c5a", "#a56b3b", "#7d5ba6", "#3f8f8c", "#a04b5a")
SCRATCH_HUE: Final = "#9a9a9a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What lies in the arena at the peak: a layer's result or the working memory of the step."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The step that needs the whole arena, and what it holds, largest first."""

    step: int
    layers: tuple[str, ...]
    kinds: tuple[str, ...]
    arena_bytes: int
    parts: tuple[Part, ...]


def peak(graph: Graph, plan: Plan) -> Peak:
    """The peak of `plan`; parts may overlap where a kernel works in place."""
    if not plan.steps:
        return Peak(step=0, layers=(), kinds=(), arena_bytes=0, parts=())
    ops = [graph.ops[i] for i in plan.steps[plan.peak_step].ops]
    rows = [r for r in plan.lifetimes if r.first_step <= plan.peak_step <= r.last_step]
    parts = [Part(name=_row_name(graph, r), size_bytes=r.size_bytes) for r in rows]
    return Peak(
        step=plan.peak_step,
        layers=tuple(layer_name(graph, op) for op in ops),
        kinds=tuple(op.kind for op in ops),
        arena_bytes=plan.arena_bytes,
        parts=tuple(sorted(parts, key=lambda p: (-p.size_bytes, p.name))),
    )


def _row_name(graph: Graph, row: Lifetime) -> str:
    if not row.tensors:
        return "working memory"
    producers = graph.producers()
    for tensor in row.tensors:
        if tensor in producers:
            return layer_name(graph, graph.ops[producers[tensor]])
    return printable(graph.tensors[row.tensors[0]].name)


def arena_too_large(graph: Graph, plan: Plan, limit_bytes: int) -> GateError:
    """The error for an arena above `limit_bytes`: by how much, where, and what to do."""
    found = peak(graph, plan)
    holds = ", ".join(f"{p.name} {p.size_bytes:,}" for p in found.parts[:4])
    steps = [] if plan.optimize == "ram" else ['set optimize = "ram"']
    steps += [
        "make the input smaller (the largest tensors shrink with its area)",
        f"give the layers around {found.layers[-1] if found.layers else 'the first one'} fewer channels,"
        " or prune channels",
    ]
    return GateError(
        f"the network needs {plan.arena_bytes:,} bytes of RAM for its tensors, "
        f"{plan.arena_bytes - limit_bytes:,} more than {limit_bytes:,}; the peak is step {found.step} "
        f"({', '.join(found.kinds)}, layer {', '.join(found.layers)}), which holds {holds} bytes",
        supported=f"at most {limit_bytes:,} bytes",
        next_step="; ".join(steps),
    )


def chart(graph: Graph, plan: Plan) -> str:
    """The arena over time as an SVG drawing: a box per tensor, steps to the right, offsets upwards."""
    steps, arena = max(1, len(plan.steps)), max(1, plan.arena_bytes)
    across, up = CHART_WIDTH / steps, CHART_HEIGHT / arena
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {CHART_WIDTH} {CHART_HEIGHT}" role="img" '
        f'aria-label="arena of {plan.arena_bytes:,} bytes over {len(plan.steps)} steps">'
    ]
    edge = plan.peak_step * across
    drawn.append(
        f'<rect x="{edge:.1f}" y="0" width="{across:.1f}" height="{CHART_HEIGHT}" fill="#000" '
        'fill-opacity="0.07"/>'
    )
    for number, row in enumerate(plan.lifetimes):
        left, width = row.first_step * across, (row.last_step - row.first_step + 1) * across
        height = row.size_bytes * up
        top = CHART_HEIGHT - row.offset * up - height
        hue = HUES[number % len(HUES)] if row.tensors else SCRATCH_HUE
        title = escape(f"{_row_name(graph, row)}: {row.size_bytes:,} bytes at {row.offset:,}")
        drawn.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{hue}" '
            f'fill-opacity="0.75" stroke="#fff" stroke-width="0.5"><title>{title}</title></rect>'
        )
    drawn.append("</svg>")
    return "".join(drawn)
