"""Channels that cannot matter leave the shipped int8 file, and nothing else changes."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from espalier.errors import BugError
from espalier.graph.edit import replace_tensor
from espalier.graph.simplify import cost, simplify
from espalier.load.tflite import read_tflite
from espalier.measure.predict import predict
from espalier.measure.runtimes import litert
from espalier.quantize import flatbuffer
from espalier.quantize import lighten as lightening
from espalier.quantize.audit import audit_model
from espalier.quantize.interface import uint8_twin
from espalier.quantize.lighten import lighten
from espalier.quantize.quantize import quantize

from .networks import CONTRACT, images, small_network


def with_dead_channels(operator: int) -> bytes:
    """The small network whose convolution `operator` has no weights in every second channel: they are constant."""
    model = flatbuffer.read_model(small_network())
    index = int(flatbuffer.graph_of(model).operators[operator].inputs[1])
    weights: Any = np.array(flatbuffer.constant(model, index))
    weights[::2] = 0
    flatbuffer.set_constant(model, index, weights)
    return flatbuffer.pack_model(model)


@pytest.fixture(scope="module")
def dead() -> bytes:
    return quantize(with_dead_channels(0), images(), CONTRACT).int8_model


def test_a_file_without_dead_channels_stays_as_it_is() -> None:
    given = quantize(small_network(), images(), CONTRACT).int8_model
    assert lighten(given, images()) == (given, "")


def test_dead_channels_go_and_every_answer_keeps_its_bytes(dead: bytes) -> None:
    lighter, note = lighten(dead, images())
    before, after = cost(read_tflite(dead)), cost(read_tflite(lighter))
    assert after.macs < 0.8 * before.macs and len(lighter) < len(dead)
    assert f"{before.macs:,} MACs became {after.macs:,}" in note
    one, other = (
        predict(litert(), data, images(seed=9), kernels="builtin").outputs for data in (dead, lighter)
    )
    assert np.array_equal(one, other)


def test_the_lighter_file_passes_the_audit_and_has_a_twin_and_a_signature(dead: bytes) -> None:
    lighter, _ = lighten(dead, images())
    audit, given = audit_model(lighter, CONTRACT), audit_model(dead, CONTRACT)
    assert audit["errors"] == [] and audit["counts"]["float"] == 0
    assert audit["input"] == given["input"] and audit["output"] == given["output"]
    assert flatbuffer.read_model(lighter).signatureDefs[0].signatureKey == b"serving_default"
    twin = predict(litert(), uint8_twin(lighter), images()).outputs
    assert np.array_equal(twin.astype(int) - 128, predict(litert(), lighter, images()).outputs)


def test_other_bytes_would_be_a_bug_and_never_ship(dead: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def damage(graph: Any) -> Any:
        lighter, account = simplify(graph)
        last = max(i for i, op in enumerate(lighter.ops) if op.kind in ("conv_2d", "fully_connected"))
        bias = lighter.ops[last].inputs[2]
        tensor = lighter.tensors[bias]
        moved = dataclasses.replace(tensor, data=np.asarray(tensor.data) + np.int32(20_000))
        return replace_tensor(lighter, bias, moved), account

    monkeypatch.setattr(lightening, "simplify", damage)
    with pytest.raises(BugError, match="answers with other bytes"):
        lighten(dead, images())
