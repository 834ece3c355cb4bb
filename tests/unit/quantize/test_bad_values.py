"""Weights and activations that are no numbers, have no end or never change are named by Keras layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_networks import CONTRACT, images, run, small_network

from espalier.errors import UnsupportedModelError
from espalier.ladder.range_search import search_ranges
from espalier.quantizer.quantize import quantize
from espalier.quantizer.stability import RangeHistory
from espalier.tflite import edit

LAYERS = {"conv_2d_0": "stem", "conv_2d_0/weights": "stem", "depthwise_conv_2d_1": "middle", "conv_2d_2": "last"}


def changed(operator: int, change: Any) -> bytes:
    """The small network after `change` of the (weights, bias) of one of its operators."""
    model = edit.read_model(small_network())
    inputs = edit.graph_of(model).operators[operator].inputs
    for index, value in zip(inputs[1:], change(*(edit.constant(model, int(i)) for i in inputs[1:])), strict=True):
        edit.set_constant(model, int(index), value.astype(np.float32))
    return edit.pack_model(model)


def test_weights_that_are_no_numbers_are_named_by_their_layer() -> None:
    with pytest.raises(UnsupportedModelError, match=r"Keras layer 'stem'\) holds NaN or infinity"):
        quantize(changed(0, lambda w, b: (w * np.nan, b)), images(), CONTRACT, layers=LAYERS)


def test_ranges_without_end_are_named_by_the_first_layer_that_has_one() -> None:
    endless = changed(1, lambda w, b: (np.sign(w) * np.float32(3e38), b))
    with pytest.raises(UnsupportedModelError, match=r"\(Keras layer 'middle'\) takes .*(inf|NaN)"):
        quantize(endless, images(), CONTRACT, layers=LAYERS)


def test_activations_that_are_no_numbers_are_named_by_the_first_layer_that_makes_them() -> None:
    """Infinity times 0 and infinity less infinity: finite weights, no finite answer."""
    lost = changed(2, lambda w, b: (np.sign(w) * np.float32(3e38), b))
    with pytest.raises(UnsupportedModelError, match=r"Keras layer 'last'\) takes "):
        quantize(lost, images(), CONTRACT, layers=LAYERS)


def test_a_dead_layer_is_quantized_runs_on_every_kernel_and_is_named() -> None:
    dead, history = changed(1, lambda w, b: (w * 0, b * 0 - 1)), RangeHistory()
    done = quantize(dead, images(), CONTRACT, layers=LAYERS, observe=history.add)
    answers = run(done.int8_model, (images(4) ^ np.uint8(0x80)).view(np.int8))
    assert (answers == answers[0]).all()
    assert done.ranges["depthwise_conv_2d_1"] == (0.0, 1.0)
    found = {finding.code: finding for finding in history.summary(LAYERS).findings()}
    assert "middle (always 0)" in found["no-variance"].message
    assert history.summary(LAYERS).tensors == 1  # the image; all behind the dead layer stands still, too


def test_a_percentile_of_almost_only_zeros_keeps_the_measured_range() -> None:
    values = np.zeros((1, 100_000), np.float32)
    values[0, :2] = 5.0
    assert search_ranges({"t": (0.0, 5.0)}, {"t": values}, "percentile") == {"t": (0.0, 5.0)}


@pytest.mark.parametrize("method", ["mse", "percentile", "kl"])
def test_a_range_search_takes_a_still_tensor_as_it_is(method: Any) -> None:
    (found,) = search_ranges({"t": (0.0, 1.0)}, {"t": np.zeros((2, 300), np.float32)}, method).values()
    assert found[0] == 0.0 < found[1] <= 1.0
