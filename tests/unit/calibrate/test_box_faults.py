"""Faults of annotations: found where they were planted, and silent on sound sets."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from espalier.calibrate.box_faults import check_boxes
from espalier.load.annotations import Annotations, TrueBox, TruePicture

LABELS = ("cat", "dog")
IMAGES = {f"{number:03}.jpg": (200, 100) for number in range(40)}


def box(x1: float, y1: float, x2: float, y2: float, label: str = "cat") -> TrueBox:
    return TrueBox(label=label, x1=x1, y1=y1, x2=x2, y2=y2)


def sound(seed: int = 0, kind: str = "COCO") -> Annotations:
    """One to three boxes in every image, anywhere."""
    random, pictures = np.random.default_rng(seed), []
    for path, (width, height) in IMAGES.items():
        boxes = []
        for _ in range(int(random.integers(1, 4))):
            w, h = random.uniform(5, 90, 2)
            x, y = random.uniform(0, width - w), random.uniform(0, height - h)
            boxes.append(box(x, y, x + w, y + h, LABELS[int(random.integers(2))]))
        pictures.append(TruePicture(path=path, boxes=tuple(boxes), size=(width, height)))
    return Annotations(kind=kind, pictures=tuple(pictures), labels=LABELS)


def with_boxes(given: Annotations, change: object) -> Annotations:
    assert callable(change)
    pictures = [msgspec.structs.replace(p, boxes=tuple(change(b) for b in p.boxes)) for p in given.pictures]
    return msgspec.structs.replace(given, pictures=tuple(pictures))


def first(given: Annotations, *boxes: TrueBox) -> Annotations:
    """The set with other boxes in its first image."""
    pictures = (msgspec.structs.replace(given.pictures[0], boxes=boxes), *given.pictures[1:])
    return msgspec.structs.replace(given, pictures=pictures)


def codes(given: Annotations) -> list[str]:
    return [f"{f.severity}: {f.code}" for f in check_boxes(given, IMAGES, LABELS).findings]


@pytest.mark.parametrize("seed", range(20))
def test_a_sound_set_raises_no_alarm(seed: int) -> None:
    assert codes(sound(seed)) == []
    assert check_boxes(sound(seed), IMAGES, LABELS).annotations == sound(seed)


def test_boxes_across_the_edge_are_cut_and_those_outside_or_flat_or_twice_are_left_out() -> None:
    flat = box(40, 40, 40, 60), box(9, 9, 5, 20)
    given = first(sound(), box(-20, 10, 30, 50), box(250, 10, 300, 50), *flat, box(1, 2, 3, 4), box(1, 2, 3, 4))
    checked = check_boxes(given, IMAGES, LABELS)
    assert checked.annotations.pictures[0].boxes == (box(0, 10, 30, 50), box(1, 2, 3, 4))
    assert codes(given) == ["warning: boxes-flat", "warning: boxes-outside", "warning: boxes-cut", "warning: boxes-twice"]
    assert checked.findings[0].message == "2 boxes have no area and are left out: 000.jpg"


def test_an_edge_that_a_tool_rounded_beyond_the_image_is_no_fault() -> None:
    given = first(sound(), box(100, 20, 201, 100.5))
    assert codes(given) == []
    assert check_boxes(given, IMAGES, LABELS).annotations.pictures[0].boxes == (box(100, 20, 200, 100),)


def test_a_class_that_the_model_does_not_have_is_named_with_the_nearest_one() -> None:
    given = first(sound(), box(1, 1, 9, 9, "Cats"))
    (found,) = check_boxes(given, IMAGES, LABELS).findings
    assert (found.code, found.severity, found.files) == ("boxes-wrong-class", "error", ("000.jpg",))
    assert "'Cats' (1 boxes, did you mean 'cat'?)" in found.message


def test_a_class_without_a_single_box_is_told() -> None:
    given = with_boxes(sound(), lambda b: msgspec.structs.replace(b, label="dog"))
    assert codes(given) == ["warning: boxes-class-missing"]


def test_missing_images_and_images_without_a_word_are_told() -> None:
    some = sound().pictures[3:]
    given = msgspec.structs.replace(sound(), pictures=some, missing=("x.jpg",), bare=("000.jpg", "001.jpg", "002.jpg"))
    assert codes(given) == ["warning: boxes-missing-images", "warning: boxes-missing"]


def test_a_set_with_few_or_no_objects_is_told() -> None:
    assert codes(with_fewer(10)) == ["warning: boxes-empty"]
    assert codes(with_fewer(0)) == ["error: boxes-none"]


def with_fewer(count: int) -> Annotations:
    pictures = [msgspec.structs.replace(p, boxes=p.boxes if n < count else ()) for n, p in enumerate(sound().pictures)]
    return msgspec.structs.replace(sound(), pictures=tuple(pictures))


def test_images_that_were_annotated_lying_down_or_in_another_size_are_found() -> None:
    turned = msgspec.structs.replace(sound().pictures[0], size=(100, 200))
    given = msgspec.structs.replace(sound(), pictures=(turned, *sound().pictures[1:]))
    assert codes(given) == ["error: boxes-turned"]
    other = msgspec.structs.replace(sound().pictures[0], size=(400, 200))
    assert codes(msgspec.structs.replace(sound(), pictures=(other, *sound().pictures[1:]))) == ["error: boxes-other-size"]


WRITTEN = {
    "corners": (lambda b: box(b.x1, b.y1, b.x1 + b.x2, b.y1 + b.y2, b.label), "COCO", "corners (x1, y1, x2, y2)"),
    "x and y": (lambda b: box(b.y1 + 0.0, b.x1, b.y2, b.x2, b.label), "Pascal VOC", "x and y the other way round"),
    "shares": (lambda b: box(b.x1 / 200, b.y1 / 100, b.x2 / 200, b.y2 / 100, b.label), "COCO", "shares of the image"),
    "yolo corners": (
        lambda b: box(b.x1 - b.x2 / 2, b.y1 - b.y2 / 2, b.x1 + b.x2 / 2, b.y1 + b.y2 / 2, b.label),
        "YOLO",
        "where the centre and the size belong",
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_numbers_that_are_written_in_another_way_are_recognised(name: str) -> None:
    change, kind, words = WRITTEN[name]
    (found,) = check_boxes(with_boxes(sound(1, kind), change), IMAGES, LABELS).findings
    assert (found.code, found.severity) == ("boxes-written-otherwise", "error")
    assert words in found.message


def test_boxes_that_are_all_the_same_are_found() -> None:
    given = with_boxes(sound(), lambda b: box(1, 2, 30, 40, b.label))
    assert "error: boxes-alike" in codes(given)
