"""How far the heads of a detector are from the float model's, without any truth."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .plan import Plan
from .real import boxes_in, floors, levels_of, scores_of
from .scenes import Real
from .tables import sigmoid

TINY = 1e-6


def apart(found: NDArray[Any], wanted: NDArray[Any], plan: Plan) -> float:
    """Of values [n, values]: the Kullback-Leibler divergence of the scores, and the smooth L1 distance of the boxes' raw numbers
    (times their variances) weighed by the score that the float model, `wanted`, gives them; both for one object that it
    sees, added, as a root.

    Smooth L1: Girshick, "Fast R-CNN", 2015. Weighing by the teacher's score: Chen et al., "Learning Efficient Object Detection
    Models with Knowledge Distillation", 2017.
    """
    information = moved = mass = 0.0
    floor = float(sigmoid(np.array(list(floors(plan).values()), np.float64)).max(initial=TINY))
    for one, other in zip(found.astype(np.float64), wanted.astype(np.float64), strict=True):
        for level in levels_of(plan):
            told, due = scores_of(one, level, plan), scores_of(other, level, plan)
            information += _divergence(told, due, floor)
            weight = due.max(axis=1)
            mass += float(weight.sum())
            if level.box is not None:
                off = np.abs(boxes_in(one, level, plan) - boxes_in(other, level, plan))
                near = np.where(off < 1, off**2 / 2, off - 0.5).mean(axis=1)
                moved += float((near * weight).sum())
    return float(np.sqrt((information + moved) / max(mass, TINY)))


def _divergence(told: Real, due: Real, floor: float) -> float:
    """Of independent scores, 0 to 1, in nats, over all of them; below `floor` they are all the same."""
    p, q = np.clip(due, floor, 1 - TINY), np.clip(told, floor, 1 - TINY)
    return float((p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))).sum())
