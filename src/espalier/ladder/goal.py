"""How far a step is from what the recipe asks for."""

from __future__ import annotations

from typing import Literal

Search = Literal["until-limit", "best"]


def excess_of(lost: float, agreement: float, limit_points: float, min_agreement: float) -> float:
    """Percentage points by which a loss or an agreement misses its limit, whichever is more."""
    return round(max(lost - limit_points, 100 * (min_agreement - agreement)), 6)
