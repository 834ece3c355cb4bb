"""Families of detectors by the shapes of their outputs: published ones are recognised, and other networks are not."""

from __future__ import annotations

import pytest

from espalier.detector import Heads
from espalier.task.boxes.guess import guess_heads

Shapes = list[tuple[int, ...]]

PUBLISHED: dict[str, tuple[Shapes, tuple[int, int], int | None, tuple[str, int, int, str, int]]] = {
    "face masks, SSD": ([(5972, 4), (5972, 2)], (260, 260), 2, ("ssd", 5972, 2, "none", 1)),
    "SSD MobileNet, COCO": ([(1917, 4), (1917, 91)], (300, 300), 90, ("ssd", 1917, 90, "first", 1)),
    "RetinaNet, one output": ([(49104, 4), (49104, 80)], (512, 512), 80, ("retinanet", 9, 80, "none", 5)),
    "YOLO v8": ([(8400, 64), (8400, 80)], (640, 640), None, ("dfl", 1, 80, "none", 3)),
    "YOLO v8, 64 classes": ([(8400, 64), (8400, 64)], (640, 640), 64, ("", 0, 0, "", 0)),
    "YOLOX, one output": ([(3549, 4), (3549, 1), (3549, 80)], (416, 416), 80, ("yolox", 1, 80, "none", 3)),
    "YOLO v4 tiny": ([(13, 13, 255), (26, 26, 255)], (416, 416), 80, ("yolo-v3", 3, 80, "none", 2)),
    "YOLO v2": ([(7, 7, 35)], (224, 224), 2, ("yolo-v2", 5, 2, "none", 1)),
    "YOLO LC": ([(12, 12, 30)], (192, 192), 1, ("yolo-v2", 5, 1, "none", 1)),
    "YOLO v8, maps": ([(80, 80, 144), (40, 40, 144), (20, 20, 144)], (640, 640), 80, ("dfl", 1, 80, "none", 3)),
    "YOLOX, maps": (
        [(52, 52, 4), (52, 52, 1), (52, 52, 2), (26, 26, 4), (26, 26, 1), (26, 26, 2)], (416, 416), 2,
        ("yolox", 1, 2, "none", 2),
    ),
    "RetinaNet, maps": (
        [(32, 32, 36), (32, 32, 27), (16, 16, 36), (16, 16, 27)], (256, 256), 3, ("retinanet", 9, 3, "none", 2)
    ),
    "SSD, maps": ([(12, 12, 12), (12, 12, 6), (6, 6, 12), (6, 6, 6)], (96, 96), 2, ("ssd", 3, 2, "none", 2)),
    "CenterNet": ([(64, 64, 3), (64, 64, 2), (64, 64, 2)], (256, 256), 3, ("centernet", 1, 3, "none", 1)),
    "FOMO": ([(12, 12, 3)], (96, 96), 2, ("fomo", 1, 2, "first", 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_detectors_are_recognised_by_their_outputs(name: str) -> None:
    shapes, size, labels, (decode, each, classes, background, levels) = PUBLISHED[name]
    guess = guess_heads(shapes, size, labels)
    if not decode:  # two readings fit
        assert guess is None
        return
    assert guess is not None
    assert (guess.decode, guess.each, guess.classes, guess.background, len(guess.maps)) == (
        decode, each, classes, background, levels,
    )  # fmt: skip
    assert len(guess.heads) == levels


OTHERS: dict[str, tuple[Shapes, tuple[int, int], int | None]] = {
    "a classifier": ([(10,)], (32, 32), 10),
    "two classifiers": ([(10,), (4,)], (32, 32), None),
    "a mask": ([(96, 96, 2)], (96, 96), 1),
    "a mask of as many channels as labels": ([(96, 96, 2)], (96, 96), 2),
    "an image": ([(64, 64, 3)], (64, 64), None),
    "sequences": ([(20, 37)], (32, 128), 37),
    "sequences of two kinds": ([(20, 37), (20, 5)], (32, 128), 37),
    "boxes of another number than scores": ([(100, 4), (99, 2)], (96, 96), 2),
    "other classes than the labels": ([(5972, 4), (5972, 5)], (260, 260), 2),
    "a decoded list of four outputs": ([(10, 4), (10,), (10,), (1,)], (300, 300), 90),
    "keypoints": ([(48, 48, 17)], (192, 192), 17),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_networks_are_taken_for_no_detector(name: str) -> None:
    assert guess_heads(*OTHERS[name]) is None


def test_what_shapes_cannot_say_is_asked() -> None:
    guess = guess_heads([(26, 26, 21), (13, 13, 21)], (416, 416), 2)
    assert guess is not None
    assert guess.heads == (Heads(box=0, objectness=0, scores=0), Heads(box=1, objectness=1, scores=1))
    assert guess.asks == ("the sizes of the anchors, as a rule or a file", "yolo-v2, v3, v4 or v5: their outputs look alike")
