"""What repeats in one kernel call, by shapes: what its instructions are counted in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from ..emit.extents import extents_of
from ..emit.lower_dense import form_of, work_of
from ..emit.lower_sparse import dense_work
from ..emit.lowering import How, Lowered
from ..emit.sparse_prices import Work as DenseWork
from ..graph.intervals import channels
from ..graph.view import OpView

Work = Mapping[str, float]

BLOCK: Final = {"helium": 16}
"""Channels that the kernels of an instruction set take at once; else 4."""
DENSE: Final = frozenset(
    {"espalier_conv_2d", "espalier_fully_connected", "espalier_conv_single", "espalier_conv_pointwise"}
)
"""Kernels with a price list of their own (emit/sparse_prices.py)."""
LONG: Final = 16
"""Bytes from which on a piece that is moved is copied by a call."""


def dense_form(looked: OpView, isa: str) -> tuple[str, DenseWork]:
    """The form of a convolution or dense layer that stores every weight, and what repeats."""
    how = How(isa=isa)
    if looked.op.kind == "conv_2d":
        return dense_work(looked, how)
    units, depth = looked.input(1).shape
    rows = looked.input(0).elements // depth
    return work_of(form_of(rows, how), rows, units, depth, how)


def form_of_call(looked: OpView, lowered: Lowered) -> str:
    """Calls of one price list: a kernel, and of windows those that have a loop of their own."""
    name = lowered.function.removeprefix("espalier_")
    if looked.op.kind == "depthwise_conv_2d":
        shape = extents_of(looked)
        size = f"{shape.kernel_h}x{shape.kernel_w}/{shape.stride_w}"
        return f"{name} {size}" if size in ("3x3/1", "3x3/2") else name
    if name in ("add", "mul", "binary", "broadcast") and len(looked.present) > 1:
        alike = looked.input(0).shape == looked.input(1).shape
        return name if alike else f"{name} of a channel"
    return f"{name} {looked.op.kind}" if name == "move" else name


def work_of_call(looked: OpView, isa: str) -> dict[str, float]:
    """Values, places, blocks of channels; of a window its taps, of what is moved its pieces."""
    out, count, block = looked.output, max(1, channels(looked.output)), BLOCK.get(isa, 4)
    places = out.elements / count
    work = {
        "layer": 1.0,
        "value": float(out.elements),
        "place": places,
        "block": places * -(-count // block),
        "rest": places * (count % block),
        "input value": float(looked.input(0).elements),
        "row": float(out.shape[1]) if len(out.shape) == 4 else 0.0,
    }
    kind = looked.op.kind
    if kind in ("average_pool_2d", "max_pool_2d"):
        taps = looked.op.integer("filter_h") * looked.op.integer("filter_w")
        return work | {f"tap of a {name}": work[name] * taps for name in ("block", "value", "rest", "place")}
    if kind == "depthwise_conv_2d":
        return work | _window(looked, work, count)
    if kind == "transpose_conv":
        kernel = looked.input(1).shape
        return work | {
            "product": float(looked.input(2).elements * math.prod(kernel[:3])),
            "input value": float(looked.input(2).elements),
        }
    if kind == "concatenation":
        return _pieces(looked)
    if kind == "mean":
        taken = looked.input(0).elements / count
        return work | {
            "input place": taken,
            "input block": taken * -(-count // block),
            "input rest": taken * (count % block),
        }
    return work


def _window(looked: OpView, work: Work, count: int) -> dict[str, float]:
    shape = extents_of(looked)
    taps = shape.kernel_h * shape.kernel_w
    return {
        "tap of a block": work["block"] * taps,
        "tap of a rest": work["rest"] * taps,
        "tap of a value": work["value"] * taps,
        "channel": float(count),
        "row of a channel": float(shape.out_h * count),
        "two of a channel": float(shape.out_h * (shape.out_w % 4 in (1, 2)) * count),
        "input row of a channel": float(shape.in_h * count),
    }


def _pieces(looked: OpView) -> dict[str, float]:
    """Pieces of each operand of a concatenation, one after the other."""
    axis = looked.op.integer("axis") % len(looked.output.shape)
    sizes = [math.prod(t.shape[axis:]) for t in looked.present]
    pieces = math.prod(looked.output.shape[:axis])
    long, short = [n for n in sizes if n >= LONG], [n for n in sizes if n < LONG]
    return {
        "layer": 1.0,
        "long piece": float(pieces * len(long)),
        "long word": float(pieces * sum(n // 4 for n in long)),
        "long odd piece": float(pieces * sum(n % 4 != 0 for n in long)),
        "short piece": float(pieces * len(short)),
        "short byte": float(pieces * sum(short)),
    }
