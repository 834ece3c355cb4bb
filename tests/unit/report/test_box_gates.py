"""Gates of a detector: what is over its limit fails, what these images cannot show is told, what is unknown fails."""

from __future__ import annotations

import msgspec
import pytest

from espalier.recipe_budgets import Budgets
from espalier.report.gates import describe
from espalier.row_boxes import BoxClassRow, BoxesRow, BoxFigures
from espalier.rows import AccuracyRow, TopRow
from espalier.stages.box_gates import box_gates

FIGURES = BoxFigures(boxes=90, ap=0.5, recall=0.9, recall_low=0.85, recall_high=0.94, false_alarms=0.1, false_alarms_low=0.05,
                     false_alarms_high=0.2)  # fmt: skip
CUP = BoxClassRow(label="cup", objects=60, ap_float=0.6, ap_int8=0.59, ap50_float=0.9, ap50_int8=0.88, recall_float=0.9,
                  recall_int8=0.9)  # fmt: skip
UNKNOWN = BoxesRow(threshold=0.5, float=BoxFigures(boxes=1), int8=BoxFigures(boxes=1))
ROW = BoxesRow(threshold=0.5, float=FIGURES, int8=FIGURES, objects=100, drop=0.4, drop_low=-0.1, drop_high=0.9, classes=(
    CUP, msgspec.structs.replace(CUP, label="plate", ap50_int8=0.7, objects=40)))  # fmt: skip


def accuracy(boxes: BoxesRow | None) -> AccuracyRow:
    top = TopRow(top1=0.5)
    return AccuracyRow(n=50, float=top, pruned=None, int8=top, agreement=0.9, drop_points=0.4, interval=(-0.1, 0.9), p_value=1.0,
                       flips=(), boxes=boxes)  # fmt: skip


@pytest.mark.parametrize(
    ("budget", "held", "not_shown", "broken"),
    [("max_map_drop", 1.0, 0.5, 0.3), ("min_recall", 0.8, 0.88, 0.95), ("max_false_alarms", 0.3, 0.15, 0.05)],
)
def test_a_limit_holds_is_not_shown_or_fails(budget: str, held: float, not_shown: float, broken: float) -> None:
    rows = [box_gates(Budgets(**{budget: limit}), accuracy(ROW))[0] for limit in (held, not_shown, broken)]
    assert [(row.passed, row.shown) for row in rows] == [(True, True), (True, False), (False, True)]
    assert all(row.name == f"budgets.{budget.replace('_', '-')}" for row in rows)
    assert rows[1].why and "95 %" in describe(rows[2])


def test_the_worst_class_decides_and_is_named() -> None:
    assert box_gates(Budgets(min_class_ap50=0.7), accuracy(ROW))[0].passed
    (row,) = box_gates(Budgets(min_class_ap50=0.71), accuracy(ROW))
    assert not row.passed and "'plate', 40 objects" in row.why


@pytest.mark.parametrize("row", [None, accuracy(None), accuracy(UNKNOWN)])
def test_a_figure_that_is_unknown_fails(row: AccuracyRow | None) -> None:
    limits = Budgets(max_map_drop=1.0, min_class_ap50=0.5, min_recall=0.5, max_false_alarms=1.0)
    found = box_gates(limits, row)
    assert len(found) == 4 and not any(gate.passed for gate in found)
    assert all("annotations" in gate.why for gate in found)


def test_nothing_is_asked_where_a_recipe_asks_nothing() -> None:
    assert box_gates(Budgets(), accuracy(ROW)) == []
