"""From what a search found to the network that is built and the rows that tell of it."""

from __future__ import annotations

from ..errors import RecipeError
from ..fit_rows import FitGoal, FitGroup, FitPoint, FitRow
from ..prune.grouped import Choice
from ..worker.keras_calls import Account, PruneTo
from .first_rung import quantize_float
from .fit import Search
from .fit_candidate import Candidate, candidate_key, figures_of, narrowed
from .fit_measure import Figures
from .job import Job
from .model import GIVEN, FloatModel
from .workshop import Workshop, pack, unpack

STEPS: tuple[tuple[str, Choice, bool, bool], ...] = (
    ("smallest weights, no repair", "norm", False, False),
    ("least squares", "norm", True, False),
    ("choice of channels", "losses", True, False),
    ("all calibration images", "losses", True, True),
)
"""What each step adds, by what channels go first, whether the layers are fitted again, and whether on all images."""


def front_of(found: Search) -> tuple[Candidate, ...]:
    """The networks of which none other takes less of everything and answers better, and the chosen one; those that take most
    first, so that a number is a place in a row of falling cost."""
    goals = found.goals
    figures = [(one.distance, one.figures.macs, *(one.figures.taken(goal) for goal in goals)) for one in found.points]

    def beaten(mine: tuple[float, ...]) -> bool:
        return any(other != mine and all(a <= b for a, b in zip(other, mine, strict=True)) for other in figures)

    kept = [
        one
        for number, (one, mine) in enumerate(zip(found.points, figures, strict=True))
        if number == found.chosen or not beaten(mine)
    ]
    return tuple(sorted(kept, key=lambda one: (-one.figures.macs, one.distance, one.counts)))


def wanted(job: Job, found: Search) -> Candidate:
    """The chosen network, or the point that the recipe asks for. Raises RecipeError for one that is not there."""
    point, front = job.recipe.prune.point, front_of(found)
    if point is None:
        return found.points[found.chosen]
    if point > len(front):
        raise RecipeError(
            f"`prune.point` is {point}, the front has {len(front)} points",
            supported=f"1 to {len(front)}, as the report of a build without `point` lists them",
            next_step="correct `point`, or leave it out",
        )
    return front[point - 1]


def loses(job: Job, found: Search) -> bool:
    """Whether the wanted network lacks channels that mattered."""
    return wanted(job, found).counts != tuple(group.living for group in found.groups)


def keep(shop: Workshop, job: Job, found: Search, slot: str) -> Account:
    """The wanted network in a slot of the TensorFlow process, fitted on every calibration image; what was pruned."""
    return shop.worker("tensorflow").ask(
        PruneTo(
            slot_from=GIVEN,
            slot_to=slot,
            groups=found.groups,
            counts=wanted(job, found).counts,
            pixels_path=job.calibration.pixels(),
            contract=job.recipe.input,
            whole=True,
        )
    )


def fit_row(shop: Workshop, job: Job, given: FloatModel, model: FloatModel, found: Search) -> FitRow:
    """What the search found, and what the network that was built takes; without what the evaluation images say."""
    kept = wanted(job, found)
    step_models(shop, job, found)
    done = quantize_float(shop, job, model)
    figures, _ = figures_of(shop, job, given, model, done)
    points = tuple(_point(found, kept, number, one) for number, one in enumerate(front_of(found), start=1))
    groups = tuple(
        FitGroup(layers=group.layers, given=group.size, free=group.free, kept=count)
        for group, count in zip(found.groups, kept.counts, strict=True)
    )
    notes = list(found.notes)
    if not figures.meets(found.goals) and kept.figures.meets(found.goals):
        notes.append("the repaired network takes other figures than the candidate did")
    return FitRow(
        goals=_goals(found, figures),
        points=points,
        groups=groups,
        judged_on=found.judged_on,
        networks=found.networks,
        programs=found.programs,
        notes=tuple(notes),
    )


def step_models(shop: Workshop, job: Job, found: Search) -> dict[str, FloatModel]:
    """The float network with the wanted counts after each of STEPS; none where nothing was pruned. Stored: they are made while
    the TensorFlow process is there."""
    counts = wanted(job, found).counts
    if not loses(job, found):
        return {}
    made = {}
    for name, by, repair, whole in STEPS:

        def run(by: Choice = by, repair: bool = repair, whole: bool = whole) -> dict[str, bytes]:
            return {"float": pack(narrowed(shop, job, found.groups, counts, by=by, repair=repair, whole=whole))}

        key = {**candidate_key(job, found.groups), "counts": counts, "by": by, "repair": repair, "whole": whole}
        made[name] = unpack(shop.stored("fit/step", key, run)["float"], FloatModel)
    return made


def _goals(found: Search, figures: Figures) -> tuple[FitGoal, ...]:
    """Each budget; the one that binds is that of which most is taken, where the network is not the model as given."""
    reached = [figures.taken(goal) for goal in found.goals]
    shares = [value / max(goal.limit, 1.0) for goal, value in zip(found.goals, reached, strict=True)]
    pruned = any(value < given for value, given in zip(reached, found.given, strict=True))
    return tuple(
        FitGoal(
            name=goal.key,
            target=goal.target,
            unit=goal.unit,
            limit=goal.limit,
            given=found.given[place],
            floor=found.floor[place],
            reached=reached[place],
            binding=pruned and shares[place] == max(shares),
        )
        for place, goal in enumerate(found.goals)
    )


def _point(found: Search, kept: Candidate, number: int, one: Candidate) -> FitPoint:
    return FitPoint(
        number=number,
        counts=one.counts,
        macs=one.figures.macs,
        model_bytes=one.figures.model_bytes,
        taken=tuple(one.figures.taken(goal) for goal in found.goals),
        distance=one.distance,
        agreement=one.agreement,
        fits=one.figures.meets(found.goals),
        chosen=one.counts == kept.counts,
    )
