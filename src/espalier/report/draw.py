"""Small drawings as inline SVG: bars, an interval, columns; without inline style, which a page's policy forbids."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

BAR_WIDTH, BAR_HEIGHT = 100, 10


def bar(percent: float, tail: float = 0.0, *, kind: str = "fill", mark: float | None = None) -> Markup:
    """A bar of so many percent of its width, with a paler part behind it and a `mark` where a limit lies. The figure stands
    beside it in words: readers that do not see it miss nothing."""
    first, second = _clip(percent), _clip(percent + tail)
    parts = [f'<rect class="{kind}" width="{first:g}" height="{BAR_HEIGHT}"/>'] if first else []
    if second > first:
        parts.insert(0, f'<rect class="pale" width="{second:g}" height="{BAR_HEIGHT}"/>')
    if mark is not None:
        parts.append(f'<rect class="limit" x="{_clip(mark) - 0.6:g}" width="1.2" height="{BAR_HEIGHT}"/>')
    return _strip("".join(parts))


def ranges(parts: Sequence[tuple[str, float, float]]) -> Markup:
    """Ranges on one line: (class, left, width) in percent of it, the first below."""
    return _strip("".join(
        f'<rect class="{kind}" x="{_clip(left):g}" width="{max(0.0, width):g}" y="{0 if kind == "held" else 2}" '
        f'height="{BAR_HEIGHT if kind == "held" else BAR_HEIGHT - 4}"/>'
        for kind, left, width in parts
    ))  # fmt: skip


def interval(low: float, point: float, high: float, reach: float, label: str) -> Markup:
    """A point with its interval around zero, `reach` to either side."""
    width, height = 400, 66

    def at(value: float) -> float:
        return round(width / 2 + (width / 2 - 12) * value / reach, 1)

    return Markup(
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
        f'<line class="axis" x1="0" x2="{width}" y1="44" y2="44"/><line class="dashed" x1="{width / 2}" x2="{width / 2}" y1="4" '
        f'y2="44"/><rect class="pale" x="{at(low)}" y="18" width="{max(1.0, at(high) - at(low)):g}" height="12" rx="6"/>'
        f'<rect class="fill" x="{at(point) - 2.5:g}" y="14" width="5" height="20" rx="2"/>'
        f'<text x="0" y="61">\N{MINUS SIGN}{reach:g}</text><text x="{width / 2}" y="61" text-anchor="middle">0</text>'
        f'<text x="{width}" y="61" text-anchor="end">+{reach:g}</text></svg>'
    )


def columns(rows: Sequence[tuple[float, int, int, int]], label: str) -> Markup:
    """A histogram from 0 to 1 of two counts side by side, with a part of the second marked: (low end, first, second, part).
    Heights grow with the logarithm, so that few beside many are seen."""
    width, height, left, bottom = 640, 230, 44, 26
    most = max((max(first, second) for _, first, second, _ in rows), default=0) or 1
    step, room = (width - left - 4) / len(rows), height - bottom - 10

    def tall(count: float) -> float:
        return round(room * math.log1p(count) / math.log1p(most), 1)

    def box(kind: str, x: float, count: int) -> str:
        return (
            f'<rect class="{kind}" x="{x:.1f}" y="{height - bottom - tall(count):g}" width="{step / 2 - 2:.1f}" '
            f'height="{tall(count):g}"/>' if count else ""
        )  # fmt: skip

    drawn = [f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">']
    for count in (0, *(10**power for power in range(7) if 10**power <= most)):
        y = height - bottom - tall(count)
        drawn.append(f'<line class="grid" x1="{left}" x2="{width}" y1="{y:g}" y2="{y:g}"/>')
        drawn.append(f'<text x="{left - 6}" y="{y + 4:g}" text-anchor="end">{count:,}</text>')
    for place, (low, first, second, part) in enumerate(rows):
        x = left + place * step
        said = f"{low:.0%} to {low + 1 / len(rows):.0%}: float {first:,}, int8 {second:,}, wrong {part:,}"
        boxes = box("other", x + 2, first) + box("fill", x + step / 2 + 1, second) + box("bad", x + step / 2 + 1, part)
        drawn.append(f"<g><title>{said}</title>{boxes}</g>")
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, anchor = left + (width - left - 4) * share, "end" if share == 1 else "middle"
        drawn.append(f'<text x="{x:g}" y="{height - 8}" text-anchor="{anchor}">{share:.0%}</text>')
    return Markup("".join([*drawn, "</svg>"]))


def _strip(inside: str) -> Markup:
    return Markup(
        f'<svg class="bar" viewBox="0 0 {BAR_WIDTH} {BAR_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">{inside}</svg>'
    )


def _clip(percent: float) -> float:
    return round(min(100.0, max(0.0, percent)), 2)
