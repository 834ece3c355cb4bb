"""What each runtime and kernel set makes of the int8 file's accuracy, against the kernels that the evaluation ran on."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from math import prod
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import EspalierError
from ..facts import Check
from ..measure.parity import check_kernels, compare_kernels, over_limit, parting_layer
from ..pixels import evenly
from ..rows import ParityRow
from ..store import digest
from ..task.kinds import kind_of, paints
from ..worker.quantizer_calls import CutAfter, ListOperators
from ..worker.runtime_calls import Predict
from .evaluate import answers, objects_key
from .images import PixelSet
from .job import Job
from .latency import RUNTIMES
from .model import FloatModel
from .prove import KERNEL_SETS, PROVE, Proof
from .quantize import Int8Model
from .workshop import Workshop, pack, unpack

FIRST = ("litert", "default")
"""The kernel set of the evaluation."""

MACS = {("litert", "reference"): 800_000_000, ("litert", "builtin"): 16_000_000_000}
"""Work that a kernel set is given, of `OTHER_MACS` where it is not named: about a second of a core each; more only when
what it shows is over the limit."""

OTHER_MACS = 6_000_000_000
FEWEST = {("litert", "reference"): 4}
OTHER_FEWEST = 16

COMPARED_BYTES = 1 << 28
"""Of integers of maps that are held at a time."""

TRACED_IMAGES = 4
"""Images that the layer is sought with at which two kernel sets part."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    parity: tuple[ParityRow, ...]
    checks: tuple[Check, ...]


def add_kernels(shop: Workshop, job: Job, int8: Int8Model, model: FloatModel, proof: Future[Proof]) -> Proof:
    """The proof with every other kernel set's accuracy, once the golden vectors are there; stored."""
    proved = proof.result()
    images = job.evaluation or job.calibration
    key = {
        "int8": digest(int8.int8_model),
        "float": digest(model.tflite),
        "pixels": images.digest,
        "labels": job.labels(),
        "truth": [[image.label, image.numbers, image.cells] for image in images.prepared().images],
        "task": msgspec.to_builtins(job.task(model)),
        **objects_key(images.prepared()),
        **job.truth_key(),
        "contract": msgspec.to_builtins(job.recipe.input),
        "limit": job.recipe.quantize.max_accuracy_drop,
    }
    with shop.stage("prove"):
        files = shop.stored("prove/kernels", key, lambda: {"kernels": pack(_compare(shop, job, int8, model))})
    found = unpack(files["kernels"], Comparison)
    return msgspec.structs.replace(proved, parity=found.parity, checks=(*proved.checks, *found.checks))


def _compare(shop: Workshop, job: Job, int8: Int8Model, model: FloatModel) -> Comparison:
    images, limit = job.evaluation or job.calibration, job.recipe.quantize.max_accuracy_drop
    task = job.task(model)
    truth = job.truth()
    labelled = truth is not None
    if truth is None:
        truth = kind_of(task).results(answers(shop, images, model.tflite, job, model), task)
    scales, zeros = (_of_values(int8, field) for field in ("scale", "zero_point"))
    some = _some(len(truth), int8) if paints(task) else None
    if some is None:
        known = np.rint(answers(shop, images, int8.int8_model, job) / scales).astype(np.int64)
    else:
        # Results are kept of maps, not bytes: some images run on both.
        truth = np.asarray(truth[some])
        known = _run(shop, images, int8.int8_model, zeros, *FIRST, None, some)
    parity, checks = [], []
    # The reference kernels may abort their process, so they come last in it.
    for runtime, kernels in sorted(KERNEL_SETS, key=lambda pair: pair[1] == "reference"):
        if (runtime, kernels) == FIRST:
            continue
        try:
            row = compare_kernels(
                " ".join(FIRST),
                f"{runtime} {kernels}",
                known,
                partial(_run, shop, images, int8.int8_model, zeros, runtime, kernels, some),
                truth,
                limit_points=limit,
                affordable=max(
                    FEWEST.get((runtime, kernels), OTHER_FEWEST),
                    MACS.get((runtime, kernels), OTHER_MACS) // max(1, int8.macs),
                ),
                labelled=labelled,
                task=task,
                real=lambda integers: integers * scales,
            )
            if over_limit(row, limit):
                layer = _parting(shop, images, int8, runtime, kernels)
                row = msgspec.structs.replace(row, layer=layer)
        except EspalierError:
            continue  # a row of the proof says that it does not run
        parity.append(row)
        checks.append(check_kernels(row, limit))
    return Comparison(parity=tuple(parity), checks=tuple(checks))


def _some(images: int, int8: Int8Model) -> NDArray[np.int64]:
    """The images that maps are compared on: about as many bytes as COMPARED_BYTES."""
    values = sum(prod(head.shape) for head in int8.heads)
    return evenly(images, int(np.clip(COMPARED_BYTES // (8 * values), 4, 64)))


def _of_values(int8: Int8Model, field: str) -> NDArray[Any]:
    """A fact of the heads for each of their values."""
    return np.concatenate([np.full(prod(head.shape), getattr(head, field)) for head in int8.heads])


def _run(
    shop: Workshop,
    images: PixelSet,
    model: bytes,
    zeros: NDArray[np.int64],
    runtime: str,
    kernels: str,
    among: NDArray[np.int64] | None,
    places: NDArray[np.int64],
) -> NDArray[Any]:
    """Output bytes less the zero point, [n, values], of images at `places` (of those `among` all, where that is given)."""
    places = places if among is None else among[places]
    call = Predict(
        model=model,
        pixels_path=images.pixels(),
        kernels=kernels,
        places=tuple(int(place) for place in places),
    )
    found = shop.worker(RUNTIMES[runtime], PROVE).ask(call)
    outputs: NDArray[Any] = found.outputs.astype(np.int64) - zeros
    return outputs


def _parting(shop: Workshop, images: PixelSet, int8: Int8Model, runtime: str, kernels: str) -> str:
    """The Keras layer (or tensor) at whose output the kernel set parts from FIRST; "" where that cannot be told."""
    apart = []
    try:
        layers = shop.worker("quantizer").ask(ListOperators(model=int8.int8_model))
        for number, layer in enumerate(layers):
            part = shop.worker("quantizer").ask(CutAfter(model=int8.int8_model, operator=number))
            one, other = (
                shop.worker(RUNTIMES[name], PROVE)
                .ask(Predict(model=part, pixels_path=images.pixels(), kernels=which, spread=TRACED_IMAGES))
                .outputs.astype(np.float64)
                for name, which in (FIRST, (runtime, kernels))
            )
            apart.append((layer.output, layer.inputs, float(np.abs(one - other).mean())))
    except EspalierError:
        return ""
    worst = parting_layer(apart)
    kind = next((layer.kind for layer in layers if layer.output == worst), "")
    return f"{int8.layers.get(worst, worst)} ({kind})" if worst else ""
