"""Candidates beyond the first rung: range searches and equalization, each with corrected biases, then weights rounded
by their output, judged on calibration images that no step has used. climb.py measures them; widen.py has those with
16-bit activations."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..recipe import InputContract
from ..worker.progress import report
from .balance import balance
from .candidate import CORRECTED, ROUNDED, Candidate
from .compare import Answers, float_answers, nearness, split, unjudged
from .correct import correct_biases, images_for
from .equalize import equalize
from .fit import fit_ranges
from .head import PixelInput, enter_pixels
from .high_bias import absorb_biases
from .quantize import Weights, quantize_with
from .ranges import Ranges, measure_ranges
from .reconstruct import reconstruct
from .search import Method, sample_values, search_ranges

Graph = float | Literal["balanced"]

STEPS: tuple[tuple[Graph, Method], ...] = (
    (0.0, "minmax"),
    (0.0, "mse"),
    (0.0, "percentile"),
    (0.0, "kl"),
    ("balanced", "minmax"),
    ("balanced", "mse"),
    (0.5, "minmax"),
    (0.7, "minmax"),
    (0.5, "mse"),
    (0.7, "mse"),
    (0.5, "percentile"),
    (0.7, "percentile"),
)
"""(strength of equalization or balance.py's, range method), cheapest first. After them, dearest, weights rounded by
reconstruct.py: in the nearest of these, then with ranges from fit.py in its graph and in the model's own."""

ABSORBED = ", high biases absorbed"

JUDGED = 256
"""Calibration images that a candidate is judged on, at most; none of those that its biases were corrected
on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What every candidate starts from: the float graph as given; all calibration images, those that biases are
    corrected on, those that no judged image is among and those that candidates are judged on, with the float answers to
    them."""

    plain: PixelInput
    pixels: NDArray[np.uint8]
    used: NDArray[np.uint8]
    others: NDArray[np.uint8]
    judged: NDArray[np.uint8]
    answers: Answers


def start_from(float_model: bytes, pixels: NDArray[np.uint8], contract: InputContract) -> Start:
    """Split the images and run the float graph on those that candidates are judged on."""
    plain, count = enter_pixels(float_model, contract), images_for(float_model)
    used, judged = split(pixels, count, JUDGED)
    return Start(
        plain=plain,
        pixels=pixels,
        used=used,
        others=unjudged(pixels, count, JUDGED),
        judged=judged,
        answers=float_answers(plain, judged),
    )


def candidates(
    start: Start, *, weights: Weights = "per-channel", dense: Weights | None = None
) -> Iterator[Candidate]:
    """Each step of STEPS, then those with rounded weights, made only when it is asked for. Deterministic."""
    searched = []
    for candidate in _searched(start, weights, dense):
        yield candidate
        searched.append(candidate)
    nearest = min(searched, key=lambda one: one.nearness.error)
    sources = [(nearest, False), (nearest, True)]
    if nearest.entered is not start.plain:
        sources.append((searched[0], True))
    for source, fitted in sources:
        yield _rounded(source, fitted, start, weights, dense)


def _searched(start: Start, weights: Weights, dense: Weights | None) -> Iterator[Candidate]:
    plain, pixels, clock = start.plain, start.pixels, time.perf_counter()
    graphs: dict[Graph, tuple[PixelInput, str, Ranges]] = {}
    for number, (graph, method) in enumerate(STEPS):
        report(number, len(STEPS), "climbing")
        if graph not in graphs:
            entered, changed = _levelled(plain, pixels, graph, weights)
            if graph and entered is plain:
                continue
            graphs[graph] = entered, changed, measure_ranges(entered.float_model, pixels, entered.feed)
        entered, changed, extremes = graphs[graph]
        ranges = extremes
        if method != "minmax":
            ranges = search_ranges(ranges, sample_values(entered, pixels, ranges), method)
        data, _ = quantize_with(entered, ranges, weights=weights, dense=dense)
        name = f"{method} ranges{changed}"
        for label, file in ((name, data), (name + CORRECTED, correct_biases(data, entered, start.used))):
            near = nearness(file, start.judged, start.answers)
            yield Candidate(
                name=label,
                int8_model=file,
                nearness=near,
                seconds=time.perf_counter() - clock,
                entered=entered,
                ranges=ranges,
                extremes=extremes,
                graph=changed,
            )
            clock = time.perf_counter()


def _levelled(
    plain: PixelInput, pixels: NDArray[np.uint8], graph: Graph, weights: Weights
) -> tuple[PixelInput, str]:
    """The float graph with its channels levelled and what that leaves constant absorbed, and words for the name; the
    same `plain` when there is nothing to level."""
    if not graph:
        return plain, ""
    entered = (
        balance(plain, pixels, weights) if graph == "balanced" else equalize(plain, pixels, float(graph))
    )
    absorbed = absorb_biases(entered, pixels)
    changed = ", balanced" if graph == "balanced" else f", equalized {graph}"
    return absorbed, changed + (ABSORBED if absorbed is not entered else "")


def _rounded(
    source: Candidate, fitted: bool, start: Start, weights: Weights, dense: Weights | None
) -> Candidate:
    """A candidate with weights rounded on `start.others`, and with ranges fitted on them when `fitted`."""
    clock = time.perf_counter()
    name, ranges = source.name.removesuffix(CORRECTED), source.ranges
    if fitted:
        name = f"fitted ranges{source.graph}"
        ranges = fit_ranges(source.entered, source.extremes, start.others)
    data, _ = quantize_with(source.entered, ranges, weights=weights, dense=dense)
    file = reconstruct(data, source.entered, start.others)
    return replace(
        source,
        name=name + ROUNDED,
        int8_model=file,
        nearness=nearness(file, start.judged, start.answers),
        seconds=time.perf_counter() - clock,
        ranges=ranges,
        rounded=True,
    )
