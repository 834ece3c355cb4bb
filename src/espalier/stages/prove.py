"""One file on every kernel set: golden vectors for the bundles. What the kernel sets cost: kernels.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..bundle import golden
from ..errors import EspalierError
from ..facts import Check, GoldenVector, SourceImage, TensorFacts
from ..fed import images_of, number_bytes
from ..image_facts import ImageFacts
from ..recipe import InputContract
from ..rows import ParityRow
from ..store import digest
from ..task.types import Task
from ..worker import Kind
from ..worker.runtime_calls import Predict
from .job import Job
from .latency import RUNTIMES
from .model import FloatModel
from .quantize import Int8Model
from .workshop import Workshop, pack, unpack

KERNEL_SETS = (
    ("litert", "reference"),
    ("litert", "builtin"),
    ("litert", "default"),
    ("tflite-runtime", "default"),
)
"""(runtime, kernels), in the order of the golden vectors."""

PROVE = "prove"
"""The errand of the proof's own child processes; evaluation keeps the others busy meanwhile."""

REFERENCE_MACS = 2_000_000_000
"""Work that the slow reference kernels are given; it bounds the number of images."""

IMAGES = (8, 32)
"""Least and most images that golden vectors are chosen from."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Golden vectors, cases of the contract, and what the comparison of the kernel sets found (kernels.py)."""

    golden: tuple[GoldenVector, ...]
    cases: tuple[SourceImage, ...]
    parity: tuple[ParityRow, ...]
    checks: tuple[Check, ...]


def prove_model(shop: Workshop, job: Job, int8: Int8Model, model: FloatModel) -> Proof:
    """Run the int8 model and its uint8 twin on calibration images with every kernel set; stored."""
    key = {
        "int8": digest(int8.int8_model),
        "twin": digest(int8.uint8_model),
        "pixels": job.calibration.digest,
        "task": msgspec.to_builtins(job.task(model)),
        "contract": msgspec.to_builtins(job.recipe.input),
    }
    with shop.stage("prove"):
        files = shop.stored("prove", key, lambda: {"proof": pack(_prove(shop, job, int8, job.task(model)))})
    proof = unpack(files["proof"], Proof)
    shop.ended("prove", f"{len(proof.golden)} golden vectors")
    return proof


def _prove(shop: Workshop, job: Job, int8: Int8Model, task: Task) -> Proof:
    images = job.calibration.prepared().images
    count = int(np.clip(REFERENCE_MACS // max(1, int8.macs), *IMAGES))
    count = min(count, len(images))
    path = job.calibration.pixels()
    outputs: dict[str, NDArray[Any]] = {}
    answered: tuple[int, ...] = ()
    checks: list[Check] = []
    # The reference kernels may abort their process, so they come last in it.
    for runtime, kernels in sorted(KERNEL_SETS, key=lambda pair: pair[1] == "reference"):
        name = f"{runtime} {kernels}"
        try:
            worker = shop.worker(RUNTIMES[runtime], PROVE)
            answer = worker.ask(Predict(model=int8.int8_model, pixels_path=path, kernels=kernels, spread=count))
            outputs[name], answered = answer.outputs, answer.places
            if kernels == "default":
                twin = worker.ask(Predict(model=int8.uint8_model, pixels_path=path, kernels=kernels, spread=count))
                checks.append(_twin_check(runtime, answer.outputs, twin.outputs))
        except EspalierError as problem:
            checks.append(Check(name=f"kernel set {name}", tool=runtime, result="not run", why=problem.found))
    outputs = {name: outputs[name] for name in map(" ".join, KERNEL_SETS) if name in outputs}
    pixels = np.load(path, mmap_mode="r")
    names = {"litert reference": "reference", "litert builtin": "builtin", "litert default": "default"}
    usable = {names[k]: v for k, v in outputs.items() if k in names}
    chosen = list(golden.choose(next(iter(usable.values())), task))
    places = np.array(answered)[chosen]
    vectors = golden.vectors(
        [f"{i:03d}" for i in range(len(chosen))],
        np.ascontiguousarray(images_of(pixels[places])),
        {k: v[chosen] for k, v in usable.items()},
        task.labels,
        task,
        _beside([images[place] for place in places], job.recipe.input, int8.numbers),
    )
    return Proof(
        golden=vectors, cases=golden.contract_cases(job.recipe.input), parity=(), checks=tuple(checks)
    )


def _beside(
    images: Sequence[ImageFacts], contract: InputContract, inputs: Sequence[TensorFacts]
) -> list[tuple[tuple[float, ...], bytes]]:
    """Of each image the numbers beside it, in their units and as bytes of the uint8 twin."""
    if not contract.numbers:
        return []
    return [(image.fed, number_bytes(image.fed, contract, inputs)) for image in images]


def provers() -> tuple[tuple[Kind, str], ...]:
    """The proof's child processes, for Workshop.start_in_turn."""
    return tuple((kind, PROVE) for kind in RUNTIMES.values())


def _twin_check(runtime: str, int8: NDArray[Any], uint8: NDArray[Any]) -> Check:
    equal = bool(np.array_equal(int8.astype(np.int16) + 128, uint8.astype(np.int16)))
    return Check(
        name=f"uint8 twin equals the int8 file, {len(int8)} images",
        tool=runtime,
        result="passed" if equal else "failed",
        why="" if equal else "an output byte differs",
    )
