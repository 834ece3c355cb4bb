"""Gates on what a detector is worth: average precision kept, objects found, false alarms."""

from __future__ import annotations

import msgspec

from ..recipe_budgets import Budgets
from ..row_boxes import BoxesRow
from ..rows import AccuracyRow, GateRow
from .fit_gates import row as _row

NOTHING = "it needs `evaluation.annotations` with objects"


def box_gates(budgets: Budgets, accuracy: AccuracyRow | None) -> list[GateRow]:
    """The gates that a recipe asks for; one whose figure is unknown fails."""
    row = None if accuracy is None else accuracy.boxes
    found = []
    if budgets.max_map_drop is not None:
        found.append(_map_drop(budgets.max_map_drop, row))
    if budgets.min_class_ap50 is not None:
        found.append(_class_precision(budgets.min_class_ap50, row))
    if budgets.min_recall is not None:
        found.append(_recall(budgets.min_recall, row))
    if budgets.max_false_alarms is not None:
        found.append(_false_alarms(budgets.max_false_alarms, row))
    return found


def _map_drop(limit: float, boxes: BoxesRow | None) -> GateRow:
    drop = None if boxes is None else boxes.drop
    row = _row("budgets.max-map-drop", limit, drop, "points", passed=drop is not None and drop <= limit)
    if boxes is None or drop is None:
        return msgspec.structs.replace(row, why=NOTHING)
    said = f"int8 loses {drop:.2f} points of average precision (95 % {boxes.drop_low:.2f} to {boxes.drop_high:.2f})"
    shown = (boxes.drop_high or 0.0) <= limit
    return row if shown else msgspec.structs.replace(row, shown=drop > limit, why=said)


def _class_precision(limit: float, boxes: BoxesRow | None) -> GateRow:
    known = [] if boxes is None else [one for one in boxes.classes if one.ap50_int8 is not None]
    worst = min(known, key=lambda one: one.ap50_int8 or 0.0, default=None)
    value = None if worst is None else worst.ap50_int8
    row = _row("budgets.min-class-ap50", limit, value, "share", passed=value is not None and value >= limit)
    if worst is None or worst.ap50_float is None:
        return msgspec.structs.replace(row, why=NOTHING)
    if row.passed:
        return row
    why = f"it is {worst.label!r}, {worst.objects} objects; the float model has {worst.ap50_float:.3f}"
    return msgspec.structs.replace(row, why=why)


def _recall(limit: float, boxes: BoxesRow | None) -> GateRow:
    value = None if boxes is None else boxes.int8.recall
    row = _row("budgets.min-recall", limit, value, "share", passed=value is not None and value >= limit)
    if boxes is None or value is None:
        return msgspec.structs.replace(row, why=NOTHING)
    figures = boxes.int8
    why = (
        f"at the threshold {boxes.threshold:g} int8 finds {value:.2%} of {boxes.objects} objects (95 % "
        f"{figures.recall_low:.2%} to {figures.recall_high:.2%}), float {boxes.float.recall or 0:.2%}"
    )
    if not row.passed:
        return msgspec.structs.replace(row, why=why)
    return row if figures.recall_low >= limit else msgspec.structs.replace(row, shown=False, why=why)


def _false_alarms(limit: float, boxes: BoxesRow | None) -> GateRow:
    value = None if boxes is None else boxes.int8.false_alarms
    row = _row("budgets.max-false-alarms", limit, value, "an image", passed=value is not None and value <= limit)
    if boxes is None or value is None:
        return msgspec.structs.replace(row, why=NOTHING)
    figures = boxes.int8
    why = (
        f"at the threshold {boxes.threshold:g} int8 gives {value:.3f} false alarms an image (95 % {figures.false_alarms_low:.3f} "
        f"to {figures.false_alarms_high:.3f}), float {boxes.float.false_alarms or 0:.3f}"
    )
    if not row.passed:
        return msgspec.structs.replace(row, why=why)
    return row if figures.false_alarms_high <= limit else msgspec.structs.replace(row, shown=False, why=why)
