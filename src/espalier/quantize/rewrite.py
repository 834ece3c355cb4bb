"""Changes of the float graph that keep its function and make it better to quantize."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from . import flatbuffer
from .flatbuffer import graph_of, operator_name


def rewrite_float(model: Any) -> None:
    """All rewrites, in place."""
    pool_to_mean(model)


def pool_to_mean(model: Any) -> int:
    """AVERAGE_POOL_2D over the whole image -> MEAN, in place; returns how many.

    An int8 average pool must keep its input's scale, and the mean of a feature map uses a small part of that
    range (ResNet8: 45 of 256 levels reach the classifier). MEAN has a scale of its own.
    """
    graph, count = graph_of(model), 0
    for operator in [o for o in graph.operators if operator_name(model, o) == "AVERAGE_POOL_2D"]:
        options = operator.builtinOptions
        source, result = graph.tensors[operator.inputs[0]], graph.tensors[operator.outputs[0]]
        whole = (options.filterHeight, options.filterWidth) == tuple(int(n) for n in source.shape[1:3])
        if not whole or tuple(int(n) for n in result.shape[1:3]) != (1, 1) or options.fusedActivationFunction:
            continue
        if options.padding != schema.Padding.VALID:
            continue
        axes = flatbuffer.add_tensor(model, "axes", [2], "int32", value=np.array([1, 2], np.int32))
        reduce = schema.ReducerOptionsT()
        reduce.keepDims = True
        position = graph.operators.index(operator)
        graph.operators.remove(operator)
        inputs, outputs = [int(operator.inputs[0]), axes], [int(operator.outputs[0])]
        flatbuffer.add_operator(model, "MEAN", inputs, outputs, options=reduce, at=position)
        count += 1
    return count
