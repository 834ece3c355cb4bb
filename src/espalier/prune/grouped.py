"""The groups of channels of a model as plain data, which crosses to and from the process that holds the model."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..pixels import evenly
from ..row_parts import LeftAlone

Choice = Literal["losses", "norm"]
"""By what channels go first: what a refit cannot repair, or the size of their weights."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Channels that may replace one another: the `layers` that make them, how many there are, and how many of these are
    `free`: constant for every input, so that they go without any change. `order`: places in the group, those that go first
    first, the free ones before all; `losses`: what each leaves after a refit, in this order; `norms`: the order by the size
    of the weights."""

    layers: tuple[str, ...]
    size: int
    free: int
    order: tuple[int, ...]
    losses: tuple[float, ...]
    norms: tuple[int, ...]

    @property
    def living(self) -> int:
        """Channels that matter; one at least."""
        return max(1, self.size - self.free)


class Grouped(msgspec.Struct, frozen=True, kw_only=True):
    """The groups of a model in the order of the trace, and what cannot be pruned, with the reasons."""

    groups: tuple[Group, ...]
    left_alone: tuple[LeftAlone, ...] = ()


MOST_IMAGES = 512
"""Calibration images that a network is fitted on and judged by, evenly spread over the set."""
HELD_OUT = 4
"""Each so manieth of them judges and is not fitted on."""
FEWEST = 16
"""Images from which on some are held out; of fewer all are fitted on and judge."""


def parts_of(images: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places, among so many calibration images, of those that candidates are fitted on, and of those that judge them."""
    places = np.asarray(evenly(images, MOST_IMAGES), np.int64)
    if len(places) < FEWEST:
        return places, places
    judging = np.arange(len(places)) % HELD_OUT == HELD_OUT - 1
    return places[~judging], places[judging]
