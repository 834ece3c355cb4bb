"""Depthwise convolutions and poolings: every way through the kernels, in plain C and on a Cortex-M55 under QEMU."""

from __future__ import annotations

import importlib.util
import itertools
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "differential"))
sys.path.insert(0, str(Path(__file__).parent))
from c_batch import make_batch, native, native_compiler
from file_program import run_under_qemu
from single_op_cases import Builder
from test_c_against_reference import Case, random_cases

from espalier.graph import reference
from espalier.graph.types import OptionValue, Quant
from espalier.measure.cross import CORES

needs_qemu = pytest.mark.skipif(
    shutil.which("qemu-system-arm") is None or importlib.util.find_spec("ziglang") is None,
    reason="qemu-system-arm or ziglang is not installed, and only QEMU emulates the Cortex-M55",
)


def depthwise(
    rng: np.random.Generator, shape: tuple[int, int, int], kernel: tuple[int, int], **options: OptionValue
) -> Case:
    """A case whose multipliers fit the fast requantization, with weights at both ends of their range."""
    multiplier = int(options.get("depth_multiplier", 1))
    channels = shape[2] * multiplier
    b = Builder()
    x = b.input((1, *shape), Quant(scales=(0.05,), zero_points=(int(rng.integers(-128, 128)),)))
    scales = tuple(float(np.float32(v)) for v in rng.uniform(0.005, 0.02, channels))
    filters = Quant(scales=scales, zero_points=(0,) * channels, axis=3)
    values = rng.choice([-128, -127, 0, 1, 127, *rng.integers(-128, 128, 8)], (1, *kernel, channels))
    weights = b.const(values, "int8", filters)
    bias = b.const(rng.integers(-3000, 3000, channels), "int32")
    settings: dict[str, OptionValue] = {"padding": "same", "stride_w": 1, "stride_h": 1, "activation": "none"}
    settings |= {"dilation_w": 1, "dilation_h": 1, "depth_multiplier": 1, **options}
    output = Quant(scales=(0.1,), zero_points=(int(rng.integers(-128, 128)),))
    graph = b.finish([b.op("depthwise_conv_2d", [x, weights, bias], output, **settings)])
    image = rng.integers(-128, 128, (1, *shape)).astype(np.int8)
    return graph, [image], f"depthwise {shape} {kernel} {options}"


def depthwise_cases() -> Iterator[Case]:
    """Widths below, at and above a group of pixels and what waits; channels around a block; each kernel."""
    rng = np.random.default_rng(5)
    for width, channels, stride in itertools.product((1, 2, 3, 4, 5, 17, 35), (1, 6, 16, 21), (1, 2, 3)):
        yield depthwise(
            rng, (4, width, channels), (3, 3), stride_w=stride, stride_h=stride, activation="relu"
        )
    for kernel in ((1, 1), (2, 3), (4, 3), (4, 4), (3, 5), (5, 5), (5, 3), (10, 4), (1, 7), (9, 9)):
        for stride, dilation in ((1, 1), (2, 1), (1, 2)):
            options = {"stride_w": stride, "stride_h": stride, "dilation_w": dilation, "dilation_h": dilation}
            yield depthwise(rng, (11, 10, 5), kernel, **options)
    for padding, multiplier in itertools.product(("same", "valid"), (1, 2, 5)):
        yield depthwise(
            rng, (6, 7, 5), (3, 3), padding=padding, depth_multiplier=multiplier, activation="relu6"
        )


def every_case() -> list[Case]:
    return [*depthwise_cases(), *random_cases(["depthwise_conv_2d"], 40, "int8", 3000)]


def test_the_byte_layout_is_exact_in_plain_c(tmp_path: Path) -> None:
    if native_compiler() is None:
        pytest.skip("no C compiler (gcc, cc or clang) on this machine")
    cases = every_case()
    batch = make_batch([graph for graph, _, _ in cases], isa="helium")
    assert batch.files["cases.c"].count(b"espalier_depthwise_bytes(") > 100
    with native(batch, tmp_path, "-O1") as programs:
        for number, (graph, inputs, name) in enumerate(cases):
            (got,) = programs.run(number, inputs)
            assert got.tobytes() == reference.run(graph, inputs)[0].tobytes(), name


@needs_qemu
@pytest.mark.parametrize("level", ["-O0", "-Os", "-O2", "-O3"])
def test_helium_kernels_are_exact_under_qemu(tmp_path: Path, level: str) -> None:
    cases = every_case()
    batch = make_batch([graph for graph, _, _ in cases], isa="helium")
    results = run_under_qemu(batch, CORES["cortex-m55"], [inputs for _, inputs, _ in cases], tmp_path, level)
    for (graph, inputs, name), (got,) in zip(cases, results, strict=True):
        assert got == reference.run(graph, inputs)[0].tobytes(), name
