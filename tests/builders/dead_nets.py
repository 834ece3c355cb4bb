"""Networks of published shapes and of strangers, with channels that training or pruning left dead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from price_nets import PUBLIC, NetMaker, _small, _stranger
from single_op_cases import Rng

from espalier.graph.types import Array, Graph, constant

FAMILIES = ("mobilenet_v1", "resnet8", "stranger", "mobilenet_v2", "ds_cnn", "tutorial", "mini_xception", "squeezenet")
KINDS = ("conv_2d", "depthwise_conv_2d", "fully_connected")


def dead_net(number: int) -> tuple[str, Graph]:
    """(name, network), a function of ``number``: of each layer but the last a share of the channels has no weights."""
    rng = np.random.default_rng([number, 9])
    family = FAMILIES[number % len(FAMILIES)]
    graph = PUBLIC[family](rng, 0.0) if family in PUBLIC else _small_stranger(rng)
    share = float(rng.choice([0.1, 0.3, 0.5, 0.7]))
    return f"{family} {number}, {share:.0%} dead", with_dead_channels(graph, share, rng)


def _small_stranger(rng: Rng) -> Graph:
    while not _small(graph := _stranger(rng)):
        pass
    return graph


def with_dead_channels(graph: Graph, share: float, rng: Rng, kinds: tuple[str, ...] = KINDS) -> Graph:
    """The network with that share of the channels of those layers at zero, what is left of them a bias."""
    tensors = list(graph.tensors)
    layers = [op for op in graph.ops if op.kind in kinds]
    for op in layers[:-1]:
        weights, bias = tensors[op.inputs[1]], tensors[op.inputs[2]]
        data, values = np.array(weights.data), np.array(bias.data)
        channels = data if op.kind == "depthwise_conv_2d" else np.moveaxis(data, 0, -1)
        dead = rng.random(values.size) < share
        dead[int(rng.integers(values.size))] = False
        channels[..., dead] = 0
        values[dead] = np.where(rng.random(int(dead.sum())) < 0.7, -(1 << 20), values[dead])
        tensors[op.inputs[1]] = replace(weights, data=constant(data, weights.dtype))
        tensors[op.inputs[2]] = replace(bias, data=constant(values, bias.dtype))
    return replace(graph, tensors=tuple(tensors))


def half_dead_mobilenet() -> Graph:
    """MobileNetV1 of 0.25 at 96x96x3, the shape of visual wake words; dead channels in all of its 27 layers, with which
    half of its MACs matter to no output, as in MLPerf Tiny's own file."""
    rng = np.random.default_rng(25)
    m = NetMaker(rng, (1, 96, 96, 3))
    m.conv(3, 8, 2)
    plan = [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5, (256, 2), (256, 1)]
    for channels, stride in plan:
        m.depthwise(3, stride)
        m.conv(1, channels)
    m.everywhere()
    m.dense(2)
    m.softmax()
    return with_dead_channels(m.finish(), 0.35, rng, ("conv_2d",))


def image_of(graph: Graph, number: int = 0) -> Array:
    shape = graph.tensors[graph.inputs[0]].shape
    return np.random.default_rng([number, 10]).integers(-128, 128, shape).astype(np.int8)
