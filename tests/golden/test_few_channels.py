"""Layers of one to three channels, odd counts and depth multipliers on an emulated Cortex-M4: exact, and their price per
multiplication beside that of the same layer with ordinary counts."""

from __future__ import annotations

import importlib.util
import itertools
from pathlib import Path

import numpy as np
import pytest
from c_batch import EmulatedBatch, make_batch
from c_cases import Case
from single_op_cases import Builder
from test_windows_and_streams import depthwise

from espalier.emit.kernel_table import lower
from espalier.emit.lowering import How
from espalier.emulate.cross import CORES
from espalier.graph import reference
from espalier.graph.ops import macs
from espalier.graph.types import Quant
from espalier.graph.view import view

needs_emulation = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)
ORDINARY = 32
"""Channels of the layer that others are compared with."""


def counted(cases: list[Case], folder: Path, optimize: str = "speed") -> list[int]:
    """Instructions of each case on a Cortex-M4, whose bytes are those of the reference."""
    core = CORES["cortex-m4"]
    batch = make_batch([graph for graph, _, _ in cases], isa=core.isa, optimize=optimize)
    runner = EmulatedBatch(batch, core, folder, "-O2")
    counts = []
    for number, (graph, inputs, name) in enumerate(cases):
        (made,), count = runner.counted(number, inputs)
        assert made.tobytes() == reference.run(graph, inputs)[0].tobytes(), name
        counts.append(count)
    return counts


def per_mac(case: Case, count: int) -> float:
    graph = case[0]
    return count / macs(view(graph, graph.ops[0]))


@needs_emulation
def test_few_and_odd_channels_of_a_depthwise_cost_what_others_do(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    kinds = list(itertools.product((1, 2, 3, 5, 31, ORDINARY), ((3, 3), (5, 5)), (1, 2)))
    cases = [depthwise(rng, (40, 41, c), kernel, stride_w=s, stride_h=s) for c, kernel, s in kinds]
    price = {
        kind: per_mac(case, n) for kind, case, n in zip(kinds, cases, counted(cases, tmp_path), strict=True)
    }
    for (channels, kernel, stride), found in price.items():
        ordinary = price[ORDINARY, kernel, stride]
        # Rings and rows take their time once, also for one channel.
        assert found < {1: 2.0, 2: 1.6, 3: 1.5}.get(channels, 1.25) * ordinary, (channels, kernel, stride, found, ordinary)
    assert price[ORDINARY, (3, 3), 1] < 2.6 and price[ORDINARY, (5, 5), 2] < 2.3


@needs_emulation
def test_a_depth_multiplier_widens_a_row_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(12)
    cases = [depthwise(rng, (34, 34, 16), (3, 3), stride_w=2, stride_h=2, depth_multiplier=m) for m in (1, 2, 3)]
    one, two, three = (per_mac(case, n) for case, n in zip(cases, counted(cases, tmp_path), strict=True))
    assert three < two < one


@needs_emulation
@pytest.mark.parametrize("optimize", ["speed", "ram"])
def test_every_tail_of_a_depthwise_row_is_exact(tmp_path: Path, optimize: str) -> None:
    rng = np.random.default_rng(13)
    cases = [
        depthwise(rng, (2, width, channels), kernel, stride_w=stride, depth_multiplier=multiplier)
        for width, (channels, multiplier), kernel, stride in itertools.product(
            range(1, 10), ((1, 1), (2, 2), (3, 1), (7, 1)), ((3, 3), (2, 5), (1, 4), (2, 7), (3, 1)), (1, 2)
        )
    ]
    alone = [depthwise(rng, (2, width, c), (3, 3)) for width, c in itertools.product((1, 2), (1, 2, 3, 7))]
    counted([*cases[:: 5 if optimize == "speed" else 9], *alone], tmp_path, optimize)


def by_constant(kind: str, channels: int, swapped: bool = False) -> Case:
    rng = np.random.default_rng(channels)
    b = Builder()
    x = b.input((1, 13, 11, channels), Quant(scales=(0.05,), zero_points=(3,)))
    values = b.const(rng.integers(-127, 128, (1, 1, channels)), "int8", Quant(scales=(0.016,), zero_points=(0,)))
    target = Quant(scales=(0.06,), zero_points=(-7,))
    options = {"activation": "none"} if kind in ("add", "sub", "mul") else {}
    if kind in ("maximum", "minimum"):
        target = b.tensors[x].quant or target
    operands = [values, x] if swapped else [x, values]
    graph = b.finish([b.op(kind, operands, target, **options)])
    return graph, [rng.integers(-128, 128, (1, 13, 11, channels)).astype(np.int8)], f"{kind} {channels}"


@needs_emulation
def test_few_channels_beside_constants_are_looked_up(tmp_path: Path) -> None:
    cases = [by_constant(kind, c) for kind in ("add", "mul", "prelu") for c in (1, 2, 3, 4)]
    cases += [by_constant("sub", 3, swapped=True), by_constant("mul", 2, swapped=True)]
    rng = np.random.default_rng(14)
    cases += [depthwise(rng, (13, 11, c), (1, 1), activation="relu") for c in (1, 2, 3, 4)]
    for case, count in zip(cases, counted(cases, tmp_path), strict=True):
        assert count < 5.5 * case[1][0].size, (case[2], count)


def test_tables_take_at_most_a_kilobyte_and_none_is_bought_where_flash_counts() -> None:
    def function(case: Case, **how: str) -> str:
        return lower(case[0], 0, How(**how))[0].function  # type: ignore[arg-type]

    assert function(by_constant("mul", 4), isa="dsp") == "espalier_lookup_channels"
    assert function(by_constant("mul", 5), isa="dsp") == "espalier_mul"
    assert function(by_constant("mul", 4), isa="dsp", optimize="flash") == "espalier_mul"
    assert function(by_constant("mul", 4), isa="helium") == "espalier_lookup_channels"
    rng = np.random.default_rng(15)
    for channels in (1, 3, 4):  # 41.9, 17.0 and 13.7 instructions a value by vectors, 0.3 and 3.1 looked up (QEMU)
        looked_up = function(depthwise(rng, (40, 41, channels), (1, 1)), isa="helium")
        assert looked_up == ("espalier_lookup" if channels == 1 else "espalier_lookup_channels")


def test_a_prelu_whose_slopes_are_equal_is_one_table() -> None:
    b = Builder()
    x = b.input((1, 5, 5, 30), Quant(scales=(0.05,), zero_points=(3,)))
    slopes = b.const(np.zeros((1, 1, 30)), "int8", Quant(scales=(1.0,), zero_points=(0,)))
    graph = b.finish([b.op("prelu", [x, slopes], Quant(scales=(0.05,), zero_points=(3,)))])
    (call,) = lower(graph, 0, How(isa="dsp"))
    assert call.function == "espalier_lookup"
    table = call.constants[0].values
    (wanted,) = reference.run(graph, [np.full((1, 5, 5, 30), -9, np.int8)])
    assert table[-9 + 128] == wanted.flat[0]


@needs_emulation
def test_sums_and_products_of_odd_lengths_are_exact_and_cheap(tmp_path: Path) -> None:
    cases: list[Case] = []
    for kind, size in itertools.product(("add", "mul"), (1, 3, 5, 7, 401)):
        rng = np.random.default_rng(size)
        b = Builder()
        x, y = (b.input((1, size), Quant(scales=(s,), zero_points=(z,))) for s, z in ((0.05, 90), (0.03, -128)))
        graph = b.finish([b.op(kind, [x, y], Quant(scales=(0.1,), zero_points=(-5,)), activation="relu6")])
        images = [rng.choice([-128, 127, *rng.integers(-128, 128, 9)], (1, size)).astype(np.int8) for _ in range(2)]
        cases.append((graph, images, f"{kind} {size}"))
    counts = counted(cases, tmp_path)
    assert counts[-1] < 17 * 401  # mul; an add has its table to make first


@pytest.mark.parametrize(
    ("shape", "kernel", "function"),
    [
        ((12, 12, 1), (1, 1, 7), "espalier_conv_pointwise"),
        ((12, 12, 2), (1, 1, 1), "espalier_conv_pointwise"),
        ((12, 12, 3), (1, 1, 1), "espalier_conv_single"),
        ((12, 12, 1), (3, 3, 1), "espalier_conv_single"),
        ((12, 12, 256), (3, 3, 1), "espalier_conv_2d"),
        ((12, 12, 16), (1, 1, 16), "espalier_conv_2d"),
    ],
)
def test_a_cortex_m55_takes_no_vectors_that_would_stand_empty(
    shape: tuple[int, int, int], kernel: tuple[int, int, int], function: str
) -> None:
    b, (height, width, count) = Builder(), kernel
    x = b.input((1, *shape), Quant(scales=(0.05,), zero_points=(3,)))
    scale = Quant(scales=(0.01,) * count, zero_points=(0,) * count, axis=0)
    weights = b.const(np.ones((count, height, width, shape[2])), "int8", scale)
    options = {"padding": "same", "stride_h": 1, "stride_w": 1, "dilation_h": 1, "dilation_w": 1, "activation": "none"}
    graph = b.finish([b.op("conv_2d", [x, weights], Quant(scales=(0.9,), zero_points=(0,)), **options)])
    assert lower(graph, 0, How(isa="helium"))[0].function == function
