"""Gates in words."""

from __future__ import annotations

from collections.abc import Sequence

from ..rows import GateRow

ABOVE_CHANCE = "accuracy.above-chance"


AT_LEAST = frozenset(
    {
        ABOVE_CHANCE,
        "budgets.min-accuracy",
        "budgets.min-class-ap50",
        "budgets.min-class-iou",
        "budgets.min-class-recall",
        "budgets.min-miou",
        "budgets.min-psnr",
        "budgets.min-ssim",
        "budgets.min-recall",
        "decision.precision",
        "quantize.min-agreement",
    }
)
"""Gates whose limit is a lower one."""


def describe(row: GateRow) -> str:
    """A failed gate in words."""
    why = f"; {row.why}" if row.why else ""
    if row.value is None:
        return f"{row.name}: no figure, limit {row.limit:g} {row.unit}{why}"
    relation = "below" if row.name in AT_LEAST else "above"
    return f"{row.name}: {row.value:g} is {relation} the limit {row.limit:g} {row.unit}{why}"


def not_shown(rows: Sequence[GateRow]) -> list[str]:
    """The limits that hold on the measured images only, in words."""
    return [
        f"{row.name} holds on these images only: {row.why}" for row in rows if row.passed and not row.shown
    ]


def headroom(found: GateRow) -> str:
    """What a gate of bytes leaves, in words: "20 % used, 812,000 bytes left"; nothing for other gates."""
    if found.unit != "bytes" or found.value is None or found.limit <= 0:
        return ""
    left = found.limit - found.value
    share = f"{100 * found.value / found.limit:.0f} % used"
    return f"{share}, {left:,.0f} bytes left" if left >= 0 else f"{share}, {-left:,.0f} bytes too many"
