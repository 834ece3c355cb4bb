"""Weights with zeros left by magnitude pruning, stored with and without the zeros, on emulated cores.

    python benchmarks/sparse.py density [--core cortex-m4 ...]     instructions and bytes of both forms over density
    python benchmarks/sparse.py network path/to/resnet8.tflite     a pruned ResNet8, layer by layer
    python benchmarks/sparse.py prices                             fits emit/sparse_prices.py to counted instructions

Everything is built by `zig cc -O2` and counted exactly by unicorn (Cortex-M55: QEMU's mps3-an547, where installed).
Instruction counts are not cycles. Weights are random; what counts is how many are zero and where.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import tempfile
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from unittest import mock

import numpy as np
from scipy.optimize import nnls

from espalier.emit import lower_sparse
from espalier.emit.demand import demand, streamable
from espalier.emit.lowering import How, Lowered, Sparse
from espalier.emit.plan_program import layers_without_zeros, plan_plain, plan_program
from espalier.emit.program import Options, emit
from espalier.emit.selftest import GoldenCase
from espalier.emit.sparse_choice import Works, chosen, constant_bytes
from espalier.emit.sparse_prices import Work
from espalier.emulate.cross import CORES, Core, compile_program
from espalier.emulate.emulate import EmulatedCore
from espalier.emulate.microcontroller import Emulated, measure_program
from espalier.graph import reference
from espalier.graph.ops import OPS
from espalier.graph.types import Array, Graph, Op, Quant, Tensor, constant
from espalier.graph.view import view
from espalier.plan.memory import plan_memory
from espalier.tflite.read import read_tflite


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A layer to measure; ``height`` 0: a dense layer, on ``width`` rows."""

    height: int
    width: int
    inputs: int
    outputs: int
    kernel: int = 1
    stride: int = 1

    def __str__(self) -> str:
        if not self.height:
            return f"dense {self.inputs}->{self.outputs}" + (f" on {self.width} rows" if self.width > 1 else "")
        place = f"{self.height}x{self.width}"
        return f"conv {self.kernel}x{self.kernel} {self.inputs}->{self.outputs} s{self.stride} at {place}"


SHOWN: Sequence[Shape] = (
    Shape(height=8, width=8, inputs=64, outputs=64, kernel=3),
    Shape(height=16, width=16, inputs=16, outputs=16, kernel=3),
    Shape(height=8, width=8, inputs=64, outputs=64),
    Shape(height=0, width=1, inputs=256, outputs=64),
)
FITTED: Sequence[Shape] = (
    *SHOWN,
    Shape(height=16, width=16, inputs=16, outputs=32, kernel=3, stride=2),
    Shape(height=8, width=8, inputs=16, outputs=4, kernel=3),
    Shape(height=5, width=5, inputs=32, outputs=32, kernel=3),
    Shape(height=4, width=4, inputs=32, outputs=64, kernel=3),
    Shape(height=12, width=20, inputs=3, outputs=16, kernel=3),
    Shape(height=6, width=24, inputs=8, outputs=8, kernel=5),
    Shape(height=12, width=12, inputs=16, outputs=64),
    Shape(height=25, width=5, inputs=64, outputs=16),
    Shape(height=16, width=16, inputs=32, outputs=32, stride=2),
    Shape(height=7, width=9, inputs=128, outputs=8),
    Shape(height=10, width=10, inputs=8, outputs=11, kernel=3),
    Shape(height=5, width=5, inputs=32, outputs=33),
    Shape(height=9, width=9, inputs=24, outputs=7, kernel=3),
    Shape(height=5, width=18, inputs=12, outputs=9, kernel=3, stride=2),
    Shape(height=12, width=12, inputs=3, outputs=5, kernel=3),
    Shape(height=0, width=1, inputs=640, outputs=32),
    Shape(height=0, width=1, inputs=30, outputs=50),
    Shape(height=0, width=1, inputs=64, outputs=10),
    Shape(height=0, width=1, inputs=128, outputs=128),
    Shape(height=0, width=65, inputs=48, outputs=48),
    Shape(height=0, width=17, inputs=20, outputs=96),
    Shape(height=0, width=50, inputs=96, outputs=22),
    Shape(height=0, width=10, inputs=192, outputs=32),
)
DENSITIES: Sequence[float] = (0.7, 0.6, 0.5, 0.25, 0.1)
FITTED_DENSITIES: Sequence[float] = (0.65, 0.3, 0.08)


def layer(shape: Shape, density: float, seed: int = 0) -> tuple[Graph, Array]:
    """A network of one layer with random weights, and an input."""
    rng = np.random.default_rng(seed)
    place = (1, shape.height, shape.width) if shape.height else (shape.width,)
    window = (shape.kernel, shape.kernel) if shape.height else ()
    weights = rng.integers(1, 128, (shape.outputs, *window, shape.inputs))
    weights *= rng.choice([-1, 1], weights.shape) * (rng.random(weights.shape) < density)
    scales = tuple(float(np.float32(v)) for v in rng.uniform(0.005, 0.01, shape.outputs))
    depth = weights.size // shape.outputs
    spread = 0.05 * 0.0075 * 73 * 73 * (max(0.02, density) * depth) ** 0.5 / 60
    tensors = [
        Tensor(name="in", shape=(*place, shape.inputs), dtype="int8", quant=_quant(0.05, -3)),
        Tensor(
            name="weights",
            shape=weights.shape,
            dtype="int8",
            data=constant(weights, "int8"),
            quant=Quant(scales=scales, zero_points=(0,) * shape.outputs, axis=0),
        ),
        Tensor(
            name="bias",
            shape=(shape.outputs,),
            dtype="int32",
            data=constant(rng.integers(-2000, 2000, shape.outputs), "int32"),
        ),
        Tensor(name="out", shape=(), dtype="int8", quant=_quant(float(np.float32(spread)), 5)),
    ]
    kind = "conv_2d" if shape.height else "fully_connected"
    options = {field.name: field.default for field in OPS[kind].fields}
    if shape.height:
        options |= {"padding": "same", "stride_h": shape.stride, "stride_w": shape.stride}
    op = Op(kind=kind, inputs=(0, 1, 2), outputs=(3,), options=options)
    graph = Graph(name="layer", tensors=tuple(tensors), ops=(op,), inputs=(0,), outputs=(3,))
    tensors[3] = dataclasses.replace(tensors[3], shape=OPS[kind].shape(view(graph, op))[0])
    given = rng.integers(-128, 128, tensors[0].shape).astype(np.int8)
    return dataclasses.replace(graph, tensors=tuple(tensors)), given


def _quant(scale: float, zero_point: int) -> Quant:
    return Quant(scales=(scale,), zero_points=(zero_point,))


@dataclass(slots=True)
class Forced:
    """Stands in for the choice: always the wanted form; remembers what both would repeat and their bytes."""

    sparse: bool
    works: Works | None = None
    constants: int = 0

    def __call__(
        self, kind: str, how: How, dense: Lowered, sparse: Lowered, works: Works, density: float
    ) -> Lowered:
        taken = sparse if self.sparse else dense
        self.works, self.constants = works, constant_bytes(taken)
        return taken


@contextmanager
def forced(sparse: bool) -> Iterator[Forced]:
    choice = Forced(sparse)
    with mock.patch.object(lower_sparse, "chosen", choice):
        yield choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One layer in one form on one core."""

    form: str
    work: Work
    instructions: int
    constants: int
    arena: int


def count(layers: Sequence[tuple[Graph, Array]], core: Core, *, sparse: bool, optimize: str) -> list[Counted]:
    """All layers in one program, each checked against the numpy reference."""
    if not core.unicorn:
        return [_count_on_board(graph, given, core, sparse, optimize) for graph, given in layers]
    files: dict[str, bytes] = {}
    found: list[tuple[str, Forced, int]] = []
    for number, (graph, _) in enumerate(layers):
        prefix = f"layer{number}"
        with forced(sparse) as choice:
            made, arena = program(graph, prefix, core, optimize)
        files |= made
        found.append((prefix, choice, arena))
    with tempfile.TemporaryDirectory() as folder:
        image = compile_program(
            files, core, roots=[f"{prefix}_run" for prefix, _, _ in found], workdir=Path(folder)
        )
        machine = EmulatedCore(image, core, workdir=Path(folder))
        counted = []
        for (prefix, choice, arena), (graph, given) in zip(found, layers, strict=True):
            wanted = reference.run(graph, [given])[0].tobytes()
            call = machine.call(f"{prefix}_run", [bytes(arena + 8), given.tobytes(), bytes(len(wanted))])
            if call.result != 0 or call.buffers[2] != wanted:
                raise SystemExit(f"{core.name}: {prefix} differs from the reference")
            counted.append(_counted(choice, call.instructions, arena))
    return counted


def _counted(choice: Forced, spent: int, arena: int) -> Counted:
    if choice.works is None:
        raise SystemExit("a layer was not offered in both forms")
    form, work = choice.works.sparse if choice.sparse else choice.works.dense
    return Counted(form=form, work=work, instructions=spent, constants=choice.constants, arena=arena)


def _count_on_board(graph: Graph, given: Array, core: Core, sparse: bool, optimize: str) -> Counted:
    with forced(sparse) as choice:
        files, arena = program(graph, "layer", core, optimize)
    case = GoldenCase(input=given.tobytes(), output=reference.run(graph, [given])[0].tobytes())
    figures = measure_program(files, core, name="layer", graph=graph, arena_bytes=arena, golden=[case])
    return _counted(choice, figures.instructions, arena)


def program(graph: Graph, name: str, core: Core, optimize: str) -> tuple[dict[str, bytes], int]:
    """The files of a program and its arena."""
    needs = functools.partial(demand, optimize=optimize, isa=core.isa)
    plan = plan_memory(graph, optimize=optimize, demand=needs, streamable=streamable)
    return dict(emit(graph, plan, name, Options(isa=core.isa, shared_kernels=True))), plan.arena_bytes


def density(cores: Sequence[str]) -> None:
    """Both forms of a few layers over the share of weights that are not zero, and which of them a build takes."""
    head = f"{'core':<14}{'layer':<32}{'density':>8}{'dense':>12}{'sparse':>12}{'ratio':>7}  build takes"
    print(f"{head:<102}{'bytes, dense':>14}{'sparse':>9}")
    for name in cores:
        core = CORES[name]
        layers = [layer(shape, share) for shape in SHOWN for share in DENSITIES]
        before = count(layers, core, sparse=False, optimize="speed")
        after = count(layers, core, sparse=True, optimize="speed")
        for index, (graph, _) in enumerate(layers):
            old, new = before[index], after[index]
            with mock.patch.object(lower_sparse, "chosen", chosen):
                taken = lowered(graph, How(isa=core.isa))
            print(
                f"{name:<14}{SHOWN[index // len(DENSITIES)]!s:<32}{DENSITIES[index % len(DENSITIES)]:>8.2f}"
                f"{old.instructions:>12,}{new.instructions:>12,}{new.instructions / old.instructions:>7.2f}  "
                f"{'sparse' if taken.sparse else 'dense':<11}{old.constants:>18,}{new.constants:>9,}",
                flush=True,
            )


def lowered(graph: Graph, how: How) -> Lowered:
    """The kernel call of a network of one layer."""
    looked = view(graph, graph.ops[0])
    return (lower_sparse.conv_2d if looked.op.kind == "conv_2d" else lower_sparse.fully_connected)(
        looked, how
    )


def prices(cores: Sequence[str]) -> None:
    """The table of emit/sparse_prices.py, fitted anew, and how far each list is from the counts it was fitted to."""
    for name in cores:
        core = CORES[name]
        shapes = FITTED if core.unicorn else FITTED[::2]  # a board starts anew for each layer
        layers = [layer(shape, share, seed=1) for shape in shapes for share in FITTED_DENSITIES]
        counted = count(layers[:: len(FITTED_DENSITIES)], core, sparse=False, optimize="speed")
        counted += count(layers[:: len(FITTED_DENSITIES)], core, sparse=False, optimize="ram")
        # The sparse form of a dense layer takes row by row.
        single = [pair for pair in layers if len(pair[0].tensors[0].shape) != 2 or pair[0].tensors[0].shape[0] == 1]
        counted += count(single, core, sparse=True, optimize="speed")
        if core.isa in lower_sparse.PAIRED:
            counted += count(single, core, sparse=True, optimize="ram")
        print(f'    "{core.isa}": {{  # {name}')
        for form in dict.fromkeys(c.form for c in counted):
            found = [c for c in counted if c.form == form]
            fitted, off = fit(found)
            entries = ", ".join(f'"{key}": {value:.2f}' for key, value in fitted.items() if value)
            lines = textwrap.wrap(entries + ",", 96, break_on_hyphens=False)
            print(f'        "{form}": {{  # {len(found)} layers, at most {off:.1%} off')
            print("\n".join(f"            {line}" for line in lines), "\n        },", flush=True)
        print("    },")


def fit(counted: Sequence[Counted]) -> tuple[Mapping[str, float], float]:
    """Non-negative prices with the least relative error, and the largest one that is left."""
    names = list(dict.fromkeys(key for c in counted for key in c.work))
    spent = np.array([c.instructions for c in counted], float)
    table = np.array([[c.work.get(key, 0) for key in names] for c in counted], float) / spent[:, None]
    solution, _ = nnls(table, np.ones(len(spent)))
    solution = np.round(solution, 2)
    return dict(zip(names, solution.tolist(), strict=True)), float(np.abs(table @ solution - 1).max())


PRUNED: Sequence[tuple[str, float, Literal["free", "2:4"]]] = (
    ("50 %", 0.5, "free"),
    ("2 of 4", 0.5, "2:4"),
    ("75 %", 0.75, "free"),
    ("90 %", 0.9, "free"),
)


def network(path: Path, cores: Sequence[str]) -> None:
    """A network pruned as `[prune] method = "magnitude"` does (LAMP scores or 2 of 4; not trained on), for speed at -O2
    and for flash at -Os: zeros stored, and as a build takes them."""
    graph = read_tflite(path.read_bytes(), name="network")
    rng = np.random.default_rng(1234)
    given = rng.integers(-128, 128, graph.tensors[graph.inputs[0]].shape).astype(np.int8)
    print(
        f"{'core':<14}{'zeros':<8}{'optimize':<9}{'instructions':>13}{'as built':>12}{'ratio':>6}"
        f"{'flash bytes':>12}{'as built':>9}{'ratio':>6}{'arena':>8}{'as built':>9}"
    )
    for name in cores:
        for zeros, amount, pattern in PRUNED:
            pruned = without_small_weights(graph, amount, pattern)
            for optimize in ("speed", "flash"):
                with forced(sparse=False):
                    before, _ = built(pruned, given, CORES[name], optimize, coded=False)
                after, accounts = built(pruned, given, CORES[name], optimize, coded=True)
                flash = [figures.code_bytes + figures.weights_bytes for figures in (before, after)]
                print(
                    f"{name:<14}{zeros:<8}{optimize:<9}{before.instructions:>13,}{after.instructions:>12,}"
                    f"{after.instructions / before.instructions:>6.2f}{flash[0]:>12,}{flash[1]:>9,}"
                    f"{flash[1] / flash[0]:>6.2f}{before.arena_bytes:>8,}{after.arena_bytes:>9,}",
                    flush=True,
                )
                if (name, zeros, optimize) == (cores[0], "75 %", "speed"):
                    table(before, after, accounts)


def table(before: Emulated, after: Emulated, accounts: Mapping[int, Sparse]) -> None:
    """One pruned network layer by layer."""
    for old, new in zip(before.layers, after.layers, strict=True):
        sparse = accounts.get(new.op)
        how = (
            "zeros stored"
            if sparse is None
            else f"{sparse.density:.0%} stored, {-sparse.bytes_saved:+,} bytes"
        )
        print(f"    {new.name[:46]:<46}{old.instructions:>12,} -> {new.instructions:>10,}  {how}")


def without_small_weights(graph: Graph, amount: float, pattern: Literal["free", "2:4"]) -> Graph:
    """The int8 network with its small weights at zero; the first and the last layer and small ones stay as they are."""
    from espalier.prune.magnitude import SMALLEST_LAYER, Sparsity, choose_masks  # imports Keras

    layers = [op for op in graph.ops if op.kind in ("conv_2d", "fully_connected")]
    kernels = {}
    for op in layers[1:-1]:
        weights = graph.tensors[op.inputs[1]]
        if weights.data is not None and weights.quant is not None and weights.elements >= SMALLEST_LAYER:
            scales = np.array(weights.quant.scales, np.float32).reshape(-1, *[1] * (weights.data.ndim - 1))
            kernels[str(op.inputs[1])] = np.moveaxis(weights.data * scales, 0, -1)
    tensors = list(graph.tensors)
    for number, mask in choose_masks(kernels, Sparsity(amount=amount, pattern=pattern)).items():
        tensor = tensors[int(number)]
        kept = np.moveaxis(mask, -1, 0) * np.asarray(tensor.data)
        tensors[int(number)] = dataclasses.replace(tensor, data=constant(kept, "int8"))
    return dataclasses.replace(graph, tensors=tuple(tensors))


def built(
    graph: Graph, given: Array, core: Core, optimize: str, *, coded: bool
) -> tuple[Emulated, Mapping[int, Sparse]]:
    """Figures of the network as a build makes it, and its layers without zeros; not ``coded``: no weight as a code."""
    graph = dataclasses.replace(graph)  # what was made of the other form is not remembered for it
    plan, coding = plan_program(graph, optimize=optimize, isa=core.isa)
    if not coded:
        plan, coding = plan_plain(graph, optimize=optimize, isa=core.isa), None
    case = GoldenCase(input=given.tobytes(), output=reference.run(graph, [given])[0].tobytes())
    files = emit(graph, plan, "network", Options(isa=core.isa, coding=coding))
    level = "-Os" if optimize == "flash" else "-O2"
    figures = measure_program(
        files,
        core,
        name="network",
        graph=graph,
        arena_bytes=plan.arena_bytes,
        golden=[case],
        optimize=level,
    )
    return figures, {} if coding else layers_without_zeros(graph, plan, core.isa)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("density", "network", "prices"))
    parser.add_argument("path", type=Path, nargs="?", help="network: an int8 .tflite")
    parser.add_argument("--core", choices=sorted(CORES), action="append", help="only these cores")
    given = parser.parse_args()
    cores = given.core or ["cortex-m4", "cortex-m3", "cortex-m0plus", "rv32imc"]
    if given.what == "network":
        if given.path is None:
            parser.error("network needs the path of an int8 .tflite")
        network(given.path, cores)
    else:
        {"density": density, "prices": prices}[given.what](cores)


if __name__ == "__main__":
    main()
