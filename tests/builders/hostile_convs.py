"""conv_2d with channels that no fast kernel was made for: dead, near-dead, huge multipliers, far biases, odd counts.

One layer mixes them, as public nets do: the good channels must stay as fast as they are, and every byte exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from single_op_cases import ACTIVATIONS, Builder

from espalier.graph.types import Array, Graph, Quant

Rng = np.random.Generator
MAPS = ((7, 7), (1, 9), (11, 1), (2, 2), (5, 3), (1, 1), (4, 6), (13, 2))
"""Height and width; sizes that no tile of pixels divides, and columns and rows."""
WINDOWS = ((1, 1), (1, 1), (3, 3), (1, 5), (3, 1), (2, 2), (5, 1))
INPUTS = (1, 2, 3, 4, 5, 7, 8, 12, 17)
OUTPUTS = (1, 2, 3, 5, 8, 9, 13)


def hostile_conv(seed: int) -> tuple[str, Graph, list[Array]]:
    """(name, graph, inputs) of one layer, the same for the same seed."""
    rng = np.random.default_rng([seed, 23])
    height, width = MAPS[seed % len(MAPS)]
    window = WINDOWS[int(rng.integers(len(WINDOWS)))]
    groups = int(rng.choice([1, 1, 1, 1, 2, 3]))
    depth, group_out = int(rng.choice(INPUTS)), int(rng.choice(OUTPUTS))
    stride, dilation = int(rng.choice([1, 1, 2])), int(rng.choice([1, 1, 2]))
    if stride == 2:
        dilation = 1
    count = groups * group_out
    b = Builder()
    zero_in, zero_out = int(rng.integers(-128, 128)), int(rng.integers(-128, 128))
    exponents = hostile_exponents(rng, count)
    source, target = Quant(scales=(0.5,), zero_points=(zero_in,)), Quant(scales=(0.5,), zero_points=(zero_out,))
    scales = tuple(float(np.float32(rng.uniform(0.5, 1.0) * 2.0**e)) for e in exponents)
    weights = rng.integers(-127, 128, (count, *window, depth))
    weights[rng.random(count) < 0.2] = 0
    biases = hostile_biases(rng, exponents)
    options = {"padding": "valid" if rng.random() < 0.3 and height > 8 and window[1] == 1 else "same"}
    filters = Quant(scales=scales, zero_points=(0,) * count, axis=0)
    x = b.input((1, height, width, groups * depth), source)
    node = b.op(
        "conv_2d",
        [x, b.const(weights, "int8", filters), b.const(biases, "int32")],
        target,
        activation=ACTIVATIONS[seed % 4],
        stride_h=stride,
        stride_w=stride,
        dilation_h=dilation,
        dilation_w=dilation,
        **options,
    )
    image = rng.integers(-128, 128, (1, height, width, groups * depth)).astype(np.int8)
    name = f"seed {seed}: {height}x{width}x{groups * depth}, {count} of {window}, groups {groups}, stride {stride}"
    return name, b.finish([node]), [image]


def hostile_exponents(rng: Rng, count: int) -> NDArray[np.int64]:
    """log2 of each channel's multiplier: most ordinary, some near-dead, some huge, some under the smallest."""
    kind = rng.choice(4, count, p=[0.5, 0.25, 0.15, 0.1])
    ordinary, near_dead = rng.integers(-12, -4, count), rng.integers(-31, -20, count)
    huge, none = rng.integers(-1, 7, count), rng.integers(-40, -31, count)
    return np.choose(kind, [ordinary, near_dead, huge, none])


def hostile_biases(rng: Rng, exponents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Biases of about an output's range by each channel's scale, some at the ends of 32 bits."""
    reach = np.minimum(200.0 / 2.0**exponents, 2.0**31 - 1)
    biases = (rng.uniform(-1, 1, len(exponents)) * reach).astype(np.int64)
    far = rng.random(len(exponents)) < 0.1
    return np.where(far, rng.choice([-(1 << 31), (1 << 31) - 1, 1 << 30, -(1 << 30)], len(exponents)), biases)
