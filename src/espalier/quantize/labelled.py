"""Which of the labelled images a file answers rightly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .compare import float_classes, int8_classes
from .head import PixelInput

Hits = NDArray[np.bool_]
"""Image by image, whether the answer is right."""

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


def hits_of(data: bytes, labelled: Labelled) -> Hits:
    """Of a file with int8 input."""
    return np.asarray(int8_classes(data, labelled.pixels) == labelled.labels)


def hits_unless_over(data: bytes, labelled: Labelled, guess: Hits, most_wrong: float) -> Hits | None:
    """`hits_of`, or None as soon as more than `most_wrong` answers are wrong. `guess`: what a simulation got right;
    the others come first, so that a file over the limit is given up after about as many images as it gets wrong."""
    order = np.argsort(guess, kind="stable")
    found = np.zeros(len(order), np.bool_)
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        found[chosen] = hits_of(
            data, Labelled(pixels=labelled.pixels[chosen], labels=labelled.labels[chosen])
        )
        seen = start + len(chosen)
        if seen - int(found[order[:seen]].sum()) > most_wrong:
            return None
    return found
