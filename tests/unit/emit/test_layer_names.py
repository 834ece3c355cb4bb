"""Comments and refusals name the Keras layer, whatever its name holds."""

from __future__ import annotations

import numpy as np
import pytest
from single_op_cases import Builder

from espalier.emit.demand import demand, streamable
from espalier.emit.program import emit
from espalier.errors import UnsupportedModelError
from espalier.graph.simplify import simplify
from espalier.graph.types import Graph, Quant
from espalier.plan.memory import plan_memory
from espalier.tflite.read import layer_of, read_tflite
from espalier.tflite.write import write_tflite

UNIT = Quant(scales=(1 / 16,), zero_points=(0,))
HOSTILE = 'block/stem; */ system("x"); /* \\\n??/'


def file(batch: int = 1) -> tuple[bytes, str]:
    """A .tflite with a convolution and a softmax, and the name of the convolution's result."""
    b = Builder()
    x = b.input((batch, 4, 4, 2), UNIT)
    filters = b.const(np.ones((2, 1, 1, 2), np.int8), "int8", Quant(scales=(1 / 64,), zero_points=(0,)))
    bias = b.const(np.zeros(2, np.int32), "int32", Quant(scales=(1 / 1024,), zero_points=(0,)))
    options = {"padding": "valid", "stride_h": 1, "stride_w": 1}
    y = b.op("conv_2d", [x, filters, bias], UNIT, **options)
    graph = b.finish([b.op("relu6", [y], UNIT)])
    return write_tflite(graph), graph.tensors[y].name


def emitted(graph: Graph) -> dict[str, str]:
    plan = plan_memory(graph, optimize="speed", demand=demand, streamable=streamable)
    return {path: data.decode("ascii") for path, data in emit(graph, plan, "net")}


def test_a_comment_names_the_keras_layer_also_after_simplification() -> None:
    data, made = file()
    given = read_tflite(data, layers={made: "stem"})
    assert "/* conv_2d stem */" in emitted(given)["net.c"]
    activated = given.tensors[given.outputs[0]].name
    graph, _ = simplify(read_tflite(data, layers={made: "stem", activated: "stem_relu"}))
    files = emitted(graph)
    assert "/* conv_2d stem_relu */" in files["net.c"] and "/* conv_2d stem_relu */" in files["net_weights.c"]


def test_a_hostile_layer_name_stays_inside_its_comment() -> None:
    data, made = file()
    files = emitted(read_tflite(data, layers={made: HOSTILE}))
    lines = [line for line in files["net.c"].splitlines() if "stem" in line]
    assert lines
    for line in lines:
        assert line.strip().startswith("/*") and line.endswith("*/")
        assert line.count("*/") == 1 and "\\" not in line and "?" not in line


def test_a_refusal_names_the_keras_layer_the_shapes_and_what_to_do() -> None:
    data, made = file(batch=2)
    graph = read_tflite(data, layers={made: "stem\n\x1b[31m"})
    with pytest.raises(UnsupportedModelError) as caught:
        emitted(graph)
    assert "layer stem\\n\\x1b[31m" in caught.value.found and "no kernel takes conv_2d" in caught.value.found
    assert "[2, 4, 4, 2]" in caught.value.found and 'runtime = "tflm"' in caught.value.next_step


@pytest.mark.parametrize(
    ("tensor", "layer"),
    [
        ("conv_2d_3", "stem"),
        ("conv_2d_3/weights", "stem"),
        ("conv_2d_3_int8", "stem"),
        ("split_4:1", "halves"),
        ("conv_2d_31", ""),
        ("", ""),
    ],
)
def test_a_quantized_tensor_is_traced_to_its_layer(tensor: str, layer: str) -> None:
    assert layer_of(tensor, {"conv_2d_3": "stem", "split_4": "halves"}) == layer
