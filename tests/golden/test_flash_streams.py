"""`optimize = "flash"` executes row by row as the others do: it takes no more RAM than the fastest program."""

from __future__ import annotations

import pytest
from graph_cases import random_graph

from espalier.emit.plan_program import EXTRA_RAM, plan_plain, plan_program


@pytest.mark.parametrize("seed", range(24))
def test_flash_takes_no_more_ram_than_speed_but_for_what_decoding_may_buy(seed: int) -> None:
    graph = random_graph(seed)[0]
    speed = plan_plain(graph, optimize="speed", isa="dsp").arena_bytes
    # Kernels for size pack less or more than those for speed: some need a little more scratch, and a row of a depthwise
    # convolution holds its channels in fours.
    most = max(1.05 * speed, speed + 256)
    assert plan_plain(graph, optimize="flash", isa="dsp").arena_bytes <= most
    plan, coding = plan_program(graph, optimize="flash", isa="dsp")
    assert plan.arena_bytes <= most + (max(EXTRA_RAM) if coding is not None else 0)
