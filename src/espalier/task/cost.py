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

CUTS = np.array(sorted(np.arange(1, 100) / 100, key=lambda cut: (round(abs(cut - 0.5), 9), cut)))
"""Of task binary: from which probability on the second label is said, the one half first."""

GRID = 1024
"""Steps of a probability that are told apart where a cut is sought."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a setting does to each image: its cost, whether an answer is given, and which."""

    costs: Costs
    given: NDArray[np.bool_]
    answers: NDArray[np.int64]


Setting = tuple[float, float | None]
"""The threshold below which a person looks; of task binary also from which probability of the second label on it is said."""


def judged(outputs: NDArray[np.float32], truth: NDArray[np.int64], prices: Prices, setting: Setting) -> Judged:
    """Every image at a setting; `outputs` are probabilities [n, labels]."""
    threshold, cut = setting
    given = outputs.max(axis=1).astype(np.float64) >= threshold
    answers = outputs.argmax(axis=1) if cut is None else (outputs[:, 1] >= cut).astype(np.int64)
    return Judged(costs=np.where(given, prices.wrong[truth, answers], prices.review), given=given, answers=answers)


def cheapest(
    outputs: NDArray[np.float32], truth: NDArray[np.int64], prices: Prices, weights: Costs, *, binary: bool
) -> Setting:
    """The setting of least mean cost; of equals the least threshold, then the cut nearest to one half. Sums of equal costs in
    another order do not differ."""
    confidence = outputs.max(axis=1).astype(np.float64)
    if not binary:
        wrong = prices.wrong[truth, outputs.argmax(axis=1)][:, None]
        costs = np.where(confidence[:, None] >= THRESHOLDS, wrong, prices.review)
        return float(THRESHOLDS[int(_mean(weights @ costs, weights).argmin())]), None
    # Images of one probability are one: int8 has 257 of them, and no finer grid need be told apart to choose.
    values, place = np.unique(np.rint(outputs[:, 1].astype(np.float64) * GRID) / GRID, return_inverse=True)
    counts = np.zeros((2, len(values)))
    np.add.at(counts, (truth, place.reshape(-1)), weights)
    given = np.maximum(values, 1 - values) >= THRESHOLDS[:, None]
    says = values >= CUTS[:, None]
    paid = np.where(says, counts.T @ prices.wrong[:, 1], counts.T @ prices.wrong[:, 0])
    total = paid @ given.T + (counts.sum(axis=0) * prices.review) @ ~given.T
    mean = _mean(total, weights)
    threshold = int(np.flatnonzero((mean == mean.min()).any(axis=0))[0])
    cut = int(np.flatnonzero(mean[:, threshold] == mean.min())[0])
    return float(THRESHOLDS[threshold]), float(CUTS[cut])


def _mean(total: Costs, weights: Costs) -> Costs:
    mean: Costs = np.round(total / weights.sum(), 9)
    return mean


def choose_by_cost(
    int8_outputs: NDArray[np.float32], truth: NDArray[np.int64], prices: Prices, *, binary: bool = False
) -> Setting:
    """The setting of the bundles: int8's cheapest."""
    return cheapest(int8_outputs, truth, prices, weights_of(truth, prices), binary=binary)


def cost_row(
    float_outputs: NDArray[np.float32],
    int8_outputs: NDArray[np.float32],
    truth: NDArray[np.int64],
    prices: Prices,
    *,
    binary: bool = False,
) -> CostRow:
    """The row of the report; `truth` are places of labels."""
    weights = weights_of(truth, prices)
    sides = [_side(outputs, truth, prices, weights, binary=binary) for outputs in (float_outputs, int8_outputs)]
    constant = 1000 * (weights @ prices.wrong[truth]) / len(truth)
    nothing = int(constant.argmin()) if prices.normal is None else prices.normal
    row = CostRow(
        n=len(truth),
        float=sides[0],
        int8=sides[1],
        people=1000 * prices.review,
        nothing=float(constant[nothing]),
        nothing_label=prices.labels[nothing],
        labels=_labels(judged(int8_outputs, truth, prices, (sides[1].threshold, sides[1].cut)), truth, prices),
        weighted=prices.shares is not None,
        claim="",
    )
    return msgspec.structs.replace(row, claim=claim(row))


def claim(row: CostRow) -> str:
    """What the figures say, in words."""
    one = row.int8
    said = (
        f"1,000 images cost {one.held_out:.4g} with int8 at the threshold {one.threshold:g}{_from(one)} (95 % {one.low:.4g} to "
        f"{one.high:.4g}; on the very images that chose it {one.here:.4g}), {row.float.held_out:.4g} with the float model at its "
        f"own, {row.people:.4g} when people look at all, {row.nothing:.4g} when all are taken for {row.nothing_label}"
    )
    cheaper = min(row.people, row.nothing)
    if one.held_out >= cheaper:
        return f"{said}. The model saves nothing at these prices"
    return said if one.high < cheaper else f"{said}. So few images do not show that the model saves anything"


def _from(side: CostSide) -> str:
    return "" if side.cut is None else f", yes from {side.cut:g} on"


def _side(
    outputs: NDArray[np.float32], truth: NDArray[np.int64], prices: Prices, weights: Costs, *, binary: bool
) -> CostSide:
    n, setting = len(truth), cheapest(outputs, truth, prices, weights, binary=binary)
    whole = judged(outputs, truth, prices, setting)
    random = np.random.Generator(np.random.PCG64(0))
    fold = random.permutation(n) % FOLDS
    held = whole.costs.copy()
    for number in range(FOLDS):
        inside = fold == number
        if inside.any() and not inside.all():
            of_others = cheapest(outputs[~inside], truth[~inside], prices, weights[~inside], binary=binary)
            held[inside] = judged(outputs[inside], truth[inside], prices, of_others).costs
    weighted = weights * held
    drawn = np.array([_resampled(weighted, weights, random) for _ in range(RESAMPLES)])
    low, high = np.percentile(drawn, (2.5, 97.5))
    return CostSide(
        threshold=setting[0],
        cut=setting[1],
        here=1000 * float(weights @ whole.costs) / n,
        held_out=1000 * float(weighted.sum()) / n,
        low=1000 * float(low),
        high=1000 * float(high) + _unseen(whole, truth, prices, weights),
        wrong=1000 * float(weights @ (whole.given & (whole.answers != truth))) / n,
        review=1000 * float(weights @ ~whole.given) / n,
    )


def _resampled(weighted: Costs, weights: Costs, random: np.random.Generator) -> float:
    drawn = random.integers(0, len(weights), len(weights))
    return float(weighted[drawn].sum() / max(weights[drawn].sum(), 1e-12))


def _unseen(found: Judged, truth: NDArray[np.int64], prices: Prices, weights: Costs) -> float:
    """What the dearest kind of mistake that no image made could still cost 1,000 images: of a label with n images none of
    which was answered wrongly, 3 / n may be."""
    dearest, wrong = 0.0, found.given & (found.answers != truth)
    for label in np.unique(truth):
        own = truth == label
        if not (wrong & own).any():
            share = float(weights[own].sum()) / len(truth)
            dearest = max(dearest, 1000 * share * min(1.0, UNSEEN / int(own.sum())) * float(prices.wrong[label].max()))
    return dearest


def _labels(found: Judged, truth: NDArray[np.int64], prices: Prices) -> tuple[CostLabel, ...]:
    given, answers = found.given, found.answers
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
