"""Directed cases of depthwise, narrow and transposed convolutions, repeated constants, prelu and global maxima: odd counts,
small maps, windows and strides of all kinds, with channels that are dead, nearly dead, or rescaled beyond what the fast
kernels take."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from price_nets import NetMaker
from single_op_cases import Builder

from espalier.graph.types import Array, Graph, Quant

Case = tuple[str, Graph, list[Array]]

DEPTHWISE = (
    # height, width, channels, multiplier, kernel, stride, padding
    *((5, 6, channels, 1, (3, 3), 1, "same") for channels in (1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 33)),
    *((size, size, 7, 1, (3, 3), stride, "same") for size in (1, 2, 3, 4, 6) for stride in (1, 2)),
    *((size, size, 12, 1, (3, 3), stride, "same") for size in (1, 2, 3, 6) for stride in (1, 2)),
    *((7, width, 6, 1, (3, 3), stride, "valid") for width in (3, 4, 5, 8, 9) for stride in (1, 2, 3)),
    *((9, 8, 5, 1, kernel, stride, "same") for kernel in ((5, 5), (1, 3), (3, 1), (2, 2), (7, 4)) for stride in (1, 2)),
    *((7, 7, 8, 1, kernel, 4, "same") for kernel in ((5, 5), (6, 6))),
    *((40, 1, channels, 1, (9, 1), stride, "same") for channels in (3, 8, 20) for stride in (1, 2)),
    *((40, 1, channels, 1, (3, 1), 1, "same") for channels in (3, 8, 20)),
    *((30, 1, 12, 1, (kernel, 1), 1, "valid") for kernel in (3, 5, 10, 15, 30)),
    *((1, 30, 9, 1, (1, kernel), stride, "valid") for kernel in (3, 4, 5, 8) for stride in (1, 2)),
    *((8, 9, 1, multiplier, (5, 5), stride, "same") for multiplier in (1, 3, 4, 8, 10) for stride in (1, 2)),
    *((6, 5, channels, 2, (3, 3), 1, "same") for channels in (1, 3, 4, 6)),
    *((5, 5, 2, multiplier, (3, 3), 2, "valid") for multiplier in (4, 5)),
)
NARROW = (
    # height, channels, kernel, filters, stride, padding
    *((21, channels, 3, filters, 1, "same") for channels in (1, 5, 8) for filters in (3, 8)),
    *((21, 8, kernel, 6, stride, padding) for kernel in (1, 2, 5) for stride in (1, 2) for padding in ("same", "valid")),
    (40, 4, 9, 16, 3, "same"),
)
TRANSPOSED = (
    # height, width, channels, kernel, filters, stride, padding
    *((5, 6, channels, 3, filters, 2, "same") for channels in (1, 3, 8) for filters in (1, 5, 8)),
    *((5, 6, channels, 3, 5, 2, "valid") for channels in (1, 3, 8)),
    *((4, 3, 6, kernel, 3, stride, padding) for kernel in (1, 2, 4, 5) for stride in (1, 2, 3) for padding in ("same", "valid")),
    (1, 1, 7, 3, 4, 2, "same"),
    (2, 9, 4, 4, 2, 4, "same"),
)


def hostile_cases() -> Iterator[Case]:
    """Each layer twice: with ordinary ranges, and with most channels hostile."""
    for number, row in enumerate(DEPTHWISE):
        height, width, channels, multiplier, kernel, stride, padding = row
        for hostile in (0.0, 0.6):
            m = NetMaker(np.random.default_rng([number, 31]), (1, height, width, channels), hostile)
            m.depthwise(kernel, stride, multiplier, ("none", "relu", "relu6")[number % 3], padding)
            yield f"depthwise {row} hostile {hostile}", *_finished(m, number)
    for number, (height, channels, size, filters, stride, padding) in enumerate(NARROW):
        for hostile in (0.0, 0.6):
            m = NetMaker(np.random.default_rng([number, 32]), (1, height, 1, channels), hostile)
            m.conv((size, 1), filters, stride, padding, ("none", "relu")[number % 2])
            yield f"narrow conv {NARROW[number]} hostile {hostile}", *_finished(m, number)
    for number, (height, width, channels, size, filters, stride, padding) in enumerate(TRANSPOSED):
        for hostile in (0.0, 0.6):
            m = NetMaker(np.random.default_rng([number, 34]), (1, height, width, channels), hostile)
            m.transpose(filters, size, stride, padding, ("none", "relu")[number % 2])
            yield f"transpose_conv {TRANSPOSED[number]} hostile {hostile}", *_finished(m, number)
    for number, (channels, kind) in enumerate(((1, "add"), (2, "sub"), (7, "add"), (30, "sub"), (100, "add"))):
        for first in (False, True):
            b = Builder()
            x = b.input((1, 5, 6, channels), Quant(scales=(0.03,), zero_points=(7,)))
            values = np.random.default_rng([number, 35]).integers(-128, 128, channels)
            c = b.const(values, "int8", Quant(scales=((0.01, 0.3)[number % 2],), zero_points=(-3,)))
            target = Quant(scales=(0.08,), zero_points=(11,))
            graph = b.finish([b.op(kind, [c, x] if first else [x, c], target, activation=("none", "relu")[number % 2])])
            yield f"repeated {kind} {channels} first {first}", graph, [_image(graph, number)]
    for number, (channels, scale) in enumerate(((1, 0.002), (3, 0.01), (16, 0.0001), (9, 1e-9), (5, 30.0))):
        b = Builder()
        x = b.input((1, 5, 6, channels), Quant(scales=(0.03,), zero_points=(7,)))
        values = np.random.default_rng([number, 37]).integers(-128, 128, (1, 1, channels))
        alpha = b.const(values, "int8", Quant(scales=(scale,), zero_points=(-3 * (number % 2),)))
        graph = b.finish([b.op("prelu", [x, alpha], Quant(scales=((0.03, 0.05)[number % 2],), zero_points=(-40,)))])
        yield f"prelu {channels} {scale}", graph, [_image(graph, number)]
    for number, shape in enumerate(((1, 1, 1, 5), (1, 3, 4, 1), (1, 9, 7, 6), (1, 16, 16, 20))):
        m = NetMaker(np.random.default_rng([number, 36]), shape)
        m.everywhere("reduce_max", keep=bool(number % 2))
        yield f"reduce_max {shape}", *_finished(m, number)


def _image(graph: Graph, number: int) -> Array:
    data = np.random.default_rng([number, 33]).integers(-128, 128, graph.tensors[graph.inputs[0]].shape)
    data.reshape(-1)[:: 7 + number % 5] = -128
    return data.astype(np.int8)


def _finished(m: NetMaker, number: int) -> tuple[Graph, list[Array]]:
    graph = m.finish()
    return graph, [_image(graph, number)]
