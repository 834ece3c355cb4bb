"""What a layer costs in instructions over its number of channels: to choose how many of them a program computes.

Convolutions and dense layers have their price list (emit/sparse_prices.py). The lists here are for what lies between them:
fitted to counts of single layers (`zig cc -O2`, unicorn; Cortex-M55: QEMU) by `python benchmarks/width_prices.py`, which
prints them and how far they are from the counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..graph.intervals import channels
from ..graph.view import OpView
from .extents import extents_of
from .lower_dense import form_of, work_of
from .lower_sparse import dense_work
from .lowering import How
from .sparse_prices import PRICES as DENSE
from .sparse_prices import Work, instructions

FREE: Final = frozenset({"reshape", "squeeze", "expand_dims"})
"""Operators for which no code runs."""
SHORT: Final = 16
"""Bytes from which on a piece that is moved is copied by a call."""
BLOCK: Final = MappingProxyType({"dsp": 4, "helium": 16})
"""Instruction set -> channels that its kernels take at once."""
PRICES: Final[Mapping[str, Mapping[str, Mapping[str, float]]]] = MappingProxyType(
    {
        "dsp": {  # cortex-m4; 30 to 120 layers each
            "depthwise 3x3/1": {  # 0.5% off, at most 3%
                "layer": 305.08,
                "tap of a block": 1.11,
                "tap of a rest": 0.25,
                "input value": 20.48,
                "row": 217.78,
                "two of a channel": 47.78,
            },
            "depthwise 3x3/2": {  # 1.0% off, at most 5%
                "layer": 206.45,
                "tap of a block": 3.10,
                "tap of a rest": 0.90,
                "input value": 3.39,
                "row": 270.67,
                "row of a channel": 100.24,
            },
            "depthwise": {  # 0.3% off, at most 2%
                "value": 40.88,
                "layer": 721.35,
                "tap of a block": 0.37,
                "tap of a rest": 0.10,
                "row": 236.06,
                "two of a channel": 91.38,
            },
            "elements": {"value": 11.50, "layer": 7871.25},  # 0.0% off
            "average_pool_2d": {  # 0.3% off, at most 2%
                "layer": 328.02,
                "tap of a block": 23.83,
                "tap of a value": 0.03,
                "tap of a rest": 0.10,
                "tap of a place": 13.82,
            },
            "max_pool_2d": {  # 0.4% off, at most 6%
                "block": 33.43,
                "place": 49.33,
                "layer": 313.58,
                "tap of a block": 9.55,
                "tap of a rest": 0.21,
                "tap of a place": 0.91,
            },
            "copies": {  # 6.3% off, at most 19%
                "layer": 219.89,
                "single": 5.22,
                "piece": 35.49,
                "word": 2.54,
                "rest": 2.16,
                "odd piece": 15.65,
                "short piece": 15.83,
                "short word": 5.90,
                "short rest": 1.23,
                "short odd piece": 3.48,
            },
        },
        "helium": {  # cortex-m55; 30 to 120 layers each
            "depthwise 3x3/1": {  # 2.0% off, at most 7%
                "value": 7.17,
                "layer": 1209.42,
                "tap of a block": 4.63,
                "tap of a rest": 0.01,
                "row": 4.67,
                "two of a channel": 17.42,
            },
            "depthwise 3x3/2": {  # 1.9% off, at most 7%
                "layer": 602.38,
                "tap of a block": 8.38,
                "tap of a rest": 0.05,
                "input value": 1.32,
                "row": 111.54,
                "row of a channel": 30.02,
            },
            "depthwise": {  # 0.5% off, at most 4%
                "value": 25.29,
                "layer": 772.76,
                "tap of a block": 0.73,
                "row": 248.21,
                "two of a channel": 86.43,
            },
            "elements": {"value": 3.25, "layer": 7378.83},  # 0.0% off
            "average_pool_2d": {  # 3.2% off, at most 13%
                "layer": 268.79,
                "tap of a block": 9.26,
                "tap of a value": 1.14,
                "tap of a place": 17.90,
            },
            "max_pool_2d": {  # 0.1% off
                "block": 21.62,
                "place": 48.78,
                "layer": 104.54,
                "tap of a block": 6.60,
                "tap of a place": 0.10,
            },
            "copies": {  # 5.2% off, at most 21%
                "layer": 221.15,
                "single": 5.40,
                "piece": 39.98,
                "word": 2.77,
                "rest": 2.87,
                "odd piece": 19.39,
                "short piece": 12.69,
                "short word": 4.54,
                "short rest": 2.24,
                "short odd piece": 2.94,
            },
        },
    }
)
"""Instruction set of a core -> form of the layer -> what repeats -> instructions."""


def price(looked: OpView, isa: str) -> float:
    """Instructions of one operator on a core of :data:`PRICES`."""
    if looked.op.kind in FREE:
        return 0.0
    form, work = works(looked, isa)
    if form in DENSE[isa]:
        return instructions(isa, form, work)
    prices = PRICES[isa][form]
    return sum(prices.get(name, 0.0) * count for name, count in work.items())


def works(looked: OpView, isa: str) -> tuple[str, Work]:
    """The form of an operator's price list and what repeats in it."""
    kind = looked.op.kind
    if kind == "conv_2d":
        return dense_work(looked, How(isa=isa))
    if kind == "fully_connected":
        units, depth = looked.input(1).shape
        rows = looked.input(0).elements // depth
        return work_of(form_of(rows, How(isa=isa)), rows, units, depth, How(isa=isa))
    if kind == "concatenation":
        return "copies", _copies(looked)
    count, block = channels(looked.output), BLOCK[isa]
    places = looked.output.elements // count
    work = {
        "block": places * -(-count // block),
        "value": places * count,
        "rest": places * (count % block),
        "odd place": places * (count % block != 0),
        "place": places,
        "layer": 1,
    }
    if kind in ("average_pool_2d", "max_pool_2d"):
        taps = looked.op.integer("filter_h") * looked.op.integer("filter_w")
        return kind, work | {
            f"tap of a {name}": work[name] * taps for name in ("block", "value", "rest", "place")
        }
    if kind != "depthwise_conv_2d":
        return "elements", work
    shape = extents_of(looked)
    taps = shape.kernel_h * shape.kernel_w
    size = f"{shape.kernel_h}x{shape.kernel_w}/{shape.stride_w}"
    form = f"depthwise {size}" if size in ("3x3/1", "3x3/2") else "depthwise"
    work |= {
        "tap of a block": work["block"] * taps,
        "odd tap": work["odd place"] * taps,
        "tap of a rest": work["rest"] * taps,
        "input value": shape.in_h * shape.in_w * count,
        "input place": shape.in_h * shape.in_w,
        "row": shape.out_h,
        "row of a channel": shape.out_h * count,
        "four of a channel": shape.out_h * ((shape.out_w + 1) // 4) * count,
        "two of a channel": shape.out_h * (shape.out_w % 4 in (1, 2)) * count,
    }
    return form, work


def _copies(looked: OpView) -> Work:
    """Pieces of each operand, one after the other: those of whole words cost less, and short ones are copied in place."""
    axis = looked.op.integer("axis") % len(looked.output.shape)
    every = [math.prod(t.shape[axis:]) for t in looked.inputs if t is not None]
    sizes = [size for size in every if size > 1]  # Single bytes have a loop of their own.
    pieces = math.prod(looked.output.shape[:axis])
    work: dict[str, int] = {"layer": 1, "single": pieces * (len(every) - len(sizes))}
    for name, found in (("", [n for n in sizes if n >= SHORT]), ("short ", [n for n in sizes if n < SHORT])):
        work |= {
            f"{name}piece": pieces * len(found),
            f"{name}word": pieces * sum(size // 4 for size in found),
            f"{name}rest": pieces * sum(size % 4 for size in found),
            f"{name}odd piece": pieces * sum(size % 4 != 0 for size in found),
        }
    return work
