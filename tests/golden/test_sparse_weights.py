"""Weights whose zeros are not stored: the same bytes, taken only where they win."""

from __future__ import annotations

import functools
import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest
from c_batch import EmulatedBatch, make_batch, native
from c_cases import compiled, random_cases
from file_program import run_under_qemu
from graph_cases import random_graph
from pruned_cases import Case, forced, layer, pruned
from single_op_cases import Builder

from espalier.emulate.cross import CORES
from espalier.graph import reference
from espalier.graph.types import Array, Graph, Quant

emulated = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)
PLAIN = ("cortex-m0plus", "cortex-m3", "cortex-m4", "rv32imc")


@functools.cache
def random_pruned() -> tuple[Case, ...]:
    made = random_cases(["conv_2d"], 90, "int8", 7000) + random_cases(["fully_connected"], 20, "int8", 7000)
    return tuple((pruned(graph, n), inputs, name) for n, (graph, inputs, name) in enumerate(made))


@functools.cache
def directed() -> tuple[Case, ...]:
    """What the kernels treat apart: widths around a tile, odd channels, long distances, whole and empty groups."""
    rng = np.random.default_rng(5)
    made = {
        f"3x3 at width {w}, stride {s}": layer(rng, (4, w), (c, 5), (3, 3), s)
        for w, c, s in ((1, 4, 1), (7, 3, 1), (8, 4, 1), (9, 8, 1), (15, 4, 2), (17, 5, 2), (20, 4, 1))
    }
    made |= {
        f"1x1 of {h}x{w}, stride {s}": layer(rng, (h, w), (16, 6), stride=s)
        for h, w, s in ((1, 1, 1), (2, 3, 1), (1, 8, 1), (3, 3, 1), (5, 7, 1), (9, 17, 2), (4, 6, 2))
    }
    made["distances up to 500"] = layer(rng, (2, 8), (64, 4), (3, 3), density=0.004)
    made["every count of entries in a group"] = layer(rng, (1, 9), (16, 40), density=0.5)
    made["extremes"] = layer(rng, (3, 9), (64, 6), (3, 3), density=0.6, extreme=True)
    made["extreme dense layer"] = layer(rng, (0, 0), (300, 9), density=0.6, extreme=True)
    made["dense layer, long distances"] = layer(rng, (0, 0), (700, 12), density=0.01)
    made["activation"] = layer(rng, (5, 11), (8, 7), (5, 3), activation="relu6", padding="valid")
    return tuple((graph, inputs, name) for name, (graph, inputs) in made.items())


def differing(runner: EmulatedBatch | object, cases: tuple[Case, ...] | list[Case]) -> list[str]:
    wrong = []
    for number, (graph, inputs, name) in enumerate(cases):
        results = runner.run(number, inputs)  # type: ignore[attr-defined]
        wanted = reference.run(graph, inputs)
        if any(
            g.tobytes() != np.ascontiguousarray(w).tobytes() for g, w in zip(results, wanted, strict=True)
        ):
            wrong.append(name)
    return wrong


@pytest.mark.parametrize(("isa", "mode"), [("portable", "speed"), ("dsp", "speed"), ("dsp", "ram")])
def test_layers_without_their_zeros_are_exact_in_plain_c(tmp_path: Path, isa: str, mode: str) -> None:
    cases = [*random_pruned(), *directed()]
    with forced(sparse=True) as forms:
        batch = make_batch([graph for graph, _, _ in cases], isa=isa, optimize=mode)
    wanted = "pairs" if (isa, mode) == ("dsp", "speed") else "bytes"
    assert forms.count(wanted) > 100 and forms.count("sparse fully connected") > 20
    with native(batch, tmp_path, "-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all") as programs:
        assert differing(programs, cases) == []


@emulated
@pytest.mark.parametrize(
    ("name", "isa"),
    [*((name, CORES[name].isa) for name in PLAIN), ("cortex-m33", "dsp"), ("cortex-m4", "portable")],
)
def test_layers_without_their_zeros_are_exact_on_emulated_cores(tmp_path: Path, name: str, isa: str) -> None:
    cases = [*random_pruned()[::4], *directed()]
    with forced(sparse=True):
        batch = make_batch([graph for graph, _, _ in cases], isa=isa)
    assert differing(EmulatedBatch(batch, CORES[name], tmp_path, "-O2"), cases) == []


@pytest.mark.sweep
@pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="qemu-system-arm is not installed")
def test_layers_without_their_zeros_are_exact_on_a_cortex_m55(tmp_path: Path) -> None:
    with forced(sparse=True):
        batch = make_batch([graph for graph, _, _ in directed()], isa="helium")
    given = [inputs for _, inputs, _ in directed()]
    for (graph, inputs, name), got in zip(
        directed(), run_under_qemu(batch, CORES["cortex-m55"], given, tmp_path, "-O2"), strict=True
    ):
        assert got[0] == reference.run(graph, inputs)[0].tobytes(), name


def residual_block(stride: int) -> tuple[Graph, list[Array]]:
    """conv 3x3, conv 3x3 and a shortcut (a 1x1 convolution where the stride is 2), added."""
    rng = np.random.default_rng(stride)
    b = Builder()
    scale = Quant(scales=(0.05,), zero_points=(-7,))

    def convolve(source: int, window: int, step: int) -> int:
        values = rng.integers(-127, 128, (8, window, window, 8)) * (rng.random((8, window, window, 8)) < 0.3)
        weights = b.const(values, "int8", Quant(scales=(0.01,) * 8, zero_points=(0,) * 8, axis=0))
        bias = b.const(rng.integers(-2000, 2000, 8), "int32")
        options: dict[str, str | int] = {"padding": "same", "stride_h": step, "stride_w": step}
        return b.op("conv_2d", [source, weights, bias], scale, **options)

    x = b.input((1, 18, 18, 8), scale)
    head = convolve(x, 3, 1)
    y = convolve(convolve(head, 3, stride), 3, 1)
    shortcut = convolve(head, 1, 2) if stride == 2 else head
    graph = b.finish([b.op("add", [y, shortcut], scale, pot_scale_int16=True)])
    return graph, [rng.integers(-128, 128, (1, 18, 18, 8)).astype(np.int8)]


@pytest.mark.parametrize("isa", ["portable", "dsp"])
def test_streamed_steps_of_sparse_layers_are_exact(tmp_path: Path, isa: str) -> None:
    cases = [(*residual_block(stride), f"stride {stride}") for stride in (1, 2)]
    with forced(sparse=True):
        batch = make_batch([graph for graph, _, _ in cases], isa=isa)
    assert batch.files["cases.c"].count(b"espalier_sparse_conv_2d_row(") >= 2
    with native(batch, tmp_path, "-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all") as programs:
        assert differing(programs, cases) == []


@pytest.mark.parametrize("mode", ["speed", "ram", "flash"])
def test_pruned_networks_are_exact(tmp_path: Path, mode: str) -> None:
    made = [(*random_graph(seed), f"graph {seed}") for seed in range(900, 920)]
    cases = [(pruned(graph, n), inputs, name) for n, (graph, inputs, name) in enumerate(compiled(made))]
    with forced(sparse=True) as forms:
        batch = make_batch([graph for graph, _, _ in cases], isa="dsp", optimize=mode)
    assert len(forms) > 20
    with native(batch, tmp_path, "-O1") as programs:
        assert differing(programs, cases) == []
