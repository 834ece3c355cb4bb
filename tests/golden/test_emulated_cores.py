"""The same bytes on every emulated core, and figures that are facts."""

from __future__ import annotations

import functools
import importlib.util
import itertools
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from c_batch import EmulatedBatch, make_batch
from c_cases import UNGENERATED, compiled, random_cases
from graph_cases import random_graph
from pretrained import RESNET8
from single_op_cases import Builder

from espalier.emit.demand import demand, streamable
from espalier.emit.kernel_table import INT16, LOWERINGS
from espalier.emit.plan_program import plan_program
from espalier.emit.program import Options, emit
from espalier.emit.selftest import GoldenCase
from espalier.emulate.count_many import Net, count_many
from espalier.emulate.cross import CORES, compile_program
from espalier.emulate.emulate import EmulatedCore
from espalier.emulate.microcontroller import Emulated, measure_program
from espalier.errors import BugError, VerificationError
from espalier.graph import reference
from espalier.graph.types import Graph, Quant
from espalier.plan.memory import plan_memory
from espalier.plan.types import ALIGNMENT
from espalier.tflite.read import read_tflite

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)
UNICORN = sorted(name for name, core in CORES.items() if core.unicorn)


@functools.cache
def every_operator() -> list[tuple[Graph, list[np.ndarray], str]]:
    """Without float edges: those need the compiler's floating-point routines on cores without an FPU."""
    cases = random_cases(sorted(set(LOWERINGS) - UNGENERATED), 1, "int8", 900)
    return [case for case in cases if all(t.dtype != "float32" for t in case[0].tensors)]


@pytest.mark.parametrize("name", UNICORN)
def test_every_operator_is_exact_on_every_core(tmp_path: Path, name: str) -> None:
    assert_emulated(every_operator(), tmp_path, name, "-O2")


@pytest.mark.parametrize("level", ["-O0", "-Os", "-O3"])
def test_optimisation_levels_change_no_byte(tmp_path: Path, level: str) -> None:
    assert_emulated(every_operator(), tmp_path, "cortex-m4", level)


@pytest.mark.parametrize(
    ("name", "mode"), [("cortex-m4", "ram"), ("cortex-m3", "speed"), ("cortex-m0plus", "flash")]
)
def test_random_graphs_are_exact_on_emulated_cores(tmp_path: Path, name: str, mode: str) -> None:
    cases = compiled([(*random_graph(seed), f"graph {seed}") for seed in range(700, 712)])
    assert_emulated(cases, tmp_path, name, "-O2", mode)


def assert_emulated(cases: list, folder: Path, name: str, level: str, mode: str = "speed") -> None:
    core = CORES[name]
    batch = make_batch([g for g, _, _ in cases], optimize=mode, isa=core.isa)
    runner = EmulatedBatch(batch, core, folder, level)
    for number, (graph, inputs, case) in enumerate(cases):
        for got, want in zip(runner.run(number, inputs), reference.run(graph, inputs), strict=True):
            assert got.tobytes() == np.ascontiguousarray(want).tobytes(), f"{case} on {name} at {level}"


ADDER = b"""#include <stdint.h>
int32_t adder(const int32_t *a, int32_t count, int32_t x, int32_t y, int32_t z);
int32_t adder(const int32_t *a, int32_t count, int32_t x, int32_t y, int32_t z) {
  int32_t sum = 0, i;
  for (i = 0; i < count; i++) { sum += a[i]; __asm__ volatile("" : "+r"(sum)); }
  return sum + x + 10 * y + 100 * z;
}
"""


@pytest.mark.parametrize("name", ["cortex-m4", "rv32imc"])
def test_instructions_are_counted_exactly(tmp_path: Path, name: str) -> None:
    """The loop body has a fixed number of instructions, so the count is linear in the iterations."""
    image = compile_program(
        {"adder.c": ADDER}, CORES[name], roots=["adder"], workdir=tmp_path, optimize="-Os"
    )
    core = EmulatedCore(image, CORES[name], workdir=tmp_path)
    data = np.arange(4000, dtype=np.int32)
    counts = []
    for count in (1000, 2000, 3000):
        call = core.call("adder", [data.tobytes(), count, 1, 2, 3])
        assert call.result == int(data[:count].sum()) + 321
        counts.append(call.instructions)
    assert counts[2] - counts[1] == counts[1] - counts[0]
    assert (counts[1] - counts[0]) % 1000 == 0
    assert call.stack_bytes < 64


def test_a_fault_on_the_core_is_reported(tmp_path: Path) -> None:
    image = compile_program({"adder.c": ADDER}, CORES["cortex-m4"], roots=["adder"], workdir=tmp_path)
    core = EmulatedCore(image, CORES["cortex-m4"], workdir=tmp_path)
    with pytest.raises(BugError, match="faulted"):
        core.call("adder", [0x4000_0000, 10, 0, 0, 0])
    with pytest.raises(BugError, match="no function"):
        core.call("missing", [])


def test_a_warning_in_emitted_code_is_an_error(tmp_path: Path) -> None:
    source = b"int unused(void);\nint unused(void) { int x; return 0; }\n"
    with pytest.raises(BugError, match="unused"):
        compile_program({"unused.c": source}, CORES["cortex-m4"], roots=["unused"], workdir=tmp_path)


@functools.cache
def measured(core: str, optimize: str, level: str = "-O2") -> Emulated:
    isa = CORES[core].isa
    graph = read_tflite(RESNET8.read_bytes())
    image = np.random.default_rng(1234).integers(-128, 128, (1, 32, 32, 3)).astype(np.int8)
    golden = [GoldenCase(input=image.tobytes(), output=reference.run(graph, [image])[0].tobytes())]
    plan, coding = plan_program(graph, optimize=optimize, isa=isa)
    files = emit(graph, plan, "ResNet-8", Options(golden=tuple(golden), isa=isa, coding=coding))
    figures = measure_program(
        files,
        CORES[core],
        name="ResNet-8",
        graph=graph,
        arena_bytes=plan.arena_bytes,
        golden=golden,
        optimize=level,
    )
    assert 0 <= plan.arena_bytes - figures.arena_bytes < ALIGNMENT, "the painted arena is not the planned one"
    return figures


def test_resnet8_on_a_cortex_m4_holds_its_figures() -> None:
    figures = measured("cortex-m4", "speed")
    assert figures.instructions <= 12_900_000
    assert figures.arena_bytes <= 36_864
    assert figures.code_bytes <= 12_288
    assert figures.stack_bytes <= 512
    assert figures.weights_bytes <= 84_000
    assert sum(layer.instructions for layer in figures.layers) == figures.instructions
    assert sum(layer.macs for layer in figures.layers) == 12_501_632


def test_resnet8_for_ram_and_for_flash_hold_their_figures() -> None:
    assert measured("cortex-m4", "ram").arena_bytes <= 26_000
    flash = measured("cortex-m4", "flash", "-Os")
    assert flash.code_bytes <= 8_192 and flash.stack_bytes <= 512
    assert flash.code_bytes + flash.weights_bytes <= 86_400
    assert flash.arena_bytes <= measured("cortex-m4", "speed").arena_bytes
    assert flash.instructions <= 14_800_000, "what decoding the weights costs"


def test_readme_states_the_figures_of_resnet8() -> None:
    """What README says of the network in tests/models, as it is measured here; its instructions are a mean of three images."""
    rows = (Path(__file__).parents[2] / "README.md").read_text().splitlines()
    (first,) = [row for row in rows if row.startswith("| ResNet8 as C on a Cortex-M4")]
    (other,) = [row for row in rows if row.startswith('| the same, `optimize = "ram"`')]
    (m3,) = [row for row in rows if row.startswith("| the same on a Cortex-M3")]
    speed, ram = measured("cortex-m4", "speed"), measured("cortex-m4", "ram")
    flash = measured("cortex-m4", "flash", "-Os")
    for part in (speed.arena_bytes, speed.code_bytes, speed.stack_bytes):
        assert f" {part:,} " in first, first
    for part in (ram.arena_bytes, flash.code_bytes, flash.code_bytes + flash.weights_bytes, flash.arena_bytes):
        assert f" {part:,} " in other, other
    for row, count in ((first, speed.instructions), (m3, measured("cortex-m3", "speed").instructions)):
        said = int(re.search(r"([\d,]+) instructions", row)[1].replace(",", ""))  # type: ignore[index]
        assert abs(said / count - 1) < 0.001, (said, count)


def test_resnet8_on_a_cortex_m3_takes_at_most_six_tenths_of_the_baseline() -> None:
    assert measured("cortex-m3", "speed").instructions <= 0.6 * 41_759_170


@pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="qemu-system-arm is not installed")
def test_resnet8_on_a_cortex_m55_takes_at_most_eight_tenths_of_the_baseline() -> None:
    figures = measured("cortex-m55", "speed")
    assert figures.instructions <= 3_900_000 and figures.stack_bytes <= 512


@pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="qemu-system-arm is not installed")
def test_helium_convolutions_are_exact_under_qemu() -> None:
    cases = random_cases(["conv_2d"], 6, "int8", 2000)
    for graph, inputs, name in cases[:1]:
        plan = plan_memory(
            graph, optimize="speed", demand=functools.partial(demand, isa="helium"), streamable=streamable
        )
        golden = [GoldenCase(input=inputs[0].tobytes(), output=reference.run(graph, inputs)[0].tobytes())]
        files = emit(graph, plan, "case", Options(isa="helium"))
        figures = measure_program(
            files, CORES["cortex-m55"], name="case", graph=graph, arena_bytes=plan.arena_bytes, golden=golden
        )
        assert figures.exact == 1, name


def small_program() -> tuple[Graph, list[tuple[str, bytes]], int, GoldenCase]:
    graph, inputs, _ = random_cases(["conv_2d"], 6, "int8")[0]
    plan = plan_memory(graph, optimize="speed", demand=demand, streamable=streamable)
    case = GoldenCase(input=inputs[0].tobytes(), output=reference.run(graph, inputs)[0].tobytes())
    return graph, emit(graph, plan, "small", Options(golden=(case,))), plan.arena_bytes, case


def test_a_wrong_byte_stops_the_measurement() -> None:
    graph, files, arena, case = small_program()
    wrong = GoldenCase(input=case.input, output=bytes([case.output[0] ^ 1]) + case.output[1:])
    with pytest.raises(VerificationError, match="1 of"):
        measure_program(
            files, CORES["cortex-m4"], name="small", graph=graph, arena_bytes=arena, golden=[wrong]
        )


def test_an_arena_that_is_too_small_is_noticed() -> None:
    graph, files, arena, case = small_program()
    with pytest.raises(VerificationError, match="behind its arena"):
        measure_program(
            files, CORES["cortex-m4"], name="small", graph=graph, arena_bytes=arena // 2, golden=[case]
        )


def test_damaged_weights_are_found_and_the_selftest_passes_on_the_core() -> None:
    _, files, arena, case = small_program()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        roots = ["small_run", "small_check", "small_selftest"]
        image = compile_program(dict(files), CORES["cortex-m4"], roots=roots, workdir=work)
        core = EmulatedCore(image, CORES["cortex-m4"], workdir=work)
        assert core.call("small_check", []).result == 0
        assert core.call("small_selftest", [bytes(arena), bytes(len(case.output))]).result == 0
        address = image.symbols["small_layer_00_weights"].address
        original = core.read(address, 1)
        for bit in range(8):
            core.write(address, bytes([original[0] ^ (1 << bit)]))
            assert core.call("small_check", []).result == 2
        core.write(address, original)
        assert core.call("small_check", []).result == 0


def test_3x3_depthwise_kernels_are_exact_for_every_width_and_stride(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    cases = []
    for width, channels, stride in itertools.product((2, 3, 4, 5, 8, 9), (4, 6, 12), (1, 2)):
        b = Builder()
        x = b.input((1, 5, width, channels), Quant(scales=(0.05,), zero_points=(-3,)))
        scales = tuple(float(np.float32(v)) for v in rng.uniform(0.005, 0.01, channels))
        filters = Quant(scales=scales, zero_points=(0,) * channels, axis=3)
        weights = b.const(rng.integers(-127, 128, (1, 3, 3, channels)), "int8", filters)
        bias = b.const(rng.integers(-2000, 2000, channels), "int32")
        options = {"padding": "same", "stride_w": stride, "stride_h": stride, "activation": "relu"}
        options |= {"dilation_w": 1, "dilation_h": 1, "depth_multiplier": 1}
        output = Quant(scales=(0.1,), zero_points=(int(rng.integers(-128, 100)),))
        graph = b.finish([b.op("depthwise_conv_2d", [x, weights, bias], output, **options)])
        image = rng.integers(-128, 128, (1, 5, width, channels)).astype(np.int8)
        cases.append((graph, [image], f"width {width}, {channels} channels, stride {stride}"))
    assert_emulated(cases, tmp_path, "cortex-m4", "-O2")


def test_16_bit_operators_are_exact_on_an_emulated_core(tmp_path: Path) -> None:
    cases = random_cases(sorted(set(INT16) - UNGENERATED), 1, "int16", 300)
    cases = [case for case in cases if all(t.dtype != "float32" for t in case[0].tensors)]
    assert len(cases) > 20
    assert_emulated(cases, tmp_path, "cortex-m4", "-O2")


def test_16_bit_operators_are_exact_on_a_core_that_multiplies_64_bits_with_its_compilers_library(tmp_path: Path) -> None:
    """Seen: no program with 16-bit activations could be linked for the emulated Cortex-M0+."""
    cases = random_cases(["conv_2d", "depthwise_conv_2d", "fully_connected"], 1, "int16", 301)
    assert_emulated(cases, tmp_path, "cortex-m0plus", "-O2")


@pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="qemu-system-arm is not installed")
def test_a_program_with_two_inputs_is_measured_under_qemu() -> None:
    graph, inputs, _ = next(case for case in random_cases(["add"], 8, "int8") if len(case[1]) == 2)
    case = GoldenCase(
        input=b"".join(x.tobytes() for x in inputs), output=reference.run(graph, inputs)[0].tobytes()
    )
    needs = functools.partial(demand, isa="helium")
    plan = plan_memory(graph, optimize="speed", demand=needs, streamable=streamable)
    files = emit(graph, plan, "two", Options(isa="helium"))
    core = CORES["cortex-m55"]
    figures = measure_program(
        files, core, name="two", graph=graph, arena_bytes=plan.arena_bytes, golden=[case]
    )
    assert figures.exact == 1 and figures.instructions > 0


def test_programs_that_are_counted_together_count_as_alone() -> None:
    cases = random_cases(["conv_2d", "add"], 2, "int8", 40)
    nets = [
        Net(
            graph=graph,
            golden=(
                GoldenCase(
                    input=b"".join(x.tobytes() for x in given), output=reference.run(graph, given)[0].tobytes()
                ),
            ),
        )
        for graph, given, _ in cases
    ]
    core = CORES["cortex-m4"]
    alone = []
    for net in nets:
        plan, _ = plan_program(net.graph, optimize="speed", isa=core.isa)
        files = emit(net.graph, plan, "alone", Options(isa=core.isa))
        figures = measure_program(
            files, core, name="alone", graph=net.graph, arena_bytes=plan.arena_bytes, golden=net.golden
        )
        alone.append(figures.instructions)
    assert count_many(nets, core) == alone
    wrong = GoldenCase(input=nets[0].golden[0].input, output=bytes(len(nets[0].golden[0].output)))
    with pytest.raises(VerificationError, match="differs"):
        count_many([Net(graph=nets[0].graph, golden=(wrong,))], core)


@pytest.mark.sweep
@pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="qemu-system-arm is not installed")
def test_a_program_above_512_kb_runs_on_an_emulated_cortex_m55() -> None:
    """Targets get the memory that their file says, not what the emulated board has beside its core."""
    b, rng = Builder(), np.random.default_rng(5)
    x = b.input((1, 1200), Quant(scales=(0.05,), zero_points=(3,)))
    filters = Quant(scales=(0.002,), zero_points=(0,))
    weights = b.const(rng.integers(-127, 128, (600, 1200)), "int8", filters)
    y = b.op("fully_connected", [x, weights], Quant(scales=(0.2,), zero_points=(1,)), activation="none")
    graph = b.finish([y])
    image = rng.integers(-128, 128, (1, 1200)).astype(np.int8)
    case = GoldenCase(input=image.tobytes(), output=reference.run(graph, [image])[0].tobytes())
    plan, _ = plan_program(graph, optimize="speed", isa="helium")
    figures = measure_program(
        emit(graph, plan, "large", Options(isa="helium")),
        CORES["cortex-m55"],
        name="large",
        graph=graph,
        arena_bytes=plan.arena_bytes,
        golden=[case],
    )
    assert figures.exact == 1 and figures.weights_bytes > 700_000
