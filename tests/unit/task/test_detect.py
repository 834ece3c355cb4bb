"""Task detect on values alone: what is right, the same, far or near; objects lost and gained are named with their place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from espalier.detector import Heads
from espalier.facts import TensorFacts
from espalier.image_facts import ImageFacts, TrueObject
from espalier.recipe import InputContract
from espalier.recipe_detect import Anchors, Detect
from espalier.task import detect
from espalier.task.boxes.plan import plan_of
from espalier.task.types import Asked, Task

TABLE = Detect(decode="ssd", boxes=("b",), scores=("s",), anchors=Anchors(sizes=(((16.0, 16.0),),)))
PLAN = plan_of(TABLE, InputContract(size=(32, 32), fit="pad"), 2, ((2, 2, 4), (2, 2, 2)), (Heads(box=0, scores=1),))
TASK = Task(kind="detect", labels=("cup", "plate"), boxes=PLAN)
FACTS = [
    TensorFacts(name="b", shape=(1, 2, 2, 4), dtype="int8", scale=0.02, zero_point=0),
    TensorFacts(name="s", shape=(1, 2, 2, 2), dtype="int8", scale=0.05, zero_point=0),
]


def values(*seen: tuple[int, int]) -> NDArray[np.float32]:
    """One image's heads: these (anchor, class) with a logit of 3, all others -6."""
    scores = np.full((4, 2), -6.0, np.float32)
    for anchor, label in seen:
        scores[anchor, label] = 3.0
    return np.concatenate([np.zeros(16, np.float32), scores.reshape(-1)])[None]


def image(*objects: tuple[str, float, float]) -> ImageFacts:
    """128 x 64 pixels, padded to 32 x 32: a quarter of the size, eight rows black above. Objects of 64 x 64 by their corner."""
    found = tuple(TrueObject(label=label, x1=x, y1=y, x2=x + 64, y2=y + 64) for label, x, y in objects)
    return ImageFacts(path="a.png", label=None, sha256="", pixels_sha256="", width=128, height=64, mode="RGB", objects=found)


def test_boxes_are_judged_in_pixels_of_the_frame_whatever_was_padded() -> None:
    truth = detect.truth([image(("cup", 0, 0))], TASK)
    assert truth is not None
    # The anchor at the upper left covers 0..16 x 0..16 of the input: 0..64 across, and eight of its rows are seen, 0..32.
    found = detect.results(values((0, 0)), TASK)
    assert found[0, 0, :4].tolist() == [0, 0, 16, 16]
    assert detect.right(found, truth, TASK).tolist() == [True]
    assert detect.right(detect.results(values((0, 1)), TASK), truth, TASK).tolist() == [False]
    assert detect.right(detect.results(values((0, 0), (3, 1)), TASK), truth, TASK).tolist() == [False]


def test_the_same_is_the_same_boxes_and_distance_grows_with_what_is_lost() -> None:
    both, one = values((0, 0), (3, 1)), values((0, 0))
    moved = both.copy()
    moved[0, :16] = 0.3
    assert detect.same(detect.results(both, TASK), detect.results(both, TASK), TASK).all()
    assert not detect.same(detect.results(one, TASK), detect.results(both, TASK), TASK).any()
    near, far = detect.distance(moved, both, TASK, 8.0), detect.distance(one, both, TASK, 8.0)
    assert detect.distance(both, both, TASK, 8.0) == 0 < near < far


def test_objects_that_int8_loses_and_gains_are_named_with_their_place_in_the_input() -> None:
    known = detect.truth([image(("cup", 0, 0)), image(("plate", 64, 0))], TASK)
    given = np.concatenate([values((0, 0)), values()])
    int8 = np.concatenate([values(), values((1, 1))])
    asked = Asked(
        names=["a.png", "b.png"], truth=known, given=given, base=given, int8=int8, limit_points=0.5, threshold=0.0, heads=FACTS
    )
    row = detect.measure(asked, TASK)
    assert row.boxes is not None and (row.boxes.objects, row.boxes.lost, row.boxes.gained) == (2, 1, 1)
    assert [(one.image, one.what, one.label) for one in row.boxes.changes] == [
        ("a.png", "lost", "cup"), ("b.png", "gained", "plate")
    ]  # fmt: skip
    assert row.boxes.changes[0].corners == (0.0, 8.0, 16.0, 24.0)
    assert [flip.image for flip in row.flips] == ["a.png", "b.png"]
    assert row.boxes.float.recall == row.boxes.int8.recall == 0.5
    assert row.float.top1 == row.boxes.float.ap


def test_a_float_model_none_of_whose_boxes_is_on_an_object_is_told() -> None:
    known = detect.truth([image(("plate", 64, 0))], TASK)
    (finding,) = detect.doubts(values((0, 0)), known, TASK)
    assert (finding.code, finding.severity) == ("boxes-none-right", "error")
    (finding,) = detect.doubts(values(), None, TASK)
    assert finding.code == "boxes-nothing-found" and "0.00" in finding.message
    assert detect.doubts(values((1, 1)), known, TASK) == ()


def test_annotations_of_mirrored_images_are_told_and_true_ones_are_not() -> None:
    """A plate at the left, which the float model finds; in the mirrored set it lies at the right."""
    seen = np.repeat(values((0, 1)), 14, axis=0)
    right, mirrored = (detect.truth([image(("plate", x, 0))] * 14, TASK) for x in (0, 64))
    assert detect.doubts(seen, right, TASK) == ()
    (finding,) = detect.doubts(seen, mirrored, TASK)
    assert (finding.code, finding.severity) == ("boxes-mirrored", "error")
    assert "mirrored (left and right exchanged)" in finding.message
