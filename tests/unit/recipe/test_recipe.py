from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from espalier.errors import RecipeError
from espalier.recipe import Recipe
from espalier.recipe_file import dump_recipe, load_recipe, parse_recipe

FULL = b"""
name = "cifar10-resnet8"
version = "1.0.0"
[model]
path = "resnet8.h5"
labels = "labels.txt"
task = "classify"
[input]
size = [32, 24]
color = "rgb"
resize = "bilinear"
fit = "stretch"
mean = [0.0, 1.0, 2.0]
std = [1.0, 2.0, 3.0]
[calibration]
images = "calibration"
count = 500
[evaluation]
images = "evaluation"
[prune]
method = "channels"
amount = 0.3
[prune.fine-tune]
images = "train"
epochs = 3
learning-rate = 0.001
augment = { flip = "horizontal", shift = 0.1, rotate = 15, brightness = 0.2 }
[quantize]
max-accuracy-drop = 0.5
scheme = "auto"
[decision]
threshold = 0.6
precision = 0.95
[budgets]
max-accuracy-drop = 1.0
min-class-recall = 0.7
max-model-bytes = 200000
max-arena-bytes = 65536
max-macs = 10_000_000
max-latency-us = { litert = 2000, tflite-runtime = 8000 }
[report]
explain = "always"
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "cortex-m4"
runtime = "c"
optimize = "speed"
"""

SMALLEST = b"""
name = "a"
[model]
path = "m.keras"
[input]
size = [8, 8]
[calibration]
images = "c"
[[deploy]]
target = "cortex-m4"
"""


def edited(old: str, new: str, text: bytes = FULL) -> bytes:
    assert old.encode() in text
    return text.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize("text", [FULL, SMALLEST])
def test_a_dumped_recipe_reads_back_equal(text: bytes) -> None:
    recipe = parse_recipe(text)
    assert parse_recipe(dump_recipe(recipe)) == recipe


def test_every_key_of_the_interface_is_read() -> None:
    recipe = parse_recipe(FULL)
    assert recipe.prune.fine_tune is not None
    assert recipe.prune.fine_tune.augment.rotate == 15
    assert recipe.budgets.max_latency_us is not None
    assert recipe.budgets.max_latency_us.tflite_runtime == 8000
    assert recipe.input.shape == (32, 24, 3)
    assert recipe.deploy[1].runtime == "c"
    assert recipe.report.explain == "always"
    assert parse_recipe(SMALLEST).report.explain == "auto"


def test_all_but_five_keys_have_defaults() -> None:
    recipe = parse_recipe(SMALLEST)
    assert (recipe.version, recipe.calibration.count, recipe.quantize.max_accuracy_drop) == (
        "1.0.0",
        500,
        0.5,
    )
    assert recipe.input.channel_mean == (0.0, 0.0, 0.0)
    assert recipe.input.channel_std == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("std = [1.0", "stdd = [1.0", "did you mean `std`?"),
        ("learning-rate", "learning_rate", "did you mean `learning-rate`?"),
        ("flip =", "flipp =", "did you mean `flip`?"),
        ('runtime = "c"', 'runtim = "c"', "deploy[1].runtim"),
        ("litert = 2000", "litrt = 2000", "did you mean `litert`?"),
        ("size = [32, 24]", "size = [32]", "input.size"),
        ("size = [32, 24]", 'size = "32x24"', "input.size"),
        ("size = [32, 24]", "size = [0, 24]", "`input.size[0]` is the number 0\nsupported: a whole number from 1 to 2,048"),
        ("size = [32, 24]", "size = [32, 99999]", "input.size[1]"),
        ('color = "rgb"', 'color = "RGB"', "input.color"),
        ('color = "rgb"', 'color = "gray"', "must hold 1 or 1 values"),
        ("std = [1.0, 2.0, 3.0]", "std = [1.0, 0.0, 3.0]", "`input.std[1]` is the number 0.0\nsupported: a number from 1e-06 to"),
        ("std = [1.0, 2.0, 3.0]", "std = [1.0, nan, 3.0]", "`input.std[1]` is the number nan"),
        ("mean = [0.0, 1.0, 2.0]", "mean = [inf]", "a number from -1,000,000 to 1,000,000"),
        ('name = "cifar10-resnet8"', 'name = "../x"', "`name` must be"),
        ('name = "cifar10-resnet8"', 'name = "Cifar"', "`name` must be"),
        ('name = "cifar10-resnet8"', 'name = "a--b"', "`name` must be"),
        ('version = "1.0.0"', 'version = "1.0"', "semantic version"),
        ("count = 500", "count = 0", "calibration.count"),
        ("amount = 0.3", "amount = 1.0", "prune.amount"),
        ("learning-rate = 0.001", "learning-rate = 0", "a number above 0, at most 1"),
        ("epochs = 3", "epochs = 0", "fine-tune.epochs"),
        ("threshold = 0.6", "threshold = 1.5", "decision.threshold"),
        ("min-class-recall = 0.7", "min-class-recall = 70", "a number from 0 to 1\nnext: write 0.7"),
        ("precision = 0.95", "precision = 95", "next: write 0.95"),
        ("max-model-bytes = 200000", "max-model-bytes = -1", "`budgets.max-model-bytes` is the number -1"),
        ('target = "cortex-m4"', 'target = "android-arm64"', "may appear once"),
        ('images = "evaluation"', 'images = "e"\ncsv = "e.csv"', "not both"),
        ('method = "channels"', 'method = "magic"', "prune.method"),
        ('scheme = "auto"', 'search = "best"\nscheme = "int8"', "search` best needs `quantize.scheme` auto"),
        ("[quantize]", '[quantize]\nsearch = "bset"', "quantize.search"),
        ('task = "classify"', 'task = "raw"', "task raw does not take"),
        ('task = "classify"', 'task = "clasify"', "did you mean"),
        ("[quantize]", "[quantize]\nmin-agreement = 98.0", "write 0.98"),
        ('method = "channels"', 'method = "channels"\npattern = "2:4"', "needs `prune.method` magnitude"),
        ('method = "channels"', 'method = "magnitude"\ndistill = {}', "needs a `prune.method` that removes channels"),
        ('method = "channels"', 'method = "channels"\ndistill = { temperature = 0.5 }', "prune.distill.temperature"),
        ('method = "channels"', 'method = "channels"\ndistill = { images = "a\\u0000b" }', "paths are visible text"),
        ('method = "channels"', 'method = "channels"\nengine = "tfmot"', "needs `prune.method` magnitude"),
    ],
)
def test_each_wrong_value_is_named_with_its_place(old: str, new: str, words: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(edited(old, new))
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", [b"", b"name = 'x'", b"\xff\xfe", b"name = ", b"a" * 3, b"[[[["])
def test_what_is_no_recipe_is_refused(text: bytes) -> None:
    with pytest.raises(RecipeError):
        parse_recipe(text)


def test_a_budget_on_accuracy_needs_an_evaluation_set() -> None:
    text = edited('[evaluation]\nimages = "evaluation"\n', "")
    with pytest.raises(RecipeError, match="needs an \\[evaluation\\] set"):
        parse_recipe(text)


def test_a_missing_recipe_names_the_nearest_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "recipe.toml").write_bytes(SMALLEST)
    with pytest.raises(RecipeError, match=r"did you mean recipe\.toml\?"):
        load_recipe(tmp_path / "recpie.toml")


def test_a_named_pipe_is_refused_instead_of_waited_for(tmp_path) -> None:  # type: ignore[no-untyped-def]
    os.mkfifo(tmp_path / "recipe.toml")
    with pytest.raises(RecipeError, match="is a pipe or a device"):
        load_recipe(tmp_path / "recipe.toml")


def test_a_folder_and_a_huge_file_are_no_recipe(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RecipeError, match="is a folder"):
        load_recipe(tmp_path)
    (tmp_path / "big.toml").write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(RecipeError, match="larger than"):
        load_recipe(tmp_path / "big.toml")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_anything_but_a_recipe_or_a_recipe_error(data: bytes) -> None:
    try:
        assert isinstance(parse_recipe(data), Recipe)
    except RecipeError as problem:
        assert str(problem)
