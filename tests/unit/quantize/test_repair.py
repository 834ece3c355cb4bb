from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from small_networks import CONTRACT, RELU6, Builder, images, operators, run, small_network

from espalier.ladder.candidate import ROUNDED
from espalier.ladder.climb import climb
from espalier.ladder.equalize import apply_factors, channel_peaks, equalize, factors, find_pairs
from espalier.ladder.labelled import Labelled
from espalier.ladder.range_search import Method, sample_values, search_ranges
from espalier.ladder.rungs import candidates, start_from
from espalier.quantizer.absorb import absorb_float, same_ranges
from espalier.quantizer.audit import audit_model
from espalier.quantizer.compare import float_answers, nearness
from espalier.quantizer.correct import correct_biases, images_for
from espalier.quantizer.head import enter_pixels
from espalier.quantizer.quantize import quantize, quantize_with
from espalier.quantizer.ranges import measure_ranges
from espalier.quantizer.rewrite import rewrite_float
from espalier.quantizer.step import run_operator
from espalier.recipe import InputContract
from espalier.tflite import edit


def deep(spread: float = 0.0, activation: int = 1) -> bytes:
    net = Builder(seed=11)
    for channels in (8, 12, 16):
        net.conv(channels, activation=activation, spread=spread, bias=0.3)
    return net.pool().dense(6).softmax().done()


def badly_scaled() -> bytes:
    """`deep` with channels scaled by 2 ** uniform(-4, 4) and the next layer by the inverse: the same
    function."""
    model, random = edit.read_model(deep()), np.random.default_rng(4)
    for pair in find_pairs(model):
        channels = int(edit.graph_of(model).tensors[pair.tensor].shape[-1])
        apply_factors(model, pair, 2.0 ** random.uniform(-4, 4, channels))
    return edit.pack_model(model)


def error(float_model: bytes, int8: bytes) -> float:
    entered = enter_pixels(float_model, CONTRACT)
    pixels = images(80, seed=77)
    return nearness(int8, pixels, float_answers(entered, pixels)).error


def test_bias_correction_brings_channel_means_back() -> None:
    data = deep()
    entered = enter_pixels(data, CONTRACT)
    ranges = measure_ranges(entered.float_model, images(), entered.feed)
    plain, _ = quantize_with(entered, ranges)
    shifted = edit.read_model(plain)
    for operator in edit.graph_of(shifted).operators[:3]:
        index = int(operator.inputs[2])
        bias = edit.constant(shifted, index)
        assert bias is not None
        edit.set_constant(shifted, index, (bias + 4000).astype(np.int32))
    broken = edit.pack_model(shifted)
    fixed = correct_biases(broken, entered, images())
    assert error(data, fixed) < 0.5 * error(data, broken)
    assert correct_biases(broken, entered, images()) == fixed
    assert operators(fixed) == operators(plain)


def test_a_correction_that_does_not_help_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    data = deep()
    plain = quantize(data, images(), CONTRACT, correct=False)
    assert quantize(data, images(), CONTRACT).notes[-1].startswith("biases corrected")
    worse = quantize(deep(), 255 - images(), CONTRACT, correct=False, weights="per-tensor").int8_model
    monkeypatch.setattr("espalier.quantizer.quantize.correct_biases", lambda *_: worse)
    kept = quantize(data, images(), CONTRACT)
    assert kept.notes[-1].startswith("biases left")
    assert kept.int8_model == plain.int8_model
    assert set(kept.seconds) == {"calibrate", "quantize", "correct"}


def test_large_networks_are_corrected_on_fewer_images() -> None:
    assert images_for(small_network()) == 64
    large = Builder(shape=(1, 128, 128, 3)).conv(64).conv(64).done()
    assert images_for(large) == 32


def test_running_operator_by_operator_equals_running_the_graph() -> None:
    data = quantize(small_network(), images(), CONTRACT).int8_model
    model = edit.read_model(data)
    pixels = (images(6).astype(np.int16) - 128).astype(np.int8)
    values = {int(edit.graph_of(model).inputs[0]): pixels}
    for operator in edit.graph_of(model).operators:
        (result,) = run_operator(model, operator, [values[int(operator.inputs[0])]])
        values[int(operator.outputs[0])] = result
    final = values[int(edit.graph_of(model).outputs[0])]
    assert np.array_equal(final[:, 0], run(data, pixels))


@pytest.mark.parametrize("strength", [0.5, 1.0])
@pytest.mark.parametrize("activation", [0, 1, RELU6])
def test_equalization_keeps_the_function(strength: float, activation: int) -> None:
    net = Builder(seed=5).conv(8, activation=activation, spread=2.0).depthwise(activation).conv(12, 1)
    data = net.pool().dense(5).softmax().done()
    entered = enter_pixels(data, CONTRACT)
    levelled = equalize(entered, images(), strength)
    assert levelled.float_model != entered.float_model
    left, right = (float_answers(e, images()).scores for e in (entered, levelled))
    assert np.abs(left - right).max() < 2e-4 * np.abs(left).max()


def test_equalization_saves_badly_scaled_channels() -> None:
    data = badly_scaled()
    plain = quantize(data, images(), CONTRACT)
    entered = equalize(enter_pixels(data, CONTRACT), images(), 0.7)
    ranges = measure_ranges(entered.float_model, images(), entered.feed)
    better, _ = quantize_with(entered, ranges)
    assert error(data, better) < 0.7 * error(data, plain.int8_model)


def test_pairs_end_where_scaling_would_change_the_function() -> None:
    model = edit.read_model(small_network())
    assert len(find_pairs(model)) == 3
    net = Builder().conv(8)
    branch = net.tensor
    net.conv(8)
    net.op("ADD", [branch, net.tensor], net.shape, schema.AddOptionsT())
    net.conv(4).unary("LOGISTIC").conv(4).unary("SOFTMAX", schema.SoftmaxOptionsT())
    assert find_pairs(edit.read_model(net.done())) == []
    only = enter_pixels(Builder().conv(4).pool().softmax().done(), CONTRACT)
    assert equalize(only, images(), 0.5) is only


def test_a_pair_reaches_through_pooling_and_reshape() -> None:
    net = Builder().conv(8).pool()
    shape = net.value(np.array([1, 8], np.int32))
    net.op("RESHAPE", [net.tensor, shape], [1, 8], schema.ReshapeOptionsT())
    model = edit.read_model(net.dense(3).softmax().done())
    assert [edit.operator_name(model, pair.second) for pair in find_pairs(model)] == ["FULLY_CONNECTED"]


def test_factors_leave_dead_nearly_dead_saturated_and_largest_channels_alone() -> None:
    peak = np.array([0.0, 8.0, 2.0, 1e-4, 1e-9])
    assert factors(peak, 0.5, six=False).tolist() == pytest.approx([1.0, 1.0, 2.0, 283, 1.0], rel=0.2)
    six = factors(np.array([6.0, 3.0, 0.0]), 1.0, six=True)
    assert six[0] == six[2] == 1.0
    assert six[1] * 3.0 < 6.0


def test_searched_ranges_lie_inside_the_measured_ones() -> None:
    entered = enter_pixels(deep(), CONTRACT)
    ranges = measure_ranges(entered.float_model, images(), entered.feed)
    samples = sample_values(entered, images(), ranges)
    assert search_ranges(ranges, samples, "minmax") == ranges
    for method in ("mse", "percentile"):
        found = search_ranges(ranges, samples, method)  # type: ignore[arg-type]
        assert list(found) == list(ranges)
        for name, (low, high) in ranges.items():
            assert low - 1e-6 <= found[name][0] <= 0 or found[name][0] >= 0, name
            assert found[name][1] <= high + 1e-6, name
        assert found != ranges


def test_the_sample_holds_every_channel_whatever_factors_sides_and_channels_share() -> None:
    """64 x 64 x 96 is 96 times 4,096: every 96th value would be of one channel alone."""
    data = Builder((1, 64, 64, 3)).conv(96, 1, activation=0).pool().dense(5).softmax().done()
    contract = InputContract(size=(64, 64), mean=(127.5,), std=(127.5,))
    entered, pixels = enter_pixels(data, contract), images(4, size=64)
    ranges = measure_ranges(entered.float_model, pixels, entered.feed)
    sample = sample_values(entered, pixels, ranges)["conv_2d_0"]
    assert sample.shape[0] == 4 and sample.shape[2] == 96 and 2_000 <= sample[0].size <= 4_096
    peaks = channel_peaks(entered, pixels, ["conv_2d_0"])["conv_2d_0"]
    assert (np.abs(sample).max(axis=(0, 1)) >= 0.3 * peaks).all()


@pytest.mark.parametrize("method", ["mse", "percentile", "kl"])
def test_a_relu6_that_is_mostly_zero_keeps_its_peaks(method: Method) -> None:
    """The zeros are exact in every range: counted as rounding errors they cut such a tensor to 1.8."""
    random = np.random.default_rng(5)
    values = np.clip(random.normal(3, 1.5, (64, 256, 16)), 0, 6).astype(np.float32)
    values[random.random(values.shape) < 0.98] = 0.0
    low, high = search_ranges({"t": (0.0, 6.0)}, {"t": values}, method)["t"]
    assert low == 0.0 and high > 5.0


@pytest.mark.parametrize("method", ["mse", "percentile", "kl"])
def test_no_rule_takes_a_channel_of_a_linear_bottleneck_its_signal(method: Method) -> None:
    """One channel of 64 is twelve times as large, and the next layer reads it: the tensor's own squared error is least
    where most of that channel is cut off."""
    random = np.random.default_rng(6)
    values = random.normal(0, 1, (64, 64, 64)).astype(np.float32)
    values[..., 5] = 12 * random.laplace(0, 0.7, values.shape[:2])
    ends = (float(values.min()), float(values.max()))
    low, high = search_ranges({"t": ends}, {"t": values}, method)["t"]
    assert high < ends[1] or low > ends[0] or method == "kl"
    channel = values[..., 5].astype(np.float64)
    for cut in (np.maximum(channel - high, 0), np.maximum(low - channel, 0)):
        assert np.square(cut).mean() <= 0.0101 * channel.var()


def test_the_least_squared_error_cuts_outliers_off() -> None:
    random = np.random.default_rng(0)
    values = random.normal(0, 1, (64, 4096, 1)).astype(np.float32)
    values[0, 0] = 300.0
    low, high = search_ranges({"t": (-5.0, 300.0)}, {"t": values}, "mse")["t"]
    assert high < 250
    assert -5 <= low < -2
    assert search_ranges({"t": (0.0, 0.0)}, {"t": values * 0}, "mse")["t"] == (0.0, 0.0)


def _labelled(data: bytes, count: int = 100) -> Labelled:
    pixels = images(count, seed=21)
    answers = float_answers(enter_pixels(data, CONTRACT), pixels).values
    return Labelled(pixels=pixels, labels=answers.argmax(axis=1))


def test_the_ladder_stops_at_the_first_step_that_holds() -> None:
    data = small_network()
    steps = climb(data, images(), CONTRACT, limit_points=100.0, labelled=_labelled(data)).steps
    assert [step.kept for step in steps] == [True]
    assert steps[0].drop is not None
    assert steps[0].candidate.name == "minmax ranges"


def test_the_ladder_keeps_the_best_when_nothing_holds() -> None:
    data = badly_scaled()
    steps = climb(data, images(), CONTRACT, limit_points=-1.0, labelled=_labelled(data)).steps
    kept = [step for step in steps if step.kept]
    assert len(steps) == 27
    assert len(kept) == 1
    assert kept[0].drop == min(step.drop for step in steps if step.drop is not None)
    assert audit_model(kept[0].candidate.int8_model, CONTRACT).errors == ()


def test_without_labels_agreement_stands_in() -> None:
    steps = climb(small_network(), images(), CONTRACT, limit_points=-1.0).steps
    kept = next(step for step in steps if step.kept)
    assert kept.drop is None
    assert kept.candidate.nearness.error == min(step.candidate.nearness.error for step in steps)


def test_candidates_skip_equalization_where_there_is_no_pair() -> None:
    data = Builder().conv(5).pool().softmax().done()
    names = [c.name for c in candidates(start_from(data, images(), CONTRACT))]
    assert len(names) == 10
    assert not any("equalized" in name for name in names)
    assert [name.endswith(ROUNDED) for name in names] == [False] * 8 + [True] * 2
    assert names[-1].startswith("fitted ranges")


def _float_operator(name: str, options: Any = None, slope: bool = False) -> bytes:
    net = Builder().conv(8, activation=0)
    inputs = [net.tensor]
    if slope:
        inputs.append(net.value(np.linspace(0, 0.4, 8).astype(np.float32).reshape(1, 1, 8)))
    net.op(name, inputs, net.shape, options)
    return net.conv(6).pool().dense(4).softmax().done()


@pytest.mark.parametrize("name", ["ELU", "LEAKY_RELU", "PRELU"])
def test_int8_kernels_that_the_quantizer_does_not_know_are_used(name: str) -> None:
    options = schema.LeakyReluOptionsT() if name == "LEAKY_RELU" else None
    if options is not None:
        options.alpha = 0.2
    data = _float_operator(name, options, slope=name == "PRELU")
    done = quantize(data, images(), CONTRACT)
    assert operators(done.int8_model) == operators(data)
    assert audit_model(done.int8_model, CONTRACT).errors == ()
    assert error(data, done.int8_model) < 0.05


def test_tiling_keeps_its_inputs_scale() -> None:
    net = Builder().conv(4)
    multiples = net.value(np.array([1, 2, 1, 1], np.int32))
    net.op("TILE", [net.tensor, multiples], [1, 32, 16, 4], schema.TileOptionsT())
    data = net.pool().dense(4).softmax().done()
    ranges = same_ranges(edit.read_model(data), {"conv_2d_0": (0.0, 3.0), "tile_1": (0.0, 2.0)})
    assert ranges["tile_1"] == (0.0, 3.0)
    done = quantize(data, images(), CONTRACT)
    assert operators(done.int8_model) == operators(data)
    assert audit_model(done.int8_model, CONTRACT).errors == ()


@pytest.mark.parametrize("name", ["RELU6", "RELU_N1_TO_1", "MINIMUM"])
def test_a_clamp_that_stands_alone_is_computed_in_int8_in_its_inputs_scale(name: str) -> None:
    """A ReLU(6) after a concatenation was refused: the quantizer leaves it in float."""
    net = Builder().conv(8, activation=0)
    bound = [net.value(np.array(1.5, np.float32))] if name == "MINIMUM" else []
    options = schema.MaximumMinimumOptionsT() if name == "MINIMUM" else None
    net.op(name, [net.tensor, *bound], net.shape, options)
    data = net.conv(6).pool().dense(4).softmax().done()
    done = quantize(data, images(), CONTRACT)
    assert operators(done.int8_model) == operators(data)
    assert audit_model(done.int8_model, CONTRACT).errors == ()
    assert error(data, done.int8_model) < 0.05


def test_an_operator_with_two_readers_is_left_as_it_is() -> None:
    model = edit.read_model(_float_operator("ELU"))
    assert absorb_float(model) == 0


def _rewritten(net: Builder) -> bytes:
    edit.graph_of(net.model).outputs = np.array([net.tensor], np.int32)
    rewrite_float(net.model)
    return net.done()


def test_a_global_average_pool_becomes_a_mean_with_a_scale_of_its_own() -> None:
    pooled = Builder().conv(8).pool().dense(4).softmax()
    before = pooled.done()
    after = _rewritten(Builder().conv(8).pool().dense(4).softmax())
    assert "MEAN" in operators(after)
    assert "AVERAGE_POOL_2D" not in operators(after)
    inputs = (images(5).astype(np.float32) - 127.5) / 127.5
    assert np.allclose(run(before, inputs), run(after, inputs), atol=1e-5)
    plain, own = (quantize(data, images(), CONTRACT, correct=False) for data in (before, after))
    assert error(before, own.int8_model) < error(before, plain.int8_model)


def test_a_smaller_pool_stays() -> None:
    net = Builder().conv(4)
    options = schema.Pool2DOptionsT()
    options.padding, options.strideW, options.strideH = schema.Padding.VALID, 2, 2
    options.filterHeight = options.filterWidth = 2
    net.op("AVERAGE_POOL_2D", [net.tensor], [1, 8, 8, 4], options)
    assert "AVERAGE_POOL_2D" in operators(_rewritten(net))


@pytest.mark.parametrize("keep", [True, False])
def test_a_global_maximum_becomes_a_pool(keep: bool) -> None:
    net = Builder().conv(8)
    options = schema.ReducerOptionsT()
    options.keepDims = keep
    axes = net.value(np.array([1, -2], np.int32))
    net.op("REDUCE_MAX", [net.tensor, axes], [1, 1, 1, 8] if keep else [1, 8], options)
    data = _rewritten(net)
    assert operators(data)[1:] == (["MAX_POOL_2D"] if keep else ["MAX_POOL_2D", "RESHAPE"])
    inputs = images(4).astype(np.float32)
    maximum = run(Builder().conv(8).done(), inputs).max(axis=(1, 2))
    assert np.allclose(run(data, inputs).reshape(4, 8), maximum)


def test_neg_and_square_are_spelled_as_products() -> None:
    data = _rewritten(Builder().unary("NEG", schema.NegOptionsT()).unary("SQUARE", schema.SquareOptionsT()))
    assert operators(data) == ["MUL", "MUL"]
    inputs = images(3).astype(np.float32)
    assert np.array_equal(run(data, inputs), inputs**2)


def test_a_dense_layer_without_bias_gets_one() -> None:
    data = _rewritten(Builder(shape=(1, 4)).dense(3, bias=False))
    model = edit.read_model(data)
    assert edit.constant(model, int(edit.graph_of(model).operators[0].inputs[2])) is not None
