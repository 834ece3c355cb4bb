"""ResNet8 (MLPerf Tiny image classification, int8) as Espalier's C, beside TFLite Micro with CMSIS-NN.

    python benchmarks/microcontroller.py path/to/pretrainedResnet_quant.tflite

Espalier's figures are measured here: `zig cc`, unicorn (Cortex-M55: QEMU's mps3-an547, where installed).
Instruction counts and bytes are exact and repeatable; the time is an estimate from them (benchmarks/cycle_estimate.py
prints its error on published board times). The figures of
TFLite Micro were measured once (90b983c2, CMSIS-NN 4ab83cc3, gcc 12.2.1, QEMU 7.2) and are quoted: they
cannot be made again without its source tree. Each is the best of its builds for that quantity.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from espalier.emit.plan_program import plan_plain, plan_program
from espalier.emit.program import Options, emit
from espalier.emit.selftest import GoldenCase
from espalier.emulate.cross import CORES
from espalier.emulate.cycles import estimate
from espalier.emulate.microcontroller import Emulated, LayerFigure, measure_program
from espalier.errors import ToolMissingError
from espalier.graph import reference
from espalier.graph.ops import macs
from espalier.graph.types import Array, Graph
from espalier.graph.verify import layer_name
from espalier.graph.view import view
from espalier.target import load_target, target_names
from espalier.tflite.read import read_tflite

INPUTS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A core, how it is built, the quantity, TFLite Micro's figure and its build, the figure to reach."""

    core: str
    optimize: str
    level: str
    quantity: str
    baseline: int
    source: str
    wanted: int


ROWS: Sequence[Row] = (
    Row("cortex-m4", "speed", "-O2", "instructions", 28_506_036, "CMSIS-NN -O2, assembly requantisation",
        12_900_000),
    Row("cortex-m4", "speed", "-O2", "code_bytes", 51_332, "int8-only registrations, default levels", 12_288),
    Row("cortex-m4", "speed", "-O2", "stack_bytes", 900, "int8-only registrations, -O3", 512),
    Row("cortex-m4", "speed", "-O2", "arena_bytes", 54_996, "every CMSIS-NN build on M4", 36_864),
    Row("cortex-m4", "speed", "-O2", "weights_bytes", 98_496, "the .tflite in flash", 84_000),
    Row("cortex-m4", "ram", "-O2", "arena_bytes", 54_996, "every CMSIS-NN build on M4", 26_000),
    Row("cortex-m4", "flash", "-Os", "code_bytes", 43_396, "int8-only registrations, -Os", 8_192),
    Row("cortex-m3", "speed", "-O2", "instructions", 41_759_170, "CMSIS-NN -O3", 25_055_502),
    Row("cortex-m55", "speed", "-O2", "instructions", 4_811_859, "CMSIS-NN -O3, int8-only", 3_900_000),
)  # fmt: skip


def measure(graph: Graph, core: str, optimize: str, level: str, *, coded: bool = True) -> Emulated:
    """The whole network on random images."""
    rng = np.random.default_rng(1234)
    shape = graph.tensors[graph.inputs[0]].shape
    images = [[rng.integers(-128, 128, shape).astype(np.int8)] for _ in range(INPUTS)]
    return run(graph, core, optimize, level, images, coded=coded)


def with_zeros(graph: Graph, share: float) -> Graph:
    """The network with its smallest weights set to zero, chosen over all layers by LAMP's score, as `prune` does."""
    layers = [op.inputs[1] for op in graph.ops if op.kind in ("conv_2d", "fully_connected")]
    tensors, scores = list(graph.tensors), {}
    for index in layers:
        tensor = tensors[index]
        scales = np.asarray(tensor.quant.scales if tensor.quant else 1.0)
        real = np.asarray(tensor.data, np.float64) * scales.reshape(-1, *(1,) * (len(tensor.shape) - 1))
        squares = real.reshape(-1) ** 2
        order = np.argsort(squares)
        score = np.empty_like(squares)
        score[order] = squares[order] / np.cumsum(squares[order][::-1])[::-1]
        scores[index] = score.reshape(tensor.shape)
    limit = np.quantile(np.concatenate([s.reshape(-1) for s in scores.values()]), share)
    for index, score in scores.items():
        kept = np.where(score < limit, 0, np.asarray(tensors[index].data)).astype(np.int8)
        tensors[index] = dataclasses.replace(tensors[index], data=kept)
    return dataclasses.replace(graph, tensors=tuple(tensors))


def compressed(graph: Graph) -> None:
    """optimize = "flash" on a Cortex-M4 with and without compressed weights."""
    print("\ncortex-m4, optimize = flash: without compressed weights -> with them")
    print(f"  {'weights':<12}{'weights, constants':>22}{'code':>18}{'flash':>20}{'arena':>20}{'instructions':>34}")
    for share in (0.0, 0.5, 0.75, 0.9):
        network = with_zeros(graph, share) if share else graph
        plain, coded = (measure(network, "cortex-m4", "flash", "-Os", coded=c) for c in (False, True))
        columns = [
            f"{a:,} -> {b:,}"
            for a, b in (
                (plain.weights_bytes, coded.weights_bytes),
                (plain.code_bytes, coded.code_bytes),
                (plain.weights_bytes + plain.code_bytes, coded.weights_bytes + coded.code_bytes),
                (plain.arena_bytes, coded.arena_bytes),
                (plain.instructions, coded.instructions),
            )
        ]
        name = f"{share:.0%} zeros" if share else "as given"
        more = 100 * (coded.instructions / plain.instructions - 1)
        print(f"  {name:<12}{columns[0]:>22}{columns[1]:>18}{columns[2]:>20}{columns[3]:>20}{columns[4]:>28} {more:+.0f} %")


def run(
    graph: Graph,
    core: str,
    optimize: str,
    level: str,
    images: Sequence[Sequence[Array]],
    *,
    coded: bool = True,
) -> Emulated:
    """Plan, emit, compile, run against the numpy reference. ``coded``: weights may be compressed where that pays."""
    golden = [
        GoldenCase(
            input=b"".join(a.tobytes() for a in given), output=reference.run(graph, list(given))[0].tobytes()
        )
        for given in images
    ]
    isa = CORES[core].isa
    plan, coding = plan_program(graph, optimize=optimize, isa=isa)
    if not coded:
        plan, coding = plan_plain(graph, optimize=optimize, isa=isa), None
    files = emit(graph, plan, "resnet8", Options(isa=isa, coding=coding))
    return measure_program(
        files,
        CORES[core],
        name="resnet8",
        graph=graph,
        arena_bytes=plan.arena_bytes,
        golden=golden,
        optimize=level,
    )


def layers_one_by_one(graph: Graph, core: str, optimize: str, level: str) -> Iterator[LayerFigure]:
    """Each operator as a program of its own, on random values: QEMU's count has no layers."""
    rng = np.random.default_rng(1234)
    for op in graph.ops:
        if op.kind in ("reshape", "squeeze", "expand_dims"):
            continue
        given = tuple(t for t in dict.fromkeys(op.inputs) if t >= 0 and not graph.tensors[t].is_constant)
        single = dataclasses.replace(graph, ops=(op,), inputs=given, outputs=op.outputs)
        images = [rng.integers(-128, 128, graph.tensors[t].shape).astype(np.int8) for t in given]
        figures = run(single, core, optimize, level, [images])
        yield LayerFigure(
            name=f"{op.kind} {layer_name(graph, op)}",
            macs=macs(view(graph, op)),
            instructions=figures.instructions,
        )


def main(path: Path) -> int:
    graph = read_tflite(path.read_bytes(), name="resnet8")
    measured: dict[tuple[str, str], Emulated] = {}
    missed = 0
    print(
        f"{'core':<12}{'optimize':<9}{'quantity':<14}{'TFLM+CMSIS-NN':>14}{'Espalier':>12}{'ratio':>7}{'wanted':>12}"
    )
    for row in ROWS:
        head = f"{row.core:<12}{row.optimize:<9}{row.quantity:<14}{row.baseline:>14,}"
        key = (row.core, row.optimize)
        try:
            measured.setdefault(key, measure(graph, row.core, row.optimize, row.level))
        except ToolMissingError as problem:
            print(f"{head}  not run: {problem.found}")
            continue
        value = int(getattr(measured[key], row.quantity))
        verdict = "" if value <= row.wanted else "  MISSED"
        missed += bool(verdict)
        print(
            f"{head}{value:>12,}"
            f"{value / row.baseline:>7.2f}{row.wanted:>12,}{verdict}  (theirs: {row.source})"
        )
    for (core, optimize), figures in measured.items():
        print(
            f"\n{core}, optimize = {optimize}: {figures.exact} of {INPUTS} outputs equal the reference; "
            f"{figures.instructions:,} instructions, arena {figures.arena_bytes:,}, stack "
            f"{figures.stack_bytes}, code {figures.code_bytes:,}, weights and constants "
            f"{figures.weights_bytes:,} bytes "
            f"({figures.compiler} {figures.optimize}, {figures.emulator})"
        )
        time = estimate(core, figures.model_cycles, load_target(core).number("clock-hz")) if core in target_names() else None
        if time is not None:
            print(f"  {time.row()['text']}")
        layers = figures.layers or tuple(layers_one_by_one(graph, core, optimize, figures.optimize))
        if not figures.layers:
            print("  each measured as a program of its own, nothing streamed or in place:")
        for layer in layers:
            per_mac = f"{layer.instructions / layer.macs:.3f}" if layer.macs else "-"
            print(
                f"  {layer.name[:48]:<48}{layer.macs:>11,} MACs{layer.instructions:>12,} instructions"
                f"{per_mac:>8}"
            )
    compressed(graph)
    return 1 if missed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/microcontroller.py pretrainedResnet_quant.tflite")
    sys.exit(main(Path(sys.argv[1])))
