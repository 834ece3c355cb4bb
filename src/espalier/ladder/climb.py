"""The climb: candidates in order, each measured against the limit, until one holds it or all are known."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from .. import statistics
from ..errors import VerificationError
from ..pixels import evenly
from ..progress import report
from ..quantizer.compare import Answers, float_results, nearness
from ..quantizer.results import Weights
from ..quantizer.resume import FORGETFUL, Memory
from ..recipe import InputContract
from ..store import digest
from ..task.types import CLASSIFY, Hits, Results, Task
from .candidate import Candidate, Failed, attempt
from .choose import Goal, Step, best_step, held_out_drop, loss, order
from .goal import Search
from .int16_targets import Wide
from .labelled import Labelled, results_of, results_unless_over
from .moving_average import averaged_candidate
from .rungs import candidates, start_from
from .widen import LeftOut, wide_candidates

DOUBT = 0.5
"""Points that a simulation's drop may be off by: two standard errors where it answers one image in a hundred otherwise
than the file, on 2,000 images."""

GLANCE = 64
"""Labelled images of the first look at a candidate."""

LOST = 3.290526731491926
"""Two-sided 99.9 % quantile: the interval of the first look that must lie beyond the limit."""

SECOND_LOOKS = 2
"""16-bit candidates whose simulation misses the limit by less than DOUBT that are measured on their own kernels, when
no other step holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """Every step that was measured, in order, one of them kept; those that could not be made or run; and why rungs were
    left out. `held_out`: the drop that the choice is worth on images that it was not made on, when more than one file was
    measured on the labelled images (choose.py)."""

    steps: tuple[Step, ...]
    failed: tuple[Failed, ...] = ()
    left_out: tuple[str, ...] = ()
    held_out: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """What candidates are measured on: labelled images and the float model's results (None without labels), calibration
    images that no step uses and the float answers to them."""

    goal: Goal
    labelled: Labelled | None
    floats: Results | None
    judged: NDArray[np.uint8]
    answers: Answers
    memory: Memory

    def measure(self, candidate: Candidate) -> Step:
        """Through the simulation where there is one; on the file's own kernels too, when that holds the limit. A candidate
        that GLANCE images show to be lost is not measured on the others."""
        if not candidate.simulated:
            return self._glance(candidate) or self.fully(candidate)
        guess = self._step(candidate, self.results(candidate.simulated), simulated=True)
        return self.confirm(guess) if self.goal.excess(guess) <= 0 else guess

    def fully(self, candidate: Candidate) -> Step:
        """On all images, whatever the first look shows."""
        return self._step(candidate, self.results(candidate.int8_model))

    def _glance(self, candidate: Candidate) -> Step | None:
        """The step as the first look shows it, where that shows it to be lost."""
        if self.labelled is None or self.floats is None or len(self.floats) < 2 * GLANCE or not self.labelled.counted:
            return None
        places = evenly(len(self.floats), GLANCE)
        part, floats, data = self.labelled.part(places), self.floats[places], candidate.int8_model
        found = self.memory.array(f"glance: {digest(data)}", partial(results_of, data, part))
        right, hits = part.right(floats), part.right(found)
        lost, won = int((right & ~hits).sum()), int((~right & hits).sum())
        low, _ = statistics.paired_interval(lost, won, GLANCE, z=LOST)
        if 100 * low <= max(self.goal.limit_points, 0.0):
            return None
        same = float(part.same(found, floats).mean())
        top1, drop = float(hits.mean()), round(100 * (lost - won) / GLANCE, 6)
        return Step(candidate=candidate, top1=top1, drop=drop, same=same, given_up=GLANCE)

    def confirm(self, guess: Step, *, fully: bool = False) -> Step:
        """A simulated step measured on the file's own kernels; not `fully`: given up once it is over the limit, which
        leaves the simulated step, with at least the drop that is shown."""
        started, data = time.perf_counter(), guess.candidate.int8_model
        if self.labelled is None or self.floats is None or guess.hits is None:
            self.memory.go_on()
            near = nearness(data, self.judged, self.answers)
            return self._step(self._timed(replace(guess.candidate, nearness=near), started), None)
        images, right = len(self.floats), self.labelled.right(self.floats)
        most_wrong = images - right.sum() + self.goal.limit_points / 100 * images
        found = self.results(data) if fully or not self.labelled.counted else self._unless_over(data, guess.hits, most_wrong)
        candidate = self._timed(guess.candidate, started)
        if found is not None:
            return self._step(candidate, found)
        drop = max(loss(guess), self.goal.limit_points + 100 / images)
        top1 = float(right.mean()) - drop / 100
        return replace(guess, candidate=candidate, top1=top1, drop=drop)

    def holds(self, step: Step) -> bool:
        """Whether the goal is reached, on the file's own kernels."""
        return not step.simulated and self.goal.excess(step) <= 0

    def results(self, data: bytes) -> Results | None:
        """What a file's answers to the labelled images say; None without any."""
        if self.labelled is None:
            return None
        return self.memory.array(f"results: {digest(data)}", partial(results_of, data, self.labelled))

    def _unless_over(self, data: bytes, guess: Hits, most_wrong: float) -> Results | None:
        """results_unless_over; a file that was given up is kept as no answers."""

        labelled = self.labelled
        if labelled is None:
            return None

        def run() -> Results:
            found = results_unless_over(data, labelled, guess, most_wrong)
            return np.zeros(0, np.int64) if found is None else found

        found = self.memory.array(f"results unless over {most_wrong}: {digest(data)}", run)
        return found if len(found) else None

    def _step(self, candidate: Candidate, results: Results | None, *, simulated: bool = False) -> Step:
        if results is None or self.floats is None or self.labelled is None:
            return Step(candidate=candidate, top1=None, drop=None, simulated=simulated)
        hits = self.labelled.right(results)
        top1 = self.labelled.worth(results)
        return Step(
            candidate=candidate,
            top1=top1,
            drop=round(100 * (self.labelled.worth(self.floats) - top1), 6),
            simulated=simulated,
            hits=hits,
            same=float(self.labelled.same(results, self.floats).mean()),
        )

    def worth(self, steps: Sequence[Step], limit_points: float | None, before: Sequence[Hits]) -> float | None:
        """The drop that choosing among the steps is worth on images that it was not made on; None without labels."""
        if self.floats is None or self.labelled is None or not self.labelled.counted:
            return None
        return held_out_drop(steps, self.labelled.right(self.floats), limit_points=limit_points, before=before)

    @staticmethod
    def _timed(candidate: Candidate, started: float) -> Candidate:
        return replace(candidate, seconds=candidate.seconds + time.perf_counter() - started)


def climb(
    float_model: bytes,
    pixels: NDArray[np.uint8],
    contract: InputContract,
    *,
    limit_points: float,
    min_agreement: float = 0.0,
    search: Search = "until-limit",
    labelled: Labelled | None = None,
    weights: Weights = "per-channel",
    dense: Weights | None = None,
    wide: Wide | None = None,
    skip: Mapping[str, str] = MappingProxyType({}),
    measured: Sequence[bytes] = (),
    memory: Memory = FORGETFUL,
    task: Task = CLASSIFY,
) -> Climb:
    """Try candidates until one loses at most `limit_points` percentage points of accuracy against the float
    model on the labelled images and answers at least the share `min_agreement` of them as that does; without
    labels, until it disagrees with the float model on at most `limit_points` percent of the judged calibration
    images, and `min_agreement` holds there.

    With `search` "best" every int8 candidate is measured, one with the ranges of LiteRT's own quantizer among them
    (moving_average.py), and the best of those that hold is kept (`order`). 16-bit activations come last, only when no
    int8 candidate holds, and only with `wide`; they are measured in a float simulation first, because their kernels
    are slow. When nothing holds, see `best_step`. A candidate that cannot be made or run is a row of its own, and the
    climb goes on; `skip`: see ladder.candidates. `measured`: files that were measured on the labelled images before and did
    not hold; the claim counts them, too. `memory`: what an earlier climb of the same has measured, and whether anything
    else is tried. Raises VerificationError when none can. Deterministic.
    """
    start = start_from(float_model, pixels, contract, memory, task)
    floats = None
    if labelled is not None:
        floats = memory.array("results: float", partial(float_results, start.plain, labelled.pixels))
    judge = _Judge(
        goal=Goal(limit_points=limit_points, min_agreement=min_agreement), labelled=labelled, floats=floats,
        judged=start.judged, answers=start.answers, memory=memory,
    )  # fmt: skip
    # First, so that a climb that is ended knows what its choice is worth.
    before = [] if labelled is None else [
        labelled.right(found) for data in measured if (found := judge.results(data)) is not None
    ]
    tries, thorough = _Tries(judge=judge), search == "best"
    held = tries.measure(candidates(start, weights=weights, dense=dense, skip=skip), stop=not thorough)
    if thorough:
        held = tries.measure(averaged_candidate(start, weights=weights, dense=dense), stop=False) or held
    steps, int8 = tries.steps, tries.least_one()
    if not held and wide is not None and not memory.stopped:
        # Drops on few labelled images differ by chance; the error of the scores ranks better (quantizer/compare.py).
        best = min(steps, key=lambda step: step.candidate.nearness.error).candidate
        rungs = wide_candidates(best, steps[0].candidate, start.used, start.judged, wide, weights=weights, dense=dense)
        held = tries.measure(rungs, stop=True) or _second_look(steps, judge)
    kept = min(filter(judge.holds, steps), key=order) if held else _best_confirmed(steps, int8, judge)
    shown = steps[:int8] if _place(steps, kept) < int8 else steps
    several = len(steps) + len(measured) > 1
    return Climb(
        steps=tuple(replace(step, kept=step is kept) for step in steps),
        failed=tuple(tries.failed), left_out=tuple(tries.left_out),
        held_out=judge.worth(shown, None if thorough else limit_points, before) if several else None,
    )  # fmt: skip


@dataclass(slots=True, kw_only=True)
class _Tries:
    """What was measured, what could not be, and why rungs were left out, in order."""

    judge: _Judge
    steps: list[Step] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def measure(self, made: Iterable[Candidate | Failed | LeftOut], *, stop: bool) -> bool:
        """Whether one holds, and then no further ones when `stop`."""
        held = False
        for candidate in made:
            if isinstance(candidate, LeftOut):
                self.left_out.append(candidate.why)
                continue
            step = (
                candidate
                if isinstance(candidate, Failed)
                else attempt(candidate.name, partial(self.judge.measure, candidate))
            )
            if isinstance(step, Failed):
                self.failed.append(step)
                continue
            self.steps.append(step)
            held = held or self.judge.holds(step)
            if held and stop:
                break
        return held

    def least_one(self) -> int:
        """How many steps there are. Raises VerificationError when there is none."""
        if not self.steps:
            raise VerificationError(
                "no step of the ladder could be made: " + "; ".join(f"{one.name}: {one.why}" for one in self.failed[:4]),
                next_step="please report this model",
            )
        return len(self.steps)


def _second_look(steps: list[Step], judge: _Judge) -> bool:
    """Measure the nearest of the simulated steps that miss by less than DOUBT on their own kernels; whether one holds.
    Replaces in `steps` what it measures."""
    near = [step for step in steps if step.simulated and judge.goal.excess(step) <= DOUBT]
    for guess in sorted(near, key=judge.goal.excess)[:SECOND_LOOKS]:
        place = _place(steps, guess)
        steps[place] = judge.confirm(guess)
        if judge.holds(steps[place]):
            return True
    return False


def _best_confirmed(steps: list[Step], int8: int, judge: _Judge) -> Step:
    """`best_step`, measured on the file's own kernels; replaces in `steps` what it measures."""
    if judge.memory.stopped:  # Whatever was measured to its end, if anything was.
        whole = [step for step in steps if not (step.simulated or step.given_up)]
        return best_step(whole or steps, len(whole or steps), judge.goal)
    while (kept := best_step(steps, int8, judge.goal)).simulated or kept.given_up:
        report(len(steps), len(steps), "measuring the best step")
        again = judge.confirm(kept, fully=True) if kept.simulated else judge.fully(kept.candidate)
        steps[_place(steps, kept)] = again
    return kept


def _place(steps: Sequence[Step], wanted: Step) -> int:
    return next(place for place, step in enumerate(steps) if step is wanted)
