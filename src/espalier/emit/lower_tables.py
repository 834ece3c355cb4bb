"""Functions of one int8 value as tables: one for all values, or one per channel where there are few channels.

An operator with a constant operand (a normalisation that nothing could be folded into, a PReLU, a 1x1 depthwise
convolution) is such a function of each channel. Its table is what the reference answers to the 256 values.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..graph import reference
from ..graph.types import Graph, Tensor
from ..graph.view import OpView
from .lowering import Constant, How, Lowered, Window

MOST_CHANNELS = 4
"""Of which each has its own 256 bytes; more of them would take more flash than the time is worth."""
LEAST_PLACES = 64
"""Values of each channel for which a table of its own is worth its flash."""


def binary_by_table(view: OpView, how: How) -> Lowered | None:
    """An operator with one constant operand; None where its values differ between many channels."""
    if view.output.dtype != "int8":
        return None
    for data, other in ((0, 1), (1, 0)):
        given, constant = view.input(data), view.input(other)
        if constant.data is None or given.is_constant or given.shape != view.output.shape:
            continue
        values = np.asarray(constant.data)
        channels = view.output.shape[-1]
        if np.all(values == values.flat[0]):
            return _one(view, data, _outputs(view, {data: (256,), other: (1,)}, {other: values.reshape(-1)[:1]}))
        per_channel = values.size == channels == constant.shape[-1]
        if per_channel and _worth_tables(view, how):
            shapes = {data: (256, channels), other: (channels,)}
            return by_channel(view, data, _outputs(view, shapes, {other: values.reshape(-1)}))
    return None


def depthwise_by_table(view: OpView, how: How) -> Lowered | None:
    """1x1 windows of few channels at stride 1."""
    filters = view.input(1).shape
    strides = view.op.integer("stride_h"), view.op.integer("stride_w")
    alone = filters[1:3] == (1, 1) and strides == (1, 1) and view.op.integer("depth_multiplier") == 1
    if not alone or not _worth_tables(view, how):
        return None
    channels = view.output.shape[-1]
    given = {n: t.data for n, t in enumerate(view.inputs) if n and t is not None}
    if any(data is None for data in given.values()):
        return None
    shapes = {0: (1, 256, 1, channels)} | {n: t.shape for n, t in enumerate(view.inputs) if n and t is not None}
    found = _outputs(view, shapes, {n: np.asarray(data) for n, data in given.items()})
    return by_channel(view, 0, found)


def _worth_tables(view: OpView, how: How) -> bool:
    """Vectors compute faster than they look up, and where flash counts nothing is bought with it."""
    channels = view.output.shape[-1]
    places = view.output.elements // channels
    return how.isa != "helium" and how.optimize != "flash" and channels <= MOST_CHANNELS and places >= LEAST_PLACES


def _one(view: OpView, data: int, table: NDArray[np.int8]) -> Lowered:
    return Lowered(
        function="espalier_lookup",
        sources=("lookup.c",),
        struct="espalier_lookup_layer",
        fields={"count": view.output.elements},
        constants=(Constant(field="table", values=table.reshape(-1)),),
        inputs=(data,),
        leads={data: 0},
    )


def by_channel(view: OpView, data: int, outputs: NDArray[np.int8]) -> Lowered:
    """``outputs``: 256 values by channels, for inputs -128 to 127."""
    channels = view.output.shape[-1]
    outputs = outputs.reshape(256, channels)
    if channels == 1:
        return _one(view, data, outputs)
    return Lowered(
        function="espalier_lookup_channels",
        sources=("lookup_channels.c",),
        struct="espalier_lookup_channels_layer",
        fields={"count": view.output.elements, "channels": channels},
        constants=(Constant(field="tables", values=np.ascontiguousarray(outputs.T).reshape(-1)),),
        inputs=(data,),
        leads={data: 0},
        window=rows_of(view),
        row_form="elementwise",
    )


def rows_of(view: OpView) -> Window | None:
    """An element-wise operator's output row needs the input row at its place."""
    shape = view.output.shape
    if len(shape) != 4 or shape[0] != 1:
        return None
    bytes_ = shape[2] * shape[3]
    return Window(
        in_height=shape[1], out_height=shape[1], in_row_bytes=bytes_, out_row_bytes=bytes_, stride=1
    )


def _outputs(
    view: OpView, shapes: dict[int, tuple[int, ...]], constants: dict[int, NDArray[np.generic]]
) -> NDArray[np.int8]:
    """The reference's outputs for the 256 values of the one operand of ``shapes`` that is no constant."""
    (data,) = shapes.keys() - constants.keys()
    operands = sorted(shapes)
    tensors: list[Tensor] = []
    for n in operands:
        value = constants.get(n)
        kept = None if value is None else value.reshape(shapes[n])
        tensors.append(replace(view.input(n), shape=shapes[n], data=kept))
    tensors.append(replace(view.output, shape=shapes[data]))
    graph = Graph(
        name="function",
        tensors=tuple(tensors),
        ops=(replace(view.op, inputs=tuple(range(len(operands))), outputs=(len(operands),)),),
        inputs=(operands.index(data),),
        outputs=(len(operands),),
    )
    column = np.arange(-128, 128).astype(np.int8)
    repeated = np.repeat(column, int(np.prod(shapes[data])) // 256).reshape(shapes[data])
    (outputs,) = reference.run(graph, [repeated])
    return np.asarray(outputs).astype(np.int8)
