"""Are there enough images? Ranges of two disjoint halves of the calibration set, and how ranges grow with images.

Fed by the calibration pass itself (`quantizer.ranges.measure_ranges`, argument `observe`), so that it costs no second
run of the model: one row of numbers per image is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..findings import Finding, counted, names_of
from ..recipe import InputContract

DIFFERENCE = 0.2
"""Two halves of a set that differ by more than this share of a tensor's range did not see the same activations."""

SHARE = 0.25
"""Above this share of differing tensors the set is called too small: a few heavy-tailed ones always differ."""

GREW = 0.01
"""A tensor whose range grew by more than this share in the last quarter of the images is still growing."""

FEWEST = 4
"""Images below which halves mean nothing."""

WORST = 5
"""Tensors that are named."""

STEPS = (8, 4, 2, 1)
"""The curve: every eighth image, every fourth, every second, all; each holds the one before."""


class Ends(Protocol):
    """What LiteRT reports of a tensor for one image."""

    @property
    def min(self) -> float: ...
    @property
    def max(self) -> float: ...


class TensorDifference(msgspec.Struct, frozen=True, kw_only=True):
    """`difference`: the larger distance of the halves' ends, as a share of the whole range."""

    tensor: str
    difference: float
    layer: str = ""


class StillTensor(msgspec.Struct, frozen=True, kw_only=True):
    """A tensor that held one value only, in every element of every image."""

    tensor: str
    value: float
    layer: str = ""


class CurvePoint(msgspec.Struct, frozen=True, kw_only=True):
    """`covered`: mean over tensors of the range that this many images span, as a share of the whole range."""

    images: int
    covered: float
    least: float


class Stability(msgspec.Struct, frozen=True, kw_only=True):
    """Two-halves stability of every range, and the curve of ranges against the number of images."""

    images: int
    tensors: int
    differing: int = 0
    growing: int = 0
    worst: tuple[TensorDifference, ...] = ()
    curve: tuple[CurvePoint, ...] = ()
    still: tuple[StillTensor, ...] = ()

    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the ranges, as warnings."""
        return tuple(f for f in (self._too_small(), self._still()) if f is not None)

    def _still(self) -> Finding | None:
        if not self.still:
            return None
        named = [f"{row.layer or row.tensor} (always {row.value:g})" for row in self.still]
        return Finding(
            code="no-variance",
            severity="warning",
            message=f"{counted(len(named), 'tensor')} without any variance on the calibration images: {names_of(named)}",
            next_step="the layer is dead (look at its weights), or the images lack all that it answers to",
        )

    def _too_small(self) -> Finding | None:
        """The set is too small when over a quarter of the tensors differ between its halves; else None."""
        if self.differing <= SHARE * self.tensors:
            return None
        named = [f"{row.layer or row.tensor} {row.difference:.0%}" for row in self.worst]
        half = next((p for p in self.curve if 2 * p.images >= self.images and p.images < self.images), None)
        grown = f"; half of the images span {half.covered:.0%} of the ranges" if half else ""
        return Finding(
            code="unstable",
            severity="warning",
            message=f"the set is too small: between two halves of its {self.images} images {self.differing} of "
            f"{self.tensors} ranges differ by over {DIFFERENCE:.0%} ({names_of(named)}){grown}",
            next_step="add images of the kinds that the device will see, or choose a more diverse set "
            "(espalier calibrate select)",
        )


class RangeHistory:
    """Collects the ranges of every image of one calibration pass. `add` is the observer."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._rows: list[NDArray[np.float64]] = []

    def add(self, found: Mapping[str, Ends]) -> None:
        """Keep one image's ranges: tensor name -> an object with min and max."""
        if not self._names:
            self._names = tuple(sorted(found))
        self._rows.append(np.array([(found[name].min, found[name].max) for name in self._names], np.float64))

    @property
    def names(self) -> tuple[str, ...]:
        """Tensor names, sorted: the second axis of `ends`."""
        return self._names

    def ends(self) -> NDArray[np.float64]:
        """float64 [images, tensors, 2]: minimum and maximum of each."""
        return np.stack(self._rows) if self._rows else np.zeros((0, 0, 2))

    def summary(self, layers: Mapping[str, str] | None = None) -> Stability:
        """The stability of what was collected; `layers`: tensor name -> Keras layer, for the names."""
        return judge(self._names, self.ends(), layers or {})


def judge(names: tuple[str, ...], ends: NDArray[np.float64], layers: Mapping[str, str] | None = None) -> Stability:
    """Stability of per-image ranges, float64 [images, tensors, 2]; tensors that never move are left out.

    Halves are the even and the odd images (sets are ordered by path, so each half holds every class).
    """
    count, known = len(ends), layers or {}
    if not count:
        return Stability(images=0, tensors=len(names))
    low, high = span(ends)
    still = tuple(
        StillTensor(tensor=names[i], value=float(low[i]), layer=known.get(names[i], ""))
        for i in np.flatnonzero(low == high)
    )
    if count < FEWEST:
        return Stability(images=count, tensors=len(names), still=still)
    moving = (ends[:, :, 1].max(axis=0) > ends[:, :, 1].min(axis=0)) | (
        ends[:, :, 0].max(axis=0) > ends[:, :, 0].min(axis=0)
    )
    kept = np.flatnonzero(moving & (high > low))
    kept_names = [names[i] for i in kept]
    rows, whole = ends[:, kept], (high - low)[kept]
    first, second = span(rows[0::2]), span(rows[1::2])
    difference = np.maximum(abs(first[0] - second[0]), abs(first[1] - second[1])) / whole
    before = span(rows[np.arange(count) % 4 != 3])
    order = np.argsort(-difference, kind="stable")[:WORST]
    return Stability(
        images=count,
        tensors=len(kept),
        differing=int((difference > DIFFERENCE).sum()),
        growing=int(((before[1] - before[0]) < (1 - GREW) * whole).sum()),
        worst=tuple(
            TensorDifference(
                tensor=kept_names[i], difference=round(float(difference[i]), 4), layer=known.get(kept_names[i], "")
            )
            for i in order
        ),
        curve=_curve(rows, whole),
        still=still,
    )


def span(ends: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(minimum, maximum) over images of float64 [images, tensors, 2]."""
    return ends[:, :, 0].min(axis=0), ends[:, :, 1].max(axis=0)


def _curve(rows: NDArray[np.float64], whole: NDArray[np.float64]) -> tuple[CurvePoint, ...]:
    points = []
    for step in STEPS:
        part = rows[::step]
        low, high = span(part)
        covered = (high - low) / whole if len(whole) else np.ones(1)
        points.append(
            CurvePoint(images=len(part), covered=round(float(covered.mean()), 4), least=round(float(covered.min()), 4))
        )
    return tuple(points)


def measure_stability(
    float_model: bytes, pixels: NDArray[np.uint8], contract: InputContract, layers: Mapping[str, str] | None = None
) -> Stability:
    """One calibration pass over the images."""
    from .head import enter_pixels
    from .ranges import measure_ranges

    entered, history = enter_pixels(float_model, contract), RangeHistory()
    measure_ranges(entered.float_model, pixels, entered.feed, layers=layers, observe=history.add)
    return history.summary(layers)
