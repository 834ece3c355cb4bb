"""Task several: each output is judged by its own kind, on its own columns; an image is right when every known one is."""

from __future__ import annotations

import numpy as np
import pytest

from espalier.errors import ImagesRefusedError
from espalier.facts import TensorFacts
from espalier.image_facts import ImageFacts
from espalier.task.kinds import KINDS, edges_of, kind_of
from espalier.task.types import Asked, Head, Numbers, Task

AGE = Task(kind="regress", name="age", heads=(Head(name="age", shape=(1,)),), numbers=Numbers(names=("age",), tolerance=2.0))
GENDER = Task(
    kind="classify", name="gender", heads=(Head(name="gender", shape=(2,)),), labels=("female", "male"), threshold=0.75
)
MAP = Task(kind="raw", name="map", heads=(Head(name="map", shape=(2, 2, 1)),))
TASK = Task(kind="several", parts=(AGE, GENDER, MAP), heads=(*AGE.heads, *GENDER.heads, *MAP.heads))
KIND = KINDS["several"]
VALUES = np.float32(
    [[30, 0.9, 0.1, 1, 2, 3, 4], [50, 0.2, 0.8, 4, 3, 2, 1], [41, 0.7, 0.3, 0, 0, 9, 9]]
)


def image(number: int, **cells: str) -> ImageFacts:
    return ImageFacts(
        path=f"{number}.png", label=None, sha256="", pixels_sha256="", width=1, height=1, mode="RGB",
        cells=tuple((key.replace("_", "."), text) for key, text in cells.items()),
    )  # fmt: skip


IMAGES = [image(0, age="31", gender="female"), image(1, age="47", gender="male"), image(2, age="41", gender="male")]


def test_the_csv_s_columns_are_the_truth_of_the_outputs_that_are_called_so() -> None:
    truth = KIND.truth(IMAGES, TASK)
    assert truth is not None and truth.dtype.names == ("age", "gender")
    assert truth["age"].tolist() == [[31], [47], [41]] and truth["gender"].tolist() == [0, 1, 1]


def test_an_image_is_right_when_every_output_with_a_truth_is() -> None:
    truth = KIND.truth(IMAGES, TASK)
    assert truth is not None
    assert KIND.right(KIND.results(VALUES, TASK), truth, TASK).tolist() == [True, False, False]
    alone = KIND.truth([image(n, gender=dict(one.cells)["gender"]) for n, one in enumerate(IMAGES)], TASK)
    assert alone is not None and KIND.right(VALUES, alone, TASK).tolist() == [True, True, False]
    assert KIND.truth([image(0)], TASK) is None


def test_several_columns_of_an_output_begin_with_its_name_and_a_point() -> None:
    box = Task(kind="regress", name="box", heads=(Head(name="box", shape=(2,)),), numbers=Numbers(tolerance=1.0))
    truth = KIND.truth([image(0, box_x="3", box_y="4", boxes="9")], Task(kind="several", parts=(box,)))
    assert truth is not None and truth["box"].tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize(
    ("images", "said"),
    [
        ([image(0, gender="female"), image(1, gender="")], "output gender for 1 of 2 images, 1.png"),
        ([image(0, gender="femal")], "output gender: class 'femal' of the images is not in the labels"),
        ([image(0, age="31", age_more="2")], "the csv has 2 numbers for an image, the model answers with 1"),
    ],
)
def test_a_column_that_does_not_fit_is_refused_with_the_output_s_name(images: list[ImageFacts], said: str) -> None:
    with pytest.raises(ImagesRefusedError) as refused:
        truth = KIND.truth(images, TASK)
        assert truth is not None
        KIND.right(VALUES[: len(images)], truth, TASK)
    assert said in str(refused.value)


def test_the_same_is_the_same_in_every_output() -> None:
    other = VALUES.copy()
    other[0, 0] += 1.5  # within the tolerance
    other[1, 1:3] = [0.6, 0.4]
    other[2, 3:] = [9, 9, 0, 0]
    assert KIND.same(other, VALUES, TASK).tolist() == [True, False, False]
    assert KIND.distance(VALUES, VALUES, TASK, 8.0) == 0 and KIND.distance(other, VALUES, TASK, 8.0) > 0.1
    assert KIND.decibels(VALUES, VALUES, TASK) == 120 > KIND.decibels(other, VALUES, TASK)


def test_an_image_is_as_near_to_a_change_as_its_nearest_output() -> None:
    integers = np.int64([[5, 100, 90], [5, -3, 120], [7, 0, 0]])
    task = Task(kind="several", parts=(GENDER, Task(kind="classify", name="one", heads=(Head(name="one", shape=(1,)),))))
    assert KIND.margins(integers[:, [1, 2, 0]], task).tolist() == [0, 0, 0]
    both = Task(kind="several", parts=(GENDER,))
    assert KIND.margins(integers[:, 1:], both).tolist() == [10, 123, 0]
    assert KIND.sorts(integers[:, 1:], both).tolist() == [0, 1, 0]


def test_several_answers_have_no_one_name() -> None:
    assert KIND.words(VALUES, TASK) == ["", "", ""]


def test_each_output_has_its_own_row_and_all_together_one() -> None:
    heads = [TensorFacts(name=h.name, shape=(1, *h.shape), dtype="int8", scale=0.5, zero_point=0) for h in TASK.heads]
    int8 = VALUES.copy()
    int8[0, 0] = 36.0
    truth = KIND.truth(IMAGES, TASK)
    row = KIND.measure(
        Asked(
            names=["a", "b", "c"], truth=truth, given=VALUES, base=VALUES, int8=int8, limit_points=0.5, threshold=0.6, heads=heads
        ),
        TASK,
    )
    assert (row.n, row.float.top1, row.int8.top1) == (3, 1 / 3, 0.0) and row.agreement == 2 / 3
    assert [(one.name, one.task, one.accuracy.float.top1) for one in row.answers] == [
        ("age", "regress", 2 / 3), ("gender", "classify", 2 / 3), ("map", "raw", None)
    ]  # fmt: skip
    age, gender, raw = (one.accuracy for one in row.answers)
    assert age.numbers[0].step == 0.5 and gender.decision["threshold"] == 0.75 and raw.agreement == 1.0
    assert [(flip.image, flip.float, flip.int8) for flip in row.flips] == [("a", "age: 30", "age: 36")]
    assert row.claim.startswith("Right is right in age, gender: on 3 images the drop is 33.33 points")


def test_what_the_values_say_against_themselves_bears_the_output_s_name() -> None:
    still = np.tile(VALUES[:1], (30, 1))
    found = KIND.doubts(still, None, TASK, None)
    assert {finding.message.split(":")[0] for finding in found} >= {"output age", "output map"}


def test_a_device_decides_for_each_output_that_has_labels() -> None:
    heads = [
        TensorFacts(name=h.name, shape=(1, *h.shape), dtype="int8", scale=1 / 256, zero_point=-128) for h in TASK.heads
    ]
    decision = KIND.decision(TASK, heads, 0.1)
    assert decision is not None and list(decision.parts) == ["gender"]
    assert decision.parts["gender"].labels == ("female", "male")
    assert decision.parts["gender"].numbers["THRESHOLD"] == 64  # its own threshold, 0.75
    assert kind_of(TASK).decision(Task(kind="several", parts=(AGE,)), heads, 0.5) is None
    assert edges_of(TASK, 3) == (None, (1 / 256, -128), None)
