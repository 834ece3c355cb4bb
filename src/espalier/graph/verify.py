"""The laws of a `Graph`, checked after it is read and between all passes, in production too."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import BugError
from .ops import OPS
from .shapes import ShapeError
from .types import ABSENT, DTYPES, Graph, Op, Tensor
from .view import view

MAX_RANK = 8
MAX_ELEMENTS = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A broken law. `unsupported` when the network is sound but no kernel takes it."""

    found: str
    supported: str
    next_step: str = "convert the model again"
    unsupported: bool = False


def verify(graph: Graph, *, after: str) -> Graph:
    """Return `graph`, or raise BugError that names the pass `after` which it broke."""
    problem = find_problem(graph)
    if problem is not None:
        raise BugError(
            f"after {after} the network is broken: {problem.found}",
            supported=problem.supported,
            next_step="report this with the model",
        )
    return graph


def find_problem(graph: Graph) -> Problem | None:
    """The first broken law, or None."""
    return next(_problems(graph), None)


def printable(text: str, limit: int = 120) -> str:
    """A model's string made safe to print: ASCII, one line, at most `limit` characters."""
    plain = text[: 4 * limit].encode("unicode_escape").decode("ascii")
    return plain if len(plain) <= limit else plain[: limit - 3] + "..."


def layer_name(graph: Graph, op: Op) -> str:
    """The Keras layer an operator came from: as the graph states it, else as far as the tensor's name tells."""
    made = graph.tensors[op.outputs[0]]
    if made.layer:
        return printable(made.layer)
    name = made.name.split(";")[0]
    parts = [p for p in name.split("/") if p]
    return printable(parts[1] if len(parts) > 2 else "/".join(parts))


def describe(graph: Graph, position: int) -> str:
    """`operator 3 (conv_2d, layer conv2d_3)`"""
    op = graph.ops[position]
    return f"operator {position} ({printable(op.kind)}, layer {layer_name(graph, op)})"


def _of_layer(tensor: Tensor) -> str:
    return f", layer {printable(tensor.layer)}" if tensor.layer else ""


def _problems(graph: Graph) -> Iterator[Problem]:
    for index, tensor in enumerate(graph.tensors):
        yield from _tensor_problems(index, tensor)
    yield from _order_problems(graph)
    for position, op in enumerate(graph.ops):
        yield from _op_problems(graph, position, op)


def _tensor_problems(index: int, tensor: Tensor) -> Iterator[Problem]:
    where = f"tensor {index} ({printable(tensor.name)}{_of_layer(tensor)})"
    if tensor.dtype not in DTYPES:
        yield Problem(found=f"{where} has the type {printable(tensor.dtype)}", supported=", ".join(DTYPES))
        return
    if len(tensor.shape) > MAX_RANK or any(n < 1 for n in tensor.shape) or tensor.elements >= MAX_ELEMENTS:
        yield Problem(
            found=f"{where} has the shape {tensor.shape}",
            supported=f"at most {MAX_RANK} axes, each at least 1, fewer than {MAX_ELEMENTS} elements",
            next_step="export the model with a fixed input size and batch 1",
        )
        return
    data = tensor.data
    if data is not None and (
        data.shape != tensor.shape or data.dtype != DTYPES[tensor.dtype] or data.flags.writeable
    ):
        yield Problem(
            found=f"{where} holds {data.dtype} {data.shape}, declared {tensor.dtype} {tensor.shape}",
            supported="constants whose bytes are their shape times their type",
        )
    yield from _quant_problems(where, tensor)


def _quant_problems(where: str, tensor: Tensor) -> Iterator[Problem]:
    quant = tensor.quant
    if quant is None:
        return
    if not quant.scales or any(not math.isfinite(s) or s <= 0 for s in quant.scales):
        yield Problem(found=f"{where} has a scale that is not positive", supported="finite scales above 0")
    if DTYPES[tensor.dtype].kind in "iu":
        limits = np.iinfo(tensor.dtype)
        if any(not limits.min <= z <= limits.max for z in quant.zero_points):
            yield Problem(found=f"{where} has a zero point outside {tensor.dtype}", supported="one inside")
    if len(quant.zero_points) != len(quant.scales):
        yield Problem(
            found=f"{where} has {len(quant.scales)} scales and {len(quant.zero_points)} zero points",
            supported="as many of one as of the other",
        )
    if quant.axis is None:
        if len(quant.scales) != 1:
            yield Problem(found=f"{where} has {len(quant.scales)} scales and no axis", supported="one scale")
    elif not 0 <= quant.axis < len(tensor.shape) or len(quant.scales) != tensor.shape[quant.axis]:
        yield Problem(
            found=f"{where} has {len(quant.scales)} scales along axis {quant.axis} of {tensor.shape}",
            supported="one scale per slice of the axis",
        )


def _order_problems(graph: Graph) -> Iterator[Problem]:
    count = len(graph.tensors)
    every = (*graph.inputs, *graph.outputs, *(i for op in graph.ops for i in (*op.inputs, *op.outputs)))
    if any(not 0 <= i < count for i in every if i != ABSENT):
        yield Problem(found="an operator names a tensor that does not exist", supported=f"0 to {count - 1}")
        return
    written = set(graph.inputs)
    constants = {i for i, t in enumerate(graph.tensors) if t.is_constant}
    if not graph.inputs or not graph.outputs or ABSENT in (*graph.inputs, *graph.outputs):
        yield Problem(found="the network has no input or no output", supported="at least one of each")
    if len(written) != len(graph.inputs) or len(set(graph.outputs)) != len(graph.outputs):
        yield Problem(found="an input or output is listed twice", supported="each tensor once")
    if written & constants:
        yield Problem(found="an input of the network is a constant", supported="inputs without data")
    for position, op in enumerate(graph.ops):
        for i in op.inputs:
            if i != ABSENT and i not in written and i not in constants:
                yield Problem(
                    found=f"operator {position} ({op.kind}) reads tensor {i} before it is written",
                    supported="operators in execution order, without cycles",
                )
        for i in op.outputs:
            if i == ABSENT or i in written or i in constants:
                yield Problem(
                    found=f"operator {position} ({op.kind}) writes tensor {i}, which has a value already",
                    supported="one producer per tensor",
                )
            written.add(i)
    for i in graph.outputs:
        if i not in written:
            yield Problem(found=f"output tensor {i} is never written", supported="outputs that are computed")


def _op_problems(graph: Graph, position: int, op: Op) -> Iterator[Problem]:
    spec = OPS.get(op.kind)
    if spec is None:
        where = f" (layer {layer_name(graph, op)})" if op.outputs else ""
        yield Problem(
            found=f"operator {position}{where} is {printable(op.kind)}",
            supported="the operators of the operator table",
            unsupported=True,
        )
        return
    where = describe(graph, position)
    least, most = spec.arity
    required = (*op.inputs[:least],)
    if not least <= len(op.inputs) <= most or ABSENT in required:
        yield Problem(found=f"{where} has {len(op.inputs)} operands", supported=f"{least} to {most}")
        return
    if not spec.results[0] <= len(op.outputs) <= spec.results[1]:
        yield Problem(found=f"{where} has {len(op.outputs)} results", supported=f"{spec.results}")
        return
    if set(op.options) != {f.name for f in spec.fields}:
        yield Problem(found=f"{where} has options {sorted(op.options)}", supported="those of its table row")
        return
    looked = view(graph, op)
    for rule in spec.rules:
        if not rule.holds(looked):
            yield Problem(
                found=f"{where} breaks a rule",
                supported=rule.sentence,
                next_step=rule.next_step,
                unsupported=True,
            )
            return
    try:
        shapes = spec.shape(looked)
    except ShapeError as error:
        yield Problem(found=f"{where}: {error}", supported="shapes that fit together")
        return
    if shapes != tuple(t.shape for t in looked.outputs):
        yield Problem(
            found=f"{where} declares {[t.shape for t in looked.outputs]}, its operands give {list(shapes)}",
            supported="outputs of the shape that the operator computes",
        )
