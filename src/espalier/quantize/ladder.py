"""Candidates beyond the first rung: range searches and equalization, each with corrected biases, judged on
calibration images that no step has used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..recipe import InputContract
from ..worker.progress import report
from .compare import Nearness, float_answers, nearness, split
from .correct import IMAGES, correct_biases
from .equalize import equalize
from .head import PixelInput, enter_pixels
from .quantize import Weights, quantize_with
from .ranges import Ranges, measure_ranges
from .search import Method, sample_values, search_ranges

STEPS: tuple[tuple[float, Method], ...] = (
    (0.0, "minmax"),
    (0.0, "mse"),
    (0.0, "percentile"),
    (0.5, "minmax"),
    (0.7, "minmax"),
    (0.5, "mse"),
    (0.7, "mse"),
    (0.5, "percentile"),
    (0.7, "percentile"),
)
"""(strength of equalization, range method), cheapest first."""

JUDGED = 256
"""Calibration images that a candidate is judged on, at most; none of those that its biases were corrected
on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to quantize: its name for the report, the file, and how near it is to the float model."""

    name: str
    int8_model: bytes
    nearness: Nearness


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """The best candidate and every one that was tried, in order."""

    best: Candidate
    tried: tuple[Candidate, ...]
    reached: bool


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
    used, judged = split(pixels, IMAGES, JUDGED)
    answers = float_answers(plain, judged)
    graphs: dict[float, tuple[PixelInput, Ranges]] = {}
    for number, (strength, method) in enumerate(STEPS):
        report(number, len(STEPS), "climbing")
        if strength not in graphs:
            entered = equalize(plain, pixels, strength) if strength else plain
            if strength and entered is plain:
                continue
            graphs[strength] = entered, measure_ranges(entered.float_model, pixels, entered.feed)
        entered, ranges = graphs[strength]
        if method != "minmax":
            ranges = search_ranges(ranges, sample_values(entered, pixels, ranges), method)
        data, _ = quantize_with(entered, ranges, weights=weights, dense=dense)
        name = f"{method} ranges" + (f", equalized {strength:g}" if strength else "")
        for label, file in ((name, data), (f"{name}, biases corrected", correct_biases(data, entered, used))):
            yield Candidate(name=label, int8_model=file, nearness=nearness(file, judged, answers))


def climb(
    float_model: bytes,
    pixels: NDArray[np.uint8],
    contract: InputContract,
    *,
    holds: Callable[[Candidate], bool],
    weights: Weights = "per-channel",
    dense: Weights | None = None,
) -> Climb:
    """Try candidates until `holds` (the caller's limit, for example the accuracy drop on labelled images) is
    true of one. `best` is that one, else the one with the smallest error of its scores."""
    tried = []
    for candidate in candidates(float_model, pixels, contract, weights=weights, dense=dense):
        tried.append(candidate)
        if holds(candidate):
            return Climb(best=candidate, tried=tuple(tried), reached=True)
    best = min(tried, key=lambda candidate: candidate.nearness.error)
    return Climb(best=best, tried=tuple(tried), reached=False)
