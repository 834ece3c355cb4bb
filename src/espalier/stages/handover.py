"""What a vendor's own compiler is handed: the float model, images to calibrate with, and what the float model answers."""

from __future__ import annotations

import io
from math import prod

import numpy as np
from numpy.typing import NDArray

from ..errors import UnsupportedModelError
from ..facts import GoldenVector, Handover, TensorFacts
from ..pixels import evenly, normalize
from ..target import Target
from ..worker.runtime_calls import Predict
from .job import Job
from .workshop import Workshop

MOST_IMAGES = 256
MOST_BYTES = 1 << 27
"""Of the calibration set, real values; one image at least."""


def handover_of(
    shop: Workshop,
    job: Job,
    target: Target,
    float_tflite: bytes,
    heads: tuple[TensorFacts, ...],
    golden: tuple[GoldenVector, ...],
) -> Handover | None:
    """None for a target of another kind."""
    if target.bundle != "handover":
        return None
    contract = job.recipe.input
    if contract.numbers:
        raise UnsupportedModelError(
            f"{target.name}: the model takes numbers beside the image",
            supported="models of an image alone in a hand-over folder",
            next_step="take the target out of the recipe",
        )
    pixels = np.load(job.calibration.pixels(), mmap_mode="r")
    places = evenly(len(pixels), max(1, min(MOST_IMAGES, MOST_BYTES // (4 * prod(contract.shape)))))
    vectors = np.stack([np.frombuffer(one.pixels, np.uint8).reshape(contract.shape) for one in golden])
    worker = shop.worker("litert-runtime")
    path = worker.scratch / f"handover-{target.name}.npy"
    np.save(path, vectors)
    answered = worker.ask(Predict(model=float_tflite, pixels_path=str(path), contract=contract)).real()
    expected, at = [], 0
    for head in heads:
        size = prod(head.shape)
        expected.append((head.name, _npy(answered[:, at : at + size].reshape(len(golden), *head.shape[1:]))))
        at += size
    return Handover(
        float_model=float_tflite,
        calibration=_npy(normalize(np.asarray(pixels[places]), contract)),
        images=len(places),
        given=_npy(normalize(vectors, contract)),
        expected=tuple(expected),
    )


def _npy(array: NDArray[np.float32]) -> bytes:
    data = io.BytesIO()
    np.save(data, np.ascontiguousarray(array, np.float32), allow_pickle=False)
    return data.getvalue()
