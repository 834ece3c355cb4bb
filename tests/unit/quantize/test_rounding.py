"""Weights rounded by their output: the least squares, what a layer reads, and whole networks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from small_networks import CONTRACT, Builder, images, operators, run, small_network

from espalier.ladder import weight_rounding
from espalier.ladder.least_squares import LIMIT, damped, round_weights, squared_error
from espalier.ladder.patches import sampled_patches
from espalier.ladder.weight_rounding import adopt_weights
from espalier.quantizer.bias import linear_operators, output_name, weight_scales
from espalier.quantizer.compare import answers_of, float_answers, relative_error, split, unjudged
from espalier.quantizer.correct import correct_biases
from espalier.quantizer.head import enter_pixels
from espalier.quantizer.quantize import Weights, quantize_with
from espalier.quantizer.ranges import measure_ranges
from espalier.quantizer.simulate import Kept, simulate
from espalier.tflite import edit
from espalier.tflite.edit import constant, graph_of, operator_name


def correlated(columns: int, groups: int = 1, seed: int = 0) -> np.ndarray:
    """Second moments [groups, k, k] of inputs that share three quarters of their variance."""
    random = np.random.default_rng(seed)
    shared = random.normal(size=(groups, 500, 1))
    inputs = np.sqrt(0.75) * shared + np.sqrt(0.25) * random.normal(size=(groups, 500, columns))
    return damped(inputs.swapaxes(1, 2) @ inputs)


def test_correlated_inputs_lose_a_quarter_of_what_the_nearest_rounding_loses() -> None:
    moments = correlated(48)
    weights = np.random.default_rng(1).uniform(-100, 100, (1, 32, 48))
    nearest = squared_error(weights, np.rint(weights), moments).sum()
    assert squared_error(weights, round_weights(weights, moments), moments).sum() < nearest / 4


def test_rounding_is_near_the_best_of_all() -> None:
    moments = correlated(6)
    weights = np.random.default_rng(2).uniform(-9, 9, (1, 20, 6))
    found = squared_error(weights, round_weights(weights, moments), moments)[0]
    floor = np.floor(weights[0])
    ways = np.array(list(itertools.product([-1, 0, 1, 2], repeat=6)))
    best = [
        squared_error((row - f)[None, None], ways[None], moments).min()
        for row, f in zip(weights[0], floor, strict=True)
    ]
    assert found.sum() < 1.3 * np.sum(best)


def test_independent_inputs_are_rounded_to_the_nearest() -> None:
    weights = np.random.default_rng(3).uniform(-100, 100, (2, 5, 9))
    assert np.array_equal(round_weights(weights, np.stack([np.eye(9)] * 2)), np.rint(weights))


def test_groups_do_not_mix_and_the_grid_has_ends() -> None:
    moments = correlated(9, groups=3)
    weights = np.random.default_rng(4).uniform(-140, 140, (3, 4, 9))
    together = round_weights(weights, moments)
    apart = [round_weights(weights[g : g + 1], moments[g : g + 1]) for g in range(3)]
    assert np.array_equal(together, np.concatenate(apart))
    assert np.abs(together).max() == LIMIT


@pytest.mark.parametrize("padding", [schema.Padding.SAME, schema.Padding.VALID])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (3, 1), (1, 2)])
def test_patches_times_weights_are_the_convolution(padding: int, stride: int, dilation: int) -> None:
    size = 10
    reach = size if padding == schema.Padding.SAME else size - 2 * dilation
    side = -(-reach // stride)
    net = Builder(shape=(1, size, size, 3)).conv(5, activation=0)
    options = graph_of(net.model).operators[0].builtinOptions
    options.padding, options.strideH, options.strideW = padding, stride, stride
    options.dilationHFactor = options.dilationWFactor = dilation
    graph_of(net.model).tensors[net.tensor].shape = np.array([1, side, side, 5], np.int32)
    _compare(net.done(), np.random.default_rng(0).normal(size=(1, size, size, 3)).astype(np.float32))


def test_patches_times_weights_are_the_depthwise_convolution_and_the_dense_layer() -> None:
    random = np.random.default_rng(0)
    _compare(Builder().depthwise(0).done(), random.normal(size=(1, 16, 16, 3)).astype(np.float32))
    _compare(Builder(shape=(1, 7)).dense(4).done(), random.normal(size=(1, 7)).astype(np.float32))


def _compare(data: bytes, image: np.ndarray) -> None:
    model = edit.read_model(data)
    operator = graph_of(model).operators[0]
    weights, bias = (constant(model, int(operator.inputs[i])) for i in (1, 2))
    assert weights is not None
    patches = sampled_patches(model, operator, image, 10_000)
    if operator_name(model, operator) == "DEPTHWISE_CONV_2D":
        found = (patches * weights.reshape(-1, weights.shape[3])).sum(axis=1)
    else:
        found = patches.reshape(len(patches), -1) @ weights.reshape(len(weights), -1).T
    wanted = run(data, image)
    np.testing.assert_allclose(found + bias, wanted.reshape(found.shape), atol=1e-4)


def test_patches_are_a_sample_that_padding_fills() -> None:
    data = Builder(shape=(1, 8, 8, 3)).conv(5).done()
    model = edit.read_model(data)
    operator, values = graph_of(model).operators[0], np.zeros((6, 8, 8, 3), np.int8)
    patches = sampled_patches(model, operator, values, 60, outside=-7)
    assert patches.shape == (60, 9, 3)
    assert set(np.unique(patches)) == {-7, 0}
    assert np.array_equal(patches, sampled_patches(model, operator, values, 60, outside=-7))


def weight_error(data: bytes, int8: bytes) -> float:
    """Error of the scores on fresh images from the rounding of weights alone."""
    entered, pixels = enter_pixels(data, CONTRACT), images(60, seed=77)
    everything = frozenset(bytes(t.name).decode() for t in graph_of(edit.read_model(int8)).tensors)
    file = simulate(int8, entered.float_model, Kept(outputs=everything))
    fed = (pixels ^ np.uint8(0x80)).view(np.int8)
    found = answers_of(file, (fed[i : i + 1] for i in range(len(fed))))
    return relative_error(found.scores, float_answers(entered, pixels).scores, seen=np.inf)


def coarse(factor: float = 30.0) -> bytes:
    """A network whose channels each have one weight so large that the others get few levels."""
    net = Builder(seed=5).conv(12).depthwise().conv(16).conv(16)
    data = net.pool().dense(5).softmax().done()
    model = edit.read_model(data)
    for operator in linear_operators(model)[:-1]:
        index = int(operator.inputs[1])
        weights = np.asarray(constant(model, index)).copy()
        if operator_name(model, operator) == "DEPTHWISE_CONV_2D":
            weights[:, 1, 1] *= factor / 5
        else:
            weights[:, 1, 1, 0] *= factor
        edit.set_constant(model, index, weights)
    return edit.pack_model(model)


@pytest.mark.parametrize("weights", ["per-channel", "per-tensor"])
def test_rounding_by_output_leaves_two_fifths_of_the_error_of_weights_on_other_images(
    weights: Weights,
) -> None:
    data = coarse()
    entered = enter_pixels(data, CONTRACT)
    ranges = measure_ranges(entered.float_model, images(), entered.feed)
    plain, _ = quantize_with(entered, ranges, weights=weights)
    rounded = weight_rounding.reconstruct(plain, entered, images())
    assert weight_error(data, rounded) < 0.4 * weight_error(data, correct_biases(plain, entered, images()))
    assert operators(rounded) == operators(plain)
    assert _scales(rounded) == _scales(plain)
    assert weight_rounding.reconstruct(plain, entered, images()) == rounded


def test_layers_too_wide_and_weights_not_int8_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    entered = enter_pixels(small_network(), CONTRACT)
    ranges = measure_ranges(entered.float_model, images(), entered.feed)
    plain, _ = quantize_with(entered, ranges)
    monkeypatch.setattr(weight_rounding, "WIDEST", 1)
    assert _weights(weight_rounding.reconstruct(plain, entered, images())) == _weights(plain)


def test_large_pictures_take_fewer_images(monkeypatch: pytest.MonkeyPatch) -> None:
    model = edit.read_model(small_network())
    assert weight_rounding._affordable(model) == weight_rounding.IMAGES
    monkeypatch.setattr(weight_rounding, "_ACTIVATION_BYTES", 1)
    assert weight_rounding._affordable(model) == weight_rounding.FEWEST


def test_weights_are_adopted_where_scales_agree() -> None:
    entered = enter_pixels(small_network(), CONTRACT)
    ranges = measure_ranges(entered.float_model, images(), entered.feed)
    plain, _ = quantize_with(entered, ranges)
    wide, _ = quantize_with(entered, ranges, scheme="int16x8")
    rounded = weight_rounding.reconstruct(plain, entered, images())
    assert _weights(wide) != _weights(rounded)
    assert _weights(adopt_weights(wide, rounded)) == _weights(rounded)
    other, _ = quantize_with(entered, ranges, weights="per-tensor")
    assert adopt_weights(other, rounded) == other


def test_images_to_judge_on_are_no_images_to_round_on() -> None:
    pixels = np.arange(40, dtype=np.uint8)[:, None]
    used, judged = split(pixels, 8, 20)
    others = unjudged(pixels, 8, 20)
    assert len(others) == 20
    assert not set(others.ravel()) & set(judged.ravel())
    assert set(used.ravel()) <= set(others.ravel())
    assert len(unjudged(pixels[:5], 8, 20)) == 5


def _weights(data: bytes) -> list[bytes]:
    model = edit.read_model(data)
    return [np.asarray(constant(model, int(o.inputs[1]))).tobytes() for o in linear_operators(model)]


def _scales(data: bytes) -> dict[str, list[float]]:
    model = edit.read_model(data)
    return {output_name(model, o): weight_scales(model, o).tolist() for o in linear_operators(model)}
