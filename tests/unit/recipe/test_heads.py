"""[[head]] tables: one output each, with the keys of its own task; what does not fit is refused in words."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from espalier.command.init_heads import _lines
from espalier.errors import RecipeError
from espalier.load.keras_facts import HeadEnds
from espalier.recipe import HeadSource, Recipe
from espalier.recipe_answers import TASKS, HeadTask
from espalier.recipe_budgets import Budgets
from espalier.recipe_file import dump_recipe, parse_recipe

BASE = """
name = "two"
[model]
path = "m.keras"
task = "several"
[input]
size = [8, 8]
[calibration]
images = "c"
[evaluation]
csv = "truth.csv"
[[deploy]]
target = "cortex-m4"
"""
AGE = '[[head]]\nname = "age"\ntask = "regress"\nregress = { tolerance = 5.0, unit = "years" }\n'
GENDER = '[[head]]\nname = "gender"\ntask = "classify"\nlabels = ["female", "male"]\n'


def recipe(more: str = AGE + GENDER, base: str = BASE) -> Recipe:
    return parse_recipe((base + more).encode())


def test_a_head_is_a_recipe_of_its_own_that_shares_all_else() -> None:
    both = recipe(AGE + GENDER + "budgets = { min-accuracy = 0.9 }\ndecision = { threshold = 0.8 }\n")
    assert parse_recipe(dump_recipe(both)) == both
    age, gender = (both.of_head(head) for head in both.head)
    assert age.model.task == "regress" and age.regress is not None and age.regress.unit == "years"
    assert gender.budgets == Budgets(min_accuracy=0.9) and gender.decision.threshold == 0.8
    assert age.budgets == Budgets() and age.head == () and age.input == both.input


def test_a_head_has_the_table_of_every_task() -> None:
    """A kind that is added works as a head by its table."""
    fields = {field.name for field in msgspec.structs.fields(HeadSource)}
    recipes = {field.name for field in msgspec.structs.fields(Recipe)}
    tables = {TASKS[task].table for task in get_args(HeadTask) if TASKS[task].table}
    assert tables <= fields and fields - {"name", "task", "labels"} <= recipes


MASK = '[[head]]\nname = "mask"\ntask = "segment"\nsegment = { classes = ["a", "b"] }\n'
FACE = '[[head]]\nname = "face"\ntask = "embed"\n'


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "needs a [[head]] table for each output"),
        (AGE + AGE, "each once; found 'age', 'age'"),
        (AGE.replace('"age"', '"Age-1"'), "found 'Age-1'"),
        (AGE.replace("regress = {", "# {"), "[[head]] age: `model.task` regress needs [regress] with a `tolerance`"),
        (GENDER + "regress = { tolerance = 1.0 }\n", "[[head]] gender: `model.task` regress needs"),
        (AGE + 'labels = ["a", "b"]\n', "[[head]] age: task regress does not take `labels`"),
        (AGE + "budgets = { min-class-recall = 0.5 }\n", "[[head]] age: task regress does not take `budgets.min-class-recall`"),
        (GENDER.replace('"male"', '"female"'), "[[head]] gender: `labels` are visible words"),
        (GENDER.replace('["female", "male"]', '["female"]'), "[[head]] gender: `labels` are visible words"),
        (GENDER.replace('"male"', '"m\\u0007"'), "[[head]] gender: `labels` are visible words"),
        (GENDER + "budgets = { max-macs = 5 }\n", "an unknown key `head[0].budgets.max-macs`"),
        (GENDER.replace('"classify"', '"several"'), "head[0].task"),
        (GENDER + "decision = { precision = 2.0 }\n", "head[0].decision.precision"),
        (MASK.replace("segment = ", "# "), "[[head]] mask: `model.task` segment needs [segment] with a `classes`"),
        (MASK + MASK.replace('"mask"', '"other"'), "one [[head]] of task segment or image at most, for there is one folder"),
        (FACE + FACE.replace('"face"', '"other"'), "one [[head]] of task embed at most, for there is one list of"),
        (MASK.replace("classes = ", 'last-resize = "drop", classes = '), "[[head]] mask: `last-resize` drop is of a model that"),
        (MASK.replace('["a", "b"]', '["a", "a"]'), "[[head]] mask: `segment.classes` are visible text, all different"),
        (MASK + "budgets = { min-miou = 0.5 }\n", "[[head]] mask: a budget on intersection over union needs `evaluation.masks`"),
        (FACE + "budgets = { min-miou = 0.5 }\n", "[[head]] face: task embed does not take `budgets.min-miou`"),
    ],
)
def test_what_does_not_fit_is_refused(more: str, said: str) -> None:
    with pytest.raises(RecipeError) as refused:
        recipe(more)
    assert said in str(refused.value)


def test_heads_belong_to_task_several_and_their_budgets_to_an_evaluation_set() -> None:
    with pytest.raises(RecipeError, match="needs a \\[\\[head\\]\\] table for each output"):
        recipe(base=BASE.replace('"several"', '"raw"'))
    without = BASE.replace('[evaluation]\ncsv = "truth.csv"\n', "")
    with pytest.raises(RecipeError, match="gender: a budget on accuracy or recall needs an"):
        recipe(GENDER + "budgets = { min-accuracy = 0.9 }\n", without)


def test_masks_are_of_the_output_that_paints_and_of_no_other() -> None:
    given = recipe(GENDER + MASK, BASE.replace('csv = "truth.csv"', 'csv = "truth.csv"\nmasks = "masks"'))
    gender, mask = (given.of_head(head).evaluation for head in given.head)
    assert gender is not None and gender.masks is None and mask is not None and mask.masks == "masks"
    with pytest.raises(RecipeError, match=r"does not take `evaluation\.masks`"):
        recipe(GENDER, BASE.replace('csv = "truth.csv"', 'csv = "truth.csv"\nmasks = "masks"'))


def test_init_makes_a_map_of_scores_one_of_classes() -> None:
    heads = (
        HeadEnds(name="mask", layer="mask", output="softmax", values=3, paints=True),
        HeadEnds(name="depth", layer="depth", output="logits", values=1, paints=True),
    )
    for head, said in zip(heads, ('segment = { classes = ["class_0", "class_1", "class_2"] }', 'task = "raw"'), strict=True):
        assert said in "\n".join(_lines(head, ""))
