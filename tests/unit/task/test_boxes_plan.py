"""From `[detect]` and the shapes of heads to a plan: what fits is read, what does not is told with what would."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from espalier.detector import Heads
from espalier.errors import RecipeError
from espalier.facts import TensorFacts
from espalier.recipe import InputContract
from espalier.recipe_detect import Anchors, Detect
from espalier.recipe_file import parse_recipe
from espalier.task.boxes.plan import plan_of, read_anchors

CONTRACT = InputContract(size=(64, 96))
MAPS = ((8, 12, 8), (8, 12, 4), (4, 6, 8), (4, 6, 4))
HEADS = (Heads(box=0, scores=1), Heads(box=2, scores=3))
DETECT = Detect(
    decode="ssd", boxes=("a", "b"), scores=("c", "d"), anchors=Anchors(sizes=(((16, 16), (24, 12)), ((32, 32), (48, 24))))
)
ROWS = ((120 * 2, 4), (120 * 2, 2))


def changed(**keys: object) -> Detect:
    return msgspec.structs.replace(DETECT, **keys)


def test_maps_say_where_the_cells_are_and_anchors_stand_in_their_middle() -> None:
    plan = plan_of(DETECT, CONTRACT, 2, MAPS, HEADS)
    assert [(one.rows, one.columns, one.step_x, one.step_y) for one in plan.maps] == [(8, 12, 8, 8), (4, 6, 16, 16)]
    assert plan.maps[0].boxes == ((4, 4, 16, 16), (4, 4, 24, 12))
    assert plan.reading.overlap == 0.45 and plan.reading.scores == "sigmoid"


def test_one_head_of_all_levels_is_told_apart_by_strides() -> None:
    plan = plan_of(changed(strides=(8, 16)), CONTRACT, 2, ROWS, (Heads(box=0, scores=1),))
    assert [(one.rows, one.columns) for one in plan.maps] == [(8, 12), (4, 6)]
    assert plan.heads == (Heads(box=0, scores=1),) * 2


def test_anchors_from_a_file_become_maps_where_they_are_regular() -> None:
    rules = plan_of(DETECT, CONTRACT, 2, MAPS, HEADS)
    pixels = np.concatenate([one.grid().anchors() for one in rules.maps]) / np.array([96, 64, 96, 64])
    rows = read_anchors("\n".join(",".join(f"{value:.7f}" for value in row) for row in pixels), "a.csv")
    plan = plan_of(changed(anchors=Anchors(file="a.csv")), CONTRACT, 2, MAPS, HEADS, rows)
    assert [(one.rows, len(one.boxes)) for one in plan.maps] == [(8, 2), (4, 2)]
    whole = plan_of(changed(anchors=Anchors(file="a.csv")), CONTRACT, 2, ROWS, (Heads(box=0, scores=1),), rows)
    assert [len(one.boxes) for one in whole.maps] == [240]


@pytest.mark.parametrize(
    ("detect", "classes", "shapes", "heads", "words"),
    [
        (DETECT, 3, MAPS, HEADS, "output 1 holds 384 numbers"),
        (changed(background="first"), 2, MAPS, HEADS, "with or without background"),
        (changed(anchors=Anchors(sizes=(((16, 16),), ((32, 32),)))), 2, MAPS, HEADS, "output 0 holds 768 numbers"),
        (changed(anchors=Anchors(sizes=(((16, 16),),))), 2, MAPS, HEADS, "has 1 levels, the heads have 2"),
        (changed(strides=(16, 8)), 2, MAPS, HEADS, "make maps of 4 x 6, 8 x 12"),
        (changed(strides=(8, 16, 32)), 2, ROWS * 2, HEADS, "gives 2 heads, `detect.strides` has 3 levels"),
        (DETECT, 2, ROWS, (Heads(box=0, scores=1),), "does not say how many cells each level has"),
        (changed(anchors=Anchors(file="a.csv")), 2, ROWS, (Heads(box=0, scores=1),), "an array of [0, 4]"),
        (changed(decode="dfl", anchors=None), 2, MAPS, HEADS, "output 0 holds 768 numbers"),
        (changed(decode="yolox", anchors=None, objectness=("o",)), 2, MAPS, HEADS, "output 0 holds 768 numbers"),
        (DETECT, 2, MAPS, (Heads(scores=1), Heads(scores=3)), "needs box among its heads"),
        (changed(threshold=0.001), 2, MAPS, HEADS, "threshold is 0.001"),
        (DETECT, 2000, MAPS, HEADS, "classes is 2000"),
    ],
)  # fmt: skip
def test_heads_that_do_not_fit_are_told_with_what_would(
    detect: Detect, classes: int, shapes: tuple[tuple[int, ...], ...], heads: tuple[Heads, ...], words: str
) -> None:
    with pytest.raises(RecipeError) as refused:
        plan_of(detect, CONTRACT, classes, shapes, heads)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "are empty"),
        ("0.1,0.1,0.2", "line 1 of the anchors"),
        ("0.1,0.1,0.2,0.2\nx,y,w,h", "line 2 of the anchors"),
        ("0.1,0.1,nan,0.2", "is no anchor"),
        ("1;2;3;4", "with commas"),
    ],
)
def test_a_file_that_holds_no_anchors_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(RecipeError) as refused:
        read_anchors(text, "anchors.csv")
    assert words in str(refused.value)


@pytest.mark.parametrize(("row", "words"), [("0.5,0.5,0,0.2", "zero or less"), ("130,40,16,16", "divide anchors in pixels")])
def test_anchors_that_are_no_shares_are_refused(row: str, words: str) -> None:
    detect = changed(anchors=Anchors(file="a.csv"))
    with pytest.raises(RecipeError) as refused:
        plan_of(detect, CONTRACT, 2, ROWS, (Heads(box=0, scores=1),), read_anchors(row, "a.csv"))
    assert words in str(refused.value)


def facts(scale: float, zero: int) -> list[TensorFacts]:
    return [
        TensorFacts(name=str(n), shape=(1, *shape), dtype="int8", scale=scale if n % 2 else 0.05, zero_point=zero if n % 2 else 0)
        for n, shape in enumerate(MAPS)
    ]


@pytest.mark.parametrize(
    ("activation", "threshold", "scale", "zero", "words"),
    [
        ("sigmoid", 0.9, 0.001, 0, "no score reaches the threshold 0.9"),
        ("sigmoid", 0.3, 0.001, 0, "every anchor reaches the threshold 0.3"),
        ("none", 0.01, 1 / 32, -128, "below one int8 step"),
    ],
)
def test_scores_of_int8_that_say_nothing_at_the_threshold_are_refused(
    activation: str, threshold: float, scale: float, zero: int, words: str
) -> None:
    plan = plan_of(changed(activation=activation, threshold=threshold), CONTRACT, 2, MAPS, HEADS)
    with pytest.raises(RecipeError, match=words):
        plan.detector(facts(scale, zero))


RECIPE = """
name = "r"
[model]
path = "m.keras"
task = "detect"
labels = "l.txt"
[detect]
decode = "ssd"
boxes = ["a"]
scores = ["b"]
anchors = { sizes = [[[16, 16]]] }
[input]
size = [64, 64]
[calibration]
images = "c"
[evaluation]
images = "e"
annotations = "a.json"
[[deploy]]
target = "cortex-m4"
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('decode = "ssd"', 'decode = "sdd"', "ssd"),
        ("anchors = { sizes = [[[16, 16]]] }", "", "needs `detect.anchors`"),
        ("anchors = { sizes = [[[16, 16]]] }", 'anchors = { sizes = [[[16, 16]]], file = "f" }', "one of these only"),
        ('decode = "ssd"', 'decode = "yolox"', "has no `detect.anchors`"),
        ('boxes = ["a"]', "", "`detect.boxes` names the layers"),
        ('scores = ["b"]', 'scores = ["b", "b"]', "no layer twice"),
        ('scores = ["b"]', "scores = []", "at least"),
        ('boxes = ["a"]', 'boxes = ["a"]\nsizes = ["s"]', "belongs to `detect.decode` centernet"),
        ('decode = "ssd"', 'decode = "yolo-v3"', "`detect.objectness` belongs to"),
        ('boxes = ["a"]', 'boxes = ["a"]\nmost = 200', "at most `detect.room`"),
        ('labels = "l.txt"\n', "", "needs `model.labels`"),
        ('task = "detect"', 'task = "raw"', "detect"),
        ('images = "e"\n', 'csv = "e.csv"\n', "not a csv"),
        ('annotations = "a.json"', "[budgets]\nmin-recall = 0.9", "needs `evaluation.annotations`"),
        ('boxes = ["a"]', 'boxes = ["a"]\nvariances = [0.1, 0.1]', "2 of 4 values"),
        ('boxes = ["a"]', 'boxes = ["a"]\nthreshold = 50', "`detect.threshold`"),
        ('annotations = "a.json"', 'annotations = "a\\u0000.json"', "paths are visible text"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_is_refused_in_words(old: str, new: str, words: str) -> None:
    assert parse_recipe(RECIPE.encode()).detect is not None
    with pytest.raises(RecipeError) as refused:
        parse_recipe(RECIPE.replace(old, new).encode())
    assert words in str(refused.value), str(refused.value)
