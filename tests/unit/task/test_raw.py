"""Values as they are: what agrees, and how far int8 is off, head by head."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.recipe_answers import TASKS
from espalier.task.kinds import KINDS, kind_of
from espalier.task.raw import EXACT_DB, spread
from espalier.task.types import Asked, Head, Task

TASK = Task(kind="raw", heads=(Head(name="map", shape=(2, 3)), Head(name="angle", shape=(1,))))
RAW = kind_of(TASK)
RANDOM = np.random.default_rng(1)


def values(count: int = 40) -> NDArray[np.float32]:
    """A map around 5 that varies by 1, and an angle that varies by 100."""
    return np.concatenate([RANDOM.normal(5, 1, (count, 6)), RANDOM.normal(0, 100, (count, 1))], axis=1).astype(np.float32)


def asked(given: NDArray[np.float32], int8: NDArray[np.float32]) -> Asked:
    names = [f"{number:02d}.png" for number in range(len(given))]
    return Asked(names=names, truth=None, given=given, base=given, int8=int8, limit_points=0.5, threshold=0.0)


def test_every_kind_has_a_name_and_says_all_that_a_kind_says() -> None:
    assert set(KINDS) == set(TASKS)
    assert [kind for kind in KINDS if KINDS[kind].named] == [kind for kind in KINDS if TASKS[kind].labels]


def test_an_image_agrees_when_every_head_is_within_a_tenth_of_what_it_varies() -> None:
    given = values()
    off = given.copy()
    off[:10, 2] += 0.2 * spread(given[:, :6])  # of six values one: 0.08 of the head's
    off[10:15, 6] += 0.2 * spread(given[:, 6:])
    agrees = RAW.same(off, given, TASK)
    assert agrees[:10].all() and not agrees[10:15].any() and agrees[15:].all()


def test_a_step_of_int8_is_no_difference_however_little_a_head_varies() -> None:
    still = np.full((8, 7), 3.0, np.float32)
    assert RAW.same(still + 3 / 256, still, TASK).all()
    assert not RAW.same(still + 3 / 100, still, TASK).any()


def test_each_head_counts_in_parts_of_what_it_varies_itself() -> None:
    given = values()
    one, other = given.copy(), given.copy()
    one[:, :6] += 0.1
    other[:, 6] += 10
    assert RAW.distance(one, given, TASK, 8.0) == pytest.approx(RAW.distance(other, given, TASK, 8.0), rel=0.3)
    assert RAW.decibels(given, given, TASK) == EXACT_DB
    assert RAW.decibels(one, given, TASK) == pytest.approx(23, abs=1.5)


def test_the_row_says_which_head_is_off_and_on_which_images() -> None:
    given = values()
    off = given.copy()
    off[3, 6] += 500
    row = RAW.measure(asked(given, off), TASK)
    assert row.agreement == 39 / 40 and row.float.top1 is None
    assert [head.name for head in row.heads] == ["map", "angle"]
    assert row.heads[0].sqnr_db == EXACT_DB and row.heads[1].largest_difference == pytest.approx(500, rel=1e-3)
    (flip,) = row.flips
    assert flip.image == "03.png" and flip.int8.startswith("angle: off by 500")
    assert row.warnings == () or "angle" in row.warnings[0]


def test_heads_that_do_not_look_at_the_image_are_doubted() -> None:
    given = values()
    assert RAW.doubts(given, None, TASK, None) == ()
    given[:, 6] = 7
    (finding,) = RAW.doubts(given, None, TASK, None)
    assert finding.code == "one-answer" and "angle" in finding.message and "map" not in finding.message
