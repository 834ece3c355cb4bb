"""What `espalier estimate` tells: estimate.json (espalier-estimate/1)."""

from __future__ import annotations

from typing import Literal

import msgspec


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that no build has measured, with what it is at least and at most."""

    likely: int
    least: int
    most: int
    limit: int | None = None
    """What the target has, less what is reserved; null: the target does not state it."""


class EstimateRow(msgspec.Struct, frozen=True, kw_only=True):
    """One target."""

    target: str
    title: str
    bundle: str
    """The kind of its bundle, such as firmware."""
    fits: Literal["yes", "perhaps", "no"]
    """yes: also at most; no: not even at least, or an operator is missing; perhaps: only a build tells."""
    why: str
    flash: Bounds | None = None
    """Bytes of code and constants of the compiled program; null where the runtime reads the .tflite."""
    ram: Bounds | None = None
    """Bytes of the arena."""
    instructions: Bounds | None = None
    """Of one inference; null for a core without a price list."""
    milliseconds: tuple[float, float] | None = None
    """At least and at most; null for a core without published times."""
    lacks: tuple[str, ...] = ()
    """Operators that no kernel computes there, with their layers."""


class EstimatedModel(msgspec.Struct, frozen=True, kw_only=True):
    """The model, as its file says."""

    file: str
    format: str
    sha256: str
    input_shape: tuple[int, ...]
    parameters: int
    macs: int
    operators: int
    """Of the int8 network."""
    int8_bytes: int
    """The .tflite file; of a Keras model about."""


class EstimateReport(msgspec.Struct, frozen=True, kw_only=True):
    """Every target that was asked about."""

    model: EstimatedModel
    optimize: Literal["speed", "ram"]
    targets: tuple[EstimateRow, ...]
    notes: tuple[str, ...]
    format: str = "espalier-estimate/1"
