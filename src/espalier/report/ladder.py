"""The steps of the ladder as a picture: what each is worth against the size of its file."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ..rows import StepRow
from .scatter import Point, bytes_text, percent_text, plot


def ladder_chart(steps: Sequence[StepRow]) -> Markup | None:
    """A point for each step of known size; by right answers where all were judged on them, else by agreement with the float
    model. None where all sizes are the same."""
    sized = [step for step in steps if step.bytes is not None]
    labelled = all(step.top1 is not None for step in sized)
    known = [(step, step.top1 if labelled else step.agreement) for step in sized]
    points = [
        Point(
            x=float(step.bytes or 0), y=worth, name=_short(step.name), kind="best" if step.kept else "other",
            said=f"{step.name}: {worth:.2%} at {step.bytes or 0:,} bytes{', kept' if step.kept else ''}",
        )
        for step, worth in known
        if worth is not None
    ]  # fmt: skip
    what = "right answers" if labelled else "answers of the float model"
    return plot(
        points, across="size of the int8 file", up=what, x_text=bytes_text, y_text=percent_text,
        label=f"{what} against bytes for each step of the ladder; the table above has the figures",
    )  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= 28 else f"{text[:27]}…"
