"""Known answers for a model that came without images: random inputs, the reference's outputs, and how far LiteRT is from them."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..emit.selftest import GoldenCase, inputs_of, outputs_of, parts
from ..errors import EspalierError, UnsupportedModelError
from ..facts import Check
from ..graph import reference
from ..graph.ops import macs
from ..graph.types import DTYPES, Array, Graph
from ..graph.view import view
from ..scratch import Scratch
from ..tflite.read import read_tflite
from ..worker.client import Worker
from ..worker.runtime_calls import Invoke

ANSWERS: Final = 4
"""Known answers that ride along, at most."""
REFERENCE_MACS: Final = 400_000_000
"""Work that the slow numpy reference is given; it bounds their number."""
FULL_RANGE: Final = ("int8", "uint8", "int16")
"""Types of an input that random values of their whole range are fed to."""


def known_answers(graph: Graph, seed: bytes) -> tuple[GoldenCase, ...]:
    """Inputs over the whole range of their types and the numpy reference's outputs; the first is all zero points.

    As many as REFERENCE_MACS allow, one at least, ANSWERS at most; the same for the same `seed`.
    """
    work = sum(macs(view(graph, op)) for op in graph.ops)
    rng = np.random.default_rng(list(seed))
    cases = []
    for number in range(int(np.clip(REFERENCE_MACS // max(1, work), 1, ANSWERS))):
        given = [_values(graph, index, rng, plain=number == 1) for index in graph.inputs]
        outputs = reference.run(graph, given)
        cases.append(
            GoldenCase(
                input=b"".join(value.tobytes() for value in given),
                output=b"".join(np.ascontiguousarray(value).tobytes() for value in outputs),
            )
        )
    return tuple(cases)


def _values(graph: Graph, index: int, rng: np.random.Generator, *, plain: bool) -> Array:
    tensor = graph.tensors[index]
    dtype = DTYPES[tensor.dtype]
    if tensor.dtype not in FULL_RANGE:
        raise UnsupportedModelError(
            f"an input of type {tensor.dtype}",
            supported=", ".join(FULL_RANGE),
            next_step="quantize the model to full-integer int8",
        )
    if plain:
        return np.full(tensor.shape, 0 if tensor.quant is None else tensor.quant.zero_point, dtype)
    info = np.iinfo(dtype)  # type: ignore[type-var]
    return rng.integers(info.min, info.max + 1, tensor.shape).astype(dtype)


def distance(model: bytes, graph: Graph, answers: tuple[GoldenCase, ...]) -> Check:
    """How far the reference is from LiteRT's own kernels on the file as given; a note, not a gate."""
    name = "numpy reference against LiteRT BUILTIN_REF on the file as given"
    given = read_tflite(model)
    try:
        with (
            Scratch() as scratch,
            Worker("litert-runtime", scratch=scratch) as worker,
        ):
            ready = worker.wait_ready()
            cases = tuple(tuple(_fed(given, graph, answer)) for answer in answers)
            theirs = worker.ask(Invoke(model=model, cases=cases))
    except EspalierError as problem:
        return Check(name=name, tool="litert", result="not run", why=problem.found)
    version = ready.get("version", "")
    largest = max(
        _apart(given, graph, answer, output) for answer, output in zip(answers, theirs, strict=True)
    )
    why = f"largest difference of an output value {largest} on {len(answers)} inputs"
    return Check(name=name, tool="litert", version=version, result="passed", why=why)


def _fed(given: Graph, graph: Graph, answer: GoldenCase) -> list[bytes]:
    """The bytes of an input as the file takes it: a float end gets the real value of the integer."""
    rows = []
    for data, index, theirs in zip(parts(answer.input, inputs_of(graph)), graph.inputs, given.inputs, strict=True):
        tensor = graph.tensors[index]
        if given.tensors[theirs].dtype == tensor.dtype or tensor.quant is None:
            rows.append(data)
            continue
        stored = np.frombuffer(data, DTYPES[tensor.dtype]).astype(np.float64)
        rows.append(((stored - tensor.quant.zero_point) * tensor.quant.scale).astype(np.float32).tobytes())
    return rows


def _apart(given: Graph, graph: Graph, answer: GoldenCase, theirs: tuple[bytes, ...]) -> int:
    largest = 0
    for data, index, other, index_given in zip(
        parts(answer.output, outputs_of(graph)), graph.outputs, theirs, given.outputs, strict=True
    ):
        tensor = graph.tensors[index]
        ours = np.frombuffer(data, DTYPES[tensor.dtype]).astype(np.int64)
        if given.tensors[index_given].dtype == "float32" and tensor.quant is not None:
            real = np.frombuffer(other, np.float32) / tensor.quant.scale + tensor.quant.zero_point
            found = np.rint(real).astype(np.int64)
        else:
            found = np.frombuffer(other, DTYPES[tensor.dtype]).astype(np.int64)
        largest = max(largest, int(np.abs(ours - found).max()))
    return largest
