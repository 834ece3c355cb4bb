"""Every value that the reference computes lies inside the intervals, for random graphs and inputs."""

from __future__ import annotations

import numpy as np
import pytest
from graph_cases import random_graph
from single_op_cases import CASES, INT8_ONLY, Builder, Quant, random_case, random_inputs

from espalier.graph.intervals import analyse, channels
from espalier.graph.reference import run_all
from espalier.graph.types import Graph


def assert_inside(graph: Graph, seed: int, rounds: int) -> None:
    found = analyse(graph)
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        for index, value in run_all(graph, random_inputs(graph, rng)).items():
            interval = found.intervals.get(index)
            if interval is None:
                continue
            flat = value.astype(np.int64).reshape(-1, channels(graph.tensors[index]))
            assert (flat >= interval.low).all() and (flat <= interval.high).all(), (seed, index)


@pytest.mark.parametrize("kind", sorted(CASES))
def test_values_of_every_operator_lie_inside(kind: str) -> None:
    for seed in range(8):
        assert_inside(random_case(kind, seed)[0], seed, 3)
        if kind not in INT8_ONLY:
            assert_inside(random_case(kind, seed, "int16")[0], seed, 2)


def test_values_of_random_graphs_lie_inside() -> None:
    for seed in range(20):
        assert_inside(random_graph(seed)[0], seed, 3)


def conv(weights: list[list[int]], bias: list[int], padding: str = "valid", kernel: int = 1) -> Graph:
    b = Builder()
    x = b.input((1, 4, 4, len(weights[0])), Quant(scales=(1.0,), zero_points=(-128,)))
    filters = np.zeros((len(weights), kernel, kernel, len(weights[0])), np.int8)
    filters[:] = np.array(weights, np.int8)[:, None, None, :]
    w = b.const(filters, "int8", Quant(scales=(1.0,), zero_points=(0,)))
    c = b.const(bias, "int32", Quant(scales=(1.0,), zero_points=(0,)))
    out = Quant(scales=(1.0,), zero_points=(-128,))
    y = b.op("conv_2d", [x, w, c], out, padding=padding, stride_h=1, stride_w=1, activation="relu")
    return b.finish([y])


def test_the_ends_are_tight_for_a_weighted_sum() -> None:
    graph = conv([[1, 0], [1, -1], [-1, -1]], [0, 100, -1])
    found = analyse(graph).intervals[graph.outputs[0]]
    # inputs run from 0 to 255: 0..255, -155..355, -511..-1, clamped to 0..255 and stored from -128
    assert found.low.tolist() == [-128, -128, -128]
    assert found.high.tolist() == [127, 127, -128]
    assert found.constant.tolist() == [False, False, True]


def test_padding_counts_as_zero() -> None:
    b = Builder()
    x = b.input((1, 4, 4, 1), Quant(scales=(1.0,), zero_points=(-128,)))
    lifted = b.op("maximum", [x, b.const([27], "int8", b.tensors[x].quant)], b.tensors[x].quant)
    w = b.const(np.ones((1, 3, 3, 1)), "int8", Quant(scales=(1.0,), zero_points=(0,)))
    c = b.const([0], "int32", Quant(scales=(1.0,), zero_points=(0,)))
    out = Quant(scales=(16.0,), zero_points=(-128,))
    for padding, least in (("same", 0), ("valid", 9 * 155 // 16)):
        y = b.op("conv_2d", [lifted, w, c], out, padding=padding, stride_h=1, stride_w=1)
        found = analyse(b.finish([y])).intervals[y]
        assert found.low.tolist() == [least - 128]
