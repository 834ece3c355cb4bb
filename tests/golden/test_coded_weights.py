"""Layers whose weights lie in flash as a code give the bytes of those that do not, and are chosen only where it pays."""

from __future__ import annotations

import ctypes
import dataclasses
import importlib.util
import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from c_batch import EmulatedBatch, make_batch, native_compiler
from c_cases import Case, assert_exact, random_cases
from file_program import has_sanitizers, run_sanitized, run_under_qemu
from hypothesis import given, settings
from hypothesis import strategies as st
from pretrained import RESNET8
from pruned_cases import forced
from single_op_cases import Builder

from espalier.emit.choose_coding import DECODER_BYTES, KERNEL_BYTES, candidates, choose_coding
from espalier.emit.huffman import Code, counted, decode, encode, make_code
from espalier.emit.plan_program import EXTRA_RAM, plan_plain, plan_program
from espalier.emit.program import Options, emit
from espalier.emit.selftest import GoldenCase
from espalier.emulate.cross import CORES, WARNINGS, compile_program
from espalier.emulate.microcontroller import Emulated, measure_program
from espalier.graph import reference
from espalier.graph.types import Graph, Quant
from espalier.plan.types import ALIGNMENT
from espalier.tflite.read import read_tflite

KERNELS = Path(__file__).parents[2] / "src/espalier/emit/kernels"
EMULATION = importlib.util.find_spec("ziglang") is not None and importlib.util.find_spec("unicorn") is not None
UNICORN = sorted(name for name, core in CORES.items() if core.unicorn)
needs_emulation = pytest.mark.skipif(not EMULATION, reason="ziglang or unicorn is not installed (espalier[mcu])")
needs_compiler = pytest.mark.skipif(native_compiler() is None, reason="no C compiler on this machine")

_DECODER = b"""
#include "espalier.h"
int32_t run(const uint8_t *stream, int32_t stream_bytes, const espalier_level *levels, const int8_t *symbols,
            int8_t *part, int32_t part_bytes);
int32_t run(const uint8_t *stream, int32_t stream_bytes, const espalier_level *levels, const int8_t *symbols,
            int8_t *part, int32_t part_bytes) {
  uint16_t table[ESPALIER_DECODE_BYTES / 2];
  espalier_code code;
  code.stream = stream;
  code.levels = levels;
  code.symbols = symbols;
  code.stream_bytes = stream_bytes;
  code.part_bytes = part_bytes;
  espalier_decode_start(&code, table);
  return espalier_decode(&code, table, 0, part);
}
"""


class Decoder:
    """The C decoder on this machine."""

    def __init__(self, folder: Path) -> None:
        (folder / "run.c").write_bytes(_DECODER)
        compiler = native_compiler()
        assert compiler is not None
        sources = [str(folder / "run.c"), str(KERNELS / "decode.c"), f"-I{KERNELS}"]
        subprocess.run(
            [*compiler, *WARNINGS, "-O1", "-shared", "-fPIC", *sources, "-o", str(folder / "run.so")], check=True
        )
        self._run = ctypes.CDLL(str(folder / "run.so")).run

    def __call__(self, code: Code, stream: bytes, count: int) -> tuple[np.ndarray, int]:
        """The weights, and the byte where the next part would start."""
        part = np.full(count + 64, 0x55, np.int8)
        held = [np.frombuffer(stream + b"\0", np.uint8), code.levels, code.symbols, part]
        pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in held]
        end = self._run(pointers[0], len(stream) + 1, *pointers[1:], count)
        assert (part[count:] == 0x55).all(), "the decoder writes behind its part"
        return part[:count], end


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    if native_compiler() is None:
        pytest.skip("no C compiler on this machine")
    with tempfile.TemporaryDirectory() as folder:
        yield Decoder(Path(folder))


def some_weights(seed: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    weights = np.clip(np.round(rng.laplace(0, rng.uniform(0.5, 60), count)), -127, 127)
    return np.where(rng.random(count) < rng.choice([0, 0.5, 0.95]), 0, weights).astype(np.int8)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 1 << 32), count=st.integers(1, 120), parts=st.integers(1, 4))
def test_the_c_decoder_reads_what_python_wrote(decoder: Decoder, seed: int, count: int, parts: int) -> None:
    weights = some_weights(seed, 4 * count * parts).reshape(parts, -1)
    code = make_code(np.sum([counted(part) for part in weights], axis=0))
    streams = [encode(code, part) for part in weights]
    for number, part in enumerate(weights):
        got, end = decoder(code, b"".join(streams[number:]), part.size)
        np.testing.assert_array_equal(got, part)
        assert end == len(streams[number])


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 1 << 32), stream=st.binary(max_size=60))
def test_the_c_decoder_makes_of_any_bytes_what_python_makes(decoder: Decoder, seed: int, stream: bytes) -> None:
    code = make_code(counted(some_weights(seed, 400)))
    np.testing.assert_array_equal(decoder(code, stream, 128)[0], decode(code, stream, 128))


def single_layers(weights: np.ndarray, name: str, size: tuple[int, int] = (5, 6)) -> list[Case]:
    """int8 [units, 3 * 3 * channels] as a convolution, a dense layer and (9 values to a channel) a depthwise one."""
    units, depth = weights.shape
    channels, rng = depth // 9, np.random.default_rng(units)
    shapes = {
        "conv_2d": ((units, 3, 3, channels), (1, *size, channels)),
        "fully_connected": ((units, depth), (3, depth)),
        "depthwise_conv_2d": ((1, 3, 3, units * channels), (1, *size, units * channels)),
    }
    cases = []
    for kind, (filters, source) in shapes.items():
        b = Builder()
        x = b.input(source, Quant(scales=(0.05,), zero_points=(-3,)))
        scales = (0.01,) * (1 if kind == "fully_connected" else filters[3 if filters[0] == 1 else 0])
        quant = Quant(scales=scales, zero_points=(0,) * len(scales), axis=3 if kind.startswith("depth") else 0)
        w = b.const(weights.reshape(filters), "int8", quant)
        bias = b.const(rng.integers(-500, 500, filters[3] if filters[0] == 1 and len(filters) == 4 else units), "int32")
        spatial = {"padding": "same", "stride_w": 1, "stride_h": 1, "dilation_w": 1, "dilation_h": 1}
        options = {} if kind == "fully_connected" else spatial
        options |= {"depth_multiplier": 1} if kind == "depthwise_conv_2d" else {}
        output = Quant(scales=(0.3,), zero_points=(5,))
        graph = b.finish([b.op(kind, [x, w, bias], output, activation="relu", **options)])
        cases.append((graph, [rng.integers(-128, 128, source).astype(np.int8)], f"{kind}, {name}"))
    return cases


def extreme_cases() -> list[Case]:
    rng = np.random.default_rng(9)
    every = np.delete(np.arange(-128, 128), 0)
    weights = {
        "all equal": np.full((8, 36), -7),
        "all zero": np.zeros((8, 36)),
        "two values": rng.choice([-90, 90], (8, 36)),
        "every value as often": rng.permutation(np.resize(every, 8 * 72)).reshape(8, 72),
        "one weight in a layer of zeros": np.eye(8, 36) * np.eye(8)[:, :1] * 127,
        "mostly zeros": np.where(rng.random((8, 36)) < 0.95, 0, rng.integers(-127, 128, (8, 36))),
        "an odd number of channels": rng.integers(-5, 6, (7, 27)),
        "one channel": rng.integers(-5, 6, (1, 9)),
    }
    return [case for name, values in weights.items() for case in single_layers(values.astype(np.int8), name)]


@needs_compiler
@pytest.mark.parametrize("isa", ["portable", "helium"])
def test_extreme_weights_are_exact(tmp_path: Path, isa: str) -> None:
    assert_exact(extreme_cases(), tmp_path, "-O1", optimize="coded", isa=isa, wanted_kernel=b"_coded(")


@needs_emulation
@pytest.mark.parametrize(("name", "level"), [*zip(UNICORN, itertools.cycle(["-Os", "-O2"]))])
def test_coded_layers_are_exact_on_every_core(tmp_path: Path, name: str, level: str) -> None:
    assert_emulated(tmp_path, name, level, count=3)


@pytest.mark.sweep
@needs_emulation
@pytest.mark.parametrize("level", ["-O0", "-Os", "-O2", "-O3"])
@pytest.mark.parametrize("name", UNICORN)
def test_sweep_coded_layers_are_exact_on_every_core(tmp_path: Path, name: str, level: str) -> None:
    assert_emulated(tmp_path, name, level, count=60)


def assert_emulated(tmp_path: Path, name: str, level: str, count: int) -> None:
    kinds = ["conv_2d", "depthwise_conv_2d", "fully_connected"]
    cases = random_cases([*kinds, "transpose_conv"], count, "int8", 3100) + extreme_cases()
    if name != "cortex-m0plus":  # 16-bit activations need the compiler's 64-bit routines there
        cases += random_cases(kinds, count, "int16", 3100)
    runner = EmulatedBatch(make_batch([g for g, _, _ in cases], optimize="coded"), CORES[name], tmp_path, level)
    for number, (graph, inputs, case) in enumerate(cases):
        for got, want in zip(runner.run(number, inputs), reference.run(graph, inputs), strict=True):
            assert got.tobytes() == np.ascontiguousarray(want).tobytes(), f"{case} on {name} at {level}"


@needs_emulation
@pytest.mark.sweep
@pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="qemu-system-arm is not installed")
def test_coded_layers_are_exact_with_helium(tmp_path: Path) -> None:
    cases = random_cases(["conv_2d", "fully_connected"], 8, "int8", 3200) + extreme_cases()
    batch = make_batch([g for g, _, _ in cases], optimize="coded", isa="helium")
    results = run_under_qemu(batch, CORES["cortex-m55"], [inputs for _, inputs, _ in cases], tmp_path, "-Os")
    for got, (graph, inputs, name) in zip(results, cases, strict=True):
        assert list(got) == [np.ascontiguousarray(a).tobytes() for a in reference.run(graph, inputs)], name


def test_sanitizers_have_nothing_to_say_about_extreme_or_damaged_weights(tmp_path: Path) -> None:
    if not has_sanitizers(tmp_path):
        pytest.skip("no gcc, cc or clang on this machine that links AddressSanitizer")
    cases = extreme_cases()
    batch = make_batch([graph for graph, _, _ in cases], optimize="coded")
    given = [inputs for _, inputs, _ in cases]
    results = run_sanitized(batch, given, tmp_path, "-O1")
    for got, (graph, inputs, name) in zip(results, cases, strict=True):
        assert got == [np.ascontiguousarray(a).tobytes() for a in reference.run(graph, inputs)], name
    text = batch.files["cases.c"].decode()
    head, *streams = text.split("_stream[")
    rng, damaged = np.random.default_rng(4), [head]
    for stream in streams:
        start, end = stream.find("{"), stream.find("}")
        if 0 < start < stream.find(";"):
            values = [int(word) for word in stream[start + 1 : end].replace(",", " ").split()]
            noise = ", ".join(str(v) for v in rng.integers(0, 256, len(values)))
            stream = stream[: start + 1] + noise + stream[end:]
        damaged.append(stream)
    assert len(damaged) > 20
    worse = dataclasses.replace(batch, files={**batch.files, "cases.c": "_stream[".join(damaged).encode()})
    (tmp_path / "damaged").mkdir()
    run_sanitized(worse, given, tmp_path / "damaged", "-O1")


def chosen(weights: np.ndarray) -> list[bool]:
    """Whether the convolution, the dense and the depthwise layer of ``weights`` would be coded."""
    return [
        choose_coding(calls, dict.fromkeys(calls, 1)) is not None
        for calls in (candidates(graph, "dsp") for graph, _, _ in single_layers(weights.astype(np.int8), "", (8, 8)))
    ]


def test_only_weights_that_a_code_makes_smaller_are_coded() -> None:
    rng = np.random.default_rng(2)
    every = np.delete(np.arange(-128, 128), 0)
    uniform = rng.permutation(np.resize(every, 64 * 576)).reshape(64, 576)
    assert chosen(uniform) == [False, False, True], "depthwise weights take two bytes each as they are"
    assert chosen(np.clip(np.round(rng.normal(0, 25, (64, 576))), -127, 127))[0]
    assert chosen(np.full((64, 576), 3))[0]
    assert not any(chosen(np.full((1, 9), 3))), "the decoder is larger than what it would save"


def test_decoding_takes_no_more_time_than_the_network() -> None:
    """A dense layer on one row uses each weight once; decoding it would take many times as long."""
    weights = np.clip(np.round(np.random.default_rng(3).normal(0, 10, (64, 576))), -127, 127)
    conv, dense, _ = single_layers(weights.astype(np.int8), "", (8, 8))
    assert candidates(conv[0], "dsp") and not candidates(dense[0], "dsp")


_PLAIN_KERNELS = b"""
#include "espalier.h"
void espalier_conv_2d(const espalier_conv_2d_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  (void)l, (void)in, (void)out, (void)scratch;
}
void espalier_depthwise_conv_2d(const espalier_depthwise_conv_2d_layer *l, const int8_t *in, int8_t *out,
                                void *scratch) {
  (void)l, (void)in, (void)out, (void)scratch;
}
void espalier_depthwise_bytes(const espalier_depthwise_bytes_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  (void)l, (void)in, (void)out, (void)scratch;
}
void espalier_depthwise_planes(const espalier_depthwise_planes_layer *l, const int8_t *in, int8_t *out,
                               void *scratch) {
  (void)l, (void)in, (void)out, (void)scratch;
}
void espalier_transpose_conv(const espalier_transpose_conv_layer *l, const int8_t *in, int8_t *out) {
  (void)l, (void)in, (void)out;
}
void espalier_conv_int16(const espalier_conv_int16_layer *l, const int16_t *in, int16_t *out) {
  (void)l, (void)in, (void)out;
}
"""


@needs_emulation
@pytest.mark.parametrize("name", ["cortex-m0plus", "cortex-m4", "rv32imc"])
def test_code_sizes_are_those_that_the_choice_counts_with(tmp_path: Path, name: str) -> None:
    kernels = ["espalier.h", "decode.c", *(f"{kernel.removeprefix('espalier_')}_coded.c" for kernel in KERNEL_BYTES)]
    files = {"plain.c": _PLAIN_KERNELS, **{kernel: (KERNELS / kernel).read_bytes() for kernel in kernels}}
    roots = [f"{kernel}_coded" for kernel in KERNEL_BYTES]
    image = compile_program(files, CORES[name], roots=roots, workdir=tmp_path, optimize="-Os")
    sizes = {name: symbol.size for name, symbol in image.symbols.items()}
    decoder = sum(sizes.get(name, 0) for name in ("espalier_decode", "espalier_decode_start", "espalier_decode_whole", "look_up"))
    assert DECODER_BYTES - 150 < decoder <= DECODER_BYTES
    for kernel, code_bytes in KERNEL_BYTES.items():
        assert 0 < sizes[f"{kernel}_coded"] <= code_bytes


def pruned(graph: Graph, share: float) -> Graph:
    """The smallest weights of each layer set to zero."""
    tensors = list(graph.tensors)
    for op in graph.ops:
        if op.kind in ("conv_2d", "fully_connected"):
            tensor = tensors[op.inputs[1]]
            assert tensor.data is not None
            size = np.abs(tensor.data.astype(int))
            kept = np.where(size > np.quantile(size, share), tensor.data, 0).astype(np.int8)
            tensors[op.inputs[1]] = dataclasses.replace(tensor, data=kept)
    return dataclasses.replace(graph, tensors=tuple(tensors))


@pytest.fixture
def stored_zeros() -> Iterator[None]:
    """Without the kernels that leave zeros out: what coding alone is worth."""
    with forced(sparse=False):
        yield


def measured(graph: Graph, *, coded: bool) -> Emulated:
    image = np.random.default_rng(1234).integers(-128, 128, (1, 32, 32, 3)).astype(np.int8)
    golden = [GoldenCase(input=image.tobytes(), output=reference.run(graph, [image])[0].tobytes())]
    plan, coding = plan_program(graph, optimize="flash", isa="dsp")
    if not coded:
        plan, coding = plan_plain(graph, optimize="flash", isa="dsp"), None
    files = emit(graph, plan, "net", Options(isa="dsp", coding=coding))
    core = CORES["cortex-m4"]
    figures = measure_program(
        files, core, name="net", graph=graph, arena_bytes=plan.arena_bytes, golden=golden, optimize="-Os"
    )
    assert 0 <= plan.arena_bytes - figures.arena_bytes < ALIGNMENT, "the painted arena is not the planned one"
    return figures


@pytest.mark.usefixtures("stored_zeros")
@needs_emulation
def test_resnet8_with_three_of_four_weights_zero_takes_little_over_half_the_flash_for_a_sixth_of_the_time() -> None:
    graph = pruned(read_tflite(RESNET8.read_bytes()), 0.75)
    plain, coded = measured(graph, coded=False), measured(graph, coded=True)
    # The first block's weights stay as they are: its rows are streamed, which saves 7,300 bytes of RAM.
    assert coded.weights_bytes + coded.code_bytes <= 0.57 * (plain.weights_bytes + plain.code_bytes)
    assert coded.code_bytes <= 8_192 and coded.stack_bytes <= 512
    assert plain.instructions < coded.instructions <= 1.16 * plain.instructions
    assert coded.arena_bytes <= plain.arena_bytes + max(EXTRA_RAM)


@pytest.mark.usefixtures("stored_zeros")
def test_decoding_raises_the_arena_only_where_that_buys_more_flash_and_within_the_target_s_ram() -> None:
    graph = read_tflite(RESNET8.read_bytes())
    least = plan_plain(graph, optimize="flash", isa="dsp").arena_bytes
    plain = plan_plain(graph, optimize="speed", isa="dsp").arena_bytes
    dense, first = plan_program(graph, optimize="flash", isa="dsp")
    assert first is not None and least < dense.arena_bytes <= plain, "as much as the fastest program takes is free"
    sparse = pruned(graph, 0.9)
    more, second = plan_program(sparse, optimize="flash", isa="dsp")
    tight, third = plan_program(sparse, optimize="flash", isa="dsp", ram_bytes=least + 1024)
    assert second is not None and third is not None
    assert least + 1024 < more.arena_bytes <= plain + max(EXTRA_RAM)
    assert tight.arena_bytes <= least + 1024 and second.saved_bytes > third.saved_bytes
    over, _ = plan_program(sparse, optimize="flash", isa="dsp", ram_bytes=1)
    assert over.arena_bytes == least, "an arena that is too large as it is takes no more"


def test_other_modes_know_no_coded_weights() -> None:
    graph = pruned(read_tflite(RESNET8.read_bytes()), 0.9)
    for optimize in ("speed", "ram"):
        assert plan_program(graph, optimize=optimize, isa="dsp")[1] is None


@needs_emulation
@pytest.mark.parametrize(("share", "wins"), [(0.5, True), (0.75, False)])
def test_a_pruned_resnet8_is_coded_only_where_the_bytes_are_worth_the_time(share: float, wins: bool) -> None:
    """Beside leaving the zeros out: at half the weights coding saves more, at a quarter it is not worth the time."""
    graph = pruned(read_tflite(RESNET8.read_bytes()), share)
    coding = plan_program(graph, optimize="flash", isa="dsp")[1]
    assert (coding is not None) == wins
    without, best = measured(graph, coded=False), measured(graph, coded=True)
    if wins:
        assert best.weights_bytes + best.code_bytes < 0.88 * (without.weights_bytes + without.code_bytes)
    else:
        assert best == without and best.instructions < 0.6 * 12_700_000
        assert best.weights_bytes + best.code_bytes < 0.47 * 88_304
