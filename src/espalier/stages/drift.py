"""What the evaluation images and the int8 model's answers to them are like, as histograms for a service to compare with."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..bundle.pi.device.service.drift import BRIGHTNESS_BINS, CONFIDENCE_BINS
from ..facts import Reference
from ..fed import images_of
from ..store import digest
from .evaluate import answers
from .job import Job
from .model import FloatModel
from .quantize import Int8Model
from .workshop import Workshop, pack, unpack

CHUNK = 256
"""Images whose brightness is computed at a time."""


def reference_of(shop: Workshop, job: Job, model: FloatModel, int8: Int8Model) -> Reference | None:
    """The histograms; None where no target is a service. Stored by what they are made of."""
    if all(target.bundle != "service" for target in job.targets):
        return None
    images = job.evaluation or job.calibration
    labels = job.labels() if job.recipe.model.task == "classify" else ()
    values = answers(shop, images, int8.int8_model, job, model) if labels else np.zeros((0, 0), np.float32)

    def count() -> dict[str, bytes]:
        bright = brightness_of(images_of(np.load(images.pixels(), mmap_mode="r")))
        return {"reference": pack(counted(bright, values, labels, job.recipe.decision.threshold))}

    key = {
        "pixels": images.digest,
        "contract": msgspec.to_builtins(job.recipe.input),
        "values": digest(values.tobytes()),
        "labels": labels,
        "threshold": job.recipe.decision.threshold,
    }
    return unpack(shop.stored("bundle/reference", key, count)["reference"], Reference)


def brightness_of(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Mean of each image's bytes as 0 to 1."""
    chunks = [images[at : at + CHUNK] for at in range(0, len(images), CHUNK)]
    found: NDArray[np.float64] = np.concatenate([chunk.reshape(len(chunk), -1).mean(axis=1) for chunk in chunks]) / 255
    return found


def counted(
    brightness: NDArray[np.float64], values: NDArray[Any], labels: tuple[str, ...], threshold: float
) -> Reference:
    """The histograms of images with this brightness, answered with these probabilities (of no classifier: no `labels`)."""
    bright = _histogram(brightness, BRIGHTNESS_BINS)
    if not labels:
        return Reference(brightness=bright)
    best, reviewed = values.max(axis=1), int((values.max(axis=1) < threshold).sum())
    said = np.bincount(values.argmax(axis=1), minlength=len(labels))
    return Reference(
        brightness=bright,
        confidence=_histogram(best, CONFIDENCE_BINS),
        labels=tuple(int(one) for one in said),
        names=labels,
        review=(reviewed, len(best) - reviewed),
    )


def _histogram(shares: NDArray[Any], bins: int) -> tuple[int, ...]:
    places = np.clip((shares * bins).astype(np.int64), 0, bins - 1)
    return tuple(int(count) for count in np.bincount(places, minlength=bins))
