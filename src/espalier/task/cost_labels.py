"""`decision.cost` of several labels at once: for each label the threshold of least expected cost, and what 1,000 images cost with
them.

Labels are decided each by itself, so their costs add up: a label that an image has and that is not said is a miss, one that
is said and that it does not have a false alarm, each at the label's own price. No device sends such an image to a person;
`review` is what it costs that people look at every image. As in cost.py the figure that counts is held out: each fifth of the
images at the thresholds that the float model chooses on the other four, with a bootstrap over the images.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import RecipeError
from ..recipe_answers import Cost
from ..row_cost import CostLabel, CostRow, CostSide
from .cost import FOLDS, RESAMPLES, UNSEEN, Costs

STEPS = 256
"""Of a probability, as int8 has them."""

Cuts = tuple[float, ...]
Known = NDArray[np.bool_]
Fixed = Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPrices:
    """Of each label: what it costs not to say it, and to say it in vain; its share of the images in use (NaN: as they come)."""

    labels: tuple[str, ...]
    miss: Costs
    alarm: Costs
    review: float
    shares: Costs


def label_prices(cost: Cost, labels: Sequence[str]) -> LabelPrices:
    """The recipe's prices for a model's labels. Raises RecipeError for a label that the model does not have."""
    strange = next((label for label in cost.labels if label not in labels), None)
    if strange is not None:
        raise RecipeError(
            f"`decision.cost` names the label {strange!r}, which the model does not have",
            supported=", ".join(list(labels)[:8]) + (", ..." if len(labels) > 8 else ""),
            next_step="correct it",
        )
    own = [cost.labels.get(label) for label in labels]
    return LabelPrices(
        labels=tuple(labels),
        miss=np.array([cost.miss if one is None or one.miss is None else one.miss for one in own]),
        alarm=np.array([cost.false_alarm if one is None or one.false_alarm is None else one.false_alarm for one in own]),
        review=cost.review,
        shares=np.array([np.nan if one is None or one.share is None else one.share for one in own]),
    )


def weights_of(known: Known, prices: LabelPrices) -> Costs:
    """How much each image counts for each label, [n, labels], 1 on average. Raises RecipeError for a share that these images
    cannot have: of a label that none or every one of them has."""
    here = known.mean(axis=0)
    weights = np.ones(known.shape)
    for place, (share, seen) in enumerate(zip(prices.shares, here, strict=True)):
        if np.isnan(share):
            continue
        if (seen == 0 and share > 0) or (seen == 1 and share < 1):
            raise RecipeError(
                f"`decision.cost` states the share {share:g} of {prices.labels[place]!r}, and "
                f"{'no' if seen == 0 else 'every'} evaluation image has this label",
                next_step=f"add images {'of' if seen == 0 else 'without'} it, or leave the share out",
            )
        weights[:, place] = np.where(known[:, place], share / max(seen, 1e-12), (1 - share) / max(1 - seen, 1e-12))
    return weights


def cheapest_cuts(values: Costs, known: Known, prices: LabelPrices, weights: Costs, fixed: Fixed) -> Cuts:
    """For each label the step of int8 (k / 256) of least cost, in the middle of the longest run of equally cheap ones. `fixed`:
    place of a label -> its cut, which is not sought."""
    found = []
    for place in range(known.shape[1]):
        if place in fixed:
            found.append(float(fixed[place]))
            continue
        there, weight = known[:, place], weights[:, place]
        step = np.clip(np.floor(values[:, place].astype(np.float64) * STEPS), 0, STEPS - 1).astype(np.int64)
        below = np.bincount(step, np.where(there, weight * prices.miss[place], 0.0), STEPS)
        above = np.bincount(step, np.where(there, 0.0, weight * prices.alarm[place]), STEPS)
        # At the cut k all below it is not said: its misses, and the false alarms of the rest.
        costs = np.round((np.cumsum(below) - below) + above[::-1].cumsum()[::-1], 9)
        best = np.flatnonzero(costs[1:] == costs[1:].min()) + 1
        runs = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
        longest = max(runs, key=len)
        found.append(float(longest[len(longest) // 2]) / STEPS)
    return tuple(found)


def find_cost_cuts(values: Costs, known: Known, prices: LabelPrices, fixed: Fixed) -> Cuts:
    """The thresholds of the bundles, from the float model's answers."""
    return cheapest_cuts(values, known, prices, weights_of(known, prices), fixed)


def label_cost_row(
    given: Costs, int8: Costs, known: Known, prices: LabelPrices, cuts: Cuts, sought: Sequence[int]
) -> CostRow:
    """The row of the report. `cuts`: of the bundles, of which those at the places `sought` were found by find_cost_cuts."""
    weights = weights_of(known, prices)
    fixed = {place: cut for place, cut in enumerate(cuts) if place not in sought}
    folds = np.random.Generator(np.random.PCG64(0)).permutation(len(known)) % FOLDS
    held = np.empty((len(known), len(cuts)))
    for number in range(FOLDS):
        inside = folds == number
        others = ~inside if inside.any() and not inside.all() else np.ones(len(known), np.bool_)
        held[inside] = cheapest_cuts(given[others], known[others], prices, weights[others], fixed)
    sides = [_side(values, known, prices, weights, np.asarray(cuts), held) for values in (given, int8)]
    said = int8 >= np.asarray(cuts)
    row = CostRow(
        n=len(known),
        float=sides[0],
        int8=sides[1],
        people=1000 * prices.review,
        nothing=1000 * float((weights * known * prices.miss).sum(axis=1).mean()),
        nothing_label="none",
        labels=tuple(
            CostLabel(
                label=label,
                n=int(known[:, place].sum()),
                missed=int((known[:, place] & ~said[:, place]).sum()),
                reviewed=0,
                false_alarms=int((~known[:, place] & said[:, place]).sum()),
                threshold=cuts[place],
            )
            for place, label in enumerate(prices.labels)
        ),
        weighted=not np.isnan(prices.shares).all(),
        each=True,
        claim="",
    )
    return msgspec.structs.replace(row, claim=_claim(row))


def _claim(row: CostRow) -> str:
    one = row.int8
    said = (
        f"1,000 images cost {one.held_out:.4g} with int8 at a threshold for each label (95 % {one.low:.4g} to {one.high:.4g}; on "
        f"the very images that chose them {one.here:.4g}), {row.float.held_out:.4g} with the float model, {row.people:.4g} when "
        f"people look at all, {row.nothing:.4g} when no label is said of any"
    )
    cheaper = min(row.people, row.nothing)
    if one.held_out >= cheaper:
        return f"{said}. The model saves nothing at these prices"
    return said if one.high < cheaper else f"{said}. So few images do not show that the model saves anything"


def _costs(values: Costs, known: Known, prices: LabelPrices, cuts: Costs) -> Costs:
    said = values >= cuts
    return np.asarray((known & ~said) * prices.miss + (~known & said) * prices.alarm)


def _side(values: Costs, known: Known, prices: LabelPrices, weights: Costs, cuts: Costs, held: Costs) -> CostSide:
    """`held`: of each image the cuts that others chose, [n, labels]."""
    n, random = len(known), np.random.Generator(np.random.PCG64(0))
    here, out = ((weights * _costs(values, known, prices, one)).sum(axis=1) for one in (cuts, held))
    drawn = [float(out[random.integers(0, n, n)].mean()) for _ in range(RESAMPLES)]
    low, high = np.percentile(drawn, (2.5, 97.5))
    said = values >= cuts
    return CostSide(
        threshold=0.0,
        here=1000 * float(here.mean()),
        held_out=1000 * float(out.mean()),
        low=1000 * float(low),
        high=1000 * float(high) + _unseen(said, known, prices, weights),
        wrong=1000 * float((said != known).any(axis=1).mean()),
        review=0.0,
    )


def _unseen(said: Known, known: Known, prices: LabelPrices, weights: Costs) -> float:
    """What the dearest label of which no image was missed could still cost 1,000 images: 3 / n of its n images may be."""
    dearest = 0.0
    for place, miss in enumerate(prices.miss):
        own = known[:, place]
        if own.any() and said[own, place].all():
            share = float(weights[own, place].sum()) / len(known)
            dearest = max(dearest, 1000 * share * min(1.0, UNSEEN / int(own.sum())) * float(miss))
    return dearest
