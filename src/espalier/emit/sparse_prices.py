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
"""How far a price list may be from a count, as a share: the fits below are at most 0.015 off."""
MARGIN: Final = 0.1
"""The sparse form is taken where it is cheaper by this share: it loads more, and a load takes more than a cycle. By the
cycle model of a Cortex-M4 (measure/cycles.py) its ratio to the dense form is up to 0.09 worse than by instructions."""
CODE_BYTES: Final = MappingProxyType({"conv_2d": 1_800, "fully_connected": 520})
"""Code of the sparse kernels at -Os, the most of any core: for flash, the layers that use them must save more."""
DEAREST: Final = 2.0
"""For flash, the sparse form is not taken where a layer would run longer than so many times its dense form."""

PRICES: Final[Mapping[str, Prices]] = MappingProxyType(
    {
        "thumb1": {  # cortex-m0plus
            "dense": {  # 26 layers, at most 0.3% off
                "step": 97.95,
                "pair": 498.01,
                "wide word": 133.40,
                "wide input word": 21.83,
                "piece": 81.28,
                "tile": 42.69,
                "row": 287.49,
                "layer": 90.40,
                "word": 53.94,
                "input word": 20.74,
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
            "dense, odd channels": {  # 10 layers, at most 0.2% off
                "step": 49.54,
                "pair": 428.73,
                "wide word": 133.99,
                "wide input word": 27.19,
                "piece": 119.38,
                "word": 58.11,
                "input word": 26.32,
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
            "dense": {  # 26 layers, at most 0.1% off
                "step": 28.24,
                "pair": 97.57,
                "wide word": 7.06,
                "wide input word": 9.89,
                "piece": 62.41,
                "tile": 16.28,
                "row": 115.68,
                "layer": 1015.84,
                "word": 34.29,
                "input word": 3.65,
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
            "dense, odd channels": {  # 10 layers, at most 0.0% off
                "step": 24.92,
                "pair": 242.70,
                "wide word": 15.45,
                "wide input word": 25.43,
                "piece": 90.46,
                "word": 43.94,
                "input word": 16.47,
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
            "dense": {  # 26 layers, at most 0.3% off
                "step": 13.10,
                "pair": 90.79,
                "wide word": 7.52,
                "wide input word": 9.42,
                "piece": 62.35,
                "tile": 6.50,
                "row": 73.90,
                "layer": 1094.57,
                "word": 14.57,
                "input word": 4.45,
            },
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
            "dense, odd channels": {  # 10 layers, at most 0.0% off
                "step": 24.92,
                "pair": 230.74,
                "wide word": 15.49,
                "wide input word": 24.47,
                "piece": 90.66,
                "word": 24.00,
                "input word": 16.49,
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
            "dense": {  # 14 layers, at most 0.0% off
                "step": 15.88,
                "pair": 51.55,
                "word": 4.06,
                "input word": 2.69,
                "piece": 97.66,
                "row": 186.79,
            },
            "dense, odd channels": {  # 6 layers, at most 0.0% off
                "step": 26.52,
                "pair": 237.57,
                "wide word": 29.79,
                "word": 35.71,
                "input word": 1.41,
            },
            "dense fully connected": {  # 9 layers, at most 3.0% off
                "product": 10.01,
                "four": 158.34,
                "row": 74.53,
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
            "dense": {  # 26 layers, at most 0.1% off
                "step": 47.99,
                "pair": 168.07,
                "wide word": 102.91,
                "wide input word": 13.22,
                "piece": 75.14,
                "tile": 10.96,
                "row": 77.63,
                "layer": 1463.58,
                "word": 37.33,
                "input word": 12.10,
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
            "dense, odd channels": {  # 10 layers, at most 0.0% off
                "step": 43.79,
                "pair": 216.72,
                "wide word": 102.55,
                "wide input word": 23.79,
                "piece": 87.85,
                "word": 39.56,
                "input word": 16.75,
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
