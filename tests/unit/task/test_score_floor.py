"""Scores too small to count: they take no steps of int8, and are no distance."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from espalier.detector import Heads
from espalier.task.boxes.apart import apart
from espalier.task.boxes.plan import Map, Plan
from espalier.task.boxes.real import floors
from espalier.task.boxes.tables import Reading

FLOOR = log(0.01 / 0.99) - 1


def plan(scores: str = "sigmoid", heads: Heads | None = None, threshold: float = 0.5) -> Plan:
    """A map of 2x2 cells with an anchor each, boxes and two classes in outputs of their own."""
    reading = Reading(decode="ssd", classes=2, threshold=threshold, scores=scores)
    level = Map(rows=2, columns=2, step_x=8.0, step_y=8.0, boxes=((4.0, 4.0, 8.0, 8.0),))
    named = heads or Heads(box=0, scores=1)
    return Plan(reading=reading, size=(16, 16), fit="stretch", maps=(level,), heads=(named,), shapes=((2, 2, 4), (2, 2, 2)))


def test_logits_of_scores_end_one_below_the_least_score_that_counts() -> None:
    assert floors(plan()) == {1: pytest.approx(FLOOR)}
    assert floors(plan(threshold=0.9)) == {1: pytest.approx(FLOOR)}  # average precision counts what the device does not


def test_what_is_no_logit_of_a_sigmoid_or_holds_boxes_too_keeps_its_range() -> None:
    assert floors(plan(scores="softmax")) == {} and floors(plan(scores="none")) == {}
    assert floors(plan(heads=Heads(box=0, scores=0))) == {}


def test_scores_below_the_floor_are_no_distance_and_those_above_it_are() -> None:
    wanted = np.zeros((1, 24))
    wanted[:, 16:] = -20.0
    wanted[:, 16] = 3.0
    cut = np.maximum(wanted, FLOOR)
    assert apart(cut, wanted, plan()) == 0.0
    seen = cut.copy()
    seen[:, 17] = -2.0
    assert apart(seen, wanted, plan()) > 0.05
