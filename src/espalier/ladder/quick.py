"""The steps that cost seconds, all tried before anything is measured on the evaluation images.

The choice is made on calibration images that no step was made from (all calibration images set the extremes; biases,
weights and ranges are moved on others), by how near the float model's answers are. The evaluation images take no part in
it, so what they say of the kept step is not flattered by the choice, and the claim needs no correction. Files that
several kernel sets agree on are preferred: the nearest are run on LiteRT's builtin kernels, too, and the worse of both
errors counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from .. import statistics
from ..pixels import evenly
from ..progress import report
from ..quantizer.compare import Nearness, alike, int8_answers, nearness_of, relative_error
from ..quantizer.correct import correct_biases, images_for
from ..quantizer.quantize import quantize_with
from ..quantizer.results import Ranges, Weights
from ..tflite.edit import read_model
from ..tflite.macs import count_macs
from ..tflite.objects import ModelT
from .candidate import CORRECTED, FIRST, ROUNDED, TRYING, Candidate, Failed, attempt
from .effort import Effort, effort_of
from .range_fit import fit_ranges, shared_ranges
from .range_search import IMAGES as SAMPLED
from .range_search import Method, sample_values, search_ranges
from .rungs import JUDGED, Graph, Levelled, Start, level_graph
from .weight_rounding import reconstruct

SECONDS = 0.6
"""Of one core (effort.py), for all steps together: what keeps a build for three targets under 1.5 times a plain script that
only converts, with the rest of what it does."""

FITTED_IMAGES = 24
ROUNDED_IMAGES = 96
ROWS = 4_000
"""Fewer than a climb takes: on ResNet8 the answers agree as often (98.4 %), at a fifth of the time."""

CHANCE = 0.05
"""Level of McNemar's test at which a step counts as answering fewer images as the float model does."""

FINALISTS = 3
KERNEL_MACS = 1_000_000_000
"""Work that the builtin kernels are given for one finalist; at least LEAST images."""

LEAST = 8

QUICK = " (quick)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A step that was judged: which of the judged images it answers as the float model does, and its error on the
    builtin kernels where it was a finalist."""

    candidate: Candidate
    same: NDArray[np.bool_]
    builtin: float | None = None

    @property
    def error(self) -> float:
        return max(self.candidate.nearness.error, self.builtin or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    """All that was tried, in order, and what was chosen of it."""

    tried: tuple[Tried, ...]
    chosen: Tried
    failed: tuple[Failed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rung:
    name: str
    seconds: float
    make: Callable[[], Candidate | None]


def try_quick(
    start: Start,
    first: bytes,
    extremes: Ranges,
    *,
    weights: Weights = "per-channel",
    dense: Weights | None = None,
    seconds: float = SECONDS,
    skip: Mapping[str, str] = MappingProxyType({}),
) -> Quick:
    """The first rung's file (from `extremes`), then every step that fits into the seconds that are left; the best by
    agreement on the judged images, of those that differ by chance the one with the least error. `skip`: see
    ladder.candidates. Deterministic."""
    tried = [_judged(_candidate(FIRST, first, start, extremes, extremes), start)]
    failed: list[Failed] = []
    left = seconds - _overhead(effort_of(read_model(start.plain.float_model)), len(start.judged))
    for number, rung in enumerate(_rungs(start, extremes, weights, dense)):
        if rung.seconds > left:
            continue
        left -= rung.seconds
        if rung.name in skip:
            failed.append(Failed(name=rung.name, why=skip[rung.name]))
            continue
        report(number, len(STEPS) + 1, TRYING + rung.name)
        clock = time.perf_counter()
        made = attempt(rung.name, rung.make)
        if made is None:
            continue
        judged = made if isinstance(made, Failed) else attempt(made.name, partial(_judged, made, start))
        if isinstance(judged, Failed):
            failed.append(judged)
        else:
            spent = replace(judged.candidate, seconds=time.perf_counter() - clock)
            tried.append(replace(judged, candidate=spent))
    tried = _on_builtin_kernels(tried, start)
    return Quick(tried=tuple(tried), chosen=_best(tried), failed=tuple(failed))


def pays(float_model: bytes, images: int, seconds: float = SECONDS) -> bool:
    """Whether any step fits: known before the float graph answers the judged images, which alone takes longer for a large
    network."""
    model = read_model(float_model)
    effort, used = effort_of(model), min(images_for(float_model), images // 2)
    judged = min(JUDGED, images - used)
    return _overhead(effort, judged) + effort.searched(SAMPLED) + effort.corrected(used, judged) <= seconds


def _overhead(effort: Effort, judged: int) -> float:
    """The float graph's answers and the first rung's."""
    return judged * (effort.float_invoke + effort.int8_invoke)


STEPS: tuple[tuple[Graph, Method], ...] = (
    (0.0, "mse"),
    (0.0, "kl"),
    (0.5, "mse"),
    ("balanced", "mse"),
    (0.0, "percentile"),
    (0.7, "mse"),
)
"""(strength of equalization, range rule), each with corrected biases: by what they gained for their time on the networks
that were looked at, best first. Between the third and the fourth fitted ranges and rounded weights."""


def _rungs(start: Start, extremes: Ranges, weights: Weights, dense: Weights | None) -> Iterator[_Rung]:
    model = read_model(start.plain.float_model)
    effort, judged = effort_of(model), len(start.judged)
    for number, (graph, method) in enumerate(STEPS):
        if number == 3:
            yield _Rung(
                name="fitted ranges" + ROUNDED + QUICK,
                seconds=_fitted_seconds(start, extremes, effort, model),
                make=partial(_fitted, start, extremes, weights, dense),
            )
        seconds = effort.searched(SAMPLED) + effort.corrected(len(start.used), judged)
        words = "" if not graph else ", balanced" if graph == "balanced" else f", equalized {graph}"
        yield _Rung(
            name=f"{method} ranges{words}" + CORRECTED,
            seconds=seconds + (effort.levelled(len(start.pixels)) if graph else 0.0),
            make=partial(_searched, start, extremes, graph, method, weights, dense),
        )


def _fitted_seconds(start: Start, extremes: Ranges, effort: Effort, model: ModelT) -> float:
    free = {name: ends for name, ends in extremes.items() if name not in start.plain.fixed}
    groups = min(24, len(shared_ranges(model, free)))
    rounded = effort.rounded(min(ROUNDED_IMAGES, len(start.others)), ROWS)
    return effort.fitted(groups, min(FITTED_IMAGES, len(start.others))) + rounded


def _fitted(start: Start, extremes: Ranges, weights: Weights, dense: Weights | None) -> Candidate:
    images = start.others
    ranges = fit_ranges(start.plain, extremes, images, count=FITTED_IMAGES)
    data, _ = quantize_with(start.plain, ranges, weights=weights, dense=dense)
    rounded = reconstruct(data, start.plain, images[evenly(len(images), ROUNDED_IMAGES)], rows=ROWS)
    made = _candidate("fitted ranges" + ROUNDED + QUICK, rounded, start, ranges, extremes)
    return replace(made, rounded=True)


def _searched(
    start: Start, extremes: Ranges, graph: Graph, method: Method, weights: Weights, dense: Weights | None
) -> Candidate | None:
    """None where there is nothing to level."""
    level: Levelled | None = Levelled(entered=start.plain, changed="", extremes=extremes)
    if graph:
        level = level_graph(start, graph, weights)
    if level is None:
        return None
    sample = sample_values(level.entered, start.others, level.extremes)
    ranges = search_ranges(level.extremes, sample, method)
    data, _ = quantize_with(level.entered, ranges, weights=weights, dense=dense)
    data = correct_biases(data, level.entered, start.used)
    made = _candidate(f"{method} ranges{level.changed}" + CORRECTED, data, start, ranges, level.extremes)
    return replace(made, entered=level.entered, graph=level.changed)


def _candidate(name: str, data: bytes, start: Start, ranges: Ranges, extremes: Ranges) -> Candidate:
    nowhere = Nearness(agreement=0.0, difference=0.0, error=0.0, images=0)
    return Candidate(
        name=name,
        int8_model=data,
        nearness=nowhere,
        seconds=0.0,
        entered=start.plain,
        ranges=ranges,
        extremes=extremes,
    )


def _judged(made: Candidate, start: Start) -> Tried:
    found, wanted = int8_answers(made.int8_model, start.judged), start.answers
    return Tried(candidate=replace(made, nearness=nearness_of(found, wanted)), same=alike(found, wanted))


def _on_builtin_kernels(tried: list[Tried], start: Start) -> list[Tried]:
    """The nearest FINALISTS with their error there; a file that these kernels do not take is as far as can be."""
    macs = count_macs(read_model(start.plain.float_model))
    count = max(LEAST, KERNEL_MACS // max(1, macs))
    places = evenly(len(start.judged), count)
    wanted, task = start.answers.scores[places], start.answers.task
    nearest = sorted(tried, key=lambda one: one.error)[:FINALISTS] if len(tried) > 1 else []

    def error(one: Tried) -> float:
        found = int8_answers(one.candidate.int8_model, start.judged[places], kernels="builtin")
        return relative_error(found.scores, wanted, task=task)

    found = []
    for one in tried:
        if any(one is final for final in nearest):
            there = attempt(one.candidate.name, partial(error, one))
            one = replace(one, builtin=np.inf if isinstance(there, Failed) else there)
        found.append(one)
    return found


def _best(tried: list[Tried]) -> Tried:
    """Of those that answer as many images as the float model does as the best of them, up to chance, the finalist with
    the least error."""
    most = max(tried, key=lambda one: int(one.same.sum()))

    def worse(one: Tried) -> bool:
        lost, won = int((most.same & ~one.same).sum()), int((~most.same & one.same).sum())
        return lost > won and statistics.mcnemar(lost, won) < CHANCE

    left = [one for one in tried if not worse(one)]
    finalists = [one for one in left if one.builtin is not None] or left
    return min(finalists, key=lambda one: one.error)
