"""More channels than a network has change none of its outputs."""

from __future__ import annotations

import numpy as np
import pytest
from dead_nets import FAMILIES, dead_net, image_of
from prunable_cases import prunable_graph
from single_op_cases import Builder, random_inputs

from espalier.emit.choose_widths import MOST_ARENA, MOST_BYTES, SMALL, chosen_widths
from espalier.emit.plan_program import plan_plain
from espalier.graph import reference
from espalier.graph.edit import prune
from espalier.graph.intervals import channels
from espalier.graph.simplify import simplify
from espalier.graph.types import Graph, Quant
from espalier.graph.verify import verify
from espalier.graph.widen import groups, widen


def rounded(graph: Graph, multiple: int) -> Graph:
    counts = {i: -(-channels(graph.tensors[i]) // multiple) * multiple for group in groups(graph) for i in group}
    return verify(prune(widen(graph, counts)), after="widening")


def assert_equal(graph: Graph, other: Graph, seed: int) -> None:
    inputs = random_inputs(graph, np.random.default_rng(seed))
    for a, b in zip(reference.run(graph, inputs), reference.run(other, inputs), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("number", range(len(FAMILIES)))
def test_wider_networks_answer_the_same(number: int) -> None:
    _, graph = dead_net(number)
    needed, _ = simplify(graph)
    assert len(groups(needed)) > 0
    image = image_of(graph)
    wanted = reference.run(graph, [image])[0]
    for multiple in (2, 16):
        wide = rounded(needed, multiple)
        assert [op.kind for op in wide.ops] == [op.kind for op in needed.ops]
        assert np.array_equal(reference.run(wide, [image])[0], wanted)


def test_wider_random_graphs_answer_the_same() -> None:
    changed = 0
    for seed in range(40):
        graph, _ = prunable_graph(seed)
        wide = rounded(graph, 4)
        changed += wide.tensors != graph.tensors
        assert_equal(graph, wide, seed)
    assert changed > 10


def test_all_members_of_a_group_have_the_same_count_and_ends_are_in_none() -> None:
    for number in range(len(FAMILIES)):
        graph, _ = simplify(dead_net(number)[1])
        for members in groups(graph):
            assert len({channels(graph.tensors[i]) for i in members}) == 1
            assert not {*graph.inputs, *graph.outputs} & set(members)


def test_a_lone_unit_of_a_dense_layer_stays_alone() -> None:
    """Its one scale is rescaled with less precision than the scales of several."""
    b = Builder()
    unit = Quant(scales=(0.01,), zero_points=(0,), axis=0)
    x = b.input((1, 8), Quant(scales=(0.1,), zero_points=(0,)))
    one = b.op("fully_connected", [x, b.const(np.ones((1, 8)), "int8", unit)], Quant(scales=(0.1,), zero_points=(0,)))
    last = b.op("fully_connected", [one, b.const([[3], [5]], "int8", Quant(scales=(0.01,), zero_points=(0,)))],
                Quant(scales=(0.1,), zero_points=(0,)))  # fmt: skip
    assert groups(b.finish([last])) == ()


def test_a_program_is_widened_where_the_prices_say_so_and_memory_hardly_grows() -> None:
    needed, _ = simplify(dead_net(3)[1])
    wide = chosen_widths(needed, optimize="speed", isa="helium")
    assert wide is not needed
    sizes = [sum(t.size_bytes for t in g.tensors if t.is_constant) for g in (needed, wide)]
    assert sizes[0] < sizes[1] <= max(MOST_BYTES * sizes[0], sizes[0] + SMALL)
    arenas = [plan_plain(g, optimize="speed", isa="helium").arena_bytes for g in (needed, wide)]
    assert arenas[1] <= max(MOST_ARENA * arenas[0], arenas[0] + SMALL)
    assert chosen_widths(needed, optimize="speed", isa="helium", ram_bytes=arenas[1] - 1) is needed
    for optimize, isa in (("ram", "helium"), ("flash", "helium"), ("speed", "portable")):
        assert chosen_widths(needed, optimize=optimize, isa=isa) is needed
