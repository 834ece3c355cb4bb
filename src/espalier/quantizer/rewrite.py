"""Changes of the float graph that keep its function and make it better to quantize."""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from ..tflite import edit
from ..tflite.edit import graph_of, operator_name, shape_of
from ..tflite.objects import ModelT
from .rewrite_rare import spell_out_rare
from .rewrite_unit import unit_vectors


def rewrite_float(model: ModelT) -> None:
    """All rewrites, in place."""
    pool_to_mean(model)
    maximum_to_pool(model)
    unit_vectors(model)
    minimum_to_maximum(model)
    spell_out(model)
    spell_out_rare(model)
    give_bias(model)


def pool_to_mean(model: ModelT) -> int:
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
        axes = edit.add_tensor(model, "axes", [2], "int32", value=np.array([1, 2], np.int32))
        reduce = schema.ReducerOptionsT()
        reduce.keepDims = True
        position = graph.operators.index(operator)
        graph.operators.remove(operator)
        inputs, outputs = [int(operator.inputs[0]), axes], [int(operator.outputs[0])]
        edit.add_operator(model, "MEAN", inputs, outputs, options=reduce, at=position)
        count += 1
    return count


def maximum_to_pool(model: ModelT) -> int:
    """REDUCE_MAX over height and width, or over the steps of a sequence, -> MAX_POOL_2D (and RESHAPE), in place: every
    runtime has that in int8."""
    graph, count = graph_of(model), 0
    for operator in [o for o in graph.operators if operator_name(model, o) == "REDUCE_MAX"]:
        source, result = graph.tensors[operator.inputs[0]], graph.tensors[operator.outputs[0]]
        axes, rank = edit.constant(model, int(operator.inputs[1])), len(source.shape)
        pooled_axes = {4: [1, 2], 3: [1]}.get(rank)
        if axes is None or sorted(int(a) % rank for a in axes.reshape(-1)) != pooled_axes:
            continue
        batch, height, *middle, channels = (int(n) for n in source.shape)
        width = middle[0] if middle else 1
        pool = schema.Pool2DOptionsT()
        pool.padding, pool.filterHeight, pool.filterWidth = schema.Padding.VALID, height, width
        pool.strideH = pool.strideW = 1
        position = graph.operators.index(operator)
        graph.operators.remove(operator)
        final = int(operator.outputs[0])
        pooled = final
        if len(result.shape) != 4:
            pooled = edit.add_tensor(model, f"pooled_{position}", [batch, 1, 1, channels], "float32")
            _add_reshape(model, pooled, final, shape_of(result), position)
        image = int(operator.inputs[0])
        if rank == 3:
            given = image
            image = edit.add_tensor(model, f"column_{position}", [batch, height, 1, channels], "float32")
            _add_reshape(model, given, image, [batch, height, 1, channels], position)
            position += 1
        edit.add_operator(model, "MAX_POOL_2D", [image], [pooled], options=pool, at=position)
        count += 1
    return count


def _add_reshape(model: ModelT, source: int, result: int, shape: list[int], position: int) -> None:
    flat = np.array(shape, np.int32)
    operand = edit.add_tensor(model, f"shape_{result}", [len(flat)], "int32", value=flat)
    options = schema.ReshapeOptionsT()
    options.newShape = flat
    edit.add_operator(model, "RESHAPE", [source, operand], [result], options=options, at=position)


def minimum_to_maximum(model: ModelT) -> int:
    """MINIMUM(a, b) -> a - RELU(a - b), in place: the quantizer has no int8 MINIMUM. Returns how many."""
    graph, count = graph_of(model), 0
    for operator in [o for o in graph.operators if operator_name(model, o) == "MINIMUM"]:
        result = int(operator.outputs[0])
        shape = shape_of(graph.tensors[result])
        operands = [int(i) for i in operator.inputs]
        # A constant bound may lie far outside the values: the difference would take all of the 8 bits.
        if any(edit.constant(model, i) is not None for i in operands):
            continue
        whole = [i for i in operands if shape_of(graph.tensors[i]) == shape]
        if not whole:
            continue
        first = whole[0]
        other = next((i for i in operands if i != first), first)
        position = graph.operators.index(operator)
        graph.operators.remove(operator)
        excess = edit.add_tensor(model, f"excess_{result}", shape, "float32")
        above = edit.add_tensor(model, f"above_{result}", shape, "float32")
        for kind, inputs, output, options in (
            ("SUB", [first, other], excess, schema.SubOptionsT()),
            ("RELU", [excess], above, None),
            ("SUB", [first, above], result, schema.SubOptionsT()),
        ):
            edit.add_operator(model, kind, inputs, [output], options=options, at=position)
            position += 1
        count += 1
    return count


def spell_out(model: ModelT) -> int:
    """NEG(x) -> MUL(x, -1) and SQUARE(x) -> MUL(x, x), in place: the left ones have no int8 kernel."""
    graph, count = graph_of(model), 0
    for position, operator in enumerate(list(graph.operators)):
        name, source = operator_name(model, operator), int(operator.inputs[0])
        if name not in ("NEG", "SQUARE"):
            continue
        other = source
        if name == "NEG":
            minus = np.array([-1.0], np.float32)
            other = edit.add_tensor(model, f"minus_{position}", [1], "float32", value=minus)
        graph.operators.remove(operator)
        result = [int(operator.outputs[0])]
        edit.add_operator(
            model, "MUL", [source, other], result, options=schema.MulOptionsT(), at=position
        )
        count += 1
    return count


def give_bias(model: ModelT) -> int:
    """A bias of zeros for conv and dense operators without one, in place: bias correction needs a place for
    its shift, and a dense layer without bias needs a newer runtime (version 6, 2.1.0) than one with (version
    4, 1.14.0).
    """
    graph, count = graph_of(model), 0
    for position, operator in enumerate(graph.operators):
        name = operator_name(model, operator)
        if name not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            continue
        weights = edit.constant(model, int(operator.inputs[1]))
        if weights is None or (len(operator.inputs) > 2 and operator.inputs[2] >= 0):
            continue
        channels = weights.shape[3 if name == "DEPTHWISE_CONV_2D" else 0]
        zeros = np.zeros(channels, np.float32)
        bias = edit.add_tensor(model, f"bias_{position}", [channels], "float32", value=zeros)
        operator.inputs = np.array([*operator.inputs[:2], bias], np.int32)
        count += 1
    return count
