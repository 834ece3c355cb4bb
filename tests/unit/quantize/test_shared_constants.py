"""Operators that share a constant: each pass changes one without the other, and every step of the ladder can be made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_networks import CONTRACT, Builder, images

from espalier.ladder.balance import balance
from espalier.ladder.candidate import Candidate
from espalier.ladder.equalize import equalize
from espalier.ladder.high_bias import absorb_biases
from espalier.ladder.rungs import candidates, start_from
from espalier.ladder.weight_rounding import reconstruct
from espalier.quantizer.compare import float_answers
from espalier.quantizer.correct import correct_biases
from espalier.quantizer.head import PixelInput, enter_pixels
from espalier.quantizer.quantize import quantize
from espalier.quantizer.share import share_equal, unshare_constants
from espalier.tflite import edit
from espalier.tflite.edit import constant, graph_of


def shared(spread: float = 4.0) -> bytes:
    """Three equal pairs of depthwise and pointwise layers (SeparableConv2D of one width): all depthwise layers read one
    bias of zeros, and the pointwise layers one kernel and one bias, as TFLite stores equal constants once."""
    net = Builder(seed=4).conv(8, spread=spread, bias=0.5)
    for _ in range(3):
        net.depthwise(activation=0).conv(8, 1, spread=0.0, bias=0.5)
    data = net.pool().dense(5).softmax()
    operators = graph_of(net.model).operators
    depthwise, pointwise = operators[1:7:2], operators[2:7:2]
    edit.set_constant(net.model, int(depthwise[0].inputs[2]), np.zeros(8, np.float32))
    for one in depthwise[1:]:
        one.inputs = np.array([one.inputs[0], one.inputs[1], depthwise[0].inputs[2]], np.int32)
    for one in pointwise[1:]:
        one.inputs = np.array([one.inputs[0], *pointwise[0].inputs[1:]], np.int32)
    return data.done()


def reads(model: Any) -> list[int]:
    """Constants that convolutions read, as often as they read them."""
    return [
        int(i)
        for o in graph_of(model).operators
        if edit.operator_name(model, o) in edit.LINEAR
        for i in o.inputs[1:]
        if constant(model, int(i)) is not None
    ]


def names(data: bytes) -> list[str]:
    return [bytes(t.name).decode() for t in graph_of(edit.read_model(data)).tensors]


def test_the_network_of_these_tests_shares_weights_and_biases() -> None:
    read = reads(edit.read_model(shared()))
    assert len(read) - len(set(read)) == 6


def test_every_operator_gets_constants_of_its_own_under_unique_names_and_the_function_stays() -> None:
    entered = enter_pixels(shared(), CONTRACT)
    read, called = reads(edit.read_model(entered.float_model)), names(entered.float_model)
    assert len(read) == len(set(read)) and len(called) == len(set(called))
    plain = PixelInput(
        float_model=shared(),
        feed=entered.feed,
        scale=entered.scale,
        zero_point=entered.zero_point,
        rest=0.0,
        fixed={},
    )
    np.testing.assert_array_equal(
        float_answers(entered, images()).scores, float_answers(plain, images()).scores
    )


@pytest.mark.parametrize("how", ["equalized", "balanced", "absorbed"])
def test_levelling_keeps_the_function_of_a_network_whose_layers_share_weights(how: str) -> None:
    """Whatever comes in: also a graph that did not pass `enter_pixels`."""
    entered = enter_pixels(shared(), CONTRACT)
    given = PixelInput(
        float_model=shared(),
        feed=entered.feed,
        scale=entered.scale,
        zero_point=entered.zero_point,
        rest=0.0,
        fixed={},
    )
    made = equalize(given, images(), 0.7) if how == "equalized" else balance(given, images(), "per-tensor")
    if how == "absorbed":
        made = absorb_biases(made, images())
    called = names(made.float_model)
    assert len(called) == len(set(called))
    wanted = float_answers(entered, images(seed=5)).scores
    found = float_answers(made, images(seed=5)).scores
    assert np.abs(found - wanted).max() < 2e-3 * np.abs(wanted).max()


def test_every_step_of_the_ladder_is_made() -> None:
    made = list(candidates(start_from(shared(), images(96), CONTRACT)))
    assert len(made) > 20 and all(isinstance(one, Candidate) for one in made)
    assert any("absorbed" in one.name for one in made)


def test_equal_constants_are_stored_once_in_the_finished_file() -> None:
    """Three layers with the same weights and the same scales of their inputs would cost three times the flash."""
    model = edit.read_model(quantize(shared(), images(), CONTRACT, correct=False).int8_model)
    kernels = [int(o.inputs[1]) for o in graph_of(model).operators[2:7:2]]
    assert len(set(kernels)) == 1


@pytest.mark.parametrize("repair", [correct_biases, reconstruct])
def test_repairing_one_layer_of_a_file_leaves_the_constants_of_the_others(repair: Any) -> None:
    """Biases are corrected layer by layer as if the file had never stored equal constants once."""
    entered = enter_pixels(shared(), CONTRACT)
    data = quantize(shared(), images(), CONTRACT, correct=False).int8_model
    apart = edit.read_model(data)
    assert unshare_constants(apart)
    one, other = repair(data, entered, images()), repair(edit.pack_model(apart), entered, images())
    values = [
        [np.array(constant(model, index)) for index in reads(model)]
        for model in map(edit.read_model, (one, other))
    ]
    for a, b in zip(*values, strict=True):
        np.testing.assert_array_equal(a, b)


def test_tensors_with_other_scales_stay_apart() -> None:
    net = Builder(seed=2).conv(4, 1).conv(4, 1)
    model = net.model
    for place, scale in ((0, 0.1), (1, 0.2)):
        index = int(graph_of(model).operators[place].inputs[2])
        edit.set_constant(model, index, np.zeros(4, np.int32))
        graph_of(model).tensors[index].quantization = edit.quantization_of([scale], [0])
    share_equal(model)
    assert len({int(o.inputs[2]) for o in graph_of(model).operators}) == 2
