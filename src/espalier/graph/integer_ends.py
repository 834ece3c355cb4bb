"""Float ends of an int8 network are cut off: the caller feeds and reads the integers behind them.

Many tools leave a QUANTIZE at the input and a DEQUANTIZE at the output. On a microcontroller without them no
floating-point routine is needed; scale and zero point of the ends say what the integers mean.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .edit import prune
from .types import Graph
from .verify import printable


def cut_float_ends(graph: Graph) -> tuple[Graph, tuple[str, ...]]:
    """The network between its integer ends, and a sentence for each end that was cut.

    A float input whose readers are all `quantize` into one type and quantization becomes that integer tensor; a float
    output that `dequantize` writes becomes its operand. Every other float end stays.
    """
    notes: list[str] = []
    for position in range(len(graph.inputs)):
        cut = _without_quantize(graph, position)
        if cut is not None:
            graph = cut
            notes.append(_note(graph, "input", graph.inputs[position]))
    for position in range(len(graph.outputs)):
        cut = _without_dequantize(graph, position)
        if cut is not None:
            graph = cut
            notes.append(_note(graph, "output", graph.outputs[position]))
    return prune(graph), tuple(notes)


def _without_quantize(graph: Graph, position: int) -> Graph | None:
    source = graph.inputs[position]
    if graph.tensors[source].dtype != "float32" or source in graph.outputs:
        return None
    readers = [op for op in graph.ops if source in op.inputs]
    results = [op.outputs[0] for op in readers]
    kinds = {(graph.tensors[i].dtype, graph.tensors[i].quant) for i in results}
    if not readers or any(op.kind != "quantize" for op in readers) or len(kinds) != 1:
        return None
    if any(i in graph.outputs for i in results):
        return None
    first, others = results[0], set(results[1:])
    ops = tuple(
        replace(op, inputs=tuple(first if i in others else i for i in op.inputs))
        for op in graph.ops
        if source not in op.inputs
    )
    inputs = (*graph.inputs[:position], first, *graph.inputs[position + 1 :])
    return replace(graph, ops=ops, inputs=inputs)


def _without_dequantize(graph: Graph, position: int) -> Graph | None:
    result = graph.outputs[position]
    maker = next((op for op in graph.ops if result in op.outputs), None)
    if maker is None or maker.kind != "dequantize" or graph.tensors[result].dtype != "float32":
        return None
    source = maker.inputs[0]
    if source in graph.outputs or source in graph.inputs or graph.tensors[source].is_constant:
        return None
    outputs = (*graph.outputs[:position], source, *graph.outputs[position + 1 :])
    return replace(graph, outputs=outputs)


def _note(graph: Graph, role: str, index: int) -> str:
    tensor = graph.tensors[index]
    quant = tensor.quant
    means = "" if quant is None else f": {real_of(quant.scale, quant.zero_point)}"
    return (
        f"the float {role} {printable(tensor.name)} was cut off; the program {'takes' if role == 'input' else 'gives'} "
        f"{tensor.dtype}{means}"
    )


def real_of(scale: float, zero_point: int) -> str:
    """What a stored integer means, in words; the shortest decimal that is this float32 scale."""
    moved = "stored" if not zero_point else f"(stored {'-' if zero_point > 0 else '+'} {abs(zero_point)})"
    return f"real = {np.float32(scale)!s} x {moved}"
