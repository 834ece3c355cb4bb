"""What golden vectors of a detector hold: the boxes that each of their outputs decodes to."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from synthetic_source import synthetic_source

from espalier.bundle import golden, manifest
from espalier.detector import Heads
from espalier.errors import BugError
from espalier.facts import GoldenVector, TensorFacts
from espalier.task.boxes.anchors import grid
from espalier.task.boxes.golden import split, with_boxes
from espalier.task.boxes.tables import Output, Reading, make_detector

HEADS = (
    TensorFacts(name="boxes", shape=(1, 4, 4), dtype="int8", scale=0.05, zero_point=0),
    TensorFacts(name="scores", shape=(1, 4, 2), dtype="int8", scale=1 / 256, zero_point=-128),
)
DETECTOR = make_detector(
    Reading(decode="ssd", classes=2, scores="none", threshold=0.5),
    (32, 32),
    [grid(2, 2, (32, 32), [(8.0, 12.0)])],
    [Heads(box=0, scores=1)],
    [Output(shape=h.shape[1:], scale=h.scale, zero_point=h.zero_point) for h in HEADS],
)


def _vector(*seen: tuple[int, int]) -> GoldenVector:
    scores = np.full((4, 2), -128, np.int8)
    for anchor, label in seen:
        scores[anchor, label] = 100
    data = np.zeros(16, np.int8).tobytes() + scores.tobytes()
    return GoldenVector(name="0", pixels=b"", outputs={"reference": data, "default": bytes(16) + bytes([128]) * 8}, label="")


def test_every_kernel_set_gets_the_boxes_of_its_own_bytes_in_the_frame_s_units() -> None:
    (vector,) = with_boxes([_vector((0, 1))], HEADS, DETECTOR)
    unit = 1 << DETECTOR.bits
    ((x1, y1, x2, y2, score, label, anchor),) = vector.boxes["reference"]
    assert (x1, y1, x2, y2) == (4 * unit, 2 * unit, 12 * unit, 14 * unit)
    assert (label, anchor) == (1, 0)
    assert score == round(228 / 256 * 2**31)
    assert vector.boxes["default"] == ()


def test_bytes_that_do_not_fit_the_heads_are_a_bug() -> None:
    with pytest.raises(BugError, match="23 bytes"):
        split(bytes(23), HEADS)


def test_a_bundle_s_golden_file_holds_the_boxes_and_its_manifest_labels_and_every_head() -> None:
    source = msgspec.structs.replace(
        synthetic_source(),
        task="detect",
        heads=HEADS,
        detector=DETECTOR,
        labels=("cup", "plate"),
        golden=tuple(msgspec.structs.replace(v, pixels=synthetic_source().golden[0].pixels)
                     for v in with_boxes([_vector((3, 0))], HEADS, DETECTOR)),
    )  # fmt: skip
    files = {file.path: file.data for file in golden.artifacts(source)}
    (row,) = golden.read_golden(files).vectors
    assert [box[5:] for box in row.boxes["reference"]] == [(0, 3)]
    read = manifest.read(manifest.write(source, golden.artifacts(source)))
    assert (read.task, read.labels, [head.name for head in read.heads]) == ("detect", ("cup", "plate"), ["boxes", "scores"])
    assert source.sentence.startswith("Object detector toy-parts: 2 classes")


def test_a_classifier_s_golden_file_says_nothing_of_boxes() -> None:
    assert all(b'"boxes"' not in file.data for file in golden.artifacts(synthetic_source()))
