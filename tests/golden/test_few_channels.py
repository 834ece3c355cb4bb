"""Convolutions with few channels on cores with SMLAD: kernels of their own, every window, stride, border and width."""

from __future__ import annotations

import functools
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "differential"))
sys.path.insert(0, str(Path(__file__).parent))
from c_batch import Batch, EmulatedBatch, make_batch, native, native_compiler
from price_nets import NetMaker

from espalier.graph import reference
from espalier.graph.types import Array, Graph
from espalier.measure.cross import CORES

emulated = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)
WINDOWS = (*[(1, 1)] * 5, (3, 3), (3, 3), (5, 5), (2, 4), (1, 3), (4, 1), (3, 7))


@functools.cache
def case(seed: int) -> tuple[Graph, Array, bytes]:
    """Two layers: the second may lie over the first."""
    rng = np.random.default_rng([seed, 77])
    height, width = (int(n) for n in rng.integers(1, 14, 2))
    m = NetMaker(rng, (1, height, width, int(rng.integers(1, 7))), float(rng.choice([0.0, 0.0, 0.4])))
    for outputs in (int(rng.choice([1, 1, 2, 3, 5])), int(rng.choice([1, 1, 2, 4, 7]))):
        stride, padding = int(rng.choice([1, 1, 1, 2, 3])), str(rng.choice(["same", "same", "valid"]))
        m.conv(WINDOWS[int(rng.integers(len(WINDOWS)))], outputs, stride, padding, str(rng.choice(["relu", "none", "relu6"])))
    graph = m.finish()
    given = rng.integers(-128, 128, graph.tensors[graph.inputs[0]].shape).astype(np.int8)
    return graph, given, reference.run(graph, [given])[0].tobytes()


SEEDS = range(180)


@functools.cache
def batch() -> Batch:
    return make_batch([case(seed)[0] for seed in SEEDS], isa="dsp")


def test_the_cases_take_the_kernels_that_they_are_for() -> None:
    text = batch().files["cases.c"]
    assert text.count(b"espalier_conv_single(") > 50
    assert text.count(b"espalier_conv_pointwise(") > 30


def test_layers_with_few_channels_are_exact_in_plain_c(tmp_path: Path) -> None:
    if native_compiler() is None:
        pytest.skip("no C compiler (gcc, cc or clang) on this machine")
    with native(batch(), tmp_path, "-O1") as programs:
        for number in SEEDS:
            _, given, wanted = case(number)
            assert programs.run(number, [given])[0].tobytes() == wanted, number


@emulated
@pytest.mark.parametrize(("core", "level"), [("cortex-m4", "-O2"), ("cortex-m7", "-Os"), ("cortex-m33", "-O3")])
def test_layers_with_few_channels_are_exact_on_their_cores(tmp_path: Path, core: str, level: str) -> None:
    runner = EmulatedBatch(batch(), CORES[core], tmp_path, level)
    for number in SEEDS:
        _, given, wanted = case(number)
        assert runner.run(number, [given])[0].tobytes() == wanted, (number, core)
