"""Good or not: how far an autoencoder's picture is from the image that it was given. What it was never trained on it cannot draw.

The network is completed to the difference of both (`ends` residual), whose int8 step is one grey level of the image whatever
good images do: a range that was found on these would cut off what a fault adds. A score is the mean square of the difference, in
grey levels squared, summed outside the network in whole numbers. Right is an image with an alert where something is wrong with
it, and without where not; the threshold comes from int8's scores of good images, whose rounding is in them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import ImagesRefusedError, UnsupportedModelError
from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..image_facts import ImageFacts
from ..row_parts import ScoreRow
from ..rows import AccuracyRow, FlipRow, TopRow
from ..statistics import claim, drop_of, wilson
from . import raw, scores
from .types import Asked, Hits, Integers, Kind, Results, Task, Values

Q8 = 256
"""Parts of a score on a device."""

NEVER = 1 << 24
"""More parts than any score has: that of 255 steps everywhere is 255 squared times Q8."""

MOST_VALUES = 1 << 26
"""Of an image: more would not fit into the device's sums."""

SAME_GREY, SAME_SHARE = 1.0, 0.1
"""By how many grey levels, or which share, int8's root of a score may differ and still say the same."""

FAR_GREY = 48.0
"""Root mean square of the difference over all images from which the picture is none of the image: an even grey is nearer."""

GOOD, ALERT = "good", "alert"


def score(values: Values, task: Task) -> Results:
    """The score of each image, float64 [n, 1]; values [n, pixels]. Scores stay as they are."""
    if values.shape[1] == 1:
        return values.astype(np.float64)
    found = np.empty((len(values), 1))
    for row, one in zip(found, values, strict=True):  # one at a time: float64 takes twice as much
        row[0] = np.square(one.astype(np.float64)).mean() * task.grey**2
    return found


def truth(images: Sequence[ImageFacts], task: Task) -> Results | None:
    """1 where something is wrong with an image, int64 [n]; None where one has no label. Raises ImagesRefusedError when none is
    good."""
    labels = [image.label for image in images]
    if not labels or any(label is None for label in labels):
        return None
    if task.normal not in labels:
        found = sorted({str(label) for label in labels})
        raise ImagesRefusedError(
            f"no evaluation image is good: the folders are {', '.join(found[:12])}",
            supported=f"good images in the folder {task.normal!r} (`anomaly.normal`), any others in folders of other names",
            next_step="name the folder of good images in [anomaly], or add such images",
        )
    return np.array([label != task.normal for label in labels], np.int64)


def alerts(found: Results, least: float) -> Hits:
    """Which scores reach the threshold."""
    return np.asarray(found[:, 0] >= least)


def cut(task: Task) -> float:
    """The score from which an image is not good."""
    return task.cuts[0] if task.cuts else float("inf")


def find_cut(found: Results, false_alarms: float) -> float:
    """The least score that at most this share of good images reaches, a part of Q8 above the next one."""
    down = np.sort(found[:, 0])[::-1]
    return float(down[min(int(false_alarms * len(down)), len(down) - 1)]) * (1 + 1e-6) + 1 / Q8


def right(found: Results, known: Results, task: Task) -> Hits:
    """Which have an alert where something is wrong, and none where not."""
    return np.asarray(alerts(found, cut(task)) == (known == 1))


def same(found: Results, others: Results, task: Task) -> Hits:
    """Whose differences are as large, to a grey level or a tenth."""
    first, second = np.sqrt(found[:, 0]), np.sqrt(others[:, 0])
    return np.asarray(np.abs(first - second) <= np.maximum(SAME_GREY, SAME_SHARE * second))


def sorts(integers: Integers, task: Task) -> Integers:
    """1 for an alert."""
    return np.asarray(alerts(score(integers / task.grey, task), cut(task)), np.int64)


def doubts(values: Values, known: Results | None, task: Task, preprocessing: Finding | None = None) -> tuple[Finding, ...]:
    """A picture in other units than the image; scores that tell nothing apart."""
    found = score(values, task)
    far = float(np.sqrt(found.mean()))
    if far >= FAR_GREY:
        return (
            Finding(
                code="chance",
                severity="warning",
                message=f"the float model's pictures are {far:.0f} grey levels of 255 from the images that it was given",
                next_step="save a model whose output has the range of its input as the recipe's `input.mean` and `input.std` "
                "give it (a Rescaling layer at the end), or correct these",
            ),
        )
    if known is None or min(int(known.sum()), int((known == 0).sum())) < 10:
        return ()
    area = scores.auc(found[:, 0], known == 1, scores.resamples(len(known)))
    if np.percentile(area[1:], 97.5) > 0.55:
        return ()
    return (
        Finding(
            code="chance",
            severity="warning",
            message="the float model's scores of images that are not good are no larger than of good ones (a pair is in order in "
            f"{area[0]:.0%})",
            next_step=f"check that {task.normal!r} is the folder of good images, and that model and `input` belong together",
        ),
    )


def measure(asked: Asked, task: Task) -> AccuracyRow:
    """Agreement of scores; with labels AUC, and what the threshold finds and alarms falsely, float against int8."""
    pair = (asked.given, asked.int8)
    agrees = same(asked.int8, asked.base, task)
    n = len(agrees)
    cuts = own_cuts(asked, task)
    agreement, rows = float(agrees.mean()), _score_rows(asked, cuts)
    typical = [float(np.median(np.sqrt(one))) for one in pair]
    said = f"the root of a score is {typical[0]:.2f} grey levels in float, {typical[1]:.2f} in int8 (median)"
    if asked.truth is None:
        low, high = wilson(int(agrees.sum()), n)
        return AccuracyRow(
            n=n,
            float=TopRow(top1=None),
            pruned=None,
            int8=TopRow(top1=None),
            agreement=agreement,
            drop_points=0.0,
            interval=(0.0, 0.0),
            p_value=1.0,
            flips=_flips(asked, agrees, cuts),
            claim=f"{agreement:.2%} of {n} images (95 % {low:.2%} to {high:.2%}) have the float model's score; {said}",
            scores=rows,
        )
    known = asked.truth == 1
    hits = [alerts(one, own) == known for one, own in zip((asked.given, asked.base, asked.int8), cuts, strict=True)]
    lost = drop_of(hits[0], hits[2])
    return AccuracyRow(
        n=n,
        float=TopRow(top1=float(hits[0].mean())),
        pruned=None if asked.base is asked.given else TopRow(top1=float(hits[1].mean())),
        int8=TopRow(top1=float(hits[2].mean())),
        agreement=agreement,
        drop_points=lost.points,
        interval=(lost.low, lost.high),
        p_value=lost.p_value,
        flips=_flips(asked, hits[0] == hits[2], cuts),
        claim=f"Right is an alert, or none, as the folder says, at a score of {cuts[2]:.4g} (float {cuts[0]:.4g}): "
        f"{claim(lost, asked.limit_points)}; {said}",
        scores=rows,
    )


def own_cuts(asked: Asked, task: Task) -> tuple[float, float, float]:
    """The thresholds of the model as given, of the quantized one and of int8: where it was found for int8, each by its own scores
    of the good images, so that what int8 loses is no matter of a threshold that is another's."""
    if asked.truth is None or not task.sought:
        return (cut(task),) * 3
    good = asked.truth == 0
    first, second = (find_cut(one[good], task.false_alarms) for one in (asked.given, asked.base))
    return first, second, cut(task)


def _score_rows(asked: Asked, cuts: tuple[float, float, float]) -> tuple[ScoreRow, ...]:
    if asked.truth is None:
        return ()
    known, weights = asked.truth == 1, scores.resamples(len(asked.truth))
    pair = [asked.given, asked.int8]
    said = [alerts(asked.given, cuts[0]), alerts(asked.int8, cuts[2])]
    found = [
        scores.row("AUC", [scores.auc(one[:, 0], known, weights) for one in pair], n=len(known)),
        scores.row(
            "alerts",
            [scores.recall(one, known, weights) for one in said],
            n=int(known.sum()),
            threshold=cuts[2],
            note="of images that are not good",
        ),
        scores.row(
            "false alarms",
            [scores.recall(one, ~known, weights) for one in said],
            n=int((~known).sum()),
            threshold=cuts[2],
            note="of good images",
        ),
    ]
    return tuple(one for one in found if one is not None)


def _flips(asked: Asked, alike: Hits, cuts: tuple[float, float, float]) -> tuple[FlipRow, ...]:
    """The other images, sorted by name."""
    names = [asked.names[i] for i in range(len(alike))]
    words = [
        [f"{ALERT if alert else GOOD} {one:.4g}" for one, alert in zip(found[:, 0], alerts(found, own), strict=True)]
        for found, own in ((asked.given, cuts[0]), (asked.int8, cuts[2]))
    ]
    return tuple(
        FlipRow(image=names[i], float=words[0][i], int8=words[1][i])
        for i in sorted(np.flatnonzero(~alike).tolist(), key=lambda i: names[i])
    )


def decision(task: Task, heads: Sequence[TensorFacts], threshold: float) -> Decision | None:
    """`ALERT_Q8`: from which mean square of the output's steps, times Q8, there is an alert. Raises UnsupportedModelError for
    more outputs than the one picture."""
    values = int(np.prod(heads[0].shape))
    if len(heads) != 1 or values > MOST_VALUES:
        raise UnsupportedModelError(
            f"the model has {len(heads)} outputs, the first with {values:,} values",
            supported=f"task anomaly: one picture of the input's shape, at most {MOST_VALUES:,} values",
            next_step="save a model of the picture alone",
        )
    step = heads[0].scale * task.grey
    least = np.ceil(min(cut(task) / step**2 * Q8, NEVER))
    return Decision(
        source="anomaly",
        numbers={"VALUES": values, "DECIDE_ZERO_POINT": heads[0].zero_point, "ALERT_Q8": int(least)},
    )


def decide(output: NDArray[np.int8], zero_point: int, alert_q8: int) -> tuple[int, bool]:
    """(mean square of the steps times Q8, whether that is an alert) of one output: device/anomaly.c in Python."""
    wide = output.astype(np.int64) - zero_point
    mean = (int((wide * wide).sum()) * Q8 + len(output) // 2) // len(output)
    return mean, mean >= alert_q8


KIND = Kind(
    ends="residual",
    named=False,
    each=False,
    edge=None,
    results=score,
    truth=truth,
    right=right,
    same=same,
    words=raw.unnamed,
    margins=raw.alike,
    sorts=sorts,
    distance=raw.distance,
    decibels=raw.decibels,
    doubts=doubts,
    measure=measure,
    decision=decision,
    painted=True,
)
