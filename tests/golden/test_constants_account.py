"""Every byte of a compiled program's constants is accounted for, and the three ways to optimize are really tried."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from single_op_cases import Builder

from espalier.emit.plan_program import plan_program
from espalier.emit.program import Options, emit
from espalier.emit.selftest import GoldenCase
from espalier.emulate.cross import CORES
from espalier.emulate.microcontroller import Emulated, measure_program
from espalier.graph import reference
from espalier.graph.types import Graph, Quant
from espalier.plan.types import ALIGNMENT
from espalier.stages.compare_modes import compare_modes

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)


IN, HIDDEN = Quant(scales=(0.02,), zero_points=(-128,)), Quant(scales=(0.05,), zero_points=(-128,))


def network() -> Graph:
    """Three 3x3 convolutions on a 24x24 image: large maps and few weights."""
    rng, b = np.random.default_rng(3), Builder()
    x, depth = b.input((1, 24, 24, 3), IN), 3
    for channels in (16, 23, 8):
        quant = Quant(scales=(0.003,) * channels, zero_points=(0,) * channels, axis=0)
        weights = b.const(rng.integers(-127, 128, (channels, 3, 3, depth)), "int8", quant)
        bias = b.const(rng.integers(-500, 500, channels), "int32")
        x = b.op("conv_2d", [x, weights, bias], HIDDEN, padding="same", stride_h=1, stride_w=1, activation="relu")
        depth = channels
    return b.finish([x])


@pytest.fixture(scope="module")
def measured() -> tuple[Graph, Emulated, GoldenCase]:
    graph = network()
    image = np.random.default_rng(1).integers(-128, 128, (1, 24, 24, 3)).astype(np.int8)
    case = GoldenCase(input=image.tobytes(), output=reference.run(graph, [image])[0].tobytes())
    plan, _ = plan_program(graph, optimize="speed", isa="dsp")
    files = emit(graph, plan, "net", Options(isa="dsp"))
    core = CORES["cortex-m4"]
    figures = measure_program(
        files, core, name="net", graph=graph, arena_bytes=plan.arena_bytes, golden=[case]
    )
    return graph, figures, case


def test_every_constant_byte_of_the_program_is_in_one_part_of_the_account(
    measured: tuple[Graph, Emulated, GoldenCase],
) -> None:
    graph, figures, _ = measured
    found = figures.constants
    assert found is not None
    assert found.stored == figures.weights_bytes
    assert found.weights + found.requantization + found.structures + found.tables == found.stored
    channels = 16 + 23 + 8
    assert found.model == sum(t.size_bytes for t in graph.tensors if t.is_constant)
    assert found.model - 4 * channels <= found.weights <= 1.4 * (found.model - 4 * channels)
    assert 8 * channels <= found.requantization <= 16 * (channels + 1)
    assert 0 < found.structures <= 3 * 200
    assert 0 <= found.tables < 64, "what no symbol explains is alignment"


def test_the_modes_are_tried_each_with_its_own_figures(measured: tuple[Graph, Emulated, GoldenCase]) -> None:
    graph, figures, case = measured
    flash = figures.code_bytes + figures.weights_bytes
    modes = compare_modes(
        graph,
        name="net",
        core=CORES["cortex-m4"],
        case=case,
        flash_limit=flash,
        ram_limit=figures.arena_bytes - 1,
    )
    speed, ram, small = modes
    assert [mode.optimize for mode in modes] == ["speed", "ram", "flash"]
    assert (speed.flash_bytes, speed.instructions) == (flash, figures.instructions)
    # The figure counts the bytes that were written; blocks are planned in whole words of eight.
    assert 0 <= speed.arena_bytes - figures.arena_bytes < ALIGNMENT
    assert not speed.fits, "one byte of RAM is missing"
    assert small.flash_bytes is not None and small.flash_bytes < flash
    assert ram.arena_bytes <= speed.arena_bytes and small.arena_bytes <= speed.arena_bytes
    for mode in (ram, small):
        assert mode.fits == (mode.arena_bytes < figures.arena_bytes and (mode.flash_bytes or 0) <= flash)


def test_without_an_emulated_core_the_planned_ram_is_still_told(
    measured: tuple[Graph, Emulated, GoldenCase],
) -> None:
    graph, _, case = measured
    modes = compare_modes(graph, name="net", core=None, case=case, flash_limit=1e9, ram_limit=1e9)
    assert all(mode.flash_bytes is None and mode.arena_bytes > 0 and not mode.fits for mode in modes)
