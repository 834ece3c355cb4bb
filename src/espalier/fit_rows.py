"""Rows of the report of a network that was fitted to budgets."""

from __future__ import annotations

import msgspec


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen part of the report."""


class FitGoal(_Row, frozen=True, kw_only=True):
    """A budget: what the model as given takes of it, what it takes with every group at its floor, and what the network that
    was built takes; as the planner, the emulated core or a stopwatch measured it."""

    name: str
    """The gate's."""
    target: str = ""
    unit: str
    limit: float
    given: float
    floor: float
    reached: float
    binding: bool = False
    """Whether it is the budget that the network comes nearest to: what keeps it from losing less."""


class FitGroup(_Row, frozen=True, kw_only=True):
    """Channels that stay or go together: the layers that make them, how many there were, how many of these were free (constant
    for every input: removed without any change, and not counted as pruning), and how many are kept."""

    layers: tuple[str, ...]
    given: int
    free: int
    kept: int


class FitPoint(_Row, frozen=True, kw_only=True):
    """A network of the front, built and measured: `[prune] point = number` builds it without a new search."""

    number: int
    counts: tuple[int, ...]
    """Channels kept, one of each group."""
    macs: int
    model_bytes: int
    taken: tuple[float, ...]
    """Of each budget, in the order of `goals`."""
    distance: float
    """How far the int8 file's scores are from the float model's, relative to these, on calibration images that it was not
    fitted on."""
    agreement: float
    """Share of these images with the float model's answer."""
    accuracy: float | None = None
    """On the evaluation images, measured after the choice, which did not use it; None without labels."""
    fits: bool = False
    """Whether it meets every budget."""
    chosen: bool = False


class FitStep(_Row, frozen=True, kw_only=True):
    """What a step of pruning brought, from the counts that were chosen: agreement with the model as given on the calibration
    images that nothing was fitted on, and accuracy on the evaluation images where they have labels; float."""

    name: str
    agreement: float
    accuracy: float | None = None
    gain: float = 0.0
    """Percentage points of accuracy, or of agreement without labels, more than the step before."""


class FitRow(_Row, frozen=True, kw_only=True):
    """The search: budgets, front, what each step brought."""

    goals: tuple[FitGoal, ...]
    points: tuple[FitPoint, ...]
    groups: tuple[FitGroup, ...]
    steps: tuple[FitStep, ...] = ()
    judged_on: int = 0
    """Calibration images that judged the candidates."""
    networks: int = 0
    """Networks that were pruned, fitted, quantized, compiled and measured."""
    programs: int = 0
    """Programs that were planned, compiled and counted beside these, to hold the model of the costs against."""
    notes: tuple[str, ...] = ()
