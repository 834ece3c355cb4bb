"""The emitted C equals the numpy reference byte for byte: single operators, directed edges, whole graphs.

A batch of programs is one C file, compiled once for this machine with every warning an error.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from c_batch import make_batch, native, native_compiler
from c_cases import UNGENERATED, assert_exact, compiled, random_cases
from directed_cases import directed_cases
from graph_cases import random_graph

from espalier.emit.kernel_table import INT16, LOWERINGS
from espalier.graph import reference

pytestmark = pytest.mark.skipif(
    native_compiler() is None, reason="no C compiler (gcc, cc or clang) on this machine"
)


def test_random_int8_operators_are_exact(tmp_path: Path) -> None:
    cases = random_cases(sorted({*LOWERINGS, "arg_max_64"} - UNGENERATED), 8, "int8")
    assert len(cases) > 300
    assert_exact(cases, tmp_path, "-O1")


@pytest.mark.parametrize("isa", ["portable", "helium"])
def test_random_operators_with_coded_weights_are_exact(tmp_path: Path, isa: str) -> None:
    kinds = ["conv_2d", "depthwise_conv_2d", "fully_connected"]
    cases = random_cases([*kinds, "transpose_conv"], 50, "int8", 3000) + random_cases(kinds, 20, "int16", 3000)
    assert_exact(cases, tmp_path, "-O1", optimize="coded", isa=isa, wanted_kernel=b"_coded(")


def test_random_int16_operators_are_exact(tmp_path: Path) -> None:
    cases = random_cases(sorted(set(INT16) - UNGENERATED), 5, "int16")
    assert len(cases) > 100
    assert_exact(cases, tmp_path, "-O1")


def test_directed_ties_saturation_zero_points_and_exponents_are_exact(tmp_path: Path) -> None:
    every = list(directed_cases())
    cases = compiled([(graph, inputs, str(name)) for name, graph, inputs in every[::11]])
    assert len(cases) > 500
    assert_exact(cases, tmp_path, "-O0")


@pytest.mark.parametrize("optimize", ["speed", "ram", "flash", "coded"])
def test_random_graphs_are_exact(tmp_path: Path, optimize: str) -> None:
    first = {"speed": 0, "ram": 100, "flash": 150, "coded": 200}[optimize]
    count = {"speed": 40, "ram": 24, "flash": 24, "coded": 24}[optimize]
    cases = compiled([(*random_graph(seed), f"graph {seed}") for seed in range(first, first + count)])
    assert len(cases) == count
    assert_exact(cases, tmp_path, "-O0", optimize=optimize)


def test_the_byte_layout_of_helium_is_exact_in_plain_c(tmp_path: Path) -> None:
    cases = random_cases(["conv_2d"], 40, "int8", 2000)
    cases += compiled([(*random_graph(seed), f"graph {seed}") for seed in range(300, 310)])
    batch = make_batch([graph for graph, _, _ in cases], isa="helium")
    assert batch.files["cases.c"].count(b"espalier_tile_bytes") > 30
    with native(batch, tmp_path, "-O1") as programs:
        for number, (graph, inputs, name) in enumerate(cases):
            for got, want in zip(programs.run(number, inputs), reference.run(graph, inputs), strict=True):
                assert got.tobytes() == np.ascontiguousarray(want).tobytes(), name


def test_sanitizers_find_nothing(tmp_path: Path) -> None:
    """Undefined behaviour stops the process, so it is watched from a child of its own."""
    import subprocess

    script = tmp_path / "run.py"
    script.write_text(
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from pathlib import Path\n"
        "from c_cases import assert_exact, random_cases, UNGENERATED\n"
        "from espalier.emit.kernel_table import LOWERINGS\n"
        "cases = random_cases(sorted(set(LOWERINGS) - UNGENERATED), 4, 'int8', 500)\n"
        f"assert_exact(cases, Path({str(tmp_path)!r}), '-O1',"
        " '-fsanitize=undefined', '-fno-sanitize-recover=all')\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    if "cannot find -lubsan" in done.stderr:
        pytest.skip("the compiler has no sanitizer runtime")
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.sweep
@pytest.mark.parametrize("kind", sorted(set(LOWERINGS) - UNGENERATED))
def test_sweep_random_operators_are_exact(tmp_path: Path, kind: str) -> None:
    for first in range(10_000, 12_500, 500):
        folder = tmp_path / str(first)
        folder.mkdir()
        assert_exact(random_cases([kind], 500, "int8", first), folder, "-O1")


@pytest.mark.sweep
def test_sweep_directed_cases_are_exact(tmp_path: Path) -> None:
    every = compiled([(graph, inputs, str(name)) for name, graph, inputs in directed_cases()])
    for first in range(0, len(every), 500):
        folder = tmp_path / str(first)
        folder.mkdir()
        assert_exact(every[first : first + 500], folder, "-O2")


@pytest.mark.sweep
def test_sweep_random_graphs_are_exact(tmp_path: Path) -> None:
    for first in range(1_000, 11_000, 100):
        folder = tmp_path / str(first)
        folder.mkdir()
        cases = [(*random_graph(seed), f"graph {seed}") for seed in range(first, first + 100)]
        assert_exact(compiled(cases), folder, "-O0", optimize=("speed", "ram", "flash", "coded")[first // 100 % 4])
