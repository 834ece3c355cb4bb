"""Run a .tflite over many prepared images on all cores; used in a runtime's own child process.

One single-threaded interpreter per core beats one interpreter with many threads on small models (ResNet8 on
two cores, 2,000 images: 0.09 s against 0.16 s), and the runtimes release the GIL in `invoke`.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError, UnsupportedModelError
from ..fed import count_of, images_of, one_by_one
from ..pixels import int8_pixels, normalize
from ..recipe import InputContract
from ..tflite.runtimes import Runtime, first_line, open_interpreter

CHUNK = 16
"""Images that a thread takes at a time, at most."""

CHUNK_BYTES = 4 << 20
"""Pixels that a thread takes at a time, at most."""

Feed = Callable[[NDArray[np.uint8]], NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """`outputs`: [n, values] in the model's dtype, one head after the other; `steps` of each: see `dequantize`.

    `seconds` is the wall time of all invokes, without loading. `places`: which images these are, where they were chosen.
    """

    outputs: NDArray[Any]
    steps: tuple[Step, ...]
    seconds: float
    places: tuple[int, ...] = ()

    def real(self) -> NDArray[np.float32]:
        """The outputs as real numbers: float32 [n, values]."""
        return dequantize(self.outputs, self.steps)


Step = tuple[int, float, int]
"""Of a head: how many values it has, their scale (0: they are floats) and zero point."""


def dequantize(outputs: NDArray[Any], steps: Sequence[Step]) -> NDArray[np.float32]:
    """(q - zero_point) * scale as float32, head by head; floats stay as they are."""
    found, at = [], 0
    for count, scale, zero_point in steps:
        part = outputs[:, at : at + count]
        real = part if not scale else (part.astype(np.float64) - zero_point) * scale
        found.append(real.astype(np.float32))
        at += count
    return found[0] if len(found) == 1 else np.concatenate(found, axis=1)


def predict(
    runtime: Runtime,
    model: bytes,
    pixels: NDArray[np.uint8],
    *,
    contract: InputContract | None = None,
    kernels: str = "default",
    threads: int = 0,
    observe: Callable[[int, int], None] | None = None,
) -> Prediction:
    """The model's answers to prepared images, uint8 [n, h, w, c]; `threads` 0 means one interpreter per core.

    An int8 input gets pixel - 128, a uint8 input the pixel, a float input (pixel - mean) / std of
    `contract`, and an int16 input that value in its own scale. `observe` is told how many of how many images are done,
    from the threads. Raises UnsupportedModelError when the runtime cannot run the model.
    """
    size = max(1, min(CHUNK, CHUNK_BYTES // max(1, pixels[:1].nbytes)))
    count = max(1, min(threads or os.cpu_count() or 1, -(-len(pixels) // size)))
    interpreters = [open_interpreter(runtime, model, kernels=kernels) for _ in range(count)]
    details, heads = interpreters[0].get_input_details(), interpreters[0].get_output_details()
    steps = tuple(step_of(head) for head in heads)
    feed = feeders(details, pixels, contract)
    ends = np.cumsum([count for count, _, _ in steps])
    outputs = np.empty((len(pixels), int(ends[-1])), only_type(heads))
    starts, finished = itertools.count(0, size), itertools.count(1)

    def work(interpreter: Any) -> None:
        put = [interpreter.tensor(detail["index"]) for detail in details]
        take = [
            (interpreter.tensor(head["index"]), slice(int(end) - count, int(end)))
            for head, end, (count, _, _) in zip(heads, ends, steps, strict=True)
        ]
        while (start := next(starts)) < len(pixels):
            values = feed(pixels[start : start + size])
            for offset in range(len(values[0])):
                for one, given in zip(put, values, strict=True):
                    one()[0] = given[offset]
                interpreter.invoke()
                for head, columns in take:
                    outputs[start + offset, columns] = head().reshape(-1)
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
    return Prediction(outputs=outputs, steps=steps, seconds=seconds)


def feeders(
    details: Sequence[dict[str, Any]], pixels: NDArray[np.uint8], contract: InputContract | None
) -> Callable[[NDArray[np.uint8]], list[NDArray[Any]]]:
    """What turns prepared images, or records of these and numbers, into the values of every input. Raises BugError where they
    are not what the model takes."""
    images, expected = images_of(pixels[:1]), tuple(int(side) for side in details[0]["shape"])
    beside = sum(int(np.prod(one["shape"])) for one in details[1:])
    if expected != (1, *images.shape[1:]) or count_of(pixels) != beside:
        raise BugError(
            f"the model takes {list(expected)} and {beside} numbers, the images are {list(images.shape)} with {count_of(pixels)}"
        )
    first = feeder(details[0], contract)
    return lambda fed: [first(images_of(fed)), *one_by_one(fed, details)[1:]]


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


def step_of(head: dict[str, Any]) -> Step:
    """Of an output tensor."""
    scale, zero_point = head["quantization"]
    return int(np.prod(head["shape"])), float(scale), int(zero_point)


def only_type(heads: list[dict[str, Any]]) -> Any:
    """The type of all output tensors. Raises UnsupportedModelError where they have several."""
    kinds = {np.dtype(head["dtype"]) for head in heads}
    if len(kinds) != 1:
        raise UnsupportedModelError(f"the model's outputs are {', '.join(sorted(map(str, kinds)))}", supported="one type for all")
    return kinds.pop()
