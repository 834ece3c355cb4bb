"""The tables of a recipe that belong to a kind of answer, and which tasks take which keys."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from .tables import Share, Table

HeadTask = Literal["classify", "regress", "raw"]
"""What one output answers."""

TaskName = Literal[HeadTask, "detect", "several"]


class Takes(msgspec.Struct, frozen=True, kw_only=True):
    """What of a recipe a task takes. `table`: the table of its own, in which something must stand (`needs`)."""

    labels: bool = False
    """`model.labels`."""
    classes: bool = False
    """What only one class of several has: `prune.fine-tune`, `decision.precision`, `budgets.min-class-recall`."""
    truth: bool = True
    """An image is right or wrong: budgets on accuracy and its drop."""
    boxes: bool = False
    """Objects have boxes: `evaluation.annotations`, and budgets on average precision, recall and false alarms."""
    table: str = ""
    needs: str = ""


TASKS: Final[dict[str, Takes]] = {
    "classify": Takes(labels=True, classes=True),
    "regress": Takes(table="regress", needs="tolerance"),
    "raw": Takes(truth=False),
    "detect": Takes(labels=True, boxes=True, table="detect", needs="decode"),
    "several": Takes(),
}
"""Every word of `model.task`."""


class Decision(Table, frozen=True, kw_only=True):
    """When a device answers with a label, and when with "review": a person should look."""

    threshold: Share = 0.6
    """Below this confidence the answer is "review"."""
    precision: Share | None = None
    """Instead of a threshold: the share of right answers among those given. The build chooses the least threshold that
    reaches it on the evaluation images, in float and in int8."""


class Regress(Table, frozen=True, kw_only=True):
    """The numbers of task regress. Their truth is the evaluation csv: a header `path` and a column for each number, in the
    order of the model's outputs."""

    tolerance: Annotated[float, Meta(gt=0, le=1e15)]
    """How far a number may be off and still count as right, in `unit`."""
    unit: Annotated[str, Meta(max_length=32)] = ""
    """What the numbers are in, for people."""
    names: tuple[str, ...] = ()
    """What the numbers are called; by default as the columns of the csv."""
