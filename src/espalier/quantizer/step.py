"""Run a .tflite graph operator by operator over many images, with every intermediate at hand.

What sequential bias correction and other layer-by-layer repairs need: an operator can be changed between its
inputs and its outputs, and the whole network still costs about one pass.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..fed import one_by_one
from ..tflite.edit import (
    computed_inputs,
    dtype_name,
    graph_of,
    is_quantized,
    shape_of,
    single_operator,
    step_of,
)
from ..tflite.objects import Interpreter, ModelT, OperatorT, TensorT
from .ranges import open_interpreter

THREADS_PAY = 0.02
"""Seconds from which on a second interpreter and its thread cost less than they save."""


Results = list[NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """An operator that was just computed, its place in the graph, what it gave, and the `values` of all tensors that it
    or a later operator reads; they are dropped when the walk goes on."""

    position: int
    operator: OperatorT
    results: Results
    values: dict[int, NDArray[Any]]


def walk(
    model: ModelT, images: NDArray[Any], compute: Callable[[OperatorT, Results], Results] | None = None
) -> Iterator[Computed]:
    """Compute a graph operator by operator on `images`, [n, ...] as its input takes them, or records with numbers.
    `compute`: in place of run_operator, from an operator, which it may change first, and its computed inputs to the outputs."""
    graph, last = graph_of(model), _last_readers(model)
    given = one_by_one(images, [_detail(graph.tensors[i]) for i in graph.inputs])
    values: dict[int, NDArray[Any]] = {int(index): value for index, value in zip(graph.inputs, given, strict=True)}
    for position, operator in enumerate(graph.operators):
        sources = [values[i] for i in computed_inputs(model, operator)]
        results = run_operator(model, operator, sources) if compute is None else compute(operator, sources)
        values |= {int(i): result for i, result in zip(operator.outputs, results, strict=True)}
        yield Computed(position=position, operator=operator, results=results, values=values)
        for index in [i for i in values if last.get(i, -1) <= position]:
            del values[index]


def _detail(tensor: TensorT) -> dict[str, Any]:
    """What an interpreter says of an input tensor."""
    whole = is_quantized(tensor)
    return {"shape": shape_of(tensor), "dtype": dtype_name(tensor), "quantization": step_of(tensor) if whole else (0.0, 0)}


def run_operator(model: ModelT, operator: OperatorT, inputs: Sequence[NDArray[Any]]) -> Results:
    """Run one operator over n images. `inputs`: for each of `computed_inputs`, an array [n, ...] whose [i : i
    + 1] is what the operator takes for image i. Returns the outputs in the same form; slow operators run on all
    cores."""
    data = single_operator(model, operator)
    count = len(inputs[0]) if inputs else 1
    interpreter = open_interpreter(data)
    started = time.perf_counter()
    first = _run(interpreter, inputs, range(min(1, count)))
    cores = os.cpu_count() or 1
    if cores == 1 or count < 3 or (time.perf_counter() - started) * (count - 1) < THREADS_PAY:
        parts = [first, _run(interpreter, inputs, range(1, count))]
    else:
        pieces = [
            range(int(p[0]), int(p[-1]) + 1) for p in np.array_split(np.arange(1, count), cores) if len(p)
        ]
        interpreters = [interpreter, *(open_interpreter(data) for _ in pieces[1:])]
        with ThreadPoolExecutor(len(pieces)) as pool:
            parts = [first, *pool.map(lambda one, piece: _run(one, inputs, piece), interpreters, pieces)]
    return [np.stack([value for part in parts for value in part[sink]]) for sink in range(len(first))]


def _run(interpreter: Interpreter, inputs: Sequence[NDArray[Any]], images: range) -> list[list[NDArray[Any]]]:
    """The outputs of these images, a list for each output tensor."""
    sources = [
        (detail["index"], tuple(int(n) for n in detail["shape"]))
        for detail in interpreter.get_input_details()
    ]
    sinks = [detail["index"] for detail in interpreter.get_output_details()]
    results: list[list[NDArray[Any]]] = [[] for _ in sinks]
    for image in images:
        for (source, shape), values in zip(sources, inputs, strict=True):
            interpreter.set_tensor(source, values[image].reshape(shape))
        interpreter.invoke()
        for result, sink in zip(results, sinks, strict=True):
            result.append(interpreter.get_tensor(sink))
    return results


def _last_readers(model: ModelT) -> dict[int, int]:
    """Tensor -> position of the last operator that reads it (graph outputs: the number of operators)."""
    graph = graph_of(model)
    last = {int(i): position for position, o in enumerate(graph.operators) for i in o.inputs}
    return last | {int(i): len(graph.operators) for i in graph.outputs}
