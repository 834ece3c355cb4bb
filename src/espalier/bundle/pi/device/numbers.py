"""Numbers that the model takes beside each image: where they come from, and the bytes that they become."""

from __future__ import annotations

import csv
import json
import math
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .images import Frame
from .model import Model, Pixels
from .problem import Problem

PATHS = ("path", "file", "filename", "image")
"""Headers of the column of paths, as the build reads them."""


class Column(NamedTuple):
    """One number: its name, its range in its unit, and how it enters; `zero_point` is the uint8 model's."""

    name: str
    low: float
    high: float
    mean: float
    std: float
    scale: float
    zero_point: int

    def byte(self, value: float) -> int:
        """Held to the range; x is the float32 next to (value - mean) / std, the byte floor(x / scale + 0.5) + zero point."""
        value = min(max(value, self.low), self.high)
        x = float(np.float32((value - self.mean) / self.std))
        return min(max(math.floor(x / self.scale + 0.5) + self.zero_point, 0), 255)


class Vector(NamedTuple):
    """An input beside the image."""

    columns: tuple[Column, ...]


def vectors_of(model: Model) -> tuple[Vector, ...]:
    """The inputs beside the image, in the model's order."""
    return tuple(
        Vector(
            tuple(
                Column(name, low, high, mean, std, one["scale"], one["zero_point"])
                for name, (low, high), mean, std in zip(one["columns"], one["range"], one["mean"], one["std"], strict=True)
            )
        )
        for one in model.facts.get("beside", ())
    )


def entered(values: Sequence[float], vectors: Sequence[Vector]) -> tuple[Pixels, ...]:
    """The bytes of each input; `values` of all, one after another."""
    left = iter(values)
    return tuple(np.array([column.byte(next(left)) for column in vector.columns], np.uint8) for vector in vectors)


class Beside:
    """What `--numbers` gives: the same for all images, a row of a csv for each, or a JSON file that is read anew each time."""

    def __init__(self, options: Namespace, model: Model) -> None:
        self._vectors = vectors_of(model)
        self._names = [column.name for vector in self._vectors for column in vector.columns]
        self._frames = 0
        given: str | None = options.numbers
        if not self._vectors:
            if given is not None:
                raise Problem("--numbers: this model takes an image alone")
            return
        if given is None:
            example = ",".join(f"{name}=..." for name in self._names)
            raise Problem(f"this model takes numbers beside the image: --numbers {example}, a .csv, or a .json")
        self._file = Path(given) if given.lower().endswith((".csv", ".json")) else None
        self._rows = _rows(self._file, self._names) if self._file is not None and given.lower().endswith(".csv") else None
        self._same = _constants(given, self._names) if self._file is None else None

    def of(self, frame: Frame) -> tuple[Pixels, ...]:
        """The bytes of each input beside this image. Raises ValueError with why there are none."""
        if not self._vectors:
            return ()
        return entered(self.values(frame), self._vectors)

    def values(self, frame: Frame) -> list[float]:
        """The numbers beside this image, in their units. Raises ValueError with why there are none."""
        self._frames += 1
        if self._same is not None:
            return self._same
        if self._rows is not None and self._file is not None:
            key = str(self._frames) if frame.path is None else str(frame.path.resolve())
            if key not in self._rows:
                what = f"frame {key}" if frame.path is None else "this image"
                raise ValueError(f"{self._file} has no row for {what}")
            return self._rows[key]
        return _measured(self._file or Path(), self._names)


def _constants(text: str, names: Sequence[str]) -> list[float]:
    pairs = dict(part.partition("=")[::2] for part in text.split(","))
    try:
        return _finite({name.strip(): float(value) for name, value in pairs.items()}, names)
    except ValueError as problem:
        raise Problem(f"--numbers {text}: {problem}; give {','.join(f'{name}=VALUE' for name in names)}") from None


def _measured(path: Path, names: Sequence[str]) -> list[float]:
    """What a JSON file says now: an object with a number for each name."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise ValueError(f"{path} cannot be read: {problem}") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds no object with {', '.join(names)}")
    numbers = {name: value for name, value in found.items() if isinstance(value, (int, float)) and not isinstance(value, bool)}
    try:
        return _finite(numbers, names, others=True)
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None


def _rows(path: Path, names: Sequence[str]) -> dict[str, list[float]]:
    """The values by the image's full path; by the number of the frame, from 1, where the csv has no column of paths."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except (OSError, ValueError, csv.Error) as problem:
        raise Problem(f"--numbers {path}: {problem}") from None
    header, found = rows[0] if rows else [], {}
    missing = [name for name in names if name not in header]
    if missing:
        raise Problem(f"--numbers {path}: its header has no {missing[0]}; it needs {', '.join(names)}")
    at = next((place for place, name in enumerate(header) if name.lower() in PATHS), None)
    for number, row in enumerate(rows[1:], 1):
        cells = dict(zip(header, row, strict=False))
        try:
            values = _finite({name: float(cells.get(name, "")) for name in names}, names)
        except ValueError as problem:
            raise Problem(f"--numbers {path}: row {number}: {problem}") from None
        key = str(number) if at is None else str((path.parent / (row[at] if at < len(row) else "")).resolve())
        found[key] = values
    return found


def _finite(given: Mapping[str, Any], names: Sequence[str], *, others: bool = False) -> list[float]:
    unknown = [] if others else [name for name in given if name not in names]
    missing = [name for name in names if name not in given]
    if unknown or missing:
        raise ValueError(f"there is no number called {unknown[0]}" if unknown else f"{missing[0]} is missing")
    values = [float(given[name]) for name in names]
    if not all(map(math.isfinite, values)):
        raise ValueError("a number is not finite")
    return values
