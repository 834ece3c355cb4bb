"""A chart of cells, score against a cost, as SVG that needs no script."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from markupsafe import Markup

from ..sweep_rows import SweepRow
from .text import size

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 14, 44
TICKS = 5


def scatter(rows: Sequence[SweepRow], cost: str, name: str) -> Markup | None:
    """Score of int8 (upwards) against a cost field (to the right); cells on the front are filled and joined. None where
    fewer than two costs are known or all are the same."""
    points = [(float(value), float(row.score_int8), row) for row in rows
              if (value := getattr(row, cost)) is not None and row.score_int8 is not None]  # fmt: skip
    if len({x for x, _, _ in points}) < 2:
        return None
    xs, ys = _scale([x for x, _, _ in points]), _scale([y for _, y, _ in points])

    def at(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * (x - xs[0]) / (xs[-1] - xs[0])
        up = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (y - ys[0]) / (ys[-1] - ys[0])
        return round(across, 1), round(up, 1)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="score against {html.escape(name)}">']
    for x in xs:
        across, _ = at(x, ys[0])
        text = size(round(x)) if cost.endswith("_bytes") else _short(x)
        parts.append(f'<line x1="{across}" x2="{across}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" class="grid"/>')
        parts.append(f'<text x="{across}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{text}</text>')
    for y in ys:
        _, up = at(xs[0], y)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up}" y2="{up}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{up + 4}" text-anchor="end">{100 * y:.4g} %</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{html.escape(name)}</text>')
    joined = " ".join(f"{a},{b}" for a, b in (at(x, y) for x, y in _best_so_far(points)))
    parts.append(f'<polyline points="{joined}" class="front"/>')
    for x, y, row in sorted(points, key=lambda point: (point[0], point[1], point[2].cell)):
        across, up = at(x, y)
        kind = " ".join(["point", "best" if row.front else "other", row.status])
        title = f"<title>{html.escape(_said(row, cost))}</title>"
        parts.append(f'<circle cx="{across}" cy="{up}" r="5" class="{kind}">{title}</circle>')
    return Markup("".join([*parts, "</svg>"]))


def _said(row: SweepRow, cost: str) -> str:
    return f"{row.cell}: {100 * (row.score_int8 or 0):.2f} %, {getattr(row, cost):,}"


def _best_so_far(points: Sequence[tuple[float, float, SweepRow]]) -> list[tuple[float, float]]:
    """Those of the points, by rising cost, whose score no cheaper one reaches."""
    found: list[tuple[float, float]] = []
    for x, y, _ in sorted(points, key=lambda point: (point[0], -point[1])):
        if not found or y > found[-1][1]:
            found.append((x, y))
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


def _short(value: float) -> str:
    for limit, word in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.4g} {word}"
    return f"{value:.4g}"
