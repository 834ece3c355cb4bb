"""What a file answers to the labelled images, and which of them rightly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..quantizer.compare import float_classes, int8_classes
from ..quantizer.head import PixelInput

Hits = NDArray[np.bool_]
"""Image by image, whether the answer is right."""

Classes = NDArray[np.int64]
"""Image by image, the class that is answered."""

BATCH = 128
"""Images between two looks at whether to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Images with their classes, prepared by the contract, none of them used to calibrate."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]


def float_hits(entered: PixelInput, labelled: Labelled) -> Hits:
    """Of the float graph."""
    return np.asarray(float_classes(entered, labelled.pixels) == labelled.labels)


def classes_of(data: bytes, labelled: Labelled) -> Classes:
    """Of a file with int8 input."""
    return int8_classes(data, labelled.pixels)


def hits_of(data: bytes, labelled: Labelled) -> Hits:
    """Of a file with int8 input."""
    return np.asarray(classes_of(data, labelled) == labelled.labels)


def classes_unless_over(data: bytes, labelled: Labelled, guess: Hits, most_wrong: float) -> Classes | None:
    """`classes_of`, or None as soon as more than `most_wrong` answers are wrong. `guess`: what a simulation got right;
    the others come first, so that a file over the limit is given up after about as many images as it gets wrong."""
    order, wrong = np.argsort(guess, kind="stable"), 0
    found = np.zeros(len(order), np.int64)
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        part = Labelled(pixels=labelled.pixels[chosen], labels=labelled.labels[chosen])
        found[chosen] = classes_of(data, part)
        wrong += int((found[chosen] != part.labels).sum())
        if wrong > most_wrong:
            return None
    return found
