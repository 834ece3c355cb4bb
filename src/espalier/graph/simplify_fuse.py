"""Fuse operators into their neighbours where the result is the same byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from . import arithmetic as a
from .curves import quant_of
from .edit import add_constant, repeated, replace_op
from .rules import same_quant
from .shapes import window_extent, window_padding
from .types import Graph, Op
from .view import OpView, view

CLAMPING: Final = frozenset(
    {"conv_2d", "depthwise_conv_2d", "transpose_conv", "fully_connected", "add", "sub", "mul",
     "average_pool_2d", "max_pool_2d"}
)  # fmt: skip
"""Operators with a fused activation."""


def _pairs(graph: Graph) -> Iterator[tuple[int, int]]:
    """(producer, reader) where the reader's first operand has no other use."""
    producers, consumers = graph.producers(), graph.consumers()
    for position, op in enumerate(graph.ops):
        source = producers.get(op.inputs[0]) if op.inputs else None
        if source is None or op.inputs[0] in graph.outputs:
            continue
        if consumers.get(op.inputs[0]) == (position,) and op.inputs.count(op.inputs[0]) == 1:
            yield source, position


def _joined(graph: Graph, first: int, second: int, made: Op) -> Graph:
    """`made` instead of the two operators, where the second stood."""
    changed = replace_op(graph, second, made)
    return replace_op(changed, first)


def fuse_activations(graph: Graph) -> Graph:
    """relu and relu6 become the fused activation of the operator before them.

    Only where both sides have the same quantization: then the activation is nothing but a clamp.
    """
    return repeated(_fuse_one_activation, graph)


def _fuse_one_activation(graph: Graph) -> Graph:
    for first, second in _pairs(graph):
        producer, clamp = graph.ops[first], graph.ops[second]
        if clamp.kind not in ("relu", "relu6") or producer.kind not in CLAMPING:
            continue
        if len(producer.outputs) != 1:
            continue
        looked = view(graph, clamp)
        if not same_quant(looked.input(0).quant, looked.output.quant):
            continue
        activation = _combined(producer.text("activation"), clamp.kind, looked)
        if activation is not None:
            made = replace(
                producer, outputs=clamp.outputs, options={**producer.options, "activation": activation}
            )
            return _joined(graph, first, second, made)
    return graph


def _combined(inner: str, outer: str, looked: OpView) -> str | None:
    """The one activation that clamps to both ranges, if there is one."""
    quant = quant_of(looked.output.quant)

    def bounds(name: str) -> tuple[int, int]:
        return a.activation_range(name, quant.scale, quant.zero_point, looked.output.dtype)

    low = max(bounds(inner)[0], bounds(outer)[0])
    high = min(bounds(inner)[1], bounds(outer)[1])
    return next((n for n in ("none", "relu", "relu6", "relu_n1_to_1") if bounds(n) == (low, high)), None)


def fuse_pads(graph: Graph) -> Graph:
    """A spatial pad before a VALID convolution becomes SAME where that pads alike; pads of pads are added."""
    return repeated(_fuse_one_pad, graph)


def _fuse_one_pad(graph: Graph) -> Graph:
    for first, second in _pairs(graph):
        pad, reader = graph.ops[first], graph.ops[second]
        if pad.kind != "pad":
            continue
        before = view(graph, pad)
        if reader.kind == "pad":
            total = before.constant(1).astype(np.int64) + view(graph, reader).constant(1).astype(np.int64)
            changed, index = add_constant(graph, "paddings", total, "int32")
            made = replace(reader, inputs=(pad.inputs[0], index))
            return _joined(changed, first, second, made)
        if reader.kind in ("conv_2d", "depthwise_conv_2d") and _pads_like_same(before, view(graph, reader)):
            made = replace(
                reader,
                inputs=(pad.inputs[0], *reader.inputs[1:]),
                options={**reader.options, "padding": "same"},
            )
            return _joined(graph, first, second, made)
    return graph


def _pads_like_same(pad: OpView, conv: OpView) -> bool:
    if conv.op.text("padding") != "valid" or len(pad.input(0).shape) != 4:
        return False
    pads = pad.constant(1)
    if pads[0].any() or pads[3].any():
        return False
    for axis, name in ((1, "h"), (2, "w")):
        size, kernel = pad.input(0).shape[axis], conv.input(1).shape[axis]
        stride, dilation = conv.op.integer(f"stride_{name}"), conv.op.integer(f"dilation_{name}")
        wanted = (int(pads[axis][0]), int(pads[axis][1]))
        extent = window_extent(size, kernel, stride, dilation, "same")
        if window_padding(size, kernel, stride, dilation, "same") != wanted:
            return False
        if extent != conv.output.shape[axis]:
            return False
    return True


def cancel_pairs(graph: Graph) -> Graph:
    """quantize after dequantize with the same numbers, reshape after reshape, transpose after transpose."""
    return repeated(_cancel_one_pair, graph)


def _cancel_one_pair(graph: Graph) -> Graph:
    producers = graph.producers()
    for position, op in enumerate(graph.ops):
        source = producers.get(op.inputs[0]) if op.inputs else None
        if source is None:
            continue
        before = graph.ops[source]
        origin = before.inputs[0]
        if op.kind == "reshape" and before.kind == "reshape":
            return replace_op(graph, position, replace(op, inputs=(origin, *op.inputs[1:])))
        if op.kind == "transpose" and before.kind == "transpose":
            order = [view(graph, before).integers(1)[i] for i in view(graph, op).integers(1)]
            changed, index = add_constant(graph, "permutation", np.array(order), "int32")
            return replace_op(changed, position, replace(op, inputs=(origin, index)))
        if op.kind == "quantize" and _undoes(graph, before, op):
            made = Op(kind="quantize", inputs=(origin,), outputs=op.outputs)
            changed = replace_op(graph, position, made)
            if changed.ops[position].inputs != op.inputs:
                return changed
    return graph


def _undoes(graph: Graph, before: Op, after: Op) -> bool:
    """Whether the second gives back the first one's operand: all stored values survive the round trip."""
    source, middle, result = (graph.tensors[i] for i in (before.inputs[0], after.inputs[0], after.outputs[0]))
    if source.dtype != result.dtype or not same_quant(source.quant, result.quant):
        return False
    if before.kind == "dequantize":
        return True
    shifted = {source.dtype, middle.dtype} == {"int8", "uint8"}
    if before.kind != "quantize" or not shifted or source.quant is None or middle.quant is None:
        return False
    move = middle.quant.zero_point - source.quant.zero_point
    return source.quant.scales == middle.quant.scales and move == (128 if middle.dtype == "uint8" else -128)
