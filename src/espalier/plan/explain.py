"""A memory plan explained: which step is the peak and what fills it, and a chart of the arena over time."""

from __future__ import annotations

from html import escape
from typing import Final

from ..graph.types import Graph
from ..graph.verify import layer_name, printable
from ..peak import Part, Peak
from .types import Lifetime, Plan

CHART_WIDTH: Final = 760
CHART_HEIGHT: Final = 260
MARGIN: Final = {"left": 66, "right": 8, "top": 10, "bottom": 34}
"""Around the drawing, for its labels."""
LETTER: Final = 6.2
"""Width of a letter of the labels; the units are the chart's, as all others here."""
LEAST_LABEL: Final = (40.0, 13.0)
"""Width and height of the smallest box that carries its name."""
NUMBERED_STEPS: Final = 25
HUES: Final = ("#3b6ea5", "#5b8c5a", "#a56b3b", "#7d5ba6", "#3f8f8c", "#a04b5a")
SCRATCH_HUE: Final = "#8a8a8a"


def peak(graph: Graph, plan: Plan) -> Peak:
    """The peak of `plan`; parts may overlap where a kernel works in place."""
    if not plan.steps:
        return Peak(optimize=plan.optimize, step=0, layers=(), kinds=(), arena_bytes=0, parts=())
    ops = [graph.ops[i] for i in plan.steps[plan.peak_step].ops]
    rows = [r for r in plan.lifetimes if r.first_step <= plan.peak_step <= r.last_step]
    parts = [Part(name=_row_name(graph, r), size_bytes=r.size_bytes) for r in rows]
    return Peak(
        optimize=plan.optimize,
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


def chart(graph: Graph, plan: Plan) -> str:
    """The arena over time as an SVG drawing for an HTML page: a box per tensor, steps to the right, offsets upwards.

    Text and frame take the page's colour. Every name is escaped.
    """
    width = MARGIN["left"] + CHART_WIDTH + MARGIN["right"]
    height = MARGIN["top"] + CHART_HEIGHT + MARGIN["bottom"]
    return "".join(
        [
            f'<svg viewBox="0 0 {width} {height}" role="img" font-size="11" fill="currentColor" '
            f'aria-label="arena of {plan.arena_bytes:,} bytes over {len(plan.steps)} steps">',
            f'<g transform="translate({MARGIN["left"]} {MARGIN["top"]})">',
            *_axes(plan),
            *(_box(graph, plan, number, row) for number, row in enumerate(plan.lifetimes)),
            "</g></svg>",
        ]
    )


def _across(plan: Plan) -> float:
    """Width of a step."""
    return CHART_WIDTH / max(1, len(plan.steps))


def _axes(plan: Plan) -> list[str]:
    """The peak's column, byte labels on the left, step numbers below."""
    across = _across(plan)
    drawn = [
        f'<rect x="{plan.peak_step * across:.1f}" y="0" width="{across:.1f}" height="{CHART_HEIGHT}" '
        'fill-opacity="0.1"/>',
        f'<path d="M0 0V{CHART_HEIGHT}H{CHART_WIDTH}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>',
    ]
    for quarter in range(5):
        value, y = plan.arena_bytes * quarter // 4, CHART_HEIGHT * (4 - quarter) / 4
        drawn.append(f'<text x="-6" y="{y + 4:.1f}" text-anchor="end">{value:,}</text>')
    every = -(-len(plan.steps) // NUMBERED_STEPS)
    for step in sorted({*range(0, len(plan.steps), max(1, every)), plan.peak_step}):
        text = f'<tspan font-weight="bold">{step}</tspan>' if step == plan.peak_step else str(step)
        x = (step + 0.5) * across
        drawn.append(f'<text x="{x:.1f}" y="{CHART_HEIGHT + 14}" text-anchor="middle">{text}</text>')
    drawn.append(
        f'<text x="{CHART_WIDTH / 2}" y="{CHART_HEIGHT + 29}" text-anchor="middle">step '
        "(bold: the peak)</text>"
    )
    return drawn


def _box(graph: Graph, plan: Plan, number: int, row: Lifetime) -> str:
    across, up = _across(plan), CHART_HEIGHT / max(1, plan.arena_bytes)
    left, width = row.first_step * across, (row.last_step - row.first_step + 1) * across
    height = row.size_bytes * up
    top = CHART_HEIGHT - row.offset * up - height
    hue = HUES[number % len(HUES)] if row.tensors else SCRATCH_HUE
    name = _row_name(graph, row)
    box = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{hue}" '
        f'fill-opacity="0.8" stroke="#fff" stroke-width="0.5"><title>'
        f"{escape(f'{name}: {row.size_bytes:,} bytes at {row.offset:,}')}</title></rect>"
    )
    if not row.tensors or width < LEAST_LABEL[0] or height < LEAST_LABEL[1]:
        return box
    fits = int((width - 8) / LETTER)
    label = name if len(name) <= fits else name[: fits - 1] + "…"
    return box + (
        f'<text x="{left + 4:.1f}" y="{top + 11:.1f}" fill="#fff" pointer-events="none">{escape(label)}</text>'
    )
