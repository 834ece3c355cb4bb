"""What a step says about its memory is what its kernels do."""

from __future__ import annotations

import pytest
from single_op_cases import Builder

from espalier.emit.demand import demand, streamable
from espalier.emit.kernel_table import LOWERINGS, lower
from espalier.emit.lowering import READ_FIRST
from espalier.emit.stream import build_stream
from espalier.errors import BugError, UnsupportedModelError
from espalier.graph.types import Graph, Quant

Q = Quant(scales=(0.05,), zero_points=(3,))


def convolution(b: Builder, source: int, filters: int, kernel: int, stride: int = 1) -> int:
    depth = b.tensors[source].shape[3]
    weights = b.const(
        [[[[1] * depth] * kernel] * kernel] * filters,
        "int8",
        Quant(scales=(0.01,) * filters, zero_points=(0,) * filters, axis=0),
    )
    bias = b.const([0] * filters, "int32")
    return b.op(
        "conv_2d",
        [source, weights, bias],
        Q,
        padding="same",
        stride_w=stride,
        stride_h=stride,
        activation="none",
        dilation_w=1,
        dilation_h=1,
    )


def residual_block() -> Graph:
    b = Builder()
    x = b.input((1, 8, 8, 4), Q)
    y = convolution(b, x, 4, 3)
    z = convolution(b, y, 4, 3)
    return b.finish([b.op("add", [x, z], Q, activation="none", pot_scale_int16=True)])


def test_a_3x3_convolution_may_write_over_its_input_one_row_late() -> None:
    assert demand(residual_block(), (0,)).leads == {0: -32}


def test_an_addition_may_write_over_either_operand() -> None:
    graph = residual_block()
    first, second = graph.ops[2].inputs
    assert demand(graph, (2,)).leads == {first: 0, second: 0}


def test_a_residual_block_is_streamable_in_place() -> None:
    graph = residual_block()
    assert streamable(graph, (0, 1, 2))
    needs = demand(graph, (0, 1, 2))
    assert needs.leads == {0: 0}
    assert needs.scratch_bytes < sum(demand(graph, (i,)).scratch_bytes for i in range(3)) + 64


def test_rings_of_bytes_need_less_memory_than_rings_of_halfwords() -> None:
    graph = residual_block()
    assert (
        demand(graph, (0,), optimize="ram").scratch_bytes
        < demand(graph, (0,), optimize="speed").scratch_bytes
    )


def test_a_value_that_is_needed_elsewhere_is_not_streamed() -> None:
    graph = residual_block()
    inner = graph.ops[0].outputs[0]
    with_output = Graph(
        name="g", tensors=graph.tensors, ops=graph.ops, inputs=graph.inputs, outputs=(*graph.outputs, inner)
    )
    assert not streamable(with_output, (0, 1, 2))
    with pytest.raises(BugError):
        build_stream(graph, (0, 2), "speed")


def test_global_pooling_reads_everything_before_it_writes() -> None:
    b = Builder()
    x = b.input((1, 4, 4, 8), Q)
    pooled = b.op(
        "average_pool_2d",
        [x],
        Q,
        padding="valid",
        stride_w=4,
        stride_h=4,
        filter_w=4,
        filter_h=4,
        activation="none",
    )
    assert demand(b.finish([pooled]), (0,)).leads == {0: 0}
    assert READ_FIRST < 0


def test_a_batch_of_images_is_refused_with_a_way_on() -> None:
    b = Builder()
    x = b.input((2, 4, 4, 4), Q)
    with pytest.raises(UnsupportedModelError) as refusal:
        lower(b.finish([convolution(b, x, 4, 3)]), 0)
    assert "batch 1" in str(refusal.value) and refusal.value.next_step
    assert "operator 0 (conv_2d" in refusal.value.found


def test_a_refusal_inside_a_lowering_names_the_operator() -> None:
    b = Builder()
    x = b.input((1, 2, 2, 20_000), Q)
    with pytest.raises(UnsupportedModelError, match="operator 0"):
        lower(b.finish([convolution(b, x, 2, 3)]), 0)


def test_every_operator_with_a_kernel_is_one_of_the_table() -> None:
    from espalier.graph.ops import OPS
    from espalier.graph.ops_real import REAL

    assert set(LOWERINGS) <= set(OPS)
    assert set(OPS) - set(LOWERINGS) <= {"shape", *(row.kind for row in REAL)}, "REAL: tables of emit/one_value.py"
