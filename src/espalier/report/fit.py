"""What a search for budgets found, as the report's pages tell it: budgets, front (table and picture), steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from ..fit_rows import FitGoal, FitPoint, FitRow

WIDTH, HEIGHT = 640, 260
MARGIN = {"left": 52, "right": 12, "top": 10, "bottom": 34}
"""Around the drawing, for its labels."""


def figures(fit: FitRow) -> Iterator[tuple[str, str]]:
    """Lines of the summary: name and text."""
    for goal in fit.goals:
        binds = ", this one binds" if goal.binding else ""
        yield (
            "fit",
            f"{goal.name}: {goal.reached:,.0f} of {goal.limit:,.0f} {goal.unit} "
            f"(as given {goal.given:,.0f}, at the floor {goal.floor:,.0f}){binds}",
        )
    if fit.steps:
        yield "steps", steps_text(fit)
    yield "front", front_text(fit)


def steps_text(fit: FitRow) -> str:
    """What each step brought, in points."""
    first, *rest = fit.steps
    what = "accuracy" if first.accuracy is not None else "agreement"
    start = first.accuracy if first.accuracy is not None else first.agreement
    return f"{first.name}: {what} {start:.2%}" + "".join(f"; {step.name} {step.gain:+.1f}" for step in rest)


def front_text(fit: FitRow) -> str:
    """How many points there are, and the next ones around the chosen."""
    chosen = next((point.number for point in fit.points if point.chosen), None)
    return (
        f"{len(fit.points)} networks, {'point ' + str(chosen) + ' was built' if chosen else 'none of them was built'}; "
        "[prune] point = N builds another without a new search"
    )


def worth(point: FitPoint) -> float:
    """What a point is worth: accuracy, without labels agreement."""
    return point.agreement if point.accuracy is None else point.accuracy


def table(fit: FitRow) -> dict[str, Any]:
    """For the page: the front's table and picture."""
    return {
        "what": "accuracy" if fit.points and fit.points[0].accuracy is not None else "agreement",
        "picture": picture(fit),
        "steps": steps_text(fit) if fit.steps else "",
        "front": front_text(fit),
    }


def markdown(fit: FitRow) -> list[str]:
    """The front as a Markdown table."""
    heads = ["point", "accuracy", "agreement", "MACs", "model, bytes", *(_short(goal) for goal in fit.goals), ""]
    lines = ["", "| " + " | ".join(heads) + " |", "|--:" * (len(heads) - 1) + "|---|"]
    for point in fit.points:
        accuracy = "–" if point.accuracy is None else f"{point.accuracy:.2%}"
        mark = "built" if point.chosen else "fits" if point.fits else ""
        cells = [str(point.number), accuracy, f"{point.agreement:.1%}", f"{point.macs:,}", f"{point.model_bytes:,}"]
        cells += [f"{value:,.0f}" for value in point.taken]
        lines.append("| " + " | ".join([*cells, mark]) + " |")
    return lines


def _short(goal: FitGoal) -> str:
    return goal.name.removeprefix("budgets.")


def picture(fit: FitRow) -> Markup:
    """Accuracy (without labels agreement) over the cost that binds, else over MACs, as SVG: our own drawing, no text of a user
    but the budget's name, which is the recipe's key and a target's name."""
    place = next((n for n, goal in enumerate(fit.goals) if goal.binding), None)
    costs = [float(point.macs) if place is None else point.taken[place] for point in fit.points]
    most, low = max(costs, default=1.0) or 1.0, min((worth(point) for point in fit.points), default=0.0)
    high = max((worth(point) for point in fit.points), default=1.0)
    span = max(high - low, 1e-9)

    def at(cost: float, value: float) -> tuple[float, float]:
        return WIDTH * cost / (1.04 * most), HEIGHT * (1 - 0.08 - 0.84 * (value - low) / span)

    title = Markup.escape("MACs" if place is None else _short(fit.goals[place]))
    drawn = [
        f'<svg viewBox="0 0 {MARGIN["left"] + WIDTH + MARGIN["right"]} {MARGIN["top"] + HEIGHT + MARGIN["bottom"]}" role="img" '
        f'font-size="11" fill="currentColor" aria-label="what each network of the front is worth over {title}">',
        f'<g transform="translate({MARGIN["left"]} {MARGIN["top"]})">',
        f'<path d="M0 0V{HEIGHT}H{WIDTH}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>',
    ]
    for value in (low, (low + high) / 2, high):
        drawn.append(f'<text x="-6" y="{at(0, value)[1] + 4:.1f}" text-anchor="end">{value:.0%}</text>')
    for share in (0.25, 0.5, 0.75, 1.0):
        x = at(share * most, low)[0]
        drawn.append(f'<text x="{x:.1f}" y="{HEIGHT + 14}" text-anchor="middle">{share * most:,.0f}</text>')
    drawn.append(f'<text x="{WIDTH / 2}" y="{HEIGHT + 29}" text-anchor="middle">{title}</text>')
    if place is not None and fit.goals[place].limit <= most * 1.04:
        x = at(fit.goals[place].limit, low)[0]
        drawn.append(f'<path d="M{x:.1f} 0V{HEIGHT}" stroke="#a04b5a" stroke-dasharray="4 3"/>')
    for point, cost in zip(fit.points, costs, strict=True):
        x, y = at(cost, worth(point))
        hue = "#a56b3b" if point.chosen else "#3b6ea5"
        drawn.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{6 if point.chosen else 4}" fill="{hue}">'
            f"<title>point {point.number}: {worth(point):.2%} at {cost:,.0f}</title></circle>"
            f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">{point.number}</text>'
        )
    return Markup("".join([*drawn, "</g></svg>"]))
