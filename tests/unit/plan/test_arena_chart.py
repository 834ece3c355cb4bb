"""The peak is named, its parts add up, the chart is safe to put into a page."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from graph_cases import random_graph
from single_op_cases import Builder, Quant
from test_memory import apart, in_place, never

from espalier.errors import GateError
from espalier.graph.types import Graph
from espalier.peak import arena_too_large
from espalier.plan.explain import chart, peak
from espalier.plan.memory import plan_memory
from espalier.plan.types import Plan

Q = Quant(scales=(1.0,), zero_points=(0,))


def example() -> tuple[Graph, Plan]:
    b = Builder()
    x = b.input((1, 4, 4, 2), Q)
    y = b.op("relu", [x], Q)
    z = b.op("pad", [y, b.const([[0, 0], [2, 2], [2, 2], [0, 0]], "int32")], Q)
    out = b.op("max_pool_2d", [z], Q, filter_h=2, filter_w=2, stride_h=2, stride_w=2)
    graph = b.finish([out])
    names = ("in", "model/conv/Relu;<script>", "paddings", "model/enlarge/Pad", "model/pool/MaxPool")
    tensors = [replace(t, name=names[i] if i < len(names) else t.name) for i, t in enumerate(graph.tensors)]
    graph = replace(graph, tensors=tuple(tensors))
    return graph, plan_memory(graph, optimize="flash", demand=apart, streamable=never)


def test_the_peak_names_its_layer_and_what_it_holds() -> None:
    graph, plan = example()
    found = peak(graph, plan)
    assert (found.step, found.kinds, found.layers) == (1, ("pad",), ("enlarge",))
    assert [(p.name, p.size_bytes) for p in found.parts] == [("enlarge", 128), ("conv", 32)]
    assert sum(p.size_bytes for p in found.parts) == found.arena_bytes == plan.arena_bytes


def test_an_arena_that_does_not_fit_says_by_how_much_where_and_what_helps() -> None:
    graph, plan = example()
    error = arena_too_large(peak(graph, plan), 100)
    assert isinstance(error, GateError)
    for part in (
        "160 bytes",
        "60 more than 100",
        "step 1 (pad enlarge)",
        "enlarge 128, conv 32",
        "fewer channels",
    ):
        assert part in str(error), part


@pytest.mark.parametrize("seed", range(3))
def test_the_chart_is_well_formed_inside_its_frame_and_deterministic(seed: int) -> None:
    graph, _ = random_graph(seed)
    plan = plan_memory(graph, optimize="flash", demand=in_place, streamable=never)
    drawn = chart(graph, plan)
    root = ElementTree.fromstring(drawn)
    boxes = list(root.iter("rect"))
    assert len(boxes) == len(plan.lifetimes) + 1
    for box in boxes:
        assert float(box.attrib["x"]) + float(box.attrib["width"]) <= 761
        assert float(box.attrib["y"]) >= -1 and float(box.attrib["y"]) + float(box.attrib["height"]) <= 261
    assert drawn == chart(graph, plan)


def test_the_chart_names_its_boxes_numbers_its_steps_and_marks_the_peak() -> None:
    graph, plan = example()
    root = ElementTree.fromstring(chart(graph, plan))
    texts = ["".join(e.itertext()) for e in root.iter("text")]
    assert {"160", "0", "1", "enlarge"} <= set(texts)
    assert [e.text for e in root.iter("tspan")] == [str(peak(graph, plan).step)]
    titles = [e.text for e in root.iter("title")]
    assert any(t is not None and t.startswith("enlarge: 128 bytes at ") for t in titles)


def test_hostile_names_stay_text() -> None:
    graph, plan = example()
    renamed = [replace(t, name="a/<script>\n&'\"/b") for t in graph.tensors]
    drawn = chart(replace(graph, tensors=tuple(renamed)), plan)
    assert "<script>" not in drawn and "\n" not in drawn
    ElementTree.fromstring(drawn)


def test_a_network_without_steps_has_no_peak() -> None:
    graph, plan = example()
    assert peak(graph, replace(plan, steps=(), lifetimes=(), arena_bytes=0)).parts == ()
