"""A training between two epochs, as it is kept: whoever is stopped goes on there, and ends in the same bits."""

from __future__ import annotations

import io
import json
import math
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..load.keras_objects import Weights

KEPT_SECONDS = 20.0
"""At most so often a training is kept on the way (at the end of an epoch)."""

_LISTS = ("weights", "first", "second", "average", "best")


@dataclass(slots=True)
class State:
    """`weights` as they are trained, `first` and `second` the optimizer's, `average` those that are judged where they are others,
    `best` those of `best_epoch`."""

    epoch: int = 0
    weights: Weights = field(default_factory=list)
    first: Weights = field(default_factory=list)
    second: Weights = field(default_factory=list)
    average: Weights = field(default_factory=list)
    best: Weights = field(default_factory=list)
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    kept: float = field(default_factory=time.monotonic)
    """When it was kept, or began."""

    @property
    def due(self) -> bool:
        """Whether it is time to keep it."""
        return time.monotonic() - self.kept > KEPT_SECONDS

    def pack(self) -> bytes:
        """As .npz."""
        file = io.BytesIO()
        arrays = {f"{name}/{n:05d}": value for name in _LISTS for n, value in enumerate(getattr(self, name))}
        rows = json.dumps([{key: repr(value) for key, value in row.items()} for row in self.history])
        np.savez(file, epoch=self.epoch, best_epoch=self.best_epoch, history=_bytes(rows), **arrays)
        return file.getvalue()

    @classmethod
    def unpack(cls, data: bytes) -> State:
        """The inverse of `pack`."""
        state = cls()
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            state.epoch, state.best_epoch = int(file["epoch"]), int(file["best_epoch"])
            rows = json.loads(file["history"].tobytes())
            state.history = [{key: float(value) for key, value in row.items()} for row in rows]
            for key in sorted(key for key in file.files if "/" in key):
                getattr(state, key.split("/")[0]).append(file[key])
        return state


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


@dataclass(slots=True)
class Clock:
    """When this run began, after how many epochs of an earlier one."""

    epochs_before: int
    began: float = field(default_factory=time.monotonic)

    def left(self, done: float, total: float) -> str:
        """What is left of `total` epochs, in words."""
        seconds = (time.monotonic() - self.began) / max(done - self.epochs_before, 1e-6) * (total - done)
        return f"{math.ceil(seconds)} s left" if seconds < 120 else f"{seconds / 60:.0f} min left"
