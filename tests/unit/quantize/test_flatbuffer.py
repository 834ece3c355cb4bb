from __future__ import annotations

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from small_networks import Builder, small_network
from tflite_metadata import metadata_of

from espalier.errors import BugError
from espalier.tflite import edit
from espalier.tflite.macs import count_macs


def test_packing_is_a_fixed_point() -> None:
    data = small_network()
    assert edit.pack_model(edit.read_model(data)) == data


def test_every_buffer_starts_at_a_multiple_of_16() -> None:
    model = schema.Model.GetRootAs(small_network(), 0)
    for index in range(model.BuffersLength()):
        buffer = model.Buffers(index)
        if buffer.DataLength():
            assert buffer._tab.Vector(buffer._tab.Offset(4)) % 16 == 0


def test_unused_tensors_buffers_and_codes_are_left_out() -> None:
    model = edit.read_model(small_network())
    edit.add_tensor(model, "unused", [4], "float32", value=np.ones(4, np.float32))
    edit.operator_code(model, "HARD_SWISH")
    assert edit.pack_model(model) == small_network()


def test_buffers_outside_the_flatbuffer_are_brought_inside() -> None:
    data = small_network()
    model = schema.ModelT.InitFromPackedBuf(bytearray(data), 0)
    index = next(i for i, b in enumerate(model.buffers) if b.data is not None and len(b.data))
    content = bytes(model.buffers[index].data)
    model.buffers[index].data, model.buffers[index].size = None, len(content)
    model.buffers[index].offset = 1 << 20
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    outside = bytes(builder.Output())
    outside += bytes((1 << 20) - len(outside)) + content
    assert edit.pack_model(edit.read_model(outside)) == data


def test_names_depend_on_the_graph_alone() -> None:
    model = edit.read_model(small_network())
    for number, tensor in enumerate(edit.graph_of(model).tensors):
        tensor.name = f"sequential_{number * 7}/odd;name".encode()
    old = edit.rename_tensors(model)
    assert edit.pack_model(model) == small_network()
    assert old["conv_2d_0/weights"].startswith("sequential_")


def test_metadata_is_replaced_not_doubled() -> None:
    model = edit.read_model(small_network())
    edit.set_metadata(model, "b", b"1")
    edit.set_metadata(model, "b", b"2")
    again = edit.read_model(edit.pack_model(model))
    assert metadata_of(edit.pack_model(again))["b"] == b"2"
    assert [bytes(m.name) for m in again.metadata].count(b"b") == 1


@pytest.mark.parametrize("data", [b"", b"TFL3", b"\0" * 40, b"\x1c\0\0\0TFLX" + b"\0" * 40])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BugError):
        edit.read_model(data)


def test_macs_follow_from_shapes() -> None:
    network = Builder().conv(8).depthwise().conv(12, 1).pool().dense(5)
    model = edit.read_model(network.done())
    assert count_macs(model) == 256 * 27 * 8 + 256 * 9 * 8 + 256 * 8 * 12 + 12 * 5


def test_macs_of_products_and_transposed_convolutions() -> None:
    net = Builder(shape=(1, 4, 6))
    other = net.value(np.ones((1, 6, 5), np.float32))
    net.op("BATCH_MATMUL", [net.tensor, other], [1, 4, 5], schema.BatchMatMulOptionsT())
    assert count_macs(net.model) == 4 * 6 * 5
    net = Builder(shape=(1, 4, 4, 2))
    shape, kernel = net.value(np.array([1, 8, 8, 3], np.int32)), net.value(np.ones((3, 2, 2, 2), np.float32))
    net.op("TRANSPOSE_CONV", [shape, kernel, net.tensor], [1, 8, 8, 3], schema.TransposeConvOptionsT())
    assert count_macs(net.model) == 4 * 4 * 2 * 3 * 2 * 2
