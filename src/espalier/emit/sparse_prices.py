"""What a convolution or dense layer costs in instructions, with all its weights stored and without the zeros.

A price list is linear in what a kernel repeats. It was fitted to instruction counts of single-layer programs on
emulated cores (`zig cc -O2`, unicorn; Cortex-M55: QEMU) by `python benchmarks/sparse.py prices`, which prints the
table below and how far it is from the counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

Work = Mapping[str, int]
"""What repeats -> how often."""
Prices = Mapping[str, Mapping[str, float]]
"""Form of the kernel -> what repeats -> instructions."""

ERROR: Final = 0.02
"""How far a price list may be from a count, as a share: the fits below are at most 0.017 off."""
MARGIN: Final = 0.1
"""The sparse form is taken where it is cheaper by this share: it loads more, and a load takes more than a cycle. By the
cycle model of a Cortex-M4 (emulate/cycles.py) its ratio to the dense form is up to 0.09 worse than by instructions."""
CODE_BYTES: Final = MappingProxyType({"conv_2d": 1_800, "fully_connected": 520})
"""Code of the sparse kernels at -Os, the most of any core: for flash, the layers that use them must save more."""
DEAREST: Final = 2.0
"""For flash, the sparse form is not taken where a layer would run longer than so many times its dense form."""

FEW: Final[Mapping[str, Mapping[str, float]]] = {
    "dense single": {  # one output channel: as the kernel is written
        "word": 23.0,
        "tail": 9.0,
        "piece": 15.0,
        "tile": 38.0,
        "input word": 4.94,
        "row": 250.0,
        "layer": 150.0,
    },
    "dense pointwise": {  # 1x1, up to 4 inputs: as the kernel is written
        "pair": 27.0,
        "tile of pairs": 25.0,
        "four": 16.0,
        "tile of fours": 17.0,
        "row": 60.0,
        "layer": 80.0,
    },
}
"""The kernels of lower_few, which run the same instructions on every core with SMLAD."""

PRICES: Final[Mapping[str, Prices]] = MappingProxyType(
    {
        "thumb1": {  # cortex-m0plus
            "dense": {  # 36 layers, at most 0.1% off
                "step": 97.97,
                "pair": 468.70,
                "odd": 289.73,
                "wide word": 116.33,
                "tail byte": 60.97,
                "wide input word": 18.25,
                "piece": 38.73,
                "tile": 98.99,
                "row": 338.48,
                "layer": 86.09,
                "word": 53.88,
                "input word": 21.71,
            },
            "dense fully connected": {  # 9 layers, at most 0.2% off
                "product": 54.88,
                "pair": 186.54,
                "row with an odd end": 27.97,
                "tile product": 190.10,
                "tile pair": 591.57,
                "tile word": 128.66,
                "tile": 376.09,
            },
            "bytes": {  # 54 layers, at most 0.2% off
                "entry": 65.92,
                "group": 62.46,
                "channel": 478.14,
                "word": 107.70,
                "input word": 21.09,
                "piece": 98.25,
                "tile": 14.08,
                "row": 131.10,
                "copied byte": 13.79,
                "layer": 328.83,
            },
            "sparse fully connected": {  # 15 layers, at most 1.4% off
                "entry": 8.72,
                "group": 13.77,
                "channel": 101.51,
            },
        },
        "thumb2": {  # cortex-m3
            "dense": {  # 36 layers, at most 0.3% off
                "step": 28.22,
                "pair": 93.87,
                "odd": 65.81,
                "wide word": 7.32,
                "tail byte": 29.51,
                "wide input word": 12.64,
                "piece": 23.01,
                "tile": 58.01,
                "row": 257.42,
                "layer": 250.69,
                "word": 35.44,
                "input word": 4.94,
            },
            "dense fully connected": {  # 9 layers, at most 1.0% off
                "product": 20.54,
                "pair": 86.10,
                "row with an odd end": 19.81,
                "tile product": 57.38,
                "tile pair": 110.93,
                "tile word": 68.97,
                "tile": 234.87,
            },
            "bytes": {  # 54 layers, at most 0.7% off
                "entry": 18.86,
                "group": 5.01,
                "channel": 98.53,
                "word": 77.58,
                "input word": 5.02,
                "piece": 79.66,
                "tile": 17.13,
                "row": 75.50,
                "copied byte": 9.59,
                "layer": 238.96,
            },
            "sparse fully connected": {  # 15 layers, at most 1.5% off
                "entry": 5.54,
                "channel": 53.44,
                "row": 19.29,
            },
        },
        "dsp": {  # cortex-m4
            "dense": {  # 36 layers, at most 0.5% off
                "step": 13.10,
                "pair": 70.93,
                "odd": 64.19,
                "end step": 8.78,
                "end pair": 9.60,
                "wide word": 6.28,
                "tail byte": 12.24,
                "wide input word": 11.48,
                "piece": 28.33,
                "tile": 102.43,
                "row": 142.17,
                "layer": 401.96,
                "word": 14.55,
                "input word": 4.54,
            },
            **FEW,
            "dense fully connected": {  # 9 layers, at most 0.1% off
                "product": 10.78,
                "pair": 34.45,
                "row": 61.66,
                "row with an odd end": 161.39,
                "tile product": 27.35,
                "tile pair": 106.06,
                "tile word": 68.42,
                "tile": 118.80,
            },
            "pairs": {  # 54 layers, at most 0.9% off
                "entry": 8.87,
                "group": 4.94,
                "channel": 105.55,
                "word": 73.13,
                "input word": 4.83,
                "piece": 78.30,
                "tile": 12.06,
                "row": 75.70,
                "copied byte": 9.56,
                "layer": 269.20,
            },
            "sparse fully connected": {  # 30 layers, at most 1.5% off
                "entry": 5.54,
                "channel": 53.44,
                "row": 19.29,
            },
            "bytes": {  # 54 layers, at most 0.8% off
                "entry": 18.91,
                "group": 4.65,
                "channel": 91.05,
                "word": 68.19,
                "input word": 4.85,
                "piece": 75.38,
                "tile": 1.15,
                "row": 83.84,
                "copied byte": 9.43,
                "layer": 233.84,
            },
        },
        "helium": {  # cortex-m55
            "dense": {  # 36 layers, at most 1.7% off
                "step": 16.00,
                "pair": 45.23,
                "odd": 97.79,
                "word": 2.84,
                "input word": 4.68,
                "piece": 85.46,
                "tile": 73.74,
                "row": 147.13,
                "layer": 195.29,
            },
            **FEW,
            "dense fully connected": {  # 9 layers, at most 0.1% off
                "product": 10.00,
                "four": 38.00,
                "row": 62.00,
                "row with an odd end": 112.00,
                "layer": 79.00,
            },
            "pairs": {  # 30 layers, at most 0.3% off
                "entry": 8.94,
                "group": 4.50,
                "channel": 105.00,
                "word": 75.38,
                "input word": 4.21,
                "piece": 65.22,
                "tile": 105.22,
                "copied byte": 9.48,
                "layer": 476.29,
            },
            "sparse fully connected": {  # 12 layers, at most 0.8% off
                "entry": 5.53,
                "channel": 49.57,
            },
            "bytes": {  # 30 layers, at most 0.3% off
                "entry": 18.94,
                "group": 4.49,
                "channel": 90.24,
                "word": 68.16,
                "input word": 4.11,
                "piece": 67.60,
                "tile": 76.21,
                "copied byte": 9.30,
                "layer": 609.51,
            },
        },
        "riscv": {  # rv32imc
            "dense": {  # 36 layers, at most 0.4% off
                "step": 47.96,
                "pair": 182.02,
                "odd": 116.19,
                "wide word": 106.48,
                "tail byte": 29.49,
                "wide input word": 18.72,
                "piece": 25.69,
                "tile": 71.26,
                "row": 215.07,
                "layer": 328.26,
                "word": 38.39,
                "input word": 13.94,
            },
            "dense fully connected": {  # 9 layers, at most 0.3% off
                "product": 33.12,
                "pair": 62.13,
                "row": 107.08,
                "tile product": 95.79,
                "tile pair": 413.95,
                "tile word": 87.46,
                "tile": 151.24,
            },
            "bytes": {  # 54 layers, at most 0.7% off
                "entry": 32.83,
                "group": 18.17,
                "channel": 202.95,
                "word": 105.94,
                "input word": 13.14,
                "piece": 80.95,
                "tile": 1.92,
                "row": 94.47,
                "copied byte": 10.07,
                "layer": 444.35,
            },
            "sparse fully connected": {  # 15 layers, at most 1.5% off
                "entry": 6.84,
                "group": 9.73,
                "channel": 59.99,
                "row": 3.91,
            },
        },
    }
)
"""Instruction set of a core -> its price list."""
UNKNOWN: Final = "portable"
"""A core without a price list of its own: the sparse form must win by every list of plain C."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """Instructions that the sparse form saves, and their share of the dense form's; negative where it costs more."""

    instructions: int
    share: float


def instructions(isa: str, form: str, work: Work) -> float:
    """Instructions of ``work`` in one form of a kernel."""
    prices = PRICES[isa][form]
    return sum(prices.get(name, 0.0) * count for name, count in work.items())


def saving(isa: str, dense: tuple[str, Work], sparse: tuple[str, Work]) -> Spared:
    """What a core saves; the least of all plain cores for one without a list."""
    lists = [name for name in PRICES if "pairs" not in PRICES[name]] if isa == UNKNOWN else [isa]
    found = []
    for name in lists:
        before, after = instructions(name, *dense), instructions(name, *sparse)
        found.append(Spared(instructions=round(before - after), share=1 - after / before))
    return min(found, key=lambda spared: spared.share)
