"""Csv files whose truth is more than one label: a column for each number or label, or one column with a list of labels."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..errors import ImagesRefusedError
from ..limits import LIMITS
from ..visible import shown

PATHS = ("path", "file", "filename", "image")
"""Headers of the column of paths."""
LABELS = ("label", "class", "category")
"""Headers of a column with one label."""
LISTS = ("labels", "tags", "classes")
"""Headers of a column with several labels, SEPARATOR between them; empty for none."""
SEPARATOR = ";"

Rows = Sequence[tuple[int, list[str]]]
"""(line, cells), the header first."""


def truth_columns(name: str, rows: Rows) -> tuple[tuple[str, ...], list[tuple[int, str, tuple[float, ...]]]] | None:
    """Names of the columns and (line, path, numbers) of each row, where the header names a path and no single label; None for
    another csv. A list of labels becomes a column of 0 and 1 for each label that occurs, sorted by name.

    `name`: of the file. Raises ImagesRefusedError for a row that does not fit.
    """
    words = [cell.lower() for cell in rows[0][1]] if rows else []
    if not set(words) & set(PATHS) or set(words) & set(LABELS):
        return None
    path = next(i for i, word in enumerate(words) if word in PATHS)
    others = [i for i in range(len(words)) if words[i] not in PATHS]
    if len(others) == 1 and words[others[0]] in LISTS:
        return _lists(name, rows, path, others[0])
    columns = {i: rows[0][1][i] for i in others}
    if not columns:
        return None
    found = []
    for line, cells in rows[1:]:
        values = [_number(cells[i]) if i < len(cells) else None for i in columns]
        if len(cells) != len(words) or None in values:
            raise ImagesRefusedError(
                f"{name} line {line}: {shown(','.join(cells))!r} is no path with a number for each of "
                f"{', '.join(columns.values())}",
                supported="finite numbers with a decimal point, one in every column",
                next_step="complete or remove the row",
            )
        found.append((line, cells[path], tuple(value for value in values if value is not None)))
    return tuple(columns.values()), found


def _lists(
    name: str, rows: Rows, path: int, place: int
) -> tuple[tuple[str, ...], list[tuple[int, str, tuple[float, ...]]]]:
    given = []
    for line, cells in rows[1:]:
        if len(cells) <= max(path, place):
            raise ImagesRefusedError(
                f"{name} line {line}: path and labels are needed",
                supported=f"rows of path,labels with {SEPARATOR} between the labels, empty for none",
                next_step="complete or remove the row",
            )
        given.append((line, cells[path], [word.strip() for word in cells[place].split(SEPARATOR) if word.strip()]))
    labels = sorted({label for _, _, own in given for label in own})
    if not labels:
        raise ImagesRefusedError(
            f"{name} gives no image a label",
            supported=f"rows of path,labels with {SEPARATOR} between the labels",
            next_step="write the labels of the images into the column",
        )
    if len(labels) > LIMITS.labels_count:
        raise ImagesRefusedError(f"{name} has over {LIMITS.labels_count:,} different labels")
    return tuple(labels), [(line, file, tuple(float(label in own) for label in labels)) for line, file, own in given]


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
