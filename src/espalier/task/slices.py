"""Slices of the evaluation images that are found without anybody naming them: by how they look, and by where they lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from ..image_facts import ImageFacts
from ..row_slices import SliceRow
from ..statistics import drop_of, wilson

LEAST_IMAGES = 20
"""Of a slice: fewer say nothing."""
MOST_FOLDERS = 12
LOOKS = (
    ("brightness", "mean", ("darkest third", "middle third", "brightest third")),
    ("contrast", "std", ("flattest third", "middle third", "strongest third")),
    ("fine detail", "fine", ("most blurred third", "middle third", "sharpest third")),
)
"""What is told apart, the field of `ImageFacts` behind it, and what the thirds are called."""


def slice_rows(
    images: Sequence[ImageFacts], given: NDArray[np.bool_], int8: NDArray[np.bool_]
) -> tuple[SliceRow, ...]:
    """A row for each slice of at least LEAST_IMAGES images. `given`, `int8`: whether the model as given and the int8 file are
    right, image by image."""
    found = []
    for by, name, inside in (*_by_looks(images), *_by_folder(images)):
        count = int(inside.sum())
        if count < LEAST_IMAGES:
            continue
        before, after = given[inside], int8[inside]
        drop, (low, high) = drop_of(before, after), wilson(int(after.sum()), count)
        found.append(
            SliceRow(
                by=by, name=name, n=count, float=float(before.mean()), int8=float(after.mean()), low=low, high=high,
                lost=drop.points, lost_low=drop.low, lost_high=drop.high,
            )
        )  # fmt: skip
    return tuple(found)


def _by_looks(images: Sequence[ImageFacts]) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Thirds by a figure of each image; nothing by a figure that does not tell three thirds apart."""
    for by, field, names in LOOKS:
        values = np.array([getattr(image, field) for image in images], np.float64)
        first, second = np.quantile(values, (1 / 3, 2 / 3))
        place = (values > first).astype(np.int64) + (values > second)
        if min(Counter(place.tolist()).get(third, 0) for third in range(3)) < len(images) // 6:
            continue
        yield from ((by, name, place == third) for third, name in enumerate(names))


def _by_folder(images: Sequence[ImageFacts]) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """By the folder below that of the class, where the images lie in several of them."""
    folders = [_folder(image) for image in images]
    names = sorted(set(folders) - {""})
    if 2 <= len(names) <= MOST_FOLDERS:
        yield from (("folder", name, np.array([one == name for one in folders])) for name in names)


def _folder(image: ImageFacts) -> str:
    parts = PurePosixPath(image.path).parts[:-1]
    own = parts[1:] if parts and parts[0] == image.label else parts
    return own[0] if own else ""
