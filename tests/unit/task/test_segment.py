"""Maps of classes: what is painted, intersection over union with paired intervals, alerts, and what is doubted."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.errors import RecipeError
from espalier.maps import UNJUDGED, Classes
from espalier.recipe_file import parse_recipe
from espalier.stages.job import check_channels
from espalier.task.kinds import kind_of
from espalier.task.segment import counts, overlaps
from espalier.task.types import Asked, Head, Task

CLASSES = Classes(names=("ground", "leaf", "spot"), size=(4, 6), alert=2, alert_share=0.25)
TASK = Task(kind="segment", heads=(Head(name="map", shape=(2, 3, 3)),), classes=CLASSES)
KIND = kind_of(TASK)
MASK = Task(
    kind="segment", heads=(Head(name="mask", shape=(4, 6, 1)),), classes=Classes(names=("out", "in"), size=(4, 6), threshold=0.8)
)


def maps(n: int = 40) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 3, (n, 24)).astype(np.uint8)


def asked(given: NDArray[np.uint8], int8: NDArray[np.uint8], truth: NDArray[np.uint8] | None) -> Asked:
    names = [f"{i:02d}.png" for i in range(len(given))]
    return Asked(names=names, truth=truth, given=given, base=given, int8=int8, limit_points=0.5, threshold=0.0)


def test_the_class_of_a_pixel_is_the_first_largest_channel_grown_to_the_input_s_size() -> None:
    values = np.zeros((1, 2, 3, 3), np.float32)
    values[0, 0, 1, 2], values[0, 1, 2] = 5, (1, 7, 7)
    found = KIND.results(values.reshape(1, -1), TASK).reshape(4, 6)
    wanted = np.zeros((4, 6), np.uint8)
    wanted[:2, 2:4], wanted[2:, 4:] = 2, 1
    assert found.dtype == np.uint8 and (found == wanted).all()
    again = found.reshape(1, -1)
    assert KIND.results(again, TASK) is again


def test_one_mask_is_in_from_the_threshold_on_as_logit_or_as_probability() -> None:
    logit = np.full((1, 24), np.float32(np.log(4)), np.float32)
    logit[0, :3] = np.nextafter(np.float32(np.log(4)), np.float32(0)), -9, 0
    assert KIND.results(logit, MASK)[0].tolist() == [0, 0, 0] + [1] * 21
    probabilities = msgspec.structs.replace(MASK, heads=(Head(name="mask", shape=(4, 6, 1), probability=True),))
    shares = np.full((1, 24), 0.8, np.float32)
    shares[0, 0] = 0.79
    assert KIND.results(shares, probabilities)[0].tolist() == [0] + [1] * 23


def test_unjudged_pixels_count_for_nothing_and_a_class_that_is_nowhere_is_left_out_of_the_mean() -> None:
    known = np.zeros((1, 24), np.uint8)
    known[0, 12:18], known[0, 18:] = 1, UNJUDGED
    found = np.zeros((1, 24), np.uint8)
    found[0, 15:] = 1
    pixels = counts(found, known, TASK)
    assert pixels.tolist() == [[[12, 3, 0], [12, 6, 0], [15, 3, 0]]]
    assert overlaps(pixels)[0, :2].tolist() == [12 / 15, 3 / 6] and np.isnan(overlaps(pixels)[0, 2])
    assert KIND.worth(found, known, TASK) == (12 / 15 + 3 / 6) / 2


def test_the_row_has_every_class_its_interval_and_the_paired_drop() -> None:
    truth = maps()
    given, int8 = truth.copy(), truth.copy()
    given[:, 0], int8[:, :4] = 0, 0
    row = KIND.measure(asked(given, int8, truth), TASK)
    assert row.maps is not None and row.float.top1 is not None and row.int8.top1 is not None
    assert row.drop_points == pytest.approx(100 * (row.float.top1 - row.int8.top1))
    assert row.interval[0] < row.drop_points < row.interval[1] and row.p_value < 0.01
    assert row.maps.miou_low < row.maps.miou_int8 < row.maps.miou_high < row.maps.miou_float
    leaf = row.maps.classes[1]
    assert leaf.iou_int8 == pytest.approx(((int8 == 1) & (truth == 1)).sum() / ((int8 == 1) | (truth == 1)).sum())
    assert leaf.dice_int8 == pytest.approx(2 * ((int8 == 1) & (truth == 1)).sum() / ((int8 == 1).sum() + (truth == 1).sum()))
    assert row.maps.pixels_int8 == pytest.approx((int8 == truth).mean())


def test_the_interval_of_the_drop_holds_the_true_one_in_about_95_of_100_sets() -> None:
    random = np.random.default_rng(5)
    whole = random.integers(0, 3, (2000, 24)).astype(np.uint8)
    wrong = random.uniform(size=whole.shape) < random.beta(0.4, 4, (2000, 1))
    int8 = np.where(wrong, (whole + 1) % 3, whole).astype(np.uint8)
    assert KIND.drop is not None
    true = KIND.drop(whole, int8, whole, TASK).points
    inside = 0
    for _ in range(100):
        some = random.integers(0, 2000, 60)
        drop = KIND.drop(whole[some], int8[some], whole[some], TASK)
        inside += drop.low <= true <= drop.high
    assert 87 <= inside <= 100


def test_the_price_of_a_resize_that_was_left_off_is_its_own_figure() -> None:
    truth = maps()
    cut = truth.copy()
    cut[:, :3] = 0
    row = KIND.measure(msgspec.structs.replace(asked(truth, cut, truth), cut=cut, base=cut), TASK)
    assert row.drop_points == 0 and row.maps is not None
    assert row.maps.resize_points == row.maps.drop_points > 0 and row.pruned is None


def test_without_masks_int8_is_held_to_the_float_model_s_maps() -> None:
    given = maps()
    int8 = given.copy()
    int8[0] = (int8[0] + 1) % 3
    row = KIND.measure(asked(given, int8, None), TASK)
    assert row.float.top1 is None and row.agreement == 39 / 40 and row.maps is not None and row.maps.miou_float == 1.0
    assert row.maps.pixels_int8 == 39 / 40 and "float model's maps" in row.claim


def test_an_alert_counts_the_pixels_of_its_class_as_a_device_does() -> None:
    truth = np.zeros((4, 24), np.uint8)
    truth[0, :6] = truth[1, :5] = truth[2, :7] = 2
    truth[2, 10:] = UNJUDGED
    int8 = truth.copy()
    int8[0, 0], int8[1, 5], int8[2, :2] = 0, 2, 0
    row = KIND.measure(asked(np.where(truth == UNJUDGED, 0, truth), np.where(int8 == UNJUDGED, 0, int8), truth), TASK)
    assert row.maps is not None and row.maps.alert is not None
    alert = row.maps.alert
    assert (alert.images, alert.missed_int8, alert.false_int8) == (2, 2, 1)


def test_distance_is_of_scores_without_their_mean_and_takes_a_logit_for_two_classes() -> None:
    random = np.random.default_rng(2)
    wanted = random.normal(0, 3, (5, 18)).astype(np.float32)
    shifted = (wanted.reshape(5, 6, 3) + random.normal(0, 9, (5, 6, 1))).astype(np.float32).reshape(5, 18)
    assert KIND.distance(shifted, wanted, TASK, np.inf) < 1e-5
    near, far = wanted + 0.1 * random.normal(0, 1, wanted.shape), wanted + random.normal(0, 1, wanted.shape)
    assert 0 < KIND.distance(near, wanted, TASK, np.inf) < KIND.distance(far, wanted, TASK, np.inf)
    logits = random.normal(0, 3, (5, 24)).astype(np.float32)
    assert KIND.distance(logits + 1, logits, MASK, np.inf) == pytest.approx(float(np.sqrt(24 * 5 / np.square(logits).sum())))


def test_one_class_everywhere_guessing_and_a_class_that_no_mask_shows_are_doubted() -> None:
    truth = maps()
    (one,) = KIND.doubts(np.full_like(truth, 1), truth, TASK, None)
    assert one.code == "one-answer" and "'leaf'" in one.message
    (chance,) = KIND.doubts(np.where(truth == 0, 1, 0).astype(np.uint8), truth, TASK, None)
    assert chance.code == "chance"
    (missing,) = KIND.doubts(truth % 2, truth % 2, TASK, None)
    assert missing.code == "class-missing" and "spot" in missing.message
    assert KIND.doubts(truth, truth, TASK, None) == ()


def test_classes_that_are_not_the_channels_are_refused_in_words() -> None:
    check_channels(TASK)
    check_channels(MASK)
    two = msgspec.structs.replace(TASK, classes=msgspec.structs.replace(CLASSES, names=("a", "b")))
    with pytest.raises(RecipeError, match=r"names 2 classes, the model's output .* has 3 channels"):
        check_channels(two)
    with pytest.raises(RecipeError, match="has 4 channels"):
        check_channels(msgspec.structs.replace(TASK, heads=(Head(name="scores", shape=(4,)),)))


BASE = """
name = "x"
[model]
path = "m.keras"
task = "segment"
[segment]
classes = ["a", "b", "c"]
{segment}
[input]
size = [4, 4]
[calibration]
images = "c"
[evaluation]
images = "e"
{evaluation}
[budgets]
{budgets}
[[deploy]]
target = "cortex-m4"
"""


@pytest.mark.parametrize(
    ("segment", "evaluation", "budgets", "said"),
    [
        ("values = [0, 1]", "", "", "a different one for each of the 3 classes"),
        ("values = [0, 1, 1]", "", "", "a different one"),
        ('colors = ["#000000", "#FF0000", "#ff0000"]', "", "", "a different one"),
        ('values = [1, 2, 3]\ncolors = ["#000000", "#ff0000", "#00ff00"]', "", "", "not both"),
        ("ignore = 2", "", "", "`segment.ignore` 2 is no value of a class"),
        ('alert = "d"\nalert-share = 0.1', "", "", "`segment.alert` 'd'"),
        ('alert = "b"', "", "", "with an `alert-share`"),
        ("", "", "min-miou = 0.5", "needs `evaluation.masks`"),
        ("", 'masks = "m"', "min-accuracy = 0.5", "does not take `budgets.min-accuracy`"),
        ("", 'targets = "t"', "", "does not take `evaluation.targets`"),
        ("", "", "min-psnr = 30.0", "does not take `budgets.min-psnr`"),
    ],
)
def test_recipes_that_ask_for_what_cannot_be_are_refused(segment: str, evaluation: str, budgets: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        parse_recipe(BASE.format(segment=segment, evaluation=evaluation, budgets=budgets).encode())
