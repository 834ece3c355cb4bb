"""Fits emit/width_prices.py to counted instructions: what depthwise and element-wise layers cost over their channels.

    python benchmarks/width_prices.py [--core cortex-m4 ...]

Each layer is a program of its own, compiled with `zig cc -O2`; unicorn counts it, QEMU on a Cortex-M55. The table is
printed as the module holds it, with how far each list is from the counts it was fitted to.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy.optimize import nnls

from espalier.emit.selftest import GoldenCase
from espalier.emit.width_prices import works
from espalier.emulate.count_many import Net, count_many
from espalier.emulate.cross import CORES
from espalier.graph import reference
from espalier.graph.ops import OPS
from espalier.graph.types import Graph, Op, Quant, Tensor, constant
from espalier.graph.view import view

CHANNELS = (2, 3, 4, 5, 7, 8, 12, 15, 16, 18, 23, 24, 37, 40, 64)
SIZES = ((5, 5), (16, 12))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--core", choices=sorted(CORES), action="append")
    for name in parser.parse_args(arguments).core or ["cortex-m4", "cortex-m55"]:
        core = CORES[name]
        graphs = list(layers())
        counts = count_many([net(graph) for graph in graphs], core)
        rows: dict[str, list[tuple[Mapping[str, float], int]]] = {}
        for graph, spent in zip(graphs, counts, strict=True):
            form, work = works(view(graph, graph.ops[0]), core.isa)
            rows.setdefault(form, []).append((work, spent))
        print(f'    "{core.isa}": {{  # {name}')
        for form, found in rows.items():
            fitted, middle, worst = fit(found)
            entries = ", ".join(f'"{key}": {value:.2f}' for key, value in fitted.items() if value)
            print(f'        "{form}": {{{entries}}},  # {len(found)} layers, {middle:.1%} off, at most {worst:.0%}')
        print("    },")


def fit(rows: Sequence[tuple[Mapping[str, float], int]]) -> tuple[Mapping[str, float], float, float]:
    """Non-negative prices with the least relative error, the median and the largest one that is left."""
    names = list(dict.fromkeys(key for work, _ in rows for key in work))
    spent = np.array([count for _, count in rows], float)
    table = np.array([[work.get(key, 0) for key in names] for work, _ in rows], float) / spent[:, None]
    solution, _ = nnls(table, np.ones(len(spent)))
    solution = np.round(solution, 2)
    off = np.abs(table @ solution - 1)
    return dict(zip(names, solution.tolist(), strict=True)), float(np.median(off)), float(off.max())


def net(graph: Graph) -> Net:
    rng = np.random.default_rng(3)
    images = [rng.integers(-128, 128, graph.tensors[i].shape).astype(np.int8) for i in graph.inputs]
    case = GoldenCase(
        input=b"".join(image.tobytes() for image in images), output=reference.run(graph, images)[0].tobytes()
    )
    return Net(graph=graph, golden=(case,))


def layers() -> Iterator[Graph]:
    for (height, width), channels in itertools.product(SIZES, CHANNELS):
        for kernel, stride in ((3, 1), (3, 2), (5, 1)):
            yield depthwise(height, width, channels, kernel, stride)
        yield add(height, width, channels)
        for kind, window in (("average_pool_2d", 2), ("max_pool_2d", 2), ("max_pool_2d", 3)):
            yield pooled(height, width, channels, kind, window)
        for other in (channels, channels + 1, 16, 1):
            yield joined(height, width, channels, other)


def _activation(shape: tuple[int, ...], scale: float = 0.05) -> Tensor:
    return Tensor(name="x", shape=shape, dtype="int8", quant=Quant(scales=(scale,), zero_points=(-128,)))


def _finished(kind: str, tensors: list[Tensor], inputs: tuple[int, ...], given: tuple[int, ...], **options: object) -> Graph:
    values = {field.name: field.default for field in OPS[kind].fields} | options
    op = Op(kind=kind, inputs=inputs, outputs=(len(tensors),), options=values)  # type: ignore[arg-type]
    graph = Graph(
        name=kind, tensors=(*tensors, _activation((), 0.06)), ops=(op,), inputs=given, outputs=(len(tensors),)
    )
    if kind in ("average_pool_2d", "max_pool_2d", "concatenation"):
        tensors = [*tensors, _activation((), 0.05)]
    else:
        tensors = [*tensors, _activation((), 0.06)]
    shape = OPS[kind].shape(view(graph, op))[0]
    last = Tensor(name="y", shape=shape, dtype="int8", quant=tensors[-1].quant)
    return Graph(name=kind, tensors=(*tensors[:-1], last), ops=(op,), inputs=given, outputs=(len(tensors) - 1,))


def depthwise(height: int, width: int, channels: int, kernel: int, stride: int) -> Graph:
    rng = np.random.default_rng(channels)
    scales = tuple(float(np.float32(v)) for v in rng.uniform(0.005, 0.01, channels))
    weights = constant(rng.integers(-127, 128, (1, kernel, kernel, channels)), "int8")
    filters = Quant(scales=scales, zero_points=(0,) * channels, axis=3)
    tensors = [
        _activation((1, height, width, channels)),
        Tensor(name="w", shape=weights.shape, dtype="int8", quant=filters, data=weights),
        Tensor(name="b", shape=(channels,), dtype="int32", data=constant(rng.integers(-900, 900, channels), "int32")),
    ]
    options = {"padding": "same", "stride_h": stride, "stride_w": stride, "activation": "relu", "depth_multiplier": 1}
    return _finished("depthwise_conv_2d", tensors, (0, 1, 2), (0,), **options)


def add(height: int, width: int, channels: int) -> Graph:
    shape = (1, height, width, channels)
    return _finished("add", [_activation(shape), _activation(shape, 0.03)], (0, 1), (0, 1))


def pooled(height: int, width: int, channels: int, kind: str, window: int) -> Graph:
    options = {"padding": "valid", "stride_h": 2, "stride_w": 2, "filter_h": window, "filter_w": window}
    return _finished(kind, [_activation((1, height, width, channels))], (0,), (0,), **options)


def joined(height: int, width: int, channels: int, other: int) -> Graph:
    tensors = [_activation((1, height, width, count)) for count in (channels, other)]
    return _finished("concatenation", tensors, (0, 1), (0, 1), axis=3)


if __name__ == "__main__":
    main()
