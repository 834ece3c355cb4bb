"""Plans of whole networks: places, renaming, sharing, streaming."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from graph_cases import random_graph
from pretrained import RESNET8
from single_op_cases import Builder, Quant

from espalier.graph.types import ABSENT, Graph
from espalier.plan.memory import RENAMING, plan_memory
from espalier.plan.types import Plan
from espalier.tflite.read import read_tflite

Q = Quant(scales=(1.0,), zero_points=(0,))


@dataclass(frozen=True)
class Needs:
    scratch_bytes: int = 0
    leads: Mapping[int, int] = field(default_factory=dict)


def apart(graph: Graph, ops: tuple[int, ...], *, optimize: str) -> Needs:
    return Needs()


def in_place(graph: Graph, ops: tuple[int, ...], *, optimize: str) -> Needs:
    inner = {t for op in ops for t in graph.ops[op].outputs}
    return Needs(scratch_bytes=24, leads={t: 0 for op in ops for t in graph.ops[op].inputs if t not in inner})


def never(graph: Graph, ops: tuple[int, ...]) -> bool:
    return False


def always(graph: Graph, ops: tuple[int, ...]) -> bool:
    return True


def chain(length: int) -> Graph:
    b = Builder()
    x = b.input((1, 4, 4, 8), Q)
    for _ in range(length):
        x = b.op("relu", [x], Q)
    return b.finish([x])


def assert_sound(graph: Graph, plan: Plan) -> None:
    """Dumb replay: a tensor's bytes stay its own from the step that writes it to the last that reads it."""
    owner: dict[int, int] = {}
    roots: dict[int, int] = {}
    for op in graph.ops:
        if op.kind in RENAMING:
            roots[op.outputs[0]] = roots.get(op.inputs[0], op.inputs[0])
    inner = {t for s in plan.steps for op in s.ops[:-1] for t in graph.ops[op].outputs}
    for step in plan.steps:
        for op in step.ops:
            for t in graph.ops[op].inputs:
                if t == ABSENT or t in inner or graph.tensors[t].is_constant:
                    continue
                place = plan.places[t]
                if place.where == "arena":
                    assert owner.get(place.offset) == roots.get(t, t), f"tensor {t} was overwritten"
        for t in graph.ops[step.ops[-1]].outputs:
            place = plan.places[t]
            if place.where != "arena":
                continue
            size = graph.tensors[t].size_bytes
            for start in [o for o in owner if o < place.offset + size]:
                held = owner[start]
                if start + graph.tensors[held].size_bytes > place.offset:
                    del owner[start]
            owner[place.offset] = roots.get(t, t)
            assert place.offset + size <= plan.arena_bytes


@pytest.mark.parametrize("seed", range(25))
def test_random_graphs_keep_every_tensor_until_its_last_reader(seed: int) -> None:
    graph, _ = random_graph(seed)
    for demand in (apart, in_place):
        for streamable in (never, always):
            optimize = "flash" if streamable is never else "ram"
            plan = plan_memory(graph, optimize=optimize, demand=demand, streamable=streamable)
            assert_sound(graph, plan)
            assert sorted(op for s in plan.steps for op in s.ops) == [
                i for i, op in enumerate(graph.ops) if op.kind not in RENAMING
            ]


def test_equal_graphs_give_equal_plans() -> None:
    graph, _ = random_graph(7)
    first = plan_memory(graph, optimize="ram", demand=in_place, streamable=always)
    assert first == plan_memory(graph, optimize="ram", demand=in_place, streamable=always)


def test_a_chain_in_place_needs_one_buffer() -> None:
    graph = chain(5)
    apart_plan = plan_memory(graph, optimize="flash", demand=apart, streamable=never)
    place_plan = plan_memory(graph, optimize="flash", demand=in_place, streamable=never)
    assert (apart_plan.arena_bytes, place_plan.arena_bytes) == (256, 128 + 24)


def test_inputs_and_outputs_lie_in_the_callers_buffers() -> None:
    graph = chain(2)
    plan = plan_memory(graph, optimize="flash", demand=apart, streamable=never)
    assert plan.places[graph.inputs[0]].where == "input"
    assert plan.places[graph.outputs[0]].where == "output"
    assert plan.arena_bytes == 128


def test_streaming_is_used_only_where_it_lowers_the_arena_in_every_mode() -> None:
    graph = chain(5)
    for optimize in ("speed", "ram", "flash"):
        assert len(plan_memory(graph, optimize=optimize, demand=apart, streamable=always).steps) == 1
    alone = plan_memory(graph, optimize="flash", demand=apart, streamable=always, trees=())
    assert len(alone.steps) == 5, "the trees that are given are the ones that are streamed"
    streamed = plan_memory(graph, optimize="ram", demand=apart, streamable=always)
    assert streamed.arena_bytes == 0
    assert len(plan_memory(graph, optimize="ram", demand=in_place, streamable=never).steps) == 5


def test_maps_one_pixel_wide_are_streamed_for_ram_only() -> None:
    b = Builder()
    x = b.input((1, 32, 1, 8), Q)
    for _ in range(5):
        x = b.op("relu", [x], Q)
    graph = b.finish([x])
    for optimize, steps in (("speed", 5), ("ram", 1)):
        assert len(plan_memory(graph, optimize=optimize, demand=apart, streamable=always).steps) == steps
    assert len(plan_memory(chain(5), optimize="speed", demand=apart, streamable=always).steps) == 1


def test_reshape_is_renaming_unless_both_ends_are_the_callers() -> None:
    b = Builder()
    x = b.input((1, 4), Q)
    y = b.op("relu", [x], Q)
    z = b.op("reshape", [y, b.const([4, 1], "int32")], Q)
    w = b.op("relu", [z], Q)
    graph = b.finish([w])
    plan = plan_memory(graph, optimize="flash", demand=apart, streamable=never)
    assert plan.places[y] == plan.places[z]
    assert [s.ops for s in plan.steps] == [(0,), (2,)]

    b = Builder()
    x = b.input((1, 4), Q)
    graph = b.finish([b.op("reshape", [x, b.const([4, 1], "int32")], Q)])
    plan = plan_memory(graph, optimize="flash", demand=apart, streamable=never)
    assert [s.ops for s in plan.steps] == [(0,)]
    assert plan.arena_bytes == 0


def test_the_peak_step_is_the_one_that_holds_most() -> None:
    graph, _ = random_graph(3)
    plan = plan_memory(graph, optimize="flash", demand=in_place, streamable=never)
    assert plan.used_bytes[plan.peak_step] == max(plan.used_bytes) <= plan.arena_bytes
    for row in plan.lifetimes:
        assert row.offset + row.size_bytes <= plan.arena_bytes


def test_resnet8_fits_the_promised_arena() -> None:
    from espalier.emit.demand import demand, streamable

    graph = read_tflite(RESNET8.read_bytes())
    for optimize, most in (("speed", 36_864), ("ram", 26_000)):
        plan = plan_memory(graph, optimize=optimize, demand=demand, streamable=streamable)
        assert_sound(graph, plan)
        assert plan.arena_bytes <= most


def test_equal_peaks_are_lowered_one_after_the_other() -> None:
    b = Builder()
    x = b.input((1, 4, 4, 2), Q)
    for _ in range(3):
        x = b.op("pad", [x, b.const([[0, 0], [6, 6], [6, 6], [0, 0]], "int32")], Q)
        x = b.op("max_pool_2d", [x], Q, filter_h=4, filter_w=4, stride_h=4, stride_w=4)
    graph = b.finish([b.op("relu", [x], Q)])

    def pairs(graph: Graph, ops: tuple[int, ...]) -> bool:
        return [graph.ops[i].kind for i in ops] == ["pad", "max_pool_2d"]

    plan = plan_memory(graph, optimize="ram", demand=apart, streamable=pairs)
    assert [len(s.ops) for s in plan.steps] == [2, 2, 2, 1]
    assert plan.arena_bytes == 2 * 32


def test_trees_that_the_arena_can_do_without_are_taken_apart() -> None:
    graph = chain(6)
    plan = plan_memory(graph, optimize="ram", demand=in_place, streamable=always)
    assert (
        plan.arena_bytes
        <= plan_memory(graph, optimize="flash", demand=in_place, streamable=never).arena_bytes
    )


def test_a_section_may_be_longer_than_the_trees_that_are_tried() -> None:
    graph = chain(12)
    whole = tuple(range(12))

    def only_whole(graph: Graph, ops: tuple[int, ...]) -> bool:
        return len(ops) == 1 or ops == whole

    plan = plan_memory(graph, optimize="ram", demand=apart, streamable=only_whole)
    assert_sound(graph, plan)
    assert [step.ops for step in plan.steps] == [whole] and plan.arena_bytes == 0
