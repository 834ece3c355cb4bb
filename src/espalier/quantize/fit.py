"""Ranges fitted to the output: each end of each tensor's range moves in as long as that brings the scores nearer to the
float graph's, with this tensor alone rounded.

What a tensor's own rounding error is worth differs from tensor to tensor and from end to end: values below zero that a
later ReLU cuts anyway cost nothing, a large score must not be cut at all. A search by the tensor's own squared error
(search.py) knows neither. One tensor at a time, the others in float: their errors add up as squares, and the small
effect of one is not lost in the noise of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..worker.progress import report
from . import flatbuffer
from .compare import Answers, answers_of, relative_error, spread
from .correct import LARGE_MACS
from .flatbuffer import constant, graph_of, operator_name
from .head import PixelInput
from .macs import count_macs
from .ranges import Ranges, normalised
from .simulate import CARRIERS, carried_with

IMAGES = 64
_FACTORS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)
_WORTH = 0.98
"""A narrower range must cut the error to this share: on other images it is the riskier one."""

_HOPELESS = 1.3
"""Times the least error: still narrower ranges are not tried."""

FEWER_IMAGES, FEWER_TENSORS = 16, 12
"""Above LARGE_MACS: images, and how many of the tensors that cost most are fitted."""

_OWN_RANGE = frozenset({"SOFTMAX", "LOGISTIC", "TANH", "L2_NORMALIZATION"})
"""Operators whose int8 output has one fixed scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Tensors that share one range, and those of them that an operator computes (the others carry values on)."""

    names: tuple[str, ...]
    computed: tuple[str, ...]
    ends: tuple[float, float]


def fit_ranges(entered: PixelInput, ranges: Ranges, pixels: NDArray[np.uint8]) -> Ranges:
    """`ranges` with ends moved in where the scores gain, never out. Deterministic."""
    model = flatbuffer.read_model(entered.float_model)
    large = count_macs(model) > LARGE_MACS
    images = list(normalised(pixels[spread(len(pixels), FEWER_IMAGES if large else IMAGES)], entered.feed))
    wanted = answers_of(entered.float_model, images)
    groups = shared_ranges(model, {n: ends for n, ends in ranges.items() if n not in entered.fixed})
    start = [_error(entered, group, group.ends, images, wanted) for group in groups]
    worst = sorted(range(len(groups)), key=lambda place: -start[place])
    order = sorted(worst[: FEWER_TENSORS if large else len(groups)])
    found = dict(ranges)
    for number, place in enumerate(order):
        report(number, len(order), "fitting ranges")
        ends = _fitted(entered, groups[place], start[place], images, wanted)
        found |= dict.fromkeys(groups[place].names, ends)
    return found


def shared_ranges(model: Any, ranges: Mapping[str, tuple[float, float]]) -> list[Shared]:
    """The tensors of `ranges` whose range is free, in graph order, with those that int8 holds to the same scale."""
    graph = graph_of(model)
    makers = {int(i): operator for operator in graph.operators for i in operator.outputs}
    index = {bytes(tensor.name).decode(): place for place, tensor in enumerate(graph.tensors)}
    found, seen = [], set()
    for tensor in makers:
        name = bytes(graph.tensors[tensor].name).decode()
        if name not in ranges or name in seen:
            continue
        together = sorted(carried_with(model, tensor))
        seen |= set(together)
        computed = [n for n in together if operator_name(model, makers[index[n]]) not in CARRIERS]
        own = any(operator_name(model, makers[index[n]]) in _OWN_RANGE for n in computed)
        if (
            own
            or not computed
            or constant(model, tensor) is not None
            or any(n not in ranges for n in together)
        ):
            continue
        low, high = min(ranges[n][0] for n in computed), max(ranges[n][1] for n in computed)
        if low < high:
            found.append(Shared(names=tuple(together), computed=tuple(computed), ends=(low, high)))
    return found


def _fitted(
    entered: PixelInput, group: Shared, start: float, images: list[NDArray[np.float32]], wanted: Answers
) -> tuple[float, float]:
    best, ends = start, group.ends
    for side in (1, 0):
        if not ends[0] < 0 < ends[1] and side == (0 if ends[0] >= 0 else 1):
            continue
        whole = ends
        for factor in _FACTORS:
            tried = (whole[0], whole[1] * factor) if side else (whole[0] * factor, whole[1])
            error = _error(entered, group, tried, images, wanted)
            if error < best * _WORTH:
                best, ends = error, tried
            elif error > best * _HOPELESS:
                break
    return ends


def _error(
    entered: PixelInput,
    group: Shared,
    ends: tuple[float, float],
    images: list[NDArray[np.float32]],
    wanted: Answers,
) -> float:
    """Error of the scores with these tensors alone rounded, without its mean, which the biases take back."""
    found = answers_of(rounded_alone(entered.float_model, group.computed, ends), images)
    difference = found.scores - wanted.scores
    return relative_error(wanted.scores + difference - difference.mean(axis=0), wanted.scores)


def rounded_alone(float_model: bytes, names: tuple[str, ...], ends: tuple[float, float]) -> bytes:
    """The float graph with these tensors rounded to int8 between `ends` (widened to hold zero)."""
    model = flatbuffer.read_model(float_model)
    graph = graph_of(model)
    low, high = min(ends[0], 0.0), max(ends[1], 0.0)
    scale = (high - low) / 255
    quantization = (scale, int(np.clip(np.rint(-128 - low / scale), -128, 127)))
    for index in [i for i, tensor in enumerate(graph.tensors) if bytes(tensor.name).decode() in names]:
        shape = [int(n) for n in graph.tensors[index].shape]
        stored = flatbuffer.add_tensor(model, "", shape, "int8", quantization=quantization)
        read = flatbuffer.add_tensor(model, "", shape, "float32")
        place = next(n for n, operator in enumerate(graph.operators) if index in operator.outputs)
        flatbuffer.replace_reader(model, index, read)
        flatbuffer.add_operator(model, "QUANTIZE", [index], [stored], at=place + 1)
        flatbuffer.add_operator(model, "DEQUANTIZE", [stored], [read], version=2, at=place + 2)
        graph.outputs = np.where(np.asarray(graph.outputs) == index, read, graph.outputs).astype(np.int32)
    model.signatureDefs = []
    return flatbuffer.pack_model(model)
