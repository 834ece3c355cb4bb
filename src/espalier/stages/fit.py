"""`[prune] method = "fit"`: how many channels every group keeps so that all budgets hold at the least loss.

The model of the costs (fit/) proposes, the planner, the compiler and the emulated core dispose: what it chooses is narrowed in
the int8 network itself, measured, and chosen again until the budgets hold as measured. Then candidates are pruned, fitted and
quantized for real, and judged on calibration images that they were not fitted on. The evaluation images choose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from ..emit.plan_program import plan_plain
from ..emit.width_prices import PRICES
from ..errors import GateError, UnsupportedModelError
from ..fit.choose import Table
from ..fit.corners import corners
from ..fit.costs import corner_price
from ..fit.pricing import Limit, Pricing, losses_of, other_views
from ..fit.shapes import Counts, Shapes, cut
from ..graph.types import Graph
from ..graph.verify import layer_name
from ..prune.grouped import Group
from ..row_parts import LeftAlone
from ..store import digest
from ..target import Target
from .compile import core_of
from .first_rung import scheme_of, weights_of
from .fit_candidate import Candidate, judging_places, make_candidate
from .fit_cut import State, group_channels, measure_cut, shapes_of
from .fit_goals import Goal, costs_of, goals_of
from .fit_measure import Figures, Program, compiled_targets, emulated_targets, machine_of
from .gate import painted_bytes
from .job import Job
from .model import FloatModel
from .workshop import Workshop, pack, unpack

SHARES = (0.85, 0.7, 0.57, 0.45, 0.34, 0.24, 0.15, 0.07)
"""Points of the front: of what the budgets measure, from the floor (0) to the model as given (1)."""
TRIES = 8
"""How often the model of the costs is corrected by a measurement before what was found so far is taken."""
EXCHANGES = 8
"""Neighbours of the best candidate that are made, at most."""
class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found: every network that was made (in the order of what they lose), which of them was chosen, and what
    the budgets take at the floor."""

    groups: tuple[Group, ...]
    goals: tuple[Goal, ...]
    points: tuple[Candidate, ...]
    chosen: int
    given: tuple[float, ...]
    floor: tuple[float, ...]
    left_alone: tuple[LeftAlone, ...] = ()
    judged_on: int = 0
    networks: int = 0
    programs: int = 0
    notes: tuple[str, ...] = ()


def _silent(done: float, text: str) -> None:
    """Tells nobody."""


def search(
    shop: Workshop,
    job: Job,
    given: FloatModel,
    told: Callable[[float, str], None] = _silent,
    *,
    exchanges: int = EXCHANGES,
) -> Search:
    """Find the network; stored. `told`: how far it is, 0 to 1, and with what; `exchanges`: neighbours of the best candidate
    that are made, at most.

    Raises GateError with the proof where no counts meet the budgets: what is left with every group at its floor takes more.
    RecipeError where nothing is limited.
    """
    key = {
        **job.model.key,
        "machine": machine_of(job),
        "calibration": job.calibration.digest,
        "floor": job.recipe.prune.floor,
        "multiple": job.channel_multiple(),
        "budgets": msgspec.to_builtins(job.recipe.budgets),
        "deploy": msgspec.to_builtins(job.recipe.deploy),
        "targets": digest(msgspec.msgpack.encode(job.targets)),
        "emulated": emulated_targets(job),
        "name": job.recipe.name,
        "task": msgspec.to_builtins(job.asked(given)),
        "decision": msgspec.to_builtins(job.recipe.decision),
        "weights": weights_of(job),
        "scheme": scheme_of(job),
        "exchanges": exchanges,
    }
    files = shop.stored("fit/search", key, lambda: {"search": pack(_search(shop, job, given, told, exchanges))})
    return unpack(files["search"], Search)


def _search(
    shop: Workshop, job: Job, given: FloatModel, told: Callable[[float, str], None], exchanges: int
) -> Search:
    goals_of(job.recipe, job.targets, compiled_targets(job), emulated_targets(job))
    told(0.0, "groups of channels")
    found = group_channels(shop, job)
    if not found.groups:
        raise UnsupportedModelError(
            "no channels of this model can be removed: " + "; ".join(f"{r['layer']}: {r['why']}" for r in found.left_alone[:6]),
            supported="convolutions and dense layers whose channels can be followed",
            next_step='leave `prune.method` at "none"',
        )
    told(0.03, "the model as given")
    natural_counts = tuple(group.living for group in found.groups)
    natural = make_candidate(shop, job, given, found.groups, natural_counts)
    programs, beside = natural.figures.programs, painted_bytes(job, natural.heads)
    goals = goals_of(job.recipe, job.targets, programs, emulated_targets(job), beside)
    state = State(
        shop=shop, job=job, given=given, groups=found.groups, goals=goals, natural=natural, told=told,
        made={natural_counts: natural},
    )  # fmt: skip
    told(0.08, "how shapes follow from channels")
    shapes, fixed = shapes_of(state)
    floor = tuple(
        n if g in fixed else min(n, max(1, int(np.ceil(job.recipe.prune.floor * n)))) for g, n in enumerate(natural_counts)
    )
    least = measure_cut(state, shapes, floor)
    if least.median_us:  # A time of the cut network is no more than an expectation.
        least = msgspec.structs.replace(least, median_us=state.make(floor).figures.median_us)
    _refuse_what_cannot_fit(state, floor, least)
    chosen = _choose(state, shapes, _pricing(state, shapes, goals, floor, least), floor, exchanges)
    _front(state, shapes, floor)
    chosen = _best(state) or chosen
    if not chosen.figures.meets(goals):  # Cut to the floor the network held them, pruned for real it does not.
        _refuse_what_cannot_fit(state, floor, state.make(floor).figures)
    points = sorted(state.made.values(), key=lambda one: (one.distance, one.counts))
    return Search(
        groups=state.groups,
        goals=goals,
        points=tuple(points),
        chosen=[one.counts for one in points].index(chosen.counts),
        given=tuple(natural.figures.taken(goal) for goal in goals),
        floor=tuple(least.taken(goal) for goal in goals),
        left_alone=found.left_alone,
        judged_on=len(judging_places(job)),
        networks=len(state.made),
        programs=len(state.measured),
        notes=tuple(state.notes),
    )


def _refuse_what_cannot_fit(state: State, floor: Counts, least: Figures) -> None:
    """Raise GateError, with the proof, where a budget does not hold with every group at its floor: no other counts take less."""
    missed = [goal for goal in state.goals if least.taken(goal) > goal.aim]
    if not missed:
        return
    worst = max(missed, key=lambda goal: least.taken(goal) / max(goal.limit, 1.0))
    rows = [
        f"{goal.key}: at least {least.taken(goal):,.0f} {goal.unit} against {goal.limit:,.0f}" + _fixed_text(goal, least)
        for goal in missed
    ]
    holding = [
        f"{goal.key} {least.taken(goal):,.0f} of {goal.limit:,.0f}" for goal in state.goals if goal not in missed
    ]
    share = state.job.recipe.prune.floor
    raise GateError(
        f"no counts of channels meet the budgets: with every group at its floor ({share:.1%} of its channels, "
        f"{sum(floor)} of {sum(state.natural.counts)} in all) the program takes {'; '.join(rows)}"
        + (f" (met there: {', '.join(holding)})" if holding else ""),
        supported=f"budgets above these figures; the nearest miss is this network, and what binds is {worst.key}",
        next_step="raise the budget, lower `prune.floor`, give the network a smaller input, or take a part with more room",
    )


def _fixed_text(goal: Goal, least: Figures) -> str:
    """Of a flash budget below what the code alone takes, that it is."""
    code = least.programs[goal.target].code_bytes if goal.measure == "flash" else None
    return f" (the code alone takes {code:,})" if code is not None and code > goal.limit else ""


def _pricing(state: State, shapes: Shapes, goals: Sequence[Goal], floor: Counts, least: Figures) -> Pricing:
    """The model of the costs, which knows two networks: as given and with every group at its floor."""
    job, natural = state.job, state.natural
    isas = {name: _isa(target) for name, (_, target) in compiled_targets(job).items() if name in natural.figures.programs}
    timed = {isa for isa in isas.values() if isa in PRICES}
    multiple = 1 if isas else job.channel_multiple()
    levels = []
    for group, (low, high) in enumerate(zip(floor, natural.counts, strict=True)):
        prices = [corner_price(shapes, group, isa) for isa in sorted(timed)]
        levels.append(corners(low, high, prices, multiple=multiple) if low < high else (high,))
    every = tuple(tuple(dict.fromkeys((*one, low))) for one, low in zip(levels, floor, strict=True))
    losses = [losses_of(g.losses, g.size, one) for g, one in zip(state.groups, every, strict=True)]
    graph = shapes.graph
    counted = {
        name: [
            (counts, _by_operator(graph, figures.programs[name]))
            for counts, figures in ((natural.counts, natural.figures), (floor, least))
        ]
        for name in isas
    }
    limits = [
        Limit(name=g.key, measure=g.measure, limit=g.aim, target=g.target, isa=isas.get(g.target, ""))
        for g in goals
    ]
    pricing = Pricing(shapes, every, losses, limits, counted)
    for counts in (natural.counts, floor):
        _hold(state, shapes, pricing, counts)
    pricing.learn(natural.counts, _taken(goals, natural.figures))
    return pricing


def _by_operator(graph: Graph, program: Program) -> dict[int, float]:
    """Operator -> instructions, where a name tells one operator."""
    names = [f"{op.kind} {layer_name(graph, op)}" for op in graph.ops]
    return {
        number: float(program.layers[name])
        for number, name in enumerate(names)
        if name in program.layers and names.count(name) == 1
    }


def _isa(target: Target) -> str:
    core = core_of(target)
    return core.isa if core is not None else "portable"


def _taken(goals: Sequence[Goal], figures: Figures) -> dict[str, float]:
    return {goal.key: figures.taken(goal) for goal in goals}


def _hold(state: State, shapes: Shapes, pricing: Pricing, counts: Counts) -> None:
    """Tell the model what the planner holds at each step with these counts."""
    for name, (deploy, target) in compiled_targets(state.job).items():
        if name not in state.natural.figures.programs:
            continue
        pricing.hold(name, plan_plain(cut(shapes, counts), optimize=deploy.optimize, isa=_isa(target)))


def _choose(state: State, shapes: Shapes, pricing: Pricing, floor: Counts, exchanges: int) -> Candidate:
    """The candidate that meets every budget and is nearest to the model as given."""
    limits = {goal.key: goal.aim for goal in state.goals}
    steps = exchanges + 4
    done = 0

    def said(text: str) -> None:
        nonlocal done
        done += 1
        state.told(0.2 + 0.4 * min(1.0, done / steps), text)

    said("counts for the budgets")
    starts = {_within(state, shapes, pricing, limits, floor)}
    for view in other_views(pricing.losses):
        starts.add(_within(state, shapes, pricing, limits, floor, view))
    for counts in sorted(starts, reverse=True):
        said(f"{len(state.made)} networks made")
        state.make(counts)
    best = _best(state) or _until_met(state, pricing, limits, floor)
    tried = 0
    while tried < exchanges:
        moves = [m for m in pricing.exchanges(best.counts, limits) if m not in state.made][: exchanges - tried]
        if not moves:
            break
        for counts in moves:
            tried += 1
            if not measure_cut(state, shapes, counts).meets(state.goals):
                continue
            said(f"{len(state.made)} networks made, {best.agreement:.1%} of the answers the same")
            if state.make(counts).distance < best.distance and state.made[counts].figures.meets(state.goals):
                best = state.made[counts]
                break
        else:
            break
    return best


def _until_met(state: State, pricing: Pricing, limits: Mapping[str, float], floor: Counts) -> Candidate:
    """A real candidate that meets every budget, where those that the cut network promised did not: the model learns what they
    really take (a time, weights that compress less). The floor, met or not, where none is found."""
    last = min(state.made.values(), key=lambda one: (one.figures.macs, one.counts))
    for _ in range(TRIES):
        pricing.learn(last.counts, _taken(state.goals, last.figures))
        counts = pricing.solve(limits, last.counts)
        if counts is None or counts in state.made:
            break
        last = state.make(counts)
        if last.figures.meets(state.goals):
            return last
    return state.make(floor)


def _best(state: State) -> Candidate | None:
    fitting = [one for one in state.made.values() if one.figures.meets(state.goals)]
    return min(fitting, key=lambda one: (one.distance, one.counts), default=None)


def _within(
    state: State,
    shapes: Shapes,
    pricing: Pricing,
    limits: Mapping[str, float],
    floor: Counts,
    losses: Sequence[Table] | None = None,
) -> Counts:
    """Counts that the model chooses for these limits, corrected until they hold as measured; the floor where none were found."""
    bounds, at, found = dict(limits), state.natural.counts, floor
    for _ in range(TRIES):
        counts = pricing.solve(bounds, at, losses)
        if counts is None:
            pricing.learn(floor, _taken(state.goals, measure_cut(state, shapes, floor)))
            counts = pricing.solve(bounds, floor, losses) or floor
        taken = _taken(state.goals, measure_cut(state, shapes, counts))
        _hold(state, shapes, pricing, counts)
        pricing.learn(counts, taken)
        holds = all(taken[name] <= limit for name, limit in limits.items())
        if holds:
            if found == counts or pricing.loss(counts) <= pricing.loss(found):
                better, found = counts != found, counts
            else:
                better = False
            if not better:
                break
        elif counts == at:
            # The model says that it holds, the measurement that it does not: ask for a little less.
            bounds = {name: limit - max(0.0, taken[name] - limit) - 0.002 * limit for name, limit in bounds.items()}
        at = counts
    return found


def _front(state: State, shapes: Shapes, floor: Counts) -> None:
    """Points between the model as given and the floor, made for real; all that a network takes goes down together. They do not
    depend on the budgets, so that other budgets find them made."""
    goals = costs_of(state.natural.figures.programs, emulated_targets(state.job))
    least = measure_cut(state, shapes, floor)
    pricing = _pricing(state, shapes, goals, floor, least)
    high, low = (_taken(goals, figures) for figures in (state.natural.figures, least))
    for number, share in enumerate(SHARES):
        state.told(0.6 + 0.4 * number / len(SHARES), f"front, {len(state.made)} networks made")
        bounds = {name: low[name] + share * (high[name] - low[name]) for name in high}
        counts = pricing.solve(bounds, state.natural.counts)
        if counts is not None:
            state.make(counts)
