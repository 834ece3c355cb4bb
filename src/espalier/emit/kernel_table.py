"""Which lowering compiles which operator: one row per operator kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

from ..errors import UnsupportedModelError
from ..graph import curves
from ..graph.types import Graph
from ..graph.verify import describe
from ..graph.view import OpView, view
from . import (
    lower_choose,
    lower_coded,
    lower_dense,
    lower_depthwise,
    lower_elementwise,
    lower_general,
    lower_int16,
    lower_move,
    lower_reduce,
    lower_sparse,
    lower_transpose,
)
from .channel_tables import TWO_OPERANDS, chains, joined
from .lowering import How, Lowered
from .sparse_prices import CODE_BYTES

Lowering: TypeAlias = Callable[[OpView, How], "Lowered | tuple[Lowered, ...]"]

_COMPARISONS = ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal")

LOWERINGS: Mapping[str, Lowering] = {
    **dict.fromkeys(_COMPARISONS, lower_choose.compare),
    **dict.fromkeys(("select", "select_v2"), lower_choose.select),
    "div": lower_choose.div,
    **dict.fromkeys(curves.CURVES, lower_elementwise.curve),
    **dict.fromkeys(sorted(TWO_OPERANDS), lower_elementwise.binary),
    **dict.fromkeys(("reshape", "squeeze", "expand_dims"), lower_move.copy),
    "arg_max": lower_reduce.arg_max,
    "arg_min": lower_reduce.arg_max,
    "average_pool_2d": lower_dense.pool_2d,
    "batch_matmul": lower_general.batch_matmul,
    "broadcast_to": lower_move.broadcast_to,
    "concatenation": lower_move.concatenation,
    "conv_2d": lower_sparse.conv_2d,
    "depthwise_conv_2d": lower_depthwise.depthwise_conv_2d,
    "depth_to_space": lower_move.depth_to_space,
    "dequantize": lower_elementwise.dequantize,
    "fully_connected": lower_sparse.fully_connected,
    "gather": lower_move.gather,
    "l2_normalization": lower_reduce.l2_normalization,
    "max_pool_2d": lower_dense.pool_2d,
    "mean": lower_reduce.reduce,
    "mirror_pad": lower_move.mirror_pad,
    "pack": lower_move.pack,
    "pad": lower_move.pad,
    "padv2": lower_move.pad,
    "quantize": lower_elementwise.curve,
    "reduce_max": lower_reduce.reduce,
    "reduce_min": lower_reduce.reduce,
    "resize_bilinear": lower_general.resize_bilinear,
    "resize_nearest_neighbor": lower_move.resize_nearest_neighbor,
    "reverse_v2": lower_move.reverse,
    "slice": lower_move.slice_,
    "softmax": lower_dense.softmax,
    "space_to_depth": lower_move.space_to_depth,
    "split": lower_move.split,
    "split_v": lower_move.split,
    "strided_slice": lower_move.strided_slice,
    "sum": lower_reduce.reduce,
    "tile": lower_move.tile,
    "transpose": lower_move.transpose,
    "transpose_conv": lower_transpose.transpose_conv,
    "unpack": lower_move.unpack,
}
"""Kernels of int8 operators (and of those that take any element type)."""

INT16: Mapping[str, Lowering] = {
    **{
        k: LOWERINGS[k]
        for k in (
            "add",
            "sub",
            "mul",
            "maximum",
            "minimum",
            "relu",
            "relu6",
            "leaky_relu",
            "quantize",
            "reshape",
            "squeeze",
            "expand_dims",
            "batch_matmul",
            "broadcast_to",
            "depth_to_space",
            "mirror_pad",
            "reduce_min",
            "reverse_v2",
            "space_to_depth",
            "unpack",
            "concatenation",
            "dequantize",
            "gather",
            "mean",
            "pack",
            "pad",
            "padv2",
            "reduce_max",
            "resize_bilinear",
            "resize_nearest_neighbor",
            "slice",
            "split",
            "split_v",
            "strided_slice",
            "sum",
            "tile",
            "transpose",
        )
    },
    **dict.fromkeys(("conv_2d", "depthwise_conv_2d", "fully_connected"), lower_general.conv_int16),
    **dict.fromkeys(("average_pool_2d", "max_pool_2d"), lower_int16.pool_2d),
    **dict.fromkeys(("logistic", "tanh"), lower_int16.sigmoid),
    "softmax": lower_int16.softmax,
    "transpose_conv": lower_int16.transpose_conv,
}
"""Kernels of operators whose result is int16."""


_DEFAULT = How()


def lower(graph: Graph, index: int, how: How = _DEFAULT) -> tuple[Lowered, ...]:
    """The kernel calls of operator ``index``; :class:`UnsupportedModelError` when no kernel takes it."""
    looked = view(graph, graph.ops[index])
    table = INT16 if looked.output.dtype == "int16" else LOWERINGS
    lowering = table.get(looked.op.kind)
    real = lowering is None or _real_inside(graph, looked)
    if real and any(index in ops for ops in joined(graph, how.optimize, how.isa)):
        return ()
    if lowering is None or real or not _one_image(looked):
        raise _refusal(graph, index, looked)
    tabled = None if how.rows else chains(graph, how.optimize, how.isa).get((index,))
    if tabled is not None:
        return (tabled.lowered,)
    if how.optimize == "flash" and how.coding is None and looked.op.kind in _SPARSE:
        how = replace(how, paid=_paid(graph, how.isa))
    try:
        result = lowering(looked, how)
    except UnsupportedModelError as refused:
        raise UnsupportedModelError(
            f"{describe(graph, index)}: {refused.found}",
            supported=refused.supported,
            next_step=refused.next_step,
        ) from None
    calls = result if isinstance(result, tuple) else (result,)
    if how.coding is not None and index in how.coding.parts:
        return tuple(lower_coded.coded(call, how.coding.code, how.coding.parts[index]) for call in calls)
    return calls


_SPARSE: Mapping[str, Callable[[OpView, How], Lowered]] = {
    "conv_2d": lower_sparse.conv_2d,
    "fully_connected": lower_sparse.fully_connected,
}


@lru_cache(maxsize=2)
def _paid(graph: Graph, isa: str) -> frozenset[str]:
    """Operators whose layers together save more bytes without their zero weights than the kernel's code takes. Where all
    layers of a kind do, their kernel takes the place of a larger one."""
    how = How(optimize="flash", isa=isa, paid=frozenset(CODE_BYTES))
    saved: dict[str, list[int]] = {kind: [] for kind in CODE_BYTES}
    for op in graph.ops:
        looked = view(graph, op)
        if op.kind in _SPARSE and looked.output.dtype == "int8" and _one_image(looked):
            try:
                sparse = _SPARSE[op.kind](looked, how).sparse
            except UnsupportedModelError:
                continue  # refused with its name when its turn comes
            saved[op.kind].append(sparse.bytes_saved if sparse else 0)
    return frozenset(
        kind for kind, bytes_ in saved.items() if sum(bytes_) > (0 if all(bytes_) else CODE_BYTES[kind])
    )


def _real_inside(graph: Graph, looked: OpView) -> bool:
    """Real values between integers that no table holds: they would bring floating-point routines into the firmware."""
    made = looked.op.kind == "dequantize" and looked.op.outputs[0] not in graph.outputs
    taken = looked.op.kind == "quantize" and looked.input(0).dtype == "float32" and looked.op.inputs[0] not in graph.inputs
    return made or taken


def _refusal(graph: Graph, index: int, looked: OpView) -> UnsupportedModelError:
    shapes = ", ".join(f"{t.dtype}{list(t.shape)}" for t in looked.present)
    return UnsupportedModelError(
        f"{describe(graph, index)}: no kernel takes {looked.op.kind} of {shapes}",
        supported="batch 1; int8: " + ", ".join(sorted(LOWERINGS)) + "; int16: " + ", ".join(sorted(INT16)),
        next_step='replace the layer, or build this target with runtime = "tflm"',
    )


_IMAGES = frozenset(
    [
        "conv_2d",
        "depthwise_conv_2d",
        "transpose_conv",
        "average_pool_2d",
        "max_pool_2d",
        "resize_bilinear",
        "resize_nearest_neighbor",
    ]
)


def _one_image(looked: OpView) -> bool:
    return looked.op.kind not in _IMAGES or all(
        len(t.shape) < 4 or t.shape[0] == 1 or t.is_constant for t in (*looked.present, *looked.outputs)
    )
