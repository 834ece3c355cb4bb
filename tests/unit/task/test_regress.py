"""Numbers: right within the tolerance, MAE and R2 with paired intervals, and the csv that says what is true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from espalier.errors import ImagesRefusedError, RecipeError
from espalier.facts import TensorFacts
from espalier.load.images import scan
from espalier.recipe_file import parse_recipe
from espalier.task.kinds import kind_of
from espalier.task.types import Asked, Head, Numbers, Task

NUMBERS = Numbers(names=("x", "y"), unit="mm", tolerance=2.0)
TASK = Task(kind="regress", heads=(Head(name="centre", shape=(2,)),), numbers=NUMBERS)
KIND = kind_of(TASK)
HEADS = (TensorFacts(name="centre", shape=(1, 2), dtype="int8", scale=0.5, zero_point=0),)
TRUTH = np.stack([np.arange(40.0), 100 - np.arange(40.0)], axis=1)


def asked(given: NDArray[np.float64], int8: NDArray[np.float64], truth: NDArray[np.float64] | None = TRUTH) -> Asked:
    names = [f"{number:02d}.png" for number in range(len(given))]
    return Asked(
        names=names, truth=truth, given=given, base=given, int8=int8, limit_points=0.5, threshold=0.0, heads=HEADS
    )


def test_an_image_is_right_when_every_number_is_within_the_tolerance() -> None:
    off = TRUTH.copy()
    off[0] += 2.0
    off[1, 0] += 2.01
    off[2] += np.array([1.9, -1.9])
    right = KIND.right(KIND.results(off, TASK), TRUTH, TASK)
    assert right.tolist() == [True, False, *([True] * 38)]


def test_the_row_has_the_errors_and_shares_of_every_number() -> None:
    given, int8 = TRUTH + np.array([0.5, 0.0]), TRUTH + np.array([1.5, 0.0])
    int8[:4, 1] += 3
    row = KIND.measure(asked(given, int8), TASK)
    x, y = row.numbers
    assert (x.name, x.unit, x.mae_float, x.mae_int8, x.mae_change) == ("x", "mm", 0.5, 1.5, 1.0)
    assert (x.mae_low, x.mae_high) == (1.0, 1.0)
    assert y.mae_int8 == pytest.approx(0.3) and y.mae_low < y.mae_change < y.mae_high
    assert y.within_int8 == 36 / 40 and y.within_low < 0.9 < y.within_high
    assert x.r2_float == pytest.approx(1 - 40 * 0.25 / np.square(TRUTH[:, 0] - 19.5).sum())
    assert (row.float.top1, row.int8.top1, row.drop_points) == (1.0, 0.9, 10.0)
    assert [flip.image for flip in row.flips] == ["00.png", "01.png", "02.png", "03.png"]
    assert row.flips[0].label == "0, 100" and "within 2 mm" in row.claim
    assert x.step == 0.5 and not row.warnings


def test_a_step_of_int8_over_the_tolerance_is_told() -> None:
    fine = Task(kind="regress", heads=TASK.heads, numbers=Numbers(unit="mm", tolerance=0.1))
    row = KIND.measure(asked(TRUTH, TRUTH), fine)
    assert row.warnings[0].startswith("a step of int8 is 0.5 mm in number 0, more than the tolerance of 0.1")


def test_without_a_truth_the_values_are_held_to_the_float_model_s() -> None:
    row = KIND.measure(asked(TRUTH, TRUTH, None), TASK)
    assert row.float.top1 is None and row.agreement == 1.0 and [head.name for head in row.heads] == ["centre"]


def test_a_model_no_better_than_the_mean_is_doubted() -> None:
    random = np.random.default_rng(2)
    assert KIND.doubts(TRUTH + 1, TRUTH, TASK, None) == ()
    (finding,) = KIND.doubts(random.permutation(TRUTH), TRUTH, TASK, None)
    assert finding.code == "chance"


def test_another_count_of_numbers_is_refused_in_words() -> None:
    with pytest.raises(ImagesRefusedError, match="2 numbers for an image, the model answers with 3"):
        KIND.right(np.zeros((40, 3)), TRUTH, TASK)


def images(folder: Path, *rows: str) -> Path:
    for name in ("a.png", "b.png"):
        Image.new("L", (8, 8)).save(folder / name)
    (folder / "truth.csv").write_text("\n".join(rows) + "\n")
    return folder / "truth.csv"


def test_a_csv_of_numbers_is_read_with_its_columns(tmp_path: Path) -> None:
    found = scan(images(tmp_path, "File,x,angle", "b.png,1.5,-2e1", "a.png,0,7"))
    assert found.columns == ("x", "angle") and found.classes == ()
    assert [(entry.path, entry.label, entry.numbers) for entry in found.entries] == [
        ("a.png", None, (0.0, 7.0)), ("b.png", None, (1.5, -20.0))
    ]  # fmt: skip


@pytest.mark.parametrize("row", ["a.png,1", "a.png,1,2,3", "a.png,1,nan", "a.png,1,left", "a.png,1,", ",1,2"])
def test_a_row_without_its_numbers_is_refused_with_its_line(row: str, tmp_path: Path) -> None:
    with pytest.raises(ImagesRefusedError) as caught:
        scan(images(tmp_path, "path,x,y", "b.png,1,2", row))
    assert "truth.csv line 3" in str(caught.value)


def test_a_csv_of_labels_is_what_it_was(tmp_path: Path) -> None:
    found = scan(images(tmp_path, "path,label,note", "a.png,3,x", "b.png,4,y"))
    assert found.columns == () and found.classes == ("3", "4")


RECIPE = """
name = "a"
[model]
path = "m.keras"
task = "regress"
{table}
[input]
size = [8, 8]
[calibration]
images = "c"
[[deploy]]
target = "x"
"""


def test_numbers_need_a_tolerance_and_no_other_task_has_one() -> None:
    assert parse_recipe(RECIPE.format(table="[regress]\ntolerance = 2.5").encode()).regress is not None
    with pytest.raises(RecipeError, match="which no other task has"):
        parse_recipe(RECIPE.format(table="").encode())
    with pytest.raises(RecipeError, match="which no other task has"):
        parse_recipe(RECIPE.format(table="[regress]\ntolerance = 2.5").replace('"regress"', '"raw"').encode())
    with pytest.raises(RecipeError, match="tolerance"):
        parse_recipe(RECIPE.format(table="[regress]\ntolerance = 0").encode())
