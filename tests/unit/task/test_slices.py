"""Slices: found by looks and folders, told only where there are images enough, with the loss that int8 has there."""

from __future__ import annotations

import numpy as np

from espalier.image_facts import ImageFacts
from espalier.task.confidence import COLUMNS, decision_row
from espalier.task.slices import slice_rows


def image(place: int, *, folder: str = "") -> ImageFacts:
    path = f"crack/{folder}{place}.png"
    return ImageFacts(path=path, label="crack", sha256="", pixels_sha256="", width=8, height=8, mode="L", mean=float(place))


def test_int8_that_fails_in_the_dark_is_seen_in_the_darkest_third_alone() -> None:
    images = [image(place) for place in range(90)]
    given = np.ones(90, bool)
    int8 = np.array([place >= 10 for place in range(90)])
    rows = {row.name: row for row in slice_rows(images, given, int8)}
    assert set(rows) == {"darkest third", "middle third", "brightest third"}  # contrast and detail are the same for all
    dark = rows["darkest third"]
    assert (dark.by, dark.n, dark.float, round(dark.int8, 3), round(dark.lost, 1)) == ("brightness", 30, 1.0, 0.667, 33.3)
    assert dark.lost_low > 10 and dark.low < dark.int8 < dark.high
    assert rows["middle third"].lost == 0


def test_folders_below_the_class_are_slices_and_few_images_are_none() -> None:
    images = [image(0, folder="a/") for _ in range(25)] + [image(0, folder="b/") for _ in range(25)] + [image(0, folder="c/")]
    right = np.ones(51, bool)
    assert [(row.by, row.name, row.n) for row in slice_rows(images, right, right)] == [("folder", "a", 25), ("folder", "b", 25)]
    assert slice_rows(images[:10], right[:10], right[:10]) == ()


def test_the_histogram_of_confidences_counts_every_image_once_and_the_wrong_answers_among_them() -> None:
    outputs = np.array([[1.0, 0.0], [0.93, 0.07], [0.4, 0.6], [0.5, 0.5]], np.float32)
    rows = decision_row(outputs, outputs, np.array([0, 1, 1, 0]), 0.5)["histogram"]
    assert len(rows) == COLUMNS and [rows[10]["int8"], rows[12]["int8"], rows[18]["int8"], rows[19]["int8"]] == [1, 1, 1, 1]
    assert sum(row["int8"] for row in rows) == sum(row["float"] for row in rows) == 4
    assert [row["int8_wrong"] for row in rows] == [0] * 18 + [1, 0]
