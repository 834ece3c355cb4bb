"""Candidates beyond the first rung: range searches and equalization, each with corrected biases, judged on
calibration images that no step has used. climb.py measures them; widen.py has those with 16-bit activations."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..recipe import InputContract
from ..worker.progress import report
from .balance import balance
from .candidate import CORRECTED, Candidate
from .compare import float_answers, nearness, split
from .correct import correct_biases, images_for
from .equalize import equalize
from .head import PixelInput, enter_pixels
from .quantize import Weights, quantize_with
from .ranges import Ranges, measure_ranges
from .search import Method, sample_values, search_ranges

STEPS: tuple[tuple[float | Literal["balanced"], Method], ...] = (
    (0.0, "minmax"),
    (0.0, "mse"),
    (0.0, "percentile"),
    ("balanced", "minmax"),
    ("balanced", "mse"),
    (0.5, "minmax"),
    (0.7, "minmax"),
    (0.5, "mse"),
    (0.7, "mse"),
    (0.5, "percentile"),
    (0.7, "percentile"),
)
"""(strength of equalization or balance.py's, range method), cheapest first."""

_EQUALIZED: dict[float | str, str] = {0.0: "", "balanced": ", balanced"}

JUDGED = 256
"""Calibration images that a candidate is judged on, at most; none of those that its biases were corrected
on."""


def candidates(
    float_model: bytes,
    pixels: NDArray[np.uint8],
    contract: InputContract,
    *,
    weights: Weights = "per-channel",
    dense: Weights | None = None,
) -> Iterator[Candidate]:
    """Each step of STEPS, made only when it is asked for. Deterministic."""
    plain = enter_pixels(float_model, contract)
    used, judged = split(pixels, images_for(float_model), JUDGED)
    answers, clock = float_answers(plain, judged), time.perf_counter()
    graphs: dict[float | str, tuple[PixelInput, Ranges]] = {}
    for number, (strength, method) in enumerate(STEPS):
        report(number, len(STEPS), "climbing")
        if strength not in graphs:
            if strength == "balanced":
                entered = balance(plain, pixels, weights)
            else:
                entered = equalize(plain, pixels, strength) if strength else plain
            if strength and entered is plain:
                continue
            graphs[strength] = entered, measure_ranges(entered.float_model, pixels, entered.feed)
        entered, extremes = graphs[strength]
        ranges = extremes
        if method != "minmax":
            ranges = search_ranges(ranges, sample_values(entered, pixels, ranges), method)
        data, _ = quantize_with(entered, ranges, weights=weights, dense=dense)
        name = f"{method} ranges" + _EQUALIZED.get(strength, f", equalized {strength}")
        for label, file in ((name, data), (name + CORRECTED, correct_biases(data, entered, used))):
            near = nearness(file, judged, answers)
            yield Candidate(
                name=label,
                int8_model=file,
                nearness=near,
                seconds=time.perf_counter() - clock,
                entered=entered,
                ranges=ranges,
                extremes=extremes,
            )
            clock = time.perf_counter()
