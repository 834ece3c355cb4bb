"""Depthwise and narrow convolutions are exact for odd counts, small maps and channels with hostile ranges."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

import numpy as np
import pytest
from c_batch import EmulatedBatch, make_batch, native, native_compiler
from file_program import run_under_qemu
from hostile_cases import Case, hostile_cases

from espalier.emulate.cross import CORES
from espalier.graph import reference


@functools.cache
def every_case() -> tuple[Case, ...]:
    return tuple(hostile_cases())


@functools.cache
def wanted(number: int) -> tuple[bytes, ...]:
    _, graph, inputs = every_case()[number]
    return tuple(np.ascontiguousarray(a).tobytes() for a in reference.run(graph, inputs))


@pytest.mark.skipif(native_compiler() is None, reason="no C compiler (gcc, cc or clang) on this machine")
@pytest.mark.parametrize("isa, optimize", [("portable", "ram"), ("dsp", "speed"), ("helium", "speed"), ("helium", "flash")])
def test_hostile_layers_are_exact_in_the_plain_c_of_every_kernel(isa: str, optimize: str, tmp_path: Path) -> None:
    batch = make_batch([graph for _, graph, _ in every_case()], optimize=optimize, isa=isa)
    with native(batch, tmp_path, "-O1") as programs:
        for number, (name, _, inputs) in enumerate(every_case()):
            assert tuple(a.tobytes() for a in programs.run(number, inputs)) == wanted(number), name


@pytest.mark.parametrize("name", ["cortex-m4", pytest.param("cortex-m55", marks=pytest.mark.sweep)])
def test_hostile_layers_are_exact_on_an_emulated_core(name: str, tmp_path: Path) -> None:
    pytest.importorskip("unicorn")
    pytest.importorskip("ziglang")
    core, cases = CORES[name], every_case()
    batch = make_batch([graph for _, graph, _ in cases], isa=core.isa)
    if core.unicorn:
        machine = EmulatedBatch(batch, core, tmp_path, "-O2")
        results = [[a.tobytes() for a in machine.run(n, inputs)] for n, (_, _, inputs) in enumerate(cases)]
    elif shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed")
    else:
        results = run_under_qemu(batch, core, [inputs for _, _, inputs in cases], tmp_path, "-O2")
    wrong = [cases[n][0] for n, made in enumerate(results) if tuple(made) != wanted(n)]
    assert wrong == []


def test_most_hostile_layers_still_answer_with_many_values() -> None:
    """A case whose output is constant proves nothing."""
    lively = [len(np.unique(np.frombuffer(wanted(n)[0], np.int8))) > 8 for n in range(len(every_case()))]
    assert np.mean(lively) > 0.7
