"""Structured pruning: remove whole channels, with everything that depends on them, from a Keras model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import RecipeError, VerificationError
from ..load.keras_objects import Model
from ..pixels import evenly
from .allocate import Allocation, Choice, Term, allocate
from .constants import Constants, find_constants
from .flat import FlatGraph, answer_of, flatten
from .groups import Family, Groups, left_alone, trace_groups
from .importance import score_channels
from .least_squares import unrepaired_losses
from .narrow import narrow
from .norms import filter_norms
from .reconstruct import reconstruct

Images = NDArray[np.float32]

Judge = Callable[[Model], dict[str, Any]]
"""How near a model's answers are to those of the given one: "agreement", "distance", "images" (distill.judge_of)."""


NORM, FITTED, CHOICE = "channels by weight norm, not repaired", "least squares", "choice by what least squares cannot repair"


def prune_channels(
    model: Model,
    *,
    amount: float,
    multiple: int,
    images: Images,
    seed: int = 0,
    repair: bool = True,
    judge: Judge | None = None,
) -> tuple[Model, dict[str, Any]]:
    """Remove at least `amount` of the model's MACs; returns the smaller Keras model and the account.

    `images` are calibration images, normalised, float32 [n, h, w, c]. Channel counts stay multiples of
    `multiple`. Channels that are provably 0 (or constant, where that folds into a bias) go first and change
    no output. The account's keys: macs_before/after, parameters_before/after, multiple, free_channels,
    layers, left_alone, notes; with a `judge` also repair, what each step
    bought. Raises VerificationError when the smaller model does not run, RecipeError for
    an amount outside 0..1 or one that would empty a layer.
    """
    if not 0 <= amount < 1 or multiple < 1:
        raise RecipeError(
            f"cannot prune {amount:g} of the MACs to multiples of {multiple}", supported="0 <= amount < 1"
        )
    graph = flatten(model)
    groups = trace_groups(graph)
    constants = find_constants(graph, groups)
    refuse_emptying(groups, amount)
    scores = score_groups(graph, groups, images, seed)
    kept, allocation = choose_channels(groups, scores, constants.free, amount=amount, multiple=multiple)
    smaller = narrow(graph, groups, kept, fills=constants.fills)
    lossy = bool((~kept & ~constants.free).any())
    fitted = reconstruct(graph, groups, kept, smaller, images) if lossy and repair else []
    answer = answer_of(graph, smaller, images[:2])
    if not all(np.isfinite(head).all() for head in (answer if isinstance(answer, list) else [answer])):
        raise VerificationError("the pruned model answers with values that are not finite")
    account = _account(model, smaller, graph, groups, kept, allocation, constants.free, amount, multiple, fitted)
    if judge is not None:
        account["repair"] = [*_by_norm(graph, groups, kept, constants, images, judge), {"step": CHOICE, **judge(smaller)}]
    return smaller, account


def refuse_emptying(groups: Groups, amount: float) -> None:
    """Raise RecipeError for an amount that one channel in each family would not reach: layers would have to go whole. Where
    nothing can go at all, the account says so instead."""
    least = np.ones(groups.count, bool)
    movable = [family for family in groups.families if family.frozen is None and family.producers]
    for family in movable:
        least[family.members[1:]] = False
    whole = max(groups.macs(np.ones(groups.count, bool)), 1)
    most = 1 - groups.macs(least) / whole
    if amount <= most or not any(len(family.members) > 1 for family in movable):
        return
    emptied = list(dict.fromkeys(name for family in movable for name in family.producers))
    stay = ", ".join(f"{row['layer']} ({row['why']})" for row in left_alone(groups)[:2])
    raise RecipeError(
        f"`prune.amount` {amount:g} would empty layers: with one channel left in each of {', '.join(emptied[:4])}"
        f"{', ...' if len(emptied) > 4 else ''}, {most:.1%} of the MACs are gone; the rest is in what stays: {stay}",
        supported=f"amounts up to {np.floor(100 * most) / 100:g} for this model, far fewer for one that still answers",
        next_step="lower `prune.amount`, or choose a smaller network",
    )


def norm_choice(
    graph: FlatGraph, groups: Groups, kept: NDArray[np.bool_], free: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """As many components of each family as in `kept`, those of the largest weight norm; what is free goes first."""
    norms, chosen = np.where(free, -1.0, filter_norms(graph, groups)), kept.copy()
    for family in groups.families:
        count = int(kept[family.members].sum())
        if count < len(family.members):
            order = np.argsort(norms[family.members], kind="stable")
            chosen[family.members[order[: len(order) - count]]] = False
            chosen[family.members[order[len(order) - count :]]] = True
    return chosen


def _by_norm(
    graph: FlatGraph, groups: Groups, kept: NDArray[np.bool_], constants: Constants, images: Images, judge: Judge
) -> list[dict[str, Any]]:
    """What the same counts chosen by weight norm answer, before and after their repair."""
    chosen = norm_choice(graph, groups, kept, constants.free)
    smaller = narrow(graph, groups, chosen, fills=constants.fills)
    steps = [{"step": NORM, **judge(smaller)}]
    if (~chosen & ~constants.free).any():
        reconstruct(graph, groups, chosen, smaller, images)
    return [*steps, {"step": FITTED, **judge(smaller)}]


def score_groups(graph: FlatGraph, groups: Groups, images: Images, seed: int) -> NDArray[np.float64]:
    """What losing each component costs: what a refit leaves; where that is not known, how much the answer depends on it, in
    the same unit by the families of which both are known."""
    losses = unrepaired_losses(graph, groups, images, seed=seed)
    known = ~np.isnan(losses)
    if all(known[family.members].all() for family in groups.families if family.frozen is None and family.producers):
        return losses
    scores = score_channels(graph, groups, images[evenly(len(images), _image_count(groups))], seed=seed)
    unit = losses[known].sum() / scores[known].sum() if known.any() and scores[known].sum() > 0 else 1.0
    return np.where(known, losses, scores * unit)


def choose_channels(
    groups: Groups, scores: NDArray[np.float64], free: NDArray[np.bool_], *, amount: float, multiple: int
) -> tuple[NDArray[np.bool_], Allocation]:
    """Which components stay: bool [groups.count], and how the budget was met."""
    movable = [family for family in groups.families if family.frozen is None and family.producers]
    place = {int(member): index for index, family in enumerate(movable) for member in family.members}
    choices = [Choice(scores=scores[f.members], dead=free[f.members], width=f.channels) for f in movable]
    allocation = allocate(choices, _terms(groups, place, movable), amount=amount, multiple=multiple)
    kept = np.ones(groups.count, bool)
    for family, mask in zip(movable, allocation.kept, strict=True):
        kept[family.members] = mask
    return kept, allocation


def _terms(groups: Groups, place: dict[int, int], movable: list[Family]) -> list[Term]:
    terms = []
    for cost in groups.costs:
        axes = []
        for axis in cost.axes:
            found = [place.get(int(number), -1) for number in groups.component[axis]]
            members = {
                index: found.count(index) // len(movable[index].members)
                for index in sorted(set(found) - {-1})
            }
            axes.append((found.count(-1), members))
        terms.append(Term(weight=cost.weight, axes=tuple(axes)))
    return terms


def _image_count(groups: Groups) -> int:
    """Scoring costs about six passes an image; keep it near 2e11 multiply-accumulates."""
    macs = groups.macs(np.ones(groups.count, bool))
    return int(np.clip(2e11 / (6 * max(macs, 1)), 32, 256))


def _account(
    model: Model,
    smaller: Model,
    graph: FlatGraph,
    groups: Groups,
    kept: NDArray[np.bool_],
    allocation: Allocation,
    free: NDArray[np.bool_],
    amount: float,
    multiple: int,
    fitted: list[str],
) -> dict[str, Any]:
    layers = []
    for node in graph.nodes:
        if node.name in groups.layouts and node.kind not in ("BatchNormalization", "PReLU"):
            layout = groups.layouts[node.name]
            atoms = layout.inner if len(layout.inner) else layout.outputs
            after = int(kept[groups.component[atoms]].sum())
            layers.append({"name": node.name, "kind": node.kind, "before": len(atoms), "after": after})
    reached = 1 - allocation.macs_after / max(allocation.macs_before, 1)
    notes = []
    if allocation.multiple != multiple:
        notes.append(
            f"multiples of {multiple} could not reach {amount:.0%}; "
            f"counts are multiples of {allocation.multiple}"
        )
    if reached < amount - 1e-9:
        notes.append(f"only {reached:.1%} of the MACs could be removed, {amount:.0%} was asked")
    unique = {layer["name"]: layer for layer in layers}
    return {
        "method": "channels",
        "requested": amount,
        "reached": reached,
        "macs_before": allocation.macs_before,
        "macs_after": allocation.macs_after,
        "parameters_before": int(model.count_params()),
        "parameters_after": int(smaller.count_params()),
        "multiple": allocation.multiple,
        "free_channels": int((free & ~kept).sum()),
        "fitted": fitted,
        "layers": list(unique.values()),
        "left_alone": left_alone(groups),
        "notes": notes,
    }
