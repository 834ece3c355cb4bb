from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from small_networks import Builder

from espalier.tflite import edit
from espalier.tflite.operator_versions import version_of, write_versions
from espalier.tflite.versions import UNKNOWN, floor_of, missing_operators, runtime_floor, version_key


@pytest.mark.parametrize(
    ("name", "version", "floor"),
    [
        ("CONV_2D", 3, "1.14.0"),
        ("conv_2d", 8, "2.15.0"),
        ("FULLY_CONNECTED", 12, "2.17.0"),
        ("FULLY_CONNECTED", 14, "2.21.0"),
        ("GELU", 2, "2.9.0"),
        ("TRANSPOSE", 7, "2.14.4"),
        ("BROADCAST_TO", 1, UNKNOWN),
        ("CONV_2D", 99, UNKNOWN),
        ("CONV_2D", 0, UNKNOWN),
        ("NO_SUCH_OPERATOR", 1, UNKNOWN),
    ],
)
def test_floor_of_a_pair(name: str, version: int, floor: str) -> None:
    assert floor_of(name, version) == floor


def test_one_unknown_pair_makes_the_whole_floor_unknown() -> None:
    assert runtime_floor([("CONV_2D", 3), ("GELU", 2)]) == "2.9.0"
    assert runtime_floor([("CONV_2D", 3), ("GELU", 3)]) == UNKNOWN
    assert runtime_floor([]) == "1.5.0"


def test_releases_compare_as_numbers() -> None:
    assert version_key("2.9.0") < version_key("2.14") < version_key("2.14.4") < version_key("2.21.0rc1")


def test_what_a_runtime_lacks_is_named_and_unknown_is_never_fine() -> None:
    pairs = [("CONV_2D", 8), ("ADD", 2), ("CONV_2D", 8), ("WHO", 1)]
    assert missing_operators(pairs, "2.14.0") == [("CONV_2D", 8, "2.15.0"), ("WHO", 1, UNKNOWN)]
    assert missing_operators([("CONV_2D", 8)], "2.15.0") == []


def test_the_table_is_read_without_any_tensorflow_library() -> None:
    code = "import espalier.tflite.versions, espalier.tflite.metadata, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"tensorflow", "ai_edge_litert", "keras"} & {name.split(".")[0] for name in loaded.split()}


def _typed(net: Builder, dtype: str, scale: float = 0.1) -> None:
    for tensor in edit.graph_of(net.model).tensors:
        if edit.dtype_name(tensor) == "float32":
            tensor.type = getattr(schema.TensorType, dtype.upper())
            tensor.quantization = edit.quantization_of([scale], [0])


@pytest.mark.parametrize(("dtype", "version"), [("float32", 1), ("int8", 2), ("int16", 3)])
def test_versions_follow_the_dtype(dtype: str, version: int) -> None:
    net = Builder().softmax()
    if dtype != "float32":
        _typed(net, dtype)
    assert version_of(net.model, edit.graph_of(net.model).operators[0]) == version


def test_versions_follow_options_and_shapes() -> None:
    def only(net: Builder) -> int:
        return version_of(net.model, edit.graph_of(net.model).operators[-1])

    resize = schema.ResizeBilinearOptionsT()
    resize.halfPixelCenters = True
    net = Builder()
    net.op("RESIZE_BILINEAR", [net.tensor, net.value(np.array([8, 8], np.int32))], [1, 8, 8, 3], resize)
    assert only(net) == 3
    net = Builder(shape=(1, 3)).dense(2, bias=False)
    assert only(net) == 6
    net = Builder(shape=(1, 3)).dense(2)
    _typed(net, "int8")
    edit.graph_of(net.model).operators[-1].builtinOptions.keepNumDims = True
    assert only(net) == 5
    for scale, version in ((0.1, 2), (1.0, 3)):
        net = Builder()
        net.op("MUL", [net.tensor, net.tensor], net.shape, schema.MulOptionsT())
        _typed(net, "int8", scale)
        assert only(net) == version
    net = Builder(shape=(1, 2, 2, 2, 3))
    net.op("SUB", [net.tensor, net.value(np.ones(3, np.float32))], net.shape, schema.SubOptionsT())
    assert only(net) == 3
    net = Builder(shape=(1, 2, 2, 2, 3))
    net.op("PAD", [net.tensor, net.value(np.zeros((5, 2), np.int32))], net.shape, schema.PadOptionsT())
    assert only(net) == 4


def test_a_dilated_float_depthwise_and_a_grouped_convolution() -> None:
    net = Builder(shape=(1, 8, 8, 4)).depthwise()
    operator = edit.graph_of(net.model).operators[0]
    operator.builtinOptions.dilationWFactor = 2
    assert version_of(net.model, operator) == 2
    net = Builder(shape=(1, 8, 8, 4)).conv(4)
    graph = edit.graph_of(net.model)
    graph.tensors[graph.operators[0].inputs[1]].shape[3] = 2
    assert version_of(net.model, graph.operators[0]) == 6


def test_an_unknown_floor_is_not_written_into_the_file() -> None:
    net = Builder().softmax()
    net.model.operatorCodes[0].builtinCode = 9999
    assert write_versions(net.model) == UNKNOWN
    assert not net.model.metadata
