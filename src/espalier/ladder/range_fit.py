"""Ranges fitted to the output: each end of a tensor's range moves in as long as that brings the scores nearer to the
float graph's, with this tensor alone rounded.

What a rounding error is worth differs from tensor to tensor and from end to end: values below zero that a later ReLU
cuts anyway cost nothing, nor do scores that a softmax makes zero. A search by the tensor's own squared error (range_search.py)
knows neither. One tensor at a time, the others in float: their errors add up as squares, and what one tensor does is
not lost in the noise of all. Only what stands behind the tensor is computed again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..fed import one_by_one
from ..pixels import evenly
from ..progress import report
from ..quantizer.compare import SEEN, relative_error
from ..quantizer.correct import LARGE_MACS
from ..quantizer.head import PixelInput
from ..quantizer.ranges import normalised, open_interpreter
from ..quantizer.results import Ranges
from ..quantizer.simulate import CARRIERS, carried_with, scores_tensors
from ..quantizer.step import walk
from ..task.types import Task
from ..tflite import edit
from ..tflite.edit import computed_inputs, graph_of, name_of, operator_name, shape_of
from ..tflite.macs import count_macs
from ..tflite.objects import Interpreter, ModelT, SubGraphT

IMAGES = 128
FEWER_IMAGES = 16
"""Above LARGE_MACS, and to find the tensors that cost most."""

TENSORS = 24
"""That are fitted."""

FACTORS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)
_WORTH = 0.98
"""A narrower range must cut the error to this share: on other images it is the riskier one."""

_HOPELESS = 1.3
"""Times the least error: still narrower ranges are not tried."""

_OWN_RANGE = frozenset({"SOFTMAX", "LOGISTIC", "TANH", "L2_NORMALIZATION"})
"""Operators whose int8 output has one fixed scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Tensors that share one range, and those of them that an operator computes (the others carry values on)."""

    names: tuple[str, ...]
    computed: tuple[str, ...]
    ends: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tail:
    """What computes the scores from the tensors in `sources`, of which `rounded` are rounded to int8 before it and `stored`
    on the way. `interpreters`: kept between runs where nothing is stored on the way: the file is then the same."""

    model: ModelT
    sources: tuple[int, ...]
    rounded: tuple[int, ...]
    stored: tuple[Any, ...]
    interpreters: list[Any] = field(default_factory=list)

    def scores(self, ends: tuple[float, float], values: dict[int, NDArray[Any]]) -> NDArray[np.float32]:
        """[images, classes], with the group's tensors between `ends` (widened to hold zero)."""
        low, high = min(ends[0], 0.0), max(ends[1], 0.0)
        scale = (high - low) / 255
        zero_point = int(np.clip(np.rint(-128 - low / scale), -128, 127))
        for tensor in self.stored:
            tensor.quantization = edit.quantization_of([scale], [zero_point])
        fed = [
            _rounded(values[index], scale, zero_point) if index in self.rounded else values[index]
            for index in self.sources
        ]
        pieces = np.array_split(np.arange(len(fed[0])), max(1, min(os.cpu_count() or 1, len(fed[0]) // 16)))
        if self.stored or not self.interpreters:
            data = edit.pack_model(self.model)
            self.interpreters[:] = [open_interpreter(data) for _ in pieces]
        with ThreadPoolExecutor(len(pieces)) as pool:
            found = pool.map(lambda one, piece: _run(one, fed, piece), self.interpreters, pieces)
            return np.concatenate(list(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behind:
    """What stands behind a group's tensors: `values` that feed it, the float scores. `seen` is finite for scores that a
    softmax reads (see relative_error)."""

    tail: _Tail
    values: dict[int, NDArray[Any]]
    wanted: NDArray[np.float32]
    seen: float
    task: Task

    def error(self, ends: tuple[float, float]) -> float:
        """Of the scores, with the tensors rounded between `ends`."""
        difference = self.tail.scores(ends, self.values) - self.wanted
        if not np.isfinite(self.seen):
            difference -= difference.mean(axis=0)  # later biases take it back
        return relative_error(self.wanted + difference, self.wanted, self.seen, self.task)


def fit_ranges(
    entered: PixelInput, ranges: Ranges, pixels: NDArray[np.uint8], *, count: int = IMAGES
) -> Ranges:
    """`ranges` with ends moved in where the scores gain, never out, on `count` of the images (fewer for large networks).
    In a network with more than TENSORS free ranges, those that cost most; of one with several heads none. Deterministic."""
    model = edit.read_model(entered.float_model)
    if len(graph_of(model).outputs) > 1:
        return ranges
    groups = shared_ranges(model, {n: ends for n, ends in ranges.items() if n not in entered.fixed})
    if len(groups) > TENSORS:
        costs = [
            (-behind.error(group.ends), group.names)
            for group, behind in _walk(entered, groups, pixels, FEWER_IMAGES)
        ]
        worst = {names for _, names in sorted(costs)[:TENSORS]}
        groups = [group for group in groups if group.names in worst]
    found = dict(ranges)
    count = min(count, FEWER_IMAGES) if count_macs(model) > LARGE_MACS else count
    for number, (group, behind) in enumerate(_walk(entered, groups, pixels, count)):
        report(number, len(groups), "fitting ranges")
        found |= dict.fromkeys(group.names, _fitted(group.ends, behind))
    return found


def _walk(
    entered: PixelInput, groups: list[Shared], pixels: NDArray[np.uint8], count: int
) -> Iterator[tuple[Shared, _Behind]]:
    """Through the float graph on `count` images, operator by operator; each group where its first tensor is computed."""
    model = edit.read_model(entered.float_model)
    graph, final = graph_of(model), scores_tensors(model)[0]
    places = {_position(graph, group): group for group in groups}
    images = np.concatenate(list(normalised(pixels[evenly(len(pixels), count)], entered.feed)))
    wanted = _scores(entered.float_model, images)
    for done in walk(model, images):
        last = final in done.operator.outputs
        if done.position in places:
            group = places[done.position]
            seen = SEEN if last and final not in graph.outputs else np.inf
            tail = _tail(entered.float_model, group, done.position)
            yield group, _Behind(tail=tail, values=done.values, wanted=wanted, seen=seen, task=entered.task)
        if last:
            return


def shared_ranges(model: ModelT, ranges: Mapping[str, tuple[float, float]]) -> list[Shared]:
    """The tensors of `ranges` whose range is free, in graph order, each with those that int8 holds to its scale."""
    graph = graph_of(model)
    makers = {int(i): operator for operator in graph.operators for i in operator.outputs}
    index = {name_of(graph.tensors[i]): i for i in makers}
    fixed = {int(i) for i in graph.outputs if int(i) != scores_tensors(model)[0]}
    found, seen = [], set(map(int, graph.inputs)) | fixed
    for tensor in makers:
        if tensor in seen:
            continue
        names = sorted(carried_with(model, tensor))
        seen |= {index[name] for name in names}
        kinds = {name: operator_name(model, makers[index[name]]) for name in names}
        computed = [name for name in names if kinds[name] not in CARRIERS]
        if not computed or set(kinds.values()) & _OWN_RANGE or not set(names) <= set(ranges):
            continue
        low, high = min(ranges[n][0] for n in computed), max(ranges[n][1] for n in computed)
        if low < high:
            found.append(Shared(names=tuple(names), computed=tuple(computed), ends=(low, high)))
    return found


def _fitted(ends: tuple[float, float], behind: _Behind) -> tuple[float, float]:
    """The ends with the least error."""
    best = behind.error(ends)
    for side in (1, 0):
        whole = ends
        if not (whole[side] > 0 if side else whole[side] < 0):
            continue
        for factor in FACTORS:
            tried = (whole[0], whole[1] * factor) if side else (whole[0] * factor, whole[1])
            found = behind.error(tried)
            if found < best * _WORTH:
                best, ends = found, tried
            elif found > best * _HOPELESS:
                break
    return ends


def _position(graph: SubGraphT, group: Shared) -> int:
    """Of the operator that computes the first tensor of a group."""
    for position, operator in enumerate(graph.operators):
        if {name_of(graph.tensors[i]) for i in operator.outputs} & set(group.computed):
            return position
    return len(graph.operators)


def _tail(float_model: bytes, group: Shared, position: int) -> _Tail:
    """The float graph behind operator `position`, up to the scores, with the group's tensors rounded."""
    model = edit.read_model(float_model)
    graph, final = graph_of(model), scores_tensors(model)[0]
    stop = next(n for n, operator in enumerate(graph.operators) if final in operator.outputs)
    graph.operators, graph.outputs = graph.operators[position + 1 : stop + 1], np.array([final], np.int32)
    stored, behind = [], {int(i) for operator in graph.operators for i in operator.outputs}
    mine = [i for i, t in enumerate(graph.tensors) if name_of(t) in group.computed]
    for index in [i for i in mine if i in behind or i == final]:
        shape = shape_of(graph.tensors[index])
        rounded = edit.add_tensor(model, "", shape, "int8")
        read = edit.add_tensor(model, "", shape, "float32")
        place = next((n + 1 for n, o in enumerate(graph.operators) if index in o.outputs), 0)
        edit.replace_reader(model, index, read)
        edit.add_operator(model, "QUANTIZE", [index], [rounded], at=place)
        edit.add_operator(model, "DEQUANTIZE", [rounded], [read], version=2, at=place + 1)
        graph.outputs = np.where(graph.outputs == index, read, graph.outputs).astype(np.int32)
        stored.append(graph.tensors[rounded])
    made = {int(i) for operator in graph.operators for i in operator.outputs}
    reads = {i for operator in graph.operators for i in computed_inputs(model, operator)}
    sources = tuple(sorted(reads - made))
    graph.inputs, model.signatureDefs = np.array(sources, np.int32), []
    direct = tuple(i for i in mine if i not in behind and i != final)
    return _Tail(model=model, sources=sources, rounded=direct, stored=tuple(stored))


def _rounded(value: NDArray[Any], scale: float, zero_point: int) -> NDArray[np.float32]:
    """What int8 leaves of float values."""
    levels = np.clip(np.rint(value * np.float32(1 / scale)) + zero_point, -128, 127)
    return np.asarray((levels - np.float32(zero_point)) * np.float32(scale), np.float32)


def _run(interpreter: Interpreter, fed: list[NDArray[Any]], piece: NDArray[np.int64]) -> NDArray[np.float32]:
    details, sink = interpreter.get_input_details(), interpreter.get_output_details()[0]["index"]
    found = []
    for image in piece:
        for detail, value in zip(details, fed, strict=True):
            interpreter.set_tensor(detail["index"], value[image].reshape(detail["shape"]))
        interpreter.invoke()
        found.append(interpreter.get_tensor(sink).reshape(-1))
    return np.stack(found)


def _scores(float_model: bytes, images: NDArray[np.float32]) -> NDArray[np.float32]:
    model = edit.read_model(float_model)
    graph_of(model).outputs, model.signatureDefs = np.array([scores_tensors(model)[0]], np.int32), []
    interpreter = open_interpreter(edit.pack_model(model))
    return _run(interpreter, one_by_one(images, interpreter.get_input_details()), np.arange(len(images)))
