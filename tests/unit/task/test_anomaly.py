from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.errors import ImagesRefusedError, UnsupportedModelError
from espalier.facts import TensorFacts
from espalier.image_facts import ImageFacts
from espalier.task import anomaly
from espalier.task.types import Asked, Task

TASK = Task(kind="anomaly", normal="good", grey=255.0)


def differences(random: np.random.Generator, count: int, grey: float) -> NDArray[np.float32]:
    return (random.normal(0, grey / 255, (count, 48))).astype(np.float32)


def asked(given: NDArray[Any], int8: NDArray[Any], truth: NDArray[np.int64] | None) -> Asked:
    scores = [anomaly.score(one, TASK) for one in (given, int8)]
    names = [f"{i:03d}" for i in range(len(given))]
    return Asked(names=names, truth=truth, given=scores[0], base=scores[0], int8=scores[1], limit_points=1.0, threshold=0.6)


def image(label: str | None) -> ImageFacts:
    return ImageFacts(path="", label=label, sha256="", pixels_sha256="", width=1, height=1, mode="RGB")


def test_a_score_is_the_mean_square_in_grey_levels_and_stays_as_it_is() -> None:
    values = np.array([[1 / 255, -3 / 255], [0.0, 2 / 255]], np.float32)
    found = anomaly.score(values, TASK)
    assert found == pytest.approx(np.array([[5.0], [2.0]]), rel=1e-6)
    assert (anomaly.score(found, TASK) == found).all()


def test_the_threshold_alarms_on_no_more_of_the_good_images_than_wished() -> None:
    good = np.random.default_rng(1).uniform(1, 30, (200, 1))
    for share in (0.0, 0.01, 0.1, 0.5):
        cut = anomaly.find_cut(good, share)
        alarms = int((good >= cut).sum())
        assert alarms == int(share * 200)
        assert (good >= cut * 0.97).sum() >= alarms


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_one_good_image_is_enough_for_a_threshold_above_it(share: float) -> None:
    assert anomaly.find_cut(np.array([[4.0]]), share) > 4


def test_a_device_s_integers_say_what_the_real_scores_do() -> None:
    random = np.random.default_rng(2)
    facts = TensorFacts(name="out", shape=(1, 7), dtype="int8", scale=1.01 / 255, zero_point=3)
    made = anomaly.decision(msgspec.structs.replace(TASK, cuts=(900.0,)), [facts], 0.6)
    assert made is not None
    rows = np.clip(random.normal(3, random.uniform(10, 60, (3000, 1)), (3000, 7)), -128, 127).astype(np.int8)
    real = anomaly.score(((rows.astype(np.float64) - 3) * 1.01 / 255), TASK)[:, 0]
    apart = np.abs(real - 900) > 0.01  # within rounding of a score either is right
    said = [anomaly.decide(row, 3, made.numbers["ALERT_Q8"])[1] for row in rows]
    assert (np.array(said) == (real >= 900))[apart].all() and 200 < sum(said) < 2800


def test_without_a_threshold_a_device_never_alarms() -> None:
    facts = TensorFacts(name="out", shape=(1, 4), dtype="int8", scale=1 / 255, zero_point=127)
    made = anomaly.decision(TASK, [facts], 0.6)
    assert made is not None
    assert not anomaly.decide(np.full(4, -128, np.int8), 127, made.numbers["ALERT_Q8"])[1]


def test_two_outputs_are_refused() -> None:
    facts = TensorFacts(name="out", shape=(1, 4), dtype="int8", scale=1 / 255, zero_point=0)
    with pytest.raises(UnsupportedModelError, match="2 outputs"):
        anomaly.decision(TASK, [facts, facts], 0.6)


def test_the_truth_is_the_folder_and_good_images_are_needed() -> None:
    assert anomaly.truth([image("good"), image("hole"), image("cut")], TASK) is not None
    assert anomaly.truth([image("good"), image("hole")], TASK).tolist() == [0, 1]  # type: ignore[union-attr]
    assert anomaly.truth([image("good"), image(None)], TASK) is None and anomaly.truth([], TASK) is None
    with pytest.raises(ImagesRefusedError, match="no evaluation image is good: the folders are cut, hole"):
        anomaly.truth([image("hole"), image("cut")], TASK)


def test_auc_alerts_and_false_alarms_are_measured_with_intervals() -> None:
    random = np.random.default_rng(3)
    values = np.concatenate([differences(random, 100, 4), differences(random, 60, 6)])
    known = np.repeat([0, 1], [100, 60])
    scores = anomaly.score(values, TASK)[:, 0]
    task = msgspec.structs.replace(TASK, cuts=(25.0,))
    row = anomaly.measure(asked(values, values + np.float32(0.001), known), task)
    found = {score.name: score for score in row.scores}
    pairs = (scores[known == 1][:, None] > scores[known == 0][None]).mean()
    assert found["AUC"].float == pytest.approx(pairs) and (found["AUC"].low or 0) < (found["AUC"].int8 or 0)
    assert found["alerts"].float == pytest.approx((scores[known == 1] >= 25).mean())
    assert found["false alarms"].float == pytest.approx((scores[known == 0] >= 25).mean())
    assert row.float.top1 == pytest.approx(((scores >= 25) == (known == 1)).mean()) and row.labelled


def test_without_labels_int8_is_held_to_the_float_model_s_scores() -> None:
    values = differences(np.random.default_rng(4), 50, 20)
    near, far = asked(values, values * np.float32(1.05), None), asked(values, values * np.float32(1.5), None)
    assert anomaly.measure(near, TASK).agreement == 1 and not anomaly.measure(near, TASK).labelled
    assert anomaly.measure(far, TASK).agreement == 0 and len(anomaly.measure(far, TASK).flips) == 50


def test_a_picture_in_other_units_and_scores_that_tell_nothing_are_doubted() -> None:
    random = np.random.default_rng(5)
    values = differences(random, 200, 5)
    known = np.tile([0, 1], 100)
    assert [f.code for f in anomaly.doubts(values + 0.5, None, TASK)] == ["chance"]
    assert "grey levels" in anomaly.doubts(values + 0.5, None, TASK)[0].message
    assert not anomaly.doubts(values, None, TASK)
    louder = values * np.where(known == 1, 0.5, 1.0)[:, None]
    assert "no larger than of good ones" in anomaly.doubts(louder, known, TASK)[0].message
    assert not anomaly.doubts(values * np.where(known == 1, 2.0, 1.0)[:, None], known, TASK)


def test_the_float_model_is_judged_at_its_own_threshold_where_one_was_found() -> None:
    random = np.random.default_rng(6)
    values = np.concatenate([differences(random, 100, 4), differences(random, 60, 10)])
    known = np.repeat([0, 1], [100, 60])
    noisy = values * np.float32(3)  # tells as much apart, at other scores
    cut = anomaly.find_cut(anomaly.score(noisy, TASK)[:100], 0.05)
    found = msgspec.structs.replace(TASK, cuts=(cut,), sought=(0,), false_alarms=0.05)
    row = anomaly.measure(asked(values, noisy, known), found)
    assert row.drop_points == 0 and {s.name: s.float for s in row.scores}["alerts"] == 1
    told = anomaly.measure(asked(values, noisy, known), msgspec.structs.replace(found, sought=()))
    assert {s.name: s.float for s in told.scores}["alerts"] < 1, "a threshold of the recipe holds for both"
