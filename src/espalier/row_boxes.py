"""Rows of the report about boxes: what a detector finds, float and int8."""

from __future__ import annotations

import msgspec

Number = float
# An alias, because a row that has a field named `float` cannot name the type inside its body.


class BoxFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One detector: COCO's average precision (shares; None where the images have no such object), and what it finds at the
    deployed threshold, with 95 % intervals (Wilson; of a Poisson count)."""

    boxes: int
    """Boxes at the threshold, of all images."""
    f1: Number | None = None
    """Harmonic mean of precision and recall at the threshold; of cells (`fomo`), which have no average precision, what counts."""
    ap: Number | None = None
    """Mean over overlaps of 0.5 to 0.95."""
    ap50: Number | None = None
    ap75: Number | None = None
    ap_small: Number | None = None
    """Of objects below 32 x 32 pixels of their image."""
    ap_medium: Number | None = None
    ap_large: Number | None = None
    """Over 96 x 96 pixels."""
    recall: Number | None = None
    """Share of the objects that are found (overlap 0.5, the right class)."""
    recall_low: Number = 0.0
    recall_high: Number = 1.0
    false_alarms: Number | None = None
    """Boxes on no object, for an image."""
    false_alarms_low: Number = 0.0
    false_alarms_high: Number = 0.0


class BoxClassRow(msgspec.Struct, frozen=True, kw_only=True):
    """The objects of one class."""

    label: str
    objects: int
    ap_float: Number | None
    ap_int8: Number | None
    ap50_float: Number | None
    ap50_int8: Number | None
    recall_float: Number | None
    recall_int8: Number | None


class BoxChange(msgspec.Struct, frozen=True, kw_only=True):
    """An object that one model finds and the other does not; edges in pixels of the network's input. `what`: lost or gained
    by int8."""

    image: str
    what: str
    label: str
    corners: tuple[Number, Number, Number, Number]


class BoxesRow(msgspec.Struct, frozen=True, kw_only=True):
    """Task detect: the float model (as it was given), the pruned one where there is one, and int8 as a device decodes it.

    `drop_*`: points of average precision that int8 loses against the model as given, with the paired 95 % interval (images
    drawn again); None without annotations.
    """

    threshold: Number
    float: BoxFigures
    int8: BoxFigures
    pruned: BoxFigures | None = None
    objects: int | None = None
    """In all images; None without annotations."""
    agreement: Number | None = None
    """Share of the float model's boxes at the threshold that int8 gives, too: the class, an overlap of 0.5, the score within
    0.1. None: it gives none."""
    drop: Number | None = None
    drop_low: Number | None = None
    drop_high: Number | None = None
    drop50: Number | None = None
    drop50_low: Number | None = None
    drop50_high: Number | None = None
    lost: int = 0
    """Objects that float finds at the threshold and int8 does not."""
    gained: int = 0
    changes: tuple[BoxChange, ...] = ()
    """Of those, at most 200."""
    classes: tuple[BoxClassRow, ...] = ()
