"""Operators that together are a function of one tensor's values are one table."""

from __future__ import annotations

from pathlib import Path

import pytest
from c_batch import make_batch, native, native_compiler
from one_value_cases import CASES, EVERY, INPUT, OUTPUT
from single_op_cases import Builder

from espalier.emit.channel_tables import joined
from espalier.emit.plan_program import plan_program
from espalier.errors import UnsupportedModelError
from espalier.graph import reference
from espalier.graph.types import Quant


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_function_of_one_value_is_one_table(name: str) -> None:
    graph = CASES[name]()
    assert joined(graph, "flash", "portable") == (tuple(range(len(graph.ops))),)
    for optimize in ("speed", "ram", "flash"):
        plan, _ = plan_program(graph, optimize=optimize, isa="dsp")
        assert [len(step.ops) for step in plan.steps] == [len(graph.ops)] and plan.arena_bytes == 0


def test_functions_of_one_value_are_exact_in_plain_c(tmp_path: Path) -> None:
    if native_compiler() is None:
        pytest.skip("no C compiler (gcc, cc or clang) on this machine")
    graphs = [make() for make in CASES.values()]
    with native(make_batch(graphs), tmp_path, "-O1") as programs:
        for number, (name, graph) in enumerate(zip(CASES, graphs, strict=True)):
            assert programs.run(number, [EVERY])[0].tobytes() == reference.run(graph, [EVERY])[0].tobytes(), (
                name
            )


def test_what_somebody_else_reads_is_no_part_of_a_group() -> None:
    b = Builder()
    x = b.input(EVERY.shape, INPUT)
    gate = b.op("logistic", [x], Quant(scales=(1 / 256,), zero_points=(-128,)))
    graph = b.finish([b.op("mul", [x, gate], OUTPUT), gate])
    assert joined(graph, "speed", "portable") == ()


def test_two_tensors_are_no_function_of_one() -> None:
    b = Builder()
    x, y = b.input(EVERY.shape, INPUT), b.input(EVERY.shape, INPUT)
    gate = b.op("logistic", [y], Quant(scales=(1 / 256,), zero_points=(-128,)))
    assert joined(b.finish([b.op("mul", [x, gate], OUTPUT)]), "speed", "portable") == ()


def test_real_values_that_are_only_moved_are_refused_before_anything_is_linked() -> None:
    b = Builder()
    halves = b.many("split", [b.const(3, "int32"), b.op("dequantize", [b.input(EVERY.shape, INPUT)], None, "float32")], 2,
                    num_splits=2)  # fmt: skip
    graph = b.finish([b.op("quantize", [half], OUTPUT) for half in halves])
    with pytest.raises(UnsupportedModelError, match="dequantize"):
        plan_program(graph, optimize="speed", isa="dsp")


def test_real_values_that_no_table_can_hold_are_refused_by_name() -> None:
    b = Builder()
    x, y = (b.op("dequantize", [b.input(EVERY.shape, INPUT)], None, "float32") for _ in range(2))
    graph = b.finish([b.op("quantize", [b.op("pow", [x, y], None, "float32")], OUTPUT)])
    with pytest.raises(UnsupportedModelError, match="dequantize"):
        plan_program(graph, optimize="speed", isa="dsp")
