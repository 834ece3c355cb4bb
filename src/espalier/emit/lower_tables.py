"""Functions of one int8 value as tables: one for all values, or one per channel where there are few channels.

An operator with a constant operand (a normalisation that nothing could be folded into, a PReLU, a 1x1 depthwise
convolution) is such a function of each channel. Its table is what the reference answers to the 256 values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..graph import reference
from ..graph.types import Graph, Tensor
from ..graph.view import OpView
from .lowering import Constant, How, Lowered, Window

VALUES = 256
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
            return _looked_up(view, data, answers(view, {data: (VALUES, 1), other: (1,)}, {other: values.reshape(-1)[:1]}))
        per_channel = values.size == channels == constant.shape[-1]
        if per_channel and _worth_tables(view, how):
            shapes = {data: (VALUES, channels), other: (channels,)}
            return _looked_up(view, data, answers(view, shapes, {other: values.reshape(-1)}))
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
    shapes = {0: (1, VALUES, 1, channels)} | {n: t.shape for n, t in enumerate(view.inputs) if n and t is not None}
    found = answers(view, shapes, {n: np.asarray(data) for n, data in given.items()})
    return _looked_up(view, 0, found)


def _worth_tables(view: OpView, how: How) -> bool:
    """Of few channels vectors stand empty too: on a Cortex-M55 three channels cost 17 instructions a value and 3 looked up.
    Where flash counts nothing is bought with it."""
    channels = view.output.shape[-1]
    places = view.output.elements // channels
    return how.optimize != "flash" and channels <= MOST_CHANNELS and places >= LEAST_PLACES


def _looked_up(view: OpView, data: int, tables: NDArray[np.int8]) -> Lowered:
    return replace(lookup(tables, view.output.shape, data), window=rows_of(view) if len(tables) > 1 else None)


def lookup(tables: NDArray[np.int8], shape: Sequence[int], data: int) -> Lowered:
    """The call that looks up the values of a tensor of ``shape`` at operand ``data``; it may run in place.

    ``tables``: int8 [1 or channels, 256], for inputs -128 to 127.
    """
    elements, channels = int(np.prod(shape, dtype=np.int64)), len(tables)
    if channels == 1:
        return Lowered(
            function="espalier_lookup",
            sources=("lookup.c",),
            struct="espalier_lookup_layer",
            fields={"count": elements},
            constants=(Constant(field="table", values=tables[0]),),
            inputs=(data,),
            leads={data: 0},
        )
    if channels <= MOST_CHANNELS:
        return Lowered(
            function="espalier_lookup_channels",
            sources=("lookup_channels.c",),
            struct="espalier_lookup_channels_layer",
            fields={"count": elements, "channels": channels},
            constants=(Constant(field="tables", values=tables.reshape(-1)),),
            inputs=(data,),
            leads={data: 0},
            row_form="elementwise",
        )
    # The kernel for any number of channels reads values as unsigned bytes.
    turned = np.roll(tables, -VALUES // 2, axis=1)
    return Lowered(
        function="espalier_channel_lookup",
        sources=("channel_lookup.c",),
        struct="espalier_channel_lookup_layer",
        fields={"pixels": elements // channels, "channels": channels},
        constants=(Constant(field="tables", values=turned.reshape(-1)),),
        inputs=(data,),
        leads={data: 0},
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


def answers(
    view: OpView, shapes: Mapping[int, tuple[int, ...]], constants: Mapping[int, NDArray[np.generic]]
) -> NDArray[np.int8]:
    """What the reference makes of the 256 values of the one operand of ``shapes`` that is no constant: int8
    [channels, 256], for inputs -128 to 127. Its shape holds the values on an axis before the channels."""
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
    every = np.arange(-128, 128).astype(np.int8)
    repeated = np.repeat(every, shapes[data][-1]).reshape(shapes[data])
    (outputs,) = reference.run(graph, [repeated])
    return np.ascontiguousarray(np.asarray(outputs).astype(np.int8).reshape(VALUES, -1).T)
