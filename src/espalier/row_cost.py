"""What answers cost: the rows of the report that `decision.cost` brings. Costs are those of 1,000 images."""

from __future__ import annotations

import msgspec

Number = float
# An alias, because a row that has a field named `float` cannot name the type inside its body.


class CostSide(msgspec.Struct, frozen=True, kw_only=True):
    """One model at its own threshold of least cost."""

    threshold: float
    """Below it a person looks."""
    cut: float | None = None
    """Of task binary: from which probability of the positive label on it is said."""
    here: float
    """On the images that chose the threshold."""
    held_out: float
    """Each fifth of the images at the threshold that the others choose."""
    low: float
    """95 % interval of `held_out`: bootstrap over the images; the upper end also counts the misses that so few images cannot
    show."""
    high: float
    wrong: float
    """Wrong answers."""
    review: float
    """Images that go to a person."""


class CostLabel(msgspec.Struct, frozen=True, kw_only=True):
    """One label at int8's threshold: counts of the evaluation images."""

    label: str
    n: int
    missed: int
    reviewed: int
    false_alarms: int
    """Images of other labels that get this answer."""
    threshold: Number | None = None
    """Of task multi-label: from which probability the label is said."""


class CostRow(msgspec.Struct, frozen=True, kw_only=True):
    """The decision by cost."""

    n: int
    float: CostSide
    int8: CostSide
    people: Number
    """A person looks at every image."""
    nothing: Number
    """No model and no person: every image is taken for `nothing_label`."""
    nothing_label: str
    labels: tuple[CostLabel, ...]
    weighted: bool
    """Whether labels count by the shares that the recipe states rather than as often as they come here."""
    claim: str
    """In words."""
    each: bool = False
    """Task multi-label: labels are decided each by itself, at thresholds of their own, and no image goes to a person."""
