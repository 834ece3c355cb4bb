"""How near a quantized candidate is to the float model on images, without labels.

The scores before the softmax tell candidates apart far better than answers do: on ResNet8, 64 confident
calibration images rank 18 candidates by `error` as 2,000 other images do, while agreement on them differs by
chance.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..fed import Inputs
from ..pixels import evenly, int8_pixels
from ..task.kinds import kind_of, paints
from ..task.types import CLASSIFY, Hits, Results, Task, at_most
from ..tflite import edit
from ..tflite.edit import graph_of
from .head import PixelInput
from .ranges import normalised, open_interpreter
from .simulate import SIMULATED, scores_tensors

PIECE = 64
"""Images below which a second interpreter does not pay."""


SEEN = 8.0
"""How far below the largest a score still matters: there a softmax gives a sixth of int8's half step, 1/512."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """`values` float32 [n, values]; `scores`: before the softmax (the same where there is none). `task`: of the float
    graph's answers, by which others are compared with them."""

    values: NDArray[np.float32]
    scores: NDArray[np.float32]
    task: Task = CLASSIFY


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """`agreement`: share of images with the float model's answer. `difference`: mean of |int8 - float|.
    `error`: of the scores relative to the float scores (see relative_error).
    `images`: how many were looked at."""

    agreement: float
    difference: float
    error: float
    images: int


def float_answers(entered: PixelInput, pixels: NDArray[np.uint8]) -> Answers:
    """What the float graph answers."""
    found = _on_all_cores(
        with_scores(entered.float_model), pixels, lambda piece: normalised(piece, entered.feed)
    )
    return replace(found, task=entered.task)


def int8_answers(int8_model: bytes, pixels: NDArray[np.uint8], *, kernels: str = "default") -> Answers:
    """What a file with int8 input answers to pixel - 128, dequantized; `kernels`: default or builtin (no delegate)."""
    return _on_all_cores(with_scores(int8_model), pixels, _entered, kernels)


def float_results(entered: PixelInput, pixels: NDArray[np.uint8]) -> Results:
    """What the float graph's answers say."""
    return _results(pixels, entered.task, lambda part: float_answers(entered, part))


def int8_results(int8_model: bytes, pixels: NDArray[np.uint8], task: Task) -> Results:
    """What the answers of a file with int8 input say."""
    return _results(pixels, task, lambda part: _on_all_cores(int8_model, part, _entered))


def _results(pixels: NDArray[np.uint8], task: Task, run: Callable[[NDArray[np.uint8]], Answers]) -> Results:
    """What answers say; of maps some images at a time, for their values take too much memory."""
    size = at_most(task, len(pixels)) if paints(task) else max(1, len(pixels))
    parts = [
        kind_of(task).results(run(pixels[first : first + size]).values, task) for first in range(0, max(1, len(pixels)), size)
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _entered(pixels: NDArray[np.uint8]) -> Iterable[NDArray[np.int8]]:
    fed = int8_pixels(pixels)
    return (fed[i : i + 1] for i in range(len(fed)))


def _on_all_cores(
    data: bytes,
    pixels: NDArray[np.uint8],
    enter: Callable[[NDArray[np.uint8]], Iterable[NDArray[Any]]],
    kernels: str = "default",
) -> Answers:
    """One interpreter per core, each with its share of the images; the answers do not depend on how many."""
    count = max(1, min(os.cpu_count() or 1, len(pixels) // PIECE))
    if count == 1:
        return _answers(data, enter(pixels), kernels)
    with ThreadPoolExecutor(count) as pool:
        parts = list(pool.map(lambda piece: _answers(data, enter(piece), kernels), np.array_split(pixels, count)))
    return Answers(
        values=np.concatenate([part.values for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
    )


def nearness(int8_model: bytes, pixels: NDArray[np.uint8], wanted: Answers) -> Nearness:
    """Compare an int8 file with the float graph's answers on the same images."""
    return nearness_of(int8_answers(int8_model, pixels), wanted)


def nearness_of(found: Answers, wanted: Answers) -> Nearness:
    """Compare answers to the same images."""
    return Nearness(
        agreement=float(alike(found, wanted).mean()),
        difference=float(np.abs(found.values - wanted.values).mean()),
        error=relative_error(found.scores, wanted.scores, task=wanted.task),
        images=len(wanted.scores),
    )


def alike(found: Answers, wanted: Answers) -> Hits:
    """Which images get the float model's answer."""
    kind, task = kind_of(wanted.task), wanted.task
    return kind.same(kind.results(found.values, task), kind.results(wanted.values, task), task)


def relative_error(
    found: NDArray[np.float32], wanted: NDArray[np.float32], seen: float = SEEN, task: Task = CLASSIFY
) -> float:
    """The distance of scores [n, values] from `wanted`, relative to these; `seen`: see task.types.Kind."""
    return kind_of(task).distance(found, wanted, task, seen)


def answers_of(data: bytes, images: Iterable[NDArray[Any]]) -> Answers:
    """A file's answers to images as its input takes them, [1, h, w, c] each; the last of two outputs are scores."""
    return _answers(with_scores(data), images)


def _answers(data: bytes, images: Iterable[NDArray[Any]], kernels: str = "default") -> Answers:
    """Of a file whose outputs are the heads, or (with_scores) these and the scores of each."""
    interpreter = open_interpreter(data, kernels=kernels)
    source = Inputs(interpreter)
    sinks = interpreter.get_output_details()
    found: list[list[NDArray[Any]]] = [[] for _ in sinks]
    for image in images:
        source.put(image)
        interpreter.invoke()
        for values, sink in zip(found, sinks, strict=True):
            values.append(interpreter.get_tensor(sink["index"])[0].reshape(-1))
    real = [
        _dequantized(np.stack(values), sink["quantization"])
        for values, sink in zip(found, sinks, strict=True)
    ]
    heads = len(real) // 2 if has_scores(data) else len(real)
    return Answers(values=_joined(real[:heads]), scores=_joined(real[-heads:]))


def _joined(heads: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    return heads[0] if len(heads) == 1 else np.concatenate(heads, axis=1)


def _dequantized(values: NDArray[Any], quantization: tuple[float, int]) -> NDArray[np.float32]:
    scale, zero_point = quantization
    if values.dtype == np.float32:
        return values
    return ((values.astype(np.float32) - zero_point) * np.float32(scale)).astype(np.float32)


def has_scores(data: bytes) -> bool:
    """Whether a file gives the scores of its heads behind them."""
    return edit.read_model(data).description == SIMULATED


def with_scores(data: bytes) -> bytes:
    """The file with the input of each head's softmax behind the heads, where there is one and it has them not yet."""
    model = edit.read_model(data)
    graph = graph_of(model)
    scores = scores_tensors(model)
    if model.description == SIMULATED or scores == list(map(int, graph.outputs)):
        return data
    graph.outputs = np.array([*graph.outputs, *scores], np.int32)
    model.signatureDefs, model.description = [], SIMULATED
    return edit.pack_model(model)


def split(pixels: NDArray[np.uint8], used: int, judged: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images to work on and other images to judge on, both evenly spaced and without one in common.

    A set of fewer than 2 x `used` images is halved; one of fewer than 8 serves for both.
    """
    first, second = _parts(len(pixels), used, judged)
    return np.asarray(pixels[first]), np.asarray(pixels[second])


def unjudged(pixels: NDArray[np.uint8], used: int, judged: int) -> NDArray[np.uint8]:
    """All images but those that `split` sets aside to judge on."""
    first, second = _parts(len(pixels), used, judged)
    return np.asarray(pixels[np.union1d(first, np.setdiff1d(np.arange(len(pixels)), second))])


def _parts(count: int, used: int, judged: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if count < 8:
        return np.arange(count), np.arange(count)
    first = evenly(count, min(used, count // 2))
    rest = np.setdiff1d(np.arange(count), first)
    return first, rest[evenly(len(rest), judged)]
