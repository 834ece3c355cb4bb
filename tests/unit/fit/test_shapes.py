"""How a network's tensors follow from the counts of its channels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from espalier.emit.plan_program import plan_plain
from espalier.fit.costs import byte_pieces, held, mac_pieces, steps_of, table_of
from espalier.fit.shapes import Probe, Shapes, UnlikeError, cut, learn
from espalier.graph import reference
from espalier.graph.ops import OPS, macs
from espalier.graph.types import Graph, Op, OptionValue, Quant, Tensor, constant
from espalier.graph.verify import verify
from espalier.graph.view import view

ACTIVATION = Quant(scales=(0.05,), zero_points=(0,))


def _defaults(kind: str) -> dict[str, OptionValue]:
    return {field.name: field.default for field in OPS[kind].fields}  # type: ignore[misc]


CONV = _defaults("conv_2d") | {"padding": "same", "stride_h": 1, "stride_w": 1, "activation": "relu"}


def network(first: int, second: int) -> Graph:
    """6 x 6 x 3 -> convolution of `first` -> convolution of `second` -> flattened -> dense of 4."""
    random = np.random.default_rng(first + 100 * second)
    tensors: list[Tensor] = []

    def activation(*shape: int) -> int:
        tensors.append(Tensor(name=f"t{len(tensors)}", shape=shape, dtype="int8", quant=ACTIVATION))
        return len(tensors) - 1

    def weights(*shape: int) -> tuple[int, int]:
        quant = Quant(scales=(0.01,) * shape[0], zero_points=(0,) * shape[0], axis=0)
        data = constant(random.integers(-127, 128, shape), "int8")
        tensors.append(Tensor(name="w", shape=shape, dtype="int8", quant=quant, data=data))
        bias = constant(random.integers(-90, 90, shape[0]), "int32")
        of_bias = Quant(scales=(0.0005,) * shape[0], zero_points=(0,) * shape[0], axis=0)
        tensors.append(Tensor(name="b", shape=(shape[0],), dtype="int32", quant=of_bias, data=bias))
        return len(tensors) - 2, len(tensors) - 1

    given = activation(1, 6, 6, 3)
    one, two = activation(1, 6, 6, first), activation(1, 6, 6, second)
    flat, last = activation(1, 36 * second), activation(1, 4)
    shape = constant(np.array([1, 36 * second]), "int32")
    tensors.append(Tensor(name="s", shape=(2,), dtype="int32", data=shape))
    target = len(tensors) - 1
    ops = (
        Op(kind="conv_2d", inputs=(given, *weights(first, 3, 3, 3)), outputs=(one,), options=CONV),
        Op(kind="conv_2d", inputs=(one, *weights(second, 3, 3, first)), outputs=(two,), options=CONV),
        Op(kind="reshape", inputs=(two, target), outputs=(flat,), options=_defaults("reshape")),
        Op(
            kind="fully_connected",
            inputs=(flat, *weights(4, 36 * second)),
            outputs=(last,),
            options=_defaults("fully_connected"),
        ),
    )
    return verify(Graph(name="n", tensors=tuple(tensors), ops=ops, inputs=(given,), outputs=(last,)), after="making")


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    probes = [Probe(counts=(4, 12), graph=network(4, 12)), Probe(counts=(8, 6), graph=network(8, 6))]
    return learn(network(8, 12), (8, 12), probes)


@pytest.mark.parametrize("counts", [(8, 12), (3, 12), (8, 5), (1, 1), (7, 11)])
def test_a_cut_network_has_the_shapes_of_one_made_with_these_counts(shapes: Shapes, counts: tuple[int, int]) -> None:
    found, wanted = cut(shapes, counts), network(*counts)
    assert [t.shape for t in found.tensors] == [t.shape for t in wanted.tensors]
    answer = reference.run(found, [np.zeros((1, 6, 6, 3), np.int8)])
    assert answer[0].shape == (1, 4), "and it runs"


def test_tables_give_what_a_network_at_these_counts_takes(shapes: Shapes) -> None:
    levels = ((8, 5, 2), (12, 7))
    for name, pieces in (("macs", mac_pieces(shapes)), ("bytes", byte_pieces(shapes))):
        table = table_of(name, 0.0, pieces, levels, (8, 12))
        for places in ((0, 0), (1, 0), (2, 1)):
            graph = network(levels[0][places[0]], levels[1][places[1]])
            if name == "macs":
                wanted = sum(macs(view(graph, op)) for op in graph.ops)
            else:
                wanted = sum(t.size_bytes for t in graph.tensors if t.is_constant)
            assert table.at(places) == wanted


def test_the_steps_of_a_plan_bound_the_arena_at_other_counts(shapes: Shapes) -> None:
    rows = steps_of(shapes, plan_plain(shapes.graph, optimize="speed", isa="portable"))
    for counts in ((8, 12), (4, 6), (2, 12)):
        arena = plan_plain(cut(shapes, counts), optimize="speed", isa="portable").arena_bytes
        most = max(held(shapes, row, counts) for row in rows)
        assert 0.5 * most <= arena <= 2 * most + 512


def test_a_network_of_other_operators_is_not_followed(shapes: Shapes) -> None:
    other = network(4, 12)
    shorter = replace(other, ops=other.ops[:-1], outputs=other.ops[-2].outputs)
    with pytest.raises(UnlikeError, match="other operators"):
        learn(network(8, 12), (8, 12), [Probe(counts=(4, 12), graph=shorter)])


def test_an_extent_that_falls_by_no_whole_number_is_not_followed() -> None:
    with pytest.raises(UnlikeError, match="falls by"):
        learn(network(8, 12), (8, 12), [Probe(counts=(5, 12), graph=network(4, 12))])
