"""Instructions of int8 .tflite files of any maker as Espalier's C, beside TFLite Micro with CMSIS-NN.

    python benchmarks/public_nets.py ASSETS... [--cores cortex-m4 cortex-m55] [--layers] [--as-given]

ASSETS are .tflite files or folders that are searched for them. Constant channels are removed as a build does, unless
--as-given. --layers lists every layer; on a Cortex-M55 each is a program of its own, as QEMU's count has no layers. The
programs are compiled with `zig cc -O2` and run in unicorn (Cortex-M55: QEMU's mps3-an547), and every output is compared
with the numpy reference: a wrong byte ends the run.

The peer's counts are quoted (90b983c2, CMSIS-NN 4ab83cc3, gcc 12.2.1, default levels, QEMU 7.2): they cannot be made
again without its source tree. The last lines are medians: instructions per MAC of all layers over 5,000 MACs, and the
ratio to the peer. The exit code is 1 where a file takes more than its WANTED share of the peer's instructions.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from espalier.emit.plan_program import plan_program
from espalier.emit.program import Options, emit
from espalier.emit.selftest import GoldenCase
from espalier.emulate.count_many import Net, count_many
from espalier.emulate.cross import CORES, Core
from espalier.emulate.microcontroller import Emulated, LayerFigure, measure_program
from espalier.errors import EspalierError, ToolMissingError
from espalier.graph import reference
from espalier.graph.ops import macs
from espalier.graph.simplify import simplify
from espalier.graph.types import DTYPES, Array, Graph
from espalier.graph.verify import layer_name
from espalier.graph.view import view
from espalier.tflite.read import read_tflite

WANTED = 0.7
SMALL = 5_000
"""Layers of fewer MACs are not in the median."""
MOVES = frozenset({"reshape", "squeeze", "expand_dims"})


@dataclass(frozen=True, slots=True)
class Peer:
    """A file by its name, its MACs as given, and the peer's instructions on both cores."""

    name: str
    macs: int
    m4: int
    m55: int

    def on(self, core: str) -> int | None:
        return {"cortex-m4": self.m4, "cortex-m55": self.m55}.get(core)


PEERS: Sequence[Peer] = (
    Peer("keyword_spotting_on_off_v3", 6_115_960, 20_528_554, 3_807_830),
    Peer("keyword_spotting_pacman_v3", 6_017_880, 20_046_664, 3_699_382),
    Peer("image_example1", 1_196_928, 6_719_966, 2_236_722),
    Peer("ic02_int8", 76_473_920, 145_530_938, 18_661_431),
    Peer("ad01_int8", 264_192, 582_869, 285_497),
    Peer("kws_int8", 2_656_768, 7_698_256, 1_814_735),
    Peer("str_ww_int8", 826_368, 2_227_676, 408_045),
    Peer("pretrainedResnet_quant", 12_501_632, 29_871_818, 4_913_063),
)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("assets", type=Path, nargs="+", help=".tflite files, or folders with such")
    parser.add_argument("--cores", nargs="+", choices=sorted(CORES), default=["cortex-m4", "cortex-m55"])
    parser.add_argument("--layers", action="store_true", help="list every layer")
    parser.add_argument("--as-given", action="store_true", help="leave constant channels in")
    given = parser.parse_args(arguments)
    files = sorted({path for asset in given.assets for path in (asset.rglob("*.tflite") if asset.is_dir() else [asset])})
    if not files:
        sys.exit("no .tflite file found")
    missed = 0
    for core in given.cores:
        missed += table(files, CORES[core], layers=given.layers, as_given=given.as_given)
    return 1 if missed else 0


def table(files: Sequence[Path], core: Core, *, layers: bool, as_given: bool) -> int:
    """Prints the rows of one core; how many files take more than the wanted share."""
    print(f"\n{core.name}\n  {'file':<34}{'MACs':>12}{'instructions':>14}{'per MAC':>9}{'median':>8}{'worst':>7}"
          f"{'peer':>13}{'ratio':>7}")  # fmt: skip
    missed, shares, ratios = 0, [], []
    for path in files:
        try:
            graph = read_tflite(path.read_bytes(), name=path.stem)
            graph = graph if as_given else simplify(graph)[0]
            figures = count(graph, core)
        except ToolMissingError as problem:
            print(f"  not run: {problem.found}")
            return 0
        except EspalierError as problem:
            reason = problem.found.strip().splitlines()[0]
            print(f"  {path.stem[:33]:<34}not compiled: {reason[:100]}")
            continue
        rows = figures.layers or (tuple(layers_one_by_one(graph, core)) if layers else ())
        per_mac = [row.instructions / row.macs for row in rows if row.macs > SMALL]
        shares += per_mac
        peer = next((peer.on(core.name) for peer in PEERS if peer.name == path.stem), None)
        total = sum(macs(view(graph, op)) for op in graph.ops)
        line = f"  {path.stem[:33]:<34}{total:>12,}{figures.instructions:>14,}{figures.instructions / max(1, total):>9.2f}"
        line += f"{statistics.median(per_mac):>8.2f}{max(per_mac):>7.1f}" if per_mac else f"{'-':>8}{'-':>7}"
        if peer is not None:
            ratios.append(figures.instructions / peer)
            missed += ratios[-1] > WANTED
            line += f"{peer:>13,}{ratios[-1]:>7.2f}{'  MISSED' if ratios[-1] > WANTED else ''}"
        print(line, flush=True)
        if layers:
            print_layers(rows)
    if shares:
        print(f"  median of {len(shares)} layers over {SMALL:,} MACs: {statistics.median(shares):.2f} per MAC")
    if ratios:
        print(f"  median ratio to the peer, {len(ratios)} files: {statistics.median(ratios):.2f}; wanted: {WANTED} each")
    return missed


def print_layers(rows: Sequence[LayerFigure]) -> None:
    for row in rows:
        per_mac = f"{row.instructions / row.macs:.2f}" if row.macs else "-"
        print(f"    {row.name[:50]:<50}{row.macs:>12,}{row.instructions:>13,}{per_mac:>8}")


def random_inputs(graph: Graph) -> list[Array]:
    rng = np.random.default_rng(1234)
    made = []
    for index in graph.inputs:
        tensor = graph.tensors[index]
        kind = np.dtype(DTYPES[tensor.dtype])
        if kind.kind == "f":
            made.append(rng.standard_normal(tensor.shape).astype(kind))
        else:
            limits = np.iinfo(kind)
            made.append(rng.integers(limits.min, limits.max + 1, tensor.shape).astype(kind))
    return made


def golden_case(graph: Graph) -> GoldenCase:
    images = random_inputs(graph)
    outputs = reference.run(graph, images)
    return GoldenCase(
        input=b"".join(image.tobytes() for image in images),
        output=b"".join(np.ascontiguousarray(output).tobytes() for output in outputs),
    )


def count(graph: Graph, core: Core) -> Emulated:
    """The whole network on a random input."""
    plan, coding = plan_program(graph, optimize="speed", isa=core.isa)
    files = emit(graph, plan, "public", Options(isa=core.isa, coding=coding))
    return measure_program(
        files, core, name="public", graph=graph, arena_bytes=plan.arena_bytes, golden=[golden_case(graph)]
    )


def layers_one_by_one(graph: Graph, core: Core) -> Iterator[LayerFigure]:
    """Each operator as a program of its own, on random values; nothing is streamed or in place."""
    ops = [op for op in graph.ops if op.kind not in MOVES]
    nets = []
    for op in ops:
        given = tuple(t for t in dict.fromkeys(op.inputs) if t >= 0 and not graph.tensors[t].is_constant)
        single = dataclasses.replace(graph, ops=(op,), inputs=given, outputs=op.outputs)
        nets.append(Net(graph=single, golden=(golden_case(single),)))
    for op, instructions in zip(ops, count_many(nets, core), strict=True):
        name = f"{op.kind} {layer_name(graph, op)}"
        yield LayerFigure(name=name, macs=macs(view(graph, op)), instructions=instructions)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
