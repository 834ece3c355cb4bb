"""Layers whose weights hold zeros, and the choice of how they are stored taken away from the price lists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import numpy as np
from single_op_cases import Builder

from espalier.emit import kernel_table, lower_sparse, stream
from espalier.emit.lowering import How, Lowered, Sparse
from espalier.emit.sparse_choice import Works
from espalier.graph.types import Array, Graph, Quant, constant

PRUNED_KINDS = ("conv_2d", "fully_connected")
Case = tuple[Graph, list[Array], str]


def pruned(graph: Graph, seed: int) -> Graph:
    """Every convolution and dense layer of a graph with 35 to 98 % of its weights at zero; 2 of 4 now and then."""
    rng = np.random.default_rng(seed)
    tensors = list(graph.tensors)
    for op in graph.ops:
        data = tensors[op.inputs[1]].data if op.kind in PRUNED_KINDS else None
        if data is None:
            continue
        kept = rng.random(data.shape) < rng.choice([0.02, 0.1, 0.25, 0.5, 0.65])
        if rng.random() < 0.2 and data.shape[-1] % 4 == 0:
            order = rng.random((data.size // 4, 4)).argsort(axis=1).argsort(axis=1)
            kept = (order < 2).reshape(data.shape)
        tensors[op.inputs[1]] = replace(tensors[op.inputs[1]], data=constant(data * kept, "int8"))
    return replace(graph, tensors=tuple(tensors))


@contextmanager
def forced(sparse: bool) -> Iterator[list[str]]:
    """Layers that can be stored either way are stored this way; the list names the form of each lowering."""
    forms: list[str] = []

    def taken(kind: str, how: How, dense: Lowered, other: Lowered, works: Works, density: float) -> Lowered:
        forms.append((works.sparse if sparse else works.dense)[0])
        account = Sparse(density=density, bytes_saved=0, instructions_saved=0)
        return replace(other, sparse=account) if sparse else dense

    try:
        _forget()
        with mock.patch.object(lower_sparse, "chosen", taken):
            yield forms
    finally:
        _forget()


def _forget() -> None:
    """What was lowered by the other choice."""
    stream._lowered.cache_clear()
    kernel_table._paid.cache_clear()


def layer(
    rng: np.random.Generator,
    size: tuple[int, int],
    channels: tuple[int, int],
    window: tuple[int, int] = (1, 1),
    stride: int = 1,
    density: float = 0.25,
    padding: str = "same",
    activation: str = "none",
    extreme: bool = False,
) -> tuple[Graph, list[Array]]:
    """A convolution (``size`` (0, 0): a dense layer) and an input for it; extreme: weights and inputs at the ends."""
    b = Builder()
    place = (1, *size) if size[0] else (1,)
    x = b.input((*place, channels[0]), Quant(scales=(0.05,), zero_points=(int(rng.integers(-128, 128)),)))
    shape = (channels[1], *(window if size[0] else ()), channels[0])
    values = rng.choice([-127, 127, -128, 1], shape) if extreme else rng.integers(-127, 128, shape)
    scales = tuple(float(np.float32(v)) for v in rng.uniform(0.005, 0.01, channels[1]))
    filters = Quant(scales=scales, zero_points=(0,) * channels[1], axis=0)
    weights = b.const(values * (rng.random(shape) < density), "int8", filters)
    bias = b.const(rng.integers(-3000, 3000, channels[1]), "int32")
    terms = max(1.0, float(np.prod(shape[1:])) * density)
    target = Quant(
        scales=(float(np.float32(0.03 * terms**0.5)),), zero_points=(int(rng.integers(-128, 128)),)
    )
    options: dict[str, str | int] = {"activation": activation}
    if size[0]:
        options |= {"padding": padding, "stride_h": stride, "stride_w": stride}
    graph = b.finish(
        [b.op("conv_2d" if size[0] else "fully_connected", [x, weights, bias], target, **options)]
    )
    given = rng.integers(-128, 128, graph.tensors[x].shape)
    if extreme:
        given = rng.choice([-128, 127], graph.tensors[x].shape)
    return graph, [given.astype(np.int8)]
