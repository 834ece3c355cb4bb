"""The threshold of least expected cost, and what answers cost with it.

An image costs nothing when its answer is right, `review` when the confidence is below the threshold, else the miss of its
true label and the false alarm of the answered one. The threshold is the cheapest on all images; what it will cost on others is
told by cross-fitting (each fifth of the images is judged at the threshold that the other four choose), with a bootstrap over
the images (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13: percentiles).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import RecipeError
from ..recipe_answers import Cost
from ..row_cost import CostLabel, CostRow, CostSide

THRESHOLDS = np.arange(101) / 100
"""What is tried, 0 to 1; at 1 no answer of int8 is given."""

FOLDS, RESAMPLES = 5, 2_000

UNSEEN = 3.0
"""Of n images without an event, the 95 % upper limit of its share is about 3 / n ("rule of three", Hanley & Lippman-Hand,
JAMA 249, 1983)."""

Costs = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """`wrong`: [true label, answered label], 0 where they are the same. `shares`: of each label in use; None: as they come."""

    labels: tuple[str, ...]
    wrong: Costs
    review: float
    normal: int | None
    shares: Costs | None


def prices_of(cost: Cost, labels: Sequence[str]) -> Prices:
    """The recipe's prices for a model's labels. Raises RecipeError for a label that the model does not have."""
    known = [*cost.labels, *([] if cost.normal is None else [cost.normal])]
    strange = next((label for label in known if label not in labels), None)
    if strange is not None:
        raise RecipeError(
            f"`decision.cost` names the label {strange!r}, which the model does not have",
            supported=", ".join(list(labels)[:8]) + (", ..." if len(labels) > 8 else ""),
            next_step="correct it",
        )
    own = [cost.labels.get(label) for label in labels]
    miss = np.array([cost.miss if one is None or one.miss is None else one.miss for one in own])
    alarm = np.array([cost.false_alarm if one is None or one.false_alarm is None else one.false_alarm for one in own])
    normal = None if cost.normal is None else list(labels).index(cost.normal)
    if normal is not None:
        miss[normal] = alarm[normal] = 0.0
    wrong = miss[:, None] + alarm[None, :]
    np.fill_diagonal(wrong, 0.0)
    shares = np.array([np.nan if one is None or one.share is None else one.share for one in own])
    return Prices(
        labels=tuple(labels), wrong=wrong, review=cost.review, normal=normal,
        shares=None if np.isnan(shares).all() else shares,
    )  # fmt: skip


def weights_of(truth: NDArray[np.int64], prices: Prices) -> Costs:
    """How much each image counts, 1 on average. What is left of the stated shares goes to the other labels as they come.
    Raises RecipeError for a share of a label that no image has."""
    if prices.shares is None:
        return np.ones(len(truth))
    here = np.bincount(truth, minlength=len(prices.labels)) / len(truth)
    stated = ~np.isnan(prices.shares)
    lacking = next((label for label, s, h in zip(prices.labels, prices.shares, here, strict=True) if s > 0 and h == 0), None)
    if lacking is not None:
        raise RecipeError(
            f"`decision.cost` states the share of {lacking!r}, and no evaluation image has this label",
            next_step="add images of it, or leave the share out",
        )
    rest, others = 1 - prices.shares[stated].sum(), here[~stated].sum()
    if others == 0 and rest > 1e-6:
        raise RecipeError(
            f"the shares of all labels in `decision.cost` make {1 - rest:g}", supported="1", next_step="correct them"
        )
    wanted = np.where(stated, prices.shares, here * rest / others if others else 0.0)
    scale = np.divide(wanted, here, out=np.zeros_like(here), where=here > 0)
    weights: Costs = scale[truth]
    weights /= weights.mean()
    return weights


def cost_table(outputs: NDArray[np.float32], truth: NDArray[np.int64], prices: Prices) -> Costs:
    """What each image costs at each of THRESHOLDS: [n, 101]; `outputs` are probabilities [n, labels]."""
    confidence, answers = outputs.max(axis=1).astype(np.float64), outputs.argmax(axis=1)
    given = confidence[:, None] >= THRESHOLDS
    costs: Costs = np.where(given, prices.wrong[truth, answers][:, None], prices.review)
    return costs


def cheapest(costs: Costs, weights: Costs) -> int:
    """Place of the threshold of least mean cost; the least of equals. Sums of equal costs in another order do not differ."""
    mean = np.round(weights @ costs / weights.sum(), 9)
    return int(mean.argmin())


def choose_by_cost(int8_outputs: NDArray[np.float32], truth: NDArray[np.int64], prices: Prices) -> float:
    """The threshold of the bundles: int8's cheapest."""
    return float(THRESHOLDS[cheapest(cost_table(int8_outputs, truth, prices), weights_of(truth, prices))])


def cost_row(
    float_outputs: NDArray[np.float32], int8_outputs: NDArray[np.float32], truth: NDArray[np.int64], prices: Prices
) -> CostRow:
    """The row of the report; `truth` are places of labels."""
    weights = weights_of(truth, prices)
    sides = [_side(outputs, truth, prices, weights) for outputs in (float_outputs, int8_outputs)]
    constant = 1000 * (weights @ prices.wrong[truth]) / len(truth)
    nothing = int(constant.argmin()) if prices.normal is None else prices.normal
    row = CostRow(
        n=len(truth),
        float=sides[0],
        int8=sides[1],
        people=1000 * prices.review,
        nothing=float(constant[nothing]),
        nothing_label=prices.labels[nothing],
        labels=_labels(int8_outputs, truth, prices, sides[1].threshold),
        weighted=prices.shares is not None,
        claim="",
    )
    return msgspec.structs.replace(row, claim=claim(row))


def claim(row: CostRow) -> str:
    """What the figures say, in words."""
    one = row.int8
    said = (
        f"1,000 images cost {one.held_out:.4g} with int8 at the threshold {one.threshold:g} (95 % {one.low:.4g} to "
        f"{one.high:.4g}; on the very images that chose it {one.here:.4g}), {row.float.held_out:.4g} with the float model at its "
        f"own, {row.people:.4g} when people look at all, {row.nothing:.4g} when all are taken for {row.nothing_label}"
    )
    cheaper = min(row.people, row.nothing)
    if one.held_out >= cheaper:
        return f"{said}. The model saves nothing at these prices"
    return said if one.high < cheaper else f"{said}. So few images do not show that the model saves anything"


def _side(outputs: NDArray[np.float32], truth: NDArray[np.int64], prices: Prices, weights: Costs) -> CostSide:
    costs, n = cost_table(outputs, truth, prices), len(truth)
    chosen = cheapest(costs, weights)
    random = np.random.Generator(np.random.PCG64(0))
    fold = random.permutation(n) % FOLDS
    held = costs[:, chosen].copy()
    for number in range(FOLDS):
        inside = fold == number
        if inside.any() and not inside.all():
            held[inside] = costs[inside, cheapest(costs[~inside], weights[~inside])]
    weighted = weights * held
    drawn = np.array([_resampled(weighted, weights, random) for _ in range(RESAMPLES)])
    low, high = np.percentile(drawn, (2.5, 97.5))
    answers, threshold = outputs.argmax(axis=1), float(THRESHOLDS[chosen])
    given = outputs.max(axis=1).astype(np.float64) >= threshold
    return CostSide(
        threshold=threshold,
        here=1000 * float(weights @ costs[:, chosen]) / n,
        held_out=1000 * float(weighted.sum()) / n,
        low=1000 * float(low),
        high=1000 * float(high) + _unseen(given, answers, truth, prices, weights),
        wrong=1000 * float(weights @ (given & (answers != truth))) / n,
        review=1000 * float(weights @ ~given) / n,
    )


def _resampled(weighted: Costs, weights: Costs, random: np.random.Generator) -> float:
    drawn = random.integers(0, len(weights), len(weights))
    return float(weighted[drawn].sum() / max(weights[drawn].sum(), 1e-12))


def _unseen(
    given: NDArray[np.bool_], answers: NDArray[np.int64], truth: NDArray[np.int64], prices: Prices, weights: Costs
) -> float:
    """What the dearest kind of mistake that no image made could still cost 1,000 images: of a label with n images none of
    which was answered wrongly, 3 / n may be."""
    dearest = 0.0
    for label in np.unique(truth):
        own = truth == label
        if not (given & (answers != truth) & own).any():
            share = float(weights[own].sum()) / len(truth)
            dearest = max(dearest, 1000 * share * min(1.0, UNSEEN / int(own.sum())) * float(prices.wrong[label].max()))
    return dearest


def _labels(
    outputs: NDArray[np.float32], truth: NDArray[np.int64], prices: Prices, threshold: float
) -> tuple[CostLabel, ...]:
    answers = outputs.argmax(axis=1)
    given = outputs.max(axis=1).astype(np.float64) >= threshold
    return tuple(
        CostLabel(
            label=label,
            n=int((truth == place).sum()),
            missed=int((given & (truth == place) & (answers != place)).sum()),
            reviewed=int((~given & (truth == place)).sum()),
            false_alarms=int((given & (truth != place) & (answers == place)).sum()),
        )
        for place, label in enumerate(prices.labels)
    )
