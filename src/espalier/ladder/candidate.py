"""A candidate of the ladder: one way to quantize a model, and how near it is to the float model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ..errors import EspalierError
from ..quantizer.compare import Nearness
from ..quantizer.head import PixelInput
from ..quantizer.results import Ranges

CORRECTED = ", biases corrected"
"""Ends the name of a candidate whose biases were moved."""

ROUNDED = ", weights rounded by their output"
"""Ends the name of a candidate from weight_rounding.py, which moves biases, too."""


FIRST = "min/max ranges, biases corrected in sequence"
"""Name of the first rung (quantizer/quantize.py)."""

TRYING = "trying "
"""Begins what is reported before a candidate is made: should it end the process, the parent knows which it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to quantize: its name for the report, the file, how near it is to the float model, and the seconds that
    it took beyond what was there before. `entered` and `ranges` are what it was made from, `extremes` the measured
    ranges of the same graph, `graph` says how that differs from the model's (the middle of the name). `rounded`: its
    weights are weight_rounding.py's. `simulated`: a float file that rounds alike (quantizer/simulate.py) where its kernels
    are too slow to judge by, else empty; `nearness` is then of that."""

    name: str
    int8_model: bytes
    nearness: Nearness
    seconds: float
    entered: PixelInput
    ranges: Ranges
    extremes: Ranges
    graph: str = ""
    rounded: bool = False
    simulated: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A candidate that could not be made or run, and why."""

    name: str
    why: str


T = TypeVar("T")


def attempt(name: str, make: Callable[[], T]) -> T | Failed:
    """What `make` returns, or why it could not: a candidate is optional, whatever a library raises on it."""
    try:
        return make()
    except EspalierError as problem:
        return Failed(name=name, why=problem.found)
    except Exception as problem:
        first = (str(problem).strip().splitlines() or [""])[0]
        return Failed(name=name, why=f"{type(problem).__name__}: {first}"[:300])
