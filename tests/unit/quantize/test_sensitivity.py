from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray
from small_networks import CONTRACT, RELU6, Builder, images, small_network

from espalier.errors import ModelRefusedError
from espalier.ladder.labelled import Labelled
from espalier.layers import gains
from espalier.layers.advice import LayerFacts, Sensitivity, advice_for
from espalier.layers.sensitivity import measure_sensitivity
from espalier.quantizer.compare import answers_of, int8_answers
from espalier.quantizer.patterns import patterns_of
from espalier.quantizer.quantize import quantize
from espalier.quantizer.ranges import normalised
from espalier.quantizer.simulate import Kept, carried_with, simulate
from espalier.task.accuracy import compare
from espalier.tflite import edit


def named(data: bytes) -> bytes:
    model = edit.read_model(data)
    edit.rename_tensors(model)
    return edit.pack_model(model)


def explained(float_model: bytes, int8: bytes, **more: Any) -> Sensitivity:
    return measure_sensitivity(int8, float_model, images(24, seed=99), CONTRACT, **more)


def simulated(int8: bytes, float_model: bytes, pixels: NDArray[np.uint8], kept: Kept | None = None) -> Any:
    fed = (pixels ^ np.uint8(0x80)).view(np.int8)
    return answers_of(simulate(int8, float_model, kept), (fed[i : i + 1] for i in range(len(fed))))


def everything(int8: bytes) -> frozenset[str]:
    model = edit.read_model(int8)
    graph = edit.graph_of(model)
    return frozenset(bytes(graph.tensors[i].name).decode() for o in graph.operators for i in o.outputs)


@pytest.mark.parametrize("scheme", ["int8", "int16x8"])
def test_the_simulation_computes_what_the_quantized_file_computes(scheme: Any) -> None:
    data = named(small_network())
    int8 = quantize(data, images(), CONTRACT, scheme=scheme).int8_model
    pixels = images(32, seed=99)
    difference = np.abs(simulated(int8, data, pixels).values - int8_answers(int8, pixels).values)
    assert difference.max() <= 3 / 256
    assert difference.mean() < 0.5 / 256


def test_a_simulation_that_keeps_every_layer_is_the_float_model_but_for_the_first_bias() -> None:
    data = named(small_network())
    int8 = quantize(data, images(), CONTRACT, correct=False).int8_model
    pixels = images(16, seed=99)
    names = everything(int8)
    found = simulated(int8, data, pixels, Kept(outputs=names, weights=names)).scores
    wanted = answers_of(data, normalised(pixels, CONTRACT)).scores
    # mean 127.5 enters as zero point 0 and half a step in the bias of the first layer, whose bias stays as stored
    assert np.abs(found - wanted).max() < 1e-3 * np.abs(wanted).max()


def ruined(data: bytes) -> bytes:
    """The int8 file with the depthwise layer's weights at a sixteenth of their resolution."""
    int8 = quantize(data, images(), CONTRACT, correct=False).int8_model
    model = edit.read_model(int8)
    operator = edit.graph_of(model).operators[1]
    weights = edit.constant(model, int(operator.inputs[1]))
    assert weights is not None
    tensor = edit.graph_of(model).tensors[operator.inputs[1]]
    tensor.quantization.scale = tensor.quantization.scale * 16
    edit.set_constant(model, int(operator.inputs[1]), np.rint(weights / 16).astype(np.int8))
    bias_tensor = edit.graph_of(model).tensors[operator.inputs[2]]
    bias = edit.constant(model, int(operator.inputs[2]))
    assert bias is not None
    bias_tensor.quantization.scale = bias_tensor.quantization.scale * 16
    edit.set_constant(model, int(operator.inputs[2]), np.rint(bias / 16).astype(np.int32))
    return edit.pack_model(model)


def test_the_layer_that_was_ruined_is_named_first_and_gives_the_loss_back(tmp_path: Path) -> None:
    data = named(small_network())
    found = explained(data, ruined(data), layers={"depthwise_conv_2d_1": "dw"}, worst=3)
    first = found.layers[0]
    assert (first.tensor, first.layer, first.operator) == ("depthwise_conv_2d_1", "dw", "DEPTHWISE_CONV_2D")
    assert first.gain_weights_db > 5
    assert abs(first.gain_output_db) < 1
    assert any("rounding of its weights" in text for text in first.advice)
    assert sum(row.gain_db is not None for row in found.layers) == 3


def test_points_of_accuracy_that_come_back_are_those_of_the_simulations_with_their_paired_interval(
    tmp_path: Path,
) -> None:
    data = named(small_network())
    int8, pixels = ruined(data), images(300, seed=31)
    truth = answers_of(data, normalised(pixels, CONTRACT)).values.argmax(axis=1)
    more = {"labelled": Labelled(pixels=pixels, labels=truth)}
    found = explained(data, int8, worst=2, **more)
    first, second = found.layers[:2]
    assert (found.labelled, first.tensor) == (300, "depthwise_conv_2d_1")
    kept = Kept(outputs=frozenset({first.tensor}), weights=frozenset({first.tensor}))
    before, after = (simulated(int8, data, pixels, k).values.argmax(axis=1) == truth for k in (None, kept))
    drop = compare(before, after, np.ones(300, np.int64))
    assert first.gain_points == round(100 * (after.mean() - before.mean()), 3) > 2
    assert (first.gain_points_low, first.gain_points_high) == (round(-drop.high, 3), round(-drop.low, 3))
    assert first.gain_points_low > 0
    assert second.gain_points < first.gain_points
    assert sum(row.gain_points is not None for row in found.layers) == 2
    without = explained(data, int8, worst=2)
    assert without.labelled == 0 and without.layers[0].gain_points is None


def test_a_large_network_runs_fewer_labelled_images_but_enough_to_say_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = Labelled(pixels=images(600, seed=1), labels=np.arange(600, dtype=np.int64))
    model = edit.read_model(small_network())
    assert len(gains.thinned(given, model, worst=8).labels) == 600
    monkeypatch.setattr(gains, "count_macs", lambda _: 50_000_000)
    some = gains.thinned(given, model, worst=8)
    assert len(some.labels) == 222
    np.testing.assert_array_equal(some.pixels, given.pixels[some.labels])
    monkeypatch.setattr(gains, "count_macs", lambda _: 10**12)
    assert len(gains.thinned(given, model, worst=8).labels) == gains.FEWEST


def test_layers_of_a_large_network_are_compared_on_fewer_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account of 65 layers of a MobileNetV2 on 128 images took 20 CPU seconds of a build of 59."""
    pixels = np.arange(128, dtype=np.uint8).reshape(128, 1, 1, 1)
    monkeypatch.setattr(gains, "count_macs", lambda model: 40_000_000)
    assert len(gains.compared(pixels, None, worst=8)) == 128
    monkeypatch.setattr(gains, "count_macs", lambda model: 150_000_000)
    assert gains.compared(pixels, None, worst=8).ravel().tolist() == [number * 128 // 63 for number in range(63)]
    monkeypatch.setattr(gains, "count_macs", lambda model: 4_100_000_000)
    assert len(gains.compared(pixels, None, worst=8)) == gains.FEWEST_COMPARED


def test_values_beyond_the_calibrated_range_are_counted(tmp_path: Path) -> None:
    data = named(small_network())
    dull = (images() // 8 + 112).astype(np.uint8)
    found = explained(data, quantize(data, dull, CONTRACT).int8_model, worst=0)
    row = next(row for row in found.layers if row.tensor == "conv_2d_0")
    assert row.saturated > 0.05
    assert row.high > row.int8_high
    assert any("beyond the int8 range" in text for text in row.advice)
    healthy = explained(data, quantize(data, images(), CONTRACT).int8_model, worst=0)
    assert all(row.saturated < 0.01 for row in healthy.layers if row.operator != "SOFTMAX")


def test_scaled_channels_are_compared_with_the_scaling_undone(tmp_path: Path) -> None:
    net = Builder().conv(8, activation=RELU6 * 0 + 1).conv(6, 1).pool().dense(5).softmax()
    data = named(net.done())
    model = edit.read_model(data)
    first, second = edit.graph_of(model).operators[:2]
    factor = np.array([1, 8, 0.125, 4, 1, 0.25, 2, 1], np.float32)
    for operator, value, place in ((first, factor.reshape(8, 1, 1, 1), 1), (first, factor, 2)):
        old = edit.constant(model, int(operator.inputs[place]))
        assert old is not None
        edit.set_constant(model, int(operator.inputs[place]), old * value)
    old = edit.constant(model, int(second.inputs[1]))
    assert old is not None
    edit.set_constant(model, int(second.inputs[1]), old / factor)
    int8 = quantize(edit.pack_model(model), images(), CONTRACT).int8_model
    row = next(r for r in explained(data, int8, worst=8).layers if r.tensor == "conv_2d_0")
    assert row.rescaled
    assert row.sqnr_db > 15
    assert row.gain_weights_db is None


def test_files_that_are_no_tflite_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefusedError, match="float file"):
        explained(b"no", named(small_network()))


def words_of(net: Builder) -> dict[str, tuple[str, ...]]:
    """Operator (with its position) -> patterns of what it computes."""
    model = edit.read_model(net.done())
    found = patterns_of(model)
    return {
        f"{edit.operator_name(model, o)} {place}": found.get(int(o.outputs[0]), ())
        for place, o in enumerate(edit.graph_of(model).operators)
    }


def test_swish_is_recognised_in_both_orders() -> None:
    for order in (1, -1):
        net = Builder().conv(8, activation=0)
        before, shape = net.tensor, net.shape
        net.unary("LOGISTIC")
        net.op("MUL", [before, net.tensor][::order], shape)
        found = words_of(net.pool())
        assert found["LOGISTIC 1"] == found["MUL 2"] == ("swish",)
        assert found["CONV_2D 0"] == ()


def test_hard_swish_is_recognised_when_it_is_taken_apart() -> None:
    net = Builder().conv(8, activation=0)
    before, shape = net.tensor, net.shape
    options = schema.AddOptionsT()
    options.fusedActivationFunction = RELU6
    net.op("ADD", [before, net.value(np.full(1, 3, np.float32))], shape, options)
    net.op("MUL", [net.tensor, net.value(np.full(1, 1 / 6, np.float32))], shape, schema.MulOptionsT())
    net.op("MUL", [before, net.tensor], shape, schema.MulOptionsT())
    found = words_of(net.pool())
    assert "hard-swish" in found["ADD 1"]
    assert found["MUL 2"] == found["MUL 3"] == ("hard-swish",)


def test_a_gate_per_channel_is_squeeze_excite_and_a_softmax_at_the_end_is_the_answer() -> None:
    net = Builder().conv(8, activation=0)
    large, shape = net.tensor, net.shape
    net.op("MEAN", [large, net.value(np.array([1, 2], np.int32))], [1, 1, 1, 8], keep_dims())
    net.unary("LOGISTIC")
    net.op("MUL", [large, net.tensor], shape, schema.MulOptionsT())
    found = words_of(net.pool().dense(5).softmax())
    assert found["LOGISTIC 2"] == found["MUL 3"] == ("squeeze-excite",)
    assert next(words for name, words in found.items() if name.startswith("SOFTMAX")) == ("answer",)


def keep_dims() -> Any:
    options = schema.ReducerOptionsT()
    options.keepDims = True
    return options


HEALTHY = LayerFacts(
    tensor="t", layer="l", operator="CONV_2D", sqnr_db=35.0, cosine=1.0, added_percent=0.01, low=0.0, high=5.0,
    int8_low=0.0, int8_high=6.0, saturated=0.0, peak_to_rms=4.0, weight_spread=3.0, dead_channels=0,
    silent_channels=0, channels=16, input_ratio=None, rescaled=False, patterns=(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"patterns": ("swish",), "sqnr_db": 20.0}, "sigmoid"),
        ({"patterns": ("hard-swish",), "sqnr_db": 20.0}, "two rounded values"),
        ({"patterns": ("squeeze-excite",), "sqnr_db": 20.0}, "whole channel"),
        ({"patterns": ("gelu",), "sqnr_db": 20.0}, "GELU"),
        ({"patterns": ("layer-norm",), "sqnr_db": 20.0}, "root of squares"),
        ({"patterns": ("softmax",), "sqnr_db": 20.0}, "attention"),
        ({"patterns": ("softmax",), "sqnr_db": 20.0, "peak_to_rms": 50.0, "high": 0.1}, "higher temperature"),
        ({"patterns": ("concat",), "input_ratio": 9.0}, "9 x in range and share"),
        ({"patterns": ("joined",), "high": 0.6, "sqnr_db": 20.0}, "joined with a branch"),
        ({"patterns": ("add",), "input_ratio": 12.0}, "sides of the sum differ 12 x"),
        ({"dead_channels": 3}, "3 of 16 channels have no weights"),
        ({"silent_channels": 2}, "2 of 16 channels are 0"),
        ({"patterns": ("depthwise",), "weight_spread": 5000.0}, "5,000 x"),
        ({"weight_spread": 2000.0}, "vanish"),
        ({"peak_to_rms": 50.0, "sqnr_db": 20.0}, "50 x the typical"),
        ({"high": 1.0, "sqnr_db": 20.0}, "17% of the int8 range"),
        ({"gain_output_db": 3.0}, "16-bit activations"),
        ({"gain_output_db": 0.1, "gain_weights_db": 4.0}, "rounding of its weights costs the network 4.0 dB"),
    ],
)
def test_advice_names_the_cause(change: dict[str, Any], words: str) -> None:
    said = advice_for(msgspec.structs.replace(HEALTHY, **change))
    assert any(words in text for text in said)
    assert len(said) == 1


def test_values_far_from_zero_do_not_blame_the_calibration_images() -> None:
    """Every int8 range holds zero: a layer that gives 5.0 to 5.1 uses a fiftieth of it, and no image has stretched it."""
    constant = msgspec.structs.replace(HEALTHY, low=5.0, high=5.1, int8_high=5.2, sqnr_db=20.0)
    assert advice_for(constant) == ()


def test_a_healthy_layer_gets_no_advice() -> None:
    assert advice_for(HEALTHY) == ()
    quiet = ("swish", "hard-swish", "squeeze-excite", "gelu", "layer-norm", "softmax", "concat", "add", "depthwise")
    assert advice_for(msgspec.structs.replace(HEALTHY, patterns=quiet)) == ()


def test_a_branch_gives_its_loss_back_only_through_the_concatenation(tmp_path: Path) -> None:
    net = Builder().conv(6)
    stem = net.tensor
    net.conv(4, 1, spread=0.0)
    narrow = net.tensor
    net.tensor = stem
    net.conv(4, 1)
    weights = edit.graph_of(net.model).operators[-1].inputs[1]
    old = edit.constant(net.model, int(weights))
    assert old is not None
    edit.set_constant(net.model, int(weights), old * 300)
    options = schema.ConcatenationOptionsT()
    options.axis = 3
    net.op("CONCATENATION", [narrow, net.tensor], [1, 16, 16, 8], options)
    last = net.conv(6, 1).pool().dense(5).softmax()
    reader = next(o for o in edit.graph_of(net.model).operators[::-1] if o.inputs[0] and len(o.inputs) == 3)
    assert reader
    mixed = edit.graph_of(net.model).operators[4]
    old = edit.constant(net.model, int(mixed.inputs[1]))
    assert old is not None
    edit.set_constant(net.model, int(mixed.inputs[1]), old * np.array([1] * 4 + [1 / 300] * 4, np.float32))
    data = named(last.done())
    int8 = quantize(data, images(), CONTRACT, correct=False).int8_model
    model = edit.read_model(int8)
    names = [bytes(t.name).decode() for t in edit.graph_of(model).tensors]
    assert carried_with(model, names.index("conv_2d_1")) == {"conv_2d_1", "conv_2d_2", "concatenation_3"}
    rows = {row.tensor: row for row in explained(data, int8, worst=2).layers}
    assert rows["conv_2d_1"].gain_output_db > 5
    assert any("joined with a branch" in text for text in rows["conv_2d_1"].advice)
    assert any("differ" in text and "share one scale" in text for text in rows["concatenation_3"].advice)
