from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_networks import CONTRACT, Builder, images, operators, small_network

from espalier.quantizer.audit import audit_model, count_partitions
from espalier.quantizer.quantize import quantize
from espalier.quantizer.results import Audit
from espalier.recipe import InputContract
from espalier.tflite import edit
from espalier.worker.client import Worker
from espalier.worker.quantizer_calls import AuditModel, ClimbLadder, MakeTwin, Quantize


@pytest.fixture(scope="module")
def int8() -> bytes:
    return quantize(small_network(), images(), CONTRACT, correct=False).int8_model


def _changed(data: bytes, change: Callable[[Any, Any], None]) -> Audit:
    model = edit.read_model(data)
    change(model, edit.graph_of(model))
    return audit_model(edit.pack_model(model), CONTRACT, layers={"conv_2d_0": "stem"})


def test_a_good_file_has_nothing_to_say(int8: bytes) -> None:
    found = audit_model(int8, CONTRACT)
    assert found.errors == ()
    assert found.warnings == ()
    assert found.conversions == {"quantize": 0, "dequantize": 0}
    assert found.partitions["operators"] == 6
    assert found.partitions["delegated"] >= 1


def test_it_says_what_is_in_the_file(int8: bytes) -> None:
    found = audit_model(int8, CONTRACT)
    assert found.input.dtype == "int8" and found.counts.float == 0
    assert {use.name for use in found.uses} >= {"conv_2d", "softmax"}


def test_a_float_file_is_all_errors() -> None:
    found = audit_model(small_network(), CONTRACT)
    assert found.counts.float == 6
    assert any("weights is float32" in text for text in found.errors)
    assert any("input is float32" in text for text in found.errors)


def test_a_tensor_left_in_float_is_named_with_its_layer() -> None:
    found = audit_model(small_network(), CONTRACT, layers={"conv_2d_0": "stem"})
    assert "operator conv_2d_0 (Keras layer stem) computes in float" in found.errors
    assert "conv_2d_0/weights (Keras layer stem) is float32" in found.errors


@pytest.mark.parametrize("scale", [0.0, -1.0, np.nan, np.inf])
def test_a_scale_that_is_no_scale_is_an_error(int8: bytes, scale: float) -> None:
    def change(model: Any, graph: Any) -> None:
        tensor = graph.tensors[graph.operators[1].inputs[1]]
        tensor.quantization.scale = np.full_like(tensor.quantization.scale, scale)

    model = edit.read_model(int8)
    change(model, edit.graph_of(model))
    from espalier.quantizer.audit import _Findings, _look_at_tensors

    findings = _Findings({})
    _look_at_tensors(model, findings)
    assert findings.errors == ["depthwise_conv_2d_1/weights has no usable scale"]


def test_tiny_scales_wide_spreads_and_dead_channels_are_told(int8: bytes) -> None:
    def change(model: Any, graph: Any) -> None:
        operator = graph.operators[0]
        weights = np.array(edit.constant(model, int(operator.inputs[1])))
        weights[3] = 0
        edit.set_constant(model, int(operator.inputs[1]), weights)
        quantization = graph.tensors[operator.inputs[1]].quantization
        quantization.scale = np.array([1e-8, *quantization.scale[1:]], np.float32)

    text = "\n".join(_changed(int8, change).warnings)
    assert "scale of 1e-08" in text
    assert "channels' scales differ" in text
    assert "stem): 1 of 8 channels have only zero weights" in text


def test_the_tiny_scale_of_a_constant_of_one_value_is_no_matter() -> None:
    from espalier.quantizer.audit import _Findings, _look_at_scales

    for single, told in ((True, 0), (False, 1)):
        findings, tensor = _Findings({}), edit.schema.TensorT()
        tensor.quantization = edit.quantization_of([4e-9], [0])
        _look_at_scales(tensor, "epsilon", findings, single=single)
        assert len(findings.warnings) == told


def test_twenty_warnings_of_one_kind_are_one_line() -> None:
    from espalier.quantizer.audit import _Findings, _look_at_scales

    findings, tensor = _Findings({}), edit.schema.TensorT()
    tensor.quantization = edit.quantization_of([4e-9], [0])
    for number in range(20):
        _look_at_scales(tensor, f"conv_{number}", findings, single=False)
    assert findings.warnings == [
        "several tensors have a scale below 1e-07: conv_0, conv_1, conv_2 and 17 more"
    ]


def test_a_bias_near_overflow_is_told(int8: bytes) -> None:
    def change(model: Any, graph: Any) -> None:
        index = int(graph.operators[0].inputs[2])
        bias = np.array(edit.constant(model, index))
        bias[0] = 2**30 + 1
        edit.set_constant(model, index, bias)

    assert any("beyond 2^30" in text for text in _changed(int8, change).warnings)


def test_edges_and_shapes_are_held_against_what_was_asked(int8: bytes) -> None:
    assert any("uint8 was asked" in text for text in audit_model(int8, edge="uint8").errors)
    other = InputContract(size=(8, 16), mean=(127.5,), std=(127.5,))
    assert any("the contract gives [[1, 8, 16, 3]]" in text for text in audit_model(int8, other).errors)

    def output(model: Any, graph: Any) -> None:
        graph.tensors[graph.outputs[0]].quantization = edit.quantization_of([0.01], [0])

    model = edit.read_model(int8)
    output(model, edit.graph_of(model))
    from espalier.quantizer.audit import _Findings, _look_at_edges, _tensor_facts

    graph, findings = edit.graph_of(model), _Findings({})
    ends = [_tensor_facts(model, int(index)) for index in (graph.inputs[0], graph.outputs[0])]
    _look_at_edges(ends[:1], ends[1:], CONTRACT, "int8", [(1 / 256, -128)], findings)
    assert any("wanted: 0.00390625, -128" in text for text in findings.errors)


def test_a_dynamic_shape_is_an_error(int8: bytes) -> None:
    def change(model: Any, graph: Any) -> None:
        tensor = graph.tensors[graph.inputs[0]]
        tensor.shapeSignature = np.array([-1, 16, 16, 3], np.int32)

    assert "image has a dynamic shape" in _changed(int8, change).errors


def test_an_unknown_version_makes_the_floor_unknown(int8: bytes) -> None:
    model = edit.read_model(int8)
    model.operatorCodes[0].version = 77
    from espalier.tflite.operator_versions import operator_uses
    from espalier.tflite.versions import runtime_floor

    assert runtime_floor(operator_uses(model)) == "unknown"


def test_many_delegate_pieces_are_told() -> None:
    net = Builder()
    for _ in range(5):
        net.conv(4, activation=0).unary("HARD_SWISH")
    done = quantize(net.pool().dense(3).softmax().done(), images(), CONTRACT, correct=False)
    pieces = count_partitions(done.int8_model)[0]["delegated"]
    told = [text for text in audit_model(done.int8_model).warnings if "pieces" in text]
    assert bool(told) == (pieces > 4)


def test_the_quantizer_process_answers_these_calls(tmp_path: Path) -> None:
    path = str(tmp_path / "pixels.npy")
    np.save(path, images())
    with Worker("quantizer", reads=[tmp_path]) as worker:
        done = worker.ask(Quantize(float_model=small_network(), pixels_path=path, contract=CONTRACT))
        twin = worker.ask(MakeTwin(int8_model=done.int8_model))
        audit = worker.ask(AuditModel(model=twin, contract=CONTRACT, edge="uint8"))
        climbed = worker.ask(
            ClimbLadder(
                float_model=small_network(),
                pixels_path=path,
                contract=CONTRACT,
                limit_points=100.0,
                evaluation_path=path,
                labels=np.zeros(len(images()), np.int64),
            )
        )
    assert done.int8_model == quantize(small_network(), images(), CONTRACT).int8_model
    assert done.stability is not None and done.ranges
    assert operators(twin)[0] == "QUANTIZE" and audit.errors == ()
    assert climbed.reached and [step.kept for step in climbed.steps] == [True]
    assert climbed.steps[0].bytes == len(climbed.int8_model)
