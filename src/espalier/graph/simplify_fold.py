"""Fold what is known at compile time, and drop operators that change nothing.

Each pass takes a graph and gives an equal one (byte for byte, for every input), the same object when it found
nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from . import arithmetic as a
from .curves import quant_of
from .edit import add_constant, bypass, repeated, replace_op, replace_tensor
from .intervals import analyse
from .reference import evaluate
from .rules import same_quant
from .shapes import slice_bounds
from .types import ABSENT, Graph, Op, OptionValue, constant
from .view import OpView, view

LARGEST_FOLDED_BYTES: Final = 4096
"""A folded result larger than this and than its operands stays computed: flash is not spent on it."""


def fold_constants(graph: Graph) -> Graph:
    """Replace results of constant operands, and shapes, by constants."""
    return repeated(_fold_one, graph)


def _fold_one(graph: Graph) -> Graph:
    for position, op in enumerate(graph.ops):
        looked = view(graph, op)
        known = [t.data for t in looked.present]
        if op.kind == "shape":
            values = [np.zeros(looked.input(0).shape, np.int8)]
        elif any(v is None for v in known) or any(i in graph.outputs for i in op.outputs):
            continue
        else:
            values = [np.asarray(v) for v in known]
        if op.kind == "shape" and op.outputs[0] in graph.outputs:
            continue
        grown = sum(t.size_bytes for t in looked.outputs)
        if grown > max(LARGEST_FOLDED_BYTES, sum(t.size_bytes for t in looked.present)):
            continue
        folded = replace_op(graph, position)
        for index, value in zip(op.outputs, evaluate(looked, values), strict=True):
            tensor = graph.tensors[index]
            data = constant(value, tensor.dtype)
            folded = replace_tensor(folded, index, replace(tensor, data=data))
        return folded
    return graph


def normalise(graph: Graph) -> Graph:
    """One spelling for one meaning: fewer operators for the kernels to know."""
    return repeated(_normalise_one, graph)


def _normalise_one(graph: Graph) -> Graph:
    for position, op in enumerate(graph.ops):
        rewrite = SPELLINGS.get(op.kind)
        changed = rewrite(graph, position, view(graph, op)) if rewrite is not None else None
        if changed is not None:
            return changed
    return graph


def _to_reshape(graph: Graph, position: int, looked: OpView) -> Graph:
    return _reshape_to(graph, position, looked.op.inputs[0])


def _reshape_to(graph: Graph, position: int, source: int) -> Graph:
    """Operator `position` as a reshape of `source` to its result's shape, given as a constant."""
    op = graph.ops[position]
    shape = graph.tensors[op.outputs[0]].shape
    changed, index = add_constant(graph, "shape", np.array(shape, np.int32), "int32")
    options: Mapping[str, OptionValue] = {"new_shape": shape}
    made = Op(kind="reshape", inputs=(source, index), outputs=op.outputs, options=options)
    return replace_op(changed, position, made)


def _plain_reshape(graph: Graph, position: int, looked: OpView) -> Graph | None:
    """A reshape without a shape operand, or with a -1 in it, names its shape."""
    named = looked.has(1) and looked.input(1).is_constant and looked.integers(1) == looked.output.shape
    if named or not looked.output.shape:
        return None
    return _reshape_to(graph, position, looked.op.inputs[0])


def _padv2(graph: Graph, position: int, looked: OpView) -> Graph | None:
    quant = looked.output.quant
    value = int(looked.constant(2).reshape(-1)[0])
    if quant is None or value != quant.zero_point:
        return None
    return replace_op(graph, position, replace(looked.op, kind="pad", inputs=looked.op.inputs[:2]))


def _slice(graph: Graph, position: int, looked: OpView) -> Graph:
    begin = looked.integers(1)
    end = [b + n for b, n in zip(begin, looked.output.shape, strict=True)]
    operands = [looked.op.inputs[0]]
    for name, values in (("begin", begin), ("end", end), ("strides", [1] * len(begin))):
        graph, index = add_constant(graph, name, np.array(values, np.int32), "int32")
        operands.append(index)
    options: dict[str, OptionValue] = dict.fromkeys(
        ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"), 0
    )
    made = replace(
        looked.op, kind="strided_slice", inputs=tuple(operands), options={**options, "offset": False}
    )
    return replace_op(graph, position, made)


def _transpose_of_ones(graph: Graph, position: int, looked: OpView) -> Graph | None:
    """A transposition that only moves axes of extent 1 is a reshape."""
    shape = looked.input(0).shape
    order = [axis for axis in looked.integers(1) if shape[axis] != 1]
    return _to_reshape(graph, position, looked) if order == sorted(order) else None


def _pack_of_one(graph: Graph, position: int, looked: OpView) -> Graph | None:
    return _to_reshape(graph, position, looked) if len(looked.op.inputs) == 1 else None


_Spelling = Callable[[Graph, int, OpView], Graph | None]

SPELLINGS: Final[Mapping[str, _Spelling]] = MappingProxyType(
    {
        "squeeze": _to_reshape,
        "expand_dims": _to_reshape,
        "reshape": _plain_reshape,
        "padv2": _padv2,
        "slice": _slice,
        "transpose": _transpose_of_ones,
        "pack": _pack_of_one,
    }
)


def remove_identities(graph: Graph) -> Graph:
    """Drop operators whose result is their operand."""
    return repeated(_remove_one_identity, graph)


def _remove_one_identity(graph: Graph) -> Graph:
    clamped = _unclamped(graph)
    for position, op in enumerate(graph.ops):
        looked = view(graph, op)
        same = looked.present and looked.present[0].shape == looked.output.shape
        rule = IDENTITIES.get(op.kind)
        position_of_data = 1 if op.kind == "split" else 0
        found = rule is not None and len(op.outputs) == 1 and (same or op.kind == "split") and rule(looked)
        if found or (op.kind in CLAMPS and position in clamped):
            changed = bypass(graph, position, op.inputs[position_of_data])
            if changed is not None:
                return changed
    return graph


def _always(looked: OpView) -> bool:
    return True


def _no_padding(looked: OpView) -> bool:
    return not looked.constant(1).any()


def _one_operand(looked: OpView) -> bool:
    return len(looked.op.inputs) == 1


def _in_order(looked: OpView) -> bool:
    return looked.integers(1) == tuple(range(len(looked.input(0).shape)))


def _everything(looked: OpView) -> bool:
    return all(b == (0, n, 1) for b, n in zip(slice_bounds(looked), looked.input(0).shape, strict=True))


def _same_numbers(looked: OpView) -> bool:
    """A requantization by exactly 1, without a move of the zero point."""
    return looked.input(0).dtype == looked.output.dtype and same_quant(
        looked.input(0).quant, looked.output.quant
    )


def _twice_the_same(looked: OpView) -> bool:
    return looked.op.inputs[0] == looked.op.inputs[1]


IDENTITIES: Final[Mapping[str, Callable[[OpView], bool]]] = MappingProxyType(
    {
        "reshape": _always,
        "pad": _no_padding,
        "padv2": _no_padding,
        "concatenation": _one_operand,
        "split": _always,
        "split_v": _always,
        "transpose": _in_order,
        "strided_slice": _everything,
        "quantize": _same_numbers,
        "resize_nearest_neighbor": _always,
        "resize_bilinear": _always,
        "maximum": _twice_the_same,
        "minimum": _twice_the_same,
    }
)
"""kind -> whether an operator with one result of its operand's shape changes nothing."""

CLAMPS: Final = frozenset({"relu", "relu6", "maximum", "minimum", "max_pool_2d", "average_pool_2d"})


def _unclamped(graph: Graph) -> frozenset[int]:
    """Clamps that no value of their operand reaches, by interval arithmetic."""
    candidates = [p for p, op in enumerate(graph.ops) if op.kind in CLAMPS]
    if not candidates:
        return frozenset()
    intervals = analyse(graph).intervals
    idle = set()
    for position in candidates:
        op = graph.ops[position]
        looked = view(graph, op)
        data, out = intervals.get(op.inputs[0]), quant_of(looked.output.quant)
        if data is None or not same_quant(looked.input(0).quant, out):
            continue
        low, high = int(data.low.min()), int(data.high.max())
        if op.kind in ("maximum", "minimum"):
            other = intervals.get(op.inputs[1])
            if other is None or looked.input(0).shape != looked.output.shape or other is data:
                continue
            least, most = int(other.low.min()), int(other.high.max())
            if (op.kind == "maximum" and most <= low) or (op.kind == "minimum" and least >= high):
                idle.add(position)
            continue
        if "filter_h" in op.options and (
            op.integer("filter_h") * op.integer("filter_w") != 1
            or op.integer("stride_h") * op.integer("stride_w") != 1
        ):
            continue
        activation = op.text("activation") if "activation" in op.options else op.kind
        bounds = a.activation_range(activation, out.scale, out.zero_point, looked.output.dtype)
        if bounds[0] <= low and high <= bounds[1]:
            idle.add(position)
    return frozenset(idle)


def merge_equal(graph: Graph) -> Graph:
    """Compute once what two operators compute from the same operands."""
    return repeated(_merge_two, graph)


def _merge_two(graph: Graph) -> Graph:
    seen: dict[tuple[object, ...], int] = {}
    for position, op in enumerate(graph.ops):
        key = (
            op.kind,
            tuple(_value_key(graph, i) for i in op.inputs),
            tuple(op.options.items()),
            tuple((graph.tensors[i].dtype, graph.tensors[i].quant) for i in op.outputs),
        )
        first = seen.setdefault(key, position)
        if first == position or any(i in graph.outputs for i in op.outputs):
            continue
        changed = replace_op(graph, position)
        for old, new in zip(op.outputs, graph.ops[first].outputs, strict=True):
            changed = changed.with_ops(
                tuple(replace(o, inputs=tuple(new if i == old else i for i in o.inputs)) for o in changed.ops)
            )
        return changed
    return graph


def _value_key(graph: Graph, index: int) -> object:
    tensor = graph.tensors[index] if index != ABSENT else None
    if tensor is None or tensor.data is None:
        return index
    return (tensor.shape, tensor.dtype, tensor.quant, tensor.data.tobytes())
