"""Two builds side by side: an interface that other tools read (format espalier-comparison/1). Keys stay; more may come."""

from __future__ import annotations

import msgspec

from .facts import OperatorUse
from .rows import GateRow


class ComparedSide(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two: its name and version, what was given, and the result of its build ("" of a bundle alone)."""

    name: str
    version: str
    given: str
    status: str = ""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of both; None where one has none. `change`: b less a; `worse`: whether that is a loss (None: neither way). `note`:
    why it cannot be compared, or what to know."""

    name: str
    unit: str
    a: float | None
    b: float | None
    change: float | None = None
    worse: bool | None = None
    note: str = ""


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """The same `n` images answered by both: shares of right answers, what b loses in percentage points with the paired 95 %
    interval, and McNemar's exact p-value. `noise`: the images cannot tell that there is a difference."""

    what: str
    n: int
    a: float
    b: float
    lost: int
    won: int
    points: float
    interval: tuple[float, float]
    p_value: float
    noise: bool


class Flipped(msgspec.Struct, frozen=True, kw_only=True):
    """An image that both answer differently, or of which one is right; the words are empty where answers have no names."""

    image: str
    a: str = ""
    b: str = ""
    a_right: bool | None = None
    b_right: bool | None = None


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What the manifests of a target's bundle say differently: the key, and its value as JSON ("": it is not there)."""

    target: str
    key: str
    a: str
    b: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """`b` against `a`."""

    a: ComparedSide
    b: ComparedSide
    accuracy: Paired | None
    """None where the images or labels are others, or the reports do not hold answers: `notes` says why."""
    figures: tuple[Figure, ...]
    flips: tuple[Flipped, ...]
    """Sorted by name; the lost ones first."""
    operators_gained: tuple[OperatorUse, ...] = ()
    """In b more often than in a, or in another version; `count`: how many more."""
    operators_lost: tuple[OperatorUse, ...] = ()
    changes: tuple[Changed, ...] = ()
    gates: tuple[GateRow, ...] = ()
    notes: tuple[str, ...] = ()
    """What cannot be compared, and why."""
    format: str = "espalier-comparison/1"
