"""What a layer costs in instructions over its number of channels: to choose how many of them a program computes.

Convolutions and dense layers have their price list (emit/sparse_prices.py). The lists here are for what lies between them:
fitted to counts of single layers (`zig cc -O2`, unicorn; Cortex-M55: QEMU) by `python benchmarks/width_prices.py`, which
prints them and how far they are from the counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from espalier.emit.lower_conv import extents_of
from espalier.emit.lower_sparse import dense_work
from espalier.emit.lowering import How
from espalier.emit.sparse_prices import PRICES as DENSE
from espalier.emit.sparse_prices import Work, instructions
from espalier.graph.intervals import channels
from espalier.graph.view import OpView

FREE: Final = frozenset({"reshape", "squeeze", "expand_dims"})
"""Operators for which no code runs."""
BLOCK: Final = MappingProxyType({"dsp": 4, "helium": 16})
"""Instruction set -> channels that its kernels take at once."""
PRICES: Final[Mapping[str, Mapping[str, Mapping[str, float]]]] = MappingProxyType(
    {
        "dsp": {  # cortex-m4; 72 layers each
            "depthwise 3x3/1": {  # 5.7% off, at most 17%
                "layer": 1189.21,
                "tap of a block": 12.61,
                "odd tap": 13.73,
                "tap of a rest": 3.37,
            },
            "depthwise 3x3/2": {  # 2.9% off, at most 18%
                "layer": 1013.39,
                "tap of a block": 14.98,
                "odd tap": 12.09,
                "tap of a rest": 6.16,
                "input value": 2.27,
            },
            "depthwise": {  # 1.2% off, at most 4%
                "value": 24.16,
                "layer": 1423.46,
                "tap of a block": 16.41,
                "tap of a rest": 0.34,
            },
            "elements": {"value": 19.00, "layer": 7357.00},  # 0.0% off
            "pool": {"value": 48.52, "rest": 55.70, "place": 56.69, "layer": 273.99},  # 0.2% off, at most 1%
        },
        "helium": {  # cortex-m55; 72 layers each
            "depthwise 3x3/1": {  # 7.7% off, at most 18%
                "value": 8.85,
                "layer": 1408.52,
                "tap of a block": 3.64,
                "row": 55.80,
            },
            "depthwise 3x3/2": {  # 5.0% off, at most 20%
                "value": 12.33,
                "layer": 851.33,
                "tap of a block": 7.79,
                "tap of a rest": 0.02,
                "row": 86.26,
            },
            "depthwise": {  # 6.5% off, at most 10%
                "value": 28.58,
                "layer": 1362.24,
                "tap of a block": 1.84,
                "row": 187.89,
            },
            "elements": {"value": 3.25, "layer": 7636.67},  # 0.0% off
            "pool": {"block": 36.59, "value": 4.69, "place": 74.56, "layer": 269.83},  # 4.1% off, at most 15%
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
        pairs = rows * -(-units // 2)
        return "dense fully connected", {"product": pairs * -(-depth // 4), "pair": pairs, "row": rows}
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
    if kind != "depthwise_conv_2d":
        return ("pool" if "pool" in kind else "elements"), work
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
    }
    return form, work
