"""Run a .tflite over many prepared images on all cores; used in a runtime's own child process.

One single-threaded interpreter per core beats one interpreter with many threads on small models (ResNet8 on
two cores, 2,000 images: 0.09 s against 0.16 s), and the runtimes release the GIL in `invoke`.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError, UnsupportedModelError
from ..pixels import int8_pixels, normalize
from ..recipe import InputContract
from ..tflite.runtimes import Runtime, first_line, open_interpreter

CHUNK = 16
"""Images that a thread takes at a time, at most."""

CHUNK_BYTES = 4 << 20
"""Pixels that a thread takes at a time, at most."""

BUDGET_MINIMUM = 8
"""Images that are run however slow the model is."""

Feed = Callable[[NDArray[np.uint8]], NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """`outputs`: [n, outputs] in the model's dtype; the real value is (q - zero_point) * scale, or q.

    `seconds` is the wall time of all invokes, without loading. `places`: which images these are, where they were chosen.
    """

    outputs: NDArray[Any]
    scale: float
    zero_point: int
    seconds: float
    places: tuple[int, ...] = ()

    def probabilities(self) -> NDArray[np.float32]:
        """The outputs as real numbers: float32 [n, outputs]."""
        return dequantize(self.outputs, self.scale, self.zero_point)


def dequantize(outputs: NDArray[Any], scale: float, zero_point: int) -> NDArray[np.float32]:
    """(q - zero_point) * scale as float32; float outputs (scale 0) stay as they are."""
    if not scale:
        return outputs.astype(np.float32)
    return ((outputs.astype(np.float64) - zero_point) * scale).astype(np.float32)


def predict(
    runtime: Runtime,
    model: bytes,
    pixels: NDArray[np.uint8],
    *,
    contract: InputContract | None = None,
    kernels: str = "default",
    threads: int = 0,
    budget_seconds: float | None = None,
    observe: Callable[[int, int], None] | None = None,
) -> Prediction:
    """The model's answers to prepared images, uint8 [n, h, w, c]; `threads` 0 means one interpreter per core.

    An int8 input gets pixel - 128, a uint8 input the pixel, a float input (pixel - mean) / std of
    `contract`, and an int16 input that value in its own scale. With `budget_seconds` only the first images
    are run that fit into that time, at least `BUDGET_MINIMUM`. `observe` is told how many of how many images are done,
    from the threads. Raises UnsupportedModelError when the
    runtime cannot run the model.
    """
    size = max(1, min(CHUNK, CHUNK_BYTES // max(1, pixels[:1].nbytes)))
    count = max(1, min(threads or os.cpu_count() or 1, -(-len(pixels) // size)))
    interpreters = [open_interpreter(runtime, model, kernels=kernels) for _ in range(count)]
    input_detail, output_detail = (
        _only(interpreters[0].get_input_details()),
        _only(interpreters[0].get_output_details()),
    )
    expected = tuple(int(side) for side in input_detail["shape"])
    if expected != (1, *pixels.shape[1:]):
        raise BugError(f"the model takes {list(expected)}, the images are {list(pixels.shape)}")
    feed = feeder(input_detail, contract)
    if budget_seconds is not None:
        pixels = pixels[: _affordable(interpreters[0], budget_seconds, count)]
    width = int(np.prod(output_detail["shape"]))
    outputs = np.empty((len(pixels), width), output_detail["dtype"])
    starts, finished = itertools.count(0, size), itertools.count(1)

    def work(interpreter: Any) -> None:
        put = interpreter.tensor(input_detail["index"])
        take = interpreter.tensor(output_detail["index"])
        while (start := next(starts)) < len(pixels):
            values = feed(pixels[start : start + size])
            for offset in range(len(values)):
                put()[0] = values[offset]
                interpreter.invoke()
                outputs[start + offset] = take().reshape(-1)
            if observe is not None:
                observe(min(len(pixels), next(finished) * size), len(pixels))

    started = time.perf_counter()
    try:
        if count == 1:
            work(interpreters[0])
        else:
            with ThreadPoolExecutor(count) as pool:
                list(pool.map(work, interpreters))
    except RuntimeError as problem:
        raise UnsupportedModelError(
            f"{runtime.name} {runtime.version} ({kernels} kernels) stopped while it ran the model: "
            f"{first_line(problem)}"
        ) from None
    seconds = time.perf_counter() - started
    scale, zero_point = output_detail["quantization"]
    return Prediction(outputs=outputs, scale=float(scale), zero_point=int(zero_point), seconds=seconds)


def feeder(detail: dict[str, Any], contract: InputContract | None) -> Feed:
    """What turns prepared pixels, uint8 [n, h, w, c], into the values of an input tensor."""
    dtype = np.dtype(detail["dtype"])
    if dtype == np.int8:
        return int8_pixels
    if dtype == np.uint8:
        return lambda pixels: pixels
    if contract is None:
        raise BugError(f"a {dtype} input needs the input contract")
    if dtype == np.float32:
        return lambda pixels: normalize(pixels, contract)
    if dtype == np.int16:
        scale, zero_point = detail["quantization"]
        return lambda pixels: np.clip(
            np.rint(normalize(pixels, contract) / np.float32(scale)) + zero_point, -32_768, 32_767
        ).astype(np.int16)
    raise UnsupportedModelError(f"a model input of type {dtype}", supported="int8, uint8, int16, float32")


def _affordable(interpreter: Any, seconds: float, threads: int) -> int:
    """How many images fit into the time, from the second of two invokes."""
    interpreter.invoke()
    started = time.perf_counter()
    interpreter.invoke()
    return max(BUDGET_MINIMUM, int(threads * seconds / max(time.perf_counter() - started, 1e-6)))


def _only(details: list[dict[str, Any]]) -> dict[str, Any]:
    if len(details) != 1:
        raise UnsupportedModelError(
            f"the model has {len(details)} inputs or outputs", supported="one of each"
        )
    return details[0]
