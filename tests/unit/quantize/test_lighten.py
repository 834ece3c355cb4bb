"""Channels that cannot matter leave the shipped int8 file, and nothing else changes."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from small_networks import CONTRACT, Builder, images, small_network

from espalier.errors import BugError, UnsupportedModelError
from espalier.graph.edit import replace_tensor
from espalier.graph.simplify import cost, simplify
from espalier.measure.predict import predict
from espalier.quantizer import lighten as lightening
from espalier.quantizer.audit import audit_model
from espalier.quantizer.interface import uint8_twin
from espalier.quantizer.lighten import Lightened, lighten, mean_depends_on_place
from espalier.quantizer.quantize import quantize
from espalier.tflite import edit
from espalier.tflite.read import read_tflite
from espalier.tflite.runtimes import litert


def with_dead_channels(operator: int) -> bytes:
    """The small network whose convolution `operator` has no weights in every second channel: they are constant."""
    model = edit.read_model(small_network())
    index = int(edit.graph_of(model).operators[operator].inputs[1])
    weights: Any = np.array(edit.constant(model, index))
    weights[::2] = 0
    edit.set_constant(model, index, weights)
    return edit.pack_model(model)


@pytest.fixture(scope="module")
def dead() -> bytes:
    return quantize(with_dead_channels(0), images(), CONTRACT).int8_model


def test_a_file_without_dead_channels_stays_as_it_is() -> None:
    given = quantize(small_network(), images(), CONTRACT).int8_model
    assert lighten(given, images()) == Lightened(int8_model=given)


def test_dead_channels_go_and_every_answer_keeps_its_bytes(dead: bytes) -> None:
    done = lighten(dead, images())
    lighter, note = done.int8_model, done.note
    before, after = cost(read_tflite(dead)), cost(read_tflite(lighter))
    assert after.macs < 0.8 * before.macs and len(lighter) < len(dead)
    assert f"{before.macs:,} MACs became {after.macs:,}" in note
    one, other = (
        predict(litert(), data, images(seed=9), kernels="builtin").outputs for data in (dead, lighter)
    )
    assert np.array_equal(one, other)


def test_the_lighter_file_passes_the_audit_and_has_a_twin_and_a_signature(dead: bytes) -> None:
    lighter = lighten(dead, images()).int8_model
    audit, given = audit_model(lighter, CONTRACT), audit_model(dead, CONTRACT)
    assert audit.errors == () and audit.counts.float == 0
    assert audit.input == given.input and audit.heads[0] == given.heads[0]
    assert edit.read_model(lighter).signatureDefs[0].signatureKey == b"serving_default"
    twin = predict(litert(), uint8_twin(lighter), images()).outputs
    assert np.array_equal(twin.astype(int) - 128, predict(litert(), lighter, images()).outputs)


def damaged(graph: Any) -> Any:
    """`simplify` with the last layer's bias moved."""
    lighter, account = simplify(graph)
    last = max(i for i, op in enumerate(lighter.ops) if op.kind in ("conv_2d", "fully_connected"))
    bias = lighter.ops[last].inputs[2]
    tensor = lighter.tensors[bias]
    moved = dataclasses.replace(tensor, data=np.asarray(tensor.data) + np.int32(20_000))
    return replace_tensor(lighter, bias, moved), account


def test_other_bytes_in_the_reference_kernels_keep_the_heavier_file_and_are_said(
    dead: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lightening, "simplify", damaged)
    done = lighten(dead, images())
    assert (done.int8_model, done.note) == (dead, "")
    assert "answers otherwise in LiteRT's reference kernels" in done.kept


@pytest.mark.parametrize("problem", [BugError("a law is broken"), UnsupportedModelError("no such operator")])
def test_a_pass_or_a_kernel_that_stops_keeps_the_heavier_file(
    dead: bytes, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def stop(*_: Any, **__: Any) -> Any:
        raise problem

    monkeypatch.setattr(lightening, "predict", stop)
    done = lighten(dead, images())
    assert (done.int8_model, done.note) == (dead, "") and str(problem) in done.kept
    monkeypatch.setattr(lightening, "model_of", stop)
    assert str(problem) in lighten(dead, images()).kept


def test_builtin_kernels_whose_mean_depends_on_the_place_are_named_and_stop_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A global mean over 22 channels of 32, of which 10 are dead: LiteRT 2.3.0's builtin MEAN on x86 rounds by place."""
    net = Builder(seed=5).conv(32)
    weights = edit.graph_of(net.model).operators[0].inputs[1]
    value: Any = np.array(edit.constant(net.model, int(weights)))
    value[::3] = 0
    edit.set_constant(net.model, int(weights), value)
    axes = net.value(np.array([1, 2], np.int32))
    options = schema.ReducerOptionsT()
    options.keepDims = False
    net.op("MEAN", [net.tensor, axes], [1, 32], options)
    given = quantize(net.dense(5).softmax().done(), images(), CONTRACT).int8_model
    done = lighten(given, images())
    assert done.kept == "" and len(done.int8_model) < len(given)
    one, other = (
        predict(litert(), d, images(), kernels="reference").outputs for d in (given, done.int8_model)
    )
    assert np.array_equal(one, other)

    def otherwise(*arguments: Any, kernels: str) -> Any:
        """As where the fault is: the builtin kernels answer the lighter file otherwise."""
        found = predict(*arguments, kernels=kernels)
        if kernels == "builtin" and len(arguments[1]) < len(given):
            return dataclasses.replace(found, outputs=found.outputs ^ 1)
        return found

    monkeypatch.setattr(lightening, "predict", otherwise)
    faulty = lighten(given, images())
    assert faulty.int8_model == done.int8_model and faulty.kept == ""
    assert "LiteRT's builtin kernels give some of them 1 otherwise" in faulty.note
    named = mean_depends_on_place(given) or mean_depends_on_place(done.int8_model)
    assert named == ("their MEAN gives a channel another value at another place" in faulty.note)
