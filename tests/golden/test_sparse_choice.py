"""Zeros are left out where that wins, and only there: measured on emulated cores on both sides of the break-even."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from c_batch import EmulatedBatch, make_batch
from pruned_cases import forced, layer
from single_op_cases import Builder

from espalier.emit.kernel_table import lower
from espalier.emit.lowering import How, Lowered, Sparse
from espalier.emit.plan_program import plan_plain
from espalier.emit.program import Options, emit
from espalier.emit.sparse_prices import CODE_BYTES, ERROR, MARGIN, PRICES
from espalier.emulate.cross import CORES, Core, compile_program
from espalier.graph.types import Array, Graph, Quant

emulated = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)
PLAIN = ("cortex-m0plus", "cortex-m3", "cortex-m4", "rv32imc")
SHAPES = {
    "conv 3x3": lambda density: made((8, 8), (32, 32), (3, 3), density),
    "conv 3x3 at an odd width": lambda density: made((9, 13), (16, 12), (3, 3), density),
    "conv 1x1": lambda density: made((8, 8), (64, 64), (1, 1), density),
    "dense": lambda density: made((0, 0), (256, 64), (1, 1), density),
}


def made(
    size: tuple[int, int], channels: tuple[int, int], window: tuple[int, int], density: float
) -> tuple[Graph, list[Array]]:
    """One seed: what is zero at one density is zero at every lower one."""
    return layer(np.random.default_rng(11), size, channels, window, density=density)


def account(shape: str, density: float, isa: str, optimize: str = "speed") -> Sparse | None:
    graph, _ = SHAPES[shape](density)
    return lower(graph, 0, How(isa=isa, optimize=optimize))[0].sparse


@functools.cache
def break_even(shape: str, isa: str) -> float:
    """The largest density at which the zeros are left out."""
    low, high = 0.05, 0.8
    assert account(shape, low, isa) is not None and account(shape, high, isa) is None
    while high - low > 0.005:
        middle = (low + high) / 2
        low, high = (middle, high) if account(shape, middle, isa) is not None else (low, middle)
    return low


def counted(
    cases: Sequence[tuple[Graph, list[Array]]], core: Core, folder: Path, *, sparse: bool
) -> list[int]:
    """Instructions of each layer in one form."""
    with forced(sparse):
        batch = make_batch([graph for graph, _ in cases], isa=core.isa)
    runner = EmulatedBatch(batch, core, folder, "-O2")
    spent = []
    for program, (graph, inputs) in zip(batch.programs, cases, strict=True):
        out = bytes(graph.tensors[graph.outputs[0]].size_bytes)
        call = runner.core.call(
            f"{program.prefix}_run", [bytes(program.arena_bytes), inputs[0].tobytes(), out]
        )
        spent.append((call.instructions, call.model_cycles))
    return spent


@emulated
@pytest.mark.parametrize("name", PLAIN)
def test_the_choice_is_right_on_both_sides_of_the_break_even(tmp_path: Path, name: str) -> None:
    core = CORES[name]
    points = [
        (shape, break_even(shape, core.isa) * factor) for shape in SHAPES for factor in (0.5, 0.93, 1.07)
    ]
    cases = [SHAPES[shape](density) for shape, density in points]
    (tmp_path / "dense").mkdir()
    (tmp_path / "sparse").mkdir()
    dense = counted(cases, core, tmp_path / "dense", sparse=False)
    sparse = counted(cases, core, tmp_path / "sparse", sparse=True)
    for (shape, density), (before, cycles), (after, fewer) in zip(points, dense, sparse, strict=True):
        found = account(shape, density, core.isa)
        if found is None:
            assert after > (1 - MARGIN - ERROR) * before, (shape, density)
        else:
            assert after < (1 - MARGIN + ERROR) * before, (shape, density)
            assert cycles is None or (fewer is not None and fewer < cycles), (shape, density)
            assert abs(before - after - found.instructions_saved) <= ERROR * before, (shape, density)
    assert [account(*point, core.isa) is not None for point in points] == [True, True, False] * len(SHAPES)


def test_no_core_leaves_zeros_out_of_nearly_dense_weights() -> None:
    for isa in (*PRICES, "portable"):
        for shape in SHAPES:
            for optimize in ("speed", "ram", "flash"):
                assert account(shape, 0.78, isa, optimize) is None


def test_an_unknown_core_takes_the_sparse_form_only_where_every_plain_core_would() -> None:
    for shape in SHAPES:
        unknown = break_even(shape, "portable")
        assert abs(unknown - min(break_even(shape, isa) for isa in ("thumb1", "thumb2", "riscv"))) < 0.01


def test_helium_multiplies_the_zeros_with_the_others() -> None:
    for shape in ("conv 3x3", "conv 1x1", "dense"):
        assert account(shape, 0.05, "helium") is None


@pytest.mark.parametrize("isa", ["dsp", "thumb2", "thumb1"])
def test_ram_is_never_paid_for_speed_under_ram(isa: str) -> None:
    rng = np.random.default_rng(8)
    taken = 0
    for size in ((3, 3), (4, 7), (5, 5), (8, 8), (6, 20), (5, 9)):
        for window, stride in (((1, 1), 1), ((3, 3), 1), ((1, 1), 2), ((3, 3), 2)):
            graph, _ = layer(rng, size, (32, 16), window, stride, density=0.1)
            how = How(isa=isa, optimize="ram")
            chosen = lower(graph, 0, how)[0]
            with forced(sparse=False):
                dense = lower(graph, 0, how)[0]
                arena = plan_plain(graph, optimize="ram", isa=isa).arena_bytes
            assert chosen.scratch_bytes <= dense.scratch_bytes
            assert plan_plain(graph, optimize="ram", isa=isa).arena_bytes <= arena
            taken += chosen.sparse is not None
    assert taken >= 6


def constants(lowered: Lowered) -> int:
    return sum(constant.size_bytes for constant in lowered.constants)


def test_bytes_are_counted_exactly_and_flash_takes_them_only_beyond_the_kernel_s_code() -> None:
    for shape, density in (("conv 3x3", 0.5), ("conv 1x1", 0.1), ("dense", 0.4)):
        graph, _ = SHAPES[shape](density)
        how = How(isa="thumb1", optimize="speed")
        sparse = lower(graph, 0, how)[0]
        with forced(sparse=False):
            dense = lower(graph, 0, how)[0]
        assert sparse.sparse is not None
        assert sparse.sparse.bytes_saved == constants(dense) - constants(sparse)
        share = np.count_nonzero(graph.tensors[1].data) / graph.tensors[1].elements
        assert sparse.sparse.density == share


def two_layers(density: float, channels: int) -> Graph:
    """A convolution without zeros, whose kernel stays in the program, and one with zeros."""
    rng = np.random.default_rng(4)
    b = Builder()
    scale = Quant(scales=(0.05,), zero_points=(-7,))
    at = b.input((1, 6, 6, channels), scale)
    for share in (1.0, density):
        shape = (channels, 3, 3, channels)
        values = rng.integers(1, 128, shape) * (rng.random(shape) < share)
        filters = Quant(scales=(0.01,) * channels, zero_points=(0,) * channels, axis=0)
        operands = [at, b.const(values, "int8", filters), b.const([7] * channels, "int32")]
        at = b.op("conv_2d", operands, scale, padding="same", stride_h=1, stride_w=1)
    return b.finish([at])


@emulated
@pytest.mark.parametrize("name", PLAIN)
def test_flash_never_grows_by_leaving_zeros_out(tmp_path: Path, name: str) -> None:
    """Also where the layers save about as many bytes as the kernel that they need besides the dense one."""
    core = CORES[name]
    taken = []
    for density, channels in ((0.02, 24), (0.3, 16), (0.45, 16)):
        graph = two_layers(density, channels)
        taken.append(lower(graph, 1, How(isa=core.isa, optimize="flash"))[0].sparse is not None)
        (tmp_path / f"{channels} {density}").mkdir()
        size = flash_bytes(graph, core, tmp_path / f"{channels} {density}")
        with forced(sparse=False):
            (tmp_path / f"{channels} {density} dense").mkdir()
            assert size <= flash_bytes(graph, core, tmp_path / f"{channels} {density} dense")
    assert taken == [True, False, False]


def flash_bytes(graph: Graph, core: Core, folder: Path) -> int:
    plan = plan_plain(graph, optimize="flash", isa=core.isa)
    files = dict(emit(graph, plan, "net", Options(isa=core.isa)))
    image = compile_program(files, core, roots=["net_run"], workdir=folder, optimize="-Os")
    return image.size_of(".text", ".weights", ".rodata")


@emulated
@pytest.mark.parametrize("name", PLAIN)
def test_the_kernels_code_is_not_larger_than_the_choice_counts_with(tmp_path: Path, name: str) -> None:
    core = CORES[name]
    for shape, kind in (("conv 3x3", "conv_2d"), ("dense", "fully_connected")):
        graph, _ = SHAPES[shape](0.1)
        folder = tmp_path / kind
        folder.mkdir()
        with forced(sparse=True):
            plan = plan_plain(graph, optimize="flash", isa=core.isa)
            files = dict(emit(graph, plan, "net", Options(isa=core.isa)))
        image = compile_program(files, core, roots=["net_run"], workdir=folder, optimize="-Os")
        code = sum(s.size for symbol, s in image.symbols.items() if symbol.startswith("net_sparse"))
        assert 0 < code <= CODE_BYTES[kind]
