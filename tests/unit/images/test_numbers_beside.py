"""Numbers that a model takes beside the image: columns of a csv, prepared with the pixels, entered as bytes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from espalier.errors import ImagesRefusedError, RecipeError
from espalier.facts import TensorFacts
from espalier.fed import count_of, entered, images_of, number_bytes
from espalier.load.decode import prepare_set
from espalier.load.images import scan
from espalier.load.pixel_file import PixelFile
from espalier.pixels import int8_pixels, normalize, open_pixels
from espalier.recipe import InputContract
from espalier.recipe_file import parse_recipe
from espalier.recipe_numbers import InputNumbers

SPEED = InputNumbers(name="telemetry", columns=("speed", "load"), mean=(20.0, 0.5), std=(10.0, 0.25), range=((0, 40), (0, 1)))
CONTRACT = InputContract(size=(4, 5), std=(255.0,), numbers=(SPEED,))


def _csv(folder: Path, *rows: str) -> Path:
    for number in range(2):
        Image.fromarray(np.full((4, 5, 3), 10 * number, np.uint8)).save(folder / f"{number}.png")
    (folder / "set.csv").write_text("\n".join(rows))
    return folder / "set.csv"


def test_numbers_are_taken_out_of_a_csv_and_the_rest_is_read_as_without_them(tmp_path: Path) -> None:
    path = _csv(tmp_path, "path,load,angle,speed", "1.png,0.25,-3,40", "0.png,1,2.5,0")
    images = scan(path, numbers=(SPEED,))
    assert [(one.path, one.fed, one.numbers) for one in images.entries] == [
        ("0.png", (0.0, 1.0), (2.5,)),
        ("1.png", (40.0, 0.25), (-3.0,)),
    ]
    assert images.columns == ("angle",)
    alone = scan(_csv(tmp_path, "speed,path,load", "1,./1.png,0.5"), numbers=(SPEED,))
    assert [(one.path, one.fed, one.label) for one in alone.entries] == [("1.png", (1.0, 0.5), None)] and alone.classes == ()
    named = scan(_csv(tmp_path, "path,label,speed,load", "0.png,left,1,0", "1.png,right,2,1"), numbers=(SPEED,))
    assert named.classes == ("left", "right") and named.entries[1].fed == (2.0, 1.0)


@pytest.mark.parametrize(
    ("rows", "found", "next_step"),
    [
        (("path,label", "0.png,a"), "set.csv has no column 'speed'", "add the column"),
        (("path,Speed,load", "0.png,1,0"), "set.csv has no column 'speed'", "did you mean 'Speed'"),
        (("path,speed,load", "0.png,1"), "set.csv line 2: 2 cells, the header has 3", "complete"),
        (("path,speed,load", "0.png,1,0.5", "1.png,nan,0.5"), "set.csv line 3: 'nan' in column 'speed' is no finite", "complete"),
        (("path,speed,load", "0.png,,0.5"), "set.csv line 2: '' in column 'speed' is no finite number", "complete"),
        (("path,speed,load", "0.png,41,0.5"), "set.csv line 2: 41 in column 'speed' is beyond its range 0 to 40", "correct"),
        (("0.png,1,0.5",), "set.csv begins with", "write that line"),
        (("path,speed,speed,load", "0.png,1,1,0.5"), "set.csv begins with", "write that line"),
        (("",), "set.csv begins with", "write that line"),
    ],
)
def test_a_csv_that_does_not_give_the_numbers_is_refused_in_words(
    tmp_path: Path, rows: tuple[str, ...], found: str, next_step: str
) -> None:
    with pytest.raises(ImagesRefusedError) as refusal:
        scan(_csv(tmp_path, *rows), numbers=(SPEED,))
    assert found in refusal.value.found and next_step in refusal.value.next_step


def test_a_folder_of_images_is_refused_where_the_model_takes_numbers(tmp_path: Path) -> None:
    _csv(tmp_path, "path")
    with pytest.raises(ImagesRefusedError, match="is no csv: nothing says which numbers") as refusal:
        scan(tmp_path, numbers=(SPEED,))
    assert "path, speed, load" in refusal.value.supported


def test_prepared_images_carry_their_numbers_normalised(tmp_path: Path) -> None:
    path = _csv(tmp_path, "path,speed,load", "0.png,40,0.5", "1.png,5,1")
    entries = scan(path, numbers=(SPEED,)).entries
    prepared = prepare_set(str(tmp_path), entries, CONTRACT, str(tmp_path / "out.npy"))
    assert prepared.shape == (2, 4, 5, 3) and [row.fed for row in prepared.images] == [(40.0, 0.5), (5.0, 1.0)]
    fed = open_pixels(prepared.pixels_path)
    assert count_of(fed) == 2 and images_of(fed).shape == (2, 4, 5, 3) and (images_of(fed)[1] == 10).all()
    np.testing.assert_array_equal(fed["numbers"], np.float32([[2, 0], [-1.5, 2]]))
    # The numbers stay beside what becomes of the pixels.
    np.testing.assert_array_equal(int8_pixels(fed)["image"], images_of(fed).astype(int) - 128)
    np.testing.assert_array_equal(normalize(fed, CONTRACT)["numbers"], fed["numbers"])
    # Who looks at pictures alone reads them out of the records.
    np.testing.assert_array_equal(np.concatenate(list(PixelFile(prepared.pixels_path).blocks(61))), images_of(fed))


def test_a_number_becomes_the_nearest_step_of_its_input_and_is_held_to_the_ends() -> None:
    detail = {"dtype": np.int8, "quantization": (0.5, -3)}
    values = np.float32([0, 0.24, 0.25, -0.25, -0.26, 1, 200, -200])
    assert entered(values, detail).tolist() == [-3, -3, -2, -3, -4, -1, 127, -128]
    facts = TensorFacts(name="telemetry", shape=(1, 2), dtype="int8", scale=4 / 255, zero_point=-1)
    assert list(number_bytes((20.0, 0.5), CONTRACT, [facts])) == [127, 127]
    assert list(number_bytes((40.0, 0.0), CONTRACT, [facts])) == [255, 0]


RECIPE = """
name = "steer"
[model]
path = "model.keras"
task = "{task}"
{table}
[input]
size = [4, 5]
[[input.numbers]]
name = "telemetry"
{lines}
[calibration]
images = "set.csv"
[[deploy]]
target = "cortex-m4"
"""


def _recipe(lines: str, task: str = "raw", table: str = "") -> None:
    parse_recipe(RECIPE.format(task=task, table=table, lines=lines).encode(), where="recipe")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("range = [[0, 40], [0, 1], [0, 2]]\ncolumns = ['a', 'b']", "hold 1 or 2 values"),
        ("range = [[0, 40]]\nmean = [1, 2]", "hold 1 or 1 values"),
        ("range = [[40, 0]]", "the least below the largest"),
        ("range = [[0, 1]]\ncolumns = ['a', 'a']", "visible words, each once"),
        ("range = [[0, 1]]\ncolumns = ['a,b']", "visible words, each once"),
        ("columns = ['a']", "range"),
        ("range = [[0, 1]]\nunit = 'm'", "unit"),
        ("range = [[0, 1]]\nstd = [0]", "std"),
    ],
)
def test_a_recipe_with_unfit_numbers_is_refused_in_words(lines: str, said: str) -> None:
    with pytest.raises(RecipeError) as refusal:
        _recipe(lines)
    assert said in str(refusal.value)


def test_tasks_that_take_no_numbers_say_which_do() -> None:
    segment = "[segment]\nclasses = ['no', 'yes']"
    with pytest.raises(RecipeError, match=r"\[\[input.numbers\]\] belongs to the tasks classify, binary, multi-label, regress"):
        _recipe("range = [[0, 1]]", "segment", segment)
    _recipe("range = [[0, 1]]", "regress", "[regress]\ntolerance = 1.0")


def test_a_contract_without_numbers_is_written_as_before() -> None:
    assert "numbers" not in msgspec.to_builtins(InputContract(size=(4, 5)))
