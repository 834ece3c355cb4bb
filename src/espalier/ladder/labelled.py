"""What a file's answers to labelled images say, and which of them are right."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..quantizer.compare import float_results, int8_results
from ..quantizer.head import PixelInput
from ..task.kinds import kind_of
from ..task.types import CLASSIFY, Hits, Results, Task

BATCH = 128
"""Images between two looks at whether to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Images with their truth, prepared by the contract, none of them used to calibrate."""

    pixels: NDArray[np.uint8]
    labels: Results
    task: Task = CLASSIFY

    def right(self, results: Results) -> Hits:
        """Which results are right."""
        return kind_of(self.task).right(results, self.labels, self.task)

    def worth(self, results: Results) -> float:
        """What results are worth, 0 to 1: the share of right ones, or what the task says."""
        return kind_of(self.task).worth(results, self.labels, self.task)

    @property
    def counted(self) -> bool:
        """Whether that is the share of right ones, so that some of the images can show it."""
        return kind_of(self.task).score is None

    def same(self, results: Results, others: Results) -> Hits:
        """Which results say the same."""
        return kind_of(self.task).same(results, others, self.task)

    def part(self, places: NDArray[np.int64]) -> Labelled:
        """Some of the images."""
        return replace(self, pixels=self.pixels[places], labels=self.labels[places])


def float_hits(entered: PixelInput, labelled: Labelled) -> Hits:
    """Of the float graph."""
    return labelled.right(float_results(entered, labelled.pixels))


def results_of(data: bytes, labelled: Labelled) -> Results:
    """Of a file with int8 input."""
    return int8_results(data, labelled.pixels, labelled.task)


def hits_of(data: bytes, labelled: Labelled) -> Hits:
    """Of a file with int8 input."""
    return labelled.right(results_of(data, labelled))


def results_unless_over(data: bytes, labelled: Labelled, guess: Hits, most_wrong: float) -> Results | None:
    """`results_of`, or None as soon as more than `most_wrong` answers are wrong. `guess`: what a simulation got right;
    the others come first, so that a file over the limit is given up after about as many images as it gets wrong."""
    order, wrong = np.argsort(guess, kind="stable"), 0
    found = []
    for start in range(0, len(order), BATCH):
        part = labelled.part(order[start : start + BATCH])
        found.append(results_of(data, part))
        wrong += int((~part.right(found[-1])).sum())
        if wrong > most_wrong:
            return None
    return np.concatenate(found)[np.argsort(order)]
