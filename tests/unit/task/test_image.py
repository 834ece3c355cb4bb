"""Pictures: the bytes of values, signal to noise and structural similarity with paired intervals, and what is doubted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.errors import RecipeError
from espalier.maps import Shades
from espalier.recipe_file import parse_recipe
from espalier.stages.job import picture_sides
from espalier.task.image import levels
from espalier.task.kinds import kind_of
from espalier.task.similarity import MOST_DB, similarities
from espalier.task.types import Asked, Head, Task

SIDES = (16, 20, 3)
TASK = Task(kind="image", heads=(Head(name="picture", shape=SIDES),), shades=Shades(black=-1.0, white=1.0))
KIND = kind_of(TASK)
RANDOM = np.random.default_rng(4)


def scenes(n: int = 30) -> NDArray[np.uint8]:
    smooth = RANDOM.uniform(0, 255, (n, 4, 5, 3)).repeat(4, 1).repeat(4, 2)
    return np.clip(smooth + RANDOM.normal(0, 4, (n, *SIDES)), 0, 255).astype(np.uint8).reshape(n, -1)


def noisy(pictures: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    return np.clip(pictures + RANDOM.normal(0, sigma, pictures.shape), 0, 255).astype(np.uint8)


def asked(given: NDArray[np.uint8], int8: NDArray[np.uint8], truth: NDArray[np.uint8] | None) -> Asked:
    names = [f"{i:02d}.png" for i in range(len(given))]
    return Asked(names=names, truth=truth, given=given, base=given, int8=int8, limit_points=0.5, threshold=0.0)


def test_values_become_the_nearest_byte_between_black_and_white() -> None:
    values = np.array([[-1.0, 1.0, 0.0, -3.0, 7.0, 2 / 255 - 1, 0.9999]], np.float32)
    assert KIND.results(values, TASK).tolist() == [[0, 255, 128, 0, 255, 1, 255]]
    made = KIND.results(values, TASK)
    assert KIND.results(made, TASK) is made


def test_signal_to_noise_and_similarity_are_those_of_tensorflow() -> None:
    import tensorflow as tf

    known = scenes(8)
    found = np.concatenate([noisy(known[:4], 9), noisy(known[4:], 40)])
    shaped = [tf.constant(one.reshape(-1, *SIDES)) for one in (found, known)]
    assert levels(found, known) == pytest.approx(tf.image.psnr(*shaped, 255).numpy(), abs=1e-4)
    assert similarities(found, known, SIDES) == pytest.approx(tf.image.ssim(*shaped, 255).numpy(), abs=1e-5)
    assert levels(known, known).tolist() == [MOST_DB] * 8 and similarities(known, known, SIDES) == pytest.approx(1)
    small = similarities(found[:, : 5 * 6 * 3], known[:, : 5 * 6 * 3], (5, 6, 3))
    assert ((small > 0) & (small < 1)).all()


def test_the_row_has_decibels_similarity_and_the_paired_drop() -> None:
    truth = scenes()
    given = noisy(truth, 5)
    int8 = noisy(given, 5)
    row = KIND.measure(asked(given, int8, truth), TASK)
    pictures = row.pictures
    assert pictures is not None and pictures.psnr_float is not None and pictures.ssim_float is not None
    assert pictures.size == (16, 20) and pictures.psnr_float > pictures.psnr_int8 > 30
    assert row.drop_points == pytest.approx(pictures.psnr_float - pictures.psnr_int8) == pytest.approx(pictures.drop_db)
    assert row.interval[0] < row.drop_points < row.interval[1] and row.p_value < 0.01
    assert row.float.top1 == pytest.approx(pictures.psnr_float / 100)
    assert pictures.psnr_worst < pictures.psnr_low < pictures.psnr_int8 < pictures.psnr_high
    assert pictures.ssim_low < pictures.ssim_int8 < pictures.ssim_high < 1


def test_without_targets_int8_is_held_to_the_float_model_s_pictures() -> None:
    given = scenes()
    int8 = given.copy()
    int8[0] = 255 - int8[0]
    row = KIND.measure(asked(given, int8, None), TASK)
    assert row.float.top1 is None and row.agreement == 29 / 30 and row.pictures is not None
    assert row.pictures.psnr_float is None and row.pictures.psnr_worst < 20 and "float model's pictures" in row.claim


def test_one_shade_and_pictures_no_nearer_than_grey_are_doubted() -> None:
    truth = scenes()
    assert KIND.doubts(noisy(truth, 20), truth, TASK, None) == ()
    (flat,) = KIND.doubts(np.zeros_like(truth), truth, TASK, None)
    assert flat.code == "one-answer" and "-1 is black" in flat.next_step
    (other,) = KIND.doubts(255 - truth, truth, TASK, None)
    assert other.code == "chance"


def test_anything_but_one_picture_is_refused_in_words() -> None:
    assert picture_sides(TASK.heads) == SIDES
    with pytest.raises(RecipeError, match=r"the model gives picture \[4\]"):
        picture_sides((Head(name="picture", shape=(4,)),))
    with pytest.raises(RecipeError, match="one picture"):
        picture_sides((*TASK.heads, *TASK.heads))


def test_a_range_that_ends_where_it_begins_is_refused() -> None:
    recipe = """
name = "x"
[model]
path = "m.keras"
task = "image"
[picture]
range = [1.0, 1.0]
[input]
size = [4, 4]
[calibration]
images = "c"
[[deploy]]
target = "cortex-m4"
"""
    with pytest.raises(RecipeError, match="black, then white"):
        parse_recipe(recipe.encode())
    assert parse_recipe(recipe.replace("[1.0, 1.0]", "[0.0, 1.0]").encode()).picture is not None
