"""Pictures of where the float model looked: for the images whose answer changed, and for one image that somebody asks about."""

from __future__ import annotations

import base64
import io
import time

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import EspalierError
from ..fed import images_of, numbers_of, with_numbers
from ..measure.occlusion import Grid, grid_of, heat, occluded, painted
from ..recipe import InputContract
from ..row_parts import SheetPart
from ..store import digest
from ..task.kinds import KINDS
from ..worker.runtime_calls import Predict
from .evaluate import Evaluation, shown
from .job import Job
from .model import FloatModel
from .workshop import Workshop

SECONDS = 15.0
"""After which no further image is begun; a build shows what it has by then, and a later one goes on."""
SIDE = 112
"""Pixels of the longer side, about."""


def heat_if_due(shop: Workshop, job: Job, model: FloatModel, evaluation: Evaluation, *, due: bool) -> Evaluation:
    """The evaluation with a heat map beside each picture of a changed answer. `due`: whether the build accounts for every
    layer: one that loses nothing is not made slower. What cannot be made is left out."""
    if not due or not evaluation.contact_sheet or not KINDS[job.recipe.model.task].named:
        return evaluation
    images = job.evaluation or job.calibration
    place = {image.path: number for number, image in enumerate(images.prepared().images)}
    pixels = np.load(images.pixels(), mmap_mode="r")
    until, sheet = time.monotonic() + SECONDS, list(evaluation.contact_sheet)
    with shop.stage("explain"):
        for number, part in enumerate(sheet):
            if time.monotonic() > until:
                break
            try:
                fed = pixels[place[part["image"]]]
                image, beside = np.asarray(images_of(fed)), numbers_of(fed)
                grid, _ = heat_of(shop, model.tflite, image, job.recipe.input, named=True, beside=beside)
            except (EspalierError, KeyError):
                continue
            sheet[number] = SheetPart(**part, heat_base64=base64.b64encode(heat_png(image, grid, job.recipe.input)).decode())
    return msgspec.structs.replace(evaluation, contact_sheet=tuple(sheet))


def heat_of(
    shop: Workshop,
    model: bytes,
    image: NDArray[np.uint8],
    contract: InputContract,
    *,
    named: bool,
    beside: NDArray[np.float32] | None = None,
) -> tuple[Grid, NDArray[np.float32]]:
    """How much each part of a prepared image, uint8 [h, w, c], matters to the model, and its values [n] for the whole
    image; stored. `beside`: the normalised numbers that the model takes with it."""

    def run() -> dict[str, bytes]:
        path = shop.scratch / "occluded.npy"
        np.save(path, with_numbers(occluded(image), beside))
        found = shop.worker("litert-runtime").ask(Predict(model=model, pixels_path=str(path), contract=contract))
        values = found.real().reshape(len(found.outputs), -1)
        data = io.BytesIO()
        np.savez(data, grid=heat(values, *grid_of(*image.shape[:2]), named=named), values=values[0])
        return {"heat": data.getvalue()}

    key = {
        "model": digest(model), "image": digest(image.tobytes()), "contract": msgspec.to_builtins(contract), "named": named,
        **({} if beside is None else {"beside": beside.tobytes().hex()}),
    }  # fmt: skip
    with np.load(io.BytesIO(shop.stored("evaluate/heat", key, run)["heat"]), allow_pickle=False) as file:
        return file["grid"], file["values"]


def heat_png(image: NDArray[np.uint8], grid: Grid, contract: InputContract, side: int = SIDE) -> bytes:
    """The picture of one image as a PNG."""
    from PIL import Image

    picture = shown(image, contract)
    rgb = np.repeat(picture[:, :, None], 3, axis=2) if picture.ndim == 2 else picture
    data = io.BytesIO()
    Image.fromarray(painted(rgb, grid, side)).save(data, "PNG", optimize=True)
    return data.getvalue()
