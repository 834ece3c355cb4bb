"""High-bias absorption keeps the function on the calibration images and narrows the range between two layers."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from small_networks import CONTRACT, RELU, RELU6, Builder, images

from espalier.ladder.high_bias import ChannelEnds, absorb_biases, shifts
from espalier.ladder.rungs import ABSORBED, candidates, start_from
from espalier.ladder.weight_rounding import reconstruct
from espalier.quantizer.compare import float_answers, nearness
from espalier.quantizer.head import PixelInput, enter_pixels
from espalier.quantizer.quantize import quantize_with
from espalier.quantizer.ranges import measure_ranges
from espalier.tflite import edit
from espalier.tflite.edit import constant, graph_of

NONE = schema.ActivationFunctionType.NONE


def high(activation: int = RELU, kernel: int = 1, add: float = 200.0, second: str = "conv") -> bytes:
    """A first layer whose biases are `add` higher than they need be, which the second layer takes back."""
    net = Builder(seed=6).conv(8, activation=activation)
    first = graph_of(net.model).operators[-1]
    if second == "dense":
        net.pool().dense(5)
    elif second == "depthwise":
        net.depthwise()
        graph_of(net.model).operators[-1].builtinOptions.padding = schema.Padding.VALID
        graph_of(net.model).tensors[net.tensor].shape = np.array([1, 14, 14, 8], np.int32)
    else:
        net.conv(12, kernel)
    layer = graph_of(net.model).operators[-1]
    model, rows = net.model, {"conv": (1, 2, 3), "dense": (1,), "depthwise": (0, 1, 2)}[second]
    weights = np.asarray(constant(model, int(layer.inputs[1])))
    for operator, added in ((first, np.float32(add)), (layer, -add * weights.sum(axis=rows))):
        index = int(operator.inputs[2])
        edit.set_constant(model, index, (np.asarray(constant(model, index)) + added).astype(np.float32))
    return (net if second == "dense" else net.pool().dense(5)).softmax().done()


def error(entered: PixelInput, plain: PixelInput) -> float:
    ranges = measure_ranges(entered.float_model, images(), entered.feed)
    file = reconstruct(quantize_with(entered, ranges)[0], entered, images())
    pixels = images(80, seed=77)
    return nearness(file, pixels, float_answers(plain, pixels)).error


@pytest.mark.parametrize("second", ["conv", "dense", "depthwise"])
@pytest.mark.parametrize("activation", [RELU, NONE])
def test_the_function_stays_and_int8_loses_at_most_a_third(activation: int, second: str) -> None:
    entered = enter_pixels(high(activation, second=second), CONTRACT)
    absorbed = absorb_biases(entered, images())
    before, after = (float_answers(e, images()).scores for e in (entered, absorbed))
    np.testing.assert_allclose(after, before, atol=2e-4 * np.abs(before).max())
    wide, narrow = (measure_ranges(e.float_model, images(), e.feed)["conv_2d_0"] for e in (entered, absorbed))
    assert narrow[1] - narrow[0] < 0.4 * wide[1]
    assert error(absorbed, entered) < error(entered, entered) / 3
    assert absorb_biases(entered, images()) == absorbed


def test_zero_padding_would_not_carry_the_constant() -> None:
    entered = enter_pixels(high(kernel=3), CONTRACT)
    assert absorb_biases(entered, images()) is entered


def test_where_little_is_gained_nothing_is_changed() -> None:
    entered = enter_pixels(high(add=0.0), CONTRACT)
    assert absorb_biases(entered, images()) is entered


def test_a_channel_that_relu6_cuts_keeps_its_bias() -> None:
    ends = ChannelEnds(low=np.array([3.0, 3.0]), high=np.array([5.0, 6.0]))
    assert shifts(ends, RELU6).tolist() == [0.0, 0.0]  # the range stays that of the second channel
    assert shifts(ends, RELU).tolist() == [3.0, 3.0]
    low = ChannelEnds(low=np.array([3.0, 1.0]), high=np.array([5.5, 2.0]))
    assert shifts(low, RELU6).tolist() == [3.0, 1.0]


def test_without_an_activation_the_middle_goes() -> None:
    ends = ChannelEnds(low=np.array([-4.0, 9.0]), high=np.array([-2.0, 10.0]))
    assert shifts(ends, NONE).tolist() == [-3.0, 9.5]


def test_the_ladder_absorbs_behind_equalization_and_says_so() -> None:
    names = [candidate.name for candidate in candidates(start_from(high(), images(), CONTRACT))]
    assert any(ABSORBED in name for name in names)
    assert not any(ABSORBED in name for name in names if "balanced" not in name and "equalized" not in name)
