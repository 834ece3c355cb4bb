"""The weight norm of a channel, which most pruning tools go by: kept to compare with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .flat import FlatGraph
from .groups import Groups

TRANSPOSED = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")


def filter_norms(graph: FlatGraph, groups: Groups) -> NDArray[np.float64]:
    """The mean L1 norm of the kernels that make each component (Li et al., "Pruning filters for efficient ConvNets", 2017), in
    parts of each layer's mean; float64 [groups.count]."""
    total, count, seen = np.zeros(groups.count), np.zeros(groups.count), set[str]()
    for node in graph.nodes:
        layout, kernel = groups.layouts.get(node.name), getattr(node.operation, "kernel", None)
        if layout is None or kernel is None or node.name in seen:
            continue
        seen.add(node.name)
        axis = -2 if node.kind in TRANSPOSED else -1
        values = np.abs(np.moveaxis(kernel.numpy(), axis, -1)).reshape(-1, kernel.shape[axis]).mean(axis=0)
        component = groups.component[layout.outputs]
        if len(values) == len(component):
            np.add.at(total, component, values / max(float(values.mean()), 1e-12))
            np.add.at(count, component, 1.0)
    norms: NDArray[np.float64] = total / np.maximum(count, 1)
    return norms
