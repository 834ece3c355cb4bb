"""Convolutions with dead, near-dead, huge and odd channels: exact on every core, at every level, in every mode."""

from __future__ import annotations

import functools
import importlib.util
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from c_batch import Batch, EmulatedBatch, make_batch, native, native_compiler
from file_program import has_sanitizers, run_sanitized, run_under_qemu
from hostile_convs import hostile_conv

from espalier.emulate.cross import CORES
from espalier.graph import reference
from espalier.graph.types import Array, Graph

Case = tuple[str, Graph, list[Array]]
needs_emulation = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)
needs_qemu = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or shutil.which("qemu-system-arm") is None,
    reason="ziglang or qemu-system-arm is not installed",
)
LEVELS = ("-O0", "-Os", "-O2", "-O3")
SAMPLE = 48


@functools.cache
def case(seed: int) -> Case:
    return hostile_conv(seed)


@functools.cache
def wanted(seed: int) -> bytes:
    _, graph, inputs = case(seed)
    return reference.run(graph, inputs)[0].tobytes()


def batch_of(seeds: Sequence[int], isa: str = "portable", optimize: str = "speed") -> Batch:
    return make_batch([case(seed)[1] for seed in seeds], isa=isa, optimize=optimize)


def assert_board(seeds: Sequence[int], folder: Path, level: str) -> None:
    given = [case(seed)[2] for seed in seeds]
    results = run_under_qemu(batch_of(seeds, "helium"), CORES["cortex-m55"], given, folder, level)
    for seed, (got,) in zip(seeds, results, strict=True):
        assert got == wanted(seed), case(seed)[0]


def assert_core(seeds: Sequence[int], folder: Path, core: str, level: str, optimize: str) -> None:
    runner = EmulatedBatch(batch_of(seeds, CORES[core].isa, optimize), CORES[core], folder, level)
    for number, seed in enumerate(seeds):
        name, _, inputs = case(seed)
        assert runner.run(number, inputs)[0].tobytes() == wanted(seed), f"{name} on {core} at {level}"


@pytest.mark.parametrize(
    ("isa", "optimize"), [("portable", "speed"), ("dsp", "ram"), ("helium", "speed"), ("portable", "coded")]
)
def test_hostile_channels_are_exact_in_plain_c(tmp_path: Path, isa: str, optimize: str) -> None:
    if native_compiler() is None:
        pytest.skip("no C compiler (gcc, cc or clang) on this machine")
    seeds = range(2 * SAMPLE)
    with native(batch_of(seeds, isa, optimize), tmp_path, "-O1") as programs:
        for number, seed in enumerate(seeds):
            name, _, inputs = case(seed)
            assert programs.run(number, inputs)[0].tobytes() == wanted(seed), name


def test_sanitizers_have_nothing_to_say_about_hostile_channels(tmp_path: Path) -> None:
    if not has_sanitizers(tmp_path):
        pytest.skip("no gcc, cc or clang on this machine that links AddressSanitizer")
    seeds = range(SAMPLE)
    for isa in ("portable", "helium"):
        folder = tmp_path / isa
        folder.mkdir()
        results = run_sanitized(batch_of(seeds, isa), [case(s)[2] for s in seeds], folder, "-O1")
        for seed, (got,) in zip(seeds, results, strict=True):
            assert got == wanted(seed), case(seed)[0]


@needs_emulation
@pytest.mark.parametrize(
    ("core", "level", "optimize"),
    [
        ("cortex-m4", "-O2", "speed"),
        ("cortex-m7", "-O0", "ram"),
        ("cortex-m33", "-O3", "speed"),
        ("cortex-m4", "-Os", "coded"),
        ("cortex-m3", "-O2", "speed"),
        ("cortex-m0plus", "-Os", "ram"),
        ("rv32imc", "-O2", "speed"),
    ],
)
def test_hostile_channels_are_exact_on_a_core(tmp_path: Path, core: str, level: str, optimize: str) -> None:
    first = len(core) + len(level) + len(optimize)
    assert_core(range(first, first + SAMPLE), tmp_path, core, level, optimize)


@needs_qemu
@pytest.mark.parametrize("level", ["-O2", pytest.param("-O0", marks=pytest.mark.sweep)])
def test_hostile_channels_are_exact_on_helium(tmp_path: Path, level: str) -> None:
    assert_board(range(40, 40 + SAMPLE // 2), tmp_path, level)


@pytest.mark.sweep
@needs_qemu
@pytest.mark.parametrize("level", LEVELS)
def test_sweep_hostile_channels_are_exact_on_helium(tmp_path: Path, level: str) -> None:
    for first in range(0, 2_000, 100):
        assert_board(range(first, first + 100), tmp_path, level)


@pytest.mark.sweep
@needs_emulation
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33", "cortex-m3", "cortex-m0plus", "rv32imc"])
def test_sweep_hostile_channels_are_exact_on_every_core(tmp_path: Path, core: str, level: str) -> None:
    for first in range(0, 2_000, 200):
        folder = tmp_path / str(first)
        folder.mkdir()
        assert_core(range(first, first + 200), folder, core, level, ("speed", "ram", "coded")[first // 200 % 3])
