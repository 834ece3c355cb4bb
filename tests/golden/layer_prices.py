"""Instructions of every layer of many networks on an emulated core, beside those of the layer's well-behaved twin.

Each network is emitted and run whole, for its bytes; each of its layers is counted as a program of its own on random
values, and so is its twin: the same layer with counts of channels rounded up to 8 and ordinary ranges.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from c_batch import EmulatedBatch, make_batch
from file_program import count_under_qemu
from price_nets import Net, price_net
from price_twins import twin

from espalier.emulate.cross import CORES, Core
from espalier.errors import EspalierError
from espalier.graph import reference
from espalier.graph.ops import macs
from espalier.graph.simplify import simplify
from espalier.graph.types import Array, Graph, Tensor
from espalier.graph.view import view

LARGEST_TWIN = 2.0
"""Times its twin's instructions that a layer may take."""
COUNTED_MACS = 5_000
"""Layers of strangers with more of them are held to a price per MAC."""
LARGEST_MEDIAN, LARGEST_NINTH = 3.0, 9.0
"""Instructions per MAC of the median of these layers, and of nine in ten."""
LARGEST_PUBLIC = 1.45
"""Instructions per MAC of the median network of a published shape on a Cortex-M4."""
BOARD_BYTES = 260_000
"""Constants of a program; with the kernels they fit the 512 kB of mps3-an547."""
PER_PROGRAM = 150
NETS_AT_ONCE = 12
FREE = ("reshape", "squeeze", "expand_dims")
"""Operators for which no code runs within a network."""


@dataclass(frozen=True)
class Price:
    """A layer on a core; ``twin`` is what its well-behaved twin takes. A whole network has no twin."""

    core: str
    net: str
    layer: str
    macs: int
    instructions: int
    twin: int = 0

    @property
    def times(self) -> float:
        return self.instructions / self.twin if self.twin else 0.0

    @property
    def per_mac(self) -> float:
        return self.instructions / self.macs if self.macs else math.nan

    @property
    def stranger(self) -> bool:
        return self.net.startswith("stranger")

    def __str__(self) -> str:
        each = f"{self.per_mac:.2f} per MAC, " if self.macs else ""
        return (
            f"{self.core} {self.net}: {self.layer}: {self.instructions:,} instructions, {each}"
            f"{self.times:.2f} x its twin's {self.twin:,}"
        )


@dataclass(frozen=True)
class Prices:
    """``wrong``: what did not build or was not exact."""

    nets: int
    layers: tuple[Price, ...]
    wholes: tuple[Price, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """One program to count: a whole network (``op`` -1), a layer or a layer's twin."""

    net: int
    op: int
    graph: Graph
    inputs: tuple[Array, ...]
    wanted: tuple[bytes, ...] | None
    name: str = ""
    macs: int = 0

    @property
    def constant_bytes(self) -> int:
        read = {i for op in self.graph.ops for i in op.inputs if i >= 0}
        return sum(_kept_bytes(self.graph.tensors[i]) for i in read if self.graph.tensors[i].is_constant)


def _kept_bytes(tensor: Tensor) -> int:
    """At most, of a constant: depthwise weights may be kept as 16-bit values, few channels are padded to four."""
    return 3 * tensor.size_bytes if len(tensor.shape) == 4 and tensor.shape[0] == 1 else tensor.size_bytes + 64


def prices(core: str, numbers: Sequence[int], folder: Path, level: str = "-O2") -> Iterator[Prices]:
    """The prices of some networks at a time; kernels are compiled once per ``folder``."""
    for start in range(0, len(numbers), NETS_AT_ONCE):
        nets = {n: price_net(n) for n in numbers[start : start + NETS_AT_ONCE]}
        wrong: list[str] = []
        parts: list[_Part] = []
        for net in nets.values():
            try:
                parts += _parts(net)
            except EspalierError as error:
                wrong.append(f"{net.name}: {error}")
        counts: dict[tuple[int, int, bool], int] = {}
        for batch in _batches(parts):
            found, bad = _count(CORES[core], batch, nets, folder, level)
            wrong += bad
            counts |= found
        yield Prices(len(nets), *_paired(core, parts, nets, counts), tuple(wrong))


def _paired(
    core: str, parts: Iterable[_Part], nets: dict[int, Net], counts: dict[tuple[int, int, bool], int]
) -> tuple[tuple[Price, ...], tuple[Price, ...]]:
    layers, wholes = [], []
    for part in parts:
        if part.wanted is None or (part.net, part.op, False) not in counts:
            continue
        own = counts[part.net, part.op, False]
        price = Price(core, nets[part.net].name, part.name, part.macs, own, counts.get((part.net, part.op, True), 0))
        (wholes if part.op < 0 else layers).append(price)
    return tuple(layers), tuple(wholes)


def _parts(net: Net) -> Iterator[_Part]:
    graph, _ = simplify(net.graph)
    inputs = _random(graph, net.number)
    wanted = tuple(a.tobytes() for a in reference.run(graph, inputs))
    total = sum(macs(view(graph, op)) for op in graph.ops)
    yield _Part(net.number, -1, graph, inputs, wanted, net.family, total)
    for index, op in enumerate(graph.ops):
        given = tuple(t for t in dict.fromkeys(op.inputs) if t >= 0 and not graph.tensors[t].is_constant)
        if op.kind in FREE or not given:
            continue
        single = replace(graph, ops=(op,), inputs=given, outputs=op.outputs)
        values = _random(single, net.number)
        wanted = tuple(np.ascontiguousarray(a).tobytes() for a in reference.run(single, values))
        looked = view(graph, op)
        yield _Part(net.number, index, single, values, wanted, _described(single), macs(looked))
        other = twin(graph, index)
        yield _Part(net.number, index, other, _random(other, net.number), None)


def _described(graph: Graph) -> str:
    op = graph.ops[0]
    read = [graph.tensors[i] for i in op.inputs if i >= 0]
    shapes = [("x".join(map(str, t.shape)) or "1") for t in read if t.dtype == "int8"]
    strides = f" stride {op.integer('stride_h')}" if "stride_h" in op.options else ""
    return f"{op.kind} {' and '.join(shapes)}{strides} -> {'x'.join(map(str, graph.tensors[op.outputs[0]].shape))}"


def _random(graph: Graph, seed: int) -> tuple[Array, ...]:
    rng = np.random.default_rng([seed, 22])
    return tuple(rng.integers(-128, 128, graph.tensors[i].shape).astype(np.int8) for i in graph.inputs)


def _batches(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    batch: list[_Part] = []
    filled = 0
    for part in parts:
        if batch and (filled + part.constant_bytes > BOARD_BYTES or len(batch) == PER_PROGRAM):
            yield batch
            batch, filled = [], 0
        batch.append(part)
        filled += part.constant_bytes
    if batch:
        yield batch


def _count(
    core: Core, parts: Sequence[_Part], nets: dict[int, Net], folder: Path, level: str
) -> tuple[dict[tuple[int, int, bool], int], list[str]]:
    """Instructions by network, operator and whether it is the twin; and what was not exact."""
    batch = make_batch([part.graph for part in parts], isa=core.isa)
    given = [part.inputs for part in parts]
    if core.unicorn:
        machine = EmulatedBatch(batch, core, folder, level)
        found = [machine.counted(k, inputs) for k, inputs in enumerate(given)]
        results, counts = [[a.tobytes() for a in made] for made, _ in found], [n for _, n in found]
    else:
        results, counts = count_under_qemu(batch, core, given, folder, level)
    wrong = [
        f"{core.name} {nets[part.net].name}: {part.name}: not exact"
        for part, made in zip(parts, results, strict=True)
        if part.wanted is not None and tuple(made) != part.wanted
    ]
    keys = [(part.net, part.op, part.wanted is None) for part in parts]
    return dict(zip(keys, counts, strict=True)), wrong


def broken_rules(found: Sequence[Prices]) -> list[str]:
    """What is against the rules, the worst first; empty where all is well."""
    layers = [p for some in found for p in some.layers]
    lines = [f"WRONG {text}" for some in found for text in some.wrong]
    slow = sorted((p for p in layers if p.times > LARGEST_TWIN), key=lambda p: -p.times)
    lines += [f"SLOW {price}" for price in slow]
    for core in sorted({p.core for p in layers}):
        median, ninth = stranger_prices([p for p in layers if p.core == core])
        if median > LARGEST_MEDIAN or ninth > LARGEST_NINTH:
            lines.append(
                f"SLOW {core}: the median layer of strangers takes {median:.2f} instructions per MAC "
                f"(at most {LARGEST_MEDIAN}), nine of ten at most {ninth:.2f} (at most {LARGEST_NINTH})"
            )
    public = public_prices([p for some in found for p in some.wholes if p.core == "cortex-m4"])
    if public and statistics.median(public) > LARGEST_PUBLIC:
        lines.append(f"SLOW cortex-m4: the median published shape takes {statistics.median(public):.2f} instructions per MAC")
    return lines


def stranger_prices(layers: Iterable[Price]) -> tuple[float, float]:
    """The median and the ninth tenth of instructions per MAC of the larger layers of strangers."""
    each = sorted(p.per_mac for p in layers if p.stranger and p.macs > COUNTED_MACS)
    return (statistics.median(each), each[math.ceil(0.9 * len(each)) - 1]) if each else (0.0, 0.0)


def public_prices(wholes: Iterable[Price]) -> list[float]:
    return [p.per_mac for p in wholes if not p.stranger]


def summary(found: Sequence[Prices]) -> Iterator[str]:
    layers = [p for some in found for p in some.layers]
    for core in sorted({p.core for p in layers}):
        own = [p for p in layers if p.core == core]
        median, ninth = stranger_prices(own)
        public = public_prices([p for some in found for p in some.wholes if p.core == core])
        middle = f"{statistics.median(public):.2f}" if public else "-"
        yield (
            f"{core}: {len(own)} layers, {sum(p.times > LARGEST_TWIN for p in own)} over {LARGEST_TWIN} x their twins, "
            f"worst {max(p.times for p in own):.2f}; strangers' layers over {COUNTED_MACS:,} MACs: median {median:.2f} "
            f"per MAC, nine of ten {ninth:.2f}; published shapes: median network {middle} per MAC"
        )
        for kind in sorted({p.layer.split()[0] for p in own}):
            these = [p for p in own if p.layer.startswith(kind + " ")]
            per_mac = sorted(p.per_mac for p in these if p.macs > COUNTED_MACS)
            each = f", median {statistics.median(per_mac):.2f} per MAC" if per_mac else ""
            yield (
                f"  {kind:<24}{len(these):>5} layers, {sum(p.times > LARGEST_TWIN for p in these):>4} slow, "
                f"worst {max(p.times for p in these):.2f} x{each}"
            )
