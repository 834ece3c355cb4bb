"""Rules about how images look: blurred, too dark or too bright, wider samples, other than the evaluation images."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..findings import Checked, Finding, counted, names_of
from ..image_facts import ImageFacts

ENOUGH = 20
"""Images from which a set's own looks can be told."""

DEVIATIONS, FINE_DROP, COARSE_DROP = 6.0, 1.0, 1.5
"""An image is blurred when its detail lies this many robust deviations, and this much (log2), under its set's."""

LOWER_SHARE, LOWER_TIMES = 0.1, 3.0
"""And this many times as far under the middle as that share of its set: sets of drawings have a long lower tail. Measured
on 18 kinds of drawn pictures: clean ones reach 5.8 deviations and then 3.8 times, overexposed photos begin at 6.2."""

DARK, BRIGHT = 12.0, 243.0
"""Mean of the prepared bytes (0..255) outside which an image holds next to nothing."""

DIMMEST, PALEST = 40.0, 215.0
"""An image whose brightest pixels are darker than the first, or its darkest brighter than the second, is badly exposed."""

FAINT_DROP = 1.0
"""Of these, such as have at most half the contrast of their set (log2), and far under it: pictures on black or white
ground, at night or of the sky are so by their kind, failed captures are not."""

FEWEST = 5
"""Images from which one is told from the others."""

NOTHING = 4.0
"""Brightest pixels of a whole set below which it was scaled before it was saved (0..1 as bytes)."""

EFFECT = 1.0
"""Difference of two sets' means over their pooled deviation; 0.8 is called large (Cohen 1988)."""


def wide_samples(checked: Checked) -> Iterable[Finding]:
    """Samples of 16 bits keep their high byte only, which the training may have done otherwise."""
    files = tuple(i.path for i in checked.given.images if i.mode == "I" or i.mode.startswith("I;16"))
    if files:
        yield Finding(
            code="16-bit",
            severity="warning",
            message=f"{counted(len(files), 'image')} with 16 bits a sample, of which the high 8 were taken: {names_of(files)}",
            next_step="save them as 8-bit PNG, scaled as the training did",
            files=files,
        )


def one_sided(checked: Checked) -> Iterable[Finding]:
    """Almost black, almost white, under- and over-exposed images are usually failed captures, where their set is not so."""
    images = [i for i in checked.given.images if not i.constant]
    if len(images) < FEWEST:
        return
    brightest = float(np.median([i.high for i in images]))
    if brightest < NOTHING:
        yield Finding(
            code="exposure",
            severity="warning",
            message=f"the images are black: the brightest pixels of half of them are at most {brightest:.3g} of 255",
            next_step="save them as bytes of 0..255 (were they scaled to 0..1 before?)",
            files=tuple(i.path for i in images),
        )
        return
    faint = _far_below([math.log2(i.std + 1) for i in images], FAINT_DROP)
    files = tuple(i.path for i, found in zip(images, faint, strict=True) if found and _badly_exposed(i))
    if files:
        yield Finding(
            code="exposure",
            severity="warning",
            message=f"{counted(len(files), 'image')} almost black or almost white, compared with the others: "
            f"{names_of(files)}",
            next_step="remove them unless the device will see such images",
            files=files,
        )


def _badly_exposed(image: ImageFacts) -> bool:
    return not (DARK <= image.mean <= BRIGHT and image.high >= DIMMEST and image.low <= PALEST)


def blurred(checked: Checked) -> Iterable[Finding]:
    """An image with far less detail than the others of its set is out of focus or was enlarged. Not one with little on it:
    an empty page is sharp."""
    images = [i for i in checked.given.images if not i.constant]
    if len(images) < ENOUGH:
        return
    soft = _far_below([i.fine for i in images], FINE_DROP) | _far_below([i.coarse for i in images], COARSE_DROP)
    contrast = np.array([math.log2(i.std + 1) for i in images])
    soft &= contrast > np.median(contrast) - FAINT_DROP
    files = tuple(image.path for image, found in zip(images, soft, strict=True) if found)
    if files:
        yield Finding(
            code="blurred",
            severity="warning",
            message=f"{counted(len(files), 'image')} blurred, compared with the others: {names_of(files)}",
            next_step="remove them unless the device will see such images",
            files=files,
        )


def shifted(checked: Checked) -> Iterable[Finding]:
    """Calibration and evaluation images must look alike: brightness, contrast, colour, sharpness."""
    if checked.evaluation is None:
        return
    first = [i for i in checked.given.images if not i.constant]
    second = [i for i in checked.evaluation.images if not i.constant]
    if min(len(first), len(second)) < ENOUGH:
        return
    said = []
    for name, unit, least, measure in _LOOKS:
        a, b = np.array([measure(i) for i in first]), np.array([measure(i) for i in second])
        size = effect(a, b)
        if abs(size) > EFFECT and abs(a.mean() - b.mean()) > least:
            said.append(f"{name} {a.mean():.1f} against {b.mean():.1f}{unit} (effect size {abs(size):.1f})")
    if said:
        yield Finding(
            code="shift",
            severity="warning",
            message="calibration images look other than evaluation images: " + "; ".join(said),
            next_step="take both from the same cameras and light, as the device will see them",
        )


def effect(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Cohen's d: difference of the means over the pooled standard deviation."""
    pooled = np.sqrt((first.var() + second.var()) / 2)
    return float((first.mean() - second.mean()) / max(float(pooled), 1e-9))


def _far_below(values: Sequence[float], drop: float) -> NDArray[np.bool_]:
    given = np.array(values)
    middle = np.median(given)
    deviation = DEVIATIONS * 1.4826 * np.median(np.abs(given - middle))
    tail = LOWER_TIMES * (middle - np.quantile(given, LOWER_SHARE))
    return np.asarray(given < middle - max(float(deviation), float(tail), drop))


def _warmth(image: ImageFacts) -> float:
    return image.channels[0] - image.channels[2] if len(image.channels) == 3 else 0.0


def _greenness(image: ImageFacts) -> float:
    if len(image.channels) != 3:
        return 0.0
    return image.channels[1] - (image.channels[0] + image.channels[2]) / 2


_LOOKS: tuple[tuple[str, str, float, Callable[[ImageFacts], float]], ...] = (
    ("brightness", "", 8.0, lambda image: image.mean),
    ("contrast", "", 6.0, lambda image: image.std),
    ("first over third channel", "", 6.0, _warmth),
    ("green over the other channels", "", 6.0, _greenness),
    ("sharpness", " (log2 detail)", 0.4, lambda image: image.fine),
)
"""(name, unit, difference below which it does not matter, measure); grey levels 0..255 where there is no unit."""
