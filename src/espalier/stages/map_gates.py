"""Gates on what is painted pixel by pixel: intersection over union of maps, signal to noise and similarity of pictures."""

from __future__ import annotations

import msgspec

from ..recipe_budgets import Budgets
from ..rows import AccuracyRow, GateRow
from .fit_gates import row as _row

ROUNDING = 1e-9


def map_gates(budgets: Budgets, accuracy: AccuracyRow | None) -> list[GateRow]:
    """A row for each of these budgets that the recipe has. Where a limit holds on these images but its 95 % interval reaches
    beyond, the row is not `shown`."""
    maps, pictures = (None, None) if accuracy is None else (accuracy.maps, accuracy.pictures)
    labelled = accuracy is not None and accuracy.labelled
    rows = []
    if budgets.min_miou is not None:
        found, low = (maps.miou_int8, maps.miou_low) if maps and labelled else (None, None)
        rows.append(_least("budgets.min-miou", budgets.min_miou, found, low, "share"))
    if budgets.max_miou_drop is not None:
        lost = (maps.drop_points, maps.drop_interval) if maps and labelled else None
        rows.append(_drop("budgets.max-miou-drop", budgets.max_miou_drop, lost, "points"))
    if budgets.min_class_iou is not None:
        rows.append(_worst_class(budgets.min_class_iou, accuracy if maps and labelled else None))
    if budgets.min_psnr is not None:
        found, low = (pictures.psnr_int8, pictures.psnr_low) if pictures else (None, None)
        rows.append(_least("budgets.min-psnr", budgets.min_psnr, found, low, "dB"))
    if budgets.max_psnr_drop is not None:
        lost = (pictures.drop_db, pictures.drop_interval) if pictures and labelled else None
        rows.append(_drop("budgets.max-psnr-drop", budgets.max_psnr_drop, lost, "dB"))
    if budgets.min_ssim is not None:
        found, low = (pictures.ssim_int8, pictures.ssim_low) if pictures else (None, None)
        rows.append(_least("budgets.min-ssim", budgets.min_ssim, found, low, "share"))
    return rows


def _least(name: str, limit: float, value: float | None, low: float | None, unit: str) -> GateRow:
    row = _row(name, limit, value, unit, passed=value is not None and value >= limit - ROUNDING)
    if value is None or low is None or low >= limit - ROUNDING or not row.passed:
        return row
    why = f"int8 has {value:.4g} on these images, of others the 95 % interval claims {low:.4g} only"
    return msgspec.structs.replace(row, shown=False, why=why)


def _drop(name: str, limit: float, lost: tuple[float, tuple[float, float]] | None, unit: str) -> GateRow:
    """Of the model as it was given."""
    value = None if lost is None else lost[0]
    row = _row(name, limit, value, unit, passed=value is not None and value <= limit + ROUNDING)
    if lost is None or lost[1][1] <= limit + ROUNDING or not row.passed:
        return row
    why = f"{lost[0]:.2f} {unit} are lost on these images; the 95 % interval is {lost[1][0]:.2f} to {lost[1][1]:.2f}"
    return msgspec.structs.replace(row, shown=False, why=why)


def _worst_class(limit: float, accuracy: AccuracyRow | None) -> GateRow:
    rows = [] if accuracy is None or accuracy.maps is None else [one for one in accuracy.maps.classes if one.share > 0]
    worst = min(rows, key=lambda one: one.iou_int8 or 0.0, default=None)
    if worst is None:
        return _least("budgets.min-class-iou", limit, None, None, "share")
    row = _least("budgets.min-class-iou", limit, worst.iou_int8 or 0.0, worst.iou_low, "share")
    return row if row.passed and row.shown else msgspec.structs.replace(row, why=f"{worst.label}: {row.why}".rstrip(": "))
