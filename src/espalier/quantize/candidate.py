"""A candidate of the ladder: one way to quantize a model, and how near it is to the float model."""

from __future__ import annotations

from dataclasses import dataclass

from .compare import Nearness
from .head import PixelInput
from .ranges import Ranges

CORRECTED = ", biases corrected"
"""Ends the name of a candidate whose biases were moved."""

ROUNDED = ", weights rounded by their output"
"""Ends the name of a candidate from reconstruct.py, which moves biases, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to quantize: its name for the report, the file, how near it is to the float model, and the seconds that
    it took beyond what was there before. `entered` and `ranges` are what it was made from, `extremes` the measured
    ranges of the same graph, `graph` says how that differs from the model's (the middle of the name). `rounded`: its
    weights are reconstruct.py's. `simulated`: a float file that rounds alike (simulate.py) where the file's own kernels
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
