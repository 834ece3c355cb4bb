"""Transformer blocks of any shape are exact, and what is strange about a layer costs little more than its ordinary twin.

Shapes that the kernels were not made on: odd tokens, heads, head sizes and inner widths, near-dead and huge units. The large
ones, on every core: pytest -m sweep tests/golden/test_transformers.py
"""

from __future__ import annotations

import dataclasses
import importlib.util
import shutil
from pathlib import Path

import pytest
from attention_nets import LARGE, ODD, Block, attention_net
from c_batch import make_batch, native_compiler
from c_cases import assert_exact
from file_program import count_under_qemu, has_sanitizers, run_sanitized

from espalier.emit.plan_program import plan_program
from espalier.emit.program import Options, emit
from espalier.emit.selftest import GoldenCase
from espalier.emulate.cross import CORES
from espalier.emulate.microcontroller import Emulated, measure_program
from espalier.graph import reference

EMULATION = (
    importlib.util.find_spec("ziglang") is not None and importlib.util.find_spec("unicorn") is not None
)
needs_emulation = pytest.mark.skipif(
    not EMULATION, reason="ziglang or unicorn is not installed (espalier[mcu])"
)


MOST_ON_M55 = 1.5
"""Instructions of a block per multiplication of its dense layers and products."""


def macs_of(block: Block) -> int:
    dense = block.width * (4 * block.width + 2 * block.inner)
    return block.tokens * (dense + 2 * block.tokens * block.width)


def measured(block: Block, name: str) -> Emulated:
    """Counts of a block on a core; a byte that differs from the reference raises."""
    core = CORES[name]
    if not core.unicorn and shutil.which("qemu-system-arm") is None:
        pytest.skip(f"qemu-system-arm is not installed, and only QEMU emulates the {name}")
    graph, inputs = attention_net(block)
    answer = reference.run(graph, inputs)[0]
    assert len(set(answer.reshape(-1).tolist())) > 16, "the net answers something"
    plan, coding = plan_program(graph, optimize="speed", isa=core.isa)
    files = emit(graph, plan, "block", Options(isa=core.isa, coding=coding))
    case = GoldenCase(input=inputs[0].tobytes(), output=answer.tobytes())
    return measure_program(
        files, core, name="block", graph=graph, arena_bytes=plan.arena_bytes, golden=[case]
    )


def spent(block: Block, kind: str) -> int:
    graph, _ = attention_net(block)
    layers = measured(block, "cortex-m4").layers
    return sum(layer.instructions for layer in layers if layer.op >= 0 and graph.ops[layer.op].kind == kind)


@pytest.mark.skipif(native_compiler() is None, reason="no C compiler (gcc, cc or clang) on this machine")
@pytest.mark.parametrize(
    ("optimize", "isa"), [("speed", "portable"), ("ram", "helium"), ("flash", "portable"), ("coded", "helium")]
)
def test_blocks_of_odd_shapes_with_strange_units_are_exact(tmp_path: Path, optimize: str, isa: str) -> None:
    cases = [(*attention_net(block), str(block)) for block in ODD]
    assert_exact(cases, tmp_path, "-O1", optimize=optimize, isa=isa)


@pytest.mark.parametrize("isa", ["portable", "helium"])
def test_sanitizers_have_nothing_to_say_about_a_block(tmp_path: Path, isa: str) -> None:
    if not has_sanitizers(tmp_path):
        pytest.skip("no gcc, cc or clang on this machine that links AddressSanitizer")
    cases = [attention_net(block) for block in ODD]
    results = run_sanitized(
        make_batch([graph for graph, _ in cases], isa=isa), [inputs for _, inputs in cases], tmp_path, "-O1"
    )
    for got, (graph, inputs), block in zip(results, cases, ODD, strict=True):
        assert got == [reference.run(graph, inputs)[0].tobytes()], block


@needs_emulation
def test_strange_units_cost_at_most_twice_what_ordinary_ones_do() -> None:
    strange = Block(tokens=17, heads=2, size=8, inner=24, dead=0.4)
    ordinary = dataclasses.replace(strange, dead=0.0)
    assert spent(strange, "fully_connected") < 2 * spent(ordinary, "fully_connected")


@pytest.mark.sweep
@needs_emulation
def test_odd_shapes_cost_at_most_twice_the_next_shape_of_whole_tiles() -> None:
    odd, whole = Block(tokens=17, heads=3, size=13, inner=61), Block(tokens=20, heads=3, size=16, inner=64)
    for kind in ("fully_connected", "batch_matmul", "softmax"):
        assert spent(odd, kind) < 1.3 * spent(whole, kind), kind


@needs_emulation
def test_products_of_matrices_are_computed_by_the_vector_instructions() -> None:
    """About 11 instructions per multiplication in plain C."""
    block = Block(tokens=50, heads=2, size=16, inner=64)
    macs = 2 * block.tokens * block.tokens * block.width
    assert spent(block, "batch_matmul") < 2 * macs


@pytest.mark.sweep
@needs_emulation
def test_blocks_are_exact_and_strange_units_cost_little_on_a_cortex_m55(tmp_path: Path) -> None:
    if shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed, and only QEMU emulates the cortex-m55")
    core, strange = CORES["cortex-m55"], Block(tokens=17, heads=2, size=8, inner=24, dead=0.4)
    blocks = (*ODD, dataclasses.replace(strange, dead=0.0))
    cases = [attention_net(block) for block in blocks]
    batch = make_batch([graph for graph, _ in cases], isa=core.isa)
    results, counts = count_under_qemu(batch, core, [inputs for _, inputs in cases], tmp_path, "-O2")
    for got, (graph, inputs), block in zip(results, cases, blocks, strict=True):
        assert got == [reference.run(graph, inputs)[0].tobytes()], block
    spent_on = dict(zip(blocks, counts, strict=True))
    assert spent_on[strange] < 1.1 * spent_on[blocks[-1]]
    block = ODD[1]
    assert spent_on[block] < MOST_ON_M55 * macs_of(block)


@pytest.mark.sweep
@needs_emulation
@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m55", "rv32imc"])
@pytest.mark.parametrize("block", LARGE + ODD[:4], ids=str)
def test_sweep_large_blocks_are_exact(block: Block, core: str) -> None:
    assert measured(block, core).exact == 1
