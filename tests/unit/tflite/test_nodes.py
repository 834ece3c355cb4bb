"""A network as rows: its operators, what feeds each, and all its bytes and MACs in them once."""

from __future__ import annotations

from pathlib import Path

import pytest

from espalier.errors import ModelRefusedError
from espalier.tflite.inspect import inspect_tflite
from espalier.tflite.nodes import network_row

FILE = Path(__file__).parents[2] / "models/resnet8_int8.tflite"


def test_the_rows_of_a_network_add_up_to_it_and_know_what_feeds_them() -> None:
    data = FILE.read_bytes()
    nodes, whole = network_row(data, {}).nodes, inspect_tflite(data)
    assert len(nodes) == whole["operators"] and sum(node.macs for node in nodes) == whole["macs"]
    assert nodes[0].inputs == () and all(source < place for place, node in enumerate(nodes) for source in node.inputs)
    adds = [node for node in nodes if node.operator == "add"]
    assert len(adds) == 3 and all(len(node.inputs) == 2 for node in adds)
    assert 0.75 * len(data) < sum(node.weight_bytes for node in nodes) < len(data)
    assert nodes[-1].shape == (1, 10) and nodes[-1].output_bytes == 10


def test_a_keras_layer_s_name_takes_the_place_of_the_tensor_s() -> None:
    data = FILE.read_bytes()
    plain = network_row(data, {}).nodes[0].name
    assert network_row(data, {plain.split(";")[0]: "stem\n<b>"}).nodes[0].name in ("stem\\n<b>", plain)


def test_damaged_bytes_are_refused() -> None:
    data = FILE.read_bytes()
    with pytest.raises(ModelRefusedError):
        network_row(data[: len(data) // 2], {})
