"""Which runtime an operator needs: (operator, version) -> lowest TensorFlow Lite / LiteRT release that has
it.

A pair that is not in the table is UNKNOWN, never OK (the upstream converter skips it in silence, and so
writes a `min_runtime_version` that cannot be trusted).
"""

from __future__ import annotations

from collections.abc import Iterable

from .operators import OPERATORS

UNKNOWN = "unknown"

def floor_of(name: str, version: int) -> str:
    """Lowest runtime for one pair, for example "2.3.0", or UNKNOWN."""
    row = OPERATORS.get(name.upper())
    floors = row.floors if row else ()
    if not 1 <= version <= len(floors) or floors[version - 1] == "-":
        return UNKNOWN
    return floors[version - 1]


def runtime_floor(pairs: Iterable[tuple[str, int]]) -> str:
    """Lowest runtime that has every pair; UNKNOWN as soon as one is unknown; "1.5.0" for no operator."""
    floors = [floor_of(name, version) for name, version in pairs]
    if UNKNOWN in floors:
        return UNKNOWN
    return max(floors, key=version_key, default="1.5.0")


def version_key(text: str) -> tuple[int, ...]:
    """A release such as "2.14.0" or "2.14" as numbers to compare; text after the numbers is ignored."""
    numbers = []
    for part in text.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return (*numbers, *([0] * (3 - len(numbers))))


def missing_operators(pairs: Iterable[tuple[str, int]], runtime: str) -> list[tuple[str, int, str]]:
    """(operator, version, floor) of every pair that a runtime of this release lacks or that is UNKNOWN,
    sorted."""
    missing = set()
    for name, version in pairs:
        floor = floor_of(name, version)
        if floor == UNKNOWN or version_key(floor) > version_key(runtime):
            missing.add((name, version, floor))
    return sorted(missing)
