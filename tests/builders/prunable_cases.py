"""Random graphs in which channels are known or unread: far biases, zero weights, saturated scales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from graph_cases import random_graph
from single_op_cases import random_inputs

from espalier.graph.types import Array, Graph, constant


def prunable_graph(seed: int, *, litert: bool = False) -> tuple[Graph, list[Array]]:
    """`random_graph`, with a third of the biases pushed far out and a third of the weights' channels at 0."""
    graph, _ = random_graph(seed, litert=litert)
    rng = np.random.default_rng([seed, 7])
    tensors = list(graph.tensors)
    for op in graph.ops:
        if op.kind not in ("conv_2d", "depthwise_conv_2d", "fully_connected", "transpose_conv"):
            continue
        place = 3 if op.kind == "transpose_conv" else 2
        if len(op.inputs) > place:
            bias = tensors[op.inputs[place]]
            values = np.array(bias.data).astype(np.int64)
            far = rng.random(values.size) < 0.4
            values[far] = rng.choice([-(1 << 28), 1 << 28, 0], int(far.sum()))
            tensors[op.inputs[place]] = replace(bias, data=constant(values, bias.dtype))
        weights = tensors[op.inputs[1]]
        data = np.array(weights.data)
        data[..., rng.random(data.shape[-1]) < 0.3] = 0
        if rng.random() < 0.5:
            data[rng.random(data.shape[0]) < 0.3] = 0
        tensors[op.inputs[1]] = replace(weights, data=constant(data, weights.dtype))
    changed = replace(graph, tensors=tuple(tensors))
    return changed, random_inputs(changed, rng)
