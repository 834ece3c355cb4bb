"""Gates in words."""

from __future__ import annotations

from collections.abc import Sequence

from ..rows import GateRow

ABOVE_CHANCE = "accuracy.above-chance"


LOWER_LIMITS = frozenset({ABOVE_CHANCE, "decision.precision"})
"""Gates whose limit is a lower one though their name does not say so; the others are called `min-...`."""


def is_lower(name: str) -> bool:
    """Whether the gate `name` asks for at least its limit."""
    return name in LOWER_LIMITS or name.rsplit(".", 1)[-1].startswith("min-")


def amount(value: float, unit: str) -> str:
    """A gate's value or limit without its unit, never with an exponent: "1,048,576" of bytes, "0.36" of points."""
    if unit == "bytes" or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if unit in ("points", "dB") else f"{value:.4g}"


def describe(row: GateRow) -> str:
    """A failed gate in words."""
    why = f"; {row.why}" if row.why else ""
    limit = f"the limit {amount(row.limit, row.unit)} {row.unit}{why}"
    if row.value is None:
        return f"{row.name}: no figure, {limit.removeprefix('the ')}"
    value = amount(row.value, row.unit)
    if value == amount(row.limit, row.unit):
        value = f"{row.value:g}"  # what fails by less than is printed is printed whole
    return f"{row.name}: {value} is {'below' if is_lower(row.name) else 'above'} {limit}"


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
