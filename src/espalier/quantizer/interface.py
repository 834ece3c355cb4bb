"""The uint8 twin: the same network with uint8 at its edges, for consumers that take camera bytes (phones,
cameras)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from ..errors import BugError
from ..tflite import edit
from ..tflite.edit import dtype_name, graph_of, name_of, shape_of, step_of
from ..tflite.objects import ModelT, TensorT
from ..tflite.operator_versions import write_versions


def uint8_twin(int8_model: bytes) -> bytes:
    """QUANTIZE uint8 -> int8 at the head and int8 -> uint8 at the tail; scale as before, zero point + 128.

    The twin's output byte is the int8 byte + 128 for every input. Raises BugError unless the edges are int8.
    """
    model = edit.read_model(int8_model)
    graph = graph_of(model)
    for index in [*graph.inputs, *graph.outputs]:
        if dtype_name(graph.tensors[index]) != "int8":
            raise BugError(f"the uint8 twin of a model with {dtype_name(graph.tensors[index])} edges")
    inputs, outputs = [int(i) for i in graph.inputs], [int(i) for i in graph.outputs]
    new_inputs = [_twin_tensor(model, index) for index in inputs]
    new_outputs = [_twin_tensor(model, index) for index in outputs]
    for old, new in reversed(list(zip(inputs, new_inputs, strict=True))):
        edit.add_operator(model, "QUANTIZE", [new], [old], options=schema.QuantizeOptionsT(), at=0)
    for old, new in zip(outputs, new_outputs, strict=True):
        edit.add_operator(model, "QUANTIZE", [old], [new], options=schema.QuantizeOptionsT())
    graph.inputs, graph.outputs = np.array(new_inputs, np.int32), np.array(new_outputs, np.int32)
    edit.set_signature(model)
    write_versions(model)
    return edit.pack_model(model)


def uint8_image(model: ModelT) -> None:
    """QUANTIZE uint8 -> int8 at the head of a graph, in place; its outputs stay."""
    graph = graph_of(model)
    old = int(graph.inputs[0])
    image = _twin_tensor(model, old)
    edit.add_operator(model, "QUANTIZE", [image], [old], options=schema.QuantizeOptionsT(), at=0)
    graph.inputs = np.array([image, *graph.inputs[1:]], np.int32)
    edit.set_signature(model)


def int8_edges(
    model: ModelT, scale: float, zero_point: int, edges: Sequence[tuple[float, int] | None]
) -> None:
    """Give a graph int8 edges where it has int16 ones, in place: input scale and zero point as given, those of each output
    its own of `edges` (None: the range that its 16 bits have); a QUANTIZE at the head, one at each tail. A device feeds and
    reads the same as for int8."""
    graph = graph_of(model)
    old = int(graph.inputs[0])
    if dtype_name(graph.tensors[old]) == "int16":
        graph.tensors[old].name = b"image_int16"
        image = _int8_tensor(model, "image", old, (scale, zero_point))
        edit.add_operator(model, "QUANTIZE", [image], [old], options=schema.QuantizeOptionsT(), at=0)
        graph.inputs = np.array([image, *graph.inputs[1:]], np.int32)
    for place, old in enumerate(map(int, graph.inputs[1:]), 1):
        if dtype_name(graph.tensors[old]) == "int16":
            name = name_of(graph.tensors[old])
            numbers = _int8_tensor(model, name, old, _narrowed(graph.tensors[old]))
            graph.tensors[old].name = f"{name}_int16".encode()
            edit.add_operator(model, "QUANTIZE", [numbers], [old], options=schema.QuantizeOptionsT(), at=0)
            graph.inputs[place] = numbers
    for place, (last, edge) in enumerate(zip(map(int, graph.outputs), edges, strict=True)):
        if dtype_name(graph.tensors[last]) == "int16":
            name, step = name_of(graph.tensors[last]), edge or _narrowed(graph.tensors[last])
            graph.tensors[last].name = f"{name}_int16".encode()
            answer = _int8_tensor(model, name, last, step)
            edit.add_operator(model, "QUANTIZE", [last], [answer], options=schema.QuantizeOptionsT())
            graph.outputs[place] = answer


def _narrowed(tensor: TensorT) -> tuple[float, int]:
    """Scale and zero point of the int8 tensor that holds what an int16 one does: these are symmetric."""
    return step_of(tensor)[0] * 32767 / 127, 0


def _int8_tensor(model: ModelT, name: str, like: int, quantization: tuple[float, int]) -> int:
    """A new int8 tensor with another's shape."""
    shape = shape_of(graph_of(model).tensors[like])
    return edit.add_tensor(model, name, shape, "int8", quantization=quantization)


def _twin_tensor(model: ModelT, index: int) -> int:
    """A uint8 tensor that takes the name of an edge; the int8 tensor behind it becomes `<name>_int8`."""
    tensor = graph_of(model).tensors[index]
    scale, zero_point = step_of(tensor)
    name = name_of(tensor)
    tensor.name = f"{name}_int8".encode()
    shape = shape_of(tensor)
    return edit.add_tensor(model, name, shape, "uint8", quantization=(scale, zero_point + 128))
