"""A picture out: denoising, super-resolution, colour. Judged as the bytes that a device shows, by signal to noise and structural
similarity to the wanted pictures, or to the float model's where there are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..image_facts import ImageFacts
from ..map_rows import PictureRow
from ..maps import Shades, sides_of
from ..rows import AccuracyRow, FlipRow, TopRow
from ..statistics import Drop, resampled, resampled_drop, wilson
from . import raw
from .similarity import MOST_DB, similarities
from .types import Asked, Hits, Kind, Results, Task, Values

GOOD_DB = 20.0
"""Signal to noise against its target from which a picture counts as right."""

SAME_DB = 30.0
"""Against the float model's picture from which it counts as the same: a difference that is hardly seen."""


def shades(task: Task) -> Shades:
    """The recipe's black and white."""
    return task.shades or Shades(black=0.0, white=1.0)


def develop(values: Values, task: Task) -> Results:
    """The bytes of every picture, uint8 [n, values]: to the nearest, halves up, between black and white; results stay as they
    are."""
    if values.dtype == np.uint8:
        return values
    known = shades(task)
    found = np.empty(values.shape, np.uint8)
    for row, one in zip(found, values, strict=True):  # one at a time: float64 takes eight times as much
        exact = (one.astype(np.float64) - known.black) / (known.white - known.black) * 255
        row[:] = np.clip(np.floor(exact + 0.5), 0, 255)
    return found


def levels(found: Results, known: Results) -> NDArray[np.float64]:
    """Peak signal to noise of each picture in decibels, [n]; at most MOST_DB."""
    noise = np.array([np.square(a.astype(np.float64) - b).mean() for a, b in zip(found, known, strict=True)])
    return np.asarray(np.minimum(MOST_DB, 10 * np.log10(255**2 / np.maximum(noise, 1e-12))))


def score(found: Results, known: Results, task: Task) -> float:
    """Mean signal to noise in hundreds of decibels: a point of it is a decibel."""
    return float(levels(found, known).mean()) / 100


def drop(before: Results, after: Results, known: Results, task: Task) -> Drop:
    """Decibels lost on average, paired over images."""
    return _drop(levels(before, known), levels(after, known))


def _drop(before: NDArray[np.float64], after: NDArray[np.float64]) -> Drop:
    right = [one >= GOOD_DB for one in (before, after)]
    return resampled_drop(
        _counted(before / 100),
        _counted(after / 100),
        _mean,
        lost=int((right[0] & ~right[1]).sum()),
        won=int((~right[0] & right[1]).sum()),
    )


def _counted(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([values, np.ones_like(values)], axis=1)


def _mean(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(sums[..., 0] / sums[..., 1])


def unknown(images: Sequence[ImageFacts], task: Task) -> Results | None:
    """Wanted pictures are files of their own (stages/truth.py)."""
    return None


def right(found: Results, known: Results, task: Task) -> Hits:
    """Which are near their targets."""
    return np.asarray(levels(found, known) >= GOOD_DB)


def same(found: Results, others: Results, task: Task) -> Hits:
    """Which hardly differ."""
    return np.asarray(levels(found, others) >= SAME_DB)


def doubts(values: Values, known: Results | None, task: Task, preprocessing: Finding | None = None) -> tuple[Finding, ...]:
    """Pictures of one shade; pictures that are no nearer to the targets than a grey one is."""
    found = develop(values, task)
    flat = np.ptp(found, axis=1) == 0
    if flat.all():
        low, high = shades(task).black, shades(task).white
        return (
            Finding(
                code="one-answer",
                severity="warning",
                message=f"the float model gives {len(found)} pictures of a single shade",
                next_step=f"check `picture.range` ({low:g} is black, {high:g} white), and `input`",
            ),
        )
    if known is None:
        return ()
    grey = np.stack([np.full_like(one, round(float(one.mean()))) for one in known])
    mean, least = float(levels(found, known).mean()), float(levels(grey, known).mean())
    if mean > least:
        return ()
    return (
        Finding(
            code="chance",
            severity="warning",
            message=f"the float model's pictures are {mean:.1f} dB from the targets, an even grey is {least:.1f}",
            next_step="check `picture.range`, `input`, and that the targets belong to the images",
        ),
    )


def measure(asked: Asked, task: Task) -> AccuracyRow:
    """Of targets; without any, of the float model's pictures."""
    labelled, known = asked.truth is not None, asked.base if asked.truth is None else asked.truth
    sides = sides_of(task.heads[0].shape, (0, 0))
    before, base, after = (levels(found, known) for found in (asked.given, asked.base, asked.int8))
    lost = _drop(base, after)
    agreement = float(same(asked.int8, asked.base, task).mean())
    low, high = wilson(round(agreement * len(known)), len(known))
    row = _row(asked, known, sides, before, after, labelled=labelled)
    said = f"On {len(known)} images int8 has {row.psnr_int8:.2f} dB (95 % {row.psnr_low:.2f} to {row.psnr_high:.2f}), SSIM "
    said += f"{row.ssim_int8:.4f}"
    if labelled:
        said += f", float {base.mean():.2f} dB: {-lost.points:+.2f} dB (95 % {-lost.high:+.2f} to {-lost.low:+.2f})"
    else:
        said += f" to the float model's pictures; {agreement:.2%} (95 % {low:.2%} to {high:.2%}) are within {SAME_DB:g} dB"
    return AccuracyRow(
        n=len(known),
        float=TopRow(top1=float(before.mean()) / 100 if labelled else None),
        pruned=TopRow(top1=float(base.mean()) / 100) if labelled and asked.base is not asked.given else None,
        int8=TopRow(top1=float(after.mean()) / 100 if labelled else None),
        agreement=agreement,
        drop_points=lost.points if labelled else 0.0,
        interval=(lost.low, lost.high) if labelled else (0.0, 0.0),
        p_value=lost.p_value if labelled else 1.0,
        flips=_flips(asked.names, base, after) if labelled else (),
        claim=said,
        pictures=row,
    )


def _row(
    asked: Asked,
    known: Results,
    sides: tuple[int, int, int],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    *,
    labelled: bool,
) -> PictureRow:
    like = similarities(asked.int8, known, sides)
    ends = [np.quantile(resampled(_counted(values), _mean), (0.025, 0.975)) for values in (after, like)]
    whole = _drop(before, after) if labelled else None
    return PictureRow(
        size=sides[:2],
        psnr_float=float(before.mean()) if labelled else None,
        psnr_int8=float(after.mean()),
        psnr_low=float(ends[0][0]),
        psnr_high=float(ends[0][1]),
        psnr_worst=float(after.min()),
        drop_db=whole.points if whole else 0.0,
        drop_interval=(whole.low, whole.high) if whole else (0.0, 0.0),
        ssim_float=float(similarities(asked.given, known, sides).mean()) if labelled else None,
        ssim_int8=float(like.mean()),
        ssim_low=float(ends[1][0]),
        ssim_high=float(ends[1][1]),
    )


def _flips(names: Sequence[str], before: NDArray[np.float64], after: NDArray[np.float64]) -> tuple[FlipRow, ...]:
    """Pictures that are right in one of both, sorted by name."""
    changed = np.flatnonzero((before >= GOOD_DB) != (after >= GOOD_DB)).tolist()
    return tuple(
        FlipRow(image=names[i], float=f"{before[i]:.2f} dB", int8=f"{after[i]:.2f} dB")
        for i in sorted(changed, key=lambda i: names[i])
    )


def decision(task: Task, heads: Sequence[TensorFacts], threshold: float) -> Decision | None:
    """Nothing is decided: what a device shows is in painted.py."""
    return None


KIND = Kind(
    right_is=f"pictures of {GOOD_DB:g} dB or more",
    ends="values",
    named=False,
    edge=None,
    results=develop,
    truth=unknown,
    right=right,
    same=same,
    words=raw.unnamed,
    margins=raw.alike,
    sorts=raw.alike,
    distance=raw.distance,
    decibels=raw.decibels,
    doubts=doubts,
    measure=measure,
    decision=decision,
    score=score,
    drop=drop,
    painted=True,
)
