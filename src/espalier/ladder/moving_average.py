"""The ranges that LiteRT's own quantizer takes: a moving average over the images, where ours are true extremes.

Worse on most networks, far worse on some; a search for the best tries it so that the result is never below what that
tool reaches on the same images. (What TFLiteConverter does is the first step of rungs.py, true extremes and biases
as they are, but for the ranges that it takes from overwritten tensors, tensorflow#127842.)
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..quantizer.compare import nearness
from ..quantizer.head import PixelInput
from ..quantizer.quantize import quantize_with
from ..quantizer.ranges import measure_ranges, representable
from ..quantizer.results import Ranges, Weights
from ..quantizer.stability import Ends
from .candidate import Candidate, Failed, attempt
from .rungs import Levelled, Start, blank, remembered

SMOOTHING = 0.95
"""litert_quantizer.utils.qsv_utils.moving_average_update."""

NAME = "moving-average ranges (LiteRT quantizer's)"


class _Averages:
    """For `measure_ranges`: average * 0.95 + image * 0.05, from the first image on."""

    def __init__(self) -> None:
        self.ends: dict[str, tuple[float, float]] = {}

    def add(self, image: Mapping[str, Ends]) -> None:
        for name, found in image.items():
            low, high = self.ends.get(name, (found.min, found.max))
            self.ends[name] = (
                SMOOTHING * low + (1 - SMOOTHING) * found.min,
                SMOOTHING * high + (1 - SMOOTHING) * found.max,
            )


def averaged_ranges(entered: PixelInput, pixels: NDArray[np.uint8]) -> tuple[Ranges, Ranges]:
    """Averaged and true extremes of every computed tensor."""
    averages = _Averages()
    extremes = measure_ranges(entered.float_model, pixels, entered.feed, observe=averages.add)
    ends = {name: averages.ends[name] for name in extremes}
    return {name: (low, representable(low, high)) for name, (low, high) in ends.items()}, extremes


def averaged_candidate(
    start: Start, *, weights: Weights = "per-channel", dense: Weights | None = None
) -> Iterator[Candidate | Failed]:
    """One candidate, made when it is asked for."""
    clock = time.perf_counter()

    def make() -> Candidate:
        ranges, extremes = averaged_ranges(start.plain, start.pixels)
        data, _ = quantize_with(start.plain, ranges, weights=weights, dense=dense)
        return Candidate(
            name=NAME,
            int8_model=data,
            nearness=nearness(data, start.judged, start.answers),
            seconds=time.perf_counter() - clock,
            entered=start.plain,
            ranges=ranges,
            extremes=extremes,
        )

    empty = blank(NAME, Levelled(entered=start.plain, changed="", extremes={}))
    yield attempt(NAME, partial(remembered, start.memory, empty, make))
