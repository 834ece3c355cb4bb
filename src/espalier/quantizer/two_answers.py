"""A graph that answers with one probability, made to answer with two that sum to one."""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from ..errors import UnsupportedModelError
from ..tflite import edit
from ..tflite.edit import constant, graph_of, operator_name
from ..tflite.objects import ModelT, OperatorT


def answer_with_two(model: ModelT, place: int = 0) -> None:
    """Turn an output that LOGISTIC(z) of one value gives into SOFTMAX(-z/2, z/2) = (1 - p, p), in place."""
    graph = graph_of(model)
    made = {int(tensor): operator for operator in graph.operators for tensor in operator.outputs}
    last = made[int(graph.outputs[place])]
    if operator_name(model, last) != "LOGISTIC":
        raise UnsupportedModelError(
            f"the model has one output that ends in {operator_name(model, last)}",
            supported="one sigmoid unit, one logit, or two and more classes",
            next_step="end the model in Dense(1, activation='sigmoid') or in one unit per class",
        )
    logit = int(last.inputs[0])
    weights = edit.add_tensor(
        model, "halves", [2, 1], "float32", value=np.array([[-0.5], [0.5]], np.float32)
    )
    bias = edit.add_tensor(model, "zeros", [2], "float32", value=np.zeros(2, np.float32))
    pair = edit.add_tensor(model, "pair", [1, 2], "float32")
    probability = edit.add_tensor(model, "probability", [1, 2], "float32")
    before = made.get(logit)
    alone = sum(logit in operator.inputs for operator in graph.operators) == 1 and logit not in graph.outputs
    if before is not None and alone and _is_plain_dense(model, before, logit):
        kernel, offset = constant(model, int(before.inputs[1])), constant(model, int(before.inputs[2]))
        if kernel is not None and offset is not None:
            edit.set_constant(
                model, weights, np.concatenate([-0.5 * kernel, 0.5 * kernel]).astype(np.float32)
            )
            edit.set_constant(model, bias, np.array([-0.5 * offset[0], 0.5 * offset[0]], np.float32))
            logit = int(before.inputs[0])
            graph.operators.remove(before)
    graph.operators.remove(last)
    edit.add_operator(
        model, "FULLY_CONNECTED", [logit, weights, bias], [pair], options=schema.FullyConnectedOptionsT()
    )
    softmax = schema.SoftmaxOptionsT()
    softmax.beta = 1.0
    edit.add_operator(model, "SOFTMAX", [pair], [probability], options=softmax)
    outputs = np.array(graph.outputs, np.int32)
    outputs[place] = probability
    graph.outputs = outputs


def _is_plain_dense(model: ModelT, operator: OperatorT, output: int) -> bool:
    return (
        operator_name(model, operator) == "FULLY_CONNECTED"
        and int(operator.outputs[0]) == output
        and len(operator.inputs) == 3
        and operator.inputs[2] >= 0
        and operator.builtinOptions.fusedActivationFunction == 0
    )
