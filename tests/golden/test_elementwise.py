"""Element by element and pools: exact for every pair of values, for odd counts, in place and as tables; and what they cost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from c_batch import EmulatedBatch, make_batch, native, native_compiler
from file_program import run_under_qemu
from single_op_cases import Builder

from espalier.emit import channel_tables
from espalier.emit.plan_program import plan_program
from espalier.emit.program import Options, emit
from espalier.emulate.cross import CORES
from espalier.graph import reference
from espalier.graph.types import Array, Graph, Quant

Case = tuple[str, Graph, list[Array]]
SUM = {"activation": "none", "pot_scale_int16": True}


def quant(scale: float, zero: int) -> Quant:
    return Quant(scales=(float(np.float32(scale)),), zero_points=(zero,))


def values(seed: int, *shape: int) -> Array:
    made = np.random.default_rng(seed).integers(-128, 128, shape).astype(np.int8)
    made.reshape(-1)[:: max(1, made.size // 7)] = -128
    return made


def pairs() -> Iterator[Case]:
    """All 65,536 pairs of values: with ties (powers of two), saturation, far zero points and fused activations."""
    a, b = np.meshgrid(np.arange(-128, 128), np.arange(-128, 128), indexing="ij")
    given = [x.astype(np.int8).reshape(1, 256, 256, 1) for x in (a, b)]
    for kind, more in (("mul", {"activation": "none"}), ("add", SUM), ("sub", SUM)):
        for number, (left, right, out, activation) in enumerate(
            (
                ((0.5, 0), (0.5, 0), (1.0, 0), "none"),
                ((0.25, -128), (0.125, 127), (2.0, -128), "relu"),
                ((0.0213, 5), (0.037, -11), (0.004, 100), "relu6"),
                ((0.11, 127), (0.0071, -128), (0.9, 3), "none"),
                ((0.03, -3), (0.03, 9), (0.03, -128), "relu_n1_to_1"),
            )
        ):
            builder = Builder()
            x, y = (builder.input((1, 256, 256, 1), quant(*q)) for q in (left, right))
            made = builder.op(kind, [x, y], quant(*out), **{**more, "activation": activation})
            yield f"{kind} of every pair {number}", builder.finish([made]), given


def repeated() -> Iterator[Case]:
    """One operand is the same in all pixels, in all channels, or is the other one."""
    for kind, more in (("mul", {"activation": "relu6"}), ("add", SUM), ("sub", SUM)):
        for channels in (1, 3, 4, 6, 9):
            for shape in ((1, 1, 1, channels), (1, 5, 3, 1), (1, 5, 3, channels)):
                builder = Builder()
                x, y = builder.input((1, 5, 3, channels), quant(0.02, 4)), builder.input(shape, quant(0.013, -9))
                made = [builder.op(kind, operands, quant(0.03, -1), **more) for operands in ([x, y], [y, x], [x, x])]
                given = [values(channels, 1, 5, 3, channels), values(channels + 1, *shape)]
                yield f"{kind} {channels} {shape}", builder.finish(made), given


def chain(channels: int, size: int, *, ends: bool = True, seed: int = 0) -> Graph:
    """mul, add and prelu with a constant per channel, then hard_swish; between pools, so that it may run in place."""
    rng, builder = np.random.default_rng(seed), Builder()
    x = builder.input((1, size, size, channels), quant(0.02, -3))
    pool = {"padding": "same", "stride_h": 1, "stride_w": 1, "filter_h": 1, "filter_w": 2, "activation": "none"}
    if ends:
        x = builder.op("max_pool_2d", [x], quant(0.02, -3), **pool)
    for kind, more, out in (("mul", {"activation": "none"}, 0.04), ("add", SUM, 0.05), ("prelu", {}, 0.045)):
        constant = builder.const(rng.integers(-128, 128, (1, 1, channels)), "int8", quant(0.01, 2))
        x = builder.op(kind, [x, constant], quant(out, 7), **more)
    x = builder.op("hard_swish", [x], quant(0.04, -20))
    if ends:
        x = builder.op("average_pool_2d", [x], quant(0.04, -20), **pool)
    return builder.finish([x])


def chains() -> Iterator[Case]:
    for channels in (1, 2, 3, 4, 5, 8, 9, 15, 16, 17):
        yield f"chain of {channels}", chain(channels, 6, seed=channels), [values(channels, 1, 6, 6, channels)]


def pools() -> Iterator[Case]:
    """Counts of channels that are no multiple of four, windows beyond the edges, of one value, and of more than 255."""
    windows = ((2, 2, 2, 2), (3, 3, 1, 1), (1, 1, 1, 1), (1, 1, 2, 3), (5, 4, 3, 2), (2, 3, 1, 2))
    shapes = ((1, 1), (1, 2), (2, 1), (3, 2), (7, 5))
    for kind in ("average_pool_2d", "max_pool_2d"):
        for channels in (1, 2, 3, 4, 5, 7, 9):
            for number, (high, wide) in enumerate(shapes):
                for window in (windows[(channels + number + n) % len(windows)] for n in range(2)):
                    yield _pool(kind, (high, wide, channels), window, ("none", "relu6")[number % 2], "same")
            yield _pool(kind, (18, 17, channels), (17, 16, 1, 1), "none", "valid")


def _pool(
    kind: str, shape: tuple[int, int, int], window: tuple[int, int, int, int], activation: str, padding: str
) -> Case:
    """Two of them, the second one of values in the arena."""
    builder, q = Builder(), quant(0.05, -7)
    options = dict(zip(("filter_h", "filter_w", "stride_h", "stride_w"), window, strict=True))
    x = builder.input((1, *shape), q)
    once = builder.op(kind, [x], q, padding=padding, activation=activation, **options)
    ends = [once]
    if padding == "same":
        ends = [builder.op(kind, [once], q, padding="same", activation="none", **options)]
    return f"{kind} {shape} {window} {activation}", builder.finish(ends), [values(shape[2], 1, *shape)]


GROUPS: Sequence[Callable[[], Iterator[Case]]] = (pairs, repeated, chains, pools)


@pytest.fixture
def tables_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_tables, "LEAST_GAIN", -(10**9))


def _answers(cases: Sequence[Case]) -> list[list[bytes]]:
    return [[np.ascontiguousarray(a).tobytes() for a in reference.run(graph, given)] for _, graph, given in cases]


@pytest.mark.usefixtures("tables_wanted")
@pytest.mark.skipif(native_compiler() is None, reason="no C compiler (gcc, cc or clang) on this machine")
def test_every_group_is_exact_in_plain_c(tmp_path: Path) -> None:
    cases = [case for group in GROUPS for case in group()]
    batch = make_batch([graph for _, graph, _ in cases])
    assert batch.files["cases.c"].count(b"espalier_channel_lookup(") == 6
    with native(batch, tmp_path, "-O1") as programs:
        for number, ((name, _, given), wanted) in enumerate(zip(cases, _answers(cases), strict=True)):
            assert [a.tobytes() for a in programs.run(number, given)] == wanted, name


@pytest.mark.usefixtures("tables_wanted")
@pytest.mark.parametrize("name", ["cortex-m0plus", "cortex-m4", pytest.param("cortex-m55", marks=pytest.mark.sweep)])
def test_every_group_is_exact_on_an_emulated_core(name: str, tmp_path: Path) -> None:
    pytest.importorskip("unicorn")
    pytest.importorskip("ziglang")
    core, cases = CORES[name], [case for group in GROUPS for case in group()]
    if name != "cortex-m4":
        cases = cases[::5]
    batch = make_batch([graph for _, graph, _ in cases], isa=core.isa)
    if core.unicorn:
        machine = EmulatedBatch(batch, core, tmp_path, "-O2")
        made = [[a.tobytes() for a in machine.run(n, given)] for n, (_, _, given) in enumerate(cases)]
    elif shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed")
    else:
        cases = [case for case in cases if "every pair" not in case[0]]
        batch = make_batch([graph for _, graph, _ in cases], isa=core.isa)
        made = [list(a) for a in run_under_qemu(batch, core, [given for _, _, given in cases], tmp_path, "-O2")]
    wrong = [case[0] for case, a, b in zip(cases, made, _answers(cases), strict=True) if list(a) != b]
    assert wrong == []


def test_a_chain_is_one_step_and_one_table_whose_flash_has_a_limit() -> None:
    graph = chain(16, 40)
    plan, _ = plan_program(graph, optimize="speed", isa="dsp")
    assert [step.ops for step in plan.steps] == [(0,), (1, 2, 3, 4), (5,)]
    text = dict(emit(graph, plan, "net", Options(isa="dsp")))["net.c"]
    assert text.count(b"net_channel_lookup(&") == 1
    for other in (chain(40, 40), chain(16, 4)):  # 10 kB; too few pixels
        steps = plan_program(other, optimize="speed", isa="dsp")[0].steps
        assert len(steps) == len(other.ops)
    assert len(plan_program(graph, optimize="flash", isa="dsp")[0].steps) == len(graph.ops)
    assert channel_tables.budget(graph) == channel_tables.LEAST_BUDGET


@pytest.mark.parametrize("optimize", ["speed", "ram", "flash"])
def test_functions_that_are_the_same_in_all_channels_are_one_table_in_every_mode(optimize: str) -> None:
    builder = Builder()
    x = builder.input((1, 4, 4, 6), quant(0.02, -3))
    slopes = builder.const(np.full((1, 1, 6), 32), "int8", quant(0.01, 0))
    x = builder.op("prelu", [x, slopes], quant(0.02, 1))
    half = builder.const(np.array([50]), "int8", quant(0.01, 0))
    x = builder.op("mul", [x, half], quant(0.01, 1), activation="none")
    graph = builder.finish([builder.op("hard_swish", [x], quant(0.01, -20))])
    plan, _ = plan_program(graph, optimize=optimize, isa="dsp")
    assert [step.ops for step in plan.steps] == [(0, 1, 2)]
    assert b"espalier_lookup" in dict(emit(graph, plan, "net", Options(shared_kernels=True)))["net.c"]


def test_a_result_that_somebody_else_reads_ends_a_chain() -> None:
    builder = Builder()
    x = builder.input((1, 4, 4, 6), quant(0.02, -3))
    other = builder.input((1, 4, 4, 6), quant(0.02, -3))
    first = builder.op("hard_swish", [x], quant(0.02, 1))
    second = builder.op("hard_swish", [first], quant(0.02, 2))
    graph = builder.finish([second, builder.op("add", [first, other], quant(0.03, 0), **SUM)])
    assert channel_tables.joined(graph, "speed", "dsp") == ()


def _per_element(core: str, graph: Graph, folder: Path) -> float:
    pytest.importorskip("unicorn")
    pytest.importorskip("ziglang")
    batch = make_batch([graph], isa=CORES[core].isa)
    given = [values(n, *graph.tensors[i].shape) for n, i in enumerate(graph.inputs)]
    outputs, instructions = EmulatedBatch(batch, CORES[core], folder, "-O2").counted(0, given)
    assert outputs[0].tobytes() == np.ascontiguousarray(reference.run(graph, given)[0]).tobytes()
    return instructions / graph.tensors[graph.outputs[0]].elements


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33", "cortex-m7"])
@pytest.mark.parametrize("kind, most", [("mul", 12.0), ("add", 14.5)])
def test_a_sum_or_product_of_two_maps_takes_few_instructions(core: str, kind: str, most: float, tmp_path: Path) -> None:
    builder, shape = Builder(), (1, 33, 31, 17)
    operands = [builder.input(shape, quant(0.02, -3)), builder.input(shape, quant(0.03, 7))]
    made = builder.op(kind, operands, quant(0.05, -20), **({"activation": "none"} if kind == "mul" else SUM))
    assert _per_element(core, builder.finish([made]), tmp_path) <= most


def test_four_functions_per_channel_take_five_instructions_together(tmp_path: Path) -> None:
    assert _per_element("cortex-m4", chain(17, 40, ends=False), tmp_path) <= 5.5


@pytest.mark.parametrize(
    "kind, channels, most",
    [("average_pool_2d", 15, 30), ("max_pool_2d", 15, 24), ("average_pool_2d", 3, 48), ("max_pool_2d", 3, 40)],
)
def test_pools_of_odd_counts_take_few_instructions(kind: str, channels: int, most: float, tmp_path: Path) -> None:
    _, graph, _ = _pool(kind, (60, 60, channels), (2, 2, 2, 2), "none", "valid")
    assert _per_element("cortex-m4", graph, tmp_path) <= most
