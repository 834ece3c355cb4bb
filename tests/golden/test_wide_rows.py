"""Rows of more than 32,767 bytes: every form of a convolution takes them, in plain C and on cores."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from c_batch import EmulatedBatch, make_batch, native, native_compiler
from c_cases import Case
from single_op_cases import Builder

from espalier.emit.kernel_table import lower
from espalier.emit.lowering import How
from espalier.emulate.cross import CORES
from espalier.errors import UnsupportedModelError
from espalier.graph import reference
from espalier.graph.types import OptionValue, Quant

needs_emulation = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)
LIMIT = 1 << 15


def conv(shape: tuple[int, int, int], kernel: int, out: int, zeros: float = 0.0, kind: str = "conv_2d") -> Case:
    """One convolution with "same" padding; `zeros`: the share of its weights that are 0."""
    rng = np.random.default_rng([*shape, kernel, out])
    b = Builder()
    x = b.input((1, *shape), Quant(scales=(0.05,), zero_points=(3,)))
    filters = (out, kernel, kernel, shape[2]) if kind != "depthwise_conv_2d" else (1, kernel, kernel, out)
    values = rng.integers(-127, 128, filters) * (rng.random(filters) >= zeros)
    weights = b.const(values, "int8", Quant(scales=(0.01,), zero_points=(0,)))
    bias = b.const(rng.integers(-3000, 3000, out), "int32")
    options: dict[str, OptionValue] = {"padding": "same", "stride_w": 1, "stride_h": 1, "activation": "none"}
    operands = [x, weights, bias]
    if kind == "transpose_conv":
        options |= {"stride_w": 2, "stride_h": 2}
        size = b.const([1, 2 * shape[0], 2 * shape[1], out], "int32")
        operands = [size, weights, x, bias]
    else:
        options |= {"dilation_w": 1, "dilation_h": 1}
    if kind == "depthwise_conv_2d":
        options["depth_multiplier"] = 1
    graph = b.finish([b.op(kind, operands, Quant(scales=(0.4,), zero_points=(-5,)), **options)])
    image = rng.integers(-128, 128, (1, *shape)).astype(np.int8)
    return graph, [image], f"{kind} {kernel}x{kernel} of {shape}, {out} channels, {zeros:.0%} zeros"


def cases() -> list[Case]:
    return [
        conv((2, 1100, 32), 3, 3),
        conv((2, 1100, 32), 1, 2),
        conv((2, 1100, 32), 3, 2, zeros=0.9),
        conv((1, 8200, 4), 3, 1),
        conv((1, 17000, 2), 1, 3),
        conv((2, 1100, 32), 3, 32, kind="depthwise_conv_2d"),
        conv((2, 600, 32), 3, 2, kind="transpose_conv"),
        conv((2, 1100, 32), 3, 2, kind="transpose_conv"),
    ]


@pytest.mark.parametrize(("isa", "optimize"), [("portable", "ram"), ("dsp", "speed"), ("helium", "speed"), ("dsp", "flash")])
def test_wide_rows_are_exact_in_plain_c(tmp_path: Path, isa: str, optimize: str) -> None:
    if native_compiler() is None:
        pytest.skip("no C compiler (gcc, cc or clang) on this machine")
    given = cases()
    assert sum(np.prod(images[0].shape[2:]) >= LIMIT for _, images, _ in given) >= len(given) - 1
    with native(make_batch([graph for graph, _, _ in given], isa=isa, optimize=optimize), tmp_path, "-O1") as programs:
        for number, (graph, inputs, name) in enumerate(given):
            want = reference.run(graph, inputs)[0]
            assert programs.run(number, inputs)[0].tobytes() == want.tobytes(), name


@needs_emulation
def test_wide_rows_are_exact_on_a_cortex_m4(tmp_path: Path) -> None:
    given = cases()
    core = CORES["cortex-m4"]
    runner = EmulatedBatch(make_batch([graph for graph, _, _ in given], isa=core.isa), core, tmp_path, "-O2")
    for number, (graph, inputs, name) in enumerate(given):
        assert runner.run(number, inputs)[0].tobytes() == reference.run(graph, inputs)[0].tobytes(), name


def test_what_does_not_fit_a_field_of_16_bits_is_refused_in_words() -> None:
    graph, _, _ = conv((1, 33_000, 1), 3, 2)
    with pytest.raises(UnsupportedModelError, match="extent of 33") as refused:
        lower(graph, 0, How())
    assert "32,767 pixels" in refused.value.supported
