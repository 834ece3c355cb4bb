"""Columns of a csv that a model is fed beside the image: taken out of its rows before these are read as truth."""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Sequence

from ..errors import ImagesRefusedError
from ..recipe_numbers import InputNumbers
from ..visible import shown
from .truth_columns import PATHS, Rows

Fed = dict[str, tuple[float, ...]]
"""By the path of an image, its values in the order of the recipe's columns, in the units of the csv."""


def take_numbers(name: str, rows: Rows, numbers: Sequence[InputNumbers]) -> tuple[list[tuple[int, list[str]]], Fed]:
    """The rows without the columns of `numbers`, and what stood there.

    `name`: of the file; the header comes first. Raises ImagesRefusedError for a column that is not there, a cell that is no
    finite number, and a value beyond its range.
    """
    header = rows[0][1] if rows else []
    path = next((at for at, word in enumerate(header) if word.lower() in PATHS), None)
    wanted = [(column, ends) for one in numbers for column, ends in zip(one.names, one.ends, strict=True)]
    if path is None or len(set(header)) != len(header):
        raise ImagesRefusedError(
            f"{name} begins with {shown(','.join(header))!r}",
            supported=f"a header with `path` and the columns that the model is fed: {_listed(numbers)}, no two alike",
            next_step="write that line",
        )
    for column, _ in wanted:
        if column not in header:
            near = difflib.get_close_matches(column, header, n=1, cutoff=0.6)
            raise ImagesRefusedError(
                f"{name} has no column {column!r}, which [[input.numbers]] feeds to the model; it has {shown(', '.join(header))}",
                supported=f"a column for each of {_listed(numbers)}",
                next_step=(f"did you mean {near[0]!r}? " if near else "") + "add the column, or correct `columns` in the recipe",
            )
    places = [header.index(column) for column, _ in wanted]
    left = [at for at in range(len(header)) if at not in places]
    kept, fed = [(rows[0][0], [header[at] for at in left])], {}
    for line, cells in rows[1:]:
        if len(cells) != len(header):
            raise ImagesRefusedError(
                f"{name} line {line}: {len(cells)} cells, the header has {len(header)}",
                supported="a cell for each column",
                next_step="complete or remove the row",
            )
        fed[os.path.normpath(cells[path])] = tuple(
            _value(name, line, cells[at], column, ends) for at, (column, ends) in zip(places, wanted, strict=True)
        )
        kept.append((line, [cells[at] for at in left]))
    return kept, fed


def no_numbers(path: object, numbers: Sequence[InputNumbers]) -> ImagesRefusedError:
    """The refusal of a set without a csv, where the model is fed numbers."""
    return ImagesRefusedError(
        f"{shown(str(path))} is no csv: nothing says which numbers the model is fed beside each image",
        supported=f"a csv with the columns path, {_listed(numbers)} for every set, behind them what is true of the images",
        next_step="write that csv beside the images and name it in the recipe",
    )


def _value(name: str, line: int, cell: str, column: str, ends: tuple[float, float]) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ImagesRefusedError(
            f"{name} line {line}: {shown(cell)!r} in column {column!r} is no finite number",
            supported="numbers with a decimal point",
            next_step="complete or remove the row",
        )
    if not ends[0] <= value <= ends[1]:
        raise ImagesRefusedError(
            f"{name} line {line}: {value:g} in column {column!r} is beyond its range {ends[0]:g} to {ends[1]:g}",
            supported="values within `range` of [[input.numbers]], which a device holds its own to",
            next_step="correct the row, or write the range that occurs in use",
        )
    return value


def _listed(numbers: Sequence[InputNumbers]) -> str:
    return ", ".join(column for one in numbers for column in one.names)
