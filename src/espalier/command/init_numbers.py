"""`espalier init` for a model that takes numbers beside the image: a [[input.numbers]] table for each, from the csvs."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from ..load.keras_facts import ModelFacts, NumberEnds
from ..load.truth_columns import LABELS, PATHS

_TABLE: Final = """\

[[input.numbers]]                    # beside the image: {count} value{s}; each csv has a column for each
name = "{name}"
columns = {columns}{guess}
range = {range}         # CHECK: [least, largest] in use, in the units of the csv
mean = {mean}                         # CHECK: x = (value - mean) / std, as in training
std = {std}
"""


def number_tables(facts: ModelFacts, sets: Mapping[str, Path]) -> str:
    """The tables as TOML. Columns are those of the calibration csv, which has no truth; without one they are invented."""
    if not facts.numbers:
        return ""
    found = _columns(sets)
    wanted = sum(one.values for one in facts.numbers)
    names, tables = [name for name in found if name not in _truth(sets, found, wanted)], ""
    for one in facts.numbers:
        own = _own(one, names)
        names = [name for name in names if name not in own]
        guess = "" if all(name in found for name in own) else "   # CHECK: no csv has such columns"
        ends = [_ends(found.get(name, [])) for name in own]
        tables += _TABLE.format(
            count=one.values,
            s="s" * (one.values != 1),
            name=one.name,
            columns=_text(own),
            guess=guess,
            range=_text(ends),
            mean=_text([0.0]),
            std=_text([1.0]),
        )
    return tables


def _own(one: NumberEnds, names: list[str]) -> list[str]:
    """Columns of one input: the one called as it, else the next that are left."""
    if one.values == 1 and one.name in names:
        return [one.name]
    if len(names) >= one.values:
        return names[: one.values]
    return [one.name] if one.values == 1 else [f"{one.name}_{number}" for number in range(one.values)]


def _columns(sets: Mapping[str, Path]) -> dict[str, list[float]]:
    """Columns of finite numbers, those of the calibration csv before others, with the values of all csvs."""
    found: dict[str, list[float]] = {}
    for path in (sets[role] for role in ("calibration", "train", "evaluation") if role in sets and sets[role].is_file()):
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = [row for row in csv.reader(file) if row]
        cells = {name.strip(): [row[at].strip() for row in rows if at < len(row)] for at, name in enumerate(header)}
        named = {name: _numbers(column) for name, column in cells.items() if name.lower() not in (*PATHS, *LABELS)}
        first = not found
        for name, values in named.items():
            if values and (first or name in found):
                found[name] = found.get(name, []) + values
    return found


def _truth(sets: Mapping[str, Path], found: Mapping[str, list[float]], wanted: int) -> list[str]:
    """Of an evaluation csv, which holds the truth first, the columns that are too many."""
    alone = not any(role in sets and sets[role].is_file() for role in ("calibration", "train"))
    return list(found)[: max(0, len(found) - wanted)] if alone else []


def _numbers(cells: list[str]) -> list[float]:
    try:
        values = [float(cell) for cell in cells]
    except ValueError:
        return []
    return values if all(map(math.isfinite, values)) else []


def _ends(values: list[float]) -> list[float]:
    """Of the values that occur, or of none an ordinary pair."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    return [low, high if high > low else low + 1.0]


def _text(values: object) -> str:
    """As TOML, which lists of numbers and plain strings share with JSON."""
    return msgspec.json.encode(values).decode().replace(",", ", ")
