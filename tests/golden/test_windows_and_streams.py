"""Depthwise convolutions, poolings and others: every way through the kernels, in plain C, on cores and on a board."""

from __future__ import annotations

import importlib.util
import itertools
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from c_batch import Batch, EmulatedBatch, make_batch, native, native_compiler
from c_cases import Case, random_cases
from file_program import run_under_qemu
from forced_streams import forced_plan, windowed_chain
from single_op_cases import Builder

from espalier.emulate.cross import CORES
from espalier.graph import reference
from espalier.graph.types import OptionValue, Quant

STREAMED = ("conv_2d", "depthwise_conv_2d", "average_pool_2d", "max_pool_2d", "add")
needs_emulation = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)
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
    for width, channels, stride in itertools.product((1, 2, 3, 4, 5, 17, 34), (1, 6, 16, 21), (1, 2, 3)):
        yield depthwise(
            rng, (4, width, channels), (3, 3), stride_w=stride, stride_h=stride, activation="relu"
        )
    for width, stride in itertools.product((3, 4, 5, 6, 7), (1, 2)):
        valid: dict[str, OptionValue] = {"padding": "valid", "stride_w": stride, "stride_h": stride}
        yield depthwise(rng, (6, width, 8), (3, 3), **valid)
    for kernel in ((1, 1), (2, 3), (4, 3), (4, 4), (3, 5), (5, 5), (5, 3), (10, 4), (1, 7), (9, 9)):
        for stride, dilation in ((1, 1), (2, 1), (1, 2)):
            options = {"stride_w": stride, "stride_h": stride, "dilation_w": dilation, "dilation_h": dilation}
            yield depthwise(rng, (11, 10, 5), kernel, **options)
    for padding, multiplier in itertools.product(("same", "valid"), (1, 2, 5)):
        yield depthwise(
            rng, (6, 7, 5), (3, 3), padding=padding, depth_multiplier=multiplier, activation="relu6"
        )


def pool(
    rng: np.random.Generator, shape: tuple[int, int, int], window: tuple[int, int], **options: OptionValue
) -> Iterator[Case]:
    quant = Quant(scales=(0.02,), zero_points=(int(rng.integers(-128, 128)),))
    image = rng.choice([-128, -127, 127, *rng.integers(-128, 128, 4)], (1, *shape)).astype(np.int8)
    for kind in ("average_pool_2d", "max_pool_2d"):
        b = Builder()
        settings: dict[str, OptionValue] = {
            "padding": "same",
            "stride_w": 1,
            "stride_h": 1,
            "activation": "none",
        }
        settings |= {"filter_h": window[0], "filter_w": window[1], **options}
        graph = b.finish([b.op(kind, [b.input((1, *shape), quant)], quant, **settings)])
        yield graph, [image], f"{kind} {shape} {window} {options}"


def pool_cases() -> Iterator[Case]:
    """Windows of one value, of as many as 16-bit sums hold, and of more; channels around a vector."""
    rng = np.random.default_rng(6)
    for window, channels in itertools.product(((1, 1), (1, 2), (2, 2), (5, 4)), (1, 4, 8, 13, 33)):
        for activation, stride in (("none", 1), ("relu6", 2), ("relu_n1_to_1", 3)):
            options = {"activation": activation, "stride_h": stride, "stride_w": stride}
            yield from pool(rng, (6, 7, channels), window, **options)
    for window in ((15, 17), (16, 16), (16, 17), (17, 17)):
        yield from pool(rng, (17, 17, 9), window, padding="valid")
        yield from pool(rng, (17, 17, 5), window, stride_h=9, stride_w=4)


def every_case() -> list[Case]:
    kinds = ["depthwise_conv_2d", "average_pool_2d", "max_pool_2d"]
    rest = ["mul", "mean", "sum", "logistic", "relu6"]
    return [
        *depthwise_cases(),
        *pool_cases(),
        *image_means(),
        *random_cases(kinds, 40, "int8", 3000),
        *random_cases(rest, 24, "int8", 3000),
    ]


def image_means() -> Iterator[Case]:
    """Global poolings as Keras makes them: more pixels than 16-bit sums hold, channels around a vector."""
    rng = np.random.default_rng(7)
    for (height, width), channels in itertools.product(((1, 1), (3, 5), (17, 16)), (1, 3, 4, 6, 16)):
        for kind in ("mean", "sum"):
            b = Builder()
            x = b.input((1, height, width, channels), Quant(scales=(0.04,), zero_points=(-128,)))
            axes = b.const([1, 2], "int32")
            output = Quant(scales=(0.03 * (1 if kind == "mean" else height * width),), zero_points=(-5,))
            graph = b.finish([b.op(kind, [x, axes], output, keep_dims=False)])
            image = rng.choice([-128, 127, 127, *rng.integers(-128, 128, 3)], (1, height, width, channels))
            yield graph, [image.astype(np.int8)], f"{kind} {height} {width} {channels}"


def assert_native(cases: Sequence[Case], batch: Batch, folder: Path) -> None:
    if native_compiler() is None:
        pytest.skip("no C compiler (gcc, cc or clang) on this machine")
    with native(batch, folder, "-O1") as programs:
        for number, (graph, inputs, name) in enumerate(cases):
            (got,) = programs.run(number, inputs)
            assert got.tobytes() == reference.run(graph, inputs)[0].tobytes(), name


def assert_on_m55(cases: Sequence[Case], batch: Batch, folder: Path, level: str) -> None:
    given = [inputs for _, inputs, _ in cases]
    results = run_under_qemu(batch, CORES["cortex-m55"], given, folder, level)
    for (graph, inputs, name), (got,) in zip(cases, results, strict=True):
        assert got == reference.run(graph, inputs)[0].tobytes(), name


@pytest.mark.parametrize(
    ("isa", "optimize"),
    [("portable", "speed"), ("portable", "ram"), ("dsp", "speed"), ("dsp", "ram"), ("helium", "speed")],
)
def test_every_way_through_the_kernels_is_exact_in_plain_c(tmp_path: Path, isa: str, optimize: str) -> None:
    cases = every_case()
    batch = make_batch([graph for graph, _, _ in cases], isa=isa, optimize=optimize)
    assert (batch.files["cases.c"].count(b"espalier_depthwise_bytes(") > 50) == (isa == "helium")
    assert_native(cases, batch, tmp_path)


@needs_emulation
@pytest.mark.parametrize(
    ("core", "level", "optimize"),
    [
        ("cortex-m4", "-O2", "ram"),
        ("cortex-m4", "-O0", "speed"),
        ("cortex-m3", "-Os", "speed"),
        ("cortex-m0plus", "-O3", "ram"),
    ],
)
def test_every_way_through_the_kernels_is_exact_on_a_core(
    tmp_path: Path, core: str, level: str, optimize: str
) -> None:
    cases = every_case()[::2]
    batch = make_batch([graph for graph, _, _ in cases], optimize=optimize, isa=CORES[core].isa)
    runner = EmulatedBatch(batch, CORES[core], tmp_path, level)
    for number, (graph, inputs, name) in enumerate(cases):
        (got,) = runner.run(number, inputs)
        assert got.tobytes() == reference.run(graph, inputs)[0].tobytes(), name


@needs_qemu
@pytest.mark.parametrize(("level", "first"), [("-O2", 2)])
def test_helium_kernels_are_exact_under_qemu(tmp_path: Path, level: str, first: int, every: int = 12) -> None:
    cases = every_case()[first::every]
    assert_on_m55(cases, make_batch([graph for graph, _, _ in cases], isa="helium"), tmp_path, level)


@pytest.mark.sweep
@needs_qemu
@pytest.mark.parametrize("level", ["-O0", "-Os", "-O2", "-O3"])
def test_sweep_every_helium_kernel_is_exact_at_every_level(tmp_path: Path, level: str) -> None:
    for first in range(4):
        test_helium_kernels_are_exact_under_qemu(tmp_path, level, first, 4)


def streamed(count: int, optimize: str, isa: str) -> tuple[list[Case], Batch]:
    """Chains of windowed operators, streamed as far as they can be."""
    cases = [(*windowed_chain(seed), f"chain {seed}, {optimize}, {isa}") for seed in range(count)]
    rng = np.random.default_rng(8)
    plans = [forced_plan(graph, optimize, isa, rng) for graph, _, _ in cases]
    steps = [(case[0], step) for case, plan in zip(cases, plans, strict=True) for step in plan.steps]
    kinds = Counter(graph.ops[op].kind for graph, step in steps if len(step.ops) > 1 for op in step.ops)
    assert min(kinds[k] for k in STREAMED) > count // 10
    return cases, make_batch([graph for graph, _, _ in cases], optimize=optimize, isa=isa, plans=plans)


@pytest.mark.parametrize(("optimize", "isa"), [("speed", "portable"), ("ram", "portable"), ("ram", "helium")])
def test_streamed_chains_are_exact_in_plain_c(tmp_path: Path, optimize: str, isa: str) -> None:
    cases, batch = streamed(40, optimize, isa)
    assert_native(cases, batch, tmp_path)


@needs_emulation
@pytest.mark.parametrize("optimize", ["speed", "ram"])
def test_streamed_chains_are_exact_on_a_cortex_m4(tmp_path: Path, optimize: str) -> None:
    cases, batch = streamed(24, optimize, "dsp")
    runner = EmulatedBatch(batch, CORES["cortex-m4"], tmp_path, "-O2")
    for number, (graph, inputs, name) in enumerate(cases):
        (got,) = runner.run(number, inputs)
        assert got.tobytes() == reference.run(graph, inputs)[0].tobytes(), name


@needs_qemu
def test_streamed_chains_are_exact_on_a_cortex_m55(tmp_path: Path) -> None:
    cases, batch = streamed(16, "ram", "helium")
    assert_on_m55(cases, batch, tmp_path, "-O2")


def test_the_reciprocal_of_a_pool_gives_every_quotient() -> None:
    """What pool.c does instead of dividing, for every count that it does it for and every sum."""
    for count in range(1, 256):
        shift = 15 + (count - 1).bit_length()
        reciprocal = -(-(1 << shift) // count)
        rest = np.arange(128 * count + count // 2 + 1, dtype=np.int64)
        assert reciprocal < 1 << 16 and int(rest[-1]) * reciprocal < 1 << 32
        np.testing.assert_array_equal(rest * reciprocal >> shift, rest // count)
