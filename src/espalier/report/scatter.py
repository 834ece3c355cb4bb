"""A chart of points, worth against a cost, as SVG that needs no script."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec
from markupsafe import Markup, escape

from ..sweep_rows import SweepRow
from .amounts import size

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 26, 44
TICKS = 5
LETTER = 6.4
"""Width of a letter of a point's name."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point: `said` when it is pointed at; `name` beside it; `kind`: classes of its circle (best, other, failed)."""

    x: float
    y: float
    said: str
    name: str = ""
    kind: str = "other"


def plot(
    points: Sequence[Point],
    *,
    across: str,
    up: str,
    x_text: Callable[[float], str],
    y_text: Callable[[float], str],
    label: str,
    joined: bool = False,
    limit: float | None = None,
) -> Markup | None:
    """Points over two axes, `across` and `up` by name; None where fewer than two costs are known or all are the same. `joined`:
    a line through those that no cheaper one reaches; `limit`: of the cost, drawn if it lies near the points."""
    if len({point.x for point in points}) < 2:
        return None
    xs, ys = _scale([p.x for p in points]), _scale([p.y for p in points])

    def at(x: float, y: float) -> tuple[float, float]:
        right = LEFT + (WIDTH - LEFT - RIGHT) * (x - xs[0]) / (xs[-1] - xs[0])
        high = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (y - ys[0]) / (ys[-1] - ys[0])
        return round(right, 1), round(high, 1)

    parts = [f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">']
    for x in xs:
        a, _ = at(x, ys[0])
        parts.append(f'<line x1="{a}" x2="{a}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" class="grid"/>')
        anchor = "end" if x == xs[-1] else "middle"
        parts.append(f'<text x="{a}" y="{HEIGHT - BOTTOM + 16}" text-anchor="{anchor}">{x_text(x)}</text>')
    for y in ys:
        _, b = at(xs[0], y)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{b}" y2="{b}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{b + 4}" text-anchor="end">{y_text(y)}</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{escape(across)}</text>')
    parts.append(f'<text x="4" y="11">{escape(up)}</text>')
    if joined:
        line = " ".join(f"{a},{b}" for a, b in (at(x, y) for x, y in _best_so_far(points)))
        parts.append(f'<polyline points="{line}" class="front"/>')
    if limit is not None and xs[0] <= limit <= xs[-1]:
        a, _ = at(limit, ys[0])
        parts.append(f'<line x1="{a}" x2="{a}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" class="limit"/>')
        parts.append(f'<text x="{a - 4}" y="{TOP + 10}" text-anchor="end">limit</text>')
    for point in sorted(points, key=lambda p: (p.x, p.y, p.said)):
        parts.append(_circle(*at(point.x, point.y), point))
    return Markup("".join([*parts, "</svg>"]))


def _circle(a: float, b: float, point: Point) -> str:
    drawn = f'<circle cx="{a}" cy="{b}" r="5" class="point {point.kind}"><title>{escape(point.said)}</title></circle>'
    if not point.name:
        return drawn
    beside = a + 9 + LETTER * len(point.name) < WIDTH
    x, anchor = (a + 9, "start") if beside else (a - 9, "end")
    return f'{drawn}<text x="{x:g}" y="{b - 6:g}" text-anchor="{anchor}">{escape(point.name)}</text>'


def scatter(rows: Sequence[SweepRow], cost: str, name: str) -> Markup | None:
    """Score of int8 (upwards) against a cost field (to the right); cells on the front are filled and joined."""
    points = [
        Point(
            x=float(value), y=float(row.score_int8), kind=f"{'best' if row.front else 'other'} {row.status}",
            said=f"{row.cell}: {100 * row.score_int8:.2f} %, {value:,}",
        )
        for row in rows
        if (value := getattr(row, cost)) is not None and row.score_int8 is not None
    ]  # fmt: skip
    return plot(
        points, across=name, up="score", x_text=bytes_text if cost.endswith("_bytes") else short, y_text=percent_text,
        label=f"score against {name}", joined=True,
    )  # fmt: skip


def _best_so_far(points: Sequence[Point]) -> list[tuple[float, float]]:
    """Those of the points, by rising cost, whose worth no cheaper one reaches."""
    found: list[tuple[float, float]] = []
    for point in sorted(points, key=lambda p: (p.x, -p.y)):
        if not found or point.y > found[-1][1]:
            found.append((point.x, point.y))
    return found


def _scale(values: Sequence[float]) -> list[float]:
    """Round ticks that reach around the values."""
    low, high = min(values), max(values)
    reach = (high - low) or abs(high) or 1.0
    rough = reach / (TICKS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = math.floor(low / step)
    last = max(first + 1, math.ceil(high / step))
    return [round(place * step, 12) for place in range(first, last + 1)]


def bytes_text(value: float) -> str:
    """A tick of bytes."""
    return size(round(value))


def percent_text(value: float) -> str:
    """A tick of a share."""
    return f"{100 * value:.4g} %"


def short(value: float) -> str:
    """A tick of a count: 1.2 M."""
    for limit, word in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.4g} {word}"
    return f"{value:.4g}"
