"""Graph to .tflite bytes: canonical (equal graphs, equal bytes), readable by LiteRT and by `tflite.read`."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from ..graph.op_spec import Field
from ..graph.ops import OPS
from ..graph.types import Graph, Op, OptionValue
from . import edit
from .numbers import ACTIVATIONS, PADDINGS, TENSOR_TYPES
from .objects import ModelT
from .operator_versions import write_versions

_OPTIONS: Final = {number: name for name, number in vars(schema.BuiltinOptions).items() if name[0] != "_"}


def write_tflite(graph: Graph) -> bytes:
    """The network as a .tflite file with one subgraph and its tensors, constants and codes in order of use."""
    model = model_of(graph)
    write_versions(model)
    return edit.pack_model(model)


def model_of(graph: Graph) -> ModelT:
    """The network as a ModelT, for `tflite.edit`; every operator has version 1."""
    model = edit.new_model()
    for tensor in graph.tensors:
        index = edit.add_tensor(model, tensor.name, tensor.shape, tensor.dtype, value=tensor.data)
        if (quant := tensor.quant) is not None:
            parameters = edit.quantization_of(quant.scales, quant.zero_points, quant.axis or 0)
            edit.graph_of(model).tensors[index].quantization = parameters
    for op in graph.ops:
        edit.add_operator(model, op.kind.upper(), op.inputs, op.outputs, options=_options(op))
    body = edit.graph_of(model)
    body.name, body.inputs, body.outputs = b"main", np.array(graph.inputs), np.array(graph.outputs)
    return model


def _options(op: Op) -> Any:
    spec = OPS[op.kind]
    if not spec.options_type:
        return None
    options = getattr(schema, f"{_OPTIONS[spec.options_type]}T")()
    for field, name in zip(spec.fields, vars(options), strict=False):  # both in the order of their slots
        setattr(options, name, _number(field, op.options[field.name]))
    return options


def _number(field: Field, value: OptionValue) -> Any:
    named = {"padding": PADDINGS, "activation": ACTIVATIONS, "dtype": TENSOR_TYPES}
    if field.form in named:
        return named[field.form].index(str(value))
    if field.form == "ints":
        return np.array(value, np.int32) if value else None
    return value
