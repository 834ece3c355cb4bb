"""Candidates beyond the first rung: range searches and equalization, each with corrected biases, then weights rounded
by their output, judged on calibration images that no step has used. climb.py measures them; widen.py has those with
16-bit activations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Literal, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..progress import report
from ..quantizer.compare import Answers, Nearness, float_answers, nearness, split, unjudged
from ..quantizer.correct import correct_biases, images_for
from ..quantizer.head import PixelInput, enter_pixels
from ..quantizer.quantize import quantize_with
from ..quantizer.ranges import measure_ranges
from ..quantizer.results import Ranges, Weights
from ..quantizer.resume import FORGETFUL, Memory
from ..recipe import InputContract
from ..task.types import CLASSIFY, Task, at_most
from .balance import balance
from .candidate import CORRECTED, ROUNDED, TRYING, Candidate, Failed, attempt
from .equalize import equalize
from .high_bias import absorb_biases
from .range_fit import fit_ranges
from .range_search import Method, sample_values, search_ranges
from .weight_rounding import reconstruct

Graph = float | Literal["balanced"]
T = TypeVar("T")

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
weight_rounding.py: in the nearest of these, then with ranges from range_fit.py in its graph and in the model's own."""

ABSORBED = ", high biases absorbed"

JUDGED = 256
"""Calibration images that a candidate is judged on, at most; none of those that its biases were corrected
on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What every candidate starts from: the float graph as given; all calibration images, those that biases are
    corrected on, those that no judged image is among and those that candidates are judged on, with the float answers to
    them. `memory`: what an earlier climb of the same has made."""

    plain: PixelInput
    pixels: NDArray[np.uint8]
    used: NDArray[np.uint8]
    others: NDArray[np.uint8]
    judged: NDArray[np.uint8]
    answers: Answers
    memory: Memory = FORGETFUL


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a candidate: the rest follows from its source."""

    int8_model: bytes
    nearness: Nearness
    seconds: float
    ranges: Ranges
    extremes: Ranges


class _Level(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a levelled graph: its name, None where there was nothing to level."""

    changed: str | None


def start_from(
    float_model: bytes,
    pixels: NDArray[np.uint8],
    contract: InputContract,
    memory: Memory = FORGETFUL,
    task: Task = CLASSIFY,
) -> Start:
    """Split the images and run the float graph on those that candidates are judged on."""
    plain, count = enter_pixels(float_model, contract, task), images_for(float_model)
    most = at_most(task, JUDGED)
    used, judged = split(pixels, count, most)
    return Start(
        plain=plain,
        pixels=pixels,
        used=used,
        others=unjudged(pixels, count, most),
        judged=judged,
        answers=float_answers(plain, judged),
        memory=memory,
    )


def remembered(memory: Memory, like: Candidate, make: Callable[[], Candidate]) -> Candidate:
    """What `make` returns, or what was kept of it. `like`: a candidate of the same name, source and graph."""

    def row() -> _Made:
        made = make()
        ranges, extremes = (
            {name: (float(low), float(high)) for name, (low, high) in ends.items()}
            for ends in (made.ranges, made.extremes)
        )
        return _Made(
            int8_model=made.int8_model,
            nearness=made.nearness,
            seconds=made.seconds,
            ranges=ranges,
            extremes=extremes,
        )

    kept = memory.once(f"candidate: {like.name}", _Made, row)
    return replace(
        like,
        int8_model=kept.int8_model,
        nearness=kept.nearness,
        seconds=kept.seconds,
        ranges=kept.ranges,
        extremes=kept.extremes,
    )


def blank(name: str, level: Levelled) -> Candidate:
    """A candidate of a graph before it is made."""
    nowhere = Nearness(agreement=0.0, difference=0.0, error=0.0, images=0)
    return Candidate(
        name=name,
        int8_model=b"",
        nearness=nowhere,
        seconds=0.0,
        entered=level.entered,
        ranges=level.extremes,
        extremes=level.extremes,
        graph=level.changed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Levelled:
    """A float graph that candidates are made from, words for what was changed in it, its extremes."""

    entered: PixelInput
    changed: str
    extremes: Ranges


def candidates(
    start: Start,
    *,
    weights: Weights = "per-channel",
    dense: Weights | None = None,
    skip: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Candidate | Failed]:
    """Each step of STEPS, then those with rounded weights, made only when it is asked for. Deterministic. A step that
    cannot be made is Failed, and so is one in `skip` (name -> why): it ended the process before."""
    searched = []
    for made in _searched(start, weights, dense, skip):
        yield made
        if isinstance(made, Candidate):
            searched.append(made)
    if not searched:
        return
    nearest = min(searched, key=lambda one: one.nearness.error)
    sources = [(nearest, False), (nearest, True)]
    if nearest.entered is not start.plain:
        sources.append((searched[0], True))
    for source, fitted in sources:
        name = (f"fitted ranges{source.graph}" if fitted else source.name.removesuffix(CORRECTED)) + ROUNDED
        making = partial(_rounded, name, source, fitted, start, weights, dense)
        empty = replace(source, name=name, rounded=True)
        yield _made(name, name, partial(remembered, start.memory, empty, making), skip)


def _made(
    name: str, asked: str, make: Callable[[], T], skip: Mapping[str, str], at: int | None = None
) -> T | Failed:
    """`make()`, or why not; `asked` is what the step is called before it is made, which `skip` knows it by."""
    if asked in skip:
        return Failed(name=name, why=skip[asked])
    report(len(STEPS) if at is None else at, len(STEPS), TRYING + asked)
    return attempt(name, make)


def _searched(
    start: Start, weights: Weights, dense: Weights | None, skip: Mapping[str, str]
) -> Iterator[Candidate | Failed]:
    graphs: dict[Graph, Levelled | Failed | None] = {}
    for number, (graph, method) in enumerate(STEPS):
        clock = time.perf_counter()
        asked = f"{method} ranges" + (f", {_words(graph)}" if graph else "")
        if graph not in graphs:
            graphs[graph] = _made(asked, asked, partial(_level_once, start, graph, weights), skip, number)
        level = graphs[graph]
        if level is None:
            continue
        if isinstance(level, Failed):
            yield replace(level, name=asked)
            continue
        empty = blank(f"{method} ranges{level.changed}", level)
        making = partial(_timed, clock, partial(quantize_level, start, level, method, weights, dense))
        made = _made(empty.name, asked, partial(remembered, start.memory, empty, making), skip, number)
        yield made
        if isinstance(made, Failed):
            continue
        better = replace(made, name=made.name + CORRECTED)
        correcting = partial(_timed, time.perf_counter(), partial(correct_candidate, start, made))
        yield _made(
            better.name, asked, partial(remembered, start.memory, better, correcting), skip, number
        )


def _timed(clock: float, make: Callable[[], Candidate]) -> Candidate:
    """With the seconds since `clock`."""
    return replace(make(), seconds=time.perf_counter() - clock)


def _level_once(start: Start, graph: Graph, weights: Weights) -> Levelled | None:
    """`level_graph`. Its large result is not kept but for its name, which is all that a climb needs that makes nothing
    more."""
    name = f"graph: {_words(graph)}" if graph else "graph: as given"
    if start.memory.stopped:
        changed = start.memory.once(name, _Level, lambda: _Level(changed=None)).changed
        return None if changed is None else Levelled(entered=start.plain, changed=changed, extremes={})
    level = level_graph(start, graph, weights)
    start.memory.once(name, _Level, lambda: _Level(changed=None if level is None else level.changed))
    return level


def quantize_level(
    start: Start, level: Levelled, method: Method, weights: Weights, dense: Weights | None
) -> Candidate:
    entered, ranges = level.entered, level.extremes
    if method != "minmax":
        ranges = search_ranges(ranges, sample_values(entered, start.others, ranges), method)
    data, _ = quantize_with(entered, ranges, weights=weights, dense=dense)
    return Candidate(
        name=f"{method} ranges{level.changed}",
        int8_model=data,
        nearness=nearness(data, start.judged, start.answers),
        seconds=0.0,
        entered=entered,
        ranges=ranges,
        extremes=level.extremes,
        graph=level.changed,
    )


def correct_candidate(start: Start, made: Candidate) -> Candidate:
    data = correct_biases(made.int8_model, made.entered, start.used)
    near = nearness(data, start.judged, start.answers)
    return replace(made, name=made.name + CORRECTED, int8_model=data, nearness=near)


def level_graph(start: Start, graph: Graph, weights: Weights) -> Levelled | None:
    """None when there is nothing to level."""
    entered, changed = _levelled(start.plain, start.pixels, graph, weights)
    if graph and entered is start.plain:
        return None
    extremes = measure_ranges(entered.float_model, start.pixels, entered.feed)
    return Levelled(entered=entered, changed=changed, extremes=extremes)


def _words(graph: Graph) -> str:
    return "balanced" if graph == "balanced" else f"equalized {graph}"


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
    changed = f", {_words(graph)}"
    return absorbed, changed + (ABSORBED if absorbed is not entered else "")


def _rounded(
    name: str, source: Candidate, fitted: bool, start: Start, weights: Weights, dense: Weights | None
) -> Candidate:
    """A candidate with weights rounded on `start.others`, and with ranges fitted on them when `fitted`."""
    clock, ranges = time.perf_counter(), source.ranges
    if fitted:
        ranges = fit_ranges(source.entered, source.extremes, start.others)
    data, _ = quantize_with(source.entered, ranges, weights=weights, dense=dense)
    file = reconstruct(data, source.entered, start.others)
    return replace(
        source,
        name=name,
        int8_model=file,
        nearness=nearness(file, start.judged, start.answers),
        seconds=time.perf_counter() - clock,
        ranges=ranges,
        rounded=True,
    )
