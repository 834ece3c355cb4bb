"""Which lowering compiles which operator: one row per operator kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from espalier.emit import lower_conv, lower_dense, lower_elementwise, lower_move
from espalier.emit.lowering import How, Lowered
from espalier.errors import UnsupportedModelError
from espalier.graph import curves
from espalier.graph.types import Graph
from espalier.graph.view import OpView, view

Lowering: TypeAlias = Callable[[OpView, How], "Lowered | tuple[Lowered, ...]"]

LOWERINGS: Mapping[str, Lowering] = {
    **dict.fromkeys(curves.CURVES, lower_elementwise.lookup),
    "add": lower_elementwise.add_or_sub,
    "average_pool_2d": lower_dense.pool_2d,
    "conv_2d": lower_conv.conv_2d,
    **dict.fromkeys(("reshape", "squeeze", "expand_dims"), lower_move.copy),
    "fully_connected": lower_dense.fully_connected,
    "max_pool_2d": lower_dense.pool_2d,
    "softmax": lower_dense.softmax,
    "sub": lower_elementwise.add_or_sub,
}


def lower(graph: Graph, index: int, how: How = How()) -> tuple[Lowered, ...]:
    """The kernel calls of operator ``index``; :class:`UnsupportedModelError` when no kernel takes it."""
    looked = view(graph, graph.ops[index])
    lowering = LOWERINGS.get(looked.op.kind)
    if lowering is None or not _one_image(looked):
        raise refusal(looked)
    result = lowering(looked, how)
    return result if isinstance(result, tuple) else (result,)


def refusal(looked: OpView) -> UnsupportedModelError:
    shapes = ", ".join(f"{t.dtype}{list(t.shape)}" for t in looked.present)
    return UnsupportedModelError(
        f"no kernel takes {looked.op.kind} of {shapes}",
        supported="int8 with batch 1: " + ", ".join(sorted(LOWERINGS)),
        next_step="replace the layer, or build this target with runtime = \"tflm\"",
    )


def _one_image(looked: OpView) -> bool:
    return all(len(t.shape) < 4 or t.shape[0] == 1 or t.is_constant for t in (*looked.present, *looked.outputs))
