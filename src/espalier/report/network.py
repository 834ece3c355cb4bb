"""The int8 network as a picture and a table: where bytes, time and precision go."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup, escape

from ..row_network import NetworkRow, NodeRow
from .draw import bar

DRAWN = 800
"""Operators of the picture; the table has all."""
COLUMNS = 5
"""Of the picture side by side, where so many hold the network at a readable height."""
LEAST_ROWS, MOST_ROWS = 8, 30
BOX = (158, 34)
PITCH = (198, 46)
LABEL = 25
"""Letters that a box holds."""
LEVELS = 5
"""Shades beside none."""
TARGETS = 4
"""Whose instructions have a column."""

Figure = Callable[[NodeRow], float | None]


def _gain(node: NodeRow) -> float | None:
    return None if node.gain_db is None else max(0.0, node.gain_db)


def _noise(node: NodeRow) -> float | None:
    return None if node.added_percent is None else max(0.0, node.added_percent)


def _size(node: NodeRow) -> float:
    return float(node.weight_bytes)


def _time(target: str) -> Figure:
    return (lambda node: node.instructions.get(target)) if target else (lambda node: node.microseconds)


def network_view(network: NetworkRow) -> dict[str, Any] | None:
    """What network.html.j2 shows; None without operators."""
    nodes = network.nodes
    if not nodes:
        return None
    targets = list(dict.fromkeys(name for node in nodes for name in node.instructions))
    timed = targets[0] if targets else ""
    gained = any(_gain(node) for node in nodes)
    ways: list[tuple[str, str, Figure, Callable[[float], str]]] = [
        ("loss", "precision lost", _gain if gained else _noise,
         (lambda value: f"{value:.1f} dB come back in 16 bits") if gained else (lambda value: f"{value:.2g} % of noise added")),
        ("time", f"instructions on {timed}" if timed else "time on the build machine", _time(timed),
         (lambda value: f"{value:,.0f} instructions") if timed else (lambda value: f"{value:,.1f} µs")),
        ("size", "bytes of weights", _size, lambda value: f"{value:,.0f} bytes"),
    ]  # fmt: skip
    known = [(key, name, figure, text) for key, name, figure, text in ways if any(figure(node) for node in nodes)]
    return {
        "picture": picture(nodes[:DRAWN], {key: figure for key, _, figure, _ in known}),
        "ways": [{"key": key, "name": name, "said": _heaviest(nodes, figure, text)} for key, name, figure, text in known],
        "rows": _table(nodes, targets[:TARGETS]),
        "targets": targets[:TARGETS],
        "more_targets": len(targets) - len(targets[:TARGETS]),
        "drawn": min(DRAWN, len(nodes)),
        "left_out": network.left_out,
        "timed": any(node.microseconds is not None for node in nodes),
        "explained": any(node.sqnr_db is not None for node in nodes),
    }


def _heaviest(nodes: Sequence[NodeRow], figure: Figure, text: Callable[[float], str]) -> str:
    """The three that have most, with their share: what the picture shows, in words."""
    found = sorted(((figure(node) or 0.0, -place) for place, node in enumerate(nodes)), reverse=True)[:3]
    total = sum(figure(node) or 0.0 for node in nodes) or 1.0
    told = [f"{nodes[-place].name}, {text(value)} ({value / total:.1%})" for value, place in found if value > 0]
    return "; ".join(told)


def _table(nodes: Sequence[NodeRow], targets: Sequence[str]) -> list[dict[str, Any]]:
    heaviest = max((node.weight_bytes for node in nodes), default=0) or 1
    drawn = targets[0] if targets else ""  # the others are alike, and a page of 500 operators stays small
    most = max((node.instructions.get(drawn, 0) for node in nodes), default=0) or 1
    return [
        {
            "node": node,
            "size": bar(100 * node.weight_bytes / heaviest) if node.weight_bytes else "",
            "counts": [
                (node.instructions.get(name), bar(100 * node.instructions.get(name, 0) / most) if name == drawn else "")
                for name in targets
            ],
        }
        for node in nodes
    ]


def picture(nodes: Sequence[NodeRow], figures: dict[str, Figure]) -> Markup:
    """Boxes in the order of execution, down one column after another; lines from where each takes its input. The classes of a
    box say its share of each figure, in shades from 0 to LEVELS."""
    rows = min(MOST_ROWS, max(LEAST_ROWS, math.ceil(len(nodes) / COLUMNS)))
    most = {key: max((figure(node) or 0.0 for node in nodes), default=0.0) or 1.0 for key, figure in figures.items()}
    width = 44 + PITCH[0] * (math.ceil(len(nodes) / rows) - 1) + BOX[0] + 2
    height = PITCH[1] * min(rows, len(nodes)) + 8

    def corner(place: int) -> tuple[int, int]:
        return 44 + PITCH[0] * (place // rows), 6 + PITCH[1] * (place % rows)

    def shade(key: str, node: NodeRow) -> str:
        share = (figures[key](node) or 0.0) / most[key]
        return f"{key}{0 if share <= 0 else 1 + min(LEVELS - 1, int(LEVELS * share))}"

    drawn = [
        f'<svg class="graph" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="group" '
        f'aria-label="{len(nodes)} operators in order; the table below has the same figures">'
    ]
    for place, node in enumerate(nodes):
        drawn += [_edge(corner(source), corner(place)) for source in node.inputs if source < len(nodes)]
    for place, node in enumerate(nodes):
        x, y = corner(place)
        classes = " ".join(shade(key, node) for key in figures)
        drawn.append(
            f'<a href="#op{place}" tabindex="-1" id="at{place}"><title>{escape(_said(place, node))}</title>'
            f'<rect class="{classes}" x="{x}" y="{y}" width="{BOX[0]}" height="{BOX[1]}" rx="6"/>'
            f'<text x="{x + 8}" y="{y + 15}">{escape(_short(node.name))}</text>'
            f'<text class="kind" x="{x + 8}" y="{y + 28}">{escape(_short(node.operator))}</text></a>'
        )
    return Markup("".join([*drawn, "</svg>"]))


def _edge(start: tuple[int, int], end: tuple[int, int]) -> str:
    """From one box to another: straight down to the next, around the left to a later one, across to another column."""
    (x, y), (to_x, to_y) = start, end
    middle = BOX[1] // 2
    if x == to_x and to_y - y == PITCH[1]:
        return f'<path class="edge" d="M{x + 20} {y + BOX[1]}V{to_y}"/>'
    if x == to_x:
        bend = x - min(36, 12 + 4 * int(math.log2((to_y - y) / PITCH[1]) + 1))
        return f'<path class="edge" d="M{x} {y + middle}C{bend} {y + middle} {bend} {to_y + middle} {x} {to_y + middle}"/>'
    right = x + BOX[0]
    there = f"{to_x - 34} {to_y + middle} {to_x} {to_y + middle}"
    return f'<path class="edge" d="M{right} {y + middle}C{right + 34} {y + middle} {there}"/>'


def _said(place: int, node: NodeRow) -> str:
    told = [f"{place}: {node.name}, {node.operator}", f"{node.macs:,} MACs", f"{node.weight_bytes:,} bytes of weights"]
    told += [f"{count:,} instructions on {name}" for name, count in list(node.instructions.items())[:1]]
    told += [] if node.sqnr_db is None else [f"{node.sqnr_db:.1f} dB signal to noise"]
    return "; ".join(told)


def _short(text: str) -> str:
    return text if len(text) <= LABEL else f"{text[:9]}…{text[10 - LABEL:]}"
