"""The directed cases give the same bytes on every core at every level, and no sanitizer has anything to say.

The default suite runs a sample: each core at one level. Everything: pytest -m sweep tests/golden/<this file>, or
`python tests/golden/sweep_exact.py cores` and `... sanitized`, which count and print a table.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest
from c_batch import Batch, make_batch
from c_cases import random_cases
from core_matrix import LEVELS, cells, every_case, outcomes, wanted
from file_program import has_sanitizers, run_sanitized
from pretrained import RESNET8

from espalier.emulate.cross import CORES
from espalier.graph import reference
from espalier.tflite.read import read_tflite

EMULATION = (
    importlib.util.find_spec("ziglang") is not None and importlib.util.find_spec("unicorn") is not None
)
needs_emulation = pytest.mark.skipif(
    not EMULATION, reason="ziglang or unicorn is not installed (espalier[mcu])"
)
SAMPLE = [(core, LEVELS[number % len(LEVELS)]) for number, core in enumerate(CORES)]


def assert_core(name: str, level: str, every: int) -> int:
    core = CORES[name]
    if not core.unicorn and shutil.which("qemu-system-arm") is None:
        pytest.skip(f"qemu-system-arm is not installed, and only QEMU emulates the {name}")
    ran = 0
    for outcome in outcomes(core, level, range(0, len(every_case()), every)):
        assert not outcome.wrong
        ran += outcome.ran
    return ran


def test_there_are_at_least_5000_directed_cases() -> None:
    assert len(every_case()) >= 5000


@needs_emulation
@pytest.mark.parametrize(("name", "level"), SAMPLE)
def test_a_sample_of_the_directed_cases_is_exact_on_every_core(name: str, level: str) -> None:
    assert assert_core(name, level, 131) > 60


@pytest.mark.sweep
@needs_emulation
@pytest.mark.parametrize(("name", "level"), cells())
def test_sweep_every_directed_case_is_exact_on_every_core(name: str, level: str) -> None:
    assert assert_core(name, level, 1) >= 5000


@pytest.fixture
def sanitizers(tmp_path: Path) -> Path:
    if not has_sanitizers(tmp_path):
        pytest.skip("no gcc, cc or clang on this machine that links AddressSanitizer")
    return tmp_path


def assert_sanitized(numbers: range, folder: Path, mode: str = "speed") -> None:
    cases = [every_case()[n] for n in numbers]
    batch = make_batch([graph for graph, _, _ in cases], optimize=mode)
    results = run_sanitized(batch, [inputs for _, inputs, _ in cases], folder, "-O1")
    for number, got, (_, _, name) in zip(numbers, results, cases, strict=True):
        assert tuple(got) == wanted(number), name


def test_sanitizers_have_nothing_to_say_about_a_sample_of_the_directed_cases(sanitizers: Path) -> None:
    assert_sanitized(range(0, len(every_case()), 97), sanitizers)


@pytest.mark.parametrize("mode", ["speed", "ram", "flash", "coded"])
def test_sanitizers_have_nothing_to_say_about_random_operators(sanitizers: Path, mode: str) -> None:
    kinds = ["conv_2d", "depthwise_conv_2d", "transpose_conv", "fully_connected", "max_pool_2d", "pad"]
    cases = random_cases(kinds, 5, "int8", 5000)
    batch = make_batch([graph for graph, _, _ in cases], optimize=mode)
    results = run_sanitized(batch, [inputs for _, inputs, _ in cases], sanitizers, "-O1")
    for got, (graph, inputs, name) in zip(results, cases, strict=True):
        assert got == [np.ascontiguousarray(a).tobytes() for a in reference.run(graph, inputs)], name


@pytest.mark.parametrize("mode", ["speed", "ram", "flash", "coded"])
def test_sanitizers_have_nothing_to_say_about_resnet8(sanitizers: Path, mode: str) -> None:
    graph = read_tflite(RESNET8.read_bytes())
    image = np.random.default_rng(7).integers(-128, 128, (1, 32, 32, 3)).astype(np.int8)
    results = run_sanitized(make_batch([graph], optimize=mode), [[image]], sanitizers, "-O2")
    assert results[0] == [reference.run(graph, [image])[0].tobytes()]


def test_a_buffer_that_is_too_small_is_seen(sanitizers: Path) -> None:
    cases = random_cases(["conv_2d"], 6, "int8", 100)
    graph, inputs, _ = next(case for case in cases if make_batch([case[0]]).programs[0].arena_bytes > 64)
    batch = make_batch([graph])
    (program,) = batch.programs
    small = Batch((dataclasses.replace(program, arena_bytes=program.arena_bytes // 2),), batch.files)
    with pytest.raises(AssertionError, match="heap-buffer-overflow"):
        run_sanitized(small, [inputs], sanitizers, "-O1")


@pytest.mark.sweep
def test_sweep_sanitizers_have_nothing_to_say_about_the_directed_cases(sanitizers: Path) -> None:
    for first in range(0, len(every_case()), 400):
        folder = sanitizers / str(first)
        folder.mkdir()
        assert_sanitized(range(first, min(first + 400, len(every_case()))), folder)
