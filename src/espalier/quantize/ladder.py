"""Candidates beyond the first rung: range searches and equalization, each with corrected biases, then 16-bit
activations (widen.py), all judged on calibration images that no step has used."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..recipe import InputContract
from ..worker.progress import report
from .balance import balance
from .candidate import CORRECTED, Candidate
from .compare import Answers, float_answers, int8_answers, nearness, split
from .correct import correct_biases, images_for
from .equalize import equalize
from .head import PixelInput, enter_pixels
from .quantize import Weights, quantize_with
from .ranges import Ranges, measure_ranges
from .search import Method, sample_values, search_ranges
from .widen import LeftOut, Wide, wide_candidates

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A candidate that was measured: `top1` on labelled images and `drop` in points against float (None
    without labels), `kept` for the one that is used."""

    candidate: Candidate
    top1: float | None
    drop: float | None
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """Every step that was measured, in order, one of them kept; and why rungs were left out."""

    steps: tuple[Step, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Images with their classes, prepared by the contract, none of them used to calibrate."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]


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


def climb(
    float_model: bytes,
    pixels: NDArray[np.uint8],
    contract: InputContract,
    *,
    limit_points: float,
    labelled: Labelled | None = None,
    weights: Weights = "per-channel",
    dense: Weights | None = None,
    wide: Wide | None = None,
) -> Climb:
    """Try candidates until one loses at most `limit_points` percentage points of accuracy against the float
    model on the labelled images; without labels, until it disagrees with the float model on at most that
    share of the judged calibration images. 16-bit activations come last, and only with `wide`. The last
    step is kept when it holds, else the one with the smallest drop, then the smallest error of its scores
    (a 16-bit one only when it halves what is over the limit: it is several times slower). Deterministic.
    """
    plain = enter_pixels(float_model, contract)
    float_top1 = None if labelled is None else _top1(float_answers(plain, labelled.pixels), labelled)
    steps: list[Step] = []
    left_out: list[str] = []

    def holds(made: Iterable[Candidate | LeftOut]) -> bool:
        for candidate in made:
            if isinstance(candidate, LeftOut):
                left_out.append(candidate.why)
                continue
            steps.append(_measure(candidate, labelled, float_top1))
            if loss(steps[-1]) <= limit_points:
                return True
        return False

    held = holds(candidates(float_model, pixels, contract, weights=weights, dense=dense))
    int8 = len(steps)
    if not held and wide is not None:
        # Drops on few labelled images differ by chance; the error of the scores ranks better (compare.py).
        best = min(steps, key=lambda step: step.candidate.nearness.error).candidate
        used, judged = split(pixels, images_for(float_model), JUDGED)
        held = holds(
            wide_candidates(best, steps[0].candidate, used, judged, wide, weights=weights, dense=dense)
        )
    kept = steps[-1] if held else best_step(steps, int8, limit_points)
    return Climb(steps=tuple(replace(step, kept=step is kept) for step in steps), left_out=tuple(left_out))


def _measure(candidate: Candidate, labelled: Labelled | None, float_top1: float | None) -> Step:
    if labelled is None or float_top1 is None:
        return Step(candidate=candidate, top1=None, drop=None)
    top1 = _top1(int8_answers(candidate.int8_model, labelled.pixels), labelled)
    return Step(candidate=candidate, top1=top1, drop=round(100 * (float_top1 - top1), 6))


def loss(step: Step) -> float:
    """What a step costs in percentage points: of accuracy, or of agreement without labels."""
    return 100 * (1 - step.candidate.nearness.agreement) if step.drop is None else step.drop


def best_step(steps: list[Step], int8: int, limit_points: float) -> Step:
    """The step to keep when none holds; the first `int8` are without 16-bit activations."""
    narrow = min(steps[:int8], key=_order)
    wide = min(steps[int8:], key=_order, default=narrow)
    return wide if loss(wide) - limit_points <= (loss(narrow) - limit_points) / 2 else narrow


def _order(step: Step) -> tuple[float, float]:
    return (step.candidate.nearness.error if step.drop is None else step.drop), step.candidate.nearness.error


def _top1(answers: Answers, labelled: Labelled) -> float:
    return float((answers.probabilities.argmax(axis=1) == labelled.labels).mean())
