"""Gates on the measures of a task (AccuracyRow.scores)."""

from __future__ import annotations

from typing import Final

import msgspec

from ..recipe import Recipe
from ..row_parts import ScoreRow
from ..rows import AccuracyRow, GateRow
from .fit_gates import row as _row


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What a budget limits: the measure `of` int8 (`lost`: what int8 lost of it, in points), of each label or of all."""

    of: str
    most: bool = False
    """Whether the limit is the most that is allowed."""
    lost: bool = False


GATES: Final[dict[str, Gate]] = {
    "min_label_f1": Gate(of="F1"),
    "min_recall_at_1": Gate(of="recall@1"),
    "max_eer": Gate(of="EER", most=True),
    "min_auc": Gate(of="AUC"),
    "max_map_drop": Gate(of="mAP", most=True, lost=True),
}
"""By the field of recipe.Budgets."""


def score_gates(recipe: Recipe, accuracy: AccuracyRow | None) -> list[GateRow]:
    """A row for each budget that the recipe has: the worst label's figure. Not `shown` where the 95 % interval of that figure
    reaches beyond the limit; failed where there is no figure."""
    rows = []
    for name, gate in GATES.items():
        limit = getattr(recipe.budgets, name)
        if limit is None:
            continue
        key, unit = f"budgets.{name.replace('_', '-')}", "points" if gate.lost else "share"
        scores = [row for row in (accuracy.scores if accuracy else ()) if row.name == gate.of]
        known = [(row, *found) for row in scores if (found := _of(row, gate))]
        if not known:
            why = f"no labelled evaluation image tells {gate.of}"
            rows.append(msgspec.structs.replace(_row(key, limit, None, unit, passed=False), why=why))
            continue
        worst, value, edge = (max if gate.most else min)(known, key=lambda one: one[1])
        holds = value <= limit if gate.most else value >= limit
        made = _row(key, limit, round(value, 6), unit, passed=holds)
        where = f" of {worst.label!r}" if worst.label else ""
        said = f"{gate.of}{where} is {value:.4g}{' points less' if gate.lost else ''} on {worst.n} images"
        if not holds:
            made = msgspec.structs.replace(made, why=f"{said} (float {worst.float:.4g})")
        elif edge is not None and (edge > limit if gate.most else edge < limit):
            made = msgspec.structs.replace(made, shown=False, why=f"{said}, of others the 95 % interval claims {edge:.4g} only")
        rows.append(made)
    return rows


def _of(row: ScoreRow, gate: Gate) -> tuple[float, float | None] | None:
    """The figure that a gate is about, and the worse end of its 95 % interval; None where these images do not tell."""
    value = row.lost if gate.lost else row.int8
    if value is None:
        return None
    edge = (row.lost_high if gate.lost else row.high) if gate.most else (row.lost_low if gate.lost else row.low)
    factor = 100.0 if gate.lost else 1.0
    return factor * value, None if edge is None else factor * edge
