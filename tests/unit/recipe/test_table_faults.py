"""What is wrong in a recipe is said in TOML's words, all of it at once."""

from __future__ import annotations

import pytest

from espalier.errors import RecipeError
from espalier.recipe_file import parse_recipe

RECIPE = """name = "x"
[model]
path = "m.keras"
[input]
size = [32, 32]
{}
[calibration]
images = "c"
[[deploy]]
target = "cortex-m4"
"""


def _refusal(text: str) -> str:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text.encode())
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('resize = "bilinaer"', ['`input.resize` is "bilinaer"', '"bilinear", "bicubic"', 'did you mean "bilinear"?']),
        ('resize = "LANCZOS"', ['`input.resize` is "LANCZOS"', '"area"', "write one of these"]),
        ("mean = 127.5", ["`input.mean` is the number 127.5", "a list in [ ]", "write mean = [127.5]"]),
        ('mean = ["a"]', ['`input.mean[0]` is the text "a"', "a number"]),
        ("mean = 1979-05-27", ["`input.mean` is a date or a time"]),
        ('[quantize]\nallow-int16 = "yes"', ['`quantize.allow-int16` is the text "yes"', "write true, without quotes"]),
        ('[quantize]\nmax-accuracy-drop = "0.5"', ["write 0.5, without quotes"]),
        ("[[prune]]\namount = 0.3", ["`prune` is a list in [ ]", "a table"]),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_what_may_stand_there(line: str, words: list[str]) -> None:
    told = _refusal(RECIPE.format(line))
    for word in words:
        assert word in told, told


def test_every_fault_is_told_at_once() -> None:
    told = _refusal(RECIPE.format('resiz = "area"\nmean = 4\n[budget]\nmax-macs = 3'))
    assert "3 faults" in told
    for word in ("`input.resiz`: did you mean `resize`?", "`input.mean` is the number 4", "`budget`: did you mean `budgets`?"):
        assert word in told, told


def test_numbers_out_of_range_are_told_together_with_what_may_stand_there() -> None:
    told = _refusal(RECIPE.format("std = [0.0]\n[prune]\namount = nan\n[decision]\nthreshold = 60\nprecision = 200"))
    assert "4 faults" in told
    for word in (
        "`input.std[0]` is the number 0.0: write a number from 1e-06 to 1,000,000",
        "`prune.amount` is the number nan",
        "`decision.threshold` is the number 60: write 0.6",
        "`decision.precision` is the number 200: write a number from 0 to 1",
    ):
        assert word in told, told


def test_of_many_faults_a_wrong_word_is_told_with_the_words_that_may_stand_there() -> None:
    told = _refusal(RECIPE.format('resize = "LANCZOS"\nfit = "padd"\ncolour = "rgb"'))
    assert "3 faults" in told
    for word in ('`input.resize` is "LANCZOS"; supported: "nearest", "bilinear"', 'did you mean "pad"?', "did you mean `color`?"):
        assert word in told, told


def test_what_is_missing_is_told_as_it_is_written() -> None:
    told = _refusal('version = "1.0.0"\n')
    for word in ("a table [model]", "a table [[deploy]]", "`name` above the first table"):
        assert word in told, told


def test_one_table_where_several_may_stand_is_told_with_its_brackets() -> None:
    assert "write [[deploy]] for each" in _refusal(RECIPE.format("").replace("[[deploy]]", "[deploy]"))


def test_a_file_with_a_thousand_faults_is_told_in_a_few_lines() -> None:
    told = _refusal(RECIPE.format("\n".join(f"k{n} = {n}" for n in range(1000))))
    assert "over 12 faults" in told and len(told) < 3000
