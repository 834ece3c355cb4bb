"""Plans in which trees of operators run row by row whether or not that lowers the arena, and chains to try them on."""

from __future__ import annotations

import functools

import numpy as np
from single_op_cases import Builder, f32

from espalier.emit.demand import demand, streamable
from espalier.graph.types import Array, Graph, OptionValue, Quant
from espalier.plan import memory
from espalier.plan.types import Plan

Rng = np.random.Generator


def forced_plan(graph: Graph, optimize: str, isa: str, rng: Rng) -> Plan:
    """A plan with random disjoint streamed trees, the larger ones preferred."""
    storages = memory._storages(graph)
    needs = functools.partial(demand, isa=isa)
    trees = [t for t in memory._trees(graph, storages) if streamable(graph, t)]
    trees.sort(key=lambda tree: (-len(tree) * rng.uniform(0.5, 1.0), tree))
    fused: list[tuple[int, ...]] = []
    for tree in trees:
        if all(set(tree).isdisjoint(other) for other in fused):
            fused.append(tree)
    layout = memory._layout(graph, storages, tuple(sorted(fused)), needs, optimize, 10)
    return memory._plan(graph, storages, layout, optimize)


def random_quant(rng: Rng, scale: float) -> Quant:
    return Quant(
        scales=(f32(scale),), zero_points=(int(rng.choice([-128, 127, *rng.integers(-128, 128, 3)])),)
    )


def windowed_chain(seed: int) -> tuple[Graph, list[Array]]:
    """Convolutions, depthwise convolutions, poolings and residual additions in a row."""
    rng = np.random.default_rng(seed)
    b = Builder()
    size = int(rng.integers(5, 14)), int(rng.integers(4, 13))
    x = b.input((1, *size, int(rng.choice([1, 3, 4, 8, 17]))), random_quant(rng, 0.05))
    for _ in range(int(rng.integers(2, 8))):
        source = b.tensors[x]
        kind = str(rng.choice(["conv_2d", "depthwise_conv_2d", "pool", "pool", "block"]))
        if kind == "pool":
            x = _pool(b, rng, x)
        elif kind == "block":
            y = _weighted(b, rng, "depthwise_conv_2d", x, stride=1)
            y = _weighted(b, rng, "conv_2d", y, stride=1, channels=source.shape[3])
            options: dict[str, OptionValue] = {"activation": "none", "pot_scale_int16": True}
            x = b.op("add", [x, y], random_quant(rng, 0.1), **options)
        else:
            x = _weighted(b, rng, kind, x, stride=int(rng.choice([1, 1, 2])))
    graph = b.finish([x])
    shape = graph.tensors[graph.inputs[0]].shape
    return graph, [rng.integers(-128, 128, shape).astype(np.int8)]


def _weighted(b: Builder, rng: Rng, kind: str, x: int, stride: int, channels: int = 0) -> int:
    source = b.tensors[x]
    depth = source.shape[3]
    kernel = tuple(int(k) for k in rng.choice([1, 2, 3, 3, 5], 2))
    if channels:
        kernel = (1, 1) if rng.random() < 0.5 else kernel
    options: dict[str, OptionValue] = {"padding": "same", "stride_w": stride, "stride_h": stride}
    options |= {"dilation_w": 1, "dilation_h": 1, "activation": str(rng.choice(["none", "relu"]))}
    if kind == "conv_2d":
        channels = channels or int(rng.choice([1, 3, 4, 8, 16]))
        shape: tuple[int, ...] = (channels, *kernel, depth)
        axis, taps = 0, kernel[0] * kernel[1] * depth
    else:
        multiplier = 1 if stride == 1 else int(rng.choice([1, 1, 2]))
        channels, options["depth_multiplier"] = depth * multiplier, multiplier
        shape, axis, taps = (1, *kernel, channels), 3, kernel[0] * kernel[1]
    scales = tuple(f32(float(v)) for v in rng.uniform(0.5, 1.5, channels) / (73 * np.sqrt(taps)))
    weights = b.const(
        rng.integers(-127, 128, shape), "int8", Quant(scales=scales, zero_points=(0,) * channels, axis=axis)
    )
    bias = b.const(rng.integers(-3000, 3000, channels), "int32")
    assert source.quant is not None
    return b.op(kind, [x, weights, bias], random_quant(rng, source.quant.scale), **options)


def _pool(b: Builder, rng: Rng, x: int) -> int:
    source = b.tensors[x]
    window = tuple(int(min(v, s)) for v, s in zip(rng.integers(1, 5, 2), source.shape[1:3], strict=True))
    options: dict[str, OptionValue] = {"filter_h": window[0], "filter_w": window[1]}
    options |= {"stride_h": int(rng.integers(1, 3)), "stride_w": int(rng.integers(1, 3))}
    options |= {"padding": "same" if rng.random() < 0.7 else "valid", "activation": "none"}
    kind = str(rng.choice(["average_pool_2d", "max_pool_2d"]))
    return b.op(kind, [x], source.quant, **options)
