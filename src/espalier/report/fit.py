"""What a search for budgets found, as the report's pages tell it: budgets, front (table and picture), steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from ..fit_rows import FitGoal, FitPoint, FitRow
from .scatter import Point, percent_text, plot, short


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


def picture(fit: FitRow) -> Markup | None:
    """Accuracy (without labels agreement) over the cost that binds, else over MACs; None where all cost the same."""
    place = next((n for n, goal in enumerate(fit.goals) if goal.binding), None)
    cost = "MACs" if place is None else _short(fit.goals[place])
    points = []
    for point in fit.points:
        taken = float(point.macs) if place is None else point.taken[place]
        points.append(
            Point(
                x=taken, y=worth(point), name=str(point.number), kind="best chosen" if point.chosen else "other",
                said=f"point {point.number}: {worth(point):.2%} at {taken:,.0f}",
            )
        )  # fmt: skip
    return plot(
        points, across=cost, up="worth", x_text=short, y_text=percent_text,
        limit=None if place is None else fit.goals[place].limit,
        label=f"what each network of the front is worth over {cost}; the table below has the figures",
    )  # fmt: skip
