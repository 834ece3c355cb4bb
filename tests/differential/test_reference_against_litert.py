"""The numpy reference equals LiteRT 2.3.0 BUILTIN_REF byte for byte, one operator or a whole graph."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import one_value_cases
import pytest
from directed_cases import directed_cases, weighted_cases
from graph_cases import random_graph
from litert_oracle import Oracle, OracleRefused
from pretrained import RESNET8
from single_op_cases import CASES, INT8_ONLY, Builder, Quant, random_case, random_inputs

from espalier.graph import reference
from espalier.graph.types import ABSENT, Array, Graph
from espalier.graph.verify import find_problem
from espalier.tflite.operator_versions import for_reference_kernels
from espalier.tflite.read import read_tflite
from espalier.tflite.write import write_tflite

OTHER_ORACLE = frozenset({"fully_connected", "sum"})
LITERT_REFUSES_INT16 = frozenset({"depth_to_space", "space_to_depth"})
INT16_KINDS = frozenset(CASES) - OTHER_ORACLE - INT8_ONLY - LITERT_REFUSES_INT16
BUILTIN_ONLY = frozenset({"elu"})
"""LiteRT has no reference kernel of these: its builtin kernel is what they are held to."""
NO_REFERENCE = frozenset({"ceil", "round", "cos", "sign", "floor_mod"})
"""The reference resolver does not know these."""
SWEEP_FROM = int(os.environ.get("ESPALIER_SWEEP_SEED", "1000"))


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as running:
        yield running


def without_bias(graph: Graph) -> bool:
    """A convolution without bias: sound for TFLM, refused by LiteRT's reference kernel."""
    return any(
        op.kind in ("conv_2d", "depthwise_conv_2d") and (len(op.inputs) < 3 or op.inputs[2] == ABSENT)
        for op in graph.ops
    )


def assert_equal(oracle: Oracle, name: str, graph: Graph, inputs: list[Array]) -> None:
    problem = find_problem(graph)
    assert problem is None, f"{name}: {problem}"
    data = write_tflite(graph)
    got = reference.run(read_tflite(data), inputs)
    try:
        wanted = oracle.run(for_reference_kernels(data) if oracle.resolver == "ref" else data, inputs)
    except OracleRefused as error:
        if without_bias(graph):
            return
        raise AssertionError(f"{name}: LiteRT refuses: {error}") from error
    for position, (a, b) in enumerate(zip(got, wanted, strict=True)):
        assert a.dtype == b.dtype and a.shape == b.shape, name
        assert np.array_equal(a, b), f"{name}, output {position}: {np.count_nonzero(a != b)} bytes differ"


@pytest.mark.parametrize("kind", sorted(BUILTIN_ONLY))
def test_operators_without_a_reference_kernel_equal_the_builtin_one(kind: str) -> None:
    with Oracle("builtin") as builtin:
        for seed in range(40):
            assert_equal(builtin, f"{kind} seed {seed}", *random_case(kind, seed))


@pytest.mark.parametrize("kind", sorted(frozenset(CASES) - OTHER_ORACLE - BUILTIN_ONLY))
def test_random_operators_equal_litert(oracle: Oracle, kind: str) -> None:
    for seed in range(20):
        assert_equal(oracle, f"{kind} seed {seed}", *random_case(kind, seed))


@pytest.mark.parametrize("kind", sorted(INT16_KINDS))
def test_random_int16_operators_equal_litert(oracle: Oracle, kind: str) -> None:
    for seed in range(5):
        assert_equal(oracle, f"{kind} int16 seed {seed}", *random_case(kind, seed, "int16"))


def test_directed_ties_saturation_zero_points_and_exponents_equal_litert(oracle: Oracle) -> None:
    for name, graph, inputs in islice(directed_cases(), 3, None, 7):
        if not name.startswith("softmax"):
            assert_equal(oracle, name, graph, inputs)


def softmax_overflows(graph: Graph) -> bool:
    """LiteRT aborts on 512 or more equal maxima; the reference gives zeros."""
    return graph.ops[0].kind == "softmax" and graph.tensor(graph.inputs[0]).shape[-1] >= 512


def test_directed_softmax_equals_litert(oracle: Oracle) -> None:
    for name, graph, inputs in directed_cases():
        if name.startswith("softmax") and not softmax_overflows(graph):
            assert_equal(oracle, name, graph, inputs)


def test_softmax_of_many_equal_values_is_the_smallest_value_everywhere() -> None:
    b = Builder()
    x = b.input((1, 1000), Quant(scales=(1.0,), zero_points=(0,)))
    graph = b.finish([b.op("softmax", [x], Quant(scales=(1 / 256,), zero_points=(-128,)), beta=1.0)])
    assert set(reference.run(graph, [np.zeros((1, 1000), np.int8)])[0].reshape(-1).tolist()) == {-128}


def as_convolution(graph: Graph) -> Graph:
    """A fully connected layer as a 1x1 convolution with a scale per channel: the same integer arithmetic."""
    op = graph.ops[0]
    units, depth = graph.tensor(op.inputs[1]).shape
    rows = graph.tensor(op.inputs[0]).elements // depth
    tensors = list(graph.tensors)
    x, w, y = op.inputs[0], op.inputs[1], op.outputs[0]
    weights = tensors[w].data
    quant = tensors[w].quant
    assert weights is not None and quant is not None
    scales = quant.scales if len(quant.scales) > 1 else quant.scales * units
    tensors[x] = replace(tensors[x], shape=(1, rows, 1, depth))
    data = weights.reshape(units, 1, 1, depth)
    tensors[w] = replace(
        tensors[w],
        shape=data.shape,
        data=data,
        quant=Quant(scales=scales, zero_points=(0,) * units, axis=0 if units > 1 else None),
    )
    tensors[y] = replace(tensors[y], shape=(1, rows, 1, units))
    options = {
        "padding": "valid",
        "stride_h": 1,
        "stride_w": 1,
        "dilation_h": 1,
        "dilation_w": 1,
        "activation": op.text("activation"),
    }
    conv = replace(op, kind="conv_2d", options=options)
    return replace(graph, tensors=tuple(tensors), ops=(conv,))


def test_fully_connected_is_the_integer_arithmetic_of_a_1x1_convolution(oracle: Oracle) -> None:
    cases = [(f"seed {s}", *random_case("fully_connected", s)) for s in range(40)]
    for name, graph, inputs in [*cases, *islice(weighted_cases("fully_connected"), 0, None, 7)]:
        if len(graph.ops[0].inputs) < 3:
            continue
        conv = as_convolution(graph)
        shaped = [inputs[0].reshape(conv.tensor(conv.inputs[0]).shape)]
        wanted = oracle.run(write_tflite(conv), shaped)[0]
        got = reference.run(graph, inputs)[0]
        assert np.array_equal(got.reshape(-1), wanted.reshape(-1)), name


def test_fully_connected_is_at_most_one_away_from_litert_which_uses_float(oracle: Oracle) -> None:
    for seed in range(60):
        graph, inputs = random_case("fully_connected", seed)
        wanted = oracle.run(write_tflite(graph), inputs)[0].astype(int)
        assert np.abs(reference.run(graph, inputs)[0].astype(int) - wanted).max() <= 1, seed


def test_sum_equals_litert_where_its_kernel_reads_the_bytes_right(oracle: Oracle) -> None:
    """BUILTIN_REF 2.3.0 reads int8 as uint8 in SUM: the two agree on values from 0 to 127."""
    rng = np.random.default_rng(3)
    for seed in range(40):
        graph, _ = random_case("sum", seed)
        inputs = [rng.integers(0, 128, graph.tensor(graph.inputs[0]).shape).astype(np.int8)]
        wanted = oracle.run(write_tflite(graph), inputs)[0].astype(int)
        got = reference.run(graph, inputs)[0].astype(int)
        same = (got > 0) & (got < 127)
        assert np.array_equal(got[same], wanted[same]), seed


def test_functions_of_one_value_have_the_answers_of_litert(oracle: Oracle) -> None:
    with Oracle("builtin") as builtin:
        for name, make in one_value_cases.CASES.items():
            assert_equal(builtin if name in NO_REFERENCE else oracle, name, make(), [one_value_cases.EVERY])


def test_random_graphs_equal_litert(oracle: Oracle) -> None:
    for seed in range(50):
        assert_equal(oracle, f"graph {seed}", *random_graph(seed, litert=True))


def test_resnet8_equals_litert(oracle: Oracle) -> None:
    data = RESNET8.read_bytes()
    graph = read_tflite(data)
    rng = np.random.default_rng(1234)
    for _ in range(4):
        inputs = random_inputs(graph, rng)
        assert np.array_equal(reference.run(graph, inputs)[0], oracle.run(data, inputs)[0])


@pytest.mark.sweep
@pytest.mark.parametrize("kind", sorted(frozenset(CASES) - OTHER_ORACLE))
def test_sweep_random_operators_equal_litert(oracle: Oracle, kind: str) -> None:
    count = 100_000 // len(CASES)
    for seed in range(SWEEP_FROM, SWEEP_FROM + count):
        assert_equal(oracle, f"{kind} seed {seed}", *random_case(kind, seed))
    if kind in INT16_KINDS:
        for seed in range(SWEEP_FROM, SWEEP_FROM + count // 5):
            assert_equal(oracle, f"{kind} int16 seed {seed}", *random_case(kind, seed, "int16"))


@pytest.mark.sweep
def test_sweep_directed_cases_equal_litert(oracle: Oracle) -> None:
    for name, graph, inputs in directed_cases():
        if not softmax_overflows(graph):
            assert_equal(oracle, name, graph, inputs)


@pytest.mark.sweep
def test_sweep_random_graphs_equal_litert(oracle: Oracle) -> None:
    for seed in range(SWEEP_FROM, SWEEP_FROM + 10_000):
        assert_equal(oracle, f"graph {seed}", *random_graph(seed, litert=True))
